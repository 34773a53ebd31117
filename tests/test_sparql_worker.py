"""A stranger's query: answered by the standards, or refused in words, and never a danger."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    parse,
)

from kb_service.store import (
    KnowledgeStore,
    QueryAnswer,
    QueryProblem,
    QueryRequest,
    query_answers,
    query_pool,
    query_shape,
    run_query,
)
from kb_service.store.query_shape import QueryShape, inspect
from kb_service.store.query_text import RefusedQuery
from kb_service.store.result_formats import (
    GRAPH_TYPES,
    RESULT_TYPES,
    Limits,
    best_type,
    row_counter,
)
from kb_service.workers import WorkerPool

EX = "https://example.org/"
PEOPLE, TEAMS = NamedNode(EX + "people"), NamedNode(EX + "teams")
NAME, KNOWS = NamedNode(EX + "name"), NamedNode(EX + "knows")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeStore]:
    """Two names in one graph, one in another, and enough acquaintances to get lost in."""
    people = [NamedNode(f"{EX}person/{number}") for number in range(120)]
    named = [(people[0], "Ana"), (people[1], "Bo")]
    with KnowledgeStore(tmp_path_factory.mktemp("sparql") / "data") as opened:
        opened.replace_graphs(
            {
                PEOPLE: [Triple(person, NAME, Literal(name)) for person, name in named],
                TEAMS: [Triple(NamedNode(EX + "team"), NAME, Literal("Hotline, day"))],
                NamedNode(EX + "acquaintances"): [
                    Triple(one, KNOWS, other) for one in people for other in people[:40]
                ],
            }
        )
        yield opened


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with query_pool(size=3, memory_mb=300, deadline=30.0) as opened:
        opened.warm()
        yield opened


NAMES = f"SELECT ?name {{ ?thing <{EX}name> ?name }} ORDER BY ?name"


def names(pool: WorkerPool, store: KnowledgeStore, request: QueryRequest) -> list[str]:
    """The first column of the answer."""
    body = run_query(pool, store, request).body
    bindings = json.loads(body)["results"]["bindings"]
    return [row["name"]["value"] for row in bindings]


def refusal(pool: WorkerPool, store: KnowledgeStore, request: QueryRequest) -> tuple[int, str]:
    """The status and the words of a query that has no answer."""
    with pytest.raises(QueryProblem) as caught:
        run_query(pool, store, request)
    return caught.value.status, caught.value.detail


# ---- over which graphs


def test_without_graphs_a_query_sees_the_union_of_all(
    pool: WorkerPool, store: KnowledgeStore
) -> None:
    assert names(pool, store, QueryRequest(NAMES)) == ["Ana", "Bo", "Hotline, day"]


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT ?name FROM <{EX}teams> {{ ?thing <{EX}name> ?name }}",
        f"PREFIX : <{EX}> SELECT ?name FROM:teams {{ ?thing :name ?name }}",
        f"SELECT ?name FROM NAMED<{EX}teams> {{ GRAPH ?g {{ ?thing <{EX}name> ?name }} }}",
    ],
)
def test_a_query_that_names_its_graphs_sees_those(
    pool: WorkerPool, store: KnowledgeStore, query: str
) -> None:
    assert names(pool, store, QueryRequest(query)) == ["Hotline, day"]


def test_the_word_from_in_a_name_or_a_text_restricts_nothing(
    pool: WorkerPool, store: KnowledgeStore
) -> None:
    query = f"""PREFIX from: <{EX}> # FROM <{EX}teams>
    SELECT ?name {{ ?from from:name ?name . FILTER (?name != "FROM <x>") }} ORDER BY ?name"""

    assert names(pool, store, QueryRequest(query)) == ["Ana", "Bo", "Hotline, day"]


def test_graphs_of_the_protocol_are_the_whole_dataset_whatever_the_query_says(
    pool: WorkerPool, store: KnowledgeStore
) -> None:
    anywhere = f"{{ ?x <{EX}name> ?name }} UNION {{ GRAPH ?g {{ ?x <{EX}name> ?name }} }}"
    query = f"SELECT ?name FROM <{EX}people> {{ {anywhere} }}"

    by_default = QueryRequest(query, default_graphs=(EX + "teams",))
    by_name = QueryRequest(query, named_graphs=(EX + "teams",))
    by_both = QueryRequest(query, default_graphs=(EX + "none",), named_graphs=(EX + "teams",))

    for request in (by_default, by_name, by_both):
        assert names(pool, store, request) == ["Hotline, day"]


def test_a_graph_that_is_no_iri_is_refused(pool: WorkerPool, store: KnowledgeStore) -> None:
    status, words = refusal(pool, store, QueryRequest(NAMES, default_graphs=("teams",)))

    assert (status, words.split(":")[0]) == (400, "'teams' is not the IRI of a graph")


def test_a_query_sees_what_was_committed_before_it(pool: WorkerPool, store: KnowledgeStore) -> None:
    graph = NamedNode(EX + "late")
    store.replace_graphs({graph: [Triple(graph, NAME, Literal("Late"))]})
    with_it = names(pool, store, QueryRequest(NAMES))
    store.replace_graphs({graph: []})

    assert "Late" in with_it
    assert "Late" not in names(pool, store, QueryRequest(NAMES))


# ---- in which format


def test_a_table_comes_in_each_format_as_the_standard_writes_it(
    pool: WorkerPool, store: KnowledgeStore
) -> None:
    query = f"SELECT ?name ?none {{ <{EX}team> <{EX}name> ?name }}"
    namespace = "http://www.w3.org/2005/sparql-results#"

    answers = [run_query(pool, store, QueryRequest(query, accept)) for accept in RESULT_TYPES]

    json_answer, xml_answer, csv_answer, tsv_answer = answers[:4]
    assert json.loads(json_answer.body) == {
        "head": {"vars": ["name", "none"]},
        "results": {"bindings": [{"name": {"type": "literal", "value": "Hotline, day"}}]},
    }
    tree = ElementTree.fromstring(xml_answer.body)
    assert [node.text for node in tree.iter(f"{{{namespace}}}literal")] == ["Hotline, day"]
    assert csv_answer == QueryAnswer("text/csv; charset=utf-8", b'name,none\r\n"Hotline, day",\r\n')
    assert tsv_answer == QueryAnswer(
        "text/tab-separated-values; charset=utf-8", b'?name\t?none\n"Hotline, day"\t\n'
    )
    assert [answer.content_type for answer in answers[4:]] == list(RESULT_TYPES[4:])
    assert [answer.body for answer in answers[4:]] == [json_answer.body, xml_answer.body]


def test_ask_is_answered_with_a_boolean(pool: WorkerPool, store: KnowledgeStore) -> None:
    answer = run_query(pool, store, QueryRequest("ASK {}"))

    assert answer == QueryAnswer("application/sparql-results+json", b'{"head":{},"boolean":true}')


@pytest.mark.parametrize("accept", GRAPH_TYPES)
@pytest.mark.parametrize(
    "query",
    [
        f"CONSTRUCT {{ ?thing <{EX}name> ?name }} {{ GRAPH <{EX}teams> {{ ?thing ?p ?name }} }}",
        f"DESCRIBE <{EX}team>",
    ],
)
def test_a_graph_comes_in_each_rdf_format(
    pool: WorkerPool, store: KnowledgeStore, query: str, accept: str
) -> None:
    answer = run_query(pool, store, QueryRequest(query, accept))

    read = parse(answer.body, RdfFormat.from_media_type(answer.content_type))
    assert answer.content_type.split(";")[0] == accept
    assert [quad.triple for quad in read] == [
        Triple(NamedNode(EX + "team"), NAME, Literal("Hotline, day"))
    ]


@pytest.mark.parametrize(
    ("query", "accept", "offered"),
    [
        (NAMES, "text/turtle", "sparql-results+json"),
        ("DESCRIBE <a:b>", "text/csv", "turtle"),
        (NAMES, "image/png", "turtle"),
    ],
)
def test_a_format_that_does_not_fit_is_answered_with_those_that_do(
    pool: WorkerPool, store: KnowledgeStore, query: str, accept: str, offered: str
) -> None:
    status, words = refusal(pool, store, QueryRequest(query, accept))

    assert (status, offered in words) == (406, True)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV;Q=0.5", "text/csv"),
        ("text/*", "text/csv"),
        ("text/csv;q=0.5, application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv;q=0.5, */*;q=0.1", "text/csv"),
        ("*/*;q=0.9, application/sparql-results+json;q=0", "application/sparql-results+xml"),
        ("text/*;q=0.9, text/csv;q=0.1", "text/tab-separated-values"),
        ("text/html, application/xml;q=0.9, */*;q=0.8", "application/xml"),
        ('text/html;title="a,b;q=1", text/csv ; charset=utf-8 ; q=0.3', "text/csv"),
        ("application/json", "application/json"),
        ("text/csv;q=0", None),
        ("text/html", None),
        (",;,text/", None),
    ],
)
def test_the_format_is_the_one_that_the_accept_header_likes_best(
    accept: str, expected: str | None
) -> None:
    assert best_type(accept, RESULT_TYPES) == expected


@pytest.mark.parametrize("piece", ['"', '"a\\', ",", ";q=", "a/b;q=1,"])
def test_no_accept_header_takes_long_to_read(piece: str) -> None:
    started = time.process_time()

    best_type(piece * 60_000, RESULT_TYPES)

    assert time.process_time() - started < 2


# ---- how much of it


@pytest.mark.parametrize("accept", [*RESULT_TYPES[:4], "application/n-triples"])
def test_an_answer_at_its_row_limit_is_whole_and_one_beyond_it_is_refused(
    pool: WorkerPool, store: KnowledgeStore, accept: str
) -> None:
    form = "CONSTRUCT { ?thing ?p ?name }" if "triples" in accept else "SELECT *"
    query = f"{form} {{ ?thing ?p ?name FILTER (?p = <{EX}name>) }}"

    whole = run_query(pool, store, QueryRequest(query, accept, limits=Limits(rows=3)))
    problem = refusal(pool, store, QueryRequest(query, accept, limits=Limits(rows=2)))

    assert b"Hotline, day" in whole.body
    assert problem == (
        422,
        "The answer has more than 2 rows. Ask for less, or page with ORDER BY, LIMIT and OFFSET.",
    )


@pytest.mark.parametrize("query", [NAMES, f"DESCRIBE <{EX}team>"])
def test_an_answer_at_its_byte_limit_is_whole_and_one_beyond_it_is_refused(
    pool: WorkerPool, store: KnowledgeStore, query: str
) -> None:
    whole = run_query(pool, store, QueryRequest(query)).body
    again = run_query(pool, store, QueryRequest(query, limits=Limits(bytes=len(whole)))).body
    problem = refusal(pool, store, QueryRequest(query, limits=Limits(bytes=len(whole) - 1)))

    assert again == whole
    assert problem == (
        422,
        f"The answer is larger than {len(whole) - 1:,} bytes. "
        "Ask for less, or page with ORDER BY, LIMIT and OFFSET.",
    )


@given(
    rows=st.lists(st.tuples(st.text("a\"'\\\r\n\t,{}[]:<> é", max_size=8), st.booleans())),
    cuts=st.lists(st.integers(1, 40)),
)
def test_rows_are_counted_alike_in_every_format_wherever_the_pieces_are_cut(
    rows: list[tuple[str, bool]], cuts: list[int]
) -> None:
    blocks = " ".join(f"({Literal(text)} {1 if full else 'UNDEF'})" for text, full in rows)
    query = f"SELECT * {{ VALUES (?x ?y) {{ {blocks} }} }}"

    for media_type in RESULT_TYPES[:4]:
        results = Store().query(query)
        assert isinstance(results, QuerySolutions)
        body = results.serialize(format=QueryResultsFormat.from_media_type(media_type))
        assert isinstance(body, bytes)
        count = row_counter(media_type)
        assert sum(map(count, pieces(body, cuts))) == len(rows), media_type


def pieces(body: bytes, lengths: list[int]) -> Iterator[bytes]:
    """The body cut into pieces of these lengths, and the rest."""
    stream = io.BytesIO(body)
    for length in lengths:
        yield stream.read(length)
    yield stream.read()


# ---- what is refused by its text


def test_a_syntax_error_is_said_with_its_place(pool: WorkerPool, store: KnowledgeStore) -> None:
    status, words = refusal(pool, store, QueryRequest("SELECT ?x { ?x }"))

    assert status == 400
    assert words.startswith("This is not a SPARQL 1.1 query: line 1, column")


@pytest.mark.parametrize("text", ["INSERT DATA { <a:b> <a:b> 1 }", "DROP ALL", "LOAD <a:b>", ""])
def test_an_update_is_no_query(pool: WorkerPool, store: KnowledgeStore, text: str) -> None:
    assert refusal(pool, store, QueryRequest(text))[0] == 400


CALLS = [
    "SELECT * { SERVICE <URL> { ?a ?b ?c } }",
    "SELECT * { service silent <URL> { ?a ?b ?c } }",
    "SELECT * { SERVICE<URL> { ?a ?b ?c } }",
    "SELECT * { SERVICESILENT<URL> { ?a ?b ?c } }",
    "SELECT * { SERVICE # comment\n <URL> { ?a ?b ?c } }",
    "SELECT * { VALUES ?x { <URL> } SERVICE ?x { ?a ?b ?c } }",
    "PREFIX : <URL> SELECT * { SERVICE:x { ?a ?b ?c } }",
    "PREFIX : <URL> SELECT * { SERVICE :x { ?a ?b ?c } }",
    "PREFIX : <URL> PREFIX service: <a:b> SELECT * { service:x # comment\n { ?a ?b ?c } }",
    "PREFIX : <URL> PREFIX SERVICESILENT: <a:b> SELECT * { SERVICESILENT:x { ?a ?b ?c } }",
    "PREFIX : <URL> SELECT * { ?s ?p ?o.SERVICE:x { ?a ?b ?c } }",
    "PREFIX : <URL> SELECT * { ?s ?p 5SERVICE:x { ?a ?b ?c } }",
    "PREFIX : <URL> SELECT * { ?s ?p trueSERVICE:x { ?a ?b ?c } }",
    "PREFIX : <URL> SELECT * { ?s ?p 'x'SERVICE:x { ?a ?b ?c } }",
    "PREFIX : <URL> SELECT * { ?s a<a:x>SERVICE:x { ?a ?b ?c } }",
    "PREFIX : <URL> SELECT * { ?s ?p ?o FILTER(1<?o)SERVICE:x#>\n{ ?a ?b ?c } }",
    r"SELECT * { \u0053ERVICE <URL> { ?a ?b ?c } }",
    r"SELECT * { \U00000053ERVI\u0043E <URL> { ?a ?b ?c } }",
    "SELECT * { { SELECT * { FILTER EXISTS { SERVICE <URL> { ?a ?b ?c } } } } }",
    "ASK { SERVICE <URL> { ?a ?b ?c } }",
    "CONSTRUCT WHERE { SERVICE <URL> { ?a ?b ?c } }",
]


@pytest.mark.parametrize("query", CALLS)
def test_every_spelling_of_service_is_refused_with_its_place(query: str) -> None:
    with pytest.raises(RefusedQuery, match=r"Line \d, column \d+: SERVICE is refused"):
        inspect(query.replace("URL", "http://127.0.0.1:9/"))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service ?SERVICE $service }",
        "PREFIX ex: <a:b> SELECT * { ex:SERVICE ex:service 'SERVICE <x> {}' }",
        "PREFIX service: <a:b> SELECT * { ?x a service:Thing . GRAPH service:g { ?a ?b ?c } }",
        "SELECT * { ?a <https://example.org/SERVICE> ?b } # SERVICE <x> {}",
        'SELECT * { ?a ?b """\n SERVICE <x> { " } """@en-SERVICE, "\\" SERVICE" }',
        "SELECT * { _:SERVICE ?b 1 . FILTER (?b < 1 && ?c > 2) }",
        r"SELECT * { ?a ?b 'it\u0027s the SERVICE desk' }",
        "DESCRIBE <https://w3id.org/rengang/position/customer-service-specialist>",
    ],
)
def test_the_word_service_elsewhere_is_no_call(query: str) -> None:
    assert inspect(query).clauses == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SELECT * {" + " " * 65536 + "}", "65,547 characters long; at most 65,536"),
        ("SELECT * {" + "{" * 100 + "}" * 100 + "}", "column 110: the query is nested deeper"),
        ("SELECT * {FILTER(" + "(" * 99, "nested deeper than 100 levels"),
        ('SELECT * { ?a ?b "no end }', "column 18: this string has no end"),
        ("SELECT * { ?a ?b '''no end'' }", "this string has no end"),
    ],
)
def test_text_that_is_too_long_too_deep_or_unended_is_refused_unread(text: str, words: str) -> None:
    with pytest.raises(RefusedQuery, match=words):
        inspect(text)


