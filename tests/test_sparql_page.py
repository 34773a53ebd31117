"""The page of the SPARQL endpoint: what it begins with, how it shows answers, what it says of faults."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from kb_service.access.roles import Role
from kb_service.questions import TellsOf, questions
from kb_service.web.service import EXTENSION
from tests.conftest import body
from tests.service_of_roles import ServiceOfRoles, open_service

BROWSER = {"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8", "Accept-Language": "en"}
MODELS = """PREFIX core: <https://w3id.org/rengang/ontology/core#>
SELECT ?model (COUNT(?one) AS ?requirements) { ?model a core:PositionModel ; core:requires ?one }
GROUP BY ?model ORDER BY ?model"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    made = open_service(tmp_path_factory.mktemp("sparql-page") / "data")
    yield made
    made.app.extensions[EXTENSION].close()
    made.knowledge_base.close()


def asked(client: FlaskClient, query: str, **more: str) -> str:
    """The page that answers a query."""
    answer = client.post("/sparql", data={"query": query, **more}, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_thing_of_ours_in_an_answer_leads_to_its_page(client: FlaskClient) -> None:
    page = asked(client, MODELS)

    link = re.search(r'<a href="([^"]+)"[^>]*>model:customer-service-specialist</a>', page)
    assert link
    assert client.get(link[1], headers=BROWSER).status_code == 200


def test_an_address_in_an_answer_is_text_however_it_begins(client: FlaskClient) -> None:
    for iri in ("javascript:alert(1)", "https://elsewhere.example/x"):
        page = asked(client, f"SELECT ?x {{ VALUES ?x {{ <{iri}> }} }}")

        assert f"<td>{iri}</td>" in page
        assert f'href="{iri}' not in page


def test_numbers_beside_names_are_drawn_as_bars_from_zero(client: FlaskClient) -> None:
    page = asked(
        client, 'SELECT ?name ?value { VALUES (?name ?value) { ("up" 30) ("down" -10) ("no" 0) } }'
    )

    bars = re.findall(r'<rect class="value( negative)?" x="([\d.]+)" width="([\d.]+)"', page)
    assert bars == [("", "25.0", "75.0"), (" negative", "0.0", "25.0"), ("", "25.0", "0.0")]
    assert 'aria-label="value: up 30, down -10, no 0"' in page


@pytest.mark.parametrize(
    "values",
    ['("a" "b")', "(1 2)", '("a" "1")', '("a" "INF"^^<http://www.w3.org/2001/XMLSchema#double>)'],
)
def test_what_has_no_number_and_name_is_not_drawn(client: FlaskClient, values: str) -> None:
    page = asked(client, f"SELECT ?x ?y {{ VALUES (?x ?y) {{ {values} }} }}")

    assert "<table" in page
    assert "as-chart" not in page


def test_a_long_chart_says_how_much_it_leaves_out(client: FlaskClient) -> None:
    rows = " ".join(f'("n{number}" {number})' for number in range(60))

    page = asked(client, f"SELECT ?name ?value {{ VALUES (?name ?value) {{ {rows} }} }}")

    drawn = page.count('class="named"')
    assert 0 < drawn < 60
    assert f"{60 - drawn} more rows are in the table only" in page


def test_a_missing_value_is_no_empty_text(client: FlaskClient) -> None:
    page = asked(client, 'SELECT ?x ?y { VALUES (?x ?y) { ("" UNDEF) } }')

    assert '<td></td><td><span class="unknown">–</span></td>' in page


def test_a_fault_is_shown_in_its_line_and_column(client: FlaskClient) -> None:
    text = "SELECT ?x WHERE {\n  ?x a unknown:Thing .\n}"

    english = client.post("/sparql", data={"query": text}, headers=BROWSER)
    chinese = client.post("/sparql?lang=zh", data={"query": text}, headers=BROWSER)

    assert english.status_code == 400
    assert 'data-line="2" data-column="8"' in english.text
    assert "line 2, column 8, at unknown:Thing: The prefix unknown: is not declared" in english.text
    assert (
        '<pre class="fault"><span class="number">2</span>  ?x a <mark>unknown:Thing</mark> .'
        in (english.text)
    )
    assert "第 2 行第 8 列" in chinese.text


def test_an_answer_is_shared_by_its_address(client: FlaskClient) -> None:
    page = asked(client, MODELS)

    address = re.search(r'<a class="chip" href="([^"]+)" data-copies', page)
    assert address
    shared = client.get(address[1].replace("&amp;", "&"), headers=BROWSER).text
    assert ">model:customer-service-specialist</a>" in shared
    assert "SELECT ?model (COUNT(?one) AS ?requirements)" in shared


def test_a_query_too_long_for_an_address_has_none(client: FlaskClient) -> None:
    page = asked(client, f"ASK {{}} # {'x' * 5000}")

    assert "<strong>Yes</strong>" in page
    assert "data-copies" not in page


def test_a_question_is_put_into_the_editor_and_not_asked(client: FlaskClient) -> None:
    page = client.get("/sparql?question=trainings", headers=BROWSER).text

    assert "# Asks:" in page.partition("<textarea")[2].partition("</textarea>")[0]
    assert "<table" not in page


@pytest.mark.parametrize("name", ["nothing-of-the-kind", "fit-of-person"])
def test_a_question_that_sparql_does_not_answer_is_not_found(
    client: FlaskClient, name: str
) -> None:
    assert client.get(f"/sparql?question={name}", headers=BROWSER).status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_questions_to_begin_with_are_those_that_the_role_may_ask(
    service: ServiceOfRoles, role: Role
) -> None:
    client = service.as_role(role)

    page = client.get("/sparql", headers=BROWSER).text

    offered = set(re.findall(r'href="/sparql\?question=([\w-]+)"', page))
    assert offered
    for name in offered:  # a parameter that none has is refused before anything is asked
        assert client.get(f"/api/v1/questions/{name}?nothing=1").status_code == 400
    if role in (Role.MODEL_READER, Role.EDITOR):
        assert {questions()[name].tells_of for name in offered} == {TellsOf.NOBODY}


def test_a_download_holds_no_formula_and_keeps_its_numbers(client: FlaskClient) -> None:
    query = 'SELECT ?x { VALUES ?x { "=1+1" "+cmd" "@x" "-2" -3 "a,=b" "=\\"q\\",x" "say =" } }'

    csv = client.post("/sparql", data={"query": query, "format": "text/csv"}, headers=BROWSER)
    tsv = client.post(
        "/sparql", data={"query": query, "format": "text/tab-separated-values"}, headers=BROWSER
    )

    assert csv.text.split("\r\n") == [
        *("x", "'=1+1", "'+cmd", "'@x", "-2", "-3", '"a,=b"', '"\'=""q"",x"', "say =", "")
    ]
    assert '"\'=1+1"' in tsv.text
    assert "\n-3\n" in tsv.text


def test_the_protocol_gives_values_as_they_are(client: FlaskClient) -> None:
    query = quote('SELECT ?x { VALUES ?x { "=1+1" } }')

    answer = client.get(f"/sparql?query={query}", headers={"Accept": "text/csv"})

    assert answer.text.split() == ["x", "=1+1"]


def test_hostile_text_in_query_and_answer_shows_as_text(client: FlaskClient) -> None:
    hostile = "</textarea><script>alert(1)</script>"

    page = asked(client, f'SELECT ?x ?n {{ VALUES (?x ?n) {{ ("{hostile}" 1) }} }}')

    assert hostile not in page
    assert page.count("&lt;/textarea&gt;&lt;script&gt;") == 4


def test_every_term_is_listed_with_both_names(client: FlaskClient) -> None:
    answer = client.get("/api/v1/terms")

    listed = {term["name"]: term for term in body(answer)["terms"]}
    assert listed["core:Requirement"]["label"] == {"zh": "岗位要求", "en": "Requirement"}
    assert listed["core:Requirement"]["iri"] == "https://w3id.org/rengang/ontology/core#Requirement"
    assert listed["ability:patience"]["kind"] == "individual"
    assert body(answer)["prefixes"]["core"] == "https://w3id.org/rengang/ontology/core#"
    again = client.get("/api/v1/terms", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
