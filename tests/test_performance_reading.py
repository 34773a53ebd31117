"""Records are merged with what is stored of their periods just as with everything that is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Triple

from kb_service.knowledge_base.checking import Change
from kb_service.knowledge_base.outcomes import UnknownThingError
from kb_service.knowledge_base.performance.merging import Author, Merging
from kb_service.knowledge_base.performance.reading import facts_of_periods
from kb_service.knowledge_base.performance.stored import StoredPerformance
from kb_service.people_records import PersonRecord, person_triples
from kb_service.people_records.performance_records import (
    MEASUREMENT,
    RATING_FORM,
    FormRecord,
    GoalRecord,
    MeasurementRecord,
    PerformanceRecord,
    Removal,
)
from kb_service.people_records.raters import about_raters, without_raters
from kb_service.store import KnowledgeStore
from kb_service.vocabulary import people_graph, rater_graph
from tests.performance_facts import CLOSED, OPEN, PLAN, choices

DAY = date(2026, 10, 5)
HR = Author("hr-7", date(2026, 11, 20))
PERIODS = st.sampled_from([OPEN, CLOSED])
RATERS = st.sampled_from(["r1", "r2"])

records = st.one_of(
    st.builds(
        lambda period, value: MeasurementRecord(
            "p1", period, "complaint-rate", Decimal(value), DAY, reason="why"
        ),
        PERIODS,
        st.integers(1, 3),
    ),
    st.builds(
        lambda period, target: GoalRecord(
            "p1", period, "complaint-rate", Decimal(target), reason="why"
        ),
        PERIODS,
        st.integers(1, 3),
    ),
    st.builds(
        lambda period, rater, grades, is_whole: FormRecord(
            "p1", period, rater, "peer", DAY, grades, is_whole, reason="why"
        ),
        PERIODS,
        RATERS,
        st.dictionaries(
            st.sampled_from(["integrity", "responsibility"]), st.sampled_from("ABC"), min_size=1
        ),
        st.booleans(),
    ),
)
removals = st.one_of(
    st.builds(lambda period: Removal("p1", period, MEASUREMENT, "complaint-rate", "why"), PERIODS),
    st.builds(
        lambda period, rater: Removal("p1", period, RATING_FORM, rater, "why"), PERIODS, RATERS
    ),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeStore]:
    folder: Path = tmp_path_factory.mktemp("periods") / "data"
    with KnowledgeStore(folder) as opened:
        yield opened


def merged(stored: StoredPerformance, step: PerformanceRecord | Removal) -> Merging:
    """What becomes of what is stored by a record, or once something is taken back."""
    merging = Merging("p1", stored, choices(), HR)
    if isinstance(step, Removal):
        merging.remove(step)
    else:
        merging.add([step])
    return merging


def told(change: Change) -> list[list[str]]:
    """What stays and what is new, with new forms by one name."""
    return [sorted(re.sub("/f-[a-z2-7]{26}", "/f", str(t)) for t in part) for part in change]


def keep(store: KnowledgeStore, facts: Sequence[Triple]) -> list[Triple]:
    """Store the facts about a person; answers them as they are stored."""
    about, raters = people_graph("p1"), rater_graph("p1")
    store.replace_graphs({about: without_raters(facts), raters: about_raters(facts)})
    return [*store.graph(about), *store.graph(raters)]


@settings(max_examples=20, deadline=None)
@given(steps=st.lists(st.one_of(records, removals), min_size=1, max_size=7))
def test_what_is_known_of_other_periods_changes_nothing_of_what_becomes_of_a_record(
    store: KnowledgeStore, steps: list[PerformanceRecord | Removal]
) -> None:
    facts = keep(store, [*person_triples(PersonRecord("p1", None, PLAN))])

    for step in steps:
        period = choices().periods[step.period].iri
        of_period = StoredPerformance(facts_of_periods(store, "p1", [period]))
        try:
            by_all = merged(StoredPerformance(facts), step)
        except UnknownThingError:
            with pytest.raises(UnknownThingError):
                merged(of_period, step)
            continue
        by_period = merged(of_period, step)

        assert told(by_period.change(facts)) == told(by_all.change())
        assert [each.node for each in by_period.corrections] == [
            each.node for each in by_all.corrections
        ]
        stays, new = by_all.change()
        facts = keep(store, [*stays, *new])


def test_of_other_periods_only_corrections_are_read(store: KnowledgeStore) -> None:
    other = MeasurementRecord("p1", CLOSED, "complaint-rate", Decimal(1), DAY)
    facts = [*person_triples(PersonRecord("p1", None, PLAN))]
    stays, new = merged(StoredPerformance(facts), other).change()
    keep(store, [*stays, *new])

    read = facts_of_periods(store, "p1", [choices().periods[OPEN].iri])

    assert {t.subject for t in read} == {t.subject for t in facts}
