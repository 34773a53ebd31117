"""The people with whom the benchmark fills a store are stored as if each had been imported."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from pyoxigraph import Triple

from kb_service.knowledge_base import KnowledgeBase
from kb_service.vocabulary import person_conclusions_graph
from tools.benchmark.crowd import FAMILY, family, person_id, records
from tools.benchmark.loading import load

FIRST, COPY = 3, 3 + FAMILY


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """A knowledge base with two families, the second copied from the first."""
    data = tmp_path_factory.mktemp("loaded") / "data"
    load(data, 2 * FAMILY)
    base = KnowledgeBase.open(data)
    yield base
    base.close()


def conclusions(base: KnowledgeBase, number: int) -> set[Triple]:
    """What is stored as concluded about a person, without when and by what that was."""
    graph = person_conclusions_graph(person_id(number))
    return {triple for triple in base.store.graph(graph) if triple.subject != graph}


def test_everybody_is_there(loaded: KnowledgeBase) -> None:
    assert set(loaded.people_ids()) == {person_id(number) for number in range(2 * FAMILY)}


def test_a_copy_is_judged_as_the_one_copied(loaded: KnowledgeBase) -> None:
    post = records(FIRST)[0].post or ""

    original = json.dumps(loaded.fit(person_id(FIRST), post), default=str)
    copied = json.dumps(loaded.fit(person_id(COPY), post), default=str)

    assert copied == original.replace(family(0), family(1))


def test_what_was_copied_is_what_follows(loaded: KnowledgeBase) -> None:
    copied = conclusions(loaded, COPY)

    loaded.conclude([person_id(COPY)])

    assert conclusions(loaded, COPY) == copied != set()
