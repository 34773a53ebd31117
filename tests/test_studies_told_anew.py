"""Studies in a store that a release tells in new words: what they collected, their past, their conclusions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.migrations import Migration, opaque_names, read_migrations
from kb_service.knowledge_base.retelling import retell
from kb_service.knowledge_base.shared_graphs import Retold
from kb_service.knowledge_base.study_graphs import studies_concluded_again
from kb_service.study_records.rdf import to_triples
from kb_service.study_records.records import StudyRecord
from kb_service.vocabulary import (
    iri,
    study_conclusions_graph,
    study_graph,
    study_history_graph,
)
from tests.example_studies import choices, item, panel

BEFORE = choices().dimensions["patience"].iri
AFTER = NamedNode(f"{BEFORE.value}-and-calm")
RENAME = f"""\
# Patience and calm
#
# Says:    The dimension patience is called patience and calm.
# 说明:    维度“耐心”改称“耐心沉着”。
# Because: Both were always asked about together.
# Reads:   ability:patience

DELETE {{ ?thing ?property <{BEFORE.value}> }}
INSERT {{ ?thing ?property <{AFTER.value}> }}
WHERE {{ ?thing ?property <{BEFORE.value}> }}
"""
MEASURES, VERDICT = iri("studies", "measures"), iri("studies", "itemVerdict")


def of_patience(*ratings: int) -> StudyRecord:
    """A panel on an item that is the dimension patience."""
    record = panel({"patience": ratings})
    items = [item("patience", dimension="patience")]
    return StudyRecord(record.kind, {**record.tables, "items": items})


@pytest.fixture
def study(knowledge_base: KnowledgeBase) -> Iterator[str]:
    """A panel that was stored, and corrected by the dimension that its item is."""
    knowledge_base.studying.put(panel({"patience": [5, 5, 5]}))
    knowledge_base.studying.put(of_patience(5, 5, 5))
    yield "small"
    knowledge_base.studying.remove("small")


@pytest.fixture
def renamed(tmp_path: Path) -> Migration:
    path = tmp_path / "ontology" / "migrations" / "9.0.0" / "01-patience-and-calm.ru"
    path.parent.mkdir(parents=True)
    path.write_text(RENAME, encoding="utf-8")
    (migration,) = read_migrations(tmp_path)
    return migration


def measured(base: KnowledgeBase, study: str) -> set[object]:
    facts = base.store.graph(study_graph(study))
    return {fact.object for fact in facts if fact.predicate == MEASURES}


def test_a_renamed_dimension_is_renamed_in_studies_and_in_what_is_remembered_of_them(
    knowledge_base: KnowledgeBase, study: str, renamed: Migration
) -> None:
    past = study_history_graph(study)

    told = retell(knowledge_base.store, [renamed], opaque_names())

    measures = {t.object for t in told.studies[study_graph(study)] if t.predicate == MEASURES}
    assert measures == {AFTER}
    remembered = " ".join(str(fact.object) for fact in told.histories[past])
    assert f"{AFTER.value}>" in remembered
    assert f"{BEFORE.value}>" not in remembered
    assert told.studies.keys() == {study_graph(study)}


def test_what_is_told_anew_is_stored_with_its_history_and_concluded_again(
    knowledge_base: KnowledgeBase, study: str, renamed: Migration
) -> None:
    keeper = knowledge_base._keeper
    told = retell(knowledge_base.store, [renamed], opaque_names())
    concluded = study_conclusions_graph(study)
    keeper.store.replace_graphs({concluded: []})
    of_study = Retold(
        studies=told.studies,
        histories={
            name: facts
            for name, facts in told.histories.items()
            if name == study_history_graph(study)
        },
    )

    keeper.replace_shared({}, None, retold=of_study)

    assert measured(knowledge_base, study) == {AFTER}
    assert iri("study-decision", "keep") in {
        fact.object for fact in keeper.store.graph(concluded) if fact.predicate == VERDICT
    }
    changes = knowledge_base.studying.history(study)
    assert [change["created"] for change in changes] == [False, True]


def test_a_study_told_anew_is_concluded_by_what_it_is_to_say(
    knowledge_base: KnowledgeBase, study: str
) -> None:
    keeper = knowledge_base._keeper
    divided = to_triples(of_patience(1, 5, 1), choices())

    again = dict(
        studies_concluded_again(
            keeper.store,
            knowledge_base.deriver,
            keeper.knowledge,
            keeper.knowledge,
            datetime.now(UTC),
            {study_graph(study): divided},
        )
    )

    verdicts = {t.object for t in again[study_conclusions_graph(study)] if t.predicate == VERDICT}
    assert verdicts == {iri("study-decision", "drop")}
