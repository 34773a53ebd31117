"""A data folder of an earlier release: refused until it is upgraded, then as if always written so."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, Quad

from kb_service.findings import RefusedInput
from kb_service.knowledge_base import KnowledgeBase, UpgradeDue
from kb_service.knowledge_base.history import Moments
from kb_service.knowledge_files import knowledge_root
from kb_service.people_records import AssessmentRecord, PersonRecord
from kb_service.store import KnowledgeStore
from kb_service.vocabulary import SHARED_HISTORY, iri

MODEL = "customer-service-specialist"
END_OF_JUNE = date(2026, 6, 30)
OUTSIDE = NamedNode("https://example.org/our-ratings")
SOURCE = iri("people", "source")
PEER, COLLEAGUE = iri("source", "peer"), iri("source", "colleague")
UPLOADED = b"""
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://example.org/our-ratings> a owl:Ontology ;
  rdfs:seeAlso <https://w3id.org/rengang/rating-source/peer> .
"""
MIGRATION = """\
# Ratings by colleagues
#
# Says:    The source peer is called colleague.
# 说明:    来源 peer 改称 colleague。
# Because: Nobody in human resources says peer.
# Reads:   source:peer

PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX source: <https://w3id.org/rengang/rating-source/>

DELETE { source:peer ?property ?value }
INSERT { source:colleague ?property ?value }
WHERE {
  source:peer ?property ?value .
  FILTER NOT EXISTS { source:peer owl:deprecated true . }
} ;

DELETE { ?thing ?property source:peer }
INSERT { ?thing ?property source:colleague }
WHERE { ?thing ?property source:peer . }
"""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """A clock that stands at the last of these, a second later at each look."""
    times = [datetime(2026, 5, 10, 12, tzinfo=UTC)]

    def now(_: Moments) -> datetime:
        times[-1] = times[-1].replace(second=(times[-1].second + 1) % 60)
        return times[-1]

    monkeypatch.setattr(Moments, "now", now)
    return times


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Knowledge files that may be edited."""
    for name in ("ontology", "rules", "shapes", "examples"):
        shutil.copytree(knowledge_root() / name, tmp_path / "root" / name)
    return tmp_path / "root"


@pytest.fixture
def old(tmp_path: Path, root: Path, clock: list[datetime]) -> dict[str, Any]:
    """A folder from before `release`: mei was rated by a peer in May, and otherwise in August.

    Answers how she was judged as of June.
    """
    base = KnowledgeBase.open(tmp_path / "data", root=root)
    base.put_person(PersonRecord("mei", None, MODEL))
    base.put_assessment(rated(base, "8"))
    base.store_rdf(base.read_rdf(UPLOADED, "text/turtle"))
    clock.append(datetime(2026, 8, 10, 12, tzinfo=UTC))
    base.put_assessment(rated(base, "4"))
    judged = as_of_june(base)
    base.close()
    return judged


def rated(base: KnowledgeBase, rating: str) -> AssessmentRecord:
    ratings = {name: Decimal(rating) for name in base.catalogue.dimensions["t12"]}
    return AssessmentRecord("may", "mei", date(2026, 5, 4), "peer", "t12", ratings)


def as_of_june(base: KnowledgeBase) -> dict[str, Any]:
    """The judgement of a past day without what says when and by what it was made."""
    document = base.fit("mei", MODEL, END_OF_JUNE)
    del document["basis"]
    return document


def release(root: Path, migration: str = MIGRATION) -> None:
    """Make of the knowledge files those of a release that renames a source of ratings."""
    people, policy = root / "ontology" / "people.ttl", root / "rules" / "policy.ttl"
    plans = [
        path for path in root.glob("ontology/plans/*.ttl") if "source:peer" in path.read_text()
    ]
    for path in (people, policy, *plans):
        text = path.read_text(encoding="utf-8")
        assert "source:peer" in text
        text = text.replace("source:peer", "source:colleague")
        path.write_text(text.replace('identifier "peer"', 'identifier "colleague"'), "utf-8")
    with people.open("a", encoding="utf-8") as file:
        file.write(
            "source:peer <http://www.w3.org/2002/07/owl#deprecated> true ;"
            " dcterms:isReplacedBy source:colleague ."
        )
    path = root / "ontology" / "migrations" / "0.2.0" / "01-ratings-by-colleagues.ru"
    path.parent.mkdir(parents=True)
    path.write_text(migration, encoding="utf-8")


