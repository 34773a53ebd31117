"""A reasoner is given nothing from which nothing follows, and one individual of those alike."""

from __future__ import annotations

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from kb_service.reasoning.axioms import axioms_of, digest
from kb_service.reasoning.reading import readable, without_values
from kb_service.reasoning.standing_in import StandIns, without_idle
from kb_service.vocabulary import A, iri

PREFIXES = """
@prefix ex: <https://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
WORDS = """
ex:Period a owl:Class . ex:State a owl:Class .
ex:state a owl:ObjectProperty, owl:FunctionalProperty ; rdfs:domain ex:Period ; rdfs:range ex:State .
ex:closedOn a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:domain ex:Period .
ex:closedBy a owl:DatatypeProperty ; rdfs:domain ex:Period ; rdfs:range xsd:string .
ex:open a ex:State . ex:closed a ex:State .
"""
OPEN = "ex:q1 a ex:Period ; ex:state ex:open ."
CLOSED = """
ex:q1 a ex:Period ; ex:state ex:closed ; ex:closedOn "2026-01-20"^^xsd:date ; ex:closedBy "hr-7" .
"""


def facts(*texts: str) -> list[Triple]:
    data = "\n".join((PREFIXES, *texts))
    return [quad.triple for quad in parse(data, format=RdfFormat.TURTLE)]


def asked(*texts: str) -> str:
    """The digest of what a reasoner is given."""
    stand_ins = StandIns.of(without_idle(readable(facts(*texts))))
    return digest(axioms_of(without_values(stand_ins.facts).given))


def test_closing_a_period_asks_a_reasoner_nothing_new() -> None:
    assert asked(WORDS, CLOSED) == asked(WORDS, OPEN)


def test_one_more_period_asks_a_reasoner_nothing_new() -> None:
    assert asked(WORDS, OPEN, "ex:q0 a ex:Period ; ex:state ex:open .") == asked(WORDS, OPEN)


def test_the_first_period_is_asked_about() -> None:
    assert asked(WORDS, OPEN) != asked(WORDS)


@pytest.mark.parametrize(
    "axiom",
    [
        "ex:state rdfs:subPropertyOf ex:above . ex:above a owl:ObjectProperty .",
        "ex:state owl:inverseOf ex:of . ex:of a owl:ObjectProperty .",
        "ex:state a owl:InverseFunctionalProperty .",
        "ex:Shut a owl:Class ; owl:equivalentClass"
        " [ a owl:Restriction ; owl:onProperty ex:state ; owl:hasValue ex:closed ] .",
        "ex:states a owl:ObjectProperty ; owl:propertyChainAxiom ( ex:state ex:states ) .",
    ],
)
def test_a_value_counts_where_an_axiom_looks_at_its_property(axiom: str) -> None:
    assert asked(WORDS, axiom, CLOSED) != asked(WORDS, axiom, OPEN)


@pytest.mark.parametrize(
    ("said", "otherwise"),
    [
        ("ex:q1 ex:state ex:open .", "ex:q1 a ex:Other ."),
        ("ex:q1 a ex:Period ; ex:state ex:ajar .", "ex:q1 a ex:Period ."),
        ("ex:q1 a ex:Period ; ex:closedBy 7 .", "ex:q1 a ex:Period ."),
        ("ex:q1 a ex:Period ; ex:state ex:open, ex:closed .", "ex:q1 a ex:Period ."),
    ],
    ids=["class of the subject", "class of the value", "datatype", "second value"],
)
def test_a_value_counts_where_something_follows_from_it(said: str, otherwise: str) -> None:
    assert asked(WORDS, said) != asked(WORDS, otherwise)


def test_what_follows_of_a_stand_in_follows_of_everybody_whom_it_stands_for() -> None:
    stand_ins = StandIns.of(facts("ex:q0 a ex:Period . ex:q1 a ex:Period . ex:p a ex:Post ."))
    (stand_in,) = (one for one, members in stand_ins.members.items() if len(members) == 2)
    kind, value = iri("owl", "Thing"), iri("owl", "Nothing")

    told = [fact for fact, _ in stand_ins.told(Triple(stand_in, A, kind))]  # type: ignore[arg-type]
    back = [fact for fact, _ in stand_ins.told(Triple(value, A, stand_in))]

    quarters = [triple.subject for triple in facts("ex:q0 a ex:P . ex:q1 a ex:P .")]
    assert told == [Triple(quarter, A, kind) for quarter in quarters]
    assert back == [Triple(value, A, quarter) for quarter in quarters]


def test_who_is_named_by_somebody_else_stands_for_nobody() -> None:
    said = facts("ex:q0 a ex:Period . ex:x ex:before ex:q0 . ex:q1 a ex:Period ; ex:before ex:q2 .")

    assert StandIns.of(said).members == {}
