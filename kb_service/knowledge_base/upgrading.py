"""A store of an earlier release, brought up to this one with all that follows, or left as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Triple

from kb_service.knowledge_base.checking import Progress
from kb_service.knowledge_base.graph_writes import GraphWrites, Rewritten
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.migrations import (
    Migration,
    Opaque,
    opaque_names,
    read_migrations,
    waiting,
)
from kb_service.knowledge_base.retelling import migrated, retell
from kb_service.knowledge_base.shared_graphs import Retold
from kb_service.people_records.raters import about_raters, without_raters
from kb_service.store import KnowledgeStore
from kb_service.vocabulary import STORE_GRAPH, iri, people_graph, rater_graph

_NUMBER = iri("history", "number")
"""Between a node and its place in a list, for as long as it is being renamed."""


@dataclass(frozen=True)
class Upgrade:
    """The migrations that a store has yet to go through, and what they make of it."""

    migrations: Sequence[Migration]
    retold: Retold
    uploaded: frozenset[NamedNode]
    """The shared graphs among those that change which did not come with the product."""
    opaque: Opaque
    """Gives new names, the same ones as in `retold`."""

    @property
    def people(self) -> int:
        """Of how many people the facts read otherwise."""
        return len(self.retold.people)

    @property
    def studies(self) -> int:
        """How many studies read otherwise."""
        return len(self.retold.studies)

    @property
    def histories(self) -> int:
        """How many histories read otherwise."""
        return len(self.retold.histories)


def migrations_due(store: KnowledgeStore, root: Path) -> list[Migration]:
    """The migrations of a knowledge folder that a store has yet to go through; none for a new one."""
    facts = store.graph(STORE_GRAPH)
    return waiting(read_migrations(root), facts) if facts else []


class Upgrading:
    """Carries out what is due, in one commit."""

    def __init__(self, keeper: Keeper, writes: GraphWrites, root: Path) -> None:
        self._keeper = keeper
        self._writes = writes
        self._root = root

    def due(self) -> Upgrade:
        """What there is to do; nothing is stored."""
        migrations, opaque = migrations_due(self._keeper.store, self._root), opaque_names()
        retold = retell(self._keeper.store, migrations, opaque)
        uploaded = self._keeper.uploaded_graphs()
        return Upgrade(migrations, retold, frozenset(uploaded & retold.shared.keys()), opaque)

    def check(self, upgrade: Upgrade) -> None:
        """Nothing, when what is to be stored may be; raises RefusedInput with every finding.

        What somebody wrote is checked as when it is written; what comes with the product is not.
        """
        store, retold = self._keeper.store, upgrade.retold
        graphs = {name: retold.shared[name] for name in upgrade.uploaded}
        told = {
            **graphs,
            **{people_graph(p): without_raters(facts) for p, facts in retold.people.items()},
            **{rater_graph(p): about_raters(facts) for p, facts in retold.people.items()},
        }
        added = tuple(
            Quad(fact.subject, fact.predicate, fact.object, name)
            for name, facts in told.items()
            for fact in set(facts) - set(store.graph(name))
        )
        self._writes.check_content(Rewritten(graphs, retold.people, (), added))

    def new_names(
        self, upgrade: Upgrade, person: str, nodes: Sequence[NamedNode]
    ) -> dict[NamedNode, NamedNode]:
        """What things of somebody are called once an upgrade is carried out, where that differs."""
        numbered = [Triple(node, _NUMBER, Literal(number)) for number, node in enumerate(nodes)]
        facts = self._keeper.facts_with_raters(person)
        after = migrated([*facts, *numbered], upgrade.migrations, upgrade.opaque)
        return {
            nodes[int(triple.object.value)]: triple.subject
            for triple in after
            if triple.predicate == _NUMBER
            and isinstance(triple.object, Literal)
            and isinstance(triple.subject, NamedNode)
            and triple.subject != nodes[int(triple.object.value)]
        }

    def carry_out(self, upgrade: Upgrade, progress: Progress | None = None) -> int:
        """Store all of it with the knowledge files of this release, and conclude again.

        Answers how many people were concluded. Raises RefusedInput; nothing is stored then.
        """
        with self._keeper.lock:
            self.check(upgrade)
            return self._keeper.load_release(upgrade.migrations, upgrade.retold, progress)
