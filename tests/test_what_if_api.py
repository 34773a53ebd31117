"""What if, over HTTP: what is answered, what is refused, and that nothing is ever stored."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Triple

from kb_service.configuration import Configuration, QueryLimits
from kb_service.engine.premises import Premises
from kb_service.engine.what_if import PersonDifference, WhatIf
from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.what_if import answering
from kb_service.knowledge_files import knowledge_root
from kb_service.web import create_app
from kb_service.web.service import EXTENSION
from tests.conftest import body
from tests.team_of_agents import MODEL, NIGHT_SHIFT, RECENTLY, TEAM, team_of_agents

HEAVIER = {MODEL: {"conflict-resolution": {"weight": 5}}}
MANY_BRACKETS = NIGHT_SHIFT + "position:night-shift skos:note " + "[ skos:note " * 20_000


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    with team_of_agents(tmp_path_factory.mktemp("what-if") / "data") as view:
        yield view.knowledge_base


@pytest.fixture(scope="module")
def app(base: KnowledgeBase) -> Iterator[Flask]:
    made = create_app(base, configuration=Configuration(queries=QueryLimits(seconds=5.0)))
    yield made
    made.extensions[EXTENSION].close()


@pytest.fixture(scope="module", autouse=True)
def nothing_is_ever_stored(base: KnowledgeBase) -> Iterator[None]:
    """Holds for all tests of this module together: every graph is the same before and after."""
    before = everything_stored(base)
    yield
    assert everything_stored(base) == before


def everything_stored(base: KnowledgeBase) -> dict[str, frozenset[Triple]]:
    """Every graph in the store."""
    return {name.value: frozenset(base.store.graph(name)) for name in base.store.graph_names()}


def asked(client: FlaskClient, request: object, query: str = "") -> Any:
    """The answer to a request that is understood."""
    answer = client.post(f"/api/v1/what-if{query}", json=request)
    assert answer.status_code == 200, answer.text
    return body(answer)


def differences(row: Any, model: str | None, kind: str) -> list[Any]:
    """What differs in conclusions of one kind about one person, for a model."""
    return [
        (each["before"], each["after"])
        for found in row["models"]
        if found["model"] == model
        for each in found["differences"]
        if each["kind"] == kind
    ]


def test_a_heavier_weight_turns_the_verdict_of_whom_it_concerns(client: FlaskClient) -> None:
    answer = asked(client, {"for": "everyone", "requirements": HEAVIER})

    assert answer["change"] == [
        {
            "zh": "「客服专员」对「冲突协调」的权重 1 → 5",
            "en": "weight of Conflict resolution in Customer service specialist 1 → 5",
        }
    ]
    assert (answer["people"], answer["changed"], answer["withOtherVerdict"]) == (5, 5, 1)
    assert answer["verdicts"] == [
        {
            "model": MODEL,
            "modelLabel": {"zh": "客服专员", "en": "Customer service specialist"},
            "from": "strong-fit",
            "fromLabel": {"zh": "高度匹配", "en": "Strong fit"},
            "to": "fit",
            "toLabel": {"zh": "匹配", "en": "Fit"},
            "people": 1,
        }
    ]
    assert [row["person"] for row in answer["rows"]] == ["chen", "an", "bo", "ding", "eve"]
    chen = answer["rows"][0]
    assert (chen["name"], chen["team"]) == ("Chen", TEAM)
    assert differences(chen, MODEL, "Fit") == [({"percent": 92.8}, {"percent": 89.3})]


def test_only_what_differs_is_told(client: FlaskClient) -> None:
    answer = asked(client, {"for": {"person": "an"}, "requirements": HEAVIER})

    [row] = answer["rows"]
    [model] = row["models"]
    assert model["model"] == MODEL
    assert [each["kind"] for each in model["differences"]] == ["Coverage"]  # rated 9, as is asked


def test_another_rating_is_told_with_gap_trainings_and_the_hours_of_the_plan(
    client: FlaskClient,
) -> None:
    answer = asked(client, {"for": {"person": "bo"}, "ratings": {"conflict-resolution": 7}})

    [row] = answer["rows"]
    [agent] = [model for model in row["models"] if model["model"] == MODEL]
    [leader] = [model for model in row["models"] if model["model"] == "team-leader"]
    assert answer["change"] == [
        {"zh": "「冲突协调」的评分为 7", "en": "Conflict resolution rated 7"}
    ]
    assert differences(row, MODEL, "Gap") == [
        (
            {
                "dimension": "conflict-resolution",
                "forRequirement": f"{MODEL}.conflict-resolution",
                "forRequirementLabel": {"zh": "冲突协调", "en": "Conflict resolution"},
                "gap": 5.0,
                "rating": 1.0,
            },
            None,
        )
    ]
    assert {each["kind"] for each in leader["differences"]} >= {"Verdict", "Fit", "PartFit"}
    planned = {one["after"] is None for one in agent["differences"] if one["kind"] == "PlanStep"}
    assert planned <= {True}
    assert answer["terms"]["gap"] == {"zh": "差多少", "en": "gap"}


def test_no_rating_is_unknown_and_no_nought(client: FlaskClient) -> None:
    answer = asked(client, {"for": {"person": "an"}, "ratings": {"conflict-resolution": None}})

    [row] = answer["rows"]
    [(before, after)] = differences(row, MODEL, "Coverage")
    assert answer["change"] == [
        {"zh": "「冲突协调」没有评分", "en": "no rating in Conflict resolution"}
    ]
    assert (before["ratio"], after["knownWeight"]) == (1.0, before["knownWeight"] - 1)
    assert differences(row, MODEL, "Fit") == []


def test_requirements_may_be_added_removed_and_moved_to_another_tier(client: FlaskClient) -> None:
    wanted = {
        "teamwork": {"tier": "main", "required": 10},
        "patience": None,
        "time-management": {"tier": "secondary", "minimum": 9.5},
    }

    answer = asked(
        client, {"for": {"person": "an"}, "models": [MODEL], "requirements": {MODEL: wanted}}
    )

    assert [words["en"] for words in answer["change"]] == [
        "Customer service specialist also asks for Teamwork (Main, required level 10)",
        "Customer service specialist no longer asks for Patience and persistence",
        "minimum level of Time management in Customer service specialist none → 9.5",
        "tier of Time management in Customer service specialist Main → Secondary",
    ]
    [row] = answer["rows"]
    [(before, after)] = differences(row, MODEL, "Verdict")
    assert (before["verdict"], after["verdict"]) == ("strong-fit", "unsuitable")
    [(_, gap)] = differences(row, MODEL, "Gap")
    assert (gap["dimension"], gap["gap"]) == ("teamwork", 1.0)
    [(before, after)] = differences(row, MODEL, "Coverage")
    assert before["totalWeight"] + 3 - 3 - 2 == after["totalWeight"]  # added, removed, moved


def test_policy_numbers_may_be_supposed_alone_or_by_field(client: FlaskClient) -> None:
    policy = {"fit-for-strong-fit": 95, "default-ability-main": {"required": 10, "weight": 4}}

    answer = asked(client, {"for": {"team": TEAM}, "policy": policy})

    assert [words["en"] for words in answer["change"]] == [
        "Fit from which a person is a strong fit 90 → 95",
        "Default for a main ability, required level 8 → 10",
        "Default for a main ability, weight 3 → 4",
    ]
    assert answer["people"] == 4
    rows = {row["person"]: row for row in answer["rows"]}
    [(before, after)] = differences(rows["chen"], MODEL, "Verdict")
    assert (before["verdict"], after["verdict"]) == ("strong-fit", "unsuitable")


def test_a_policy_number_that_is_whole_stays_whole(client: FlaskClient) -> None:
    answer = asked(client, {"for": "everyone", "policy": {"motivations-considered": 5}})

    assert (
        answer["change"][0]["en"] == "How many motivations count as strongest, and as weakest 3 → 5"
    )


def test_a_draft_is_judged_as_if_it_were_published_and_is_stored_nowhere(
    client: FlaskClient,
) -> None:
    answer = asked(client, {"for": {"team": TEAM}, "model": NIGHT_SHIFT})

    assert answer["change"] == [
        {
            "zh": "增加所附文本中的岗位模型「夜班专员」",
            "en": "Night agent as handed in, beside the stored models",
        }
    ]
    assert {
        (one["model"], one["from"], one["to"]): one["people"] for one in answer["verdicts"]
    } == {
        ("night-shift", None, "strong-fit"): 1,
        ("night-shift", None, "unsuitable"): 2,
        ("night-shift", None, "fit"): 1,
    }
    assert {note["where"] for note in answer["notes"]} == {"/model"}
    assert client.get("/api/v1/position-models/night-shift").status_code == 404


def test_a_draft_takes_the_place_of_the_model_with_its_id(client: FlaskClient) -> None:
    path = knowledge_root() / "ontology" / "models" / "team-leader.ttl"
    stricter = path.read_text(encoding="utf-8").replace(
        "core:minimumLevel 5.0", "core:minimumLevel 9.5"
    )

    answer = asked(client, {"for": {"person": "an"}, "models": ["team-leader"], "model": stricter})

    assert answer["change"] == [
        {
            "zh": "用所附文本代替已有的岗位模型「班组长」",
            "en": "Team leader as handed in, in place of the stored model",
        }
    ]
    assert [(one["from"], one["to"]) for one in answer["verdicts"]] == [
        ("strong-fit", "unsuitable")
    ]


def test_the_same_draft_as_what_is_stored_makes_no_difference(client: FlaskClient) -> None:
    path = knowledge_root() / "ontology" / "models" / "team-leader.ttl"

    answer = asked(client, {"for": "everyone", "model": path.read_text(encoding="utf-8")})

    assert (answer["people"], answer["changed"], answer["rows"]) == (5, 0, [])


def test_a_draft_may_be_json_ld(client: FlaskClient) -> None:
    document = {
        "@context": {"core": "https://w3id.org/rengang/ontology/core#"},
        "@id": "https://w3id.org/rengang/position-model/team-leader",
        "@type": "core:PositionModel",
    }
    request = {"for": "everyone", "model": json.dumps(document), "modelType": "application/ld+json"}

    answer = client.post("/api/v1/what-if", json=request)

    assert answer.status_code == 422
    assert {found["where"] for found in body(answer)["findings"]} == {"/model"}
    assert any("core:framework" in found["message"]["en"] for found in body(answer)["findings"])


def test_every_conclusion_that_differs_is_told_with_its_rule_when_asked_for(
    client: FlaskClient,
) -> None:
    answer = asked(
        client, {"for": {"person": "chen"}, "requirements": HEAVIER, "detail": "conclusions"}
    )

    [shared] = answer["shared"]
    assert (shared["kind"], shared["before"]["weight"], shared["after"]["weight"]) == (
        "EffectiveRequirement",
        1.0,
        5.0,
    )
    [row] = answer["rows"]
    [(before, after)] = differences(row, MODEL, "Verdict")
    assert (before["rule"], after["rule"]) == ("strong-fit", "good-fit")
    kinds = {each["kind"] for model in row["models"] for each in model["differences"]}
    assert "StrongFitReached" in kinds  # which is no conclusion that is kept
    [key] = {
        each["conclusion"].removeprefix("https://w3id.org/rengang/person/").split("/")[0]
        for model in row["models"]
        for each in model["differences"]
    }
    assert body(client.get(f"/api/v1/people/{key}"))["id"] == "chen"


def test_people_may_be_judged_as_of_another_day(client: FlaskClient) -> None:
    request = {"for": {"person": "chen"}, "requirements": HEAVIER}

    then = asked(client, request | {"asOf": f"{RECENTLY.year + 5}-01-01"})

    assert then["rows"][0]["asOf"] == f"{RECENTLY.year + 5}-01-01"
    assert then["verdicts"] == []  # by then the rating has expired: evidence is insufficient
    assert differences(then["rows"][0], MODEL, "Fit") == []


def test_people_come_page_by_page_in_a_stable_order(client: FlaskClient) -> None:
    request = {"for": "everyone", "requirements": HEAVIER}

    pages = [asked(client, request, f"?limit=2&offset={offset}") for offset in (0, 2, 4)]

    assert [[row["person"] for row in page["rows"]] for page in pages] == [
        ["chen", "an"],
        ["bo", "ding"],
        ["eve"],
    ]
    assert [page["nextOffset"] for page in pages] == [2, 4, None]
    assert {page["changed"] for page in pages} == {5}


def test_a_model_that_was_not_asked_about_is_left_out(client: FlaskClient) -> None:
    request = {"for": "everyone", "requirements": HEAVIER, "models": ["team-leader"]}

    answer = asked(client, request)

    assert (answer["people"], answer["changed"]) == (5, 0)


def test_of_models_that_are_asked_about_everything_is_told(client: FlaskClient) -> None:
    request = {"for": {"person": "bo"}, "ratings": {"conflict-resolution": 7}}
    model = "quality-monitor"

    [summary] = asked(client, request)["rows"]
    [asked_about] = asked(client, request | {"models": [model]})["rows"]

    assert {each["model"] for each in asked_about["models"]} == {model}
    assert differences(summary, model, "Fit") == differences(asked_about, model, "Fit")


REFUSED: list[tuple[dict[str, object], str, str]] = [
    ({}, "", "Suppose something"),
    ({"policy": {"fit-for-fit": 75}, "fro": 1}, "/fro", "There is no field 'fro'"),
    ({"policy": {"fit-for-fit": 75}, "for": None}, "/for", "Say whom to look at"),
    ({"policy": {"fit-for-fit": 75}, "for": {"person": "nobody"}}, "/for/person", "no person"),
    ({"policy": {"fit-for-fit": 75}, "for": {"person": "../a"}}, "/for/person", "Use letters"),
    ({"policy": {"fit-for-fit": 75}, "for": {"team": "x"}}, "/for/team", "There is no team 'x'"),
    ({"policy": {"fit-for-fit": 75}, "asOf": "tomorrow"}, "/asOf", "Give a date"),
    ({"policy": {"fit-for-fit": 75}, "models": ["x"]}, "/models/0", "no published position"),
    ({"policy": {"fit-for-fit": 75}, "models": []}, "/models", "Give a list of ids"),
    ({"policy": {"fit-for-fit": 75}, "detail": "all"}, "/detail", "The only detail"),
    ({"policy": {}}, "/policy", "Write this as in"),
    ({"policy": {"fit-for-fit": True}}, "/policy/fit-for-fit", "Give a number"),
    ({"policy": {"fit-for-fit": "75"}}, "/policy/fit-for-fit", "Give a number"),
    ({"policy": {"fit-for-fit": 95}}, "/policy/fit-for-fit", "now they are 65, 95, 90"),
    ({"policy": {"fit-for-fiit": 95}}, "/policy/fit-for-fiit", "fit-for-fit"),
    ({"policy": {"share-of-ability": 0.6}}, "/policy/share-of-ability", "must make 1"),
    ({"policy": {"share-of-direction": 0.6}}, "/policy", "must make 1"),
    ({"policy": {"default-ability-main": 3}}, "/policy/default-ability-main", "(weight, required)"),
    (
        {"policy": {"default-ability-main": {"weight": 0}}},
        "/policy/default-ability-main/weight",
        "above 0",
    ),
    (
        {"policy": {"default-ability-main": {"level": 3}}},
        "/policy/default-ability-main/level",
        "the fields are: ",
    ),
    ({"ratings": {"patience": 11}}, "/ratings/patience", "outside the scale"),
    ({"ratings": {"patience": 10**9}}, "/ratings/patience", "Give a number"),
    ({"ratings": {"patienc": 3}}, "/ratings/patienc", "for example: patience"),
    ({"ratings": {"a/b~": 3}}, "/ratings/a~1b~0", "There is no dimension"),
    ({"ratings": [3]}, "/ratings", "Write this as in"),
    ({"requirements": {"x": {}}}, "/requirements/x", "no published position model"),
    ({"requirements": {MODEL: {}}}, f"/requirements/{MODEL}", "Write this as in"),
    ({"requirements": {MODEL: {"x": None}}}, f"/requirements/{MODEL}/x", "There is no dimension"),
    (
        {"requirements": {MODEL: {"teamwork": None}}},
        f"/requirements/{MODEL}/teamwork",
        "cannot be removed",
    ),
    (
        {"requirements": {MODEL: {"teamwork": {"weight": 3}}}},
        f"/requirements/{MODEL}/teamwork",
        "say at which tier",
    ),
    (
        {"requirements": {MODEL: {"patience": {"tier": "first"}}}},
        f"/requirements/{MODEL}/patience/tier",
        "tier:first is none of them",
    ),
    (
        {"requirements": {MODEL: {"patience": {"weight": -1}}}},
        f"/requirements/{MODEL}/patience/weight",
        "above 0",
    ),
    (
        {"requirements": {MODEL: {"patience": {"required": 11}}}},
        f"/requirements/{MODEL}/patience/required",
        "outside the scale",
    ),
    (
        {"requirements": {MODEL: {"patience": {"minimum": 0.5}}}},
        f"/requirements/{MODEL}/patience/minimum",
        "outside the scale",
    ),
    ({"model": ""}, "/model", "Give the whole position model"),
    ({"model": "this is no Turtle"}, "/model", "Line 1"),
    ({"model": NIGHT_SHIFT.replace("core:tier tier:main", "")}, "/model", "exactly one tier"),
    ({"model": NIGHT_SHIFT, "modelType": "text/plain"}, "/modelType", "format that is read"),
    ({"modelType": "text/turtle", "policy": {"fit-for-fit": 75}}, "/modelType", "no model"),
    ({"model": MANY_BRACKETS}, "/model", ""),
]


@pytest.mark.parametrize(("request_body", "where", "message"), REFUSED)
def test_what_is_wrong_is_told_with_its_place_and_its_cure(
    client: FlaskClient, request_body: dict[str, object], where: str, message: str
) -> None:
    answer = client.post("/api/v1/what-if", json={"for": "everyone"} | request_body)

    assert answer.status_code == 422, answer.text
    found = [one for one in body(answer)["findings"] if one.get("where", "") == where]
    assert any(message in one["message"]["en"] and one["message"]["zh"] for one in found), (
        answer.text
    )


def test_every_fault_is_told_at_once(client: FlaskClient) -> None:
    answer = client.post(
        "/api/v1/what-if",
        json={"for": {"team": "x"}, "ratings": {"x": 1}, "policy": {"y": 1}, "detail": 1},
    )

    places = {one["where"] for one in body(answer)["findings"]}
    assert places == {"/for/team", "/ratings/x", "/policy/y", "/detail"}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('{"for": "everyone", "ratings": {"patience": NaN}}', 400),
        ('{"for": "everyone", "ratings": {"patience": 1e400}}', 422),
        ('{"for": "everyone", "ratings": {"patience": -1e-400}}', 422),
        ('{"for": "everyone", "ratings": {"patience": 1, "patience": 2}}', 400),
        ("[" * 100_000 + "]" * 100_000, 400),
        ('{"for": ' * 5_000 + "1" + "}" * 5_000, 400),
        ("[]", 422),
        ("null", 422),
        ("", 400),
        (json.dumps({"for": "everyone", "model": "#" * 10_000_000}), 413),
    ],
)
def test_hostile_json_is_refused(client: FlaskClient, text: str, status: int) -> None:
    answer = client.post("/api/v1/what-if", data=text, content_type="application/json")

    assert answer.status_code == status, answer.text[:500]
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("added", "message"),
    [
        ("<https://w3id.org/rengang/person/an> core:evidence evidence:assumed .", "about people"),
        ("<https://w3id.org/rengang/policy/fit-for-fit> core:weight 2.0 .", "policy:fit-for-fit"),
        (
            "ability:patience core:scale <https://w3id.org/rengang/scale/grade> .",
            "ability:patience",
        ),
    ],
)
def test_a_draft_speaks_of_nothing_but_its_models(
    client: FlaskClient, added: str, message: str
) -> None:
    answer = client.post("/api/v1/what-if", json={"for": "everyone", "model": NIGHT_SHIFT + added})

    assert answer.status_code == 422
    [found] = body(answer)["findings"]
    assert found["where"] == "/model"
    assert message in found["message"]["en"]


def test_a_model_is_changed_in_the_draft_or_in_requirements_not_in_both(
    client: FlaskClient,
) -> None:
    path = knowledge_root() / "ontology" / "models" / "team-leader.ttl"
    request = {
        "for": "everyone",
        "model": path.read_text(encoding="utf-8"),
        "requirements": {"team-leader": {"conflict-resolution": {"weight": 1}}},
    }

    answer = client.post("/api/v1/what-if", json=request)

    assert answer.status_code == 422
    [found] = body(answer)["findings"]
    assert found["where"] == "/requirements/team-leader"


def test_only_json_is_taken_and_given(client: FlaskClient) -> None:
    request = {"for": "everyone", "policy": {"fit-for-fit": 75}}

    as_html = client.post("/api/v1/what-if", json=request, headers={"Accept": "text/html"})
    as_form = client.post("/api/v1/what-if", data=request)

    assert as_html.status_code == 406
    assert as_form.status_code == 415
    assert client.get("/api/v1/what-if").status_code == 405


class Dying(WhatIf):
    """A task whose process is killed in the middle of it."""

    def run(self, premises: Premises) -> tuple[PersonDifference, ...]:
        super().run(premises)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("the process lives on")


def test_a_process_that_dies_in_the_middle_takes_the_request_with_it_and_nothing_else(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = {"for": "everyone", "requirements": HEAVIER}

    with monkeypatch.context() as patched:
        patched.setattr(answering, "WhatIf", Dying)
        died = client.post("/api/v1/what-if", json=request)

    assert died.status_code == 503
    assert died.headers["Retry-After"]
    assert asked(client, request)["changed"] == 5


def test_a_draft_that_takes_too_long_to_read_is_given_up(
    base: KnowledgeBase, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = {"for": "everyone", "model": NIGHT_SHIFT}

    with monkeypatch.context() as patched:
        patched.setattr(base._checker._pool, "_deadline", 0.000_001)
        given_up = client.post("/api/v1/what-if", json=request)

    assert given_up.status_code == 503
    assert given_up.headers["Retry-After"]
    assert asked(client, request)["changed"] == 5


def test_many_people_who_take_too_long_together_are_given_up(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = {"for": "everyone", "requirements": HEAVIER}

    with monkeypatch.context() as patched:
        patched.setattr(answering, "LONGEST", -1.0)
        given_up = client.post("/api/v1/what-if", json=request)

    assert given_up.status_code == 503
    assert given_up.headers["Retry-After"]


def test_knowledge_that_changes_meanwhile_is_no_mixture_in_the_answer(
    base: KnowledgeBase, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = {"for": {"person": "chen"}, "requirements": HEAVIER}
    keeper, before = base._keeper, base._keeper.knowledge
    times = iter([1, 2])

    def changing(self: answering.WhatIfAnswers, *arguments: Any) -> None:
        if next(times, None) == 1:
            monkeypatch.setattr(keeper, "knowledge", replace(before))
        counted(self, *arguments)

    counted = answering.WhatIfAnswers._count
    with monkeypatch.context() as patched:
        patched.setattr(answering.WhatIfAnswers, "_count", changing)
        answer = asked(client, request)

    assert answer["changed"] == 1
    assert next(times, None) is None  # it was counted twice
