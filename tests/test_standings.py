"""The list of people: who is found by what, page by page, and by whom."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from kb_service.access.roles import Role
from kb_service.audit import entries_about, reference
from kb_service.vocabulary import ORGANISATION_GRAPH
from kb_service.web.auditing import EXTENSION as AUDIT
from kb_service.web.service import EXTENSION
from tests.conftest import body
from tests.service_of_roles import EVERYBODY, MODEL, NORTH, ServiceOfRoles, open_service
from tests.test_access_questions import PERIOD_AND_TEAM


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    made = open_service(tmp_path_factory.mktemp("standings") / "data")
    where = f"/data?graph={ORGANISATION_GRAPH.value}"
    stored = made.as_role(Role.ADMIN).put(where, data=PERIOD_AND_TEAM, content_type="text/turtle")
    assert stored.status_code == 204, stored.text
    yield made
    made.app.extensions[EXTENSION].close()
    made.knowledge_base.close()


def listed(client: FlaskClient, query: str = "") -> list[str]:
    return [row["id"] for row in body(client.get(f"/api/v1/standings?{query}"))["rows"]]


def test_everybody_is_listed_by_id_with_how_they_fit_their_post(service: ServiceOfRoles) -> None:
    hr = service.as_role(Role.HR)

    found = body(hr.get("/api/v1/standings"))

    assert [row["id"] for row in found["rows"]] == sorted(EVERYBODY)
    assert found["total"] == len(EVERYBODY)
    for row in found["rows"]:
        fits = body(hr.get(f"/api/v1/people/{row['id']}/fit"))["rows"]
        own = next(fit for fit in fits if fit["model"] == MODEL)
        told = ("model", "verdict", "fit", "coveragePercent")
        assert [row["judged"][name] for name in told] == [own[name] for name in told]


@pytest.mark.parametrize(
    "query, expected",
    [
        ("q=BO", ["bo"]),
        ("q=name%20of%20a", ["ana", "bo", "cai", "dan", "eve", "fan", "gao"]),
        ("q=of%20dan", ["dan"]),
        ("q=nobody", []),
        ("team=north", list(NORTH)),
        (f"model={MODEL}", list(EVERYBODY)),
        ("model=team-leader", []),
        ("verdict=insufficient-evidence", ["gao"]),
        ("team=north&verdict=insufficient-evidence", []),
        (f"team=north&q=an&model={MODEL}", ["ana", "dan"]),
    ],
)
def test_people_are_found_by_all_that_is_asked_of_them(
    service: ServiceOfRoles, query: str, expected: list[str]
) -> None:
    assert listed(service.as_role(Role.HR), query) == expected


def test_a_page_begins_where_the_last_one_ended(service: ServiceOfRoles) -> None:
    hr = service.as_role(Role.HR)

    first, last = (body(hr.get(f"/api/v1/standings?limit=4&offset={at}")) for at in (0, 4))

    assert [row["id"] for row in (*first["rows"], *last["rows"])] == sorted(EVERYBODY)
    assert (first["nextOffset"], last["nextOffset"]) == (4, None)
    assert first["total"] == last["total"] == len(EVERYBODY)


def test_a_lead_finds_nobody_beside_their_team(service: ServiceOfRoles) -> None:
    lead = service.as_role(Role.TEAM_LEAD)

    assert len(listed(lead)) == len(NORTH)
    assert listed(lead, "verdict=insufficient-evidence") == []
    assert listed(lead, f"q={service.key('eve')}") == []


def test_who_sees_no_names_finds_nobody_by_them(service: ServiceOfRoles) -> None:
    analyst = service.as_role(Role.ANALYST)

    assert listed(analyst, "q=ana") == []
    assert listed(analyst, "team=north") == sorted(map(service.key, NORTH))
    assert all("name of" not in str(row).lower() for row in listed(analyst))


@pytest.mark.parametrize(
    "path", ["/api/v1/standings", "/people", f"/people/ana/fit/{MODEL}/what-if"]
)
def test_who_may_see_nobody_is_refused(service: ServiceOfRoles, path: str) -> None:
    assert service.as_role(Role.MODEL_READER).get(path).status_code == 403


@pytest.mark.parametrize("path", ["", f"/fit/{MODEL}", f"/fit/{MODEL}/what-if"])
def test_pages_of_somebody_out_of_reach_do_not_exist(service: ServiceOfRoles, path: str) -> None:
    lead = service.as_role(Role.TEAM_LEAD)

    assert lead.get(f"/people/{service.key('ana')}{path}").status_code == 200
    assert lead.get(f"/people/{service.key('eve')}{path}").status_code == 404


@pytest.mark.parametrize("query", ["team=west", "model=king", "verdict=splendid"])
def test_what_does_not_exist_is_named(service: ServiceOfRoles, query: str) -> None:
    answer = service.as_role(Role.HR).get(f"/api/v1/standings?{query}")

    assert answer.status_code == 404
    assert query.partition("=")[2] in answer.text


def test_the_audit_hears_of_those_who_are_shown_and_of_no_others(service: ServiceOfRoles) -> None:
    shown = [reference(service.key(person)) for person in ("ana", "bo")]

    listed(service.as_role(Role.HR), "limit=2&team=north")

    *_, entry = entries_about(service.app.extensions[AUDIT].folder)
    assert entry["action"] == "GET /api/v1/standings"
    assert sorted(entry["persons"]) == sorted(shown)
