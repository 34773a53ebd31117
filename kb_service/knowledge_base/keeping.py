"""Facts and conclusions in a store, kept in step: whatever changes, what follows changes with it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.engine.deriver import Deriver
from kb_service.engine.rules import RuleBook
from kb_service.engine.shacl_rules import rules_from_shacl
from kb_service.knowledge_base.canonical_forms import CanonicalForms
from kb_service.knowledge_base.checking import Change, Progress, Steps
from kb_service.knowledge_base.consequences import Consequences, who_may_change
from kb_service.knowledge_base.durations import Durations, Work
from kb_service.knowledge_base.graphs_of_people import (
    conclusions_of,
    emptied,
    facts_apart,
    people_as_retold,
)
from kb_service.knowledge_base.history import Moments, revision, who_changes
from kb_service.knowledge_base.holdings import PART, Holdings, StoredFacts
from kb_service.knowledge_base.judging import Judging, Knowledge, texts
from kb_service.knowledge_base.migrations import Migration, marks_to_keep
from kb_service.knowledge_base.migrations import marks as marks_of
from kb_service.knowledge_base.model_versions.following import (
    PRODUCT,
    Moment,
    arriving,
    following,
)
from kb_service.knowledge_base.model_versions.records import ModelVersion, version_triples
from kb_service.knowledge_base.rule_files import checked_rules
from kb_service.knowledge_base.shared_graphs import (
    AS_OF,
    AS_STORED,
    STORE,
    Retold,
    changed_graphs,
    graphs_to_be,
)
from kb_service.knowledge_base.study_graphs import studies_concluded_again
from kb_service.knowledge_files import knowledge_digest, read_shared_knowledge
from kb_service.people_records.raters import without_raters
from kb_service.store import KnowledgeStore
from kb_service.store.canonical_form import content_digest
from kb_service.vocabulary import (
    IDENTIFIER,
    MODEL_VERSIONS_GRAPH,
    person_conclusions_graph,
    rater_conclusions_graph,
)

Digest = Callable[[NamedNode, list[Triple]], str]
NamedGraphs = Iterable[tuple[NamedNode, list[Triple]]]


@dataclass(frozen=True)
class Begun:
    """People whose conclusions are being drawn, by which knowledge; the first batch is under way."""

    knowledge: Knowledge
    facts: Mapping[str, list[Triple]]
    first: list[Judging]
    rest: Iterator[Judging]


class Keeper(Holdings):
    """What the store holds, and the lock under which facts and conclusions change together.

    `cache` is the folder for what took long to find out, that of `RENGANG_CACHE` or else one in the
    data folder.
    """

    def __init__(self, store: KnowledgeStore, root: Path, deriver: Deriver) -> None:
        super().__init__(store, root)
        self.lock = threading.RLock()
        self.deriver = deriver
        self._root = root
        self._moments = Moments()
        self.durations = Durations()
        shared = os.environ.get("RENGANG_CACHE")
        self.cache = Path(shared) if shared else store.data.cache
        self.consequences = Consequences(deriver, self.cache)
        self._forms = CanonicalForms()

    def close(self) -> None:
        """End the worker in which strangers' graphs are read; the store stays open."""
        self._forms.close()

    # Shared knowledge

    def load_knowledge(self, progress: Progress | None) -> int:
        """Bring the store up to the knowledge files and to the day.

        Answers how many people were concluded again. Raises RefusedInput when a rule is not fit to be run; the store stays as it was.
        """
        digest = Literal(knowledge_digest(self._root))
        if any(fact.object == digest for fact in self.store.graph(STORE)):
            return self.pass_time(progress)
        return self.load_release((), AS_STORED, progress)

    def load_release(
        self, migrations: Sequence[Migration], retold: Retold, progress: Progress | None
    ) -> int:
        """Load the knowledge files, with what these migrations make of everything else.

        Answers how many people were concluded again. Raises as `load_knowledge` does.
        """
        digest = knowledge_digest(self._root)
        facts = self.store.graph(STORE)
        rules = checked_rules(self._root, self.cache / "rules")
        graphs = read_shared_knowledge(self._root)
        shipped = {fact.object for fact in facts if fact.predicate == PART}
        gone = [name for name in shipped if isinstance(name, NamedNode) and name not in graphs]
        marks = [Triple(STORE, IDENTIFIER, Literal(digest))]
        marks += [Triple(STORE, PART, name) for name in graphs]
        marks += [*marks_to_keep(self._root, facts), *marks_of(migrations)]
        at = self.now().isoformat(timespec="microseconds")
        known = {**self.knowledge.graphs, **retold.shared}
        files: dict[NamedNode, list[Triple]] = {**graphs, **{name: [] for name in gone}}
        changes, versions = arriving(self.recorded_versions(), known, files, at)
        return self.replace_shared(
            changes, progress, rules=rules, marks=marks, retold=retold, versions=versions
        )

    def replace_shared(
        self,
        graphs: Mapping[NamedNode, list[Triple]],
        progress: Progress | None = None,
        *,
        rules: RuleBook | None = None,
        marks: Sequence[Triple] | None = None,
        retold: Retold = AS_STORED,
        versions: Sequence[ModelVersion] | None = None,
    ) -> int:
        """Replace shared graphs and rules with all that follows from them, or nothing at all.

        `versions` are those of position models as they were known before, if not as stored.

        Shared conclusions are drawn again as far as the change concerns them, then those about the
        people whose conclusions can differ; answers how many people that were. Raises
        RuleStoppedError, and RefusedInput for an ontology that contradicts itself or, unless it is
        from the knowledge files as `marks` say, has blank nodes that cannot be told apart in time.
        """
        with self.lock, self.durations.measured(Work.DERIVATION):
            at = self._moments.now()
            old = self.knowledge
            digest = self._forms.digest if marks is None else _digest_of_file
            uploaded = {n: each for n, each in retold.shared.items() if n in old.graphs}
            changes = changed_graphs(old.version, {**uploaded, **graphs}, digest)
            new = self.consequences.of(old, changes.graphs, rules, changes.digests)
            people = list(dict.fromkeys([*who_may_change(old, new, self), *retold.people]))
            shared = graphs_to_be(self.store, old, new, changes.graphs, at, marks, retold)
            told = replace(old, graphs={**old.graphs, **uploaded})
            recorded = self._versions_to_be(versions, told, new, changes.graphs, at)
            judged = self._judged(new, people, at, progress, retold.people)
            studies = studies_concluded_again(
                self.store, self.deriver, old, new, at, retold.studies
            )
            self.store.replace_many(
                chain(
                    shared,
                    recorded,
                    people_as_retold(retold),
                    retold.studies.items(),
                    studies,
                    judged,
                )
            )
            self.knowledge = new
            return len(people)

    def digest(self, graph: NamedNode, triples: Sequence[Triple]) -> str:
        """The digest of a graph; raises RefusedInput when its blank nodes cannot be told apart."""
        return self._forms.digest(graph, triples)

    def replace(
        self,
        shared: Mapping[NamedNode, list[Triple]],
        people: Mapping[str, list[Triple]],
        versions: Sequence[ModelVersion] | None = None,
        *,
        digest: Digest | None = None,
        edited: Callable[[NamedGraphs], NamedGraphs] = iter,
    ) -> int:
        """Replace shared graphs and the facts about people, with all that follows, in one commit.

        Nobody is known any more of whom no facts are left. `versions` are those of position models
        as they are to be besides what follows from graphs. `digest` finds those of shared graphs,
        by default as of strangers' graphs, and `edited` has the last word on all that is stored.
        Answers how many people were concluded again. Raises as `replace_shared` does; nothing is
        stored then.
        """
        with self.lock, self.durations.measured(Work.DERIVATION):
            at = self._moments.now()
            old = self.knowledge
            changed = changed_graphs(old.version, shared, digest or self.digest)
            changes = changed.graphs
            new = self.consequences.of(old, changes, None, changed.digests) if changes else old
            concerned = who_may_change(old, new, self) if changes else []
            judged = [person for person in {*concerned, *people} if people.get(person) != []]
            graphs = chain(
                graphs_to_be(self.store, old, new, changes, at, None) if changes else (),
                self._versions_to_be(versions, old, new, changes, at),
                self._facts_to_be(people, at),
                studies_concluded_again(self.store, self.deriver, old, new, at),
                self._judged(new, judged, at, None, people),
            )
            self.store.replace_many(edited(graphs))
            self.knowledge = new
            return len(judged)

    # Versions of position models

    def now(self) -> datetime:
        """The present moment, later than every one that was remembered."""
        return self._moments.now()

    def store_versions(self, versions: Iterable[ModelVersion]) -> None:
        """Keep these versions of position models, and no others, in one commit."""
        with self.lock:
            self.store.replace_many([(MODEL_VERSIONS_GRAPH, version_triples(versions))])

    def _versions_to_be(
        self,
        versions: Sequence[ModelVersion] | None,
        old: Knowledge,
        new: Knowledge,
        changed: Collection[NamedNode],
        at: datetime,
    ) -> Iterator[tuple[NamedNode, list[Triple]]]:
        """The graph of versions once these graphs have changed, where it is to be another one."""
        if not changed and versions is None:
            return
        recorded = self.recorded_versions()
        moment = Moment(who_changes(PRODUCT), at.isoformat(timespec="microseconds"))
        known = recorded if versions is None else versions
        after = following(known, old.graphs, new.graphs, changed, moment)
        if after != recorded:
            yield MODEL_VERSIONS_GRAPH, version_triples(after)

    def _facts_to_be(
        self, people: Mapping[str, list[Triple]], at: datetime
    ) -> Iterator[tuple[NamedNode, list[Triple]]]:
        """The graphs of people, but for conclusions that are yet to be drawn, as they are to be."""
        for person, facts in people.items():
            if not facts:
                yield from emptied(person)
                continue
            for part in facts_apart(person, self.stored_facts(person), facts):
                yield part.graph, part.after
                changed = revision(part.graph, part.before, part.after, at)
                yield part.history, [*self.store.graph(part.history), *changed]

    def knowledge_with(
        self, graphs: Mapping[NamedNode, list[Triple]], rules: Sequence[Triple]
    ) -> Knowledge:
        """The knowledge there would be with these graphs and rules; nothing is stored."""
        with self.lock:
            book = rules_from_shacl(rules) if rules else self.knowledge.rules
            return self.consequences.of(self.knowledge, graphs, book)

    def pass_time(self, progress: Progress | None = None) -> int:
        """Conclude again whoever a new day may change; answers how many people that were."""
        with self.lock:
            days = texts(self.store.graph(STORE), AS_OF)
            if not days or days[0] == self.knowledge.as_of.isoformat():
                return 0
            return self.replace_shared({}, progress)

    # People

    def conclude(
        self, people: Sequence[str] | None = None, progress: Progress | None = None
    ) -> int:
        """Conclude people again, everyone by default; answers how many that were."""
        with self.lock, self.durations.measured(Work.DERIVATION):
            members = self.people_ids() if people is None else list(people)
            at = self._moments.now()
            self.store.replace_many(self._judged(self.knowledge, members, at, progress))
            return len(members)

    def _judged(
        self,
        knowledge: Knowledge,
        people: Sequence[str],
        at: datetime,
        progress: Progress | None,
        known: Mapping[str, list[Triple]] = MappingProxyType({}),
    ) -> Iterator[tuple[NamedNode, list[Triple]]]:
        """The graphs of conclusions about people, by their stored facts or those that are known."""
        facts = (
            (p, without_raters(known[p]) if p in known else self.facts_about(p)) for p in people
        )
        done = 0
        for batch in knowledge.begin_judging(self.deriver, facts):
            for person, judged in batch.result().items():
                yield from conclusions_of(person, judged, knowledge, at)
            done += len(batch.days)
            if progress:
                progress(done, len(people))

    def begin(self, changes: Mapping[str, Change]) -> Begun:
        """Begin to judge people as they are to be, for who still has them checked meanwhile."""
        facts = {person: [*stays, *new] for person, (stays, new) in changes.items()}
        judged_by = ((person, without_raters(told)) for person, told in facts.items())
        batches = self.knowledge.begin_judging(self.deriver, judged_by)
        first = list(islice(batches, 1))
        return Begun(self.knowledge, facts, first, batches)

    def store_people(
        self,
        changes: Mapping[str, Change],
        steps: Steps,
        begun: Begun | None = None,
        stored: Mapping[str, StoredFacts] = MappingProxyType({}),
    ) -> int:
        """Store people with their conclusions, a batch in each transaction; answers how much.

        `begun` is what `begin` made of these changes; it is begun anew if the knowledge is another
        by now. `stored` is what is asserted of some of them, where the caller has read it under
        the lock that it still holds. Raises RuleStoppedError; the people of that batch and those
        after it stay as they were.
        """
        with self.lock, self.durations.measured(Work.DERIVATION):
            if begun is None or begun.knowledge is not self.knowledge:
                begun = self.begin(changes)
            at = self._moments.now()
            for batch in chain(begun.first, begun.rest):
                self._store_batch(batch, begun.facts, stored, at)
                steps.add(len(batch.days))
        return sum(map(len, begun.facts.values()))

    def _store_batch(
        self,
        batch: Judging,
        facts: Mapping[str, list[Triple]],
        known: Mapping[str, StoredFacts],
        at: datetime,
    ) -> None:
        """Store the people of a batch; what is stored of them is read while they are judged."""
        parts = [
            part
            for person in batch.days
            for part in facts_apart(
                person, known.get(person) or self.stored_facts(person), facts[person]
            )
        ]
        stored = {part.graph: part.before for part in parts}
        for person in batch.days:
            for name in (person_conclusions_graph(person), rater_conclusions_graph(person)):
                stored[name] = self.store.graph(name)
        graphs = {
            name: triples
            for person, judged in batch.result().items()
            for name, triples in conclusions_of(person, judged, self.knowledge, at)
        }
        graphs |= {part.graph: part.after for part in parts}
        remembered = {
            part.history: revision(part.graph, part.before, part.after, at) for part in parts
        }
        self.store.replace_graphs(graphs, remembered, stored=stored)

    def remove_people(self, people: Iterable[str]) -> None:
        """Forget people: their facts, what was concluded of them, and what was changed."""
        with self.lock:
            self.store.replace_graphs({n: t for person in people for n, t in emptied(person)})


def _digest_of_file(graph: NamedNode, triples: list[Triple]) -> str:
    """The digest of a graph that ships with the product, and so needs no worker."""
    return content_digest(triples)
