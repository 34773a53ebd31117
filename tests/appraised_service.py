"""A service of roles in which people of one team were appraised in two periods."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path

from pyoxigraph import RdfFormat, Triple, serialize
from werkzeug.test import TestResponse

from kb_service.access.roles import Role
from kb_service.knowledge_base import KnowledgeBase
from kb_service.vocabulary import ORGANISATION_GRAPH
from kb_service.web import create_app
from kb_service.web.credentials import EXTENSION as CREDENTIALS
from kb_service.web.credentials import Credentials
from tests.appraised_people import Appraised, Form, facts_of, in_turtle, periods
from tests.service_of_roles import ServiceOfRoles
from tests.test_performance import AT_TARGET, REPRESENTATIVE, indicators

TEAM = """
    team:north a people:Team ; dcterms:identifier "north" ;
      skos:prefLabel "北组"@zh, "North"@en .
"""
SUPERVISOR, PEER, OTHER_PEER = "chief-77", "deskmate-42", "deskmate-43"
CODES = (SUPERVISOR, PEER, OTHER_PEER)


def rated(supervisor: str, peer: str, **by_both: str) -> tuple[Form, ...]:
    """One supervisor and two peers; both the supervisor and a peer give some grades otherwise."""
    grades = dict.fromkeys(indicators(), peer)
    otherwise = {name.replace("_", "-"): grade for name, grade in by_both.items()}
    other = grades | otherwise
    return (
        Form(SUPERVISOR, "supervisor", dict.fromkeys(indicators(), supervisor) | otherwise),
        Form(PEER, "peer", grades),
        Form(OTHER_PEER, "peer", other),
    )


ANA = {
    "q1": Appraised(REPRESENTATIVE, AT_TARGET, rated("B", "B")),
    "q2": Appraised(
        REPRESENTATIVE,
        AT_TARGET | {"complaint-rate": Decimal("2.0")},
        rated("C", "B", listening_skill="E"),
        goals={"customer-satisfaction": Decimal("94.0")},
    ),
}
BO = {"q2": Appraised(REPRESENTATIVE, AT_TARGET, rated("A", "A"))}
CAI = {"q2": Appraised(REPRESENTATIVE, AT_TARGET)}
EVE = {"q2": Appraised(REPRESENTATIVE, AT_TARGET, rated("E", "A"))}


def open_appraised(folder: Path) -> ServiceOfRoles:
    """The service, with a person and their lead, and people of another team beside them."""
    base = KnowledgeBase.open(folder)
    app = create_app(base)
    local = app.test_client()
    _store(local.put, f"/data?graph={ORGANISATION_GRAPH.value}", [*in_turtle(TEAM), *periods()])
    for person, team in (("ana", "north"), ("bo", "north"), ("cai", "north"), ("eve", "south")):
        body = {"name": f"Name of {person}", "team": team}
        assert local.put(f"/api/v1/people/{person}", json=body).status_code == 201
    local.put("/api/v1/people/dan", json={"name": "Name of dan"})
    credentials: Credentials = app.extensions[CREDENTIALS]
    tokens = {
        role: credentials.tokens.add(
            f"{role}-token",
            role,
            person="ana" if role is Role.SELF else "",
            team="north" if role is Role.TEAM_LEAD else "",
        )[0]
        for role in Role
    }
    service = ServiceOfRoles(app, base, tokens)
    people = (("ana", ANA), ("bo", BO), ("cai", CAI), ("eve", EVE))
    facts = [fact for id, known in people for fact in facts_of(service.key(id), known)]
    _store(service.as_role(Role.ADMIN).post, "/data?default", facts)
    return service


def _store(send: Callable[..., TestResponse], where: str, facts: Iterable[Triple]) -> None:
    answer = send(where, data=serialize(facts, format=RdfFormat.TURTLE), content_type="text/turtle")
    assert answer.status_code in (200, 201, 204), answer.text
