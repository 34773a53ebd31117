"""Whose facts, and which studies, a caller may read: by the role, and by who is in a team now."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from pyoxigraph import NamedNode

from kb_service.access.roles import Caller, People
from kb_service.store import KnowledgeStore
from kb_service.store.reach import ALL_BUT_RATERS, EVERYTHING, SHARED, Reach
from kb_service.vocabulary import (
    PEOPLE_GRAPHS,
    STUDY_CONCLUSIONS,
    STUDY_GRAPHS,
    STUDY_HISTORY,
    graphs_of_person,
    iri,
    people_graph,
)


class Register(Protocol):
    """What gives the key of a person, by which graphs are named, for the id that HR knows."""

    def key_of(self, id: str, /) -> str | None:
        """The key of the person with this id; None when the register does not know them."""

    def entry(self, key: str, /) -> object | None:
        """What the register holds of the person with this key; None when that is nothing."""


def people_in_reach(
    caller: Caller, store: KnowledgeStore, register: Register
) -> frozenset[str] | None:
    """The keys of the people whom a caller may read about; None when that is everybody.

    Somebody may be named here who is not in the store: they have no graphs to read.
    """
    reads = caller.rights.reads
    if reads is People.EVERYBODY:
        return None
    if reads is People.ONESELF and caller.person:
        return frozenset(_own_key(caller.person, register))
    if reads is People.OWN_TEAM and caller.team:
        return frozenset(_members(caller.team, store))
    return frozenset()


def may_read(caller: Caller, key: str, store: KnowledgeStore, register: Register) -> bool:
    """Whether a caller may read about the person with this key, whether or not they exist."""
    people = people_in_reach(caller, store, register)
    return people is None or key in people


def reach_of(caller: Caller, store: KnowledgeStore, register: Register) -> Reach:
    """The graphs that a caller may read."""
    return reach_beside(caller, people_in_reach(caller, store, register), store)


def reach_beside(caller: Caller, people: frozenset[str] | None, store: KnowledgeStore) -> Reach:
    """The graphs that a caller may read who may read about these people; None stands for everybody."""
    reach = reach_of_people(caller, people)
    adds_studies = caller.rights.reads_studies and not reach.everything
    return _with_studies(reach, store) if adds_studies else reach


def reach_of_people(caller: Caller, people: frozenset[str] | None) -> Reach:
    """Shared knowledge, and all that is said, concluded and remembered of the people listed.

    None stands for everybody. Who rated them is within reach of those alone who may know it.
    """
    if people is None:
        return EVERYTHING if caller.rights.sees_raters else ALL_BUT_RATERS
    if not people:
        return SHARED
    graphs = (graph for key in sorted(people) for graph in graphs_of_person(key))
    return Reach(graphs=tuple(graphs))


def _with_studies(reach: Reach, store: KnowledgeStore) -> Reach:
    """The reach with all that is collected, concluded and remembered of studies."""
    spaces = (STUDY_GRAPHS, STUDY_CONCLUSIONS, STUDY_HISTORY)
    names = (name for space in spaces for name in store.graph_names(space))
    return replace(reach, graphs=(*reach.graphs, *names))


def _own_key(id: str, register: Register) -> list[str]:
    """The key of the person with this id; who is not in the register is known by the id itself.

    A text that is somebody's key and nobody's id is no way to become that person.
    """
    key = register.key_of(id)
    if key is None and register.entry(id) is None:
        key = id
    return [] if key is None else [key]


def _members(team: str, store: KnowledgeStore) -> list[str]:
    """The keys of the people whose own facts say that they are in the team.

    What somebody else's graph, or an uploaded one, says of them does not count: it would let who
    may write there choose whom a lead sees.
    """
    prefix = iri("person").value
    found = store.select(
        f"SELECT ?graph ?person WHERE {{ GRAPH ?graph {{ ?person {iri('org', 'memberOf')} "
        f"{iri('team', team)} }} }}"
    )
    keys = []
    for row in found:
        graph, person = row["graph"], row["person"]
        if not isinstance(graph, NamedNode) or not isinstance(person, NamedNode):
            continue
        key = person.value.removeprefix(prefix)
        if graph.value.startswith(PEOPLE_GRAPHS) and graph == people_graph(key):
            keys.append(key)
    return keys
