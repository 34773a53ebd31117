"""What a store holds: the shared knowledge and everybody in it, for who only reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from kb_service.engine.premises import Premises
from kb_service.engine.rules import read_rule_book
from kb_service.engine.shacl_rules import rules_from_shacl
from kb_service.knowledge_base.judging import Knowledge, read_knowledge
from kb_service.knowledge_base.kept_readings import KeptReadings
from kb_service.knowledge_base.model_versions.following import PRODUCT, Moment, following
from kb_service.knowledge_base.model_versions.records import ModelVersion, read_versions
from kb_service.knowledge_base.shared_graphs import STORE, joined, names_of_shared_graphs
from kb_service.store import KnowledgeStore, Term
from kb_service.vocabulary import (
    MODEL_VERSIONS_GRAPH,
    ORGANISATION_GRAPH,
    PEOPLE_GRAPHS,
    POLICY_GRAPH,
    RULES_GRAPH,
    SHARED_CONCLUSIONS,
    iri,
    people_graph,
    rater_graph,
)

PART = iri("dcterms", "hasPart")
"""Which graphs the store was filled with from the knowledge files."""

_CONCLUDED_BY = iri("judgement", "concludedBy")
_MOST_PEOPLE = 16
"""Of whom the facts are kept at hand: a page about somebody asks for them several times."""


@dataclass(frozen=True)
class StoredFacts:
    """What is asserted about a person, in the two graphs in which the store has it."""

    about: list[Triple]
    raters: list[Triple]

    def together(self) -> list[Triple]:
        """All of it, who rated them included."""
        return [*self.about, *self.raters]


class Holdings:
    """The store and `knowledge`, everything in it that is not about one person, as last stored."""

    def __init__(self, store: KnowledgeStore, root: Path) -> None:
        self.store = store
        self.knowledge = _read_knowledge(store, root)
        self._facts: KeptReadings[list[Triple]] = KeptReadings(store, _MOST_PEOPLE)

    def shipped_graphs(self) -> set[NamedNode]:
        """The graphs that are filled from the knowledge files."""
        parts = (fact.object for fact in self.store.graph(STORE) if fact.predicate == PART)
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
        """Shared facts beside those from the knowledge files: uploaded, or of the organisation."""
        graphs = self.knowledge.graphs
        names = (*self.uploaded_graphs(), ORGANISATION_GRAPH)
        return joined({name: graphs[name] for name in names if name in graphs})

    def people_ids(self) -> list[str]:
        """The id of every person in here."""
        return [name.value[len(PEOPLE_GRAPHS) :] for name in self.store.graph_names(PEOPLE_GRAPHS)]

    def is_empty(self) -> bool:
        """Whether nobody is in here."""
        return not self.store.graph_names(PEOPLE_GRAPHS)

    def is_known(self, person: str) -> bool:
        """Whether anything is asserted about somebody with this id."""
        return bool(self.store.quads(people_graph(person), most=1))

    @property
    def latest_day(self) -> date:
        """The last day an assessment may bear: today, or the organisation's own if later."""
        return max(self.knowledge.as_of, date.today())

    def recorded_versions(self) -> list[ModelVersion]:
        """The versions of position models that are on record."""
        return read_versions(self.store.graph(MODEL_VERSIONS_GRAPH))

    def model_versions(self) -> list[ModelVersion]:
        """Every version of every position model; one that nobody recorded counts as loaded now."""
        graphs = self.knowledge.graphs
        now = Moment(PRODUCT, datetime.now(UTC).isoformat(timespec="microseconds"))
        return following(self.recorded_versions(), graphs, graphs, (), now)

    def facts_about(self, person: str) -> list[Triple]:
        """What is asserted about a person, but not who rated them; nothing when nobody has this id.

        Rules and explanations have no need of more.
        """
        graph = people_graph(person)
        return list(self._facts.of(person, lambda: self.store.graph(graph)))

    def forget(self) -> None:
        """Let go of the facts that are at hand, as when somebody must be forgotten at once."""
        self._facts.forget()

    def facts_with_raters(self, person: str) -> list[Triple]:
        """What is asserted about a person, who rated them included."""
        return self.stored_facts(person).together()

    def stored_facts(self, person: str) -> StoredFacts:
        """The same by the graphs that it is in."""
        return StoredFacts(self.facts_about(person), self.store.graph(rater_graph(person)))

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


def _read_knowledge(store: KnowledgeStore, root: Path) -> Knowledge:
    """The knowledge as the store has it; that of an empty store by the rules in the files."""
    kept = store.graph(SHARED_CONCLUSIONS)
    drawn = {triple.subject for triple in kept if triple.predicate == _CONCLUDED_BY}
    conclusions = tuple(triple for triple in kept if triple.subject in drawn)
    rest = [triple for triple in kept if triple.subject not in drawn | {SHARED_CONCLUSIONS}]
    graphs = {name: store.graph(name) for name in names_of_shared_graphs(store)}
    stored = store.graph(RULES_GRAPH)
    rules = rules_from_shacl(stored) if stored else read_rule_book(root)
    facts = (*joined(graphs), *rest)
    return read_knowledge(Premises(rules, facts, conclusions), graphs, rest)
