"""Rules, questions and shapes use the ontology's words, and use them as it means them."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import pytest
from pyoxigraph import NamedNode, Quad, QuerySolutions, RdfFormat, Store, Triple, parse

from kb_service.engine.conclude import conclude
from kb_service.engine.rules import read_rule_book
from kb_service.knowledge_files import knowledge_root, read_shared_knowledge
from kb_service.vocabulary import NAMESPACES, iri, shorten
from tests.shared_knowledge import PREFIXES, column

TERM = re.compile(r"\b(core|people|learning|performance|judgement):([A-Za-z][A-Za-z-]*)")
TEXTS = sorted(
    path.relative_to(knowledge_root()).as_posix()
    for folder, kind in (("rules", "*.rq"), ("rules", "*.ttl"), ("shapes", "*.ttl"))
    for path in (knowledge_root() / folder).rglob(kind)
) + sorted(
    path.relative_to(knowledge_root()).as_posix()
    for path in (knowledge_root() / "kb_service" / "questions").glob("*.rq")
)
TRAINABLE_WITH_A_WEAK_FIRST_MOTIVATION = """
    person:mei a people:Person ; dcterms:identifier "mei" ;
      people:candidateFor position:customer-service-specialist .
    <https://w3id.org/rengang/person/mei/assessment/a1> a people:Assessment ;
      people:ofPerson person:mei ; people:source source:test ;
      people:assessedOn "2026-01-05"^^xsd:date ; core:framework framework:t12 .
"""
RATINGS = {
    "type": "service=9 technical=8 operational=8 administrative=6 influencing=5",
    "ability": "time-management=6 standard-setting=8 patience=9 dependability=8 problem-solving=5 "
    "adaptability=7 information-gathering=7 continuous-improvement=6 service-orientation=7 "
    "affinity=3 conflict-resolution=5",
    "motivation": "work=2 affection=8 honour=7 growth=9",
}


@cache
def declared() -> set[str]:
    return set(
        column(
            """SELECT DISTINCT ?term {
                 ?term a ?kind .
                 VALUES ?kind {
                   owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty
                   judgement:Clock judgement:Retention performance:Direction
                   judgement:ScoreKind judgement:BoxLevel performance:PeriodState
                 }
               }"""
        )
    )


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_uses_only_words_the_ontology_declares(text: str) -> None:
    used = {match.group() for match in TERM.finditer((knowledge_root() / text).read_text("utf-8"))}

    assert used - declared() == set()


def facts_about_mei() -> list[Triple]:
    assessment = "https://w3id.org/rengang/person/mei/assessment/a1"
    ratings = "".join(
        f"<{assessment}/rating/{name}> a people:Rating ; people:inAssessment <{assessment}> ; "
        f"core:dimension {kind}:{name} ; people:value {value}.0 ."
        for kind, pairs in RATINGS.items()
        for name, value in (pair.split("=") for pair in pairs.split())
    )
    prefixes = "".join(f"@prefix {name}: <{space}> . " for name, space in NAMESPACES.items())
    text = prefixes + TRAINABLE_WITH_A_WEAK_FIRST_MOTIVATION + ratings
    return [quad.triple for quad in parse(text, format=RdfFormat.TURTLE)]


@cache
def world() -> Store:
    """Shared knowledge, a person, and all that rules conclude."""
    shared = [triple for graph in read_shared_knowledge().values() for triple in graph]
    mei = facts_about_mei()
    found = conclude(read_rule_book(), shared, {iri("person", "mei"): mei}, as_of=date(2026, 6, 1))
    store = Store()
    for triples in (shared, mei, found.shared, *found.people.values()):
        store.extend(Quad(*triple) for triple in triples)
    return store


def answers(query: str) -> set[tuple[str, ...]]:
    found = world().query(PREFIXES + query)
    assert isinstance(found, QuerySolutions)
    return {
        tuple(shorten(term) if isinstance(term, NamedNode) else str(term) for term in row)
        for row in found
    }


@cache
def kinds_of() -> dict[str, set[str]]:
    """Each class with the classes it is a kind of, itself included."""
    above: dict[str, set[str]] = {}
    for lower, upper in answers("SELECT ?lower ?upper { ?lower rdfs:subClassOf* ?upper }"):
        above.setdefault(lower, {lower}).add(upper)
    return above


def misfits(uses: str, limits: str) -> set[tuple[str, str]]:
    """Properties with a class that they are used with and that none of their limits allows."""
    allowed: dict[str, set[str]] = {}
    for name, limit in answers(limits):
        allowed.setdefault(name, set()).add(limit)
    return {
        (name, used)
        for name, used in answers(uses)
        if name in allowed and not kinds_of().get(used, {used}) & allowed[name]
    }


def test_what_is_concluded_keeps_to_the_domains_of_its_properties() -> None:
    strangers = misfits(
        "SELECT ?property ?class { ?x judgement:concludedBy ?rule ; a ?class ; ?property ?value }",
        "SELECT ?property ?limit { ?property rdfs:domain/(owl:unionOf/rdf:rest*/rdf:first)? ?limit "
        "FILTER (isIRI(?limit)) }",
    )

    assert strangers == set()


def test_what_is_concluded_keeps_to_the_ranges_of_its_properties() -> None:
    strangers = misfits(
        "SELECT ?property ?class { ?x judgement:concludedBy ?rule ; ?property ?y . ?y a ?class "
        "FILTER (?class != owl:NamedIndividual) }",
        "SELECT ?property ?limit { ?property a owl:ObjectProperty ; rdfs:range ?limit }",
    )

    assert strangers == set()


def test_a_functional_property_has_one_value_in_what_is_concluded() -> None:
    doubled = answers(
        """SELECT ?property {
             ?property a owl:FunctionalProperty .
             ?thing judgement:concludedBy ?rule ; ?property ?one , ?other .
             FILTER (?one != ?other)
           }"""
    )

    assert doubled == set()


def test_what_rules_draw_is_a_conclusion() -> None:
    drawn = answers("SELECT ?class { ?thing judgement:concludedBy ?rule ; a ?class }")

    assert {name for (name,) in drawn if "judgement:Conclusion" not in kinds_of()[name]} == set()
    assert len(drawn) >= 15
