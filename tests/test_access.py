"""Who is let in, for what, and what everybody else is told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient
from jwt.algorithms import ECAlgorithm
from werkzeug.routing import Rule

from kb_service.access.database import AccessDatabase
from kb_service.access.roles import Role
from kb_service.access.tokens import Tokens, now
from kb_service.cli.main import main
from kb_service.configuration import AccessSettings, Configuration
from kb_service.knowledge_base import KnowledgeBase
from kb_service.questions import questions
from kb_service.web import create_app
from kb_service.web.authentication import LOCAL_CALLERS
from kb_service.web.authorisation import NEEDS, Need
from kb_service.web.service import EXTENSION
from tests.conftest import body
from tests.service_of_roles import MODEL, ServiceOfRoles, client_with, open_service

PAGE = {"Accept": "text/html"}
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    """A service with a token for every role."""
    made = open_service(tmp_path_factory.mktemp("roles") / "data")
    yield made
    made.app.extensions[EXTENSION].close()
    made.knowledge_base.close()


# Before any token was given out


def test_whoever_is_at_this_machine_may_do_everything_until_a_token_is_given_out(
    client: FlaskClient,
) -> None:
    assert client.get("/api/v1/people").status_code == 200


@pytest.mark.parametrize(
    "header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"]
)
def test_a_proxy_does_not_make_the_world_local(client: FlaskClient, header: str) -> None:
    refused = client.get("/api/v1/people", headers={header: "203.0.113.7"})

    assert refused.status_code == 403
    assert "rengang token add" in body(refused)["detail"]


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::1", "10.0.0.1", ""])
def test_another_machine_is_nobody_until_a_token_is_given_out(
    client: FlaskClient, address: str
) -> None:
    refused = client.get("/api/v1/people", environ_base={"REMOTE_ADDR": address})

    assert refused.status_code == 401


def test_a_service_that_others_can_reach_lets_nobody_in_without_a_token(
    knowledge_base: KnowledgeBase,
) -> None:
    app = create_app(knowledge_base)
    app.config[LOCAL_CALLERS] = False

    refused = app.test_client().get("/api/v1/people")

    app.extensions[EXTENSION].close()
    assert refused.status_code == 401


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_the_service_does_not_start_as_an_open_door(tmp_path: Path, host: str) -> None:
    started = CliRunner().invoke(
        main, ["--lang", "en", "--data", str(tmp_path / "data"), "serve", "--host", host]
    )

    assert started.exit_code == 4
    assert "rengang token add" in started.stderr
    assert not (tmp_path / "data").exists()


# Tokens


def test_without_a_token_a_program_is_told_how_to_show_one(service: ServiceOfRoles) -> None:
    refused = service.app.test_client().get("/api/v1/people")

    assert refused.status_code == 401
    assert refused.mimetype == "application/problem+json"
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="rengang"'


@pytest.mark.parametrize(
    "shown, error",
    [
        ("Bearer wrong", "invalid_token"),
        ("Bearer rengang_wrong", "invalid_token"),
        ("Bearer", "invalid_request"),
        ("Basic YTpi", "invalid_request"),
        ("rengang_x", "invalid_request"),
        ("Bearer \u00e9", "invalid_token"),
    ],
)
def test_a_wrong_token_is_refused_and_never_passed_over(
    service: ServiceOfRoles, shown: str, error: str
) -> None:
    refused = client_with(service.app, shown).get("/api/v1/people")

    assert refused.status_code == 401
    assert f'error="{error}"' in refused.headers["WWW-Authenticate"]


def test_a_wrong_token_is_refused_even_before_any_was_given_out(app: Flask) -> None:
    assert client_with(app, "Bearer wrong").get("/api/v1/people").status_code == 401


def test_a_good_session_does_not_make_up_for_a_wrong_token(service: ServiceOfRoles) -> None:
    client = signed_in(service, Role.ADMIN)

    refused = client.get("/api/v1/people", headers={"Authorization": "Bearer wrong"})

    assert refused.status_code == 401


def test_a_running_service_knows_new_and_revoked_tokens_at_once(service: ServiceOfRoles) -> None:
    beside = Tokens(AccessDatabase(service.knowledge_base.store.data.access))
    token, _ = beside.add("passing", Role.ANALYST)
    client = service.showing(token)
    before = client.get("/api/v1/people").status_code

    beside.revoke("passing")
    after = client.get("/api/v1/people").status_code

    assert (before, after) == (200, 401)


def test_an_expired_token_opens_nothing(service: ServiceOfRoles) -> None:
    long_ago = now() - timedelta(seconds=1)
    token, _ = service.credentials.tokens.add("expired", Role.ADMIN, expires=long_ago)

    assert service.showing(token).get("/api/v1/people").status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/static/style.css", "/sign-in"])
def test_what_tells_of_nobody_needs_no_token(service: ServiceOfRoles, path: str) -> None:
    assert service.app.test_client().get(path).status_code == 200


def test_what_does_not_exist_is_not_told_to_strangers(service: ServiceOfRoles) -> None:
    assert service.app.test_client().get("/api/v1/nothing").status_code == 401
    assert service.as_role(Role.MODEL_READER).get("/api/v1/nothing").status_code == 404


# Identities of an issuer


@pytest.fixture(scope="module")
def issuer_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def trusting(
    service: ServiceOfRoles,
    issuer_key: ec.EllipticCurvePrivateKey,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Flask]:
    """The same service, which trusts an issuer of identities as well."""
    keys = tmp_path_factory.mktemp("issuer") / "keys.json"
    public = ECAlgorithm.to_jwk(issuer_key.public_key(), as_dict=True)
    keys.write_text(json.dumps({"keys": [{**public, "key_ops": ["verify"], "kid": "1"}]}))
    access = AccessSettings(
        oidc_issuer="https://id.example.org", oidc_audience="us", oidc_keys=keys
    )
    app = create_app(service.knowledge_base, configuration=Configuration(access=access))
    yield app
    app.extensions[EXTENSION].close()


def identity(key: ec.EllipticCurvePrivateKey, **claims: Any) -> str:
    """`Authorization` of somebody whom the issuer knows."""
    given = {
        "iss": "https://id.example.org",
        "aud": "us",
        "sub": "u1",
        "exp": int(time.time()) + 60,
        **claims,
    }
    return f"Bearer {jwt.encode(given, key, 'ES256', headers={'kid': '1'})}"


def test_who_is_known_to_the_issuer_has_the_role_that_it_says(
    trusting: Flask, issuer_key: ec.EllipticCurvePrivateKey
) -> None:
    lead = identity(issuer_key, rengang_role="team-lead", rengang_team="south")

    answer = client_with(trusting, lead).get("/api/v1/people")

    assert [row["id"] for row in body(answer)["rows"]] == ["eve", "fan"]


def test_a_good_identity_without_a_role_is_refused_by_403(
    trusting: Flask, issuer_key: ec.EllipticCurvePrivateKey
) -> None:
    refused = client_with(trusting, identity(issuer_key)).get("/api/v1/position-models")

    assert refused.status_code == 403
    assert "rengang_role" in body(refused)["detail"]


def test_an_identity_that_has_expired_is_refused_by_401(
    trusting: Flask, issuer_key: ec.EllipticCurvePrivateKey
) -> None:
    late = identity(issuer_key, rengang_role="hr", exp=int(time.time()) - 3600)

    refused = client_with(trusting, late).get("/api/v1/people")

    assert refused.status_code == 401
    assert "expired" in refused.headers["WWW-Authenticate"]


def test_tokens_and_identities_are_taken_side_by_side(
    service: ServiceOfRoles, trusting: Flask
) -> None:
    shown = f"Bearer {service.tokens[Role.HR]}"

    assert client_with(trusting, shown).get("/api/v1/people").status_code == 200


def test_trusting_an_issuer_shuts_the_door_to_those_without_identity(
    knowledge_base: KnowledgeBase, trusting: Flask
) -> None:
    configuration: Configuration = trusting.config["RENGANG"]
    app = create_app(knowledge_base, configuration=configuration)

    refused = app.test_client().get("/api/v1/people")

    app.extensions[EXTENSION].close()
    assert refused.status_code == 401


def test_an_issuer_that_is_trusted_by_halves_keeps_the_service_from_starting(
    knowledge_base: KnowledgeBase, trusting: Flask
) -> None:
    access = replace(trusting.config["RENGANG"].access, oidc_audience="")

    with pytest.raises(ValueError, match="oidc_audience"):
        create_app(knowledge_base, configuration=Configuration(access=access))


# Sessions


def signed_in(
    service: ServiceOfRoles, role: Role, address: str = "http://localhost"
) -> FlaskClient:
    """A browser in which somebody has signed in."""
    client = service.app.test_client()
    answer = client.post(
        "/sign-in",
        data={"token": service.tokens[role], "back": "/"},
        headers=OWN_PAGE,
        base_url=address,
    )
    assert answer.status_code == 303
    return client


def test_a_browser_without_a_session_gets_the_page_to_sign_in(service: ServiceOfRoles) -> None:
    answer = service.app.test_client().get("/people?limit=5", headers=PAGE)

    assert answer.status_code == 401
    assert "Bearer" in answer.headers["WWW-Authenticate"]
    assert 'name="token"' in answer.text
    assert 'name="back" value="/people?limit=5"' in answer.text


def test_somebody_who_signed_in_sees_pages_and_may_sign_out(service: ServiceOfRoles) -> None:
    client = signed_in(service, Role.HR)
    page = client.get("/people", headers=PAGE)

    signed_out = client.post("/sign-out", headers=OWN_PAGE)
    after = client.get("/people", headers=PAGE)

    assert page.status_code == 200
    assert "Sign out" in page.text
    assert signed_out.status_code == 303
    assert after.status_code == 401


@pytest.mark.parametrize("path", ["/people", "/position-models", "/api/v1/people"])
def test_a_browser_in_which_somebody_signed_in_keeps_no_answer_and_a_program_may(
    service: ServiceOfRoles, path: str
) -> None:
    browser = signed_in(service, Role.HR)
    seen = browser.get(path, headers={**PAGE, "Accept": "text/html, */*;q=0.1"})
    asked = service.as_role(Role.HR).get("/api/v1/people")

    assert (seen.status_code, seen.headers["Cache-Control"]) == (200, "no-store")
    assert asked.headers["Cache-Control"] == "private, no-cache"


def test_a_session_that_was_ended_is_worthless_wherever_its_cookie_went(
    service: ServiceOfRoles,
) -> None:
    client = signed_in(service, Role.HR)
    cookie = client.get_cookie("rengang-session")
    assert cookie is not None

    client.post("/sign-out", headers=OWN_PAGE)
    stolen = service.app.test_client()
    stolen.set_cookie("rengang-session", cookie.value)

    assert stolen.get("/people", headers=PAGE).status_code == 401


def test_a_wrong_token_opens_no_session(service: ServiceOfRoles) -> None:
    client = service.app.test_client()

    answer = client.post("/sign-in", data={"token": "rengang_wrong", "back": "/people"})

    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers
    assert 'name="back" value="/people"' in answer.text


@pytest.mark.parametrize(
    "address, secure", [("http://localhost", False), ("https://hr.test", True)]
)
def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_connections(
    service: ServiceOfRoles, address: str, secure: bool
) -> None:
    answer = service.app.test_client().post(
        "/sign-in", data={"token": service.tokens[Role.HR]}, base_url=address
    )

    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert ("Secure" in cookie) == secure
    assert cookie.startswith("__Host-rengang-session=") == secure


def test_a_cookie_of_a_plain_connection_counts_for_nothing_over_https(
    service: ServiceOfRoles,
) -> None:
    client = signed_in(service, Role.HR)
    cookie = client.get_cookie("rengang-session")
    assert cookie is not None
    over_https = service.app.test_client()
    over_https.set_cookie("rengang-session", cookie.value, domain="hr.test")

    answer = over_https.get("/people", headers=PAGE, base_url="https://hr.test")

    assert answer.status_code == 401


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.test/",
        "//evil.test/",
        "/\\evil.test",
        "\\\\evil.test",
        "javascript:alert(1)",
        "/\t/evil.test",
        "people",
        "",
        "//[",
    ],
)
def test_signing_in_leads_to_our_own_pages_only(service: ServiceOfRoles, back: str) -> None:
    answer = service.app.test_client().post(
        "/sign-in", data={"token": service.tokens[Role.HR], "back": back}
    )

    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Origin": "http://localhost"}, 204),
        ({}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
    ],
)
def test_only_our_own_pages_change_anything_in_a_session(
    service: ServiceOfRoles, headers: dict[str, str], status: int
) -> None:
    service.as_role(Role.HR).put("/api/v1/people/guest", json={"name": "Guest"})
    client = signed_in(service, Role.HR)

    answer = client.delete("/api/v1/people/guest", headers=headers)

    service.as_role(Role.HR).delete("/api/v1/people/guest")
    assert answer.status_code == status


def test_an_origin_that_may_read_answers_changes_nothing_in_a_session(
    service: ServiceOfRoles,
) -> None:
    service.app.config["RENGANG"], before = (
        Configuration(cors_origins=("https://portal.test",)),
        service.app.config["RENGANG"],
    )
    client = signed_in(service, Role.HR)

    answer = client.delete(
        "/api/v1/people/nobody",
        headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://portal.test"},
    )

    service.app.config["RENGANG"] = before
    assert answer.status_code == 403


# What each role is allowed


def test_every_route_says_what_it_needs(service: ServiceOfRoles) -> None:
    routes = {rule.endpoint for rule in service.app.url_map.iter_rules()}

    assert routes - set(NEEDS) == set()
    assert set(NEEDS) - routes == set()


def test_a_route_that_says_nothing_is_for_administrators(knowledge_base: KnowledgeBase) -> None:
    app = create_app(knowledge_base)
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    tokens = Tokens(AccessDatabase(knowledge_base.store.data.path / "other.sqlite"))
    app.extensions["credentials"] = replace(app.extensions["credentials"], tokens=tokens)
    shown = {role: f"Bearer {tokens.add(role, role)[0]}" for role in Role}

    answered = {role: client_with(app, shown[role]).get("/forgotten").status_code for role in Role}

    app.extensions[EXTENSION].close()
    assert answered == {role: 200 if role is Role.ADMIN else 403 for role in Role}


READS_PEOPLE = {Role.SELF, Role.TEAM_LEAD, Role.ANALYST, Role.HR, Role.ADMIN}
ABLE = {
    Need.SHARED: set(Role),
    Need.PEOPLE: READS_PEOPLE,
    Need.EVERYBODY: {Role.ANALYST, Role.HR, Role.ADMIN},
    Need.NAMES: {Role.SELF, Role.TEAM_LEAD, Role.HR, Role.ADMIN},
    Need.RATERS: {Role.HR, Role.ADMIN},
    Need.STUDIES: {Role.ANALYST, Role.HR, Role.EDITOR, Role.ADMIN},
    Need.WRITES_PEOPLE: {Role.HR, Role.ADMIN},
    Need.WRITES_STUDIES: {Role.EDITOR, Role.ADMIN},
    Need.IMPORTS: {Role.HR, Role.EDITOR, Role.ADMIN},
    Need.WRITES_MODELS: {Role.EDITOR, Role.ADMIN},
    Need.ADMINISTERS: {Role.ADMIN},
}


def asked(rule: Rule) -> tuple[str, str]:
    """A request to a route about nothing that exists, so that it changes nothing."""
    taken = rule.methods or set()
    method = next(name for name in ("PUT", "DELETE", "PATCH", "POST", "GET") if name in taken)
    built = rule.build(dict.fromkeys(rule.arguments, "nothing"), append_unknown=False)
    assert built is not None
    return method, built[1]


@pytest.mark.parametrize("role", list(Role))
def test_each_route_is_for_the_roles_that_are_allowed_what_it_needs(
    service: ServiceOfRoles, role: Role
) -> None:
    client = service.as_role(role)
    wrong = []
    for rule in service.app.url_map.iter_rules():
        need = NEEDS[rule.endpoint]
        if need is Need.NOTHING or rule.endpoint.startswith("graph_store."):
            continue
        method, path = asked(rule)
        refused = client.open(path, method=method, json={}).status_code in (401, 403)
        if refused != (role not in ABLE[need]):
            wrong.append((rule.endpoint, need))

    assert wrong == []


def test_who_is_refused_hears_which_role_it_takes_in_both_languages(
    service: ServiceOfRoles,
) -> None:
    client = service.as_role(Role.EDITOR)

    zh, en = (
        body(client.put("/api/v1/people/ana", json={}, headers={"Accept-Language": language}))
        for language in ("zh", "en")
    )

    assert "人事（hr）" in zh["detail"]
    assert "模型编辑（editor）" in zh["detail"]
    assert "one of: hr, admin" in en["detail"]


@pytest.mark.parametrize("person", ["ana", "nobody-at-all"])
def test_a_role_that_sees_nobody_is_told_nothing_about_who_exists(
    service: ServiceOfRoles, person: str
) -> None:
    answer = service.as_role(Role.EDITOR).get(f"/api/v1/people/{person}")

    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["", "/fit", f"/fit/{MODEL}", f"/training-plan/{MODEL}"])
def test_somebody_outside_ones_reach_is_as_unknown_as_somebody_who_does_not_exist(
    service: ServiceOfRoles, path: str
) -> None:
    lead = service.as_role(Role.TEAM_LEAD)

    outside, nowhere = (lead.get(f"/api/v1/people/{name}{path}") for name in ("eve", "xyz"))

    assert outside.status_code == nowhere.status_code == 404
    assert outside.text.replace("eve", "xyz") == nowhere.text


@pytest.mark.parametrize("name", sorted(questions()))
def test_a_question_is_for_the_roles_that_may_know_of_whom_it_tells(
    service: ServiceOfRoles, name: str
) -> None:
    known = questions()[name]
    things = {"person": "ana", "model": MODEL, "plan": MODEL, "period": "q1"}
    things |= {"team": "north", "verdict": "fit", "box": "core-player"}
    things |= {"training": "callback-diary-coaching", "requirement": f"{MODEL}.patience"}
    asked_for = "&".join(f"{word}={things[word]}" for word in known.takes)

    refused = {
        role
        for role in Role
        if service.as_role(role).get(f"/api/v1/questions/{name}?{asked_for}").status_code == 403
    }

    not_for = {
        "of one person": {Role.MODEL_READER, Role.EDITOR},
        "of everybody": {Role.MODEL_READER, Role.EDITOR},
        "of raters": set(Role) - {Role.HR, Role.ADMIN},
    }
    assert refused == not_for.get(known.tells_of, set())


def test_pages_offer_only_what_a_role_is_allowed(service: ServiceOfRoles) -> None:
    reader = service.as_role(Role.MODEL_READER).get("/", headers=PAGE).text
    hr = service.as_role(Role.HR).get("/", headers=PAGE).text

    assert 'href="/people"' not in reader
    assert 'href="/import"' not in reader
    assert 'href="/position-models"' in reader
    assert 'href="/people"' in hr
    assert 'href="/import"' in hr
