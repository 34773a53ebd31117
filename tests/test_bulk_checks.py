"""Very many facts about performance are checked without pySHACL, and the findings are the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from pyoxigraph import NamedNode, Triple

from kb_service.findings import Finding
from kb_service.knowledge_base.performance.recording import CHECKED
from kb_service.knowledge_files import read_shared_knowledge, read_turtle, shape_files
from kb_service.validation.bulk_checks import BulkChecker
from kb_service.validation.bulk_shapes import bulk_shapes
from kb_service.validation.checker import Checker
from kb_service.validation.shapes import own_shapes
from kb_service.vocabulary import BASE, iri
from tests.appraised_people import in_turtle
from tests.performance_facts import shared

TODAY = date(2026, 11, 20)
WHOLE = re.compile(r"(\d)\.0\b")
PERSON = 'person:p001 a people:Person ; dcterms:identifier "p001" .'
OF_Q3 = "performance:forPerson person:p001 ; performance:inPeriod period:2026-q3"
OF_Q1 = "performance:forPerson person:p001 ; performance:inPeriod period:2026-q1"
APPRAISAL = f"""ex:appraisal a performance:Appraisal ; {OF_Q3} ;
  performance:underPlan plan:customer-service-representative ."""
FIGURE = f"""ex:figure a performance:Measurement ; {OF_Q3} ; performance:forKPI kpi:complaint-rate ;
  performance:value 0.9 ; performance:measuredOn "2026-10-05"^^xsd:date ."""
FORM = f"""ex:form a performance:RatingForm ; {OF_Q3} ; people:source source:peer ;
  performance:rater "r0123" ; performance:ratedOn "2026-10-03"^^xsd:date ."""
RATING = """ex:rating a performance:BehaviourRating ; performance:inForm ex:form ;
  core:dimension indicator:integrity ; performance:grade grade:B ."""
GOAL = f"""ex:goal a performance:Goal ; {OF_Q3} ; performance:forKPI kpi:complaint-rate ;
  performance:target 0.8 ."""
CORRECTION = """ex:correction a performance:Correction ; performance:corrects ex:figure ;
  performance:earlierValue 1.2 ; performance:correctedBy "hr-7" ;
  performance:correctedOn "2026-10-06"^^xsd:date ."""
SOUND = "\n".join([APPRAISAL, FIGURE, FORM, RATING, GOAL, CORRECTION])

FAULTS: Mapping[str, tuple[str, str]] = {
    "a figure without a person": (
        f"{OF_Q3} ; performance:forKPI",
        "performance:inPeriod period:2026-q3 ; performance:forKPI",
    ),
    "of somebody who is not entered": ("person:p001 ;", "person:nobody-at-all ;"),
    "in no period": (
        "performance:inPeriod period:2026-q3 ;\n  performance:underPlan",
        "performance:underPlan",
    ),
    "under two plans": (
        "performance:underPlan",
        "performance:underPlan plan:trainer ; performance:underPlan",
    ),
    "a value that is no decimal": ("performance:value 0.9", 'performance:value "much"'),
    "two values": ("performance:value 0.9", "performance:value 0.9 , 1.9"),
    "no value": ("performance:value 0.9 ;", ""),
    "a day that is a text": ('"2026-10-05"^^xsd:date', '"2026-10-05"'),
    "measured in the future": ('"2026-10-05"', '"2026-12-24"'),
    "measured before the period began": ('"2026-10-05"', '"2026-05-04"'),
    "days measured beyond the period": (
        "performance:value 0.9",
        'performance:value 0.9 ; performance:periodStart "2026-06-01"^^xsd:date ; performance:periodEnd "2026-08-01"^^xsd:date',
    ),
    "days the wrong way round": (
        "performance:value 0.9",
        'performance:value 0.9 ; performance:periodStart "2026-08-02"^^xsd:date ; performance:periodEnd "2026-08-01"^^xsd:date',
    ),
    "no appraisal": (APPRAISAL, ""),
    "a second appraisal": (
        APPRAISAL,
        f"{APPRAISAL} {APPRAISAL.replace('ex:appraisal', 'ex:another')}",
    ),
    "a second figure of one day": (FIGURE, f"{FIGURE} {FIGURE.replace('ex:figure', 'ex:another')}"),
    "a second form of one rater": (FORM, f"{FORM} {FORM.replace('ex:form', 'ex:another')}"),
    "two selves": (
        FORM,
        f"{FORM} {FORM.replace('ex:form', 'ex:another').replace('r0123', 'r0124')}".replace(
            "source:peer", "source:self"
        ),
    ),
    "a second grade in one dimension": (
        RATING,
        f"{RATING} {RATING.replace('ex:rating', 'ex:another')}",
    ),
    "a second goal": (GOAL, f"{GOAL} {GOAL.replace('ex:goal', 'ex:another')}"),
    "a name for a rater": ('"r0123"', '"王小明"'),
    "a form without a day": (' ; performance:ratedOn "2026-10-03"^^xsd:date', ""),
    "rated before the period began": ('"2026-10-03"', '"2026-05-04"'),
    "rated after the period was closed": (FORM, FORM.replace("2026-q3", "2026-q1")),
    "measured after the period was closed": (FIGURE, FIGURE.replace("2026-q3", "2026-q1")),
    "corrected after the period was closed": (
        FIGURE,
        FIGURE.replace("2026-q3", "2026-q1").replace("2026-10-05", "2026-03-05"),
    ),
    "a source that is none": ("source:peer", "kpi:complaint-rate"),
    "a grade that is none": ("grade:B", "grade:F"),
    "two grades": ("grade:B", "grade:B , grade:C"),
    "a dimension that is none": ("indicator:integrity", "kpi:complaint-rate"),
    "a KPI that is none": (
        "performance:forKPI kpi:complaint-rate ;\n  performance:value",
        "performance:forKPI grade:A ;\n  performance:value",
    ),
    "no form": ("performance:inForm ex:form ;", ""),
    "a goal out of order": ("performance:target 0.8", "performance:target 8.0"),
    "a goal out of order where higher is better": (
        "kpi:complaint-rate ;\n  performance:target 0.8",
        "kpi:customer-satisfaction ;\n  performance:target 8.0",
    ),
    "a goal with two targets": ("performance:target 0.8", "performance:target 0.8 , 0.7"),
    "a goal with a text as stretch": (
        "performance:target 0.8",
        'performance:target 0.8 ; performance:stretch "a"',
    ),
    "a correction of nothing before": ("performance:earlierValue 1.2 ;", ""),
    "a correction of a text": ("performance:corrects ex:figure", 'performance:corrects "figure"'),
    "a correction by nobody": ('performance:correctedBy "hr-7" ;', ""),
    "a correction by a blank": ('"hr-7"', '" "'),
    "a correction with a blank reason": ('"hr-7"', '"hr-7" ; performance:correctionReason " "'),
    "a correction on two days": (
        '"2026-10-06"^^xsd:date',
        '"2026-10-06"^^xsd:date , "2026-10-07"^^xsd:date',
    ),
}


@cache
def bulk() -> BulkChecker:
    shapes = bulk_shapes((t for path in shape_files() for t in read_turtle(path)), CHECKED)
    return BulkChecker(shapes, shared())


@cache
def one_by_one() -> Checker:
    return Checker(own_shapes(), read_shared_knowledge())


def facts(text: str) -> list[Triple]:
    return in_turtle(f"@prefix ex: <{iri('person', 'p001').value}/> .\n{text}")


def both(text: str) -> tuple[list[Finding], list[Finding]]:
    """What each checker finds, the person and the organisation beside."""
    beside = [*facts(PERSON), *organisation()]
    return bulk().check(facts(text), TODAY, facts(PERSON)), one_by_one().check(
        facts(text), TODAY, beside
    )


@cache
def organisation() -> tuple[Triple, ...]:
    known = {triple for graph in read_shared_knowledge().values() for triple in graph}
    return tuple(triple for triple in shared() if triple not in known)


def with_numbers_as_stored(finding: Finding) -> Finding:
    """A finding that writes 5.0 as a store does, which has no zeros that say nothing."""
    message = {language: WHOLE.sub(r"\1", words) for language, words in finding.message.items()}
    return replace(finding, message=message, value=WHOLE.sub(r"\1", finding.value))


def test_sound_facts_have_no_findings() -> None:
    assert both(SOUND) == ([], [])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_in_the_same_words_as_one_by_one(fault: str) -> None:
    right, wrong = FAULTS[fault]
    assert right in SOUND

    found, expected = both(SOUND.replace(right, wrong))

    assert list(map(with_numbers_as_stored, found)) == list(map(with_numbers_as_stored, expected))
    assert expected, "the case has no fault"


def test_many_people_are_checked_as_each_alone() -> None:
    text = SOUND.replace("performance:value 0.9", "performance:value 0.9 , 1.9")
    people = [text.replace("p001", f"p{number:03}") for number in range(1, 4)]
    alone = [
        bulk().check(facts_of(each, number), TODAY, facts(PERSON.replace("p001", f"p{number:03}")))
        for number, each in enumerate(people, start=1)
    ]

    together = bulk().check(
        [t for number, each in enumerate(people, start=1) for t in facts_of(each, number)],
        TODAY,
        [t for number in range(1, 4) for t in facts(PERSON.replace("p001", f"p{number:03}"))],
    )

    assert together == [finding for found in alone for finding in found]
    assert len(together) == 3


def facts_of(text: str, number: int) -> list[Triple]:
    return in_turtle(f"@prefix ex: <{iri('person', f'p{number:03}').value}/> .\n{text}")


def test_nothing_of_a_check_is_left_for_the_next() -> None:
    bulk().check(facts(SOUND.replace("0.9", '"x"')), TODAY, facts(PERSON))

    assert bulk().check(facts(SOUND), TODAY, facts(PERSON)) == []
    assert bulk().check(facts(SOUND), TODAY) != []


def test_a_constraint_that_bulk_checks_do_not_know_is_named() -> None:
    text = """shape:x a sh:PropertyShape ; sh:path performance:value ; sh:uniqueLang true ;
      sh:severity sh:Violation ; sh:targetClass performance:Measurement ."""

    with pytest.raises(ValueError, match=r"shape/x: bulk checks do not know .*uniqueLang"):
        bulk_shapes(in_turtle(text), CHECKED)


def test_every_shape_about_performance_of_people_is_asked() -> None:
    files = [t for path in shape_files() for t in read_turtle(path)]
    target = iri("sh", "targetClass")

    asked = {shape.iri for shape in bulk_shapes(files, CHECKED)}

    assert asked == {
        triple.subject.value
        for triple in files
        if triple.predicate == target
        and triple.object in CHECKED
        and isinstance(triple.subject, NamedNode)
    }
    assert all(each.startswith(BASE) for each in asked)
