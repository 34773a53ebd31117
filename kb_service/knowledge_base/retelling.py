"""What graphs hold and what is remembered of them, told in the words of this release."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from pyoxigraph import NamedNode, Triple

from kb_service.knowledge_base.history import CONTENT, Revision, at_moment, revision, revisions
from kb_service.knowledge_base.migrations import Migration
from kb_service.knowledge_base.shared_graphs import Retold, names_of_shared_graphs
from kb_service.store import KnowledgeStore
from kb_service.vocabulary import (
    MODEL_VERSIONS_GRAPH,
    PEOPLE_GRAPHS,
    PEOPLE_HISTORY,
    RULES_GRAPH,
    SHARED_HISTORY,
)

_INSTANT = timedelta(microseconds=1)


def retell(store: KnowledgeStore, migrations: Sequence[Migration]) -> Retold:
    """What a store is to hold once it went through these migrations; nothing is stored.

    The past is told as what it was, in the new words, so that a judgement of a past day still finds
    what it looks for. Versions of position models on record stay as they were handed in.
    """
    shared = [name for name in names_of_shared_graphs(store) if name != MODEL_VERSIONS_GRAPH]
    people = store.graph_names(PEOPLE_GRAPHS)
    histories = [SHARED_HISTORY, *store.graph_names(PEOPLE_HISTORY)]
    return Retold(
        shared=dict(_differing(store, [*shared, RULES_GRAPH], migrations)),
        people={
            name.value[len(PEOPLE_GRAPHS) :]: facts
            for name, facts in _differing(store, people, migrations)
        },
        histories=dict(_differing_histories(store, histories, migrations)),
    )


def migrated(triples: Sequence[Triple], migrations: Sequence[Migration]) -> list[Triple]:
    """What a graph says after migrations, one after another."""
    found = list(triples)
    for migration in migrations:
        found = migration.over(found)
    return found


def _differing(
    store: KnowledgeStore, names: Sequence[NamedNode], migrations: Sequence[Migration]
) -> Iterator[tuple[NamedNode, list[Triple]]]:
    for name in names:
        before = store.graph(name)
        after = migrated(before, migrations)
        if set(after) != set(before):
            yield name, after


def _differing_histories(
    store: KnowledgeStore, names: Sequence[NamedNode], migrations: Sequence[Migration]
) -> Iterator[tuple[NamedNode, list[Triple]]]:
    for name in names:
        before = store.graph(name)
        after = before
        for graph, changes in revisions(before).items():
            after = _history(after, graph, store.graph(graph), changes, migrations)
        if set(after) != set(before):
            yield name, after


def _history(
    history: list[Triple],
    graph: NamedNode,
    now: Sequence[Triple],
    changes: Sequence[Revision],
    migrations: Sequence[Migration],
) -> list[Triple]:
    """The history with what is remembered of one graph: its every past state, in the new words."""
    after = list(now)
    after_told = migrated(after, migrations)
    for change in reversed(changes):
        before = at_moment(after, [change], change.at - _INSTANT)
        before_told = migrated(before, migrations)
        if set(before_told) != set(before) or set(after_told) != set(after):
            content = revision(graph, before_told, after_told, change.at)
            history = [t for t in history if t.subject != change.node or t.predicate not in CONTENT]
            history += [t for t in content if t.predicate in CONTENT]
        after, after_told = before, before_told
    return history
