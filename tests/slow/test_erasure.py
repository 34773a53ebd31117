"""Whoever is erased is in no file any more, does not come back, and nobody else is touched."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, Triple

from kb_service.access.erasure import erase, finish
from kb_service.access.opening import register_of
from kb_service.access.refusals import NotAllowed
from kb_service.access.roles import LOCAL, Caller, Role
from kb_service.access.view import View
from kb_service.cli import main
from kb_service.knowledge_base import KnowledgeBase, UnknownThingError
from kb_service.knowledge_base.judging import Judging
from kb_service.people_records import person_iri
from kb_service.store import KnowledgeStore, Term
from kb_service.store.canonical_form import content_digest
from kb_service.store.erasures import is_erased
from kb_service.vocabulary import POLICY_GRAPH, iri, people_graph
from kb_service.web import create_app
from kb_service.web.service import EXTENSION
from tests.conftest import RECENTLY, body
from tests.shipped_store import shipped

MODEL = "customer-service-specialist"


@dataclass(frozen=True)
class Somebody:
    """A person whose every text is a random word, which a search finds and nothing else holds."""

    id: str = field(default_factory=lambda: f"id{secrets.token_hex(9)}")
    name: str = field(default_factory=lambda: f"Name{secrets.token_hex(9)}")
    email: str = field(default_factory=lambda: f"mail{secrets.token_hex(9)}@example.org")
    comment: str = field(default_factory=lambda: f"Comment{secrets.token_hex(9)}")
    reason: str = field(default_factory=lambda: f"Reason{secrets.token_hex(9)}")

    @property
    def words(self) -> list[str]:
        return [self.id, self.name, self.email, self.comment, self.reason]


@dataclass(frozen=True)
class Place:
    """A data folder with the service over it."""

    folder: Path
    base: KnowledgeBase
    app: Flask
    client: FlaskClient

    @property
    def view(self) -> View:
        return View(self.base, self.app.extensions[EXTENSION].register, LOCAL)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    base = KnowledgeBase.open(shipped(tmp_path / "data"))
    app = create_app(base)
    yield Place(tmp_path / "data", base, app, app.test_client())
    app.extensions[EXTENSION].close()
    base.close()


def enter(place: Place, who: Somebody) -> str:
    """Leave traces of somebody wherever there can be any; answers their pseudonym."""
    client, address = place.client, f"/api/v1/people/{who.id}"
    key = {"Idempotency-Key": secrets.token_hex(8)}
    entered = client.put(
        address,
        json={"name": who.name, "post": MODEL, "contact": {"email": who.email}},
        headers=key,
    )
    assert entered.status_code == 201, entered.get_data(as_text=True)
    for rating in (7, 8):
        given = {
            "date": str(RECENTLY),
            "source": "test",
            "framework": "t12",
            "ratings": {"patience": rating},
        }
        assert client.put(f"{address}/assessments/a1", json=given).status_code in (200, 201)
    objection = client.post(
        f"{address}/objections",
        json={"grounds": who.comment},
        headers={"Idempotency-Key": secrets.token_hex(8)},
    )
    assert objection.status_code == 201
    corrected = client.post(
        f"{address}/rectifications",
        json={"reason": who.reason, "contact": {"phone": "+49 30 1234"}, "team": "hotline-1"},
    )
    assert corrected.status_code == 201
    pseudonym = place.view.key_of(who.id)
    query = f"# {who.name}\nSELECT * {{ <https://w3id.org/rengang/person/{pseudonym}> ?p ?o }}"
    assert client.get("/sparql", query_string={"query": query}).status_code == 200
    return pseudonym


def files_with(folder: Path, word: str) -> list[str]:
    """The files that hold a word in some encoding, compressed tables among them.

    The store's tables are compressed by LZ4, which leaves what it has not seen before as it is, so
    a random word stands in them as it was; that others are found there shows that it does.
    """
    forms = [word.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and any(form in path.read_bytes() for form in forms)
    )


def everywhere(folder: Path, *words: str) -> dict[str, list[str]]:
    """The files that hold each of these words, for those that some file holds."""
    return {word: found for word in words if (found := files_with(folder, word))}


def test_no_file_holds_anything_of_who_was_erased(place: Place) -> None:
    gone, stays = Somebody(), Somebody()
    gone_key, stays_key = enter(place, gone), enter(place, stays)
    before = everywhere(place.folder, *gone.words, gone_key)
    assert set(before) == {*gone.words, gone_key}, "the search finds what is there"

    answer = place.client.delete(f"/api/v1/people/{gone.id}")

    assert answer.status_code == 204
    assert everywhere(place.folder, *gone.words, gone_key) == {}
    left = everywhere(place.folder, *stays.words, stays_key)
    assert set(left) == {*stays.words, stays_key}, "nobody else is touched"
    assert any(name.startswith("store/") for name in left[stays_key])
    for text in (stays.comment, stays.reason):
        assert "register.sqlite" in left[text], "what was said in words stands with the names"
        assert not any(name.startswith(("store/", "journal/")) for name in left[text])


def test_no_file_holds_them_after_the_service_has_stopped_either(tmp_path: Path) -> None:
    base = KnowledgeBase.open(shipped(tmp_path / "data"))
    app = create_app(base)
    who = Somebody()
    place = Place(tmp_path / "data", base, app, app.test_client())
    key = enter(place, who)
    place.client.delete(f"/api/v1/people/{who.id}")

    app.extensions[EXTENSION].close()
    base.close()

    assert everywhere(place.folder, *who.words, key) == {}
    assert is_erased(place.folder, key)
    again = KnowledgeBase.open(tmp_path / "data")
    assert again.people_ids() == []
    again.close()


def test_who_was_erased_is_unknown_and_judgements_of_others_stand(place: Place) -> None:
    gone, stays = Somebody(), Somebody()
    enter(place, gone)
    enter(place, stays)
    address = f"/api/v1/people/{stays.id}/fit/{MODEL}"
    before = body(place.client.get(address))

    place.client.delete(f"/api/v1/people/{gone.id}")

    assert place.client.get(f"/api/v1/people/{gone.id}").status_code == 404
    assert place.client.delete(f"/api/v1/people/{gone.id}").status_code == 404
    assert body(place.client.get(address)) == before
    listed = body(place.client.get("/api/v1/people"))["rows"]
    assert [row["id"] for row in listed] == [stays.id]


def test_several_people_are_erased_by_one_rebuild(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [Somebody() for _ in range(3)]
    keys = [enter(place, who) for who in people]
    rebuilt: list[KnowledgeStore] = []
    rebuild = KnowledgeStore.rebuild

    def counted(store: KnowledgeStore) -> None:
        rebuilt.append(store)
        rebuild(store)

    monkeypatch.setattr(KnowledgeStore, "rebuild", counted)

    answer = place.client.post("/api/v1/erasures", json={"people": [who.id for who in people]})

    assert (answer.status_code, body(answer)) == (200, {"erased": 3})
    assert rebuilt == [place.base.store]
    words = [word for who in people for word in who.words]
    assert everywhere(place.folder, *words, *keys) == {}


def test_nobody_is_erased_when_one_of_them_is_not_known(place: Place) -> None:
    who = Somebody()
    enter(place, who)

    answer = place.client.post("/api/v1/erasures", json={"people": [who.id, "nobody"]})

    assert answer.status_code == 404
    assert place.client.get(f"/api/v1/people/{who.id}").status_code == 200


@pytest.mark.parametrize("given", [{}, {"people": []}, {"people": "p1"}, {"people": [1]}, []])
def test_an_erasure_of_nobody_in_particular_is_refused(place: Place, given: Any) -> None:
    assert place.client.post("/api/v1/erasures", json=given).status_code == 422


def test_a_mention_in_somebody_elses_facts_and_history_goes_too(place: Place) -> None:
    gone, stays = Somebody(), Somebody()
    gone_key, stays_key = enter(place, gone), enter(place, stays)
    mention = Triple(person_iri(stays_key), iri("dcterms", "relation"), person_iri(gone_key))
    place.base.change_facts(stays_key, lambda facts: ([*facts, mention], []))
    assert mention in place.base.facts_about(stays_key)

    place.client.delete(f"/api/v1/people/{gone.id}")

    graphs = place.base.store.graph_names()
    texts = [str(triple) for name in graphs for triple in place.base.store.graph(name)]
    assert [text for text in texts if gone_key in text] == []
    assert mention not in place.base.facts_about(stays_key)
    fit = place.client.get(f"/api/v1/people/{stays.id}/fit/{MODEL}")
    assert fit.status_code == 200


def test_a_mention_elsewhere_goes_from_the_journal_and_the_mentions_of_others_stay(
    place: Place,
) -> None:
    gone, stays = Somebody(), Somebody()
    gone_key, stays_key = enter(place, gone), enter(place, stays)
    related = iri("dcterms", "relation")
    told = [Literal(f"see {key} for more") for key in (gone_key, stays_key)]
    named: list[Term] = [person_iri(gone_key), *told]
    mentions = [Triple(person_iri(stays_key), related, value) for value in named]
    place.base.change_facts(stays_key, lambda facts: ([*facts, *mentions], []))
    place.base.store.apply([], [Quad(person_iri(stays_key), related, told[0], POLICY_GRAPH)])

    place.client.delete(f"/api/v1/people/{gone.id}")

    held = b"".join(path.read_bytes() for path in (place.folder / "journal").iterdir())
    assert (gone_key.encode() in held, str(told[1]).encode() in held) == (False, True)


NOTES = NamedNode("https://w3id.org/rengang/ontology/models/notes")


def notes_on(key: str, most: int = 12) -> str:
    """An editor's graph whose blank nodes, each linked to every other, differ by mentions alone."""
    nodes = range(most)
    links = "".join(f"_:n{a} <urn:x:beside> _:n{b} .\n" for a in nodes for b in nodes if a != b)
    about = f"<https://w3id.org/rengang/person/{key}"
    mentions = "".join(f"_:n{number} <urn:x:about> {about}/{number}> .\n" for number in nodes)
    return f"{NOTES} a <http://www.w3.org/2002/07/owl#Ontology> .\n{links}{mentions}"


