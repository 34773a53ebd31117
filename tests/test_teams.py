"""Teams, the organisation and comparisons: what each role is told, and that figures add up to people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kb_service.access.roles import Role
from kb_service.vocabulary import ORGANISATION_GRAPH
from kb_service.web.service import EXTENSION
from tests.conftest import body
from tests.service_of_roles import EVERYBODY, MODEL, NORTH, SOUTH, ServiceOfRoles, open_service

PAGE = {"Accept": "text/html"}
OTHER = "team-leader"
TEAMS = """
    @prefix dcterms: <http://purl.org/dc/terms/> .
    @prefix people: <https://w3id.org/rengang/ontology/people#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix team: <https://w3id.org/rengang/team/> .
    team:north a people:Team ; dcterms:identifier "north" ;
      skos:prefLabel "北组"@zh, "North"@en .
    team:south a people:Team ; dcterms:identifier "south" ;
      skos:prefLabel "南组"@zh, "<b>South</b>"@en .
    team:empty a people:Team ; dcterms:identifier "empty" ;
      skos:prefLabel "空组"@zh, "Empty"@en .
""".encode()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    """Two teams with people in them and one without; `gao` is in none and was never assessed."""
    made = open_service(tmp_path_factory.mktemp("teams") / "data")
    where = f"/data?graph={ORGANISATION_GRAPH.value}"
    stored = made.as_role(Role.ADMIN).put(where, data=TEAMS, content_type="text/turtle")
    assert stored.status_code == 204, stored.text
    yield made
    made.app.extensions[EXTENSION].close()
    made.knowledge_base.close()


def told(service: ServiceOfRoles, path: str, role: Role = Role.HR) -> Any:
    return body(service.as_role(role).get(f"/api/v1/{path}"))


def by_team(document: Any) -> dict[str, Any]:
    return {row["team"]: row for row in document["rows"]}


def test_hr_is_told_of_every_team_and_how_many_are_judged_in_it(service: ServiceOfRoles) -> None:
    teams = by_team(told(service, "teams"))

    assert {id: row["judged"] for id, row in teams.items()} == {
        "empty": 0,
        "north": len(NORTH),
        "south": len(SOUTH),
    }
    for row in teams.values():
        assert sum(one["people"] for one in row["verdicts"]) == row["judged"]
        assert sum(one["people"] for one in row["evidence"]) == row["judged"]


def test_a_lead_is_told_of_their_own_team_alone(service: ServiceOfRoles) -> None:
    assert set(by_team(told(service, "teams", Role.TEAM_LEAD))) == {"north"}


@pytest.mark.parametrize("role", [Role.MODEL_READER, Role.EDITOR])
def test_who_may_see_nobody_is_told_of_no_few(service: ServiceOfRoles, role: Role) -> None:
    teams = told(service, "teams", role)
    organisation = told(service, "organisation", role)

    counts = [one["people"] for row in teams["rows"] for one in row["verdicts"]]
    cells = [
        cell["people"] for row in organisation["teams"]["rows"] for cell in row["cells"].values()
    ]
    assert {count for count in counts if count} == set()
    assert None in counts
    assert {count for count in cells if count} == set()
    assert [row["holders"] for row in organisation["positions"]] == [None]


def test_who_may_see_nobody_opens_no_team(service: ServiceOfRoles) -> None:
    reader = service.as_role(Role.MODEL_READER)

    for path in ("/teams/north", "/organisation/people/members-by-evidence?team=north", "/compare"):
        assert reader.get(path, headers=PAGE).status_code == 403


def test_a_team_shows_each_member_against_each_requirement(service: ServiceOfRoles) -> None:
    team = told(service, "teams/north")

    requirements = {row["requirement"] for row in team["requirements"]}
    assert team["model"] == MODEL
    assert {row["person"] for row in team["members"]["rows"]} == set(NORTH)
    for row in team["members"]["rows"]:
        assert set(row["cells"]) == requirements
        assert row["coverage"] == 1.0


def test_a_cell_is_what_the_fit_says_of_the_requirement(service: ServiceOfRoles) -> None:
    team = told(service, "teams/north")
    (ana,) = (row for row in team["members"]["rows"] if row["person"] == "ana")
    fit = told(service, f"people/ana/fit/{MODEL}")

    of_dimension = {row["requirement"]: row["dimension"] for row in team["requirements"]}
    cells = {of_dimension[id]: cell["gap"] for id, cell in ana["cells"].items()}
    assert cells == {one["dimension"]: one["gap"] or None for one in fit["requirements"]}
    assert any(cells.values())


def test_who_was_never_rated_is_unknown_and_has_no_gap(service: ServiceOfRoles) -> None:
    hr = service.as_role(Role.HR)
    hr.put("/api/v1/people/gao", json={"name": "Gao", "post": MODEL, "team": "south"})

    members = told(service, "teams/south")["members"]["rows"]
    hr.put("/api/v1/people/gao", json={"name": "Name of gao", "post": MODEL})

    (gao,) = (row for row in members if row["person"] == "gao")
    assert {(cell["gap"], cell["isRated"]) for cell in gao["cells"].values()} == {(None, False)}


def test_members_come_page_by_page_and_each_once(service: ServiceOfRoles) -> None:
    pages = [told(service, f"teams/north?limit=3&offset={at}")["members"] for at in (0, 3)]

    assert [page["nextOffset"] for page in pages] == [3, None]
    assert sorted(row["person"] for page in pages for row in page["rows"]) == sorted(NORTH)


def test_a_lead_who_opens_another_team_sees_nobody_of_it(service: ServiceOfRoles) -> None:
    team = told(service, "teams/south", Role.TEAM_LEAD)

    assert (team["judged"], team["positions"], team["members"]["rows"]) == (0, [], [])


@pytest.mark.parametrize(
    "path", ["teams/nowhere", "teams/north?model=nothing", "organisation?model=x"]
)
def test_what_does_not_exist_is_not_found(service: ServiceOfRoles, path: str) -> None:
    assert service.as_role(Role.HR).get(f"/api/v1/{path}").status_code == 404


def test_every_gap_that_is_counted_of_a_team_leads_to_as_many_people(
    service: ServiceOfRoles,
) -> None:
    (north,) = (
        row for row in told(service, "organisation")["teams"]["rows"] if row["team"] == "north"
    )
    short = {id: cell["people"] for id, cell in north["cells"].items()}

    listed = {
        id: len(told(service, f"questions/members-short-of?team=north&requirement={id}")["rows"])
        for id in short
    }

    assert listed == short
    assert max(short.values()) == len(NORTH)


def test_every_verdict_that_is_counted_leads_to_as_many_people(service: ServiceOfRoles) -> None:
    for row in told(service, "teams")["rows"]:
        for one in row["verdicts"]:
            path = f"questions/members-with-verdict?team={row['team']}&verdict={one['verdict']}"
            assert len(told(service, path)["rows"]) == one["people"]
    for position in told(service, "organisation")["positions"]:
        for one in position["verdicts"]:
            path = (
                f"questions/holders-with-verdict?model={position['model']}&verdict={one['verdict']}"
            )
            assert len(told(service, path)["rows"]) == one["people"]


def test_trainings_stand_in_the_order_of_people_helped_per_hour(service: ServiceOfRoles) -> None:
    rows = told(service, "organisation")["trainings"]["rows"]

    per_hour = [row["people"] / row["hours"] for row in rows]
    assert per_hour == sorted(per_hour, reverse=True)
    assert per_hour
    first = rows[0]
    people = told(service, f"questions/people-for-training?training={first['training']}")["rows"]
    assert len({row["person"] for row in people}) == first["people"]


def test_the_people_behind_a_figure_have_verdict_coverage_and_reasons(
    service: ServiceOfRoles,
) -> None:
    page = service.as_role(Role.HR).get(
        "/organisation/people/members-by-evidence?team=north&lang=en", headers=PAGE
    )

    for person in NORTH:
        assert f"Name of {person}" in page.text
    assert page.text.count("100.0%") >= len(NORTH)
    assert page.text.count('class="why"') == len(NORTH)
    assert page.text.count("badge verdict") == len(NORTH)


def test_other_questions_list_nobody_on_that_page(service: ServiceOfRoles) -> None:
    hr = service.as_role(Role.HR)

    assert hr.get("/organisation/people/people", headers=PAGE).status_code == 404
    assert hr.get("/organisation/people/members-with-verdict", headers=PAGE).status_code == 400


def test_a_team_is_shown_as_it_is_called_and_never_run(service: ServiceOfRoles) -> None:
    for path in ("/teams?lang=en", "/teams/south?lang=en", "/organisation?lang=en"):
        page = service.as_role(Role.HR).get(path, headers=PAGE).text
        assert "&lt;b&gt;South&lt;/b&gt;" in page
        assert "<b>South" not in page


# Side by side


def test_people_stand_side_by_side_as_their_fits_say(service: ServiceOfRoles) -> None:
    shown = told(service, f"compare?model={MODEL}&person=ana&person=dan")
    fits = [told(service, f"people/{person}/fit/{MODEL}") for person in ("ana", "dan")]

    assert [column["fit"] for column in shown["columns"]] == [fit["fit"] for fit in fits]
    assert [column["name"] for column in shown["columns"]] == ["Name of ana", "Name of dan"]
    (patience,) = (row for row in shown["rows"] if row["dimension"] == "patience")
    assert [cell["rating"] for cell in patience["cells"]] == [5, 6.5]
    assert len(shown["rows"]) == len(fits[0]["requirements"])


def test_positions_stand_side_by_side_with_what_only_one_of_them_asks_for(
    service: ServiceOfRoles,
) -> None:
    shown = told(service, f"compare?person=ana&model={MODEL}&model={OTHER}")

    asked = [{row["dimension"] for row in shown["rows"] if row["cells"][at]} for at in (0, 1)]
    fits = [told(service, f"people/ana/fit/{model}") for model in (MODEL, OTHER)]
    assert asked == [{one["dimension"] for one in fit["requirements"]} for fit in fits]
    assert asked[0] != asked[1]


@pytest.mark.parametrize(
    "query",
    [
        f"model={MODEL}",
        "person=ana",
        f"model={MODEL}&model={OTHER}&person=ana&person=bo",
        f"model={MODEL}" + "".join(f"&person={person}" for person in EVERYBODY),
    ],
)
def test_what_cannot_stand_side_by_side_is_refused_with_what_can(
    service: ServiceOfRoles, query: str
) -> None:
    answer = service.as_role(Role.HR).get(f"/api/v1/compare?{query}&lang=en")

    assert answer.status_code == 400
    assert "up to 6 people" in answer.get_json()["detail"]


def test_a_lead_compares_nobody_outside_the_team(service: ServiceOfRoles) -> None:
    lead = service.as_role(Role.TEAM_LEAD)

    assert lead.get(f"/api/v1/compare?model={MODEL}&person=ana&person=bo").status_code == 200
    assert lead.get(f"/api/v1/compare?model={MODEL}&person=ana&person=eve").status_code == 404


def test_an_analyst_compares_under_pseudonyms(service: ServiceOfRoles) -> None:
    keys = [service.key("ana"), service.key("bo")]

    shown = told(service, f"compare?model={MODEL}&person={keys[0]}&person={keys[1]}", Role.ANALYST)

    assert [column["person"] for column in shown["columns"]] == keys
    assert "Name of" not in str(shown)


def test_every_column_has_verdict_coverage_reasons_and_assumptions(
    service: ServiceOfRoles,
) -> None:
    page = service.as_role(Role.HR).get(
        f"/compare?model={MODEL}&person=ana&person=gao&lang=en", headers=PAGE
    )

    assert page.text.count("badge verdict") == 2
    assert page.text.count('class="why"') == 2
    assert page.text.count("#assumptions") == 2
    assert "0.0%" in page.text
    assert "unknown" in page.text


def test_a_program_that_opens_the_page_is_led_to_the_same_comparison(
    service: ServiceOfRoles,
) -> None:
    asked = f"model={MODEL}&person=ana&person=bo"
    answer = service.as_role(Role.HR).get(
        f"/compare?{asked}", headers={"Accept": "application/json"}
    )

    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/api/v1/compare?{asked}")


def test_one_chooses_among_the_candidates_or_the_positions(service: ServiceOfRoles) -> None:
    hr = service.as_role(Role.HR)

    candidates = hr.get(f"/compare?model={MODEL}&lang=en", headers=PAGE).text
    positions = hr.get("/compare?person=ana&lang=en", headers=PAGE).text

    assert candidates.count('name="person"') == len(EVERYBODY)
    assert positions.count('type="checkbox" name="model"') == len(
        told(service, "people/ana/fit")["rows"]
    )


# Found by search


@pytest.mark.parametrize(
    "role, teams",
    [
        (Role.HR, ["north"]),
        (Role.TEAM_LEAD, ["north"]),
        (Role.MODEL_READER, []),
    ],
)
def test_a_team_is_found_by_its_name_by_who_may_open_it(
    service: ServiceOfRoles, role: Role, teams: list[str]
) -> None:
    groups = told(service, "search?q=北组", role)["groups"]

    assert [
        row["id"] for group in groups if group["kind"] == "team" for row in group["rows"]
    ] == teams
