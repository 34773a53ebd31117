"""A query's text as tokens with their lines, in time linear in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?P<space>    \s+ )
  | (?P<comment>  \#[^\n\r]* )
  | (?P<string>   \"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*+\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*+'''
                | "(?!"")(?:[^"\\\n\r]|\\.)*+" | '(?!'')(?:[^'\\\n\r]|\\.)*+' | "" | '' )
  | (?P<unended>  ["'] .* )
  | (?P<iri>      <[^<>"{}|^`\\\x00-\x20]*+> )
  | (?P<variable> [?$]\w++ )
  | (?P<blank>    _:[\w.\-]++ )
  | (?P<language> @[A-Za-z]++(?:-[A-Za-z0-9]++)*+ )
  | (?P<number>   (?:\d++(?:\.\d++)?|\.\d++)(?:[eE][+-]?\d++)? )
  | (?P<name>     (?:[^\W\d_](?:[\w.\-]{0,99}[\w\-])?)?:(?:[\w:%](?:[\w.\-:%]*[\w\-:%])?)? )
  | (?P<word>     [^\W\d]\w*+ )
  | (?P<open>     [({\[] )
  | (?P<close>    [)}\]] )
  | (?P<other>    . )
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """One word of a query: what kind it is, what it says, and the line on which it begins.

    The kinds are comment, string, unended (a string without an end), iri, variable, blank,
    language, number, name (a prefixed one), word, open, close and other.
    """

    kind: str
    text: str
    line: int


def tokens(text: str) -> Iterator[Token]:
    """Every token of a text, white space left out; no text is refused."""
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        if kind != "space":
            yield Token(kind, match[0], line)
        line += match[0].count("\n")
