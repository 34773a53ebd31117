"""HR tools hand in figures and ratings: corrected with reasons, refused once a period is closed."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.performance import recording
from kb_service.knowledge_base.performance.merging import Author
from kb_service.people_records import PersonRecord
from kb_service.people_records.performance_records import FormRecord, MeasurementRecord
from kb_service.vocabulary import people_graph
from kb_service.web import create_app
from kb_service.web.service import EXTENSION
from tests.performance_facts import CLOSED, OPEN, PLAN, put_organisation

FIGURE = f"/api/v1/people/{{}}/measurements/{OPEN}/complaint-rate"
FORM = f"/api/v1/people/{{}}/rating-forms/{OPEN}/r0123"
GOAL = f"/api/v1/people/{{}}/goals/{OPEN}/complaint-rate"
SAID = {"value": 0.9, "date": "2026-10-05"}
RATED = {"source": "peer", "date": "2026-10-03", "grades": {"integrity": "B"}}
REASON = "Wang Ming counted two calls twice"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A service with the quarters of the example organisation."""
    base = KnowledgeBase.open(tmp_path_factory.mktemp("performance") / "data")
    made = create_app(base)
    put_organisation(made.test_client())
    yield made
    made.extensions[EXTENSION].close()
    base.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def person(client: FlaskClient, request: pytest.FixtureRequest) -> str:
    """Somebody whom no other test knows."""
    id = f"n{abs(hash(request.node.nodeid)) % 10**9}"
    assert client.put(f"/api/v1/people/{id}", json={"post": PLAN}).status_code == 201
    return id


