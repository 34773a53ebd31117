"""Facts and conclusions in a store, kept in step: whatever changes, what follows changes with it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.engine.conclude import conclude_shared
from kb_service.engine.rules import read_rule_book
from kb_service.knowledge_base.checking import Change, Progress, Steps
from kb_service.knowledge_base.judging import Knowledge, read_knowledge, texts
from kb_service.knowledge_files import knowledge_digest, read_shared_knowledge
from kb_service.store import KnowledgeStore
from kb_service.vocabulary import (
    BASE,
    IDENTIFIER,
    ORGANISATION_GRAPH,
    PEOPLE_GRAPHS,
    PERSON_CONCLUSIONS,
    POLICY_GRAPH,
    SHARED_CONCLUSIONS,
    iri,
    local_id,
    people_graph,
)

# Whose assessments began or ceased to count between two days; naming one too many does no harm.
_AGEING = """
PREFIX judgement: <https://w3id.org/rengang/ontology/judgements#>
PREFIX people: <https://w3id.org/rengang/ontology/people#>
PREFIX policy: <https://w3id.org/rengang/policy/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT DISTINCT ?person WHERE {{
  VALUES (?since ?until) {{ ("{since}"^^xsd:date "{until}"^^xsd:date) }}
  policy:rating-lifetime-months judgement:value ?lifetime .
  ?assessment people:ofPerson ?person ; people:assessedOn ?date .
  OPTIONAL {{ ?assessment people:expiresOn ?expiry . }}
  BIND ((YEAR(?since) - YEAR(?date)) * 12 + MONTH(?since) - MONTH(?date) AS ?before)
  BIND ((YEAR(?until) - YEAR(?date)) * 12 + MONTH(?until) - MONTH(?date) AS ?after)
  FILTER (?date > ?since
    || IF(BOUND(?expiry), ?expiry >= ?since && ?expiry < ?until,
          ?before <= ?lifetime && ?after >= ?lifetime))
}}"""

_STORE = NamedNode(BASE + "store")
_AS_OF = iri("judgement", "asOf")
_PART = iri("dcterms", "hasPart")
_BATCH = 100


class Keeper:
    """Owns the lock under which facts and conclusions change together.

    `knowledge` is everything that is not about one person, as last stored.
    """

    def __init__(self, store: KnowledgeStore, root: Path) -> None:
        self.store = store
        self.lock = threading.RLock()
        self._root = root
        self._rules = read_rule_book(root)
        self.knowledge = self._read_knowledge()

    # Shared knowledge

    def _shared_graphs(self) -> list[NamedNode]:
        """Every graph that is not about one person."""
        return [
            name
            for name in self.store.graph_names()
            if name != _STORE and not name.value.startswith((PEOPLE_GRAPHS, PERSON_CONCLUSIONS))
        ]

    def _read_knowledge(self) -> Knowledge:
        triples = [triple for name in self._shared_graphs() for triple in self.store.graph(name)]
        return read_knowledge(self._rules, triples, self.store.graph(ORGANISATION_GRAPH))

    def load_knowledge(self, progress: Progress | None) -> None:
        """Bring the store up to the knowledge files and to the day."""
        digest = knowledge_digest(self._root)
        facts = self.store.graph(_STORE)
        if any(fact.object == Literal(digest) for fact in facts):
            self.pass_time(progress)
            return
        graphs = read_shared_knowledge(self._root)
        shipped = {fact.object for fact in facts if fact.predicate == _PART}
        gone = [name for name in shipped if isinstance(name, NamedNode) and name not in graphs]
        self.replace_shared({**graphs, **{name: [] for name in gone}}, progress)
        parts = [Triple(_STORE, _PART, name) for name in graphs]
        self.store.replace_graphs({_STORE: [*parts, *self._marks(digest)]})

    def _marks(self, digest: str) -> list[Triple]:
        day = Literal(self.knowledge.as_of.isoformat(), datatype=iri("xsd", "date"))
        return [Triple(_STORE, IDENTIFIER, Literal(digest)), Triple(_STORE, _AS_OF, day)]

    def replace_shared(
        self, graphs: Mapping[NamedNode, list[Triple]], progress: Progress | None
    ) -> None:
        """Replace shared graphs, and conclude everything again that may depend on them."""
        others = [name for name in self._shared_graphs() if name not in graphs]
        knowledge = [triple for triples in graphs.values() for triple in triples]
        knowledge += [
            triple
            for name in others
            if name != SHARED_CONCLUSIONS
            for triple in self.store.graph(name)
        ]
        shared = conclude_shared(self._rules, knowledge)
        self.store.replace_graphs({**graphs, SHARED_CONCLUSIONS: shared})
        self.knowledge = self._read_knowledge()
        self.conclude(progress=progress)

    def pass_time(self, progress: Progress | None = None) -> int:
        """Conclude again whoever a new day may change; answers how many people that were."""
        with self.lock:
            facts = self.store.graph(_STORE)
            days = texts(facts, _AS_OF)
            if not days or days[0] == self.knowledge.as_of.isoformat():
                return 0
            rows = self.store.select(_AGEING.format(since=days[0], until=self.knowledge.as_of))
            nodes = [row["person"] for row in rows]
            people = [local_id(node) for node in nodes if isinstance(node, NamedNode)]
            self.conclude(people, progress)
            rest = [fact for fact in facts if fact.predicate not in (_AS_OF, IDENTIFIER)]
            (digest,) = texts(facts, IDENTIFIER)
            self.store.replace_graphs({_STORE: [*rest, *self._marks(digest)]})
            return len(people)

    def shipped_graphs(self) -> set[NamedNode]:
        """The graphs that are filled from the knowledge files."""
        facts = self.store.graph(_STORE)
        parts = (fact.object for fact in facts if fact.predicate == _PART)
        return {POLICY_GRAPH} | {name for name in parts if isinstance(name, NamedNode)}

    def shared_facts(self) -> list[Triple]:
        """Every asserted fact that is not about one person."""
        names = [name for name in self._shared_graphs() if name != SHARED_CONCLUSIONS]
        return [triple for name in names for triple in self.store.graph(name)]

    def uploaded_facts(self) -> list[Triple]:
        """Shared facts that somebody uploaded, beside those from the knowledge files."""
        apart = self.shipped_graphs() | {SHARED_CONCLUSIONS, ORGANISATION_GRAPH}
        names = [name for name in self._shared_graphs() if name not in apart]
        return [triple for name in names for triple in self.store.graph(name)]

    def replace_organisation(self, facts: Iterable[Triple]) -> None:
        """Replace the organisation's facts: its teams and its own day."""
        self.store.replace_graphs({ORGANISATION_GRAPH: facts})
        self.knowledge = self._read_knowledge()

    # People

    def people_ids(self) -> list[str]:
        """The id of every person in here."""
        return [name.value[len(PEOPLE_GRAPHS) :] for name in self.store.graph_names(PEOPLE_GRAPHS)]

    def facts_about(self, person: str) -> list[Triple]:
        """What is asserted about a person; nothing when nobody has this id."""
        return self.store.graph(people_graph(person))

    def conclude(
        self, people: Sequence[str] | None = None, progress: Progress | None = None
    ) -> int:
        """Conclude people again, everyone by default; answers how many that were."""
        with self.lock:
            members = self.people_ids() if people is None else list(people)
            for start in range(0, len(members), _BATCH):
                batch = members[start : start + _BATCH]
                facts = {person: self.facts_about(person) for person in batch}
                self.store.replace_graphs(self.knowledge.conclusions(facts))
                if progress:
                    progress(start + len(batch), len(members))
            return len(members)

    def store_people(
        self,
        changes: Mapping[str, Change],
        steps: Steps,
    ) -> int:
        """Store people with their conclusions, a batch in each transaction; answers how much."""
        people = list(changes)
        count = 0
        for start in range(0, len(people), _BATCH):
            members = people[start : start + _BATCH]
            facts = {person: [*changes[person][0], *changes[person][1]] for person in members}
            graphs = {people_graph(person): triples for person, triples in facts.items()}
            judged = self.knowledge.conclusions(facts)
            self.store.replace_graphs({**graphs, **judged})
            count += sum(map(len, facts.values()))
            steps.add(len(members))
        return count
