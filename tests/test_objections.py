"""An objection marks the judgements it contests wherever they show, until it is settled."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from pyoxigraph import Literal, Triple

from kb_service.access.opening import register_of
from kb_service.access.personal_requests import parse_objection, parse_settlement
from kb_service.access.refusals import NotAllowed
from kb_service.access.rights_of_the_person import RightsOfThePerson
from kb_service.access.roles import LOCAL, Caller, Role
from kb_service.access.view import View
from kb_service.cli import main
from kb_service.knowledge_base import KnowledgeBase, UnknownThingError
from kb_service.knowledge_base.objections import (
    GROUNDS,
    Objection,
    objection_iri,
    objection_triples,
)
from kb_service.people_records import AssessmentRecord
from tests.conftest import RECENTLY, body
from tests.shipped_store import shipped

LEADER = "team-leader"
TRAINER = "trainer"
YESTERDAY = date.today() - timedelta(days=1)


def judged(client: FlaskClient, person: str) -> str:
    """Somebody new, rated in a few dimensions."""
    given = {
        "date": str(RECENTLY),
        "source": "test",
        "framework": "t12",
        "ratings": {"patience": 7, "service": 7},
    }
    answer = client.put(f"/api/v1/people/{person}/assessments/a1", json=given)
    assert answer.status_code == 201
    return person


def objecting(client: FlaskClient, person: str, **given: Any) -> Any:
    sent = {"grounds": "I passed the second test in May.", **given}
    answer = client.post(f"/api/v1/people/{person}/objections", json=sent)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return body(answer)


def contested(client: FlaskClient, person: str, model: str) -> Any:
    return body(client.get(f"/api/v1/people/{person}/fit/{model}"))["contested"]


def today() -> str:
    """The day it is, also when tests run past midnight."""
    return str(date.today())


def test_an_objection_to_one_judgement_marks_that_one(client: FlaskClient) -> None:
    person = judged(client, "obj-one")

    made = objecting(client, person, models=[LEADER])

    assert (made["id"], made["models"], made["settlement"]) == ("o1", [LEADER], None)
    mark = contested(client, person, LEADER)
    assert (mark["since"], [each["id"] for each in mark["objections"]]) == (today(), ["o1"])
    assert contested(client, person, TRAINER) is None


def test_an_objection_to_all_judgements_marks_every_one(client: FlaskClient) -> None:
    person = judged(client, "obj-all")

    objecting(client, person, date=str(YESTERDAY))

    rows = body(client.get(f"/api/v1/people/{person}/fit"))["rows"]
    assert len(rows) > 3
    assert {row["contestedSince"] for row in rows} == {str(YESTERDAY)}


def test_the_mark_is_there_from_the_earliest_objection_that_stands(client: FlaskClient) -> None:
    person = judged(client, "obj-two")
    objecting(client, person, models=[LEADER])
    objecting(client, person, date=str(YESTERDAY))

    [row] = [
        row
        for row in body(client.get(f"/api/v1/people/{person}/fit"))["rows"]
        if row["model"] == LEADER
    ]

    assert row["contestedSince"] == str(YESTERDAY)
    assert [each["id"] for each in contested(client, person, LEADER)["objections"]] == ["o2", "o1"]


def test_the_mark_shows_among_candidates_and_in_the_list_of_contested_judgements(
    client: FlaskClient,
) -> None:
    person = judged(client, "obj-candidate")
    objecting(client, person, models=[LEADER])

    rows = body(client.get(f"/api/v1/position-models/{LEADER}/candidates"))["rows"]
    listed = body(client.get("/api/v1/questions/contested-judgements"))["rows"]

    since = {row["person"]: row["contestedSince"] for row in rows}
    assert (since[person], since["ana"]) == (today(), None)
    found = [(row["model"], row["since"]) for row in listed if row["person"] == person]
    assert found == [(LEADER, today())]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_show_the_mark_in_words(client: FlaskClient, language: str) -> None:
    person = judged(client, f"obj-page-{language}")
    objecting(client, person, models=[LEADER])
    conclusion = body(client.get(f"/api/v1/people/{person}/fit/{LEADER}"))["conclusion"]
    words = {"zh": "有异议", "en": "contested"}[language]

    for address in (
        f"/people/{person}",
        f"/people/{person}/fit/{LEADER}",
        f"/position-models/{LEADER}?limit=500",
        f"/explain?conclusion={conclusion}",
    ):
        page = client.get(
            address, headers={"Accept": "text/html", "Accept-Language": language}
        ).get_data(as_text=True)

        assert f'class="badge contested">{words}' in page, address
    uncontested = client.get(f"/people/{person}/fit/{TRAINER}", headers={"Accept": "text/html"})
    assert "badge contested" not in uncontested.get_data(as_text=True)


def test_an_explanation_says_so_and_the_mark_itself_is_explained(client: FlaskClient) -> None:
    person = judged(client, "obj-explained")
    objecting(client, person, models=[LEADER])
    fit = body(client.get(f"/api/v1/people/{person}/fit/{LEADER}"))
    [mark] = fit["contested"]["objections"]

    verdict = body(client.get("/api/v1/explain", query_string={"conclusion": fit["conclusion"]}))
    why = body(client.get("/api/v1/explain", query_string={"conclusion": mark["conclusion"]}))

    assert verdict["contested"]["since"] == today()
    assert why["rule"]["name"] == "contested-for-a-model"
    assert "I passed" not in json.dumps(why), "grounds are for those who see to objections"


def test_what_if_says_which_judgements_are_contested(client: FlaskClient) -> None:
    person = judged(client, "obj-what-if")
    objecting(client, person, models=[LEADER])
    asked = {
        "for": {"person": person},
        "ratings": {"patience": 2, "service": 2},
    }

    answer = client.post("/api/v1/what-if", json=asked)

    assert answer.status_code == 200, answer.get_data(as_text=True)
    [row] = body(answer)["rows"]
    marked = {each["model"]: each.get("contested", False) for each in row["models"]}
    assert marked[LEADER] is True
    assert sum(marked.values()) == 1


def test_sparql_and_rdf_see_the_mark(client: FlaskClient, view: View) -> None:
    person = judged(client, "obj-sparql")
    objecting(client, person, models=[LEADER])
    key = view.key_of(person)
    query = f"""PREFIX j: <https://w3id.org/rengang/ontology/judgements#>
      SELECT ?since WHERE {{
        ?mark a j:Contestation ; j:ofPerson <https://w3id.org/rengang/person/{key}> ;
          j:onVerdict ?verdict ; j:since ?since .
        ?verdict j:forModel <https://w3id.org/rengang/position-model/{LEADER}> }}"""

    answer = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/csv"})

    assert answer.get_data(as_text=True).split() == ["since", today()]


@pytest.mark.parametrize("outcome", ["withdrawn", "dismissed", "remedied"])
def test_a_settled_objection_stays_on_record_and_its_mark_goes(
    client: FlaskClient, outcome: str
) -> None:
    person = judged(client, f"obj-{outcome}")
    objecting(client, person, models=[LEADER])

    answer = client.put(
        f"/api/v1/people/{person}/objections/o1/settlement",
        json={"outcome": outcome, "words": "We looked into it."},
    )

    assert answer.status_code == 200
    assert contested(client, person, LEADER) is None
    [kept] = body(client.get(f"/api/v1/people/{person}/objections"))["rows"]
    assert kept["settlement"] == {
        "outcome": outcome,
        "on": today(),
        "by": "local",
        "words": "We looked into it.",
    }


def test_an_objection_is_settled_once_and_ids_are_not_used_twice(client: FlaskClient) -> None:
    person = judged(client, "obj-once")
    objecting(client, person)
    address = f"/api/v1/people/{person}/objections/o1/settlement"
    client.put(address, json={"outcome": "withdrawn"})

    again = client.put(address, json={"outcome": "dismissed"})
    another = objecting(client, person)

    assert (again.status_code, another["id"]) == (409, "o2")
    missing = client.put(address.replace("o1", "o9"), json={"outcome": "withdrawn"})
    assert missing.status_code == 404


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({}, "/grounds"),
        ({"grounds": "  "}, "/grounds"),
        ({"grounds": 5}, "/grounds"),
        ({"grounds": "x", "models": ["astronaut"]}, "/models/0"),
        ({"grounds": "x", "models": "trainer"}, "/models"),
        ({"grounds": "x", "date": "soon"}, "/date"),
        ({"grounds": "x", "why": "y"}, "/why"),
    ],
)
def test_an_objection_that_is_incomplete_is_refused(
    client: FlaskClient, given: dict[str, Any], where: str
) -> None:
    person = "ana"

    answer = client.post(f"/api/v1/people/{person}/objections", json=given)

    assert answer.status_code == 422
    assert [finding["where"] for finding in body(answer)["findings"]] == [where]
    assert body(client.get(f"/api/v1/people/{person}/objections"))["rows"] == []


