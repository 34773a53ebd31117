"""What graphs hold and what is remembered of them, told in the words of this release."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pyoxigraph import NamedNode, Triple

from kb_service.knowledge_base.history import CONTENT, Revision, at_moment, revision, revisions
from kb_service.knowledge_base.migrations import Migration, Opaque
from kb_service.knowledge_base.shared_graphs import Retold, names_of_shared_graphs
from kb_service.people_records.raters import about_raters, without_raters
from kb_service.store import KnowledgeStore
from kb_service.vocabulary import (
    MODEL_VERSIONS_GRAPH,
    PEOPLE_GRAPHS,
    PEOPLE_HISTORY,
    RATER_HISTORY,
    RULES_GRAPH,
    SHARED_HISTORY,
    STUDY_GRAPHS,
    STUDY_HISTORY,
    A,
    iri,
    rater_graph,
    rater_history_graph,
)

NamedGraphs = Iterator[tuple[NamedNode, list[Triple]]]

_AGENT = iri("prov", "Agent")
_HISTORIES = (PEOPLE_HISTORY, RATER_HISTORY, STUDY_HISTORY)
_WITH = iri("prov", "wasAssociatedWith")
_INSTANT = timedelta(microseconds=1)


def retell(store: KnowledgeStore, migrations: Sequence[Migration], opaque: Opaque) -> Retold:
    """What a store is to hold once it went through these migrations; nothing is stored.

    The past is told as what it was, in the new words, so that a judgement of a past day still finds
    what it looks for. Versions of position models on record stay as they were handed in.
    """
    shared = [name for name in names_of_shared_graphs(store) if name != MODEL_VERSIONS_GRAPH]
    telling = Telling(store, migrations, opaque)
    histories = [SHARED_HISTORY]
    histories += [name for space in _HISTORIES for name in store.graph_names(space)]
    return Retold(
        shared=dict(telling.of_graphs([*shared, RULES_GRAPH])),
        people=dict(telling.of_people()),
        studies=dict(telling.of_graphs(store.graph_names(STUDY_GRAPHS))),
        histories=dict(telling.of_histories(histories)),
    )


def migrated(
    triples: Sequence[Triple], migrations: Sequence[Migration], opaque: Opaque | None = None
) -> list[Triple]:
    """What a graph says after migrations, one after another."""
    found = list(triples)
    for migration in migrations:
        found = migration.over(found, opaque)
    return found


@dataclass(frozen=True)
class Telling:
    """Tells what a store holds in new words, by names that are the same wherever they are asked for."""

    store: KnowledgeStore
    migrations: Sequence[Migration]
    opaque: Opaque

    def of_graphs(self, names: Iterable[NamedNode]) -> NamedGraphs:
        """The graphs that read otherwise, with what they say."""
        for name in names:
            before = self.store.graph(name)
            after = self._told(before)
            if set(after) != set(before):
                yield name, after

    def of_people(self) -> Iterator[tuple[str, list[Triple]]]:
        """The people of whom facts read otherwise, with all facts about them."""
        for name in self.store.graph_names(PEOPLE_GRAPHS):
            person = name.value[len(PEOPLE_GRAPHS) :]
            before = [*self.store.graph(name), *self.store.graph(rater_graph(person))]
            after = self._told(before)
            if set(after) != set(before):
                yield person, after

    def of_histories(self, names: Iterable[NamedNode]) -> NamedGraphs:
        """The histories that read otherwise, with what they remember.

        Who rated somebody is remembered in a history of its own, wherever it was before.
        """
        for name in names:
            before = self.store.graph(name)
            after, apart = before, list[Triple]()
            for graph, changes in revisions(before).items():
                after, of_raters = self._history(after, graph, changes)
                apart += of_raters
            if set(after) != set(before):
                yield name, after
            if apart:
                person = name.value.removeprefix(PEOPLE_HISTORY)
                yield rater_history_graph(person), apart

    def _told(self, triples: Sequence[Triple]) -> list[Triple]:
        return migrated(triples, self.migrations, self.opaque)

    def _history(
        self, history: list[Triple], graph: NamedNode, changes: Sequence[Revision]
    ) -> tuple[list[Triple], list[Triple]]:
        """The history with what is remembered of one graph: its every past state, in the new words.

        Beside it, what of that is to be remembered of who rated somebody.
        """
        is_of_person = graph.value.startswith(PEOPLE_GRAPHS)
        raters = rater_graph(graph.value.removeprefix(PEOPLE_GRAPHS))
        apart: list[Triple] = []
        after = self.store.graph(graph)
        after_told = self._told(after)
        for change in reversed(changes):
            before = at_moment(after, [change], change.at - _INSTANT)
            before_told = self._told(before)
            if set(before_told) != set(before) or set(after_told) != set(after):
                was, became = before_told, after_told
                if is_of_person:
                    of_raters = revision(raters, about_raters(was), about_raters(became), change.at)
                    apart += _by_whom(of_raters, change, history)
                    was, became = without_raters(was), without_raters(became)
                content = revision(graph, was, became, change.at)
                history = [
                    t for t in history if t.subject != change.node or t.predicate not in CONTENT
                ]
                history += [t for t in content if t.predicate in CONTENT]
            after, after_told = before, before_told
        return history, apart


def _by_whom(
    content: Iterable[Triple], change: Revision, history: Iterable[Triple]
) -> Iterator[Triple]:
    """A remembered change with who made it, which was another one's."""
    nodes = dict[NamedNode, None]()
    for triple in content:
        is_agent = triple.predicate == _WITH or triple.object == _AGENT
        if isinstance(triple.subject, NamedNode) and not is_agent:
            yield triple
            nodes[triple.subject] = None
    for triple in history:
        if triple.subject == change.node and triple.predicate == _WITH:
            yield from (Triple(node, _WITH, triple.object) for node in nodes)
            if isinstance(triple.object, NamedNode):
                yield Triple(triple.object, A, _AGENT)
