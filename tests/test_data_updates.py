"""Updates of data alone: read without the store, and written beside each other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store
from werkzeug.test import TestResponse

from kb_service.store import KnowledgeStore
from kb_service.store.changes import change_of
from kb_service.store.data_updates import stated_change
from kb_service.store.placement import UpdateProblem
from kb_service.store.quad_state import TooManyQuads
from kb_service.store.sparql_update import QuadChange
from kb_service.store.update_syntax import UpdateText
from kb_service.web import writing_order
from kb_service.web.dataset import EXTENSION, PlainDataset
from kb_service.web.plain import close, create_plain_app
from tests.conftest import body
from tests.test_update_evaluation import (
    PREDICATES,
    PROLOGUE,
    after,
    blocks,
    canonical,
    data,
    data_with_nodes,
    graph_names,
    renumbered,
    stored,
)

UPDATE = "application/sparql-update"
data_operations = st.one_of(
    blocks(data | data_with_nodes, graph_names).map(lambda block: f"INSERT DATA {block}"),
    blocks(data, graph_names).map(lambda block: f"DELETE DATA {block}"),
)


@settings(suppress_health_check=list(HealthCheck), max_examples=100)
@given(stored, st.lists(data_operations, min_size=1, max_size=4).map(renumbered))
def test_data_comes_to_what_the_engine_makes_of_it(before: list[Quad], some: list[str]) -> None:
    own = Store()
    own.extend(before)
    committed = Store()
    committed.extend(before)
    update = PROLOGUE + " ;\n".join(some)
    own.update(update)

    stated = stated_change(UpdateText(update), default_is_union=False, most=1000)

    assert stated is not None
    change = change_of(stated.removed, stated.added, committed)
    found = after(before, QuadChange(change.removed, change.added))
    assert canonical(found) == canonical(q for q in own if not isinstance(q.graph_name, BlankNode))


def read(update: str, **options: object) -> object:
    """What an update states of itself, over a default graph of its own."""
    text = UpdateText(PROLOGUE + update, **options)  # type: ignore[arg-type]
    return stated_change(text, default_is_union=False, most=3)


@pytest.mark.parametrize(
    "update",
    ["DELETE WHERE { e:a e:p 1 }", "INSERT DATA { e:a e:p 1 } ; CLEAR ALL", "CREATE GRAPH e:g"],
)
def test_what_has_to_see_the_store_is_no_data(update: str) -> None:
    assert read(update) is None


def test_data_whose_place_in_a_union_is_open_has_to_see_the_store() -> None:
    named = UpdateText(PROLOGUE + "INSERT DATA { GRAPH e:g { e:a e:p 1 } }")
    unnamed = UpdateText(PROLOGUE + "INSERT DATA { e:a e:p 1 }")

    assert stated_change(named, default_is_union=True, most=9) is not None
    assert stated_change(unnamed, default_is_union=True, most=9) is None


def test_broken_data_is_refused_and_much_data_as_well() -> None:
    with pytest.raises(UpdateProblem) as refused:
        read("INSERT DATA { e:a e:p }")
    assert refused.value.status == 400

    with pytest.raises(TooManyQuads):
        read("INSERT DATA { e:a e:p 1, 2 } ; DELETE DATA { e:a e:q 1, 2 }")


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[FlaskClient]:
    """A client of an empty plain dataset."""
    with KnowledgeStore(tmp_path / "data") as store:
        app = create_plain_app(store)
        yield app.test_client()
        close(app)


def dataset(client: FlaskClient) -> PlainDataset:
    """What a client's service serves."""
    found: PlainDataset = client.application.extensions[EXTENSION]
    return found


