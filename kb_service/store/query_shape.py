"""What a query's text says about how to run it: over which graphs, and whether twice alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb_service.store.query_text import (
    MAX_CHARACTERS,
    MAX_NESTING,
    RefusedQuery,
    Token,
    keyword,
    safe_tokens,
)

_FORMS = ("ASK", "CONSTRUCT", "DESCRIBE", "SELECT")
_CHANGING = ("NOW", "RAND", "UUID")
_DEPTH = {"open": 1, "close": -1}
_TELLING = ("FROM", "SERVICE", *_CHANGING)
"""What a word of a query has in it where the shape follows from its tokens."""


@dataclass(frozen=True)
class GraphClause:
    """A `FROM` or `FROM NAMED`, with the name of the graph as the query writes it."""

    name: str
    named: bool = False


@dataclass(frozen=True)
class QueryShape:
    """What the text says about how to run it."""

    clauses: tuple[GraphClause, ...] | None = ()
    """In order; None when one is written so that the engine may read it otherwise than we do."""
    prologue: str = ""
    """What comes before the query itself: the base and the prefixes that its clauses are read by.

    Empty where there are no clauses.
    """
    changes_by_itself: bool = False
    """Whether another run over the same graphs may answer otherwise."""


PLAIN = QueryShape()
"""That of a text that says nothing."""


def inspect(text: str) -> QueryShape:
    """The shape of a query that may be handed to the engine; raises RefusedQuery for any other."""
    if len(text) > MAX_CHARACTERS:
        raise RefusedQuery(
            f"The query is {len(text):,} characters long; at most {MAX_CHARACTERS:,} are read."
        )
    if _is_plain_to_see(text):
        return PLAIN
    tokens = safe_tokens(text)
    clauses = _clauses(tokens)
    return QueryShape(clauses, _prologue(tokens) if clauses else "", _changes_by_itself(tokens))


def _is_plain_to_see(text: str) -> bool:
    """Whether no token could be refused or say anything, whatever the tokens are.

    Most short queries are such, and to take them to pieces costs as much as a worker takes to
    answer them. No string can be without an end where no quotation mark is, and words read
    otherwise than they are written only with a backslash or beyond ASCII.
    """
    if not text.isascii() or '"' in text or "'" in text or "\\" in text:
        return False
    if text.count("{") + text.count("(") + text.count("[") > MAX_NESTING:
        return False
    capitals = text.upper()
    return not any(word in capitals for word in _TELLING)


def _clauses(tokens: Sequence[Token]) -> tuple[GraphClause, ...] | None:
    """The dataset clauses, None when one of them can be read in two ways.

    The engine needs no space around keywords: `ASKFROM<g>` and `?o FROM:g` are clauses to it.
    """
    clauses, depth, form = list[GraphClause](), 0, ""
    for position, token in enumerate(tokens):
        kind, word = token.lastgroup, keyword(token)
        depth += _DEPTH.get(str(kind), 0)
        if kind == "word" and word in _FORMS:
            form = form or word
        if "FROM" not in word or _is_a_name(tokens, position, depth, form):
            continue
        clause = _clause(tokens, position) if depth == 0 else None
        if clause is None:
            return None
        clauses.append(clause)
    return tuple(clauses)


def _is_a_name(tokens: Sequence[Token], position: int, depth: int, form: str) -> bool:
    """Whether a token with FROM in it is a prefixed name, or declares a prefix."""
    before = keyword(tokens[position - 1]) if position else ""
    return tokens[position].lastgroup != "word" and (
        depth > 0 or form == "DESCRIBE" or before in {"PREFIX", "FROM", "NAMED"}
    )


def _clause(tokens: Sequence[Token], position: int) -> GraphClause | None:
    token = tokens[position]
    if keyword(token).rstrip(":") != "FROM":
        return None
    if token.lastgroup != "word":
        return GraphClause(token[0][token.end("prefix") - token.start() - 1 :])
    following = [*tokens[position + 1 : position + 3], None, None]
    named = following[0] is not None and following[0].lastgroup == "word"
    graph = following[1] if named else following[0]
    if graph is None or graph.lastgroup not in {"iri", "prefix", "bare"}:
        return None
    words = keyword(following[0]) if named and following[0] is not None else "NAMED"
    if words != "NAMED" or (not named and "NAMED" in keyword(graph)):
        return None
    return GraphClause(graph[0], named)


def _prologue(tokens: Sequence[Token]) -> str:
    """The text before the first word that begins a query."""
    for token in tokens:
        if token.lastgroup == "word" and keyword(token).startswith(_FORMS):
            return token.string[: token.start()]
    return ""


def _changes_by_itself(tokens: Sequence[Token]) -> bool:
    words = (keyword(token) for token in tokens if token.lastgroup == "word")
    return any(changing in word for word in words for changing in _CHANGING)
