"""The JSON API: what it answers, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb_service.access.view import View
from kb_service.knowledge_base import KnowledgeBase
from kb_service.questions import questions
from tests.conftest import RECENTLY, body

MODEL = "customer-service-specialist"
ASSESSMENT = {
    "date": RECENTLY.isoformat(),
    "source": "supervisor",
    "framework": "t12",
    "ratings": {"time-management": 7.5},
}


def get(client: FlaskClient, path: str) -> Any:
    """The JSON answered at a path of the API."""
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/json"
    return answer.json


def test_every_position_model_is_listed_with_what_it_asks_for(client: FlaskClient) -> None:
    rows = {row["id"]: row for row in get(client, "position-models")["rows"]}

    assert len(rows) == 8
    assert rows[MODEL] == {
        "id": MODEL,
        "model": f"https://w3id.org/rengang/position-model/{MODEL}",
        "version": "0.1.0",
        "label": {"zh": "客服专员", "en": "Customer service specialist"},
        "framework": "t12",
        "status": "published",
        "evidence": "stated",
        "requirements": 20,
    }


def test_a_position_model_has_duties_and_requirements(client: FlaskClient) -> None:
    model = get(client, f"position-models/{MODEL}")

    assert len(model["duties"]) == 5
    assert len(model["requirements"]) == 20
    patience = next(one for one in model["requirements"] if one["dimension"] == "patience")
    assert patience["tier"] == "main"
    assert (patience["required"], patience["weight"]) == (8.0, 3.0)
    assert patience["label"] == {"zh": "耐心坚持", "en": "Patience and persistence"}


def test_candidates_come_page_by_page_with_their_coverage(client: FlaskClient) -> None:
    page = get(client, f"position-models/{MODEL}/candidates?limit=1")
    rows = get(client, f"position-models/{MODEL}/candidates")["rows"]

    assert (len(page["rows"]), page["limit"], page["offset"], page["nextOffset"]) == (1, 1, 0, 1)
    assert next(row for row in rows if row["person"] == "ana") == {
        "person": "ana",
        "name": "安娜",
        "team": None,
        "verdict": "unsuitable",
        "verdictLabel": {"zh": "不适合", "en": "Unsuitable"},
        "fit": 91.1,
        "holds": True,
        "candidate": False,
        "contestedSince": None,
        "coverage": 1.0,
        "coveragePercent": 100.0,
    }


def test_people_are_listed_and_counted(client: FlaskClient) -> None:
    page = get(client, "people?limit=1")

    assert page["total"] >= 2
    assert page["nextOffset"] == 1
    assert page["rows"][0]["id"] == "ana"
    assert page["rows"][0]["postLabel"] == {"zh": "客服专员", "en": "Customer service specialist"}


def test_a_person_has_posts_and_assessments(client: FlaskClient) -> None:
    person = get(client, "people/ana")

    assert person == {
        "id": "ana",
        "name": "安娜",
        "team": None,
        "teamLabel": None,
        "post": MODEL,
        "postLabel": {"zh": "客服专员", "en": "Customer service specialist"},
        "candidateFor": ["team-leader"],
        "contact": {},
        "assessments": [
            {
                "id": "A1",
                "date": RECENTLY.isoformat(),
                "source": "test",
                "sourceLabel": {"zh": "测验", "en": "Test"},
                "framework": "t12",
                "expires": None,
                "ratings": 70,
            }
        ],
    }


def test_a_person_is_judged_for_every_model(client: FlaskClient) -> None:
    rows = get(client, "people/ana/fit")["rows"]

    assert len(rows) == 8
    assert {
        row["verdict"] for row in rows if row["model"] == "customer-service-representative"
    } == {"insufficient-evidence"}


def test_the_fit_document_has_every_field_with_numbers_of_one_decimal(client: FlaskClient) -> None:
    fit = get(client, f"people/ana/fit/{MODEL}")

    assert {"person", "model", "verdict", "fit", "coverage", "parts", "requirements"} <= set(fit)
    assert {"trainings", "incentives", "risks", "assumptions", "reasons"} <= set(fit)
    assert fit["coverage"] == 1.0
    assert set(fit["parts"]) == {"direction", "ability", "motivation"}
    patience = next(one for one in fit["requirements"] if one["dimension"] == "patience")
    assert (patience["rating"], patience["gap"], patience["excess"]) == (5.5, 2.5, 0.0)


def test_what_is_unknown_is_null(client: FlaskClient) -> None:
    fit = get(client, f"people/mallory/fit/{MODEL}")

    assert fit["verdict"] == "insufficient-evidence"
    assert fit["fit"] is None
    assert fit["parts"] == {"direction": None, "ability": None, "motivation": None}
    assert {one["rating"] for one in fit["requirements"]} == {None}
    assert {one["gap"] for one in fit["requirements"]} == {None}


def test_a_training_plan_has_ordered_steps_and_their_hours(client: FlaskClient) -> None:
    plan = get(client, f"people/ana/training-plan/{MODEL}")

    assert [step["order"] for step in plan["steps"]] == list(range(1, len(plan["steps"]) + 1))
    assert plan["hours"] == sum(step["hours"] for step in plan["steps"])
    assert {one["step"] for one in plan["alternatives"]} <= {None}


def test_an_explanation_goes_down_to_assertions_with_source_and_date(client: FlaskClient) -> None:
    fit = get(client, f"people/ana/fit/{MODEL}")
    patience = next(one for one in fit["requirements"] if one["dimension"] == "patience")

    tree = get(client, f"explain?conclusion={patience['conclusion']}")

    assert tree["kind"] == {"zh": "差距", "en": "Gap"}
    assert tree["about"] == {"zh": "耐心坚持", "en": "Patience and persistence"}
    assert tree["rule"]["name"] == "gap-below-required-level"
    assert set(tree["rule"]["says"]) == {"zh", "en"}
    facts = [fact for child in tree["conclusions"] for fact in child["facts"]]
    rating = next(fact for fact in facts if fact["value"] == 5.5)
    assert rating["date"] == RECENTLY.isoformat()
    assert rating["sourceLabel"] == {"zh": "测验", "en": "Test"}
    assert {fact["evidence"] for fact in facts} >= {"stated", None}


def test_every_question_tells_what_it_takes(client: FlaskClient) -> None:
    rows = {row["name"]: row for row in get(client, "questions")["rows"]}

    assert set(rows) == set(questions())
    assert rows["fit-of-person"]["takes"] == {"person": "person", "model": "model"}


@pytest.fixture(scope="module")
def quarter(app: Flask) -> str:
    """A period in which nobody has been appraised yet."""
    days = {"start": "2026-01-01", "end": "2026-03-31"}
    made = app.test_client().put("/api/v1/periods/2026-q1", json=days)
    assert made.status_code in (200, 201)
    return "2026-q1"


@pytest.mark.parametrize("name", sorted(questions()))
def test_every_question_can_be_asked(client: FlaskClient, quarter: str, name: str) -> None:
    given = {
        "person": "ana",
        "team": "hotline-9",
        "model": MODEL,
        "plan": MODEL,
        "period": quarter,
        "verdict": "fit",
        "box": "core-player",
        "training": "callback-diary-coaching",
        "requirement": f"{MODEL}.patience",
    }
    wanted = "&".join(f"{word}={given[word]}" for word in questions()[name].takes)

    answer = get(client, f"questions/{name}?{wanted}")

    assert answer["question"] == name
    assert all(list(row) == answer["columns"] for row in answer["rows"])


def test_json_is_utf_8_as_people_read_it(client: FlaskClient) -> None:
    assert "安娜" in client.get("/api/v1/people/ana").text


def test_a_new_person_is_created_and_a_known_one_replaced(client: FlaskClient) -> None:
    record = {"name": "新来的", "team": "hotline-1", "post": MODEL}

    first = client.put("/api/v1/people/newcomer", json=record)
    second = client.put("/api/v1/people/newcomer", json=record | {"name": "改名"})

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.headers["Location"] == "/api/v1/people/newcomer"
    assert body(second)["name"] == "改名"
    assert body(second)["teamLabel"] == {"zh": "hotline-1", "en": "hotline-1"}


def test_an_assessment_is_answered_with_the_fits_that_follow(client: FlaskClient) -> None:
    client.put("/api/v1/people/rated", json={})
    everything = {
        row["id"]: 8
        for row in get(client, "questions/dimensions")["rows"]
        if row["framework"] == "t12"
    }

    first = client.put(
        "/api/v1/people/rated/assessments/B1", json=ASSESSMENT | {"ratings": everything}
    )
    again = client.put("/api/v1/people/rated/assessments/B1", json=ASSESSMENT)

    assert (first.status_code, again.status_code) == (201, 200)
    fits = {fit["model"]: fit for fit in body(first)["fits"]}
    assert (fits[MODEL]["verdict"], fits[MODEL]["fit"]) == ("strong-fit", 100.0)
    assert {fit["verdict"] for fit in body(again)["fits"]} == {"insufficient-evidence"}


BAD_ASSESSMENTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "a rating of 11": ({"ratings": {"time-management": 11}}, "/ratings/time-management", "10"),
    "a rating of 0": ({"ratings": {"time-management": 0}}, "/ratings/time-management", "1"),
    "an unknown dimension": ({"ratings": {"flying": 5}}, "/ratings/flying", "no dimension"),
    "a rating in words": (
        {"ratings": {"time-management": "7"}},
        "/ratings/time-management",
        "number",
    ),
    "a date in the future": ({"date": "2999-01-01"}, "/date", ""),
    "a day that is none": ({"date": "2026-02-30"}, "/date", "date"),
    "an unknown source": ({"source": "astrology"}, "/source", "test"),
    "an unknown framework": ({"framework": "t13"}, "/framework", "t12"),
    "a field that is none": ({"salary": 1}, "/salary", "no field"),
}


@pytest.mark.parametrize("fault", BAD_ASSESSMENTS)
def test_an_assessment_with_a_fault_is_refused_with_its_place_and_not_stored(
    client: FlaskClient, knowledge_base: KnowledgeBase, fault: str
) -> None:
    change, where, words = BAD_ASSESSMENTS[fault]
    before = knowledge_base.store.generation

    answer = client.put("/api/v1/people/ana/assessments/BAD", json=ASSESSMENT | change)

    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    found = {finding["where"]: finding["message"]["en"] for finding in body(answer)["findings"]}
    assert words in found[where]
    assert knowledge_base.store.generation == before
    assert [one["id"] for one in get(client, "people/ana")["assessments"]] == ["A1"]


BROKEN_JSON = {
    "not JSON": "{",
    "a field twice": '{"name": "a", "name": "b"}',
    "not a number": '{"name": NaN}',
    "a very long number": '{"name": ' + "9" * 5000 + "}",
    "a number beyond all bounds": '{"name": 1e999999999999999999999}',
    "a number beyond floats": '{"name": 1e999}',
    "deep nesting": "[" * 100_000,
    "half a character": '{"name": "\\ud800"}',
    "a control character": '{"name": "a\\u0000b"}',
    "no object": "[]",
    "a name that is none": '{"name": ""}',
}


@pytest.mark.parametrize("fault", BROKEN_JSON)
def test_broken_json_is_refused(client: FlaskClient, view: View, fault: str) -> None:
    answer = client.put(
        "/api/v1/people/broken", data=BROKEN_JSON[fault], content_type="application/json"
    )

    assert answer.status_code in (400, 422)
    assert answer.mimetype == "application/problem+json"
    assert body(answer)["findings"]
    assert not view.has_person("broken")


@pytest.mark.parametrize("bad", ["a b", "ü", "x" * 65, "-x"])
def test_an_id_that_fits_no_iri_is_refused(client: FlaskClient, bad: str) -> None:
    assert client.put(f"/api/v1/people/{bad}", json={}).status_code == 422


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "", "text/turtle"])
def test_only_json_is_taken_as_json(client: FlaskClient, content_type: str) -> None:
    answer = client.put("/api/v1/people/x", data="{}", content_type=content_type)

    assert answer.status_code == 415
    assert answer.headers["Accept"] == "application/json"


UNKNOWN = [
    "people/nobody",
    "people/nobody/fit",
    f"people/nobody/fit/{MODEL}",
    "people/ana/fit/no-model",
    "people/ana/training-plan/no-model",
    "position-models/no-model",
    "position-models/no-model/candidates",
    "questions/no-question",
    "questions/person?person=nobody",
    "explain?conclusion=https://w3id.org/rengang/person/nobody/verdict/x",
    "explain?conclusion=https://example.org/x",
    "template?framework=none",
    "nothing",
]


@pytest.mark.parametrize("path", UNKNOWN)
def test_what_does_not_exist_is_404(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/api/v1/{path}", headers={"Accept-Language": "zh-CN"})

    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert body(answer)["title"] == "没有找到"
    assert answer.headers["Content-Language"] == "zh"


@pytest.mark.parametrize(
    "path",
    [
        "explain",
        "explain?conclusion=no iri",
        "people?limit=0",
        "people?limit=5001",
        "people?offset=-1",
        "people?limit=ten",
        "questions/person",
        "questions/person?person=ana&name=x",
        "questions/person?person=ana&self=x",
    ],
)
def test_parameters_with_faults_are_400(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")

    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


def test_other_methods_and_formats_are_named_as_such(client: FlaskClient) -> None:
    method = client.post("/api/v1/people/ana")
    wanted = client.get("/api/v1/people", headers={"Accept": "text/csv"})

    assert (method.status_code, wanted.status_code) == (405, 406)
    assert "PUT" in method.headers["Allow"]
    assert body(method)["status"] == 405


def test_a_long_body_is_413(client: FlaskClient) -> None:
    answer = client.put(
        "/api/v1/people/x", data=b"x" * (32 * 1024**2 + 1), content_type="application/json"
    )

    assert answer.status_code == 413
    assert json.loads(answer.text)["title"] == "Too large"


def test_an_error_of_ours_is_500_and_logs_no_data(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "".join(("安", "娜"))

    def broken(*args: object, **kwargs: object) -> None:
        raise KeyError(secret)

    monkeypatch.setattr("kb_service.web.answers.person", broken)

    answer = client.get("/api/v1/people/ana")

    assert answer.status_code == 500
    assert body(answer)["title"] == "The service failed"
    assert "KeyError" in caplog.text
    assert "安娜" not in caplog.text
    assert "/ana" not in caplog.text


def test_contact_data_is_kept_with_the_person_and_replaced_as_a_whole(client: FlaskClient) -> None:
    contact = {"email": "wang@example.org", "phone": "+86 10 5555 0100"}
    stored = client.put("/api/v1/people/reachable", json={"name": "王", "contact": contact})
    page = client.get("/people/reachable", headers={"Accept": "text/html"}).text
    replaced = client.put("/api/v1/people/reachable", json={"name": "王"})

    assert body(stored)["contact"] == contact
    assert all(value in page for value in contact.values())
    assert body(replaced)["contact"] == {}


@pytest.mark.parametrize(
    ("contact", "where"),
    [
        ({"email": "nowhere"}, "/contact/email"),
        ({"phone": "call me"}, "/contact/phone"),
        ({"fax": "1234"}, "/contact/fax"),
        ("wang@example.org", "/contact"),
        ({"email": 7}, "/contact/email"),
    ],
)
def test_contact_data_with_a_fault_is_refused_with_its_place(
    client: FlaskClient, view: View, contact: object, where: str
) -> None:
    refused = client.put("/api/v1/people/unreachable", json={"contact": contact})

    assert refused.status_code == 422
    assert [found["where"] for found in body(refused)["findings"]] == [where]
    assert not view.has_person("unreachable")


def test_an_assessment_of_somebody_unknown_makes_them_known_by_their_id(
    client: FlaskClient,
) -> None:
    answer = client.put(
        "/api/v1/people/by-id-alone/assessments/a1",
        json={
            "date": "2026-01-05",
            "source": "test",
            "framework": "t12",
            "ratings": {"patience": 7},
        },
    )

    known = client.get("/api/v1/people/by-id-alone").get_json()
    assert answer.status_code == 201
    assert (known["name"], known["post"]) == ("by-id-alone", None)
    assert [assessment["id"] for assessment in known["assessments"]] == ["a1"]
