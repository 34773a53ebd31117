"""What a query's text shows before any engine parses it: is it safe to hand on, and over what."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_CHARACTERS = 64 * 1024
MAX_NESTING = 100

_ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_LETTERS = rf"(?:[\w\-]|{_ESCAPE})"
_WORD = rf"(?:[^\W\d]|{_ESCAPE}){_LETTERS}*+(?:\.++{_LETTERS}++)*+"
_TOKEN = re.compile(
    rf"""
    (?P<space>    \s+ | \#[^\n\r]* )
  | (?P<string>   \"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
                | "(?!"")(?:[^"\\\n\r]|\\.)*"          | '(?!'')(?:[^'\\\n\r]|\\.)*' )
  | (?P<unended>  ["'] )
  | (?P<iri>      <[^<>"{{}}|^`\\\x00-\x20]*> )
  | (?P<variable> [?$]\w+ )
  | (?P<blank>    _:[\w.\-]+ )
  | (?P<language> @[A-Za-z]+(?:-+[A-Za-z0-9]+)* )
  | (?P<number>   \d+(?:\.\d*)?(?:[eE][+-]?\d+)? )
  | (?P<prefix>   (?:{_WORD})?: ) (?:[\w:%]|\\.) (?:[\w\-.:%]|\\.)*
  | (?P<bare>     (?:{_WORD})?: )
  | (?P<word>     {_WORD} )
  | (?P<open>     [({{\[] )
  | (?P<close>    [)}}\]] )
  | (?P<other>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
_SERVICE_IN_COMPARISON = re.compile(r"\).*service", re.IGNORECASE | re.DOTALL)


class RefusedQuery(ValueError):
    """The text is too long, too deeply nested, broken, or asks another endpoint."""


@dataclass(frozen=True)
class QueryShape:
    """What the text says about how to run it."""

    names_its_graphs: bool


def inspect(text: str) -> QueryShape:
    """The shape of a query that may be handed to the engine; raises RefusedQuery for any other.

    The engine's parser needs no space around keywords: it reads `SERVICESILENT<…>`, `service:x {`
    and `?o FROM:g` as SERVICE and FROM. So does this, and where in doubt it refuses.
    """
    if len(text) > MAX_CHARACTERS:
        raise RefusedQuery(
            f"The query is {len(text):,} characters long; at most {MAX_CHARACTERS:,} are read."
        )
    depth = 0
    names_its_graphs = False
    form = before = ""
    pending_service = False
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "space":
            continue
        if pending_service and token[0] == "{":
            raise _service_refused(text, token.start())
        pending_service = False
        if kind == "unended":
            raise RefusedQuery(f"{_place(text, token.start())}: this string has no end.")
        if kind == "open":
            depth += 1
            if depth > MAX_NESTING:
                raise RefusedQuery(
                    f"{_place(text, token.start())}: the query is nested deeper than "
                    f"{MAX_NESTING} levels. Write it flatter or ask in several queries."
                )
        elif kind == "close":
            depth -= 1
        elif kind == "iri" and _SERVICE_IN_COMPARISON.search(token[0]):
            raise _service_refused(text, token.start())
        elif kind == "word":
            word = _unescaped(token[0]).upper()
            if "SERVICE" in word:
                raise _service_refused(text, token.start())
            names_its_graphs = names_its_graphs or "FROM" in word
            form = form or (word if word in {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"} else "")
        elif kind in {"prefix", "bare"}:
            prefix = _unescaped(token[kind]).upper()
            pending_service = "SERVICE" in prefix and before != "GRAPH"
            if "FROM" in prefix and depth == 0 and before != "PREFIX" and form != "DESCRIBE":
                names_its_graphs = True
        before = token[0].upper()
    return QueryShape(names_its_graphs)


def _unescaped(word: str) -> str:
    r"""The word with its `\u…` escapes resolved, as SPARQL does before it reads a query."""
    if "\\" not in word:
        return word
    return re.sub(
        _ESCAPE, lambda escape: chr(min(int(escape[0][2:], 16), 0x10FFFF)), word, flags=re.ASCII
    )


def _service_refused(text: str, position: int) -> RefusedQuery:
    return RefusedQuery(
        f"{_place(text, position)}: SERVICE is refused. This endpoint asks no other endpoint; "
        "ask the other one yourself and join the answers."
    )


def _place(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    return f"Line {line}, column {column}"
