"""Pages of position models: parts and sources, people ranked and narrowed, versions compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from kb_service.access.roles import Role
from kb_service.web.service import EXTENSION
from tests.conftest import RECENTLY, body
from tests.service_of_roles import EVERYBODY, MODEL, NORTH, ServiceOfRoles, open_service

PAGE = f"/position-models/{MODEL}"
API = f"/api/v1/position-models/{MODEL}"
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    made = open_service(tmp_path_factory.mktemp("models") / "data")
    yield made
    made.app.extensions[EXTENSION].close()
    made.knowledge_base.close()


@pytest.fixture
def hr(service: ServiceOfRoles) -> FlaskClient:
    return service.as_role(Role.HR)


def people(client: FlaskClient, narrowed: str = "") -> list[str]:
    """Who is judged for the position, in the order of the ranking."""
    return [row["person"] for row in candidates(client, narrowed)["rows"]]


def candidates(client: FlaskClient, narrowed: str = "") -> dict[str, Any]:
    answer: dict[str, Any] = body(client.get(f"{API}/candidates?{narrowed}"))
    return answer


def shown(client: FlaskClient, path: str) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


# Whom it judges


def test_people_are_ranked_by_verdict_and_then_by_fit(hr: FlaskClient) -> None:
    rows = candidates(hr)["rows"]

    fits = [row["fit"] for row in rows if row["verdict"] == rows[0]["verdict"]]
    assert {row["person"] for row in rows} == set(EVERYBODY)
    assert fits == sorted(fits, reverse=True)
    assert rows[-1]["verdict"] == "insufficient-evidence"


def test_pages_of_the_ranking_follow_each_other(hr: FlaskClient) -> None:
    pages = [people(hr, f"limit=3&offset={offset}") for offset in (0, 3, 6)]

    assert [person for page in pages for person in page] == people(hr)
    assert candidates(hr, "limit=3&offset=3")["total"] == len(EVERYBODY)


@pytest.mark.parametrize(
    "narrowed, left",
    [
        ("team=north", set(NORTH)),
        ("verdict=insufficient-evidence", {"gao"}),
        ("holds=true", set(EVERYBODY)),
        ("holds=false", set()),
        ("candidate=true", set()),
        ("team=north&candidate=false", set(NORTH)),
        ("team=&verdict=", set(EVERYBODY)),
    ],
)
def test_the_ranking_is_narrowed_by_team_verdict_and_post(
    hr: FlaskClient, narrowed: str, left: set[str]
) -> None:
    found = candidates(hr, narrowed)

    assert {row["person"] for row in found["rows"]} == left
    assert found["total"] == len(left)


@pytest.mark.parametrize("narrowed", ["team=no-team", "verdict=splendid", "holds=perhaps"])
def test_what_narrows_by_something_unknown_is_refused(hr: FlaskClient, narrowed: str) -> None:
    assert hr.get(f"{API}/candidates?{narrowed}").status_code == 404
    assert hr.get(f"{PAGE}/candidates?{narrowed}", headers=HTML).status_code == 404


def test_a_new_rating_is_seen_in_the_ranking_at_once(hr: FlaskClient) -> None:
    before = people(hr, "verdict=insufficient-evidence")
    ratings = dict.fromkeys(("patience", "dependability"), 9)
    record = {
        "date": RECENTLY.isoformat(),
        "source": "test",
        "framework": "t12",
        "ratings": ratings,
    }

    hr.put("/api/v1/people/hu", json={"name": "Name of hu"})
    hr.put("/api/v1/people/hu/assessments/A1", json=record)
    after = people(hr, "verdict=insufficient-evidence")
    hr.delete("/api/v1/people/hu")

    assert (before, sorted(after)) == (["gao"], ["gao", "hu"])
    assert people(hr, "verdict=insufficient-evidence") == ["gao"]


def test_a_lead_finds_their_own_team_alone(service: ServiceOfRoles) -> None:
    lead = service.as_role(Role.TEAM_LEAD)

    assert set(people(lead)) == set(NORTH)
    assert people(lead, "team=south") == []
    assert "Name of eve" not in shown(lead, PAGE)


def test_who_may_see_nobody_finds_no_people_on_the_page(service: ServiceOfRoles) -> None:
    reader = service.as_role(Role.MODEL_READER)

    page = shown(reader, f"{PAGE}?lang=en")
    refused = reader.get(f"{PAGE}/candidates", headers=HTML)

    assert "What it asks for" in page
    assert "People judged for this position" not in page
    assert "Name of" not in page
    assert refused.status_code == 403


def test_every_verdict_stands_beside_its_coverage_reasons_and_assumptions(hr: FlaskClient) -> None:
    page = shown(hr, f"{PAGE}/candidates?lang=en")

    rows = re.findall(r"<tr><td><input.*?</tr>", page, re.DOTALL)
    assert len(rows) == len(EVERYBODY)
    for row in rows:
        assert "badge verdict" in row
        assert re.search(r'<td class="n">[\d.]+%</td>', row)
        assert 'href="/explain?person=' in row
    assert "What these verdicts assume" in page
    assert "Default for a main ability" in page


def test_the_page_turns_without_forgetting_what_it_is_narrowed_by(hr: FlaskClient) -> None:
    page = shown(hr, f"{PAGE}/candidates?team=north&limit=2&lang=en")

    assert f'href="{PAGE}/candidates?limit=2&amp;offset=2&amp;team=north"' in page
    assert '<option value="north" selected>' in page


# What it asks for


def test_a_requirement_tells_its_sector_and_what_its_numbers_rest_on(hr: FlaskClient) -> None:
    rows = {row["dimension"]: row for row in body(hr.get(API))["requirements"]}

    assert rows["patience"]["sector"] == "operational"
    assert rows["service"]["sector"] == "service"
    assert rows["patience"]["evidence"] == "stated"
    assert (rows["patience"]["levelEvidence"], rows["patience"]["weightEvidence"]) == (
        "assumed",
        "assumed",
    )


def test_each_part_is_drawn_with_a_mark_for_each_row_of_its_table(hr: FlaskClient) -> None:
    page = shown(hr, f"{PAGE}?lang=en")

    drawings = re.findall(r'<svg class="rings".*?</svg>', page, re.DOTALL)
    assert [drawing.count('<g class="number') for drawing in drawings] == [5, 12, 3]
    assert "Direction, from the inside out: Main: Operational, Service" in drawings[0]
    for pole in ("People", "Things", "Abstract", "Concrete"):
        assert pole in drawings[1]
    assert "Abstract" not in drawings[2]


def test_the_grid_is_drawn_by_its_categories_without_axes(hr: FlaskClient) -> None:
    page = shown(hr, "/position-models/customer-service-representative?lang=en")

    (drawing,) = re.findall(r'<svg class="rings".*?</svg>', page, re.DOTALL)
    assert drawing.count('<g class="number') == 23
    assert "Knowledge" in drawing and "Trait" in drawing
    assert 'class="axis"' not in drawing


def test_what_is_cited_leads_to_the_list_of_sources(hr: FlaskClient) -> None:
    page = shown(hr, f"{PAGE}?lang=en")

    assert 'href="#source-1"' in page
    assert re.search(r'<li id="source-1"><cite>[^<]*人啊人', page)


def test_training_demand_for_a_position_is_told_as_the_question_tells_it(
    service: ServiceOfRoles,
) -> None:
    reader, hr = service.as_role(Role.MODEL_READER), service.as_role(Role.HR)
    question = f"/api/v1/questions/training-demand-of-model?model={MODEL}"

    rows, told = (body(client.get(question))["rows"] for client in (hr, reader))

    assert rows
    assert all(row["people"] is None or row["people"] >= 5 for row in told)
    page = shown(hr, f"{PAGE}?lang=en")
    for row in rows:
        assert re.search(
            rf'<td>{row["label_en"]}</td>.*?<td class="n">{row["people"]}</td>', page, re.DOTALL
        )


# Its versions


def test_what_differs_between_two_versions_is_listed(service: ServiceOfRoles) -> None:
    admin = service.as_role(Role.ADMIN)
    document = admin.get(f"{API}/document", headers={"Accept": "application/json"}).get_json()
    document["version"] = "0.2.0"
    changed = next(one for one in document["abilities"] if one["dimension"] == "patience")
    changed["tier"] = "secondary"
    handed_in = admin.post("/api/v1/position-models", json=document)
    assert handed_in.status_code == 201, handed_in.text

    page = shown(admin, f"{PAGE}/difference?before=0.1.0&after=0.2.0&lang=en")
    same = shown(admin, f"{PAGE}/difference?before=0.2.0&after=0.2.0&lang=en")
    judged = shown(admin, f"{PAGE}/difference?before=0.1.0&after=0.2.0&people=true&lang=en")

    assert "Patience and persistence" in page
    assert re.search(r'<td>tier</td><td class="n">Main</td><td class="n">Secondary</td>', page)
    assert "would be judged otherwise" not in page
    assert "Both ask for the same." in same
    assert f"of {len(EVERYBODY)} people would be judged otherwise." in judged


@pytest.mark.parametrize("asked", ["", "before=0.1.0", "after=0.1.0"])
def test_a_comparison_without_its_versions_is_refused_with_what_to_give(
    hr: FlaskClient, asked: str
) -> None:
    answer = hr.get(f"{PAGE}/difference?{asked}", headers=HTML)

    assert answer.status_code == 400
    assert "0.1.0" in answer.text


def test_a_version_is_checked_when_somebody_asks(hr: FlaskClient) -> None:
    page = shown(hr, f"{PAGE}/findings?version=0.1.0&lang=en")

    assert '<div id="findings">' in page
    assert hr.get(f"{PAGE}/findings?version=9.9.9", headers=HTML).status_code == 404
