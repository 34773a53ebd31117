"""Submissions are read, checked and answered in people's words, whatever strangers send."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from datetime import date
from functools import cache

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kb_service.findings import Finding
from kb_service.knowledge_files import read_shared_knowledge
from kb_service.validation.checker import MOST_FINDINGS, Checker, validate_graph
from kb_service.validation.reports import report
from kb_service.validation.shapes import own_shapes
from kb_service.vocabulary import NAMESPACES, POLICY_GRAPH, A, iri, local_id

TODAY = date(2026, 6, 30)
PREFIXES = "".join(f"@prefix {name}: <{space}> .\n" for name, space in NAMESPACES.items())
PERSON = 'person:p001 a people:Person ; dcterms:identifier "p001" ; schema:name "林知夏" .\n'
ASSESSMENT = """
<https://w3id.org/rengang/person/p001/assessment/A1> a people:Assessment ;
    dcterms:identifier "A1" ; people:ofPerson person:p001 ; people:source source:test ;
    people:assessedOn "2026-05-04"^^xsd:date ; core:framework framework:t12 .
<https://w3id.org/rengang/person/p001/assessment/A1/rating/patience> a people:Rating ;
    people:inAssessment <https://w3id.org/rengang/person/p001/assessment/A1> ;
    core:dimension ability:patience ; people:value 7.0 .