def test_an_objection_of_tomorrow_is_refused_by_the_shapes(client: FlaskClient) -> None:
    tomorrow = str(date.today() + timedelta(days=1))

    answer = client.post(
        "/api/v1/people/ana/objections", json={"grounds": "I object.", "date": tomorrow}
    )

    assert answer.status_code == 422
    assert tomorrow in body(answer)["detail"]


def test_a_change_of_who_somebody_is_leaves_their_objections(client: FlaskClient) -> None:
    person = judged(client, "obj-kept")
    objecting(client, person, models=[LEADER])

    client.put(f"/api/v1/people/{person}", json={"name": "Renamed"})

    assert contested(client, person, LEADER)["since"] == today()


def test_a_judgement_of_a_past_day_is_not_contested_by_a_later_objection(
    knowledge_base: KnowledgeBase, client: FlaskClient, view: View
) -> None:
    person = judged(client, "obj-past")
    objecting(client, person, models=[LEADER])

    then = view.fit(person, LEADER, YESTERDAY)

    assert then["contested"] is None
    assert view.fit(person, LEADER)["contested"]["since"] == today()


# Who may


def seen_by(view: View, role: Role, **about: str) -> RightsOfThePerson:
    caller = Caller("somebody", role, **about)
    return RightsOfThePerson(View(view.knowledge_base, view.register, caller))