def test_nesting_up_to_the_bound_is_answered(pool: WorkerPool, store: KnowledgeStore) -> None:
    nested = "SELECT * " + "{" * 100 + "}" * 100

    assert run_query(pool, store, QueryRequest(nested)).content_type == RESULT_TYPES[0]


_PIECES = (
    *(
        "SELECT",
        "ASK",
        "CONSTRUCT",
        "DESCRIBE",
        "WHERE",
        "FROM",
        "NAMED",
        "SERVICE",
        "service:",
        "from:g",
    ),
    *(
        "NOW()",
        "rand()",
        "UUID()",
        "known",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "<https://e.org/a#b>",
        "<a",
        ">",
    ),
    *(
        "?x",
        "'text'",
        '"',
        "# 'note",
        "\n",
        "\\u0053ERVICE",
        "ſervice",
        "{" * 99,
        "PREFIX g: <a:b>",
        "1",
    ),
)


@given(st.lists(st.sampled_from(_PIECES), max_size=12), st.sampled_from(["", " "]))
@settings(deadline=None, max_examples=400)
def test_what_is_plain_to_see_of_a_query_is_what_its_tokens_say(
    pieces: list[str], between: str
) -> None:
    text = between.join(pieces)

    assert _said(inspect, text) == _said(_by_tokens, text)


