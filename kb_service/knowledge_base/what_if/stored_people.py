"""People as they are stored: what is asserted of them and what is kept of their conclusions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def stored_people(store: KnowledgeStore, people: Sequence[str]) -> list[StoredPerson]:
    """People as of one moment: facts and conclusions are read by one query, so they agree."""
    graphs = [g for id in people for g in (people_graph(id), person_conclusions_graph(id))]
    rows = store.select(
        "SELECT ?graph ?subject ?predicate ?object WHERE {"
        f" VALUES ?graph {{ {' '.join(map(str, graphs))} }}"
        " GRAPH ?graph { ?subject ?predicate ?object } }"
    )
    found: dict[NamedNode, list[Triple]] = {graph: [] for graph in graphs}
    for row in rows:
        graph, subject, predicate = row["graph"], row["subject"], row["predicate"]
        assert isinstance(subject, NamedNode | BlankNode)
        assert isinstance(predicate, NamedNode) and isinstance(graph, NamedNode)
        found[graph].append(Triple(subject, predicate, row["object"]))
    return [
        _stored_person(id, found[people_graph(id)], found[person_conclusions_graph(id)])
        for id in people
    ]


def _stored_person(person: str, facts: list[Triple], concluded: list[Triple]) -> StoredPerson:
    drawn = {triple.subject for triple in concluded if triple.predicate == _CONCLUDED_BY}
    kept_conclusions = [triple for triple in concluded if triple.subject in drawn]
    days = (t.object for t in concluded if t.predicate == _JUDGED_FOR)
    day = next((date.fromisoformat(o.value) for o in days if isinstance(o, Literal)), None)
    return StoredPerson(person, facts, kept_conclusions, day)


def is_stored(store: KnowledgeStore, person: str) -> bool:
    """Whether something is asserted of somebody with this id."""
    node = person_iri(person)
    return any(triple.subject == node for triple in store.graph(people_graph(person)))


def members_of_team(store: KnowledgeStore, team: str) -> list[str]:
    """The ids of the people in a team, in order."""
    rows = store.select(f"SELECT ?person WHERE {{ ?person {_MEMBER_OF} {iri('team', team)} }}")
    nodes = (row["person"] for row in rows)
    return sorted(local_id(node) for node in nodes if isinstance(node, NamedNode))
