"""Questions about many are written so that the engine looks things up: see decision 35."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

from kb_service.questions import Question, TellsOf, questions

_ABOUT_MANY = [
    question
    for question in questions().values()
    if question.over == "store" and question.tells_of is not TellsOf.NOBODY
]


@pytest.mark.parametrize("question", _ABOUT_MANY, ids=lambda question: question.name)
def test_what_is_looked_up_by_a_made_iri_is_bound_for_certain(question: Question) -> None:
    assert not re.search(r"BIND \(IRI\(", question.text), "write COALESCE(IRI(…), ?person)"


@pytest.mark.parametrize("question", _ABOUT_MANY, ids=lambda question: question.name)
def test_an_optional_has_one_pattern_and_others_within_it(question: Question) -> None:
    for part in _parts(_algebra(question.text)):
        if part.name == "LeftJoin" and part.p2.name == "BGP":
            assert len(part.p2.triples) == 1, part.p2.triples


@pytest.mark.parametrize("question", _ABOUT_MANY, ids=lambda question: question.name)
def test_no_pattern_follows_what_may_be_unbound(question: Question) -> None:
    for part in _parts(_algebra(question.text)):
        if part.name == "Join" and part.p2.name == "BGP":
            assert part.p1.name not in ("LeftJoin", "Extend", "Filter"), part.p2.triples


@cache
def _algebra(query: str) -> CompValue:
    return prepareQuery(query).algebra


def _parts(algebra: object) -> Iterator[CompValue]:
    """Every operator of a query's algebra."""
    if isinstance(algebra, CompValue):
        yield algebra
        algebra = list(algebra.values())
    if isinstance(algebra, list | tuple):
        for inner in algebra:
            yield from _parts(inner)