def corrections(client: FlaskClient, person: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(f"/api/v1/people/{person}/corrections").get_json()[
        "rows"
    ]
    return rows


def messages(answer: Any) -> list[str]:
    return [each["message"]["en"] for each in answer.get_json()["findings"]]


def key(app: Flask, person: str) -> str:
    found: str = app.extensions[EXTENSION].register.key_of(person)
    return found


def test_a_figure_is_scored_at_once(client: FlaskClient, person: str) -> None:
    answer = client.put(FIGURE.format(person), json=SAID)

    assert answer.status_code == 201
    (row,) = answer.get_json()["rows"]
    assert (row["plan"], row["total"], row["sufficient"]) == (PLAN, 104.0, False)


def test_a_correction_keeps_the_earlier_value_with_who_when_and_why(
    client: FlaskClient, person: str
) -> None:
    client.put(FIGURE.format(person), json=SAID)

    answer = client.put(FIGURE.format(person), json={**SAID, "value": 1.2, "reason": REASON})

    assert (answer.status_code, answer.get_json()["corrections"]) == (200, 1)
    (row,) = corrections(client, person)
    assert row["fact"] == f"measurement/{OPEN}/complaint-rate/2026-10-05"
    assert (row["earlier"], row["now"], row["by"]) == ("0.9", "1.2", "local")
    assert row["reason"] == REASON


def test_a_reason_is_kept_with_the_names_and_in_no_graph(
    app: Flask, client: FlaskClient, person: str
) -> None:
    client.put(FIGURE.format(person), json=SAID)
    client.put(FIGURE.format(person), json={**SAID, "value": 1.2, "reason": REASON})

    base: KnowledgeBase = app.extensions[EXTENSION].knowledge_base

    about = people_graph(key(app, person)).value
    graphs = [name for name in base.store.graph_names() if about.rsplit("/", 1)[-1] in name.value]
    assert len(graphs) == 3
    assert not any(REASON in str(triple) for name in graphs for triple in base.store.graph(name))
    client.delete(f"/api/v1/people/{person}")
    register = app.extensions[EXTENSION].register
    assert register.words_of(about.rsplit("/", 1)[-1]) == []


def test_what_a_person_takes_along_has_all_of_it_but_who_rated(
    client: FlaskClient, person: str
) -> None:
    for address, body in ((FIGURE, SAID), (FORM, RATED), (GOAL, {"target": 0.8})):
        client.put(address.format(person), json=body)
    client.put(FIGURE.format(person), json={**SAID, "value": 1.2, "reason": REASON})
    client.put(FORM.format(person), json={**RATED, "grades": {"integrity": "C"}, "reason": "late"})

    packed = client.get(f"/api/v1/people/{person}/export")

    with zipfile.ZipFile(BytesIO(packed.data)) as archive:
        told = json.loads(archive.read("person.json"))
        everything = b"".join(archive.read(name) for name in archive.namelist())
    said = [s for thing in told["facts"] for s in thing["statements"]]
    kinds = {s["value"].rpartition("#")[2] for s in said if s["property"].endswith("#type")}
    values = {(s["property"].rpartition("#")[2], s["value"]) for s in said}
    concluded = {each["conclusion"].partition("/appraisal/")[2] for each in told["explanations"]}
    assert {
        "Appraisal",
        "Measurement",
        "Goal",
        "RatingForm",
        "BehaviourRating",
        "Correction",
    } <= kinds
    assert {("earlierValue", "0.9"), ("value", "1.2"), ("correctionReason", REASON)} <= values
    assert ("correctionReason", "late") in values
    assert {f"{OPEN}/total", f"{OPEN}/result-without-grade"} <= concluded
    assert f"/appraisal/{OPEN}/kpi-score/".encode() in everything
    assert not re.search(rb"r0123|ratedOn|RaterDeviation", everything)


def test_a_change_without_a_reason_changes_nothing(client: FlaskClient, person: str) -> None:
    client.put(FORM.format(person), json=RATED)

    answer = client.put(FORM.format(person), json={**RATED, "grades": {"integrity": "C"}})

    assert answer.status_code == 422
    assert messages(answer)[0].startswith("B is stored here already")
    assert corrections(client, person) == []


@pytest.mark.parametrize(
    ("address", "body"), [(FIGURE, SAID), (FORM, RATED), (GOAL, {"target": 0.8})]
)
def test_what_is_taken_back_is_gone_and_its_value_kept(
    client: FlaskClient, person: str, address: str, body: dict[str, Any]
) -> None:
    client.put(address.format(person), json=body)

    unexplained = client.delete(address.format(person), json={})
    gone = client.delete(address.format(person), json={"reason": REASON})
    again = client.delete(address.format(person), json={"reason": REASON})

    assert (unexplained.status_code, gone.status_code, again.status_code) == (422, 200, 404)
    (row,) = corrections(client, person)
    assert (row["now"], row["reason"]) == (None, REASON)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"value": "many", "date": "2026-10-05"}, "/value"),
        ({"value": 1e300, "date": "2026-10-05"}, "/value"),
        ({"value": 0.9, "date": "5.10.2026"}, "/date"),
        ({"value": 0.9, "date": "2026-05-04"}, "/date"),
        ({"value": 0.9, "date": "2026-10-05", "plan": "none"}, "/plan"),
        ({"value": 0.9, "date": "2026-10-05", "reason": " "}, "/reason"),
        ({"value": 0.9, "date": "2026-10-05", "grade": "A"}, "/grade"),
    ],
)
def test_a_fault_is_told_with_its_place_in_the_body(
    client: FlaskClient, person: str, body: dict[str, Any], where: str
) -> None:
    answer = client.put(FIGURE.format(person), json=body)

    assert answer.status_code == 422
    assert [each["where"] for each in answer.get_json()["findings"]] == [where]


def test_somebody_who_is_not_entered_has_no_performance(client: FlaskClient) -> None:
    by_json = client.put(FIGURE.format("nobody"), json=SAID)
    by_sheet = client.post(
        "/api/v1/import",
        data=f"工号,周期,日期,投诉率\nnobody,{OPEN},2026-10-05,1\n".encode(),
        content_type="text/csv",
    )

    assert by_json.status_code == 404
    assert by_sheet.status_code == 422
    assert messages(by_sheet) == [
        "There is nobody with the id nobody; check it, or import the person first."
    ]


