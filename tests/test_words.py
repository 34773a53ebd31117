"""What people say in words of objections and corrections is read by who answers, and in no graph."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from kb_service.access.exporting import exported, exported_names
from kb_service.access.opening import register_of
from kb_service.access.personal_requests import parse_objection, parse_rectification
from kb_service.access.refusals import NotAllowed
from kb_service.access.rights_of_the_person import RightsOfThePerson
from kb_service.access.roles import LOCAL, Caller, Role
from kb_service.access.view import View
from kb_service.cli import main
from kb_service.cli.restored_people import agree_on_people
from kb_service.findings import RefusedInput
from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.history import REASON
from kb_service.knowledge_base.objections import (
    GROUNDS,
    SETTLEMENT,
    objection_iri,
)
from kb_service.people_records import Introduction
from kb_service.register import Words
from kb_service.store.restoring import restore
from kb_service.vocabulary import iri, people_graph, person_history_graph
from kb_service.web.server import close
from kb_service.web.service import EXTENSION
from tests.conftest import body
from tests.service_of_roles import ServiceOfRoles, open_service
from tests.shipped_store import shipped

SAID = "Mallory Murkwood told me otherwise."
ANSWERED = "We asked Trent Thistledown."
REASON_GIVEN = "Peggy Pennywhistle misread it."
EVERYTHING_SAID = (SAID, ANSWERED, REASON_GIVEN)
MODEL = "customer-service-specialist"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    """A service in which Ana has objected, was answered, and had a rating put right."""
    made = open_service(tmp_path_factory.mktemp("words") / "data")
    hr = made.as_role(Role.HR)
    _say_everything(hr)
    yield made
    close(made.app)


def _say_everything(hr: FlaskClient) -> None:
    address = "/api/v1/people/ana"
    raised = hr.post(f"{address}/objections", json={"grounds": SAID})
    answered = hr.put(
        f"{address}/objections/o1/settlement", json={"outcome": "dismissed", "words": ANSWERED}
    )
    corrected = hr.post(
        f"{address}/rectifications",
        json={"reason": REASON_GIVEN, "assessments": {"A1": {"ratings": {"patience": 9}}}},
    )
    statuses = [raised.status_code, answered.status_code, corrected.status_code]
    assert statuses == [201, 200, 201]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[View]:
    """A data folder of one's own, with Ana in it."""
    base = KnowledgeBase.open(shipped(tmp_path / "data"))
    view = View(base, register_of(base), LOCAL)
    view.put_person(Introduction("ana", "Ana", post=MODEL))
    yield view
    view.register.close()
    base.close()


def everything_stored(base: KnowledgeBase) -> str:
    """All that is in the graphs, as text."""
    store = base.store
    return "\n".join(str(triple) for name in store.graph_names() for triple in store.graph(name))


def test_no_graph_and_no_file_of_the_store_has_what_was_said_in_words(
    service: ServiceOfRoles,
) -> None:
    stored = everything_stored(service.knowledge_base)
    folder = service.knowledge_base.store.folder

    files = {
        path.relative_to(folder).parts[0]
        for path in folder.rglob("*")
        for said in EVERYTHING_SAID
        if path.is_file() and said.encode() in path.read_bytes()
    }

    assert [said for said in EVERYTHING_SAID if said in stored] == []
    assert f"{iri('people', 'Objection')}" in stored
    assert "register.sqlite" in files and files.isdisjoint({"store", "journal", "snapshots"})


@pytest.mark.parametrize("role", [Role.SELF, Role.HR, Role.ADMIN])
def test_the_person_and_who_answers_read_it(service: ServiceOfRoles, role: Role) -> None:
    client = service.as_role(role)

    [objection] = body(client.get("/api/v1/people/ana/objections"))["rows"]
    changes = body(client.get("/api/v1/people/ana/rectifications"))["rows"]
    page = client.get("/people/ana/rights", headers={"Accept": "text/html"})

    assert (objection["grounds"], objection["settlement"]["words"]) == (SAID, ANSWERED)
    assert changes[-1]["reason"] == REASON_GIVEN
    assert [said for said in EVERYTHING_SAID if said not in page.get_data(as_text=True)] == []


@pytest.mark.parametrize("role", [Role.ANALYST, Role.TEAM_LEAD])
def test_who_sees_people_for_another_purpose_reads_none_of_it_in_any_way(
    service: ServiceOfRoles, role: Role
) -> None:
    client = service.as_role(role)
    key = service.key("ana")
    person = key if role is Role.ANALYST else "ana"
    everything = "SELECT * { GRAPH ?graph { ?thing ?property ?value } }"
    graphs = (people_graph(key), person_history_graph(key))

    answers = [
        client.get("/sparql", query_string={"query": everything}),
        *(client.get("/data", query_string={"graph": graph.value}) for graph in graphs),
        client.get(f"/api/v1/people/{person}"),
        client.get(f"/api/v1/people/{person}/fit/{MODEL}"),
        client.get(f"/people/{person}", headers={"Accept": "text/html"}),
    ]
    refused = [
        client.get(f"/api/v1/people/{person}/{what}")
        for what in ("objections", "rectifications", "export")
    ]

    assert [answer.status_code for answer in answers] == [200] * len(answers)
    told = "".join(answer.get_data(as_text=True) for answer in (*answers, *refused))
    assert key in told and [said for said in EVERYTHING_SAID if said in told] == []
    assert {answer.status_code for answer in refused} == {403}


