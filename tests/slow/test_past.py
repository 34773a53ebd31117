"""An old judgement can be drawn again, and says what is different now."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.history import Moments, at_moment, revision, revisions
from kb_service.knowledge_files import knowledge_root
from kb_service.people_records import AssessmentRecord, PersonRecord

MODEL = "customer-service-specialist"
MAY, JUNE, AUGUST = (datetime(2026, month, 10, 12, tzinfo=UTC) for month in (5, 6, 8))
END_OF_JUNE = date(2026, 6, 30)


class Calendar:
    """A clock that stands where it is put and goes on by a second at each look."""

    def __init__(self) -> None:
        self.time = MAY

    def now(self) -> datetime:
        self.time = self.time.replace(second=(self.time.second + 1) % 60, minute=self.time.minute)
        return self.time


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    clock = Calendar()
    monkeypatch.setattr(Moments, "now", lambda _: clock.now())
    return clock


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Knowledge files that may be edited."""
    for name in ("ontology", "rules", "shapes", "examples"):
        shutil.copytree(knowledge_root() / name, tmp_path / "root" / name)
    return tmp_path / "root"


@pytest.fixture
def kb(tmp_path: Path, root: Path, calendar: Calendar) -> Iterator[KnowledgeBase]:
    """Somebody with one assessment of May."""
    base = KnowledgeBase.open(tmp_path / "data", root=root)
    base.put_person(PersonRecord("mei", None, MODEL))
    base.put_assessment(assessment(base, "may", "8"))
    yield base
    base.close()


def assessment(base: KnowledgeBase, id: str, rating: str) -> AssessmentRecord:
    ratings = {name: Decimal(rating) for name in base.catalogue.dimensions["t12"]}
    return AssessmentRecord(id, "mei", date(2026, 5, 4), "test", "t12", ratings)


def judged(base: KnowledgeBase) -> dict[str, Any]:
    """The judgement as of the end of June without what says when and by what it was made."""
    document = base.fit("mei", MODEL, END_OF_JUNE)
    del document["basis"]
    return document


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def raise_coverage(root: Path) -> None:
    said = 'identifier "coverage-minimum" ;\n    judgement:value '
    edit(root / "rules" / "policy.ttl", f"{said}0.80", f"{said}0.95")


def test_facts_policy_and_rules_of_the_day_count_whatever_came_later(
    kb: KnowledgeBase, root: Path, calendar: Calendar, tmp_path: Path
) -> None:
    calendar.time = JUNE
    in_june = judged(kb)

    calendar.time = AUGUST
    kb.put_assessment(assessment(kb, "may", "3"))
    kb.close()
    raise_coverage(root)
    risk = root / "rules/60-parts/retention-risk.rq"
    edit(risk, "judgement:WeakMotivation", "judgement:StrongMotivation")
    for model in (MODEL, "team-leader"):
        file = root / f"ontology/models/{model}.ttl"
        edit(file, "core:status status:published", "core:status status:draft")
    later = KnowledgeBase.open(tmp_path / "data", root=root)
    document = later.fit("mei", MODEL, END_OF_JUNE)
    since = document["basis"].pop("since")
    again = judged(later)
    now = {row["model"] for row in later.ask("fits-of-person", person="mei").rows}
    later.close()

    assert again == in_june
    assert MODEL not in now
    assert [(s["kind"], s["id"].rsplit("/", 1)[-1]) for s in since] == [
        ("rule", "retention-risk"),
        ("policy", "coverage-minimum"),
        ("model", MODEL),
        ("facts", "mei"),
    ]
    assert (since[1]["before"], since[1]["after"]) == ({"value": "0.8"}, {"value": "0.95"})


def test_a_judgement_names_the_versions_it_was_made_by(kb: KnowledgeBase) -> None:
    basis = kb.fit("mei", MODEL)["basis"]

    assert basis["modelVersion"] == "0.1.0"
    assert all(len(basis[name]) == 12 for name in ("rules", "policy", "model"))
    assert basis["concludedAt"].startswith("2026-05-10T12:00")


def test_a_version_is_the_same_only_while_the_content_is(
    kb: KnowledgeBase, root: Path, calendar: Calendar, tmp_path: Path
) -> None:
    before = kb.fit("mei", MODEL)["basis"]
    kb.close()
    raise_coverage(root)

    with_other_policy = KnowledgeBase.open(tmp_path / "data", root=root)
    with_other_policy.conclude()
    after = with_other_policy.fit("mei", MODEL)["basis"]
    with_other_policy.close()

    assert (before["rules"], before["model"]) == (after["rules"], after["model"])
    assert before["policy"] != after["policy"]


def test_for_a_day_before_anything_was_stored_the_earliest_facts_count_and_it_says_so(
    kb: KnowledgeBase,
) -> None:
    basis = kb.fit("mei", MODEL, date(2026, 5, 6))["basis"]

    assert basis["knownSince"].startswith("2026-05-10")
    assert "knownSince" not in {k for k, v in kb.fit("mei", MODEL)["basis"].items() if v}


def test_who_is_forgotten_leaves_no_history(kb: KnowledgeBase) -> None:
    kb.put_assessment(assessment(kb, "may", "3"))

    kb.forget_people(["mei"])

    graphs = kb.store.graph_names()
    assert [name for name in graphs if "mei" in name.value] == []


# The memory itself

GRAPH = NamedNode("https://example.org/graph")
triples = st.builds(
    Triple,
    st.sampled_from([NamedNode("https://example.org/a"), BlankNode("b")]),
    st.just(NamedNode("https://example.org/p")),
    st.text(max_size=3).map(Literal),
)


@settings(max_examples=200)
@given(st.lists(st.lists(triples, max_size=4), min_size=1, max_size=6))
def test_every_earlier_state_of_a_graph_can_be_had_again(states: list[list[Triple]]) -> None:
    times = [datetime(2026, 1, day, tzinfo=UTC) for day in range(1, len(states) + 1)]
    history: list[Triple] = []
    before: list[Triple] = []
    for state, time in zip(states, times, strict=True):
        history += revision(GRAPH, before, state, time)
        before = state

    changes = revisions(history).get(GRAPH, [])

    for state, time in zip(states, times, strict=True):
        assert set(at_moment(states[-1], changes, time)) == set(state)