def everything(data: Path) -> set[Quad]:
    with KnowledgeStore(data, read_only=True) as store:
        return {quad for name in store.graph_names() for quad in store.quads(name)}


def upgraded(data: Path, root: Path) -> int:
    base = KnowledgeBase.open_to_upgrade(data, root=root)
    try:
        return base.upgrading.carry_out(base.upgrading.due())
    finally:
        base.close()


@pytest.mark.usefixtures("old")
def test_a_folder_of_an_earlier_release_is_refused_and_stays_as_it_is(
    tmp_path: Path, root: Path
) -> None:
    before = everything(tmp_path / "data")
    release(root)

    with pytest.raises(UpgradeDue) as refused:
        KnowledgeBase.open(tmp_path / "data", root=root)

    assert [each.id for each in refused.value.migrations] == ["0.2.0/01-ratings-by-colleagues"]
    assert everything(tmp_path / "data") == before


def test_after_an_upgrade_facts_conclusions_and_the_past_are_in_the_new_words(
    tmp_path: Path, root: Path, old: dict[str, Any]
) -> None:
    release(root)

    count = upgraded(tmp_path / "data", root)

    base = KnowledgeBase.open(tmp_path / "data", root=root)
    sources = {fact.object for fact in base.facts_about("mei") if fact.predicate == SOURCE}
    past = {
        fact.object for fact in base.facts_about("mei", END_OF_JUNE) if fact.predicate == SOURCE
    }
    uploaded = {fact.object for fact in base.store.graph(OUTSIDE)}
    judged, now = as_of_june(base), base.fit("mei", MODEL)
    changes = [each.at.month for each in base.revisions_of("mei")]
    base.close()
    assert count == 1
    assert sources == past == {COLLEAGUE}
    assert COLLEAGUE in uploaded and PEER not in uploaded
    assert judged == _renamed(old)
    assert now["verdict"] != judged["verdict"]
    assert changes == [5, 5, 8]
    assert not [quad for quad in everything(tmp_path / "data") if _speaks_of_a_peer(quad)]


def _speaks_of_a_peer(quad: Quad) -> bool:
    """Whether a quad names the old source, be it in what is remembered of a change."""
    if quad.subject == PEER:  # the deprecated term itself
        return False
    return PEER.value in str(quad.object) and quad.graph_name != SHARED_HISTORY


def _renamed(document: Any) -> Any:
    """A document with the source of ratings called as it is now."""
    if isinstance(document, dict):
        return {name: _renamed(value) for name, value in document.items()}
    if isinstance(document, list):
        return [_renamed(value) for value in document]
    return "colleague" if document == "peer" else document


@pytest.mark.usefixtures("old")
def test_once_upgraded_nothing_is_due_and_a_new_folder_never_needs_it(
    tmp_path: Path, root: Path
) -> None:
    release(root)
    upgraded(tmp_path / "data", root)

    for data in (tmp_path / "data", tmp_path / "new"):
        KnowledgeBase.open(data, root=root).close()
        base = KnowledgeBase.open_to_upgrade(data, root=root)
        due = base.upgrading.due()
        base.close()

        assert due.migrations == []
        assert (due.people, due.histories, due.uploaded) == (0, 0, frozenset())


@pytest.mark.usefixtures("old")
def test_what_shapes_refuse_is_not_stored_and_all_stays_as_it_was(
    tmp_path: Path, root: Path
) -> None:
    release(
        root,
        MIGRATION.replace("?thing ?property source:colleague", "?thing ?property source:nobody"),
    )
    before = everything(tmp_path / "data")

    with pytest.raises(RefusedInput) as refused:
        upgraded(tmp_path / "data", root)

    assert any(finding.severity == "violation" for finding in refused.value.findings)
    assert everything(tmp_path / "data") == before


@pytest.mark.usefixtures("old")
def test_an_upgrade_that_breaks_off_leaves_all_as_it_was(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(root)
    before = everything(tmp_path / "data")

    def broken(self: KnowledgeStore, graphs: Any) -> int:
        for number, _ in enumerate(graphs):
            if number == 3:
                raise OSError("the machine stops here")
        raise AssertionError("there was nothing to break off")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="stops here"):
        patch.setattr(KnowledgeStore, "replace_many", broken)
        upgraded(tmp_path / "data", root)

    assert everything(tmp_path / "data") == before
    assert upgraded(tmp_path / "data", root) == 1