ASKED = parse_objection({"grounds": "I object."}, [], [], date.today())
WITHDRAWN = parse_settlement({"outcome": "withdrawn"}, ["withdrawn"], date.today())
DISMISSED = parse_settlement({"outcome": "dismissed"}, ["dismissed"], date.today())


def test_people_object_for_themselves_and_withdraw_but_do_not_decide(
    client: FlaskClient, view: View
) -> None:
    person = judged(client, "obj-self")
    own = seen_by(view, Role.SELF, person=person)

    made = own.object_to(person, ASKED)

    assert made.raised_by == "self"
    with pytest.raises(NotAllowed):
        own.settle(person, made.id, DISMISSED)
    own.settle(person, made.id, WITHDRAWN)
    [kept] = own.objections(person)
    assert kept.settlement is not None and kept.settlement.outcome == "withdrawn"


@pytest.mark.parametrize("role", [Role.MODEL_READER, Role.EDITOR, Role.SELF])
def test_who_does_not_see_a_person_does_not_find_them(view: View, role: Role) -> None:
    other = seen_by(view, role, person="mallory")

    with pytest.raises(UnknownThingError):
        other.object_to("ana", ASKED)


def test_a_team_lead_and_an_analyst_see_people_and_may_not_object_for_them(view: View) -> None:
    lead = seen_by(view, Role.TEAM_LEAD, team="hotline-9")
    analyst = seen_by(view, Role.ANALYST)

    with pytest.raises(NotAllowed):
        lead.object_to("mallory", ASKED)
    with pytest.raises(NotAllowed):
        analyst.object_to(view.key_of("mallory"), ASKED)
    assert seen_by(view, Role.HR).objections("mallory") == []


# As RDF


def test_an_objection_handed_in_as_rdf_counts_like_any_other(
    client: FlaskClient, view: View
) -> None:
    person = judged(client, "obj-rdf")
    made = Objection("r1", person, YESTERDAY, "portal", (LEADER,))
    said = Triple(objection_iri(person, "r1"), GROUNDS, Literal("As Turtle."))
    turtle = "".join(f"{triple} .\n" for triple in (*objection_triples(made), said))

    view.import_rdf(turtle.encode(), "text/turtle")
    view.import_rdf(turtle.encode(), "text/turtle")

    assert contested(client, person, LEADER)["since"] == str(YESTERDAY)
    [kept] = body(client.get(f"/api/v1/people/{person}/objections"))["rows"]
    assert (kept["id"], kept["grounds"]) == ("r1", "As Turtle.")
    assert len(view.register.words_of(view.key_of(person))) == 1


def test_the_form_on_the_page_objects_and_settles(client: FlaskClient) -> None:
    person = judged(client, "obj-form")

    raised = client.post(
        f"/people/{person}/rights/objections", data={"model": LEADER, "grounds": "I <object>."}
    )
    page = client.get(f"/people/{person}/rights", headers={"Accept": "text/html"})
    settled = client.post(
        f"/people/{person}/rights/objections/o1", data={"outcome": "withdrawn", "words": ""}
    )

    assert (raised.status_code, settled.status_code) == (303, 303)
    assert "I &lt;object&gt;." in page.get_data(as_text=True)
    assert contested(client, person, LEADER) is None
    empty = client.post(f"/people/{person}/rights/objections", data={"grounds": " "})
    assert empty.status_code == 422


# The command


def test_the_command_objects_corrects_shows_the_mark_and_settles(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    base = KnowledgeBase.open(shipped(folder))
    register = register_of(base)
    record = AssessmentRecord("a1", "ana", RECENTLY, "test", "t12", {"patience": Decimal(7)})
    View(base, register, LOCAL).put_assessment(record)
    register.close()
    base.close()

    def run(*arguments: str) -> str:
        found = CliRunner().invoke(main, ["--lang", "en", "--data", str(folder), *arguments])
        assert found.exit_code == 0, found.output
        return found.output

    assert "o1" in run("person", "object", "ana", "I object.", "--model", LEADER)
    assert run("fit", "ana").count("contested") == 1
    assert f"objects to this judgement since {today()}" in run("fit", "ana", LEADER)
    assert "Contested" not in run("fit", "ana", TRAINER)
    corrected = ("--assessment", "a1", "--rating", "patience=8", "--reason", "a slip")
    run("person", "rectify", "ana", *corrected)
    run("person", "settle", "ana", "o1", "remedied", "--words", "Put right.")
    assert "contested" not in run("fit", "ana")
    ratings = run("ask", "ratings-of-person", "person=ana", "--format", "csv")
    assert "patience" in ratings and ",8" in ratings
