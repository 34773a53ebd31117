"""What is held of people can be put right, with who did so and why, and handed over whole."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pyoxigraph import Literal, RdfFormat, parse

from kb_service.access.personal_page import page_of
from kb_service.access.personal_requests import parse_rectification
from kb_service.access.personal_workbook import workbook_of
from kb_service.access.refusals import NotAllowed
from kb_service.access.rights_of_the_person import RightsOfThePerson
from kb_service.access.roles import Caller, Role
from kb_service.access.view import View
from kb_service.cli import main
from kb_service.knowledge_base import UnknownThingError
from kb_service.knowledge_base.objections import GROUNDS
from kb_service.vocabulary import (
    iri,
    people_graph,
    person_conclusions_graph,
    person_history_graph,
)
from tests.conftest import RECENTLY, body

MODEL = "customer-service-specialist"
YESTERDAY = date.today() - timedelta(days=1)


def entered(client: FlaskClient, person: str, **ratings: float) -> str:
    """Somebody new with a name, an address and one assessment."""
    client.put(
        f"/api/v1/people/{person}",
        json={"name": "Wang Mng", "post": MODEL, "contact": {"email": "w@example.org"}},
    )
    given = {
        "date": str(RECENTLY),
        "source": "test",
        "framework": "t12",
        "ratings": {"patience": 3, "service": 7, **ratings},
    }
    answer = client.put(f"/api/v1/people/{person}/assessments/a1", json=given)
    assert answer.status_code == 201
    return person


def put_right(client: FlaskClient, person: str, **given: Any) -> list[Any]:
    sent = {"reason": "mistyped", **given}
    answer = client.post(f"/api/v1/people/{person}/rectifications", json=sent)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    rows: list[Any] = body(answer)["rows"]
    return rows


def rating(client: FlaskClient, person: str, dimension: str) -> Any:
    fit = body(client.get(f"/api/v1/people/{person}/fit/{MODEL}"))
    [found] = [row["rating"] for row in fit["requirements"] if row["dimension"] == dimension]
    return found


def values(change: Any, when: str) -> dict[str, Any]:
    return {each["property"].rpartition("#")[2]: each["value"] for each in change[when]}


# Rectification


def test_a_rating_put_right_counts_at_once_and_the_history_says_who_and_why(
    client: FlaskClient,
) -> None:
    person = entered(client, "rect-rating")

    change = put_right(client, person, assessments={"a1": {"ratings": {"patience": 8}}})[-1]

    assert rating(client, person, "patience") == 8.0
    assert rating(client, person, "service") == 7.0
    assert (change["by"], change["reason"]) == ("local", "mistyped")
    assert (values(change, "before"), values(change, "after")) == ({"value": "3"}, {"value": "8"})


def test_the_history_names_the_agent_as_prov_has_it_and_keeps_no_words(
    client: FlaskClient, view: View
) -> None:
    person = entered(client, "rect-prov")
    put_right(client, person, assessments={"a1": {"ratings": {"patience": 8}}})

    history = view.knowledge_base.store.graph(person_history_graph(view.key_of(person)))

    said = {(triple.predicate.value.rpartition("#")[2], str(triple.object)) for triple in history}
    assert ("wasAssociatedWith", "<https://w3id.org/rengang/agent/local>") in said
    assert "reason" not in {name for name, _ in said}, (
        "names may be in it, so it is kept with these"
    )


def test_day_source_and_expiry_of_an_assessment_can_be_put_right(client: FlaskClient) -> None:
    person = entered(client, "rect-day")
    said = {"date": str(YESTERDAY), "source": "supervisor", "expires": str(date.today())}

    put_right(client, person, assessments={"a1": said})

    [shown] = body(client.get(f"/api/v1/people/{person}"))["assessments"]
    assert (shown["date"], shown["source"]) == (str(YESTERDAY), "supervisor")
    assert shown["expires"] == str(date.today())
    put_right(client, person, assessments={"a1": {"expires": None}})
    [shown] = body(client.get(f"/api/v1/people/{person}"))["assessments"]
    assert shown["expires"] is None


def test_a_rating_can_be_taken_back_or_added(client: FlaskClient) -> None:
    person = entered(client, "rect-add")

    said = {"ratings": {"patience": None, "dependability": 6.5}}
    put_right(client, person, assessments={"a1": said})

    assert rating(client, person, "patience") is None
    assert rating(client, person, "dependability") == 6.5


def test_an_assessment_of_somebody_else_can_be_removed(client: FlaskClient) -> None:
    person = entered(client, "rect-remove")

    put_right(client, person, assessments={"a1": None})

    assert body(client.get(f"/api/v1/people/{person}"))["assessments"] == []
    assert rating(client, person, "patience") is None


def test_name_and_contact_are_put_right_and_what_they_were_is_remembered(
    client: FlaskClient,
) -> None:
    person = entered(client, "rect-name")

    contact = {"email": None, "phone": "+86 10 5555 0100"}
    change = put_right(client, person, name="Wang Ming", contact=contact)[-1]

    shown = body(client.get(f"/api/v1/people/{person}"))
    assert (shown["name"], shown["contact"]) == ("Wang Ming", {"phone": "+86 10 5555 0100"})
    assert (change["by"], change["reason"]) == ("local", "mistyped")
    before, after = values(change, "before"), values(change, "after")
    assert (before["name"], before["email"], before["phone"]) == ("Wang Mng", "w@example.org", None)
    assert (after["name"], after["email"]) == ("Wang Ming", None)


def test_team_and_post_are_put_right_and_the_rest_stays(client: FlaskClient) -> None:
    person = entered(client, "rect-post")

    put_right(client, person, team="hotline-1", candidateFor=["team-leader"])

    shown = body(client.get(f"/api/v1/people/{person}"))
    assert (shown["team"], shown["post"]) == ("hotline-1", MODEL)
    assert shown["candidateFor"] == ["team-leader"]
    assert shown["name"] == "Wang Mng"
    assert [each["id"] for each in shown["assessments"]] == ["a1"]


def test_an_import_that_replaces_an_assessment_is_remembered_with_who_made_it(
    client: FlaskClient,
) -> None:
    person = entered(client, "rect-import")

    entered_again = {
        "date": str(RECENTLY),
        "source": "test",
        "framework": "t12",
        "ratings": {"patience": 9, "service": 7},
    }
    client.put(f"/api/v1/people/{person}/assessments/a1", json=entered_again)

    rows = body(client.get(f"/api/v1/people/{person}/rectifications"))["rows"]
    assert [row["by"] for row in rows] == ["local", "local", "local"]
    assert (values(rows[-1], "before"), values(rows[-1], "after")) == (
        {"value": "3"},
        {"value": "9"},
    )


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"name": "Wang"}, "/reason"),
        ({"reason": "x"}, ""),
        ({"reason": "x", "name": ""}, "/name"),
        ({"reason": "x", "contact": {"email": "nowhere"}}, "/contact/email"),
        ({"reason": "x", "contact": {"fax": "1"}}, "/contact/fax"),
        ({"reason": "x", "post": "astronaut"}, "/post"),
        ({"reason": "x", "assessments": []}, "/assessments"),
        ({"reason": "x", "assessments": {"a1": {"date": "soon"}}}, "/assessments/a1/date"),
        ({"reason": "x", "assessments": {"a1": {"source": "horoscope"}}}, "/assessments/a1/source"),
        (
            {"reason": "x", "assessments": {"a1": {"ratings": {"patience": "high"}}}},
            "/assessments/a1/ratings/patience",
        ),
        (
            {"reason": "x", "assessments": {"a1": {"ratings": {"levitation": 9}}}},
            "/assessments/a1/ratings/levitation",
        ),
    ],
)
def test_a_correction_that_cannot_be_carried_out_says_where(
    client: FlaskClient, given: dict[str, Any], where: str
) -> None:
    answer = client.post("/api/v1/people/ana/rectifications", json=given)

    assert answer.status_code == 422
    assert [finding.get("where", "") for finding in body(answer)["findings"]] == [where]


def test_a_correction_that_breaks_a_shape_changes_nothing(client: FlaskClient) -> None:
    person = entered(client, "rect-shape")

    answer = client.post(
        f"/api/v1/people/{person}/rectifications",
        json={"reason": "x", "name": "New", "assessments": {"a1": {"ratings": {"patience": 99}}}},
    )

    assert answer.status_code == 422
    assert rating(client, person, "patience") == 3.0
    assert body(client.get(f"/api/v1/people/{person}"))["name"] == "Wang Mng"


def test_what_is_not_there_cannot_be_put_right(client: FlaskClient) -> None:
    for given in ({"a9": None}, {"a9": {"date": str(YESTERDAY)}}):
        answer = client.post(
            "/api/v1/people/ana/rectifications", json={"reason": "x", "assessments": given}
        )

        assert answer.status_code == 404
    of_another_framework = {"A1": {"ratings": {"affinity-trait": 5}}}
    answer = client.post(
        "/api/v1/people/ana/rectifications",
        json={"reason": "x", "assessments": of_another_framework},
    )
    assert answer.status_code == 404


def test_people_do_not_correct_their_own_ratings(client: FlaskClient, view: View) -> None:
    person = entered(client, "rect-self")
    own = View(view.knowledge_base, view.register, Caller("x", Role.SELF, person=person))
    asked = parse_rectification({"reason": "x", "name": "Boss"}, view.catalogue)

    with pytest.raises(NotAllowed):
        RightsOfThePerson(own).rectify(person, asked)

    assert [each.reason for each in RightsOfThePerson(own).put_right(person).register] == []


# Export


def exported(client: FlaskClient, person: str) -> dict[str, bytes]:
    answer = client.get(f"/api/v1/people/{person}/export")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    archive = ZipFile(BytesIO(answer.get_data()))
    return {name: archive.read(name) for name in archive.namelist()}


def full_of_everything(client: FlaskClient, person: str) -> str:
    entered(client, person)
    client.post(
        f"/api/v1/people/{person}/objections",
        json={"grounds": '=HYPERLINK("http://evil") <script>', "models": [MODEL]},
    )
    put_right(client, person, name="Wang Ming", reason="mistyped <b>")
    return person


def test_an_export_has_everything_in_four_forms(client: FlaskClient, view: View) -> None:
    person = full_of_everything(client, "exp-all")
    key = view.key_of(person)

    files = exported(client, person)

    assert set(files) == {"person.html", "person.xlsx", "person.json", "person.trig"}
    document = json.loads(files["person.json"])
    assert document["person"]["name"] == "Wang Ming"
    assert document["person"]["contact"] == {"email": "w@example.org"}
    assert [each["id"] for each in document["objections"]] == ["o1"]
    assert [each["reason"] for each in document["changes"]][-1] == "mistyped <b>"
    verdicts = {each["model"]: each["contestedSince"] for each in document["judgements"]}
    assert verdicts[MODEL] == str(date.today()) and len(verdicts) > 3
    assert {"POST /api/v1/people/<person>/objections"} <= {
        entry["action"] for entry in document["accesses"]
    }
    rdf = list(parse(files["person.trig"], format=RdfFormat.TRIG))
    store = view.knowledge_base.store
    names = people_graph(key), person_conclusions_graph(key), person_history_graph(key)
    assert {quad.graph_name for quad in rdf} == set(names)
    stored = {quad for name in names for quad in store.quads(name)}
    beside = {(quad.graph_name, quad.predicate, quad.object) for quad in set(rdf) - stored}
    assert stored <= set(rdf)
    assert beside == {(names[0], GROUNDS, Literal('=HYPERLINK("http://evil") <script>'))}


def told(tree: Any) -> list[Any]:
    return [tree, *(each for below in tree["conclusions"] for each in told(below))]


def test_every_kept_judgement_is_explained_once(client: FlaskClient, view: View) -> None:
    person = full_of_everything(client, "exp-why")
    graph = view.knowledge_base.store.graph(person_conclusions_graph(view.key_of(person)))
    kept = {
        str(triple.subject).strip("<>")
        for triple in graph
        if triple.predicate == iri("judgement", "concludedBy")
    }

    document = json.loads(exported(client, person)["person.json"])

    nodes = [node for tree in document["explanations"] for node in told(tree)]
    explained = [node["conclusion"] for node in nodes if not node["seenBefore"]]
    assert kept <= set(explained)
    assert len(explained) == len(set(explained))


def test_no_cell_of_the_workbook_is_a_formula(client: FlaskClient) -> None:
    person = full_of_everything(client, "exp-cells")

    book = load_workbook(BytesIO(exported(client, person)["person.xlsx"]))

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    grounds = [cell for cell in cells if str(cell.value).startswith("=HYPERLINK")]
    assert {cell.parent.title for cell in grounds} >= {"异议 Objections", "事实 Facts"}
    assert {(cell.data_type, cell.quotePrefix) for cell in grounds} == {("s", True)}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_a_spreadsheet_would_compute_stays_a_text(sign: str) -> None:
    document = empty_document(id=f"{sign}1+1")

    book = load_workbook(BytesIO(workbook_of(document)))

    [cell] = [c for row in book.worksheets[0].iter_rows() for c in row if "1+1" in str(c.value)]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_the_page_takes_no_text_for_markup() -> None:
    page = page_of(empty_document(id="<script>alert(1)</script>", name="</title><img src=x>"))

    assert b"<script" not in page and b"<img" not in page
    assert b"&lt;script&gt;" in page


def empty_document(**person: str) -> dict[str, Any]:
    nobody: dict[str, Any] = dict.fromkeys(("id", "pseudonym", "name", "team", "post"))
    lists = ("facts", "judgements", "appraisals", "objections", "changes", "accesses")
    return {
        "person": {**nobody, "contact": {}, "candidateFor": [], **person},
        "exportedAt": "2026-06-30T00:00:00+00:00",
        "exportedBy": "local",
        **{name: [] for name in (*lists, "explanations")},
    }


@pytest.mark.parametrize("role", [Role.ANALYST, Role.TEAM_LEAD])
def test_who_sees_people_for_another_purpose_exports_nobody(view: View, role: Role) -> None:
    seen = View(view.knowledge_base, view.register, Caller("x", role, team="hotline-9"))
    mallory = view.key_of("mallory")

    with pytest.raises(NotAllowed):
        RightsOfThePerson(seen).key(mallory)


def test_people_export_themselves_and_nobody_else(view: View) -> None:
    own = RightsOfThePerson(
        View(view.knowledge_base, view.register, Caller("x", Role.SELF, person="ana"))
    )

    assert own.key("ana") == view.key_of("ana")
    with pytest.raises(UnknownThingError):
        own.key("mallory")


def test_the_command_writes_the_export(
    client: FlaskClient, data_folder: Path, tmp_path: Path
) -> None:
    person = full_of_everything(client, "exp-command")
    target = tmp_path / "out.zip"
    arguments = ["--lang", "en", "--data", str(data_folder), "person", "export", person]

    done = CliRunner().invoke(main, [*arguments, "-o", str(target)])
    missing = CliRunner().invoke(main, [*arguments[:-1], "nobody", "-o", str(target)])

    assert done.exit_code == 0, done.output
    document = json.loads(ZipFile(target).read("person.json"))
    assert document["person"]["id"] == person
    assert missing.exit_code == 3


def test_the_page_of_rights_corrects_and_shows_what_was_changed(client: FlaskClient) -> None:
    person = entered(client, "rect-page")

    sent = {"reason": "mistyped", "assessment": "a1", "dimension": "patience", "rating": "8"}
    done = client.post(f"/people/{person}/rights/corrections", data=sent)
    page = client.get(f"/people/{person}/rights", headers={"Accept": "text/html"})
    faulty = client.post(f"/people/{person}/rights/corrections", data={**sent, "rating": "high"})
    unconfirmed = client.post(f"/people/{person}/rights/erasure", data={"confirmed": "no"})

    assert (done.status_code, faulty.status_code, unconfirmed.status_code) == (303, 422, 400)
    assert "mistyped" in page.get_data(as_text=True)
    assert rating(client, person, "patience") == 8.0


def test_how_things_are_called_is_told_in_both_languages(client: FlaskClient) -> None:
    person = entered(client, "exp-words")

    document = json.loads(exported(client, person)["person.json"])

    properties = [each for thing in document["facts"] for each in thing["statements"]]
    labelled = [each for each in properties if each["propertyLabel"]]
    assert {"zh", "en"} <= set(labelled[0]["propertyLabel"])
    assert len(labelled) > len(properties) / 2
