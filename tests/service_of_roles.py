"""A service in which a token was given out for every role, and people in two teams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from kb_service.access.roles import Role
from kb_service.knowledge_base import KnowledgeBase
from kb_service.web import create_app
from kb_service.web.credentials import EXTENSION as CREDENTIALS
from kb_service.web.credentials import Credentials
from tests.conftest import RECENTLY
from tests.shipped_store import shipped

NORTH = ("ana", "bo", "cai", "dan")
SOUTH = ("eve", "fan")
NEITHER = ("gao",)
EVERYBODY = (*NORTH, *SOUTH, *NEITHER)
MODEL = "customer-service-specialist"


@dataclass(frozen=True)
class ServiceOfRoles:
    """The app, its knowledge, and a token of each role."""

    app: Flask
    knowledge_base: KnowledgeBase
    tokens: Mapping[Role, str]

    def as_role(self, role: Role) -> FlaskClient:
        """Somebody who shows the token of a role with every request."""
        return self.showing(self.tokens[role])

    def showing(self, token: str) -> FlaskClient:
        """Somebody who shows this token with every request."""
        return client_with(self.app, f"Bearer {token}")

    @property
    def credentials(self) -> Credentials:
        """The tokens and sessions of the app."""
        found: Credentials = self.app.extensions[CREDENTIALS]
        return found

    def key(self, person: str) -> str:
        """The pseudonym of somebody, by the id that HR knows."""
        answer = self.as_role(Role.HR).get(f"/api/v1/explain?person={person}&model={MODEL}")
        conclusion: str = answer.get_json()["conclusion"]
        return conclusion.split("/person/")[1].split("/")[0]


def client_with(app: Flask, authorization: str) -> FlaskClient:
    """A client that sends this header with every request."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = authorization
    return client


def open_service(folder: Path) -> ServiceOfRoles:
    """A service over a new data folder, with everybody in it and a token for every role."""
    base = KnowledgeBase.open(shipped(folder))
    app = create_app(base)
    local = app.test_client()
    for person in EVERYBODY:
        body = {"name": f"Name of {person}", "post": MODEL, **_team(person)}
        _store(local, f"people/{person}", body)
    for number, person in enumerate(EVERYBODY[:-1]):
        ratings: dict[str, float] = dict.fromkeys(base.catalogue.dimensions["t12"], 7)
        ratings["patience"] = 5 + number / 2
        _store(local, f"people/{person}/assessments/A1", _assessment(ratings))
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
    return ServiceOfRoles(app, base, tokens)


def _team(person: str) -> dict[str, str]:
    for team, members in (("north", NORTH), ("south", SOUTH)):
        if person in members:
            return {"team": team}
    return {}


def _assessment(ratings: Mapping[str, float]) -> dict[str, Any]:
    return {
        "date": RECENTLY.isoformat(),
        "source": "test",
        "framework": "t12",
        "ratings": dict(ratings),
    }


def _store(client: FlaskClient, path: str, body: Mapping[str, Any]) -> None:
    answer = client.put(f"/api/v1/{path}", json=body)
    assert answer.status_code in (200, 201), answer.text
