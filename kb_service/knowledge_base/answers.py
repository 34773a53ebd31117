"""Answers to questions: rows of plain values, as JSON and spreadsheets have them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.questions import Question
from kb_service.sparql import query_head
from kb_service.vocabulary import NAMESPACES

Value = str | int | float | bool | None
Term = NamedNode | BlankNode | Literal | Triple

_ALIAS = re.compile(r"\((?:[^()]|\([^()]*\))*\bAS (\?\w+)\)")


@dataclass(frozen=True)
class Answer:
    """The rows of a question, each a mapping of all columns; `None` where there is no value."""

    question: Question
    columns: tuple[str, ...]
    rows: list[dict[str, Value]]
    withheld: bool = False
    """Whether some counts of people are None because they are of too few."""


def columns_of(question: Question) -> tuple[str, ...]:
    """The names of the variables that a question's SELECT returns, in order."""
    head = _ALIAS.sub(r"\1", query_head(question.text))
    return tuple(re.findall(r"\?(\w+)", head))


def answer(question: Question, solutions: Iterable[Mapping[str, Term]]) -> Answer:
    """The solutions of a question as plain rows."""
    columns = columns_of(question)
    rows = [{column: plain(row.get(column)) for column in columns} for row in solutions]
    return Answer(question, columns, rows)


def plain(term: Term | None) -> Value:
    """A term as JSON has it: numbers and truth values as such, everything else as text."""
    if not isinstance(term, Literal):
        return None if term is None else getattr(term, "value", str(term))
    kind = term.datatype.value.removeprefix(NAMESPACES["xsd"])
    if kind == "boolean":
        return term.value == "true"
    if kind == "integer":
        return int(term.value)
    return float(term.value) if kind in ("decimal", "double", "float") else term.value