def test_an_editors_graph_whose_nodes_differ_by_mentions_alone_does_not_keep_anybody(
    place: Place,
) -> None:
    gone, stays = Somebody(), Somebody()
    gone_key, stays_key = enter(place, gone), enter(place, stays)
    text = (
        notes_on(gone_key) + f"<urn:x:list> <urn:x:of> [ <urn:x:names> {person_iri(stays_key)} ] ."
    )
    address = f"/data?graph={NOTES.value}"
    put = place.client.put(address, data=text, content_type="text/turtle")
    before = place.base.store.graph(NOTES)

    answer = place.client.delete(f"/api/v1/people/{gone.id}")

    assert (put.status_code, answer.status_code) == (201, 204)
    assert everywhere(place.folder, *gone.words, gone_key) == {}
    left = place.base.store.graph(NOTES)
    assert len(left) == len(before) - 12, "nothing but the mentions is gone"
    assert person_iri(stays_key) in {triple.object for triple in left}
    reread = place.client.put(
        address, data="".join(f"{triple} .\n" for triple in left), content_type="text/turtle"
    )
    assert reread.status_code == 204, "the editor can go on with it"


def test_a_graph_without_too_many_such_nodes_keeps_its_blank_nodes(place: Place) -> None:
    who = Somebody()
    key = enter(place, who)
    place.client.put(
        f"/data?graph={NOTES.value}", data=notes_on(key, 3), content_type="text/turtle"
    )
    before = place.base.store.graph(NOTES)

    place.client.delete(f"/api/v1/people/{who.id}")

    left = place.base.store.graph(NOTES)
    wanted = [triple for triple in before if key not in str(triple)]
    assert content_digest(left) == content_digest(wanted)


