"""What becomes of a person's facts when figures, forms and goals come in: nothing earlier is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from kb_service.findings import RefusedInput
from kb_service.knowledge_base.outcomes import UnknownThingError
from kb_service.knowledge_base.performance.closing import refuse_change_of_closed
from kb_service.knowledge_base.performance.merging import Author, Merging
from kb_service.knowledge_base.performance.stored import StoredPerformance
from kb_service.people_records import PersonRecord, person_triples
from kb_service.people_records.performance_facts import (
    CORRECTED_BY,
    CORRECTION,
    CORRECTS,
    EARLIER_GRADE,
    EARLIER_VALUE,
    GRADE,
    UNDER_PLAN,
    VALUE,
    day_literal,
)
from kb_service.people_records.performance_records import (
    GOAL,
    MEASUREMENT,
    RATING_FORM,
    FormRecord,
    GoalRecord,
    MeasurementRecord,
    PerformanceRecord,
    Removal,
)
from kb_service.store import as_stored
from kb_service.vocabulary import A, iri, local_id
from tests.performance_facts import CLOSED, OPEN, PLAN, choices

DAY = date(2026, 10, 5)
PERSON = tuple(person_triples(PersonRecord("p1", None, PLAN)))
HR = Author("hr-7", date(2026, 11, 20))


def figure(value: str, reason: str | None = None, day: date = DAY) -> MeasurementRecord:
    return MeasurementRecord("p1", OPEN, "complaint-rate", Decimal(value), day, reason=reason)


def form(reason: str | None = None, *, whole: bool = False, **grades: str) -> FormRecord:
    named = {name.replace("_", "-"): grade for name, grade in grades.items()}
    return FormRecord("p1", OPEN, "r1", "peer", DAY, named, whole, reason=reason)


def merging(facts: Sequence[Triple]) -> Merging:
    return Merging("p1", StoredPerformance(as_stored(facts)), choices(), HR)


def merging_of(facts: Sequence[Triple], *records: PerformanceRecord) -> Merging:
    """What has become of the facts once these records came in."""
    merged = merging(facts)
    merged.add(records)
    return merged


def after(facts: Sequence[Triple], *records: PerformanceRecord) -> list[Triple]:
    """The facts once these records are merged into them; there must be no fault."""
    merged = merging(facts)
    merged.add(records)
    assert merged.faults == []
    stays, new = merged.change()
    return [*stays, *new]


def faults(facts: Sequence[Triple], *records: PerformanceRecord) -> list[str]:
    merged = merging(facts)
    merged.add(records)
    return [fault.message["en"] for fault in merged.faults]


def values(facts: Sequence[Triple], property: NamedNode) -> list[str]:
    return [
        local_id(t.object) if isinstance(t.object, NamedNode) else t.object.value
        for t in facts
        if t.predicate == property and isinstance(t.object, NamedNode | Literal)
    ]


def test_the_first_figure_of_a_period_says_by_which_plan_it_is_judged() -> None:
    facts = after(PERSON, figure("0.9"))

    assert values(facts, UNDER_PLAN) == [PLAN]
    assert values(facts, VALUE) == ["0.9"]


def test_a_person_keeps_the_plan_of_a_period_after_a_change_of_post() -> None:
    facts = after(PERSON, figure("0.9"))
    moved = [*person_triples(PersonRecord("p1", None, "trainer")), *set(facts) - set(PERSON)]

    later = after(moved, form(integrity="A"))

    assert values(later, UNDER_PLAN) == [PLAN]


def test_without_a_plan_for_the_post_one_has_to_be_named() -> None:
    nobody = person_triples(PersonRecord("p1"))
    named = MeasurementRecord("p1", OPEN, "complaint-rate", Decimal(1), DAY, "trainer")

    assert "By which plan this counts is not known" in faults(nobody, figure("1"))[0]
    assert values(after(nobody, named), UNDER_PLAN) == ["trainer"]


def test_a_period_has_one_plan() -> None:
    facts = after(PERSON, figure("0.9"))
    other = MeasurementRecord("p1", OPEN, "complaint-rate", Decimal(1), DAY, "trainer", "why")

    assert f"appraised by the plan {PLAN} in {OPEN}" in faults(facts, other)[0]


def test_a_changed_figure_keeps_what_it_was_and_who_changed_it() -> None:
    facts = after(PERSON, figure("0.9"))

    corrected = after(facts, figure("1.2", "two calls were not counted"))

    assert values(corrected, VALUE) == ["1.2"]
    assert values(corrected, EARLIER_VALUE) == ["0.9"]
    assert values(corrected, CORRECTED_BY) == ["hr-7"]


def test_a_change_without_a_reason_is_refused_and_names_the_value() -> None:
    facts = after(PERSON, figure("0.9"), form(integrity="B"))

    assert faults(facts, figure("1.2"), form(integrity="C")) == [
        f"{before} is stored here already; to change it or take it back, say why under Correction"
        " reason (reason in JSON). The earlier value is kept."
        for before in ("0.9", "B")
    ]


@pytest.mark.parametrize("same", ["2500", "2500.0", "2.5E+3"])
def test_the_same_once_more_is_no_change(same: str) -> None:
    merged = merging(after(PERSON, figure("2500.00"), form(integrity="B")))

    merged.add([figure(same), form(integrity="B")])

    assert not merged.differs
    assert merged.faults == []


def test_a_figure_of_a_later_day_stands_beside_the_earlier_one() -> None:
    facts = after(PERSON, figure("0.9"), figure("1.1", day=date(2026, 10, 9)))

    assert sorted(values(facts, VALUE)) == ["0.9", "1.1"]
    assert values(facts, EARLIER_VALUE) == []


def test_a_form_adds_to_what_the_rater_said_and_a_whole_form_replaces_it() -> None:
    facts = after(PERSON, form(integrity="B"), form(responsibility="A"))
    added = after(facts, form(patience_trait="C"))
    replaced = after(added, form("copied by mistake", whole=True, integrity="B"))

    assert sorted(values(added, GRADE)) == ["A", "B", "C"]
    assert values(replaced, GRADE) == ["B"]
    assert sorted(values(replaced, EARLIER_GRADE)) == ["A", "C"]


def test_a_rater_rates_a_person_as_one_kind_of_judge() -> None:
    facts = after(PERSON, form(integrity="B"))
    as_customer = FormRecord("p1", OPEN, "r1", "customer", DAY, {"integrity": "B"})

    assert "The rater r1 has rated this person as peer" in faults(facts, as_customer)[0]


def test_a_fact_is_found_by_what_it_is_about_whatever_its_address() -> None:
    facts = after(PERSON, figure("0.9"))
    (canonical,) = {t.subject for t in facts if t.predicate == VALUE}
    elsewhere = iri("person", "p1/some/where")
    renamed = [
        Triple(elsewhere if t.subject == canonical else t.subject, t.predicate, t.object)
        for t in facts
    ]

    corrected = after(renamed, figure("1.2", "why"))

    assert values(corrected, VALUE) == ["1.2"]
    assert {t.object for t in corrected if t.predicate == CORRECTS} == {elsewhere}


def test_what_else_is_said_of_a_figure_stays_when_it_is_corrected() -> None:
    facts = after(PERSON, figure("0.9"))
    (node,) = {t.subject for t in facts if t.predicate == VALUE}
    first_day = Triple(node, iri("performance", "periodStart"), day_literal(date(2026, 7, 1)))
    entity = Triple(node, A, iri("prov", "Entity"))
    known = [entity, *facts, first_day]

    corrected = after(known, figure("1.2", "why"))

    assert not merging_of(known, figure("0.9")).differs
    assert first_day in corrected
    assert values(corrected, VALUE) == ["1.2"]


@given(
    st.lists(
        st.tuples(st.sampled_from("ABCDE"), st.decimals(0, 9, places=1)), min_size=1, max_size=6
    )
)
def test_after_any_changes_the_last_value_holds_and_each_earlier_one_is_kept(
    changes: list[tuple[str, Decimal]],
) -> None:
    facts: list[Triple] = [*PERSON]

    for grade, value in changes:
        facts = after(facts, figure(str(value), "why"), form("why", integrity=grade))

    grades, numbers = [grade for grade, _ in changes], [value for _, value in changes]
    assert values(facts, GRADE) == grades[-1:]
    assert [Decimal(each) for each in values(facts, VALUE)] == numbers[-1:]
    assert sorted(values(facts, EARLIER_GRADE)) == sorted(_changed(grades))
    assert sorted(map(Decimal, values(facts, EARLIER_VALUE))) == sorted(_changed(numbers))
    corrections = [t.subject for t in facts if t.predicate == A and t.object == CORRECTION]
    assert len(corrections) == len(set(corrections))


def _changed(said: Sequence[Any]) -> list[Any]:
    """What was said before each change."""
    return [one for one, other in zip(said, said[1:], strict=False) if one != other]


@pytest.mark.parametrize(
    ("kind", "about", "gone"),
    [
        (MEASUREMENT, "complaint-rate", "0.9"),
        (GOAL, "complaint-rate", "0.8"),
        (RATING_FORM, "r1", "B"),
    ],
)
def test_what_is_taken_back_is_kept_in_a_correction(kind: str, about: str, gone: str) -> None:
    goal = GoalRecord("p1", OPEN, "complaint-rate", Decimal("0.8"))
    merged = merging(after(PERSON, figure("0.9"), goal, form(integrity="B")))

    merged.remove(Removal("p1", OPEN, kind, about, "entered for the wrong person"))

    stays, new = merged.change()
    assert [each.reason for each in merged.corrections] == ["entered for the wrong person"]
    kept = [*values(new, EARLIER_VALUE), *values(new, EARLIER_GRADE)]
    assert kept == [gone]
    left = {t.subject for t in stays}
    assert not left & {each.fact for each in merged.corrections}


def test_only_the_figure_of_the_day_named_is_taken_back() -> None:
    other = date(2026, 10, 9)
    merged = merging(after(PERSON, figure("0.9"), figure("1.1", day=other)))

    merged.remove(Removal("p1", OPEN, MEASUREMENT, "complaint-rate", "why", other))

    assert values(merged.change()[0], VALUE) == ["0.9"]


def test_what_is_not_there_cannot_be_taken_back() -> None:
    with pytest.raises(UnknownThingError, match="rating-form r9"):
        merging(PERSON).remove(Removal("p1", OPEN, RATING_FORM, "r9", "why"))


# Closed periods


def _in_closed(facts: Sequence[Triple]) -> list[Triple]:
    """The facts as if they were of a period that is closed."""
    periods = choices().periods
    return [
        Triple(t.subject, t.predicate, periods[CLOSED].iri) if t.object == periods[OPEN].iri else t
        for t in facts
    ]


@pytest.mark.parametrize("kind", ["figure", "grade", "correction of a grade", "appraisal"])
def test_nothing_of_a_closed_period_may_change(kind: str) -> None:
    facts = after(after(PERSON, figure("0.9"), form(integrity="B")), form("why", integrity="C"))
    closed = _in_closed(facts)
    properties = {
        "figure": VALUE,
        "grade": GRADE,
        "correction of a grade": CORRECTS,
        "appraisal": UNDER_PLAN,
    }
    changed = [t for t in closed if t.predicate == properties[kind]]

    with pytest.raises(RefusedInput) as refused:
        refuse_change_of_closed(changed, closed, choices())

    assert refused.value.status == 409
    assert "was closed on 2026-04-20 by hr-1" in str(refused.value)
    assert "rengang period open 2026-q1" in str(refused.value)


def test_what_is_of_no_closed_period_may_change_beside_it() -> None:
    facts = after(PERSON, figure("0.9"), form(integrity="B"))
    closed = _in_closed(facts)

    refuse_change_of_closed(PERSON, [*PERSON, *closed], choices())
    refuse_change_of_closed(facts, facts, choices())