def _said(look: Callable[[str], QueryShape], text: str) -> QueryShape | str:
    try:
        return look(text)
    except RefusedQuery as refused:
        return str(refused)


def _by_tokens(text: str) -> QueryShape:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(query_shape, "_is_plain_to_see", lambda text: False)
        return inspect(text)


@pytest.mark.parametrize(
    "piece", list("\"'<>.:-_\\@?#a1{%)") + ["a.", "a:", "'''", '"\\', "\\u0041"]
)
def test_no_text_takes_long_to_inspect(piece: str) -> None:
    started = time.process_time()
    for text in (piece * 60_000, "a" + piece * 60_000, f"<{piece * 60_000}>"):
        with contextlib.suppress(RefusedQuery):
            inspect(text[:65_536])

    assert time.process_time() - started < 2


# ---- what must be stopped


CROSS_PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . "
HOSTILE = {
    "braces": "SELECT * " + "{" * 30_000,
    "closed braces": "SELECT * " + "{" * 90 + "} UNION {} " * 5_000 + "}" * 90,
    "brackets": "SELECT * { " + "[<a:p> " * 95 + "1" + "]" * 95 + " <a:q> 1 }",
    "parentheses": "SELECT * { FILTER(" + "(" * 30_000 + "1" + ")" * 30_000 + ") }",
    "lists": "SELECT * { " + "(1 " * 95 + ")" * 95 + " ?p ?o }",
    "unions": "SELECT * { " + "{ ?a ?b 1 } UNION " * 3_500 + "{} }",
    "minus": "SELECT * { ?a ?b 1 " + "MINUS { ?a ?b 1 } " * 3_500 + "}",
    "optionals": "SELECT * { " + "OPTIONAL { ?a ?b 1 } " * 3_000 + "}",
    "binds": "SELECT * { " + "".join(f"BIND(1 AS ?c{n}) " for n in range(3_500)) + "}",
    "sum": "SELECT * { FILTER(" + "1+" * 30_000 + "1) }",
    "negations": "SELECT * { FILTER(" + "!" * 60_000 + "true) }",
    "conditions": "SELECT * { ?a ?b ?c FILTER(" + "?a||" * 15_000 + "?a) }",
    "path": "SELECT * { ?a " + "<a:p>/" * 8_000 + "<a:p> ?b }",
    "path nest": "SELECT * { ?a " + "(" * 20_000 + "<a:p>" + ")*" * 20_000 + " ?b }",
    "path closure": f"SELECT (COUNT(*) AS ?n) {{ ?a (<{EX}knows>*/<{EX}knows>*)* ?b . ?c ?d ?e }}",
    "triples": "SELECT * { " + "?a ?b ?c . " * 5_000 + "}",
    "quoted triples": "SELECT * { " + "<< " * 400 + "?a ?b 1" + " >> ?b 1" * 400 + "}",
    "annotations": "SELECT * { ?a ?b 1 " + "{| ?a 1 " * 99 + "|}" * 99 + "}",
    "value blocks": "SELECT * { " + "VALUES ?a { 1 } " * 4_000 + "}",
    "cross product": f"SELECT (COUNT(*) AS ?n) {{ {CROSS_PRODUCT} }}",
    "sorted cross product": f"SELECT * {{ {CROSS_PRODUCT} }} ORDER BY ?l ?a",
    "endless answer": f"SELECT * {{ {CROSS_PRODUCT} }}",
    "endless graph": f"CONSTRUCT {{ ?a ?b ?l }} {{ {CROSS_PRODUCT} }}",
    "memory": f"SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?f), STR(?l))) AS ?x) {{ {CROSS_PRODUCT} }}",
    "regex": f'SELECT * {{ {CROSS_PRODUCT} FILTER REGEX(STR(?a), "^(((.*)*)*)*/") }}',
    "regex size": 'SELECT (REGEX("a", "((((a{99}){99}){99}){99}){99}") AS ?x) {}',
    "replacement": 'SELECT (REPLACE(REPLACE("aaaaaaaa", "", "aaaaaaaa"), "", "bbbbb") AS ?x) '
    f"{{ {CROSS_PRODUCT} }}",
    "service": "SELECT * { SERVICE <URL> { ?a ?b ?c } }",
    "silent service": "SELECT * { SERVICE SILENT <URL> { ?a ?b ?c } }",
    "from": "SELECT * FROM <URL> { ?a ?b ?c . ?d ?e ?f }",
    "load": "LOAD <URL>",
    "null": "SELECT * { ?a ?b '\0' } \0",
    "nonsense": "\ufffe\U0010ffff" * 1_000,
}
HARMLESS = {
    "annotations",
    "brackets",
    "conditions",
    "from",
    "lists",
    "null",
    "regex size",
    "unions",
}
"""On a fast machine, or with a later engine, these may be answered in time."""


