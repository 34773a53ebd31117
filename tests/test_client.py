"""The Python client: against the service as it is run, and against one that is busy or broken."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kb_service.client import (
    Changed,
    Iri,
    NotFound,
    Problem,
    Refused,
    Rengang,
    Text,
    Unavailable,
)
from tests.served import Served, serving, with_people

MODEL = "customer-service-specialist"
TEAMS = "https://w3id.org/rengang/organisation/client-test"
PREFIXES = """
PREFIX core: <https://w3id.org/rengang/ontology/core#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service, with three people in it."""
    with serving(tmp_path_factory.mktemp("client") / "data") as service:
        with_people(service)
        yield service


@pytest.fixture(scope="module")
def rengang(served: Served) -> Iterator[Rengang]:
    """A client of it."""
    with Rengang(served.url) as client:
        yield client


def test_a_query_gives_rows_of_python_values(rengang: Rengang) -> None:
    rows = rengang.query(
        PREFIXES + "SELECT (1 AS ?whole) (1.50 AS ?exact) (1e0 AS ?double) (true AS ?truth) "
        '("2026-05-04"^^xsd:date AS ?day) ("x"@en AS ?text) ("x" AS ?plain) '
        "(core:Ability AS ?iri) ?nothing ('no number'^^xsd:integer AS ?wrong) {}"
    )

    (row,) = rows

    assert row == {
        "whole": 1,
        "exact": Decimal("1.5"),
        "double": 1.0,
        "truth": True,
        "day": date(2026, 5, 4),
        "text": "x",
        "plain": "x",
        "iri": "https://w3id.org/rengang/ontology/core#Ability",
        "nothing": None,
        "wrong": "no number",
    }
    assert isinstance(row["iri"], Iri)
    assert isinstance(row["text"], Text) and row["text"].language == "en"
    assert type(row["plain"]) is str


def test_columns_are_known_before_the_first_row(rengang: Rengang) -> None:
    rows = rengang.query("SELECT ?s ?o { ?s ?p ?o } LIMIT 1")

    assert rows.columns == ("s", "o")
    rows.close()


def test_rows_may_be_left_unread(rengang: Rengang) -> None:
    for row in rengang.query("SELECT ?s { ?s ?p ?o }"):
        assert row["s"]
        break

    assert rengang.holds("ASK { ?s ?p ?o }")


def test_an_ask_is_true_or_false(rengang: Rengang) -> None:
    assert rengang.holds(PREFIXES + "ASK { ?m a core:PositionModel }") is True
    assert rengang.holds("ASK { <urn:nobody> ?p ?o }") is False


def test_the_wrong_kind_of_query_is_told_apart(rengang: Rengang) -> None:
    with pytest.raises(ValueError, match="use holds"):
        rengang.query("ASK {}")
    with pytest.raises(ValueError, match="use query"):
        rengang.holds("SELECT * {}")


def test_a_construct_gives_triples(rengang: Rengang) -> None:
    found = list(rengang.construct(PREFIXES + "CONSTRUCT { <urn:s> <urn:p> 1 } {}"))

    assert found == [Triple(NamedNode("urn:s"), NamedNode("urn:p"), Literal(1))]


def test_a_broken_query_is_a_problem_in_the_language_of_the_client(served: Served) -> None:
    with Rengang(served.url, language="zh") as client, pytest.raises(Problem) as caught:
        client.query("SELECT nothing")

    assert caught.value.status == 400
    assert caught.value.title == "请求无法处理"


def test_judgements_are_documents(rengang: Rengang) -> None:
    fit = rengang.fit("p001", MODEL)

    assert (fit["person"], fit["model"]) == ("p001", MODEL)
    assert fit["verdict"] in [row["verdict"] for row in rengang.fits("p001")]
    assert rengang.explain("p001", MODEL)["conclusion"] == fit["conclusion"]
    assert rengang.explain_conclusion(fit["conclusion"])["conclusion"] == fit["conclusion"]
    assert rengang.why_not("p001", "strong-fit", model=MODEL, seconds="0")["whyNot"] == "strong-fit"
    assert rengang.training_plan("p001", MODEL)["person"] == "p001"
    assert MODEL in [model["id"] for model in rengang.position_models()]
    assert rengang.position_model(MODEL)["duties"]


def test_a_question_is_asked_by_its_name(rengang: Rengang) -> None:
    (row,) = rengang.ask("fit-of-person", person="p001", model=MODEL)

    assert row["verdict"] == rengang.fit("p001", MODEL)["verdict"]
    assert "fit-of-person" in [question["name"] for question in rengang.questions()]


