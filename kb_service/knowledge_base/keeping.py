"""Facts and conclusions in a store, kept in step: whatever changes, what follows changes with it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.engine.affected import people_who_may_change
from kb_service.engine.comparison import whom_days_concern
from kb_service.engine.deriver import Deriver
from kb_service.engine.premises import Premises
from kb_service.engine.rules import RuleBook, read_rule_book
from kb_service.engine.shacl_rules import rules_from_shacl
from kb_service.engine.tasks import DrawShared, read_triples
from kb_service.findings import RefusedInput
from kb_service.knowledge_base.canonical_forms import CanonicalForms
from kb_service.knowledge_base.checking import Change, Progress, Steps
from kb_service.knowledge_base.history import Moments, revision
from kb_service.knowledge_base.judging import Judged, Judging, Knowledge, read_knowledge, texts
from kb_service.knowledge_base.rule_files import checked_rules
from kb_service.knowledge_base.shared_graphs import (
    AS_OF,
    STORE,
    changed_graphs,
    graphs_to_be,
    joined,
    names_of_shared_graphs,
)
from kb_service.knowledge_base.versions import stamp
from kb_service.knowledge_files import knowledge_digest, read_shared_knowledge
from kb_service.reasoning import InconsistentOntology, Inferences, infer
from kb_service.store import KnowledgeStore, Term
from kb_service.store.canonical_form import content_digest
from kb_service.vocabulary import (
    IDENTIFIER,
    ORGANISATION_GRAPH,
    PEOPLE_GRAPHS,
    POLICY_GRAPH,
    RULES_GRAPH,
    SHARED_CONCLUSIONS,
    iri,
    local_id,
    people_graph,
    person_conclusions_graph,
    person_history_graph,
)

_CONCLUDED_BY = iri("judgement", "concludedBy")
_PART = iri("dcterms", "hasPart")
# Whose conclusions are for a later day than the one that everybody else was judged for.
_JUDGED_AHEAD = """
PREFIX history: <https://w3id.org/rengang/ontology/history#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?graph WHERE {{
  ?graph a history:ConclusionSet ; history:judgedFor ?day .
  FILTER (?day > "{since}"^^xsd:date)
}}"""


@dataclass(frozen=True)
class Begun:
    """People whose conclusions are being drawn, by which knowledge; the first batch is under way."""

    knowledge: Knowledge
    facts: Mapping[str, list[Triple]]
    first: list[Judging]
    rest: Iterator[Judging]


class Keeper:
    """Owns the lock under which facts and conclusions change together.

    `knowledge` is everything that is not about one person, as last stored; `cache` is the folder for
    what took long to find out, that of `RENGANG_CACHE` or else one in the data folder.
    """

    def __init__(self, store: KnowledgeStore, root: Path, deriver: Deriver) -> None:
        self.store = store
        self.lock = threading.RLock()
        self.deriver = deriver
        self._root = root
        self._moments = Moments()
        shared = os.environ.get("RENGANG_CACHE")
        self.cache = Path(shared) if shared else store.data.cache
        self._forms = CanonicalForms()
        self.knowledge = self._read_knowledge()

    def close(self) -> None:
        """End the worker in which strangers' graphs are read; the store stays open."""
        self._forms.close()

    # What is stored

    def _read_knowledge(self) -> Knowledge:
        """The knowledge as the store has it; that of an empty store by the rules in the files."""
        kept = self.store.graph(SHARED_CONCLUSIONS)
        drawn = {triple.subject for triple in kept if triple.predicate == _CONCLUDED_BY}
        conclusions = tuple(triple for triple in kept if triple.subject in drawn)
        rest = [triple for triple in kept if triple.subject not in drawn | {SHARED_CONCLUSIONS}]
        graphs = {name: self.store.graph(name) for name in names_of_shared_graphs(self.store)}
        stored = self.store.graph(RULES_GRAPH)
        rules = rules_from_shacl(stored) if stored else read_rule_book(self._root)
        facts = (*joined(graphs), *rest)
        return read_knowledge(Premises(rules, facts, conclusions), graphs, rest)

    def shipped_graphs(self) -> set[NamedNode]:
        """The graphs that are filled from the knowledge files."""
        parts = (fact.object for fact in self.store.graph(STORE) if fact.predicate == _PART)
        return {POLICY_GRAPH} | {name for name in parts if isinstance(name, NamedNode)}

    def shared_facts(self) -> list[Triple]:
        """Every asserted fact that is not about one person."""
        return joined(self.knowledge.graphs)

    def ontology_facts(self) -> list[Triple]:
        """The same without what describes the organisation, which is no ontology."""
        graphs = self.knowledge.graphs
        return joined({name: graphs[name] for name in graphs if name != ORGANISATION_GRAPH})

    def uploaded_graphs(self) -> set[NamedNode]:
        """The graphs of ontologies that somebody uploaded."""
        return set(self.knowledge.graphs) - self.shipped_graphs() - {ORGANISATION_GRAPH}

    def uploaded_facts(self) -> list[Triple]:
        """Shared facts that somebody uploaded, beside those from the knowledge files."""
        graphs = self.knowledge.graphs
        return joined({name: graphs[name] for name in self.uploaded_graphs()})

    def people_ids(self) -> list[str]:
        """The id of every person in here."""
        return [name.value[len(PEOPLE_GRAPHS) :] for name in self.store.graph_names(PEOPLE_GRAPHS)]

    def is_empty(self) -> bool:
        """Whether nobody is in here."""
        return not self.store.graph_names(PEOPLE_GRAPHS)

    @property
    def latest_day(self) -> date:
        """The last day an assessment may bear: today, or the organisation's own if later."""
        return max(self.knowledge.as_of, date.today())

    def facts_about(self, person: str) -> list[Triple]:
        """What is asserted about a person; nothing when nobody has this id."""
        return self.store.graph(people_graph(person))

    def select(self, query: str) -> list[dict[str, Term]]:
        """The rows of a SELECT over everything stored."""
        return self.store.select(query)

    def people_with(self, predicate: NamedNode, value: Term) -> set[NamedNode]:
        """The people of whom some fact has this predicate and value."""
        return {
            iri("person", name.value[len(PEOPLE_GRAPHS) :])
            for name in self.store.graphs_with(predicate, value)
            if name.value.startswith(PEOPLE_GRAPHS)
        }

    # Shared knowledge

    def load_knowledge(self, progress: Progress | None) -> None:
        """Bring the store up to the knowledge files and to the day.

        Raises RefusedInput when a rule is not fit to be run; the store stays as it was.
        """
        digest = knowledge_digest(self._root)
        facts = self.store.graph(STORE)
        if any(fact.object == Literal(digest) for fact in facts):
            self.pass_time(progress)
            return
        rules = checked_rules(self._root, self.cache / "rules")
        graphs = read_shared_knowledge(self._root)
        shipped = {fact.object for fact in facts if fact.predicate == _PART}
        gone = [name for name in shipped if isinstance(name, NamedNode) and name not in graphs]
        marks = [Triple(STORE, IDENTIFIER, Literal(digest))]
        marks += [Triple(STORE, _PART, name) for name in graphs]
        changes = {**graphs, **{name: [] for name in gone}}
        self.replace_shared(changes, progress, rules=rules, marks=marks)

    def replace_shared(
        self,
        graphs: Mapping[NamedNode, list[Triple]],
        progress: Progress | None = None,
        *,
        rules: RuleBook | None = None,
        marks: Sequence[Triple] | None = None,
    ) -> int:
        """Replace shared graphs and rules with all that follows from them, or nothing at all.

        Shared conclusions are drawn again as far as the change concerns them, then those about the
        people whose conclusions can differ; answers how many people that were. Raises
        RuleStoppedError, and RefusedInput for an ontology that contradicts itself or, unless it is
        from the knowledge files as `marks` say, has blank nodes that cannot be told apart in time.
        """
        with self.lock:
            at = self._moments.now()
            old = self.knowledge
            digest = self._forms.digest if marks is None else _digest_of_file
            changes = changed_graphs(old.version, graphs, digest)
            new = self._with(old, changes.graphs, rules, changes.digests)
            people = self._who_may_change(old, new)
            shared = graphs_to_be(self.store, old, new, changes.graphs, at, marks)
            self.store.replace_many(chain(shared, self._judged(new, people, at, progress)))
            self.knowledge = new
            return len(people)

    def replace(
        self, shared: Mapping[NamedNode, list[Triple]], people: Mapping[str, list[Triple]]
    ) -> int:
        """Replace shared graphs and the facts about people, with all that follows, in one commit.

        Nobody is known any more of whom no facts are left. Answers how many people were concluded
        again. Raises as `replace_shared` does; nothing is stored then.
        """
        with self.lock:
            at = self._moments.now()
            old = self.knowledge
            changed = changed_graphs(old.version, shared, self._forms.digest)
            changes = changed.graphs
            new = self._with(old, changes, None, changed.digests) if changes else old
            concerned = self._who_may_change(old, new) if changes else []
            judged = [person for person in {*concerned, *people} if people.get(person) != []]
            graphs = chain(
                graphs_to_be(self.store, old, new, changes, at, None) if changes else (),
                self._facts_to_be(people, at),
                self._judged(new, judged, at, None, people),
            )
            self.store.replace_many(graphs)
            self.knowledge = new
            return len(judged)

    def _facts_to_be(
        self, people: Mapping[str, list[Triple]], at: datetime
    ) -> Iterator[tuple[NamedNode, list[Triple]]]:
        """The graphs of people, but for conclusions that are yet to be drawn, as they are to be."""
        for person, facts in people.items():
            name, history = people_graph(person), person_history_graph(person)
            yield name, facts
            if facts:
                changed = revision(name, self.store.graph(name), facts, at)
                yield history, [*self.store.graph(history), *changed]
            else:
                yield history, []
                yield person_conclusions_graph(person), []

    def knowledge_with(
        self, graphs: Mapping[NamedNode, list[Triple]], rules: Sequence[Triple]
    ) -> Knowledge:
        """The knowledge there would be with these graphs and rules; nothing is stored."""
        with self.lock:
            book = rules_from_shacl(rules) if rules else self.knowledge.rules
            return self._with(self.knowledge, graphs, book)

    def _with(
        self,
        old: Knowledge,
        changes: Mapping[NamedNode, list[Triple]],
        rules: RuleBook | None,
        digests: Mapping[NamedNode, str] = MappingProxyType({}),
    ) -> Knowledge:
        """The knowledge with these graphs and rules; `digests` are those of the graphs, if known."""
        graphs = {name: triples for name, triples in {**old.graphs, **changes}.items() if triples}
        facts = dict.fromkeys(joined(graphs))
        found = self.inferences(list(facts))
        inferred = [triple for triple in found.triples if triple not in facts]
        facts.update(dict.fromkeys(inferred))
        before = set(old.premises.facts)
        gone = [triple for triple in old.premises.facts if triple not in facts]
        added = [triple for triple in facts if triple not in before]
        book = rules or old.rules
        conclusions = old.premises.conclusions
        if rules is not None or gone or added:
            drawn = self.deriver.run(DrawShared.of(gone, added, rules), old.premises)
            conclusions = tuple(read_triples(drawn))
        premises = Premises(book, tuple(facts), conclusions)
        if not (rules or gone or added):
            premises = old.premises
        return read_knowledge(premises, graphs, inferred, old.version.still_known(changes, digests))

    def _who_may_change(self, old: Knowledge, new: Knowledge) -> list[str]:
        """The ids of the people whose conclusions can differ, by what rules read or by the day."""
        everybody = self.people_ids()
        if not everybody:
            return []
        affected = people_who_may_change(old.premises, new.premises, self)
        aged = self._whom_the_day_concerns(new)
        if affected is None or aged is None:
            return everybody
        named = {local_id(person) for person in affected | aged}
        return [person for person in everybody if person in named]

    def _whom_the_day_concerns(self, new: Knowledge) -> set[NamedNode] | None:
        """The people who are judged otherwise on the new day than on the one last stored."""
        days = texts(self.store.graph(STORE), AS_OF)
        if not days:
            return None
        since = date.fromisoformat(days[0])
        if since == new.as_of:
            return set()
        concerned = whom_days_concern(new.premises, since, new.as_of, self)
        if concerned is None:
            return None
        ahead = self.store.select(_JUDGED_AHEAD.format(since=since))
        names = (row["graph"] for row in ahead)
        return concerned | {iri("person", local_id(n)) for n in names if isinstance(n, NamedNode)}

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
        with self.lock:
            members = self.people_ids() if people is None else list(people)
            at = self._moments.now()
            self.store.replace_many(self._judged(self.knowledge, members, at, progress))
            return len(members)

    def inferences(self, facts: Iterable[Triple]) -> Inferences:
        """What an OWL reasoner adds to shared facts; raises RefusedInput when they contradict.

        Asked again about the same facts, it answers from what it remembers.
        """
        try:
            return infer(facts, cache=self.cache / "reasoning")
        except InconsistentOntology as error:
            raise RefusedInput(error.findings) from error

    def _judged(
        self,
        knowledge: Knowledge,
        people: Sequence[str],
        at: datetime,
        progress: Progress | None,
        known: Mapping[str, list[Triple]] = MappingProxyType({}),
    ) -> Iterator[tuple[NamedNode, list[Triple]]]:
        """The graphs of conclusions about people, by their stored facts or those that are known."""
        facts = ((p, known[p] if p in known else self.facts_about(p)) for p in people)
        done = 0
        for batch in knowledge.begin_judging(self.deriver, facts):
            for person, judged in batch.result().items():
                yield _conclusions(person, judged, knowledge, at)
            done += len(batch.days)
            if progress:
                progress(done, len(people))

    def begin(self, changes: Mapping[str, Change]) -> Begun:
        """Begin to judge people as they are to be, for who still has them checked meanwhile."""
        facts = {person: [*stays, *new] for person, (stays, new) in changes.items()}
        batches = self.knowledge.begin_judging(self.deriver, facts.items())
        first = list(islice(batches, 1))
        return Begun(self.knowledge, facts, first, batches)

    def store_people(
        self, changes: Mapping[str, Change], steps: Steps, begun: Begun | None = None
    ) -> int:
        """Store people with their conclusions, a batch in each transaction; answers how much.

        `begun` is what `begin` made of these changes; it is begun anew if the knowledge is another
        by now. Raises RuleStoppedError; the people of that batch and those after it stay as they
        were.
        """
        with self.lock:
            if begun is None or begun.knowledge is not self.knowledge:
                begun = self.begin(changes)
            at = self._moments.now()
            for batch in chain(begun.first, begun.rest):
                self._store_batch(batch, begun.facts, at)
                steps.add(len(batch.days))
        return sum(map(len, begun.facts.values()))

    def _store_batch(self, batch: Judging, facts: Mapping[str, list[Triple]], at: datetime) -> None:
        """Store the people of a batch; what is stored of them is read while they are judged."""
        about = [people_graph(person) for person in batch.days]
        drawn = [person_conclusions_graph(person) for person in batch.days]
        stored = {name: self.store.graph(name) for name in (*about, *drawn)}
        graphs = dict(
            _conclusions(person, judged, self.knowledge, at)
            for person, judged in batch.result().items()
        )
        remembered = {}
        for person, name in zip(batch.days, about, strict=True):
            graphs[name] = facts[person]
            changed = revision(name, stored[name], facts[person], at)
            remembered[person_history_graph(person)] = changed
        self.store.replace_graphs(graphs, remembered, stored=stored)

    def remove_people(self, people: Iterable[str]) -> None:
        """Forget people: their facts, what was concluded of them, and what was changed."""
        graphs: dict[NamedNode, list[Triple]] = {}
        for person in people:
            for name in (people_graph, person_conclusions_graph, person_history_graph):
                graphs[name(person)] = []
        with self.lock:
            self.store.replace_graphs(graphs)


def _digest_of_file(graph: NamedNode, triples: list[Triple]) -> str:
    """The digest of a graph that ships with the product, and so needs no worker."""
    return content_digest(triples)


def _conclusions(
    person: str, judged: Judged, knowledge: Knowledge, at: datetime
) -> tuple[NamedNode, list[Triple]]:
    """The graph of conclusions about a person, with what it says of itself."""
    graph = person_conclusions_graph(person)
    return graph, [*judged.triples, *stamp(graph, knowledge.version.node, judged.day, at)]
