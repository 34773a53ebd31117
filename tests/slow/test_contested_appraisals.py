"""An objection marks appraisals as contested wherever they show, until it is settled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from kb_service.access.roles import Role
from kb_service.cli import main
from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.objections import Objection, objection_triples, objections_in
from kb_service.web import create_app
from kb_service.web.service import EXTENSION
from tests.appraised_service import open_appraised
from tests.conftest import RECENTLY
from tests.performance_facts import OPEN, PLAN, put_organisation
from tests.service_of_roles import ServiceOfRoles
from tests.shipped_store import shipped

OWN_MODEL, NEXT_MODEL = "customer-service-representative", "team-leader"
GROUNDS = "Two months of calls are missing."


def today() -> str:
    """The day it is, also when tests run past midnight."""
    return str(date.today())


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    """Ana, appraised in q1 and q2; Bo, appraised in q2 and a candidate for a next position."""
    made = open_appraised(shipped(tmp_path_factory.mktemp("contested") / "data"))
    hr = made.as_role(Role.HR)
    hr.put("/api/v1/people/bo", json={"team": "north", "candidateFor": [NEXT_MODEL]})
    rated = {
        "date": str(RECENTLY),
        "source": "test",
        "framework": "t12",
        "ratings": dict.fromkeys(made.knowledge_base.catalogue.dimensions["t12"], 8),
    }
    assert hr.put("/api/v1/people/bo/assessments/a1", json=rated).status_code == 201
    yield made
    made.app.extensions[EXTENSION].close()
    made.knowledge_base.close()


def told(service: ServiceOfRoles, path: str, role: Role = Role.HR, **given: str) -> Any:
    answer = service.as_role(role).get(f"/api/v1/{path}", query_string=given)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


@contextmanager
def objecting(service: ServiceOfRoles, person: str, **given: Any) -> Iterator[Any]:
    """An objection of a person, withdrawn at the end."""
    hr = service.as_role(Role.HR)
    where = f"/api/v1/people/{person}/objections"
    answer = hr.post(where, json={"grounds": GROUNDS, **given})
    assert answer.status_code == 201, answer.text
    made = answer.get_json()
    yield made
    hr.put(f"{where}/{made['id']}/settlement", json={"outcome": "withdrawn"})


def since_by_period(service: ServiceOfRoles, person: str) -> dict[str, str | None]:
    rows = told(service, f"people/{person}/performance/history")["rows"]
    return {row["period"]: row["contestedSince"] for row in rows}


def since_by_model(service: ServiceOfRoles, person: str) -> dict[str, str | None]:
    rows = told(service, f"people/{person}/fit")["rows"]
    return {row["model"]: row["contestedSince"] for row in rows}


def test_an_objection_to_one_appraisal_marks_that_one_alone(service: ServiceOfRoles) -> None:
    with objecting(service, "ana", periods=["q1"]) as made:
        of_q1, of_q2 = (
            told(service, "people/ana/performance", period=period)["contested"]
            for period in ("q1", "q2")
        )

        assert (made["models"], made["periods"]) == ([], ["q1"])
        assert (of_q1["since"], [one["id"] for one in of_q1["objections"]]) == (
            today(),
            [made["id"]],
        )
        assert of_q2 is None
        assert since_by_period(service, "ana") == {"q1": today(), "q2": None}
        assert set(since_by_model(service, "ana").values()) == {None}


@pytest.mark.parametrize("model, is_marked", [(OWN_MODEL, True), (NEXT_MODEL, False)])
def test_an_objection_to_a_position_marks_appraisals_under_plans_for_it(
    service: ServiceOfRoles, model: str, is_marked: bool
) -> None:
    with objecting(service, "ana", models=[model]):
        mark = today() if is_marked else None
        assert since_by_period(service, "ana") == {"q1": mark, "q2": mark}


def test_a_period_named_beside_a_position_leaves_other_appraisals(service: ServiceOfRoles) -> None:
    with objecting(service, "ana", models=[OWN_MODEL], periods=["q2"]):
        assert since_by_period(service, "ana") == {"q1": None, "q2": today()}
        assert since_by_model(service, "ana")[OWN_MODEL] == today()


def test_an_objection_that_names_nothing_marks_everything(service: ServiceOfRoles) -> None:
    yesterday = str(date.today() - timedelta(days=1))

    with objecting(service, "ana", date=yesterday):
        assert since_by_period(service, "ana") == {"q1": yesterday, "q2": yesterday}
        assert set(since_by_model(service, "ana").values()) == {yesterday}


@pytest.mark.parametrize("outcome", ["withdrawn", "dismissed", "remedied"])
def test_what_is_settled_is_contested_no_longer(service: ServiceOfRoles, outcome: str) -> None:
    hr = service.as_role(Role.HR)
    where = "/api/v1/people/ana/objections"
    made = hr.post(where, json={"grounds": GROUNDS, "periods": ["q2"]}).get_json()

    hr.put(f"{where}/{made['id']}/settlement", json={"outcome": outcome})

    assert told(service, "people/ana/performance", period="q2")["contested"] is None
    [kept] = [
        row for row in told(service, "people/ana/objections")["rows"] if row["id"] == made["id"]
    ]
    assert (kept["periods"], kept["settlement"]["outcome"]) == (["q2"], outcome)


def test_a_lead_sees_the_mark_in_the_team_and_nothing_else(service: ServiceOfRoles) -> None:
    with objecting(service, "ana", periods=["q2"]) as made:
        shown = told(service, "teams/north/performance", Role.TEAM_LEAD, period="q2")

        since = {one["person"]: one["contestedSince"] for one in shown["members"]}
        assert since == {"ana": today(), "bo": None, "cai": None}
        assert not {GROUNDS, "objection"} & set(json.dumps(shown).split('"'))
        assert made["grounds"] == GROUNDS


@pytest.mark.parametrize("named", [{"periods": ["q2"]}, {"models": [NEXT_MODEL]}])
def test_a_place_in_the_nine_boxes_is_contested_with_its_result_and_with_its_verdict(
    service: ServiceOfRoles, named: dict[str, list[str]]
) -> None:
    def marks() -> list[str | None]:
        own = told(service, "people/bo/performance", period="q2")["nineBox"]
        team = told(service, "teams/north/performance", period="q2")["nineBox"]
        return [one["contestedSince"] for one in (*own, *team)]

    before = marks()
    with objecting(service, "bo", **named):
        assert (before, marks()) == ([None, None], [today(), today()])


def test_the_list_of_contested_judgements_has_appraisals_too(service: ServiceOfRoles) -> None:
    with objecting(service, "ana", periods=["q2"]):
        rows = told(service, "questions/contested-judgements")["rows"]

        found = [(row["person"], row["period"], row["grade"], row["model"]) for row in rows]
        assert found == [("ana", "q2", "C", None)]


def test_explanations_say_so_of_the_result_and_of_what_it_is_made_of(
    service: ServiceOfRoles,
) -> None:
    with objecting(service, "ana", periods=["q2"]):
        shown = told(service, "people/ana/performance", period="q2")
        score = shown["groups"][0]["items"][0]["conclusion"]
        [mark] = shown["contested"]["objections"]

        result, part, why = (
            told(service, "explain", conclusion=each)
            for each in (shown["conclusion"], score, mark["conclusion"])
        )

        assert (result["contested"]["since"], part["contested"]["since"]) == (today(), today())
        assert why["rule"]["name"] == "contested-appraisal-in-a-period"
        assert GROUNDS not in json.dumps(why), "grounds are for those who see to objections"


def test_what_if_marks_the_result_to_which_the_person_objects(service: ServiceOfRoles) -> None:
    supposed = {"period": "q2", "figures": {"complaint-rate": 0.5}}

    with objecting(service, "ana", periods=["q2"]):
        answer = service.as_role(Role.HR).post(
            "/api/v1/what-if", json={"for": {"person": "ana"}, "performance": supposed}
        )

    assert answer.status_code == 200, answer.text
    [row] = answer.get_json()["rows"]
    told_of = {
        each["kind"]: each.get("contested", False)
        for model in row["models"]
        for each in model["differences"]
    }
    assert told_of["PerformanceResult"] is True
    assert sum(told_of.values()) == 1


@pytest.mark.parametrize("lang, word", [("zh", "有异议"), ("en", "contested")])
def test_pages_show_the_mark_in_words(service: ServiceOfRoles, lang: str, word: str) -> None:
    hr = service.as_role(Role.HR)

    with objecting(service, "bo", periods=["q2"]):
        pages = {
            address: hr.get(f"{address}?period=q2&lang={lang}", headers={"Accept": "text/html"})
            for address in (
                "/people/bo",
                "/people/bo/performance/q2",
                "/people/bo/rights",
                "/teams/north/performance",
            )
        }

    for address, page in pages.items():
        assert f'class="badge contested">{word}' in page.text, address
    assert {"zh": "本人对这次考核提出了异议", "en": "The person objects to this appraisal"}[
        lang
    ] in pages["/people/bo/performance/q2"].text


def test_the_sheet_to_sign_shows_the_mark_as_a_workbook(service: ServiceOfRoles) -> None:
    with objecting(service, "bo", periods=["q2"]):
        answer = service.as_role(Role.HR).get("/people/bo/performance/q2.xlsx?lang=en")

    [sheet] = load_workbook(BytesIO(answer.data)).worksheets
    rows = [[cell for cell in row if cell] for row in sheet.iter_rows(values_only=True)]
    [line] = [row for row in rows if row[:1] == ["Contested"]]
    assert (
        line[1] == f"the person objects to this appraisal since {today()}, and that is not settled"
    )
    marked = [row[0] for row in rows if row[-1:] == [f"contested since {today()}"]]
    assert len(marked) == 2, "the box and the appraisal among those so far"
    assert "q2" in marked


def test_the_form_objects_to_one_appraisal(service: ServiceOfRoles) -> None:
    hr = service.as_role(Role.HR)

    raised = hr.post(
        "/people/bo/rights/objections", data={"model": "", "period": "q2", "grounds": GROUNDS}
    )

    made = told(service, "people/bo/objections")["rows"][-1]
    assert (raised.status_code, made["models"], made["periods"]) == (303, [], ["q2"])
    where = f"/api/v1/people/bo/objections/{made['id']}/settlement"
    assert hr.put(where, json={"outcome": "withdrawn"}).status_code == 200


@pytest.mark.parametrize(
    "person, periods, where, words",
    [
        ("ana", ["q3"], "/periods/0", "Choose one of these ids: q1, q2."),
        ("ana", "q1", "/periods", "Give a list of periods in which the person was appraised"),
        ("ana", [["q1"]], "/periods/0", "Choose one of these ids: q1, q2."),
        ("dan", ["q1"], "/periods", "This person was never appraised"),
    ],
)
def test_only_periods_in_which_the_person_was_appraised_can_be_named(
    service: ServiceOfRoles, person: str, periods: object, where: str, words: str
) -> None:
    answer = service.as_role(Role.HR).post(
        f"/api/v1/people/{person}/objections", json={"grounds": GROUNDS, "periods": periods}
    )

    [finding] = answer.get_json()["findings"]
    assert (answer.status_code, finding["where"]) == (422, where)
    assert words in finding["message"]["en"]


def test_what_a_person_takes_along_tells_what_is_contested(service: ServiceOfRoles) -> None:
    with objecting(service, "ana", periods=["q2"]) as made:
        packed = service.as_role(Role.SELF).get("/api/v1/people/ana/export")

    with ZipFile(BytesIO(packed.data)) as archive:
        document, page, facts = (
            archive.read(f"person.{form}").decode() for form in ("json", "html", "trig")
        )
        book = load_workbook(BytesIO(archive.read("person.xlsx")))
    exported = json.loads(document)
    since = {each["period"]: each["contestedSince"] for each in exported["appraisals"]}
    assert since == {"q1": None, "q2": today()}
    [raised] = [each for each in exported["objections"] if each["id"] == made["id"]]
    assert raised["periods"] == ["q2"]
    assert f"有异议 contested · {today()}" in page
    rows = [*book["考核 Appraisals"].iter_rows(min_row=2, values_only=True)]
    assert [(row[0], row[3]) for row in rows] == [("q1", None), ("q2", today())]
    assert "contestsAppraisalIn" in facts


def ran(folder: Path, *arguments: str) -> Result:
    given = ["--lang", "en", "--data", str(folder), *arguments]
    return CliRunner().invoke(main, given, env={"COLUMNS": "200"})


def test_commands_show_the_mark(service: ServiceOfRoles) -> None:
    folder = service.knowledge_base.store.data.path
    with objecting(service, "bo", periods=["q2"]):
        conclusion = told(service, "people/bo/performance", period="q2")["conclusion"]

        own = ran(folder, "performance", "bo", "--period", "q2").stdout
        team = ran(folder, "performance", "--team", "north", "--period", "q2").stdout
        why = ran(folder, "explain", conclusion).stdout

    assert f"objects to this appraisal since {today()}" in own
    [box] = [line for line in own.splitlines() if "Team leader" in line]
    assert box.endswith("· contested")
    assert team.count("contested") == 2, "the member and the box"
    assert why.startswith(f"Contested: the person objects to this since {today()}")


def test_the_command_objects_to_one_appraisal_even_of_a_closed_period(tmp_path: Path) -> None:
    folder = shipped(tmp_path / "data")
    base = KnowledgeBase.open(folder)
    app = create_app(base)
    client = app.test_client()
    put_organisation(client)
    client.put("/api/v1/people/p001", json={"post": PLAN})
    figure = {"value": 0.9, "date": "2026-10-02"}
    client.put(f"/api/v1/people/p001/measurements/{OPEN}/complaint-rate", json=figure)
    closed = {"start": "2026-07-01", "end": "2026-09-30", "state": "closed"}
    assert client.put(f"/api/v1/periods/{OPEN}", json=closed).get_json()["state"] == "closed"
    app.extensions[EXTENSION].close()
    base.close()

    objected = ran(folder, "person", "object", "p001", GROUNDS, "--period", OPEN)
    shown = ran(folder, "performance", "p001", "--period", OPEN)
    refused = ran(folder, "person", "object", "p001", GROUNDS, "--period", "2026-q1")

    assert (objected.exit_code, refused.exit_code) == (0, 1), objected.output + refused.output
    assert "objects to this appraisal since" in shown.stdout
    assert f"Choose one of these ids: {OPEN}." in refused.output


def test_periods_are_read_back_from_the_facts_of_an_objection() -> None:
    made = Objection("o1", "wang", date(2026, 6, 12), "self", ("trainer",), ("q1", "q2"))

    [read] = objections_in("wang", objection_triples(made))

    assert read == made