def test_a_sheet_is_recognised_checked_and_stored(client: FlaskClient, person: str) -> None:
    sheet = f"工号,周期,日期,投诉率,平均处理时长\n{person},{OPEN},2026-10-05,0.9,300\n".encode()

    checked = client.post("/api/v1/validate", data=sheet, content_type="text/csv").get_json()
    stored = client.post("/api/v1/import", data=sheet, content_type="text/csv").get_json()

    assert checked["checked"] == {"people": 1, "measurements": 2, "ratingForms": 0}
    assert (checked["conforms"], stored["measurements"]) == (True, 2)
    history = client.get(f"/api/v1/questions/performance-history?person={person}").get_json()
    assert len(history["rows"]) == 1


def test_every_fault_of_a_sheet_has_its_cell_and_nothing_is_stored(
    client: FlaskClient, person: str
) -> None:
    client.put(FIGURE.format(person), json=SAID)
    sheet = (
        "工号,周期,日期,投诉率,平均处理时长\n"
        f"{person},{OPEN},2026-10-05,5,300\n{person},{OPEN},2026-05-04,5,\n"
    )

    answer = client.post("/api/v1/import", data=sheet.encode(), content_type="text/csv")

    assert answer.status_code == 422
    places = [each["where"] for each in answer.get_json()["findings"]]
    assert places == ["line 2, column D 投诉率", "line 3, column D 投诉率"]
    again = client.put(FIGURE.format(person), json=SAID)
    assert (again.status_code, corrections(client, person)) == (200, [])


def test_the_page_takes_a_sheet_of_performance(client: FlaskClient, person: str) -> None:
    sheet = BytesIO(f"工号,周期,日期,投诉率\n{person},{OPEN},2026-10-05,0.9\n".encode())

    headers = {"Origin": "http://localhost"}
    waiting = client.post(
        "/import?lang=en", data={"file": (sheet, "figures.csv")}, headers=headers
    ).headers["Location"]
    shown = client.get(waiting).text
    answer = client.post(waiting, headers=headers, follow_redirects=True)

    assert "Complaint rate" in shown
    assert "People: 1, figures: 1, rating forms: 0, corrections: 0" in answer.text


def test_figures_of_an_open_period_can_be_changed_as_rdf_too(
    app: Flask, client: FlaskClient, person: str
) -> None:
    client.put(FIGURE.format(person), json=SAID)
    value = "<https://w3id.org/rengang/ontology/performance#value>"
    update = (
        f"WITH <{people_graph(key(app, person)).value}> DELETE {{ ?figure {value} ?old }}"
        f" INSERT {{ ?figure {value} 7.5 }} WHERE {{ ?figure {value} ?old }}"
    )

    answer = client.post("/sparql", data=update, content_type="application/sparql-update")

    assert answer.status_code == 204, answer.text
    again = client.put(FIGURE.format(person), json={**SAID, "value": 7.5})
    assert (again.status_code, again.get_json()["corrections"]) == (200, 0)


# Periods


def test_a_closed_period_says_who_closed_it_and_what_to_do(
    client: FlaskClient, person: str
) -> None:
    answer = client.put(
        FIGURE.format(person).replace(OPEN, CLOSED), json={"value": 0.9, "date": "2026-03-05"}
    )

    assert answer.status_code == 409
    assert answer.get_json()["detail"] == (
        "The period 2026-q1 was closed on 2026-04-20 by hr-1 and takes no changes; nothing was"
        " stored. If this has to be changed, reopen it first: rengang period open 2026-q1, or PUT"
        ' /api/v1/periods/2026-q1 {"state": "open"}.'
    )


