"""Whose graphs each role may read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Triple

from kb_service.access.reaches import may_read, people_in_reach, reach_of
from kb_service.access.roles import Caller, Role
from kb_service.store import KnowledgeStore
from kb_service.store.reach import ALL_BUT_RATERS, EVERYTHING, SHARED
from kb_service.vocabulary import BASE, iri, people_graph

TEAMS = ("north", "south")
PEOPLE = ("ana", "bo", "cai", "dan")
MEMBER_OF = iri("org", "memberOf")


@dataclass(frozen=True)
class Keys:
    """A register of keys by id, `k-` before each."""

    known: Mapping[str, str] = field(default_factory=lambda: {id: f"k-{id}" for id in PEOPLE})

    def key_of(self, id: str, /) -> str | None:
        return self.known.get(id)

    def entry(self, key: str, /) -> object | None:
        return key if key in self.known.values() else None


REGISTER = Keys()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeStore]:
    with KnowledgeStore(tmp_path_factory.mktemp("reaches") / "data") as opened:
        yield opened


def member(person: str, team: str, of: str | None = None) -> tuple[NamedNode, list[Triple]]:
    """The graph of somebody, in which somebody, by default themselves, is said to be in a team."""
    subject = iri("person", f"k-{of or person}")
    return people_graph(f"k-{person}"), [Triple(subject, MEMBER_OF, iri("team", team))]


def fill(store: KnowledgeStore, *graphs: tuple[NamedNode, list[Triple]]) -> None:
    """Make the store hold these graphs and no others."""
    empty: dict[NamedNode, list[Triple]] = {name: [] for name in store.graph_names()}
    store.replace_graphs({**empty, **dict(graphs)})


def names(people: frozenset[str] | None) -> set[str] | None:
    return None if people is None else {key.removeprefix("k-") for key in people}


@pytest.mark.parametrize("role", [Role.ANALYST, Role.HR, Role.ADMIN])
def test_some_roles_read_about_everybody(store: KnowledgeStore, role: Role) -> None:
    caller = Caller("x", role)

    reach = reach_of(caller, store, REGISTER)

    assert reach == (ALL_BUT_RATERS if role is Role.ANALYST else EVERYTHING)
    assert may_read(caller, "k-ana", store, REGISTER)


@pytest.mark.parametrize("role", [Role.MODEL_READER, Role.EDITOR])
def test_some_roles_read_about_nobody_whatever_else_is_said_of_them(
    store: KnowledgeStore, role: Role
) -> None:
    fill(store, member("ana", "north"))
    caller = Caller("x", role, person="ana", team="north")

    assert reach_of(caller, store, REGISTER) == SHARED
    assert not may_read(caller, "k-ana", store, REGISTER)


def test_oneself_is_the_graphs_of_ones_own_key(store: KnowledgeStore) -> None:
    reach = reach_of(Caller("x", Role.SELF, person="ana"), store, REGISTER)

    assert not reach.everything
    assert [graph.value for graph in reach.graphs] == [
        f"{BASE}people/k-ana",
        f"{BASE}conclusions/people/k-ana",
        f"{BASE}history/people/k-ana",
    ]


@pytest.mark.parametrize("person", ["", "k-ana"])
def test_neither_nobody_nor_the_key_of_somebody_is_a_person_to_be(
    store: KnowledgeStore, person: str
) -> None:
    assert reach_of(Caller("x", Role.SELF, person=person), store, REGISTER) == SHARED


def test_whoever_has_no_key_is_known_by_their_id(store: KnowledgeStore) -> None:
    caller = Caller("x", Role.SELF, person="newcomer")

    assert people_in_reach(caller, store, REGISTER) == frozenset({"newcomer"})


@pytest.mark.parametrize("team", ["", "west"])
def test_the_lead_of_no_team_reaches_nobody(store: KnowledgeStore, team: str) -> None:
    fill(store, member("ana", "north"))

    assert reach_of(Caller("x", Role.TEAM_LEAD, team=team), store, REGISTER) == SHARED


def test_what_others_say_of_somebody_brings_nobody_into_a_team(store: KnowledgeStore) -> None:
    uploaded = NamedNode(f"{BASE}uploads/teams")
    fill(
        store,
        member("ana", "north"),
        member("bo", "north", of="cai"),
        (uploaded, member("dan", "north")[1]),
    )

    people = people_in_reach(Caller("x", Role.TEAM_LEAD, team="north"), store, REGISTER)

    assert names(people) == {"ana"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(TEAMS)),
    st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(TEAMS)),
    st.sampled_from(TEAMS),
)
def test_a_lead_reaches_whoever_is_in_the_team_now(
    store: KnowledgeStore, before: dict[str, str], after: dict[str, str], team: str
) -> None:
    lead = Caller("x", Role.TEAM_LEAD, team=team)
    for now in (before, after):
        fill(store, *(member(person, of) for person, of in now.items()))

        people = people_in_reach(lead, store, REGISTER)

        members = {person for person, of in now.items() if of == team}
        assert names(people) == members
        for person in PEOPLE:
            assert may_read(lead, f"k-{person}", store, REGISTER) == (person in members)
        graphs = {graph.value for graph in reach_of(lead, store, REGISTER).graphs}
        assert graphs == {
            f"{BASE}{kind}people/k-{person}"
            for person in members
            for kind in ("", "conclusions/", "history/")
        }