"""
RATING = "https://w3id.org/rengang/person/p001/assessment/A1/rating/patience"


def turtle(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(PREFIXES + text, format=RdfFormat.TURTLE)]


knowledge = cache(read_shared_knowledge)


def ontology(name: str) -> NamedNode:
    return NamedNode("https://w3id.org/rengang/ontology/" + name)


@cache
def checker() -> Checker:
    return Checker(own_shapes(), knowledge())


def check(text: str, beside: str = "") -> list[Finding]:
    return checker().check(turtle(text), TODAY, turtle(beside))


def shapes_of(findings: Iterable[Finding]) -> list[str]:
    return [finding.shape.rsplit("/", 1)[-1] for finding in findings]


# Our own knowledge


def test_our_ontology_frameworks_models_trainings_and_policy_conform() -> None:
    everything = [triple for triples in knowledge().values() for triple in triples]

    assert Checker(own_shapes(), {}).check(everything, TODAY) == []


@cache
def policy_checker() -> Checker:
    rest = {name: triples for name, triples in knowledge().items() if name != POLICY_GRAPH}
    return Checker(own_shapes(), rest)


WITHOUT_NUMBER = {
    iri("judgement", "ProtectedAttribute"),
    iri("judgement", "SeparationOfDuties"),  # who wants none leaves it out
}
NUMBERS = sorted(
    {
        local_id(triple.subject)
        for triple in knowledge()[POLICY_GRAPH]
        if isinstance(triple.subject, NamedNode)
        and triple.predicate == A
        and triple.object not in WITHOUT_NUMBER
    }
)


@cache
def policy() -> list[Triple]:
    """The policy, with the sources, parts, grades and worths that it must not forget."""
    kinds = {
        iri("people", "RatingSource"),
        iri("core", "Part"),
        iri("performance", "Grade"),
        iri("studies", "Familiarity"),
        iri("studies", "Influence"),
    }
    modules = ("core", "people", "performance", "studies")
    words = [triple for module in modules for triple in knowledge()[ontology(module)]]
    named = {triple.subject for triple in words if triple.object in kinds}
    return [*knowledge()[POLICY_GRAPH], *(t for t in words if t.subject in named)]


def test_the_policy_conforms() -> None:
    assert policy_checker().check(policy(), TODAY) == []


@pytest.mark.parametrize("number", NUMBERS)
def test_every_number_of_the_policy_is_missed(number: str) -> None:
    without = [triple for triple in policy() if triple.subject != iri("policy", number)]

    findings = policy_checker().check(without, TODAY)

    assert {finding.severity for finding in findings} == {"violation"}


def test_every_property_with_a_domain_makes_its_subjects_say_what_they_are() -> None:
    """A rating without its class would be read by rules and looked at by no shape."""
    ours = tuple(NAMESPACES[module] for module in ("core", "people", "learning", "performance"))
    with_domain = {
        triple.subject.value
        for triples in knowledge().values()
        for triple in triples
        if triple.predicate == iri("rdfs", "domain")
        and isinstance(triple.subject, NamedNode)
        and triple.subject.value.startswith(ours)
    }
    shape = next(s for s in own_shapes().targeted if s.iri.endswith("/Thing-class-of-property"))

    assert {str(property) for property in shape.subjects_of} == with_domain


# What is checked


def test_a_faultless_assessment_is_answered_with_nothing() -> None:
    assert check(PERSON + ASSESSMENT) == []


def test_a_finding_says_what_is_wrong_where_and_what_to_do_in_two_languages() -> None:
    findings = check(PERSON + ASSESSMENT.replace("7.0", "11.0"))

    assert findings == [
        Finding(
            severity="violation",
            message={
                "zh": "“patience”的评分 11.0 超出量表，应在 1.0 至 10.0 之间。",
                "en": "The rating 11.0 of patience is outside the scale;"
                " write a number from 1.0 to 10.0.",
            },
            focus=RATING,
            path="https://w3id.org/rengang/ontology/people#value",
            value="11.0",
            shape="https://w3id.org/rengang/shape/Rating-value-within-scale",
        )
    ]


def test_one_fault_is_told_once() -> None:
    findings = check(PERSON + ASSESSMENT.replace("7.0", '"sehr gut" , "excellent"'))

    assert shapes_of(findings) == ["Rating-value-one", "Rating-value-one"]
    assert [finding.value for finding in findings] == ["excellent", "sehr gut"]


def test_the_person_may_stand_beside_the_assessment() -> None:
    assert check(ASSESSMENT, beside=PERSON) == []
    assert shapes_of(check(ASSESSMENT)) == ["Assessment-ofPerson-one"]


def test_what_stands_beside_is_not_itself_looked_at() -> None:
    assert check(ASSESSMENT, beside="person:p001 a people:Person .") == []


def test_a_model_handed_in_again_replaces_the_one_that_is_known() -> None:
    model = knowledge()[ontology("models/team-leader")]
    listening = iri("requirement", "team-leader.active-listening")
    without = [t for t in model if listening not in (t.subject, t.object)]

    assert checker().check(model, TODAY) == []
    assert checker().check(without, TODAY) == []
    assert len(without) < len(model)


def test_a_check_leaves_nothing_behind_for_the_next() -> None:
    check("position:team-leader a core:Position .\n" + PERSON + ASSESSMENT.replace("7.0", "11.0"))
    check(PERSON, beside='scale:sten core:maximum 10.00 . ability:patience core:rank "x" .')

    assert check(PERSON + ASSESSMENT) == []
    assert shapes_of(check(PERSON + ASSESSMENT.replace("7.0", "11.0"))) == [
        "Rating-value-within-scale"
    ]
    assert check(PERSON + "person:p001 people:candidateFor position:team-leader .") == []


def test_a_stranger_cannot_set_the_clock() -> None:
    tomorrow = ASSESSMENT.replace("2026-05-04", "2026-07-01")
    clock = 'judgement:clock judgement:today "2999-01-01"^^xsd:date .'

    assert shapes_of(check(PERSON + tomorrow + clock)) == ["Assessment-assessedOn-not-in-future"]


def test_a_mistyped_word_is_refused_with_the_word_meant() -> None:
    findings = check(PERSON + ASSESSMENT + "model:x a core:PositonModel ; core:minimumlevel 5.0 .")

    assert [(finding.value, finding.message["en"]) for finding in findings] == [
        (
            "core:PositonModel",
            "The ontology has no word core:PositonModel; did you mean core:PositionModel?",
        ),
        (
            "core:minimumlevel",
            "The ontology has no word core:minimumlevel; did you mean core:minimumLevel?",
        ),
    ]


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "1E1", "1_0", "７.０", "", " 7.0", "7.0 ", "--7", "7,0"]
)
def test_what_only_python_takes_for_a_decimal_is_refused(value: str) -> None:
    written = ASSESSMENT.replace("7.0", f'"{value}"^^xsd:decimal')

    assert shapes_of(check(PERSON + written)) == ["Rating-value-one"]


@pytest.mark.parametrize("value", ["7", "07", "+7.0", "7.", "7.00", "7.50"])
def test_a_decimal_may_be_written_in_any_way_that_xsd_knows(value: str) -> None:
    assert check(PERSON + ASSESSMENT.replace("7.0", f'"{value}"^^xsd:decimal')) == []


@pytest.mark.parametrize(
    "value",
    [
        r'"\\q\\1{?value}"',
        r'"\u001B[31m"',
        '"' + "9" * 5000 + '"^^xsd:integer',
        '"<!DOCTYPE x []><x/>"^^rdf:XMLLiteral',
        '"9999999999-01-01"^^xsd:date',
        '"PT1Z"^^xsd:duration',
        "<https://example.org/%5Cq>",
        "[]",
        "( 1 2 )",
        "true",
        "1e400",
    ],
)
def test_no_odd_value_stops_a_check(value: str) -> None:
    written = ASSESSMENT.replace("7.0", value).replace('"2026-05-04"^^xsd:date', value)

    findings = check(PERSON.replace('"林知夏"', value) + written)

    assert {"Rating-value-one", "Assessment-assessedOn-one"} <= set(shapes_of(findings))
    assert all(finding.message.keys() == {"zh", "en"} for finding in findings)
    assert "\x1b" not in "".join(finding.value for finding in findings)


def test_no_message_echoes_more_than_eighty_characters_of_a_value() -> None:
    long = "x" * 5000
    findings = check(
        f'ability:{long} a core:Ability ; dcterms:identifier "{long}" ; schema:name "{long}" .'
        f'core:{long} a core:{long} . model:m core:{long} "{long}" .'
    )

    assert findings
    for finding in findings:
        assert len(finding.value) <= 80
        assert len(finding.focus) <= 400
        assert max(map(len, finding.message.values())) < 400


def test_beyond_a_thousand_findings_the_rest_is_counted() -> None:
    people = "".join(f"person:p{number} a people:Person .\n" for number in range(1_100))

    findings = check(people)

    assert len(findings) == MOST_FINDINGS + 1
    assert findings[-1].severity == "info"
    assert "more are not listed" in findings[-1].message["en"]


def test_nothing_is_looked_up_on_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_arguments: object, **_options: object) -> None:
        raise AssertionError("somebody wants the network")

    monkeypatch.setattr(socket, "socket", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)

    assert check(PERSON + ASSESSMENT + "person:p001 owl:imports <http://example.org/x> .") == []


def test_one_persons_assessment_is_checked_within_300_milliseconds() -> None:
    abilities = [
        triple.subject
        for triple in knowledge()[ontology("t12")]
        if triple.object == iri("core", "Ability") and isinstance(triple.subject, NamedNode)
    ]
    assessment = iri("person", "p001/assessment/A1")
    data = turtle(PERSON + ASSESSMENT)
    for ability in abilities[:25]:
        rating = iri("person", f"p001/assessment/A1/rating/{local_id(ability)}")
        data += [
            Triple(rating, A, iri("people", "Rating")),
            Triple(rating, iri("people", "inAssessment"), assessment),
            Triple(rating, iri("core", "dimension"), ability),
            Triple(rating, iri("people", "value"), Literal("7.0", datatype=iri("xsd", "decimal"))),
        ]
    times = []

    for _ in range(5):
        start = time.perf_counter()
        findings = checker().check(data, TODAY)
        times.append(time.perf_counter() - start)

    assert shapes_of(findings) == []
    assert min(times) < 0.3


def test_validate_graph_checks_data_beside_a_context() -> None:
    context = [triple for triples in knowledge().values() for triple in triples]

    assert validate_graph(turtle(PERSON + ASSESSMENT), context, TODAY) == []
    assert validate_graph(turtle("scale:sten core:rank 1 ."), context, TODAY) == []


# Reports


def test_a_report_says_the_same_in_every_format() -> None:
    findings = check(PERSON + ASSESSMENT.replace("7.0", "11.0"))

    texts = {
        RdfFormat.TURTLE: report(findings),
        RdfFormat.JSON_LD: report(findings, "application/ld+json"),
        RdfFormat.RDF_XML: report(findings, "application/rdf+xml"),
        RdfFormat.N_TRIPLES: report(findings, "application/n-triples"),
    }

    said = {form: told(text, form) for form, text in texts.items()}
    assert said[RdfFormat.TURTLE] == {
        "conforms": ["false"],
        "focusNode": [RATING],
        "resultMessage": [
            "The rating 11.0 of patience is outside the scale; write a number from 1.0 to 10.0.",
            "“patience”的评分 11.0 超出量表，应在 1.0 至 10.0 之间。",
        ],
        "resultPath": ["https://w3id.org/rengang/ontology/people#value"],
        "resultSeverity": ["http://www.w3.org/ns/shacl#Violation"],
        "sourceShape": ["https://w3id.org/rengang/shape/Rating-value-within-scale"],
        "value": ["11.0"],
    }
    assert all(one == said[RdfFormat.TURTLE] for one in said.values())


def told(text: bytes, form: RdfFormat) -> dict[str, list[str]]:
    facts: dict[str, list[str]] = {}
    for quad in parse(text, format=form):
        if isinstance(quad.object, NamedNode | Literal) and quad.predicate != A:
            facts.setdefault(local_id(quad.predicate), []).append(quad.object.value)
    return {name: sorted(values) for name, values in sorted(facts.items())}


def test_a_report_of_nothing_conforms() -> None:
    assert told(report([]), RdfFormat.TURTLE) == {"conforms": ["true"]}


def test_a_report_repeats_a_path_against_the_direction_of_a_property() -> None:
    findings = check("requirement:x.patience a core:Requirement .")
    unused = [one for one in findings if one.shape.endswith("Requirement-model-one")]

    assert told(report(unused), RdfFormat.TURTLE)["inversePath"] == [
        "https://w3id.org/rengang/ontology/core#requires"
    ]