def update(client: FlaskClient, text: str, **headers: str) -> TestResponse:
    """The answer to an update."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/sparql", data=PROLOGUE + text, content_type=UPDATE, headers=named)


def test_data_is_written_without_a_copy_of_the_store(
    plain: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("the store was copied")

    update(plain, "INSERT DATA { e:a e:p 1 }")
    monkeypatch.setattr(KnowledgeStore, "reading", refused)

    answers = [
        update(plain, "INSERT DATA { e:a e:p 2 } ; DELETE DATA { e:a e:p 1 }"),
        plain.put("/data?graph=http://e/g", data="<b:> <b:> 1 .", content_type="text/turtle"),
        plain.post("/data?graph=http://e/g", data="<b:> <b:> 2 .", content_type="text/turtle"),
        plain.delete("/data?graph=http://e/g"),
    ]

    assert [answer.status_code for answer in answers] == [204, 201, 200, 200]
    assert len(dataset(plain).quads(DefaultGraph(), 9)) == 1


def test_how_much_changed_is_told_exactly(plain: FlaskClient) -> None:
    update(plain, "INSERT DATA { e:a e:p 1 , 2 }")

    answer = update(
        plain,
        "INSERT DATA { e:a e:p 2 , 3 } ; DELETE DATA { e:a e:p 1 , 9 }",
        Accept="application/json",
    )

    assert body(answer) == {"removed": 1, "added": 1}


def test_data_that_is_there_already_is_no_commit(plain: FlaskClient) -> None:
    update(plain, "INSERT DATA { e:a e:p 1.0 }")
    before = dataset(plain).store.generation

    update(plain, "INSERT DATA { e:a e:p 1.0 } ; DELETE DATA { e:a e:p 2 }")

    assert dataset(plain).store.generation == before


def test_removing_what_is_not_there_makes_no_graph(plain: FlaskClient) -> None:
    update(plain, "DELETE DATA { GRAPH e:g { e:a e:p 1 } }")
    assert plain.get("/data?graph=http://e/g").status_code == 404

    update(plain, "INSERT DATA { GRAPH e:g { e:a e:p 1 } }")
    update(plain, "DELETE DATA { GRAPH e:g { e:a e:p 1 } }")
    assert plain.get("/data?graph=http://e/g").status_code == 200


def test_putting_what_is_there_in_other_words_changes_nothing(plain: FlaskClient) -> None:
    where, turtle = "/data?graph=http://e/g", {"Content-Type": "text/turtle"}
    plain.put(where, data="<http://e/a> <http://e/p> 2.5 , 01 .", headers=turtle)

    answer = plain.put(
        where,
        data="<http://e/a> <http://e/p> 2.50 , 1 .",
        headers={**turtle, "Prefer": "return=representation"},
    )

    assert body(answer) == {"removed": 0, "added": 0}
    assert len(dataset(plain).quads(NamedNode("http://e/g"), 9)) == 2


# At once


def test_data_is_written_beside_other_data_and_beside_nothing_else(plain: FlaskClient) -> None:
    """Two who write data together are both let in; who writes alone waits for them."""
    order = dataset(plain)
    both_inside, alone = threading.Barrier(2, timeout=30), threading.Event()

    def together() -> bool:
        with order.writing(together=True):
            both_inside.wait()
            return alone.is_set()

    def by_oneself() -> None:
        with order.writing():
            alone.set()

    with ThreadPoolExecutor(3) as threads:
        with order.writing(together=True):
            two = [threads.submit(together) for _ in range(2)]
            were_alone = [one.result() for one in two]
            waiting = threads.submit(by_oneself)
            too_early = alone.wait(0.1)
        waiting.result()

    assert were_alone == [False, False]
    assert not too_early
    assert alone.is_set()


def test_data_of_many_clients_is_all_there(plain: FlaskClient) -> None:
    app = plain.application

    def write(client: int) -> set[int]:
        texts = (f"INSERT DATA {{ e:c{client} e:p {number} }}" for number in range(20))
        return {update(app.test_client(), text).status_code for text in texts}

    with ThreadPoolExecutor(8) as threads:
        statuses = set().union(*threads.map(write, range(8)))

    assert statuses == {204}
    assert len(dataset(plain).quads(DefaultGraph(), 999)) == 160


def test_a_tag_is_given_only_for_a_state_that_nobody_else_changed(
    plain: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tag would else say that its owner knows what somebody else wrote beside them."""
    assert "ETag" in update(plain, "INSERT DATA { e:a e:p 1 }").headers
    served = dataset(plain)
    write = served.write

    def beside_another(change: QuadChange) -> QuadChange:
        served.store.apply([], [other])
        return write(change)

    other = Quad(NamedNode("http://e/x"), NamedNode("http://e/p"), NamedNode("http://e/y"))
    monkeypatch.setattr(served, "write", beside_another)

    assert "ETag" not in update(plain, "INSERT DATA { e:a e:p 2 }").headers


def test_a_write_waits_its_turn_and_no_longer_and_may_be_sent_again(
    plain: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing_order, "LONGEST_WAIT", 0.1)
    app, text = plain.application, "INSERT DATA { [] e:p 1 }"

    with dataset(plain).writing(), ThreadPoolExecutor(1) as thread:
        client = app.test_client()
        refused = thread.submit(update, client, text, Idempotency_Key="one").result()
    again = update(plain, text, Idempotency_Key="one")

    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert again.status_code == 204
    assert len(dataset(plain).quads(DefaultGraph(), 9)) == 1


def test_what_is_removed_and_added_again_stays_in_whatever_form_it_is_written() -> None:
    decimal = "http://www.w3.org/2001/XMLSchema#decimal"
    forms = [
        Quad(
            PREDICATES[0], PREDICATES[0], Literal(form, datatype=NamedNode(decimal)), DefaultGraph()
        )
        for form in ("2.50", "2.5")
    ]
    committed = Store()
    committed.add(forms[0])

    change = change_of([forms[0]], [forms[1]], committed)

    assert (change.size, change.emptied) == (0, ())