def test_an_erasure_that_cannot_be_carried_out_changes_nothing_in_the_store(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, stays = Somebody(), Somebody()
    gone_key, stays_key = enter(place, gone), enter(place, stays)
    mention = Triple(person_iri(stays_key), iri("dcterms", "relation"), person_iri(gone_key))
    place.base.change_facts(stays_key, lambda facts: ([*facts, mention], []))
    names = place.base.store.graph_names()
    before = {name: set(place.base.store.graph(name)) for name in names}
    with monkeypatch.context() as broken:
        broken.setattr(Judging, "result", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            place.base.forget_people([gone_key])

    assert {name: set(place.base.store.graph(name)) for name in names} == before

    place.base.forget_people([gone_key])

    texts = [
        str(t) for name in place.base.store.graph_names() for t in place.base.store.graph(name)
    ]
    assert [text for text in texts if gone_key in text] == []
    assert place.base.has_person(stays_key) and not place.base.has_person(gone_key)


def test_somebody_whose_id_begins_like_that_of_the_erased_keeps_everything(place: Place) -> None:
    for key in ("p-1", "p-12"):
        node = person_iri(key)
        facts = [
            Triple(node, iri("rdf", "type"), iri("people", "Person")),
            Triple(node, iri("dcterms", "identifier"), Literal(key)),
        ]
        place.base.store.apply(
            [], [Quad(t.subject, t.predicate, t.object, people_graph(key)) for t in facts]
        )
    shared = NamedNode("https://example.org/notes")
    place.base.store.apply(
        [], [Quad(person_iri("p-12"), iri("dcterms", "title"), Literal("p-1"), shared)]
    )

    place.base.forget_people(["p-1"])

    assert place.base.people_ids() == ["p-12"]
    assert len(place.base.store.graph(shared)) == 1


def test_an_erasure_that_was_interrupted_is_finished_later(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = Somebody()
    key = enter(place, who)
    with monkeypatch.context() as broken:
        broken.setattr(
            KnowledgeStore, "rebuild", lambda _: (_ for _ in ()).throw(OSError("power cut"))
        )
        with pytest.raises(OSError, match="power cut"):
            erase(place.view, [who.id])

    finished = finish(place.view)

    assert finished == 0, "facts and register were gone before, and nobody was left to be found"
    texts = (place.folder / "store", place.folder / "register.sqlite", place.folder / "journal")
    assert [path for path in texts if everywhere(place.folder, key).get(path.name)] == []
    assert finish(place.view) == 0


def test_an_erasure_interrupted_before_it_began_is_finished_in_full(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = Somebody()
    key = enter(place, who)
    with monkeypatch.context() as broken:
        broken.setattr(KnowledgeBase, "forget_people", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erase(place.view, [who.id])

    finished = finish(place.view)

    assert finished == 1
    assert not place.base.has_person(key)
    assert place.view.register.entry(key) is None


@pytest.mark.parametrize("role", [Role.SELF, Role.ANALYST, Role.TEAM_LEAD, Role.EDITOR])
def test_who_may_not_write_about_people_erases_nobody(place: Place, role: Role) -> None:
    who = Somebody()
    key = enter(place, who)
    caller = Caller("somebody", role, person=who.id, team="hotline-1")
    view = View(place.base, place.view.register, caller)

    with pytest.raises(NotAllowed):
        erase(view, [who.id])

    assert place.base.has_person(key)


# The command


def command(folder: Path, *arguments: str, given: str = "") -> tuple[int, str]:
    found = CliRunner().invoke(main, ["--lang", "en", "--data", str(folder), *arguments], given)
    return found.exit_code, found.output


@pytest.fixture
def stopped(tmp_path: Path) -> tuple[Path, Somebody, str]:
    """The data folder of a service that has stopped, with somebody in it."""
    base = KnowledgeBase.open(shipped(tmp_path / "data"))
    app = create_app(base)
    who = Somebody()
    key = enter(Place(tmp_path / "data", base, app, app.test_client()), who)
    app.extensions[EXTENSION].close()
    base.close()
    return tmp_path / "data", who, key


def test_the_command_erases_when_it_is_confirmed(stopped: tuple[Path, Somebody, str]) -> None:
    folder, who, key = stopped

    refused = command(folder, "person", "erase", who.id)
    erased = command(folder, "person", "erase", who.id, "--yes")

    assert refused[0] == 2 and "--yes" in refused[1]
    assert erased[0] == 0, erased[1]
    assert everywhere(folder, *who.words, key) == {}
    assert command(folder, "person", "erase", who.id, "--yes")[0] == 3


def test_the_command_waits_for_no_running_service(place: Place) -> None:
    who = Somebody()
    enter(place, who)

    code, said = command(place.folder, "person", "erase", who.id, "--yes")

    assert code == 4
    assert "in use" in said
    assert place.client.get(f"/api/v1/people/{who.id}").status_code == 200


def test_who_was_erased_does_not_come_back_with_an_older_state(
    stopped: tuple[Path, Somebody, str], tmp_path: Path
) -> None:
    folder, who, key = stopped
    older = shutil.copytree(folder, tmp_path / "older")
    command(folder, "person", "erase", who.id, "--yes")
    remembered = (folder / "erased").read_bytes()

    shutil.rmtree(folder)
    older.rename(folder)
    (folder / "erased").write_bytes(remembered)  # as a restore leaves it
    came_back = everywhere(folder, *who.words, key)
    opened = command(folder, "conclude")

    assert came_back.keys() >= {who.name, key}
    assert opened[0] == 0 and "erasure of 1 people" in opened[1]
    assert everywhere(folder, *who.words, key) == {}


def test_a_restored_backup_from_before_does_not_bring_anybody_back(
    stopped: tuple[Path, Somebody, str], tmp_path: Path
) -> None:
    folder, who, key = stopped
    backups = str(tmp_path / "backups")
    taken = command(folder, "backup", backups)
    command(folder, "person", "erase", who.id, "--yes")

    restored = command(folder, "restore", backups, "--force")

    assert (taken[0], restored[0]) == (0, 0), taken[1] + restored[1]
    assert everywhere(folder, *who.words, key) == {}
    assert command(folder, "fit", who.id)[0] == 3


def test_an_entry_of_the_register_is_known_no_more(stopped: tuple[Path, Somebody, str]) -> None:
    folder, who, _ = stopped
    command(folder, "person", "erase", who.id, "--yes")

    base = KnowledgeBase.open(folder)
    register = register_of(base)

    with pytest.raises(UnknownThingError):
        View(base, register, LOCAL).key_of(who.id)
    assert (register.all(), base.as_of <= date.today()) == ([], True)
    register.close()
    base.close()
