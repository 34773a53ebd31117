"""What a query's text shows before any engine parses it: is it safe to hand on, and over what."""

from __future__ import annotations

import re
from dataclasses import dataclass
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
_Token: TypeAlias = re.Match[str]
_FORMS = {"ASK", "CONSTRUCT", "DESCRIBE", "SELECT"}


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
    tokens = [token for token in _TOKEN.finditer(text) if token.lastgroup != "space"]
    _refuse_what_no_parser_should_see(tokens)
    _refuse_calls(tokens)
    return QueryShape(_names_graphs(tokens))


def _refuse_what_no_parser_should_see(tokens: list[_Token]) -> None:
    depth = 0
    for token in tokens:
        if token.lastgroup == "unended":
            raise RefusedQuery(f"{_place(token)}: this string has no end.")
        if token.lastgroup == "open":
            depth += 1
        elif token.lastgroup == "close":
            depth -= 1
        if depth > MAX_NESTING:
            raise RefusedQuery(
                f"{_place(token)}: the query is nested deeper than {MAX_NESTING} levels. "
                "Write it flatter or ask in several queries."
            )


def _refuse_calls(tokens: list[_Token]) -> None:
    """Refuse SERVICE as a word, as a prefix before a group, and behind a comparison's `<`."""
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        kind, name = token.lastgroup, _name(token)
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
                f"{_place(token)}: SERVICE is refused. This endpoint asks no other endpoint; "
                "ask the other one yourself and join the answers."
            )


def _names_graphs(tokens: list[_Token]) -> bool:
    """Whether the query has a FROM clause of its own."""
    depth, form, before = 0, "", ""
    for token in tokens:
        kind, name = token.lastgroup, _name(token)
        if kind == "word":
            if "FROM" in name:
                return True
            form = form or (name if name in _FORMS else "")
        elif kind in {"prefix", "bare"} and depth == 0:
            if "FROM" in name and before != "PREFIX" and form != "DESCRIBE":
                return True
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        before = name
    return False


def _name(token: _Token) -> str:
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


def _place(token: _Token) -> str:
    text, position = token.string, token.start()
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    return f"Line {line}, column {column}"
