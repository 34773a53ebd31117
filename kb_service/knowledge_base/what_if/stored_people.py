"""People as they are stored: what is asserted of them and what is kept of their conclusions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.people_records import person_iri
from kb_service.store import KnowledgeStore
from kb_service.vocabulary import iri, local_id, people_graph, person_conclusions_graph

Term = NamedNode | BlankNode | Literal | Triple

_CONCLUDED_BY = iri("judgement", "concludedBy")
_JUDGED_FOR = iri("history", "judgedFor")
_MEMBER_OF = iri("org", "memberOf")


@dataclass(frozen=True)
class StoredPerson:
    """One person: their facts, and their kept conclusions with the day that these are for."""

    id: str
    facts: list[Triple]
    conclusions: list[Triple] = field(default_factory=list)
    judged_for: date | None = None

    @property
    def node(self) -> NamedNode:
        """The person's IRI."""
        return person_iri(self.id)

    @property
    def team(self) -> NamedNode | None:
        """The team that the person belongs to."""
        teams = (value for value in self._values(_MEMBER_OF) if isinstance(value, NamedNode))
        return next(teams, None)

    def _values(self, predicate: NamedNode) -> Iterable[Term]:
        node = self.node
        return (t.object for t in self.facts if t.subject == node and t.predicate == predicate)


def stored_person(store: KnowledgeStore, person: str) -> StoredPerson:
    """Somebody as of one moment: facts and conclusions are read by one query, so they agree."""
    about, kept = people_graph(person), person_conclusions_graph(person)
    rows = store.select(
        "SELECT ?graph ?subject ?predicate ?object WHERE {"
        f" VALUES ?graph {{ {about} {kept} }} GRAPH ?graph {{ ?subject ?predicate ?object }} }}"
    )
    facts: list[Triple] = []
    concluded: list[Triple] = []
    for row in rows:
        subject, predicate = row["subject"], row["predicate"]
        assert isinstance(subject, NamedNode | BlankNode) and isinstance(predicate, NamedNode)
        triple = Triple(subject, predicate, row["object"])
        (facts if row["graph"] == about else concluded).append(triple)
    drawn = {triple.subject for triple in concluded if triple.predicate == _CONCLUDED_BY}
    kept_conclusions = [triple for triple in concluded if triple.subject in drawn]
    days = (t.object for t in concluded if t.predicate == _JUDGED_FOR)
    day = next((date.fromisoformat(o.value) for o in days if isinstance(o, Literal)), None)
    return StoredPerson(person, facts, kept_conclusions, day)


def is_stored(store: KnowledgeStore, person: str) -> bool:
    """Whether something is asserted of somebody with this id."""
    node, graph = person_iri(person), people_graph(person)
    return bool(store.select(f"SELECT ?p WHERE {{ GRAPH {graph} {{ {node} ?p ?o }} }} LIMIT 1"))


def members_of_team(store: KnowledgeStore, team: str) -> list[str]:
    """The ids of the people in a team, in order."""
    rows = store.select(f"SELECT ?person WHERE {{ ?person {_MEMBER_OF} {iri('team', team)} }}")
    nodes = (row["person"] for row in rows)
    return sorted(local_id(node) for node in nodes if isinstance(node, NamedNode))
