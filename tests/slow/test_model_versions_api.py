"""Versions of position models over HTTP: handed in, moved on, read, compared, by those who may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse
from werkzeug.test import TestResponse

from kb_service.access.roles import Role
from kb_service.vocabulary import BASE, iri
from kb_service.web.service import EXTENSION
from tests.published_models import HEADER
from tests.service_of_roles import EVERYBODY, ServiceOfRoles, open_service
from tests.team_of_agents import NIGHT_SHIFT

MODELS = "/api/v1/position-models"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    made = open_service(tmp_path_factory.mktemp("versions") / "data")
    yield made
    made.app.extensions[EXTENSION].close()
    made.knowledge_base.close()


@pytest.fixture(scope="module")
def editor(service: ServiceOfRoles) -> FlaskClient:
    return service.as_role(Role.EDITOR)


@pytest.fixture(scope="module")
def admin(service: ServiceOfRoles) -> FlaskClient:
    return service.as_role(Role.ADMIN)


@pytest.fixture(scope="module")
def colleague(service: ServiceOfRoles) -> FlaskClient:
    """Another editor than the one with the usual token."""
    return service.showing(service.credentials.tokens.add("colleague", Role.EDITOR)[0])


def text(id: str, number: str, floor: str = "") -> str:
    graph = f"{BASE}ontology/models/{id}"
    asked = f"core:minimumLevel {floor} ; core:tier" if floor else "core:tier"
    model = NIGHT_SHIFT.replace("core:tier", asked).replace("night-shift", id)
    return HEADER.format(graph=graph, number=number) + model


def hand_in(client: FlaskClient, turtle: str, **options: Any) -> TestResponse:
    return client.post(MODELS, data=turtle, content_type="text/turtle", **options)


def take(client: FlaskClient, id: str, number: str, step: str, **options: Any) -> TestResponse:
    return client.post(f"{MODELS}/{id}/versions/{number}/{step}", **options)


def publish(client: FlaskClient, id: str, number: str, floor: str = "") -> None:
    assert hand_in(client, text(id, number, floor)).status_code == 201
    for step in ("review", "approve", "publish"):
        answer = take(client, id, number, step)
        assert answer.status_code == 200, answer.text


def test_a_model_is_handed_in_as_a_draft_with_what_was_found_in_it(editor: FlaskClient) -> None:
    answer = hand_in(editor, text("handed-in", "0.1.0"), query_string={"reason": "nights differ"})

    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{MODELS}/handed-in/versions/0.1.0"
    body = answer.get_json()
    assert (body["model"], body["version"], body["status"]) == ("handed-in", "0.1.0", "draft")
    assert [(each["by"], each["reason"]) for each in body["steps"]] == [
        ("token:editor-token", "nights differ")
    ]
    assert "warning" in {each["severity"] for each in body["findings"]}
    assert editor.get(answer.headers["Location"]).get_json()["digest"] == body["digest"]


def test_a_model_with_a_violation_is_refused_and_not_kept(editor: FlaskClient) -> None:
    answer = hand_in(editor, text("broken", "0.1.0").replace("tier:main", "tier:mani"))

    assert answer.status_code == 422
    assert answer.get_json()["findings"][0]["severity"] == "violation"
    assert editor.get(f"{MODELS}/broken/versions").status_code == 404


@pytest.mark.parametrize("role", [Role.MODEL_READER, Role.HR, Role.ANALYST, Role.SELF])
def test_only_who_writes_models_hands_one_in(service: ServiceOfRoles, role: Role) -> None:
    answer = hand_in(service.as_role(role), text("not-allowed", "0.1.0"))

    assert answer.status_code == 403


def test_two_editors_bring_a_model_to_judge_people(
    service: ServiceOfRoles, editor: FlaskClient, colleague: FlaskClient
) -> None:
    hand_in(editor, text("in-turn", "0.2.0"))
    assert take(editor, "in-turn", "0.2.0", "review").status_code == 200
    alone = take(editor, "in-turn", "0.2.0", "approve")

    approved = take(colleague, "in-turn", "0.2.0", "approve", json={"reason": "good"})
    published = take(editor, "in-turn", "0.2.0", "publish")

    assert alone.status_code == 403
    assert "another editor or an administrator" in alone.get_json()["detail"]
    assert approved.get_json()["steps"][-1]["reason"] == "good"
    assert published.get_json()["status"] == "published"
    fit = service.as_role(Role.HR).get("/api/v1/people/ana/fit/in-turn").get_json()
    assert fit["modelVersion"] == "0.2.0"


def test_a_step_out_of_turn_is_a_conflict_that_says_what_can_be_done(editor: FlaskClient) -> None:
    hand_in(editor, text("out-of-turn", "0.1.0"))

    answer = take(editor, "out-of-turn", "0.1.0", "publish")

    assert answer.status_code == 409
    assert answer.get_json()["detail"].endswith("what can be done now: review.")


def test_of_two_reviewers_the_second_does_not_overrule_the_first_unknowingly(
    editor: FlaskClient, colleague: FlaskClient
) -> None:
    hand_in(editor, text("reviewed", "0.1.0"))
    take(editor, "reviewed", "0.1.0", "review")
    address = f"{MODELS}/reviewed/versions/0.1.0"
    seen = {"If-Match": colleague.get(address).headers["ETag"]}

    first = take(colleague, "reviewed", "0.1.0", "approve", headers=seen)
    second = take(colleague, "reviewed", "0.1.0", "send-back", headers=seen)

    assert (first.status_code, second.status_code) == (200, 412)
    assert colleague.get(address).get_json()["status"] == "approved"


def test_a_step_sent_twice_under_one_key_is_taken_once(editor: FlaskClient) -> None:
    hand_in(editor, text("sent-twice", "0.1.0"))
    key = {"Idempotency-Key": "review-once"}

    answers = [take(editor, "sent-twice", "0.1.0", "review", headers=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].get_json() == answers[1].get_json()
    assert answers[1].headers["Idempotency-Replayed"] == "true"


def test_a_reason_is_a_text(editor: FlaskClient) -> None:
    hand_in(editor, text("no-reason", "0.1.0"))

    answer = take(editor, "no-reason", "0.1.0", "review", json={"why": "because"})

    assert answer.status_code == 422
    assert answer.get_json()["findings"][0]["where"] == "/reason"


@pytest.mark.parametrize(
    ("accept", "format"),
    [
        ("text/turtle", RdfFormat.TURTLE),
        ("application/n-triples", RdfFormat.N_TRIPLES),
        ("application/rdf+xml", RdfFormat.RDF_XML),
        ("application/ld+json", RdfFormat.JSON_LD),
    ],
)
def test_a_version_is_read_in_the_form_that_is_asked_for(
    service: ServiceOfRoles, editor: FlaskClient, accept: str, format: RdfFormat
) -> None:
    hand_in(editor, text("read", "0.1.0"))

    answer = service.as_role(Role.MODEL_READER).get(
        f"{MODELS}/read/versions/0.1.0", headers={"Accept": accept}
    )

    assert answer.mimetype == accept
    said = {quad.triple for quad in parse(answer.get_data(), format=format)}
    model = iri("model", "read")
    statuses = [
        t.object for t in said if (t.subject, t.predicate) == (model, iri("core", "status"))
    ]
    assert statuses == [iri("status", "draft")]


def test_versions_are_listed_by_status(editor: FlaskClient) -> None:
    hand_in(editor, text("listed", "0.1.0"))
    take(editor, "listed", "0.1.0", "review")

    rows = editor.get("/api/v1/model-versions?status=in-review").get_json()["rows"]
    unknown = editor.get("/api/v1/model-versions?status=lost")

    assert "listed" in {row["model"] for row in rows}
    assert {row["status"] for row in rows} == {"in-review"}
    assert unknown.status_code == 400


# What differs


def test_who_sees_people_is_told_whose_verdict_differs(
    service: ServiceOfRoles, admin: FlaskClient
) -> None:
    publish(admin, "compared", "0.1.0")
    hand_in(admin, text("compared", "0.2.0", floor="8.0"))

    hr = service.as_role(Role.HR).get(f"{MODELS}/compared/versions/0.1.0/diff/0.2.0").get_json()

    assert hr["requirements"] == [
        {
            "change": "changed",
            "dimension": "conflict-resolution",
            "label": {"zh": "冲突协调", "en": "Conflict resolution"},
            "fields": [{"field": "minimumLevel", "before": None, "after": 8.0}],
            "sentences": [
                {
                    "zh": "冲突协调：最低水平 无 → 8",
                    "en": "Conflict resolution: minimum level none → 8",
                }
            ],
        }
    ]
    assert hr["others"] == []
    assert (hr["people"], hr["changed"]) == (len(EVERYBODY), len(EVERYBODY) - 1)
    assert {row["to"] for row in hr["rows"]} == {"unsuitable"}
    assert {row["person"] for row in hr["rows"]} == set(EVERYBODY[:-1])


def test_a_team_lead_is_told_of_their_team_only(
    service: ServiceOfRoles, admin: FlaskClient
) -> None:
    publish(admin, "led", "0.1.0")
    hand_in(admin, text("led", "0.2.0", floor="8.0"))

    found = (
        service.as_role(Role.TEAM_LEAD).get(f"{MODELS}/led/versions/0.1.0/diff/0.2.0").get_json()
    )

    assert {row["person"] for row in found["rows"]} == {"ana", "bo", "cai", "dan"}


def test_who_sees_nobody_is_told_no_count_of_few(
    service: ServiceOfRoles, admin: FlaskClient, editor: FlaskClient
) -> None:
    publish(admin, "counted", "0.1.0")
    hand_in(admin, text("counted", "0.2.0", floor="8.0"))

    found = editor.get(f"{MODELS}/counted/versions/0.1.0/diff/0.2.0").get_json()

    assert found["rows"] == []
    assert found["withheld"] is True
    assert (found["people"], found["changed"]) == (None, None)
    assert [(each["to"], each["people"]) for each in found["verdicts"]] == [("unsuitable", None)]


def test_a_version_compared_with_itself_says_nothing(admin: FlaskClient) -> None:
    hand_in(admin, text("same", "0.1.0"))

    found = admin.get(f"{MODELS}/same/versions/0.1.0/diff/0.1.0").get_json()

    assert (found["requirements"], found["others"], found["changed"]) == ([], [], 0)


# Written past the life cycle


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
def test_a_published_model_is_written_by_no_other_way(
    service: ServiceOfRoles, admin: FlaskClient, role: Role
) -> None:
    id = f"settled-{role}"
    publish(admin, id, "0.1.0")
    graph = f"{BASE}ontology/models/{id}"
    client = service.as_role(role)
    addition = f"<{BASE}requirement/{id}.conflict-resolution> <{BASE}ontology/core#weight> 9.0 ."

    answers = {
        "update": client.post(
            "/sparql",
            data=f"INSERT DATA {{ GRAPH <{graph}> {{ {addition} }} }}",
            content_type="application/sparql-update",
        ),
        "elsewhere": client.post(
            "/sparql",
            data=f"INSERT DATA {{ GRAPH <https://example.org/{id}> {{ {addition} }} }}",
            content_type="application/sparql-update",
        ),
        "put": client.put(
            f"/data?graph={graph}",
            data=text(id, "0.1.0", floor="8.0").replace("status:draft", "status:published"),
            content_type="text/turtle",
        ),
        "post": client.post(f"/data?graph={graph}", data=addition, content_type="text/turtle"),
        "delete": client.delete(f"/data?graph={graph}"),
    }

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
        answers, 409
    )
    for answer in answers.values():
        assert "new version" in answer.get_json()["detail"]


def test_a_shipped_model_is_changed_by_a_new_version_too(editor: FlaskClient) -> None:
    graph = f"{BASE}ontology/models/team-leader"

    answer = editor.delete(f"/data?graph={graph}")

    assert answer.status_code == 409
    assert "submit a new version" in answer.get_json()["detail"]


def test_an_editor_publishes_nothing_by_the_graph_store(
    editor: FlaskClient, admin: FlaskClient
) -> None:
    graph = f"{BASE}ontology/models/unreviewed"
    turtle = text("unreviewed", "0.1.0").replace("status:draft", "status:published")

    by_editor = editor.put(f"/data?graph={graph}", data=turtle, content_type="text/turtle")
    by_admin = admin.put(f"/data?graph={graph}", data=turtle, content_type="text/turtle")

    assert by_editor.status_code == 403
    assert "after a review only" in by_editor.get_json()["detail"]
    assert by_admin.status_code == 201
    (row,) = admin.get(f"{MODELS}/unreviewed/versions").get_json()["rows"]
    assert (row["status"], row["steps"][0]["step"], row["steps"][0]["by"]) == (
        "published",
        "load",
        "token:admin-token",
    )


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
def test_nobody_writes_the_record_itself(service: ServiceOfRoles, role: Role) -> None:
    answer = service.as_role(role).delete(f"/data?graph={BASE}graph/model-versions")

    assert answer.status_code == 403


# Pages


def test_the_page_of_a_model_shows_its_version_status_and_log(
    admin: FlaskClient, service: ServiceOfRoles
) -> None:
    publish(admin, "paged", "0.4.0")

    page = service.as_role(Role.MODEL_READER).get(
        "/position-models/paged?lang=en", headers={"Accept": "text/html"}
    )

    assert page.status_code == 200
    assert "Published 0.4.0" in page.text
    for said in ("Versions", "Submit", "Request review", "Approve", "admin-token"):
        assert said in page.text


def test_a_draft_has_a_page_that_the_list_of_models_links_to(
    editor: FlaskClient, service: ServiceOfRoles
) -> None:
    hand_in(editor, text("drafted", "0.1.0", floor="7.0"), query_string={"reason": "nights differ"})
    reader = service.as_role(Role.MODEL_READER)
    html = {"Accept": "text/html"}

    listed = reader.get("/position-models?lang=en", headers=html)
    page = reader.get("/position-models/drafted/versions/0.1.0?lang=en", headers=html)
    chinese = reader.get("/position-models/drafted/versions/0.1.0?lang=zh", headers=html)

    assert 'href="/position-models/drafted/versions/0.1.0"' in listed.text
    assert page.status_code == 200
    for said in (
        "Night model 0.1.0",
        "Draft",
        "Nobody is judged by this version now.",
        "Conflict resolution",
        "at least 7",
        "editor-token",
        "nights differ",
        "What is wrong, and what to do",
    ):
        assert said in page.text
    assert "What can be done next" not in page.text
    assert "现在没有人按这一版判断。" in chinese.text


def test_the_page_of_a_version_tells_editors_what_can_be_done_next(editor: FlaskClient) -> None:
    hand_in(editor, text("next-step", "0.1.0"))
    address = "/position-models/next-step/versions/0.1.0"

    page = editor.get(f"{address}?lang=en", headers={"Accept": "text/html"})
    json = editor.get(address, headers={"Accept": "application/json"})
    missing = editor.get(
        "/position-models/next-step/versions/9.9.9", headers={"Accept": "text/html"}
    )

    assert "What can be done next: <code>review</code>." in page.text
    assert (json.status_code, json.headers["Location"]) == (303, f"/api/v1{address}")
    assert missing.status_code == 404


def test_the_page_of_a_fit_names_the_version(service: ServiceOfRoles) -> None:
    page = service.as_role(Role.HR).get(
        "/people/ana/fit/team-leader?lang=en", headers={"Accept": "text/html"}
    )

    assert 'Model version</dt><dd class="date">0.1.0</dd>' in page.text