def test_hostile_queries_get_an_error_in_time_and_good_ones_beside_them_an_answer(
    pool: WorkerPool, store: KnowledgeStore
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as canary, ThreadPoolExecutor(2) as threads:
        canary.settimeout(0.2)
        url = f"http://127.0.0.1:{canary.getsockname()[1]}/"
        attacks = {
            name: threads.submit(outcome, pool, store, query.replace("URL", url))
            for name, query in HOSTILE.items()
        }
        good = []
        while not all(attack.done() for attack in attacks.values()):
            good.append(names(pool, store, QueryRequest(NAMES)))
            time.sleep(0.05)
        with pytest.raises(TimeoutError):
            canary.accept()

    outcomes = {name: attack.result() for name, attack in attacks.items()}
    answered = {name for name, (status, _) in outcomes.items() if status == 200}
    assert answered <= HARMLESS
    assert {status for status, _ in outcomes.values()} <= {200, 400, 422, 503}
    assert max(seconds for _, seconds in outcomes.values()) < 10
    assert good == [["Ana", "Bo", "Hotline, day"]] * len(good)
    assert len(good) > 20


def test_a_query_that_never_ends_is_told_its_deadline_and_one_that_dies_that_it_was_stopped(
    pool: WorkerPool, store: KnowledgeStore
) -> None:
    endless = refusal(pool, store, QueryRequest(HOSTILE["cross product"], deadline=0.5))
    deadly = refusal(pool, store, QueryRequest(HOSTILE["sum"]))

    assert endless == (503, "The query was stopped after 0.5 s. Ask for less at a time.")
    assert deadly[0] == 503
    assert deadly[1].startswith("The query was stopped: it takes more memory or nesting")


@pytest.mark.parametrize("query", CALLS)
def test_a_call_that_slipped_through_would_reach_nobody(
    pool: WorkerPool, store: KnowledgeStore, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_answers, "inspect", lambda text: QueryShape())
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.05)
        url = f"http://127.0.0.1:{canary.getsockname()[1]}/"

        outcome(pool, store, query.replace("URL", url))

        with pytest.raises(TimeoutError):
            canary.accept()


def outcome(pool: WorkerPool, store: KnowledgeStore, query: str) -> tuple[int, float]:
    """The status of a query that has a second to run, and how many seconds that took."""
    started = time.monotonic()
    try:
        run_query(pool, store, QueryRequest(query, deadline=1.0))
        status = 200
    except QueryProblem as problem:
        status = problem.status
    return status, time.monotonic() - started
