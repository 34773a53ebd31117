"""Whether the text of a query or an update is safe to hand to an engine, and its tokens."""

from __future__ import annotations

import re
from typing import TypeAlias

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
  | (?P<unended>  ["'].* )
  | (?P<iri>      <(?:[^<>"{{}}|^`\\\x00-\x20]|{_ESCAPE})*> )
  | (?P<variable> [?$][\w\u00b7\u0300-\u036f\u203f\u2040]+ )
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
Token: TypeAlias = re.Match[str]


class RefusedQuery(ValueError):
    """The text is too long, too deeply nested, broken, or asks another endpoint."""


def safe_tokens(text: str) -> list[Token]:
    """The tokens of a query or update that may be handed to the engine, without space and comments.

    Raises RefusedQuery for deep nesting, strings without an end, and SERVICE. The engine's parser
    needs no space around keywords: it reads `SERVICESILENT<…>` and `service:x {` as SERVICE. So
    does this, and where in doubt it refuses.
    """
    tokens = [token for token in _TOKEN.finditer(text) if token.lastgroup != "space"]
    _refuse_what_no_parser_should_see(tokens)
    _refuse_calls(tokens)
    return tokens


def place(token: Token) -> str:
    """Where a token stands, as its reader counts lines and columns."""
    text, position = token.string, token.start()
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    return f"Line {line}, column {column}"


def _refuse_what_no_parser_should_see(tokens: list[Token]) -> None:
    depth = 0
    for token in tokens:
        if token.lastgroup == "unended":
            raise RefusedQuery(f"{place(token)}: this string has no end.")
        if token.lastgroup == "open":
            depth += 1
        elif token.lastgroup == "close":
            depth -= 1
        if depth > MAX_NESTING:
            raise RefusedQuery(
                f"{place(token)}: the query is nested deeper than {MAX_NESTING} levels. "
                "Write it flatter or ask in several queries."
            )


def _refuse_calls(tokens: list[Token]) -> None:
    """Refuse SERVICE as a word, as a prefix before a group, and behind a comparison's `<`."""
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        kind, name = token.lastgroup, keyword(token)
        calls = (
            (kind == "word" and "SERVICE" in name)
            or (
                kind in {"prefix", "bare"}
                and "SERVICE" in name
                and (after is not None and after[0] == "{")
                and not (before is not None and before[0].upper() == "GRAPH")
            )
            or (kind == "iri" and "service" in token[0].partition(")")[2].lower())
        )
        if calls:
            raise RefusedQuery(
                f"{place(token)}: SERVICE is refused. This endpoint asks no other endpoint; "
                "ask the other one yourself and join the answers."
            )


def keyword(token: Token) -> str:
    """The word or the prefix in capitals; nothing for any other token."""
    if token.lastgroup in {"word", "prefix", "bare"}:
        return _unescaped(token[token.lastgroup]).upper()
    return ""


def _unescaped(word: str) -> str:
    r"""The word with its `\u…` escapes resolved, as SPARQL does before it reads a query."""
    if "\\" not in word:
        return word
    return re.sub(
        _ESCAPE, lambda escape: chr(min(int(escape[0][2:], 16), 0x10FFFF)), word, flags=re.ASCII
    )