def test_a_closed_period_refuses_every_way_to_change_what_is_in_it(
    app: Flask, client: FlaskClient, person: str
) -> None:
    """Facts that came in before it was closed cannot be changed by any write, nor new ones added."""
    client.put(FIGURE.format(person), json=SAID)
    client.put(FORM.format(person), json=RATED)
    assert client.put(f"/api/v1/periods/{OPEN}", json={"state": "closed"}).status_code == 200
    graph = people_graph(key(app, person)).value
    stored = client.get(f"/data?graph={graph}", headers={"Accept": "application/n-triples"}).text
    value = "<https://w3id.org/rengang/ontology/performance#value>"
    update = (
        f"WITH <{graph}> DELETE {{ ?figure {value} ?old }} INSERT {{ ?figure {value} 7.5 }}"
        f" WHERE {{ ?figure {value} ?old }}"
    )
    sheet = f"工号,周期,日期,评价人,来源,责任心\n{person},{OPEN},2026-10-05,r9,peer,A\n"

    refused = [
        client.put(FIGURE.format(person), json={**SAID, "value": 1, "reason": REASON}),
        client.put(GOAL.format(person), json={"target": 0.8}),
        client.delete(FORM.format(person), json={"reason": REASON}),
        client.post("/api/v1/import", data=sheet.encode(), content_type="text/csv"),
        client.post("/sparql", data=update, content_type="application/sparql-update"),
        client.put(
            f"/data?graph={graph}",
            data=stored.replace('"0.9"', '"7.5"'),
            content_type="application/n-triples",
        ),
        client.put(f"/api/v1/periods/{OPEN}", json={"end": "2026-09-29"}),
    ]
    same = client.put(f"/data?graph={graph}", data=stored, content_type="application/n-triples")
    reopened = client.put(f"/api/v1/periods/{OPEN}", json={"state": "open"}).get_json()

    assert [answer.status_code for answer in refused] == [409] * len(refused)
    assert all("was closed on" in messages(answer)[0] for answer in refused)
    assert same.status_code == 204
    assert (reopened["state"], reopened["closedOn"], reopened["closedBy"]) == ("open", None, None)
    assert client.put(GOAL.format(person), json={"target": 0.8}).status_code == 201


def test_whoever_is_erased_leaves_closed_periods_too(client: FlaskClient, person: str) -> None:
    client.put(FIGURE.format(person), json=SAID)

    assert client.delete(f"/api/v1/people/{person}").status_code == 204
    assert client.get(f"/api/v1/people/{person}/corrections").status_code == 404


def test_a_new_period_needs_its_days_in_their_order(client: FlaskClient) -> None:
    without = client.put("/api/v1/periods/2027-q1", json={})
    swapped = client.put(
        "/api/v1/periods/2027-q1", json={"start": "2027-03-31", "end": "2027-01-01"}
    )

    assert "There is no period 2027-q1; to make it, give its days" in messages(without)[0]
    assert "the wrong way round; swap the dates" in messages(swapped)[0]
    known = {row["id"] for row in client.get("/api/v1/periods").get_json()["rows"]}
    assert {OPEN, CLOSED} <= known
    assert "2027-q1" not in known


def test_an_import_that_was_cut_short_can_be_repeated_and_nothing_counts_twice(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    base: KnowledgeBase = app.extensions[EXTENSION].knowledge_base
    people, day = ["cut-1", "cut-2"], date(2026, 9, 30)
    base.import_records([PersonRecord(id, None, PLAN) for id in people], [])
    records = [MeasurementRecord(id, OPEN, "complaint-rate", Decimal("0.9"), day) for id in people]
    forms = [FormRecord(id, OPEN, "r1", "peer", day, {"integrity": "B"}) for id in people]
    monkeypatch.setattr(recording, "_STORED_AT_ONCE", 1)

    def take_in(stops_after: int | None) -> recording.PerformanceReport:
        def progress(done: int, of: int) -> None:
            if done == stops_after:
                raise KeyboardInterrupt

        return base.recording.record(
            [*records, *forms],
            Author("hr-7", date(2026, 10, 5)),
            told=lambda person, corrections: None,
            progress=progress,
        )

    with pytest.raises(KeyboardInterrupt):
        take_in(stops_after=3)  # both are checked, and one is stored
    first, second = (set(base.facts_about(id)) for id in people)
    report = take_in(stops_after=None)

    assert len(second) < len(first)
    assert set(base.facts_about("cut-1")) == first
    assert len(base.facts_about("cut-2")) == len(first)
    assert report.corrections == 0