def test_what_would_be_is_asked_and_stored_nowhere(rengang: Rengang) -> None:
    before = rengang.fit("p001", MODEL)

    found = rengang.what_if({"person": "p001"}, models=[MODEL], ratings={"patience": 10})

    assert found["people"] == 1
    assert rengang.fit("p001", MODEL) == before


def test_somebody_unknown_is_not_found(rengang: Rengang) -> None:
    with pytest.raises(NotFound, match="nobody-here"):
        rengang.person("nobody-here")


def test_an_assessment_is_stored_and_taken_back(rengang: Rengang) -> None:
    before = rengang.person("p003")["assessments"]

    stored = rengang.put_assessment(
        "p003", "c1", {"patience": 6.5}, source="peer", framework="t12", on=date(2026, 5, 4)
    )
    after = [each["id"] for each in rengang.person("p003")["assessments"]]
    rengang.delete_assessment("p003", "c1")

    assert stored["assessment"] == "c1"
    assert (before, after) == ([], ["c1"])
    assert rengang.person("p003")["assessments"] == []


def test_a_refusal_says_what_to_correct_and_where(rengang: Rengang) -> None:
    with pytest.raises(Refused) as caught:
        rengang.put_assessment(
            "p003", "c2", {"patience": 11}, source="peer", framework="t12", on=date(2026, 5, 4)
        )

    assert [finding.where for finding in caught.value.findings] == ["/ratings/patience"]
    assert "1.0 to 10.0" in caught.value.findings[0].message["en"]


def test_people_come_and_go(rengang: Rengang) -> None:
    rengang.put_person("c003", name="O'Hara", post=MODEL, candidateFor=["team-leader"])

    assert rengang.person("c003")["candidateFor"] == ["team-leader"]
    assert "c003" in [each["id"] for each in rengang.people()]
    rengang.delete_person("c003")
    assert "c003" not in [each["id"] for each in rengang.people()]


def test_a_file_is_imported_by_its_ending(rengang: Rengang, tmp_path: Path) -> None:
    sheet = tmp_path / "may.csv"
    sheet.write_text("工号,姓名,日期,来源,耐心坚持\nc004,李明,2026-05-04,测验,7\n")

    assert rengang.validate(sheet)["violations"] == 0
    assert rengang.import_file(sheet)["people"] == 1
    assert rengang.person("c004")["name"] == "李明"


