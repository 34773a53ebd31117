"""People, leads and HR see how somebody or a team performed, and who rated is told to HR alone."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from kb_service.access.roles import Role
from kb_service.cli import main
from kb_service.engine.variants import leading_to
from kb_service.knowledge_base.history import Moments
from kb_service.questions import questions
from kb_service.vocabulary import NAMESPACES
from kb_service.web.service import EXTENSION
from tests.appraised_people import opaque
from tests.appraised_service import CODES, PEER, open_appraised
from tests.service_of_roles import ServiceOfRoles
from tests.test_performance import indicators

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    made = open_appraised(tmp_path_factory.mktemp("appraised") / "data")
    yield made
    made.app.extensions[EXTENSION].close()
    made.knowledge_base.close()


def told(service: ServiceOfRoles, role: Role, path: str) -> Any:
    answer = service.as_role(role).get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_a_person_sees_the_latest_appraisal_with_all_that_it_rests_on(
    service: ServiceOfRoles,
) -> None:
    shown = told(service, Role.SELF, "people/ana/performance")

    assert (shown["person"], shown["period"]["id"], shown["plan"]["version"]) == (
        "ana",
        "q2",
        "0.1.0",
    )
    assert (shown["total"], shown["grade"], shown["coverage"]) == (89.5, "C", 1.0)
    assert (shown["trend"]["trend"], shown["trend"]["change"]) == ("declining", -10.5)
    assert [(g["label"]["en"], g["weight"], len(g["items"])) for g in shown["groups"]] == [
        ("Key performance indicators", 0.4, 9),
        ("Knowledge", 0.15, 6),
        ("Skill", 0.27, 9),
        ("Trait", 0.18, 8),
    ]
    assert [need["indicator"] for need in shown["needs"]] == ["listening-skill"]
    assert {"id": "minimum-raters", "value": 2}.items() <= next(
        each for each in shown["assumptions"] if each["id"] == "minimum-raters"
    ).items()


def test_a_goal_says_whether_it_is_the_persons_own(service: ServiceOfRoles) -> None:
    shown = told(service, Role.HR, "people/ana/performance?period=q2")

    own = {each["kpi"]: each["target"] for each in shown["goalsMet"] if each["ownGoal"]}
    missed = [(each["kpi"], each["measured"], each["target"]) for each in shown["goalsMissed"]]
    assert own == {"customer-satisfaction": 94.0}
    assert missed == [("complaint-rate", 2.0, 1.0)]


def test_raters_are_told_by_their_kind_with_those_who_are_missing(service: ServiceOfRoles) -> None:
    shown = told(service, Role.SELF, "people/ana/performance")

    assert {each["source"]: each["forms"] for each in shown["raters"]} == {
        **{"supervisor": 1, "peer": 2},
        **{"self": 0, "customer": 0, "quality-monitoring": 0},
    }


def test_an_appraisal_names_the_versions_of_rules_policy_and_plan(service: ServiceOfRoles) -> None:
    basis = told(service, Role.SELF, "people/ana/performance")["basis"]

    assert basis["planVersion"] == "0.1.0"
    assert all(re.fullmatch(r"[0-9a-f]+", basis[name]) for name in ("rules", "policy", "plan"))


def test_with_too_little_known_there_is_no_grade_and_unknown_is_no_nought(
    service: ServiceOfRoles,
) -> None:
    shown = told(service, Role.HR, "people/cai/performance")

    behaviour = [group for group in shown["groups"] if group["kind"] == "behaviour"]
    assert (shown["grade"], shown["sufficientEvidence"], shown["coveragePercent"]) == (
        None,
        False,
        40.0,
    )
    assert [group["score"] for group in behaviour] == [None, None, None]
    assert {item["state"] for group in behaviour for item in group["items"]} == {"unknown"}


def test_history_tells_every_appraisal_from_the_earliest_on(service: ServiceOfRoles) -> None:
    rows = told(service, Role.SELF, "people/ana/performance/history")["rows"]

    assert [(row["period"], row["total"], row["trend"]) for row in rows] == [
        ("q1", 100.0, None),
        ("q2", 89.5, "declining"),
    ]


@pytest.mark.parametrize(
    "path, words",
    [
        ("people/ana/performance?period=q3", "There is no appraisal of 'ana (q3)'."),
        ("people/dan/performance", "There is no appraisal of 'dan'."),
        ("people/ana/performance?period=q9", "There is no period 'q9'."),
        ("teams/north/performance?period=q9", "There is no period 'q9'."),
        ("teams/nowhere/performance", "There is no team 'nowhere'."),
        ("plans/none", "There is no plan 'none'."),
    ],
)
def test_what_is_not_there_is_named(service: ServiceOfRoles, path: str, words: str) -> None:
    answer = service.as_role(Role.HR).get(f"/api/v1/{path}")

    assert (answer.status_code, answer.get_json()["detail"]) == (404, words)


def test_a_team_is_told_by_grades_and_boxes(service: ServiceOfRoles) -> None:
    shown = told(service, Role.HR, "teams/north/performance")

    assert [(row["grade"], row["people"]) for row in shown["distribution"]] == [
        *(("A", 1), ("B", 0), ("C", 1), ("D", 0), ("E", 0)),
        (None, 1),
    ]
    assert [(one["person"], one["total"]) for one in shown["members"]] == [
        ("bo", 112.0),
        ("cai", 100.0),
        ("ana", 89.5),
    ]


def test_a_lead_sees_the_own_team_and_no_other(service: ServiceOfRoles) -> None:
    own = told(service, Role.TEAM_LEAD, "teams/north/performance?period=q2")
    everyone = told(service, Role.HR, "teams/north/performance?period=q2")

    assert [one["person"] for one in own["members"]] == ["bo", "cai", "ana"]
    assert {row["team"] for row in own["teams"]} == {"north"}
    assert own["members"] == everyone["members"]


def test_hr_learns_how_strict_raters_are_and_a_lead_does_not(service: ServiceOfRoles) -> None:
    for_hr = told(service, Role.HR, "teams/north/performance?period=q2")["raters"]
    for_lead = told(service, Role.TEAM_LEAD, "teams/north/performance?period=q2")["raters"]

    assert {row["rater"] for row in for_hr} == set(CODES)
    assert for_lead is None


@pytest.mark.parametrize("role", sorted(Role))
@pytest.mark.parametrize("name", ["calibration-of-raters", "raters-of-team"])
def test_who_rated_whom_may_be_asked_by_hr_alone(
    service: ServiceOfRoles, role: Role, name: str
) -> None:
    things = {"period": "q2", "team": "north"}
    given = {word: things[word] for word in questions()[name].takes}

    answer = service.as_role(role).get(f"/api/v1/questions/{name}", query_string=given)

    assert answer.status_code == (200 if role in (Role.HR, Role.ADMIN) else 403)


EVERY_DOCUMENT = (
    "/api/v1/people/ana/performance",
    "/api/v1/people/ana/performance/history",
    "/people/ana/performance/q2",
    "/api/v1/people/ana/rectifications",
    "/people/ana/rights",
)


@pytest.mark.parametrize("path", EVERY_DOCUMENT)
def test_no_document_tells_a_person_who_rated(service: ServiceOfRoles, path: str) -> None:
    accept = {} if path.startswith("/api") else HTML

    answer = service.as_role(Role.SELF).get(path, headers=accept)

    assert answer.status_code == 200
    assert [code for code in CODES if code in answer.text] == []


def score_of(service: ServiceOfRoles, indicator: str) -> str:
    """The IRI of the score of an indicator."""
    shown = told(service, Role.HR, "people/ana/performance?period=q2")
    items = [item for group in shown["groups"] for item in group["items"]]
    return next(str(item["conclusion"]) for item in items if item["about"] == indicator)


def explained(service: ServiceOfRoles, role: Role, accept: str, conclusion: str) -> str:
    answer = service.as_role(role).get(
        "/api/v1/explain", query_string={"conclusion": conclusion}, headers={"Accept": accept}
    )
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("accept", ["application/json", "text/turtle", "application/ld+json"])
@pytest.mark.parametrize("role", [Role.SELF, Role.TEAM_LEAD, Role.ANALYST, Role.HR])
def test_an_explanation_tells_the_kind_of_rater_and_never_who(
    service: ServiceOfRoles, role: Role, accept: str
) -> None:
    text = explained(service, role, accept, score_of(service, "listening-skill"))

    assert [code for code in CODES if code in text] == []
    assert NAMESPACES["source"] + "peer" in text or "source:peer" in text
    assert "ratedOn" not in text


def test_an_explanation_still_goes_down_to_every_rating(service: ServiceOfRoles) -> None:
    text = explained(service, Role.SELF, "application/json", score_of(service, "listening-skill"))

    grades = [
        fact["value"].removeprefix(NAMESPACES["grade"])
        for fact in json.loads(text)["facts"]
        if fact["predicate"] == NAMESPACES["performance"] + "grade"
    ]
    assert sorted(grades) == ["B", "E", "E"]


def test_ratings_are_called_by_what_they_are_about(service: ServiceOfRoles) -> None:
    tree = json.loads(
        explained(service, Role.SELF, "application/json", score_of(service, "listening-skill"))
    )

    called = {fact["subjectLabel"]["en"] for fact in tree["facts"] if fact["subjectLabel"]}
    assert "Rating of Listening and understanding, q2" in called
    assert tree["about"]["en"] == "Listening and understanding"


def test_nobody_finds_out_by_asking_whether_somebody_rated(service: ServiceOfRoles) -> None:
    key = service.key("ana")
    about = NAMESPACES["person"] + key + "/form/q2/"
    names = (opaque(key, "q2", PEER), opaque(key, "q2", "somebody-else"))
    guesses = [f"{about}{name}/deviation" for name in names]

    for_self, for_hr = (
        [
            service.as_role(role)
            .get("/api/v1/explain", query_string={"conclusion": guess})
            .status_code
            for guess in guesses
        ]
        for role in (Role.SELF, Role.HR)
    )

    assert for_self == [404, 404]
    assert for_hr == [200, 404]


def test_looking_up_a_form_does_not_tell_a_person_whose_it_is(service: ServiceOfRoles) -> None:
    name = opaque(service.key("ana"), "q2", PEER)
    form = f"ontology/terms/person/{service.key('ana')}/form/q2/{name}"

    for_self = service.as_role(Role.SELF).get(f"/{form}", headers={"Accept": "text/turtle"})
    for_hr = service.as_role(Role.HR).get(f"/{form}", headers={"Accept": "text/turtle"})

    assert "RatingForm" in for_self.text
    assert not re.search(f"{PEER}|ratedOn|deviation", for_self.text)
    assert PEER in for_hr.text


@pytest.mark.parametrize("role", [Role.SELF, Role.HR])
def test_what_a_person_takes_along_does_not_tell_who_rated(
    service: ServiceOfRoles, role: Role
) -> None:
    packed = service.as_role(role).get("/api/v1/people/ana/export")

    with zipfile.ZipFile(BytesIO(packed.data)) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"listening-skill" in everything
    assert [code for code in CODES if code.encode() in everything] == []


def test_the_reasons_why_not_do_not_tell_who_rated(service: ServiceOfRoles) -> None:
    answer = service.as_role(Role.SELF).get(
        "/api/v1/explain",
        query_string={"person": "ana", "whyNot": "Strength", "dimension": "listening-skill"},
    )

    assert answer.status_code == 200, answer.text
    assert [code for code in CODES if code in answer.text] == []


@pytest.mark.parametrize("lang, words", [("zh", "被考核人签字"), ("en", "Signature of the person")])
def test_the_appraisal_sheet_can_be_signed_in_either_language(
    service: ServiceOfRoles, lang: str, words: str
) -> None:
    page = service.as_role(Role.SELF).get(f"/people/ana/performance/q2?lang={lang}", headers=HTML)

    assert page.status_code == 200
    assert words in page.text
    assert "89.5" in page.text


def test_the_workbook_has_the_scores_of_the_page_as_numbers(service: ServiceOfRoles) -> None:
    answer = service.as_role(Role.SELF).get("/people/ana/performance/q2.xlsx?lang=en")

    [sheet] = load_workbook(BytesIO(answer.data)).worksheets
    rows = {row[0]: row for row in reversed([*sheet.iter_rows(values_only=True)])}
    assert rows["Total"][1] == 89.5
    assert rows["Complaint rate"][:7] == ("Complaint rate", 0.15, 5.0, 1.0, 0.5, 2.0, 90.0)
    assert str(sheet.page_setup.paperSize) == sheet.PAPERSIZE_A4


def test_a_name_that_is_a_formula_stays_text_in_the_workbook(service: ServiceOfRoles) -> None:
    hr = service.as_role(Role.HR)
    hr.put("/api/v1/people/bo", json={"name": '=HYPERLINK("http://x")', "team": "north"})

    answer = hr.get("/people/bo/performance/q2.xlsx?lang=en")

    sheet = load_workbook(BytesIO(answer.data)).worksheets[0]
    [cell] = [row[1] for row in sheet.iter_rows() if row[0].value == "Name"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ('=HYPERLINK("http://x")', "s", True)


def test_a_client_gets_the_sheet_in_the_form_it_accepts(service: ServiceOfRoles) -> None:
    excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    client = service.as_role(Role.SELF)

    as_json = client.get("/people/ana/performance/q2", headers={"Accept": "application/json"})
    as_workbook = client.get("/people/ana/performance/q2", headers={"Accept": excel})
    as_text = client.get("/people/ana/performance/q2", headers={"Accept": "text/csv"})

    where = "/api/v1/people/ana/performance?period=q2"
    assert (as_json.status_code, as_json.headers["Location"]) == (303, where)
    assert (as_workbook.status_code, as_workbook.mimetype) == (200, excel)
    assert as_text.status_code == 406


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_drawing_of_a_team_says_in_words_what_it_shows(
    service: ServiceOfRoles, lang: str
) -> None:
    page = service.as_role(Role.HR).get(f"/teams/north/performance?lang={lang}", headers=HTML)

    said = re.findall(r'role="img" aria-label="([^"]*)"', page.text)
    assert page.status_code == 200
    assert any("A 1" in each and "C 1" in each for each in said)
    assert any(PEER in each for each in said)


def test_somebody_out_of_reach_is_as_unknown_as_nobody(service: ServiceOfRoles) -> None:
    lead = service.as_role(Role.TEAM_LEAD)

    outside, nobody = (
        lead.get(f"/api/v1/people/{person}/performance") for person in ("eve", "xyz")
    )

    assert (outside.status_code, nobody.status_code) == (404, 404)
    assert outside.text.replace("eve", "") == nobody.text.replace("xyz", "")


def test_an_analyst_sees_appraisals_under_pseudonyms(service: ServiceOfRoles) -> None:
    key = service.key("ana")

    shown = told(service, Role.ANALYST, f"people/{key}/performance")
    team = told(service, Role.ANALYST, "teams/north/performance")

    assert (shown["person"], shown["total"]) == (key, 89.5)
    assert {one["name"] for one in team["members"]} == {None}
    assert team["raters"] is None


def test_every_number_that_scores_are_made_of_is_among_the_assumptions(
    service: ServiceOfRoles,
) -> None:
    stages = {"32", "34", "36", "38", "39", "40", "41", "43", "44"}
    rules = [
        rule
        for rule in service.knowledge_base.rules.by_iri.values()
        if rule.stage[:2] in stages or rule.name in ("nine-box", "reward-for-a-good-result")
    ]
    of_ratings = {"rating-lifetime-months"}
    read = {
        name for rule in rules for name in re.findall(r"\bpolicy:([a-z-]+) judgement:", rule.text)
    } - of_ratings

    listed = re.findall(r"\bpolicy:([a-z-]+)", questions()["assumptions-of-performance"].text)

    assert read
    assert read <= set(listed)


def ran(service: ServiceOfRoles, *arguments: str) -> Result:
    """What a command prints while the service runs."""
    data = str(service.knowledge_base.store.data.path)
    return CliRunner().invoke(main, [*arguments, "--data", data], env={"COLUMNS": "200"})


def test_a_command_prints_what_the_api_answers(service: ServiceOfRoles) -> None:
    given = ("performance", "ana", "--period", "q2", "--format", "json")

    printed = ran(service, *given, "--lang", "en")

    assert printed.exit_code == 0, printed.output
    assert json.loads(printed.stdout) == told(service, Role.HR, "people/ana/performance?period=q2")


@pytest.mark.parametrize(
    "lang, words",
    [
        ("en", ["Total 89.5, grade C", "Complaint rate: 2%, target 1%", "Who rated, by kind"]),
        ("zh", ["总分 89.5，等级 C", "投诉率：2%，目标 1%", "评价来源"]),
    ],
)
def test_an_appraisal_reads_well_in_a_terminal(
    service: ServiceOfRoles, lang: str, words: list[str]
) -> None:
    printed = ran(service, "performance", "ana", "--lang", lang)

    assert printed.exit_code == 0, printed.output
    assert [each for each in words if each not in printed.stdout] == []
    assert [code for code in CODES if code in printed.stdout] == []


def test_a_team_is_printed_with_who_is_strict(service: ServiceOfRoles) -> None:
    printed = ran(service, "performance", "--team", "north", "--lang", "en")

    assert printed.exit_code == 0, printed.output
    assert "Calibration: raters" in printed.stdout
    assert PEER in printed.stdout


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        ((), 2, "Name either a person or --team TEAM."),
        (("ana", "--team", "north"), 2, "Name either a person or --team TEAM."),
        (("--team", "north", "--as-of", "2026-06-30"), 2, "--as-of goes with a person only."),
        (("dan",), 3, "There is no appraisal of dan."),
        (("ana", "--period", "q9"), 3, "There is no period q9. To list all: rengang ask periods"),
    ],
)
def test_a_command_says_what_it_needs(
    service: ServiceOfRoles, arguments: tuple[str, ...], code: int, words: str
) -> None:
    printed = ran(service, "performance", *arguments, "--lang", "en")

    assert (printed.exit_code, words in printed.output) == (code, True), printed.output


def test_plans_are_listed_and_shown(service: ServiceOfRoles) -> None:
    listed = ran(service, "plan", "list", "--json")
    shown = ran(service, "plan", "show", "customer-service-representative", "--lang", "en")

    assert len(json.loads(listed.stdout)["rows"]) == 8
    assert "Results 40%, behaviour 60%" in shown.stdout
    assert "Complaint rate" in shown.stdout


def why_not(service: ServiceOfRoles, role: Role, **asked: str) -> Any:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return told(service, role, f"explain?{query}")


def test_why_not_a_better_grade_compares_the_total_with_what_it_takes(
    service: ServiceOfRoles,
) -> None:
    answer = why_not(service, Role.SELF, person="ana", whyNot="B", period="q2", seconds="0")

    [attempt] = answer["attempts"]
    said = [o["withValues"] for way in attempt["ways"] for o in way["obstacles"]]
    assert (attempt["rule"]["name"], said) == ("graded-result", ["89.5 >= 90"])


def test_the_smallest_change_to_the_next_grade_names_figures_and_grades_and_comes_true(
    service: ServiceOfRoles,
) -> None:
    change = why_not(service, Role.SELF, person="ana", whyNot="B", period="q2", seconds="10")[
        "smallestChange"
    ]

    assert (change["now"]["grade"], change["now"]["total"]) == ("C", 89.5)
    assert {one["levels"] for one in change["changes"]} == {1}
    [complaints] = [
        one for one in change["changes"] if one["indicators"][0]["indicator"] == "complaint-rate"
    ]
    [step] = complaints["indicators"]
    assert (step["kind"], step["from"], step["to"]) == ("figure", 2.0, 1.0)
    supposed = {"period": "q2", "figures": {"complaint-rate": 1.0}}
    assert judged_with(service, supposed) == (complaints["grade"], complaints["total"])


def test_a_grade_of_which_nothing_is_known_has_no_smallest_change_without_a_rater(
    service: ServiceOfRoles,
) -> None:
    answer = why_not(service, Role.HR, person="cai", whyNot="C", period="q2", seconds="5")

    shortages = [
        tree["kind"]["en"]
        for attempt in answer["attempts"]
        for way in attempt["ways"]
        for obstacle in way["obstacles"]
        for tree in obstacle.get("conclusions", [])
    ]
    assert shortages == ["Performance shortage"]
    assert answer["smallestChange"]["changes"] == []


def test_an_unknown_indicator_says_that_too_few_rated_it(service: ServiceOfRoles) -> None:
    shown = told(service, Role.HR, "people/cai/performance")
    item = next(item["item"] for group in shown["groups"][1:] for item in group["items"])

    answer = why_not(
        service, Role.HR, person="cai", whyNot="IndicatorScore", period="q2", planItem=item
    )

    assert [each["rule"]["name"] for each in answer["attempts"]] == ["indicator-score"]
    assert answer["attempts"][0]["ways"]


def judged_with(service: ServiceOfRoles, supposed: dict[str, Any]) -> tuple[str, float]:
    """The grade and the total that ana would have in q2."""
    answer = service.as_role(Role.HR).post(
        "/api/v1/what-if", json={"for": {"person": "ana"}, "performance": supposed}
    )
    assert answer.status_code == 200, answer.text
    [row] = answer.get_json()["rows"]
    sides = {
        each["kindLabel"]["en"]: each["after"]
        for model in row["models"]
        for each in model["differences"]
        if each["after"] and each["conclusion"].rsplit("/appraisal/", 1)[-1].startswith("q2/")
    }
    return sides["Performance result"]["resultGrade"], sides["Performance total"]["score"]


def test_what_one_rater_more_would_change_is_told_of_a_copy(service: ServiceOfRoles) -> None:
    before = told(service, Role.HR, "people/ana/performance?period=q2")

    form = {"source": "customer", "grades": dict.fromkeys(indicators(), "A")}
    grade, total = judged_with(service, {"period": "q2", "forms": [form]})

    assert (grade, total > before["total"]) == ("B", True)
    assert told(service, Role.HR, "people/ana/performance?period=q2") == before


@pytest.mark.parametrize(
    "supposed, where",
    [
        ({"period": "q9", "figures": {"complaint-rate": 1}}, "/performance/period"),
        ({"period": "q2"}, "/performance"),
        ({"period": "q2", "figures": {"nothing": 1}}, "/performance/figures/nothing"),
        (
            {"period": "q2", "figures": {"complaint-rate": "x"}},
            "/performance/figures/complaint-rate",
        ),
        ({"period": "q2", "grades": {"patience-trait": "F"}}, "/performance/grades/patience-trait"),
        ({"period": "q2", "forms": [{"grades": {}}]}, "/performance/forms/0/source"),
    ],
)
def test_what_cannot_be_supposed_of_performance_is_named_by_its_place(
    service: ServiceOfRoles, supposed: dict[str, Any], where: str
) -> None:
    answer = service.as_role(Role.HR).post(
        "/api/v1/what-if", json={"for": {"person": "ana"}, "performance": supposed}
    )

    assert answer.status_code == 422
    assert where in [each["where"] for each in answer.get_json()["findings"]]


def test_a_fit_rests_on_no_number_of_performance_or_of_studies(service: ServiceOfRoles) -> None:
    led = leading_to(
        service.knowledge_base.rules,
        [
            NAMESPACES["judgement"] + name
            for name in ("Verdict", "Fit", "IncentiveSuggestion", "RetentionRisk")
        ],
    )
    texts = [rule.text for stage in led.people for rule in stage.rules]
    read = {id for text in texts for id in re.findall(r"\bpolicy:([a-z-]+) judgement:", text)}

    rows = told(
        service,
        Role.HR,
        "questions/assumptions-of-fit?person=ana&model=customer-service-representative&limit=500",
    )["rows"]

    listed = {row["id"] for row in rows if row["kind"] == "policy"}
    assert read <= listed
    assert listed.isdisjoint({"trend-improving-minimum", "minimum-raters", "alpha-minimum"})


def test_an_appraisal_rests_on_no_number_for_what_it_does_not_conclude(
    service: ServiceOfRoles,
) -> None:
    ana, cai = (
        {
            each["id"]
            for each in told(service, Role.HR, f"people/{person}/performance")["assumptions"]
        }
        for person in ("ana", "cai")
    )

    assert "trend-improving-minimum" in ana - cai
    assert "strength-minimum" in ana - cai
    assert {"score-at-target", "performance-coverage-minimum", "minimum-raters"} <= cai
    assert not {"nine-box-potential-high", "reward-grade-minimum"} & (ana | cai)


def test_as_of_an_earlier_day_an_appraisal_shows_the_period_as_it_was(
    service: ServiceOfRoles, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = date.today()
    tomorrow = datetime.combine(today + timedelta(days=1), time(12), UTC)
    monkeypatch.setattr(Moments, "now", lambda _: tomorrow)

    closed = service.as_role(Role.HR).put("/api/v1/periods/q1", json={"state": "closed"})
    now = told(service, Role.HR, "people/ana/performance?period=q1")
    then = told(service, Role.HR, f"people/ana/performance?period=q1&asOf={today}")
    page = service.as_role(Role.HR).get(
        f"/people/ana/performance/q1?asOf={today}&lang=en", headers=HTML
    )

    assert closed.status_code == 200, closed.text
    assert (now["period"]["state"], then["period"]["state"]) == ("closed", "open")
    assert (now["total"], now["plan"]) == (then["total"], then["plan"])
    assert "of that day" in page.text