def test_the_export_of_a_person_has_all_of_it_in_every_form(service: ServiceOfRoles) -> None:
    answer = service.as_role(Role.SELF).get("/api/v1/people/ana/export")

    packed = ZipFile(BytesIO(answer.get_data()))
    quads = list(parse(packed.read("person.trig"), format=RdfFormat.TRIG))
    key = service.key("ana")
    node = objection_iri(key, "o1")
    facts, history = people_graph(key), person_history_graph(key)
    assert Quad(node, GROUNDS, Literal(SAID), facts) in quads
    assert Quad(node, SETTLEMENT, Literal(ANSWERED), facts) in quads
    assert [q.object.value for q in quads if (q.predicate, q.graph_name) == (REASON, history)] == [
        REASON_GIVEN
    ]
    document = json.loads(packed.read("person.json"))
    assert document["objections"][0]["grounds"] == SAID
    assert REASON_GIVEN in {change["reason"] for change in document["changes"]}
    page = packed.read("person.html").decode()
    assert [said for said in EVERYTHING_SAID if said not in page] == []


def test_an_export_by_name_has_it_and_brings_it_elsewhere_and_one_by_pseudonym_has_not(
    service: ServiceOfRoles, own: View
) -> None:
    hr = View(
        service.knowledge_base,
        service.app.extensions[EXTENSION].register,
        Caller("hr", Role.HR),
    )
    analyst = View(hr.knowledge_base, hr.register, Caller("analyst", Role.ANALYST))
    graph = people_graph(service.key("ana"))

    named, pseudonymous = exported(hr, graph), exported(analyst, graph)
    own.import_rdf("".join(f"{fact} .\n" for fact in named).encode(), "application/n-triples")

    assert exported_names(hr, [graph]) == {graph: people_graph("ana")}
    [brought] = RightsOfThePerson(own).objections("ana")
    assert (brought.grounds, brought.settlement and brought.settlement.words) == (SAID, ANSWERED)
    assert SAID not in everything_stored(own.knowledge_base)
    assert SAID not in "".join(map(str, pseudonymous))


def test_an_update_that_writes_it_into_a_graph_is_refused(service: ServiceOfRoles) -> None:
    key = service.key("ana")
    node, graph = objection_iri(key, "o1"), people_graph(key)
    text = f'INSERT DATA {{ GRAPH {graph} {{ {node} {SETTLEMENT} "See Trent." }} }}'

    answer = service.as_role(Role.HR).post(
        "/sparql", data=text, content_type="application/sparql-update"
    )

    assert answer.status_code == 422
    assert "objections" in body(answer)["findings"][0]["message"]["en"]
    assert "See Trent." not in everything_stored(service.knowledge_base)


# What was not stored was not said


def test_what_a_refused_objection_says_is_not_kept(own: View) -> None:
    rights, tomorrow = RightsOfThePerson(own), date.today() + timedelta(days=1)
    asked = parse_objection({"grounds": SAID, "date": str(tomorrow)}, [], [], date.today())

    with pytest.raises(RefusedInput):
        rights.object_to("ana", asked)

    assert own.register.words_of(own.key_of("ana")) == []


def test_a_correction_that_changes_nothing_is_remembered_with_no_reason(own: View) -> None:
    asked = parse_rectification({"reason": REASON_GIVEN, "post": MODEL}, own.catalogue)

    RightsOfThePerson(own).rectify("ana", asked)

    assert own.register.words_of(own.key_of("ana")) == []


def test_after_a_power_cut_what_was_said_is_kept_if_the_objection_is(own: View) -> None:
    key = own.key_of("ana")
    RightsOfThePerson(own).object_to("ana", parse_objection({"grounds": "x"}, [], [], date.today()))
    stored, lost = (objection_iri(key, id).value for id in ("o1", "o2"))
    own.register.note_words(
        [
            Words(key, stored, GROUNDS.value, SAID),
            Words(key, stored, SETTLEMENT.value, "never stored"),
            Words(key, lost, GROUNDS.value, "never stored"),
        ]
    )

    again = register_of(own.knowledge_base)

    assert [words.text for words in again.words_of(key)] == ["x", SAID]
    again.close()


def test_who_may_not_write_about_people_says_nothing(own: View) -> None:
    analyst = View(own.knowledge_base, own.register, Caller("analyst", Role.ANALYST))

    with pytest.raises(NotAllowed):
        RightsOfThePerson(analyst).objections(own.key_of("ana"))