def test_a_file_of_an_unknown_kind_is_not_sent(rengang: Rengang, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.csv"):
        rengang.import_file(tmp_path / "may.txt")


TEAM = "https://w3id.org/rengang/team/client-test"


def team(label: str) -> list[Triple]:
    """A team as facts."""
    node = NamedNode(TEAM)
    return [
        Triple(
            node,
            NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
            NamedNode("https://w3id.org/rengang/ontology/people#Team"),
        ),
        Triple(node, NamedNode("http://purl.org/dc/terms/identifier"), Literal("client-test")),
        *(
            Triple(
                node,
                NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel"),
                Literal(label, language=language),
            )
            for language in ("zh", "en")
        ),
    ]


def test_a_graph_is_written_read_and_written_again_only_if_nobody_else_has(
    rengang: Rengang,
) -> None:
    rengang.put_graph(TEAMS, team("Night"))
    known = rengang.graph(TEAMS)
    rengang.put_graph(TEAMS, team("Late"), if_match=known.etag)

    with pytest.raises(Changed):
        rengang.put_graph(TEAMS, team("Early"), if_match=known.etag)

    assert set(known.triples) == set(team("Night"))
    assert set(rengang.graph(TEAMS).triples) == set(team("Late"))
    rengang.delete_graph(TEAMS)
    with pytest.raises(NotFound):
        rengang.graph(TEAMS)


def test_an_update_is_seen_by_the_next_query(rengang: Rengang) -> None:
    triples = " ".join(f"{triple} ." for triple in team("Weekend"))
    rengang.update(f"INSERT DATA {{ GRAPH <{TEAMS}> {{ {triples} }} }}")

    assert rengang.holds(f'ASK {{ <{TEAM}> ?p "Weekend"@en }}')

    rengang.update(f"DROP GRAPH <{TEAMS}>")
    assert not rengang.holds(f"ASK {{ <{TEAM}> ?p ?o }}")


Reply = tuple[int, dict[str, str], bytes]


@contextmanager
def answering(*replies: Reply) -> Iterator[tuple[str, list[BaseHTTPRequestHandler]]]:
    """A server that gives one reply after the other, and the requests that it was sent."""
    waiting, seen = list(replies), list[BaseHTTPRequestHandler]()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen.append(self)
            status, headers, body = waiting.pop(0)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_POST = answer  # noqa: N815

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()


BUSY: Reply = (503, {"Retry-After": "0"}, b"")
LIMITED: Reply = (429, {"Retry-After": "0"}, b"")


def found(body: object, **headers: str) -> Reply:
    """A reply of JSON."""
    return 200, headers, json.dumps(body).encode()


def test_a_write_is_sent_again_under_the_same_key_until_it_is_taken() -> None:
    with answering(BUSY, LIMITED, found({"id": "a"})) as (url, seen), Rengang(url, "t") as client:
        assert client.put_person("a", name="A") == {"id": "a"}

    keys = {request.headers["Idempotency-Key"] for request in seen}
    assert len(seen) == 3
    assert len(keys) == 1 and None not in keys
    assert {request.headers["Authorization"] for request in seen} == {"Bearer t"}


def test_two_writes_have_two_keys() -> None:
    with answering(found({}), found({})) as (url, seen), Rengang(url) as client:
        client.put_person("a")
        client.put_person("a")

    assert seen[0].headers["Idempotency-Key"] != seen[1].headers["Idempotency-Key"]


def test_a_service_that_stays_busy_is_given_up_after_the_attempts() -> None:
    with (
        answering(BUSY, BUSY, BUSY) as (url, seen),
        Rengang(url, attempts=3) as client,
        pytest.raises(Unavailable) as caught,
    ):
        client.person("a")

    assert (len(seen), caught.value.status) == (3, 503)


def test_as_long_as_the_service_says_is_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", waited.append)

    with answering((503, {"Retry-After": "7"}, b""), found({})) as (url, _), Rengang(url) as client:
        client.person("a")

    assert waited == [7]


@pytest.mark.parametrize("status", [400, 403, 409, 422, 500])
def test_what_is_refused_is_not_sent_again(status: int) -> None:
    with (
        answering((status, {}, b"<html>")) as (url, seen),
        Rengang(url) as client,
        pytest.raises(Problem) as caught,
    ):
        client.put_person("a")

    assert (len(seen), caught.value.status) == (1, status)


def test_an_answer_that_is_still_good_is_not_sent_again() -> None:
    unchanged: Reply = (304, {}, b"")
    first, second = found({"n": 1}, ETag='"1"'), found({"n": 2}, ETag='"2"')
    with answering(first, unchanged, second) as (url, seen), Rengang(url) as client:
        assert [client.person("a")["n"] for _ in range(3)] == [1, 1, 2]

    assert [request.headers["If-None-Match"] for request in seen] == [None, '"1"', '"1"']


def test_a_list_is_read_page_after_page() -> None:
    pages = (
        found({"rows": [{"id": "a"}], "nextOffset": 1}),
        found({"rows": [{"id": "b"}], "nextOffset": None}),
    )
    with answering(*pages) as (url, seen), Rengang(url) as client:
        assert [each["id"] for each in client.people()] == ["a", "b"]

    assert [request.path for request in seen] == ["/api/v1/people", "/api/v1/people?offset=1"]


def test_an_answer_that_breaks_off_is_never_taken_for_a_whole_one() -> None:
    whole = json.dumps(
        {
            "head": {"vars": ["x"]},
            "results": {"bindings": [{"x": {"type": "literal", "value": "1"}}]},
        }
    ).encode()
    half: Reply = (200, {"Content-Length": str(len(whole) + 50)}, whole[:-3])
    with answering(half) as (url, _), Rengang(url, attempts=1) as client:
        rows: Callable[[], object] = lambda: list(client.query("SELECT ?x {}"))  # noqa: E731
        with pytest.raises(Unavailable, match="broke off"):
            rows()


def test_nobody_at_the_address_is_said_so() -> None:
    with Rengang("http://127.0.0.1:9", attempts=1) as client, pytest.raises(Unavailable) as caught:
        client.person("a")

    assert caught.value.status == 0


def test_something_that_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="http://"):
        Rengang("localhost:8000")


def test_an_id_cannot_lead_elsewhere() -> None:
    with answering(found({})) as (url, seen), Rengang(url) as client:
        client.person("../x?a=b#c")

    assert seen[0].path == "/api/v1/people/..%2Fx%3Fa%3Db%23c"