# Data folders of earlier versions, and of earlier moments


def _as_before(view: View) -> str:
    """Have the words where earlier versions had them: among the facts, and in the history."""
    rights, key = RightsOfThePerson(view), view.key_of("ana")
    rights.object_to("ana", parse_objection({"grounds": "-"}, [], [], date.today()))
    asked = parse_rectification({"reason": "-", "post": "team-leader"}, view.catalogue)
    rights.rectify("ana", asked)
    store, node = view.knowledge_base.store, objection_iri(key, "o1")
    history = person_history_graph(key)
    [reason] = [words for words in view.register.words_of(key) if words.property == REASON.value]
    earlier = f'{node} {GROUNDS} "Earlier,\\u2028of Mallory." .\n'
    remembered = Triple(NamedNode(reason.about), iri("history", "removed"), Literal(earlier))
    said = [
        Quad(node, GROUNDS, Literal(SAID), people_graph(key)),
        Quad(NamedNode(reason.about), REASON, Literal(REASON_GIVEN), history),
        Quad(remembered.subject, remembered.predicate, remembered.object, history),
    ]
    old = [
        quad
        for quad in store.quads(history)
        if (quad.subject, quad.predicate) == (remembered.subject, remembered.predicate)
    ]
    store.apply(old, said)
    view.register.turned_back()
    view.register.settle_words(lambda _: False)
    return key


def test_words_in_the_graphs_of_an_earlier_version_are_brought_to_the_register_once(
    own: View,
) -> None:
    key, base = _as_before(own), own.knowledge_base
    assert SAID in everything_stored(base) and "Earlier," in everything_stored(base)

    first = register_of(base)
    generation = base.store.generation
    again = register_of(base)

    stored = everything_stored(base)
    assert [text for text in (SAID, REASON_GIVEN, "Earlier,", "of Mallory") if text in stored] == []
    said = [words.text for words in again.words_of(key)]
    assert said == ["Earlier,\u2028of Mallory.", REASON_GIVEN, SAID]
    assert base.store.generation == generation
    view = View(base, again, LOCAL)
    [objection] = RightsOfThePerson(view).objections("ana")
    assert objection.grounds == SAID
    assert list(RightsOfThePerson(view).put_right("ana").reasons.values()) == [REASON_GIVEN]
    first.close()
    again.close()


def test_no_file_of_the_store_has_the_words_of_an_earlier_version_afterwards(own: View) -> None:
    _as_before(own)

    register_of(own.knowledge_base).close()

    folder = own.knowledge_base.store.folder
    held = [path for path in (folder / "store").iterdir() if SAID.encode() in path.read_bytes()]
    assert held == []


def test_words_removed_before_but_remembered_are_found_too(own: View) -> None:
    key, base = _as_before(own), own.knowledge_base
    quads = [q for q in base.store.quads(people_graph(key)) if q.predicate == GROUNDS]
    reasons = [q for q in base.store.quads(person_history_graph(key)) if q.predicate == REASON]
    base.store.apply([*quads, *reasons], [])

    register_of(base).close()

    assert "of Mallory" not in everything_stored(base)
    assert [words.text for words in own.register.words_of(key)] == ["Earlier,\u2028of Mallory."]


def test_who_is_erased_leaves_no_words(own: View) -> None:
    key = own.key_of("ana")
    RightsOfThePerson(own).object_to(
        "ana", parse_objection({"grounds": SAID}, [], [], date.today())
    )

    own.register.forget(key)

    folder = own.knowledge_base.store.folder
    assert own.register.words_of(key) == []
    assert SAID.encode() not in (folder / "register.sqlite").read_bytes()


def test_a_restored_folder_says_no_more_than_its_store_and_a_backup_has_the_words(
    tmp_path: Path,
) -> None:
    folder, backups = tmp_path / "data", str(tmp_path / "backups")
    base = KnowledgeBase.open(shipped(folder))
    view = View(base, register_of(base), LOCAL)
    view.put_person(Introduction("ana", "Ana", post=MODEL))
    view.register.close()
    base.close()

    def run(*arguments: str) -> str:
        found = CliRunner().invoke(main, ["--lang", "en", "--data", str(folder), *arguments])
        assert found.exit_code == 0, found.output
        return found.output

    def said() -> list[str]:
        base = KnowledgeBase.open(folder)
        view = View(base, register_of(base), LOCAL)
        found = [each.text for each in view.register.words_of(view.key_of("ana"))]
        view.register.close()
        base.close()
        return found

    run("person", "object", "ana", SAID)
    run("backup", backups)
    between = datetime.now(UTC)
    run("person", "object", "ana", "Another one.")

    assert said() == [SAID, "Another one."]
    restore(tmp_path / "backups", folder, at=between, force=True, finish=agree_on_people)
    assert said() == [SAID]
    shutil.rmtree(folder)
    run("restore", backups)
    assert said() == [SAID]
