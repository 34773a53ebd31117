"""The description of the interface: complete, valid, in both languages, and true."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from werkzeug.test import TestResponse

from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.model_worker import EXCEL
from kb_service.knowledge_files import knowledge_root
from kb_service.questions import questions
from kb_service.vocabulary import ORGANISATION_GRAPH
from kb_service.web import create_app
from kb_service.web.openapi.curl import curl
from kb_service.web.openapi.document import described_routes, path_of, template
from kb_service.web.openapi.operations import Example, operations, parameters
from kb_service.web.service import EXTENSION
from tests.shipped_store import shipped

Document = dict[str, Any]

MODEL = "customer-service-specialist"
RATINGS = {"time-management": 8, "service": 8, "patience": 5.5}
_ORDER = ("PUT", "POST", "PATCH", "GET", "DELETE")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A service with the people that the examples speak of."""
    base = KnowledgeBase.open(shipped(tmp_path_factory.mktemp("described") / "data"))
    made = create_app(base)
    client = made.test_client()
    for person in ("p001", "p002"):
        client.put(f"/api/v1/people/{person}", json={"name": "谭静", "post": MODEL})
        body = {"date": "2026-05-04", "source": "test", "framework": "t12", "ratings": RATINGS}
        client.put(f"/api/v1/people/{person}/assessments/a1", json=body)
    organisation = (knowledge_root() / "examples" / "organisation.ttl").read_bytes()
    where = f"/data?graph={ORGANISATION_GRAPH.value}"
    client.put(where, data=organisation, content_type="text/turtle")
    body = {"name": "林悦", "post": "customer-service-representative", "team": "power-service-1"}
    client.put("/api/v1/people/p085", json=body)
    figure = {"value": 0.9, "date": "2026-10-04"}
    client.put("/api/v1/people/p085/measurements/2026-q3/complaint-rate", json=figure)
    panel = (knowledge_root() / "examples" / "studies" / "csr-delphi.xlsx").read_bytes()
    client.post("/api/v1/studies", data=panel, content_type=EXCEL)
    yield made
    made.extensions[EXTENSION].close()
    base.close()


@pytest.fixture(scope="module")
def document(app: Flask) -> Document:
    """The document in English."""
    found: Document = app.test_client().get("/openapi.json?lang=en").get_json()
    return found


def test_every_route_is_described_and_nothing_else(app: Flask) -> None:
    routes = {(method, rule.rule) for rule, method in described_routes(app.url_map)}

    assert routes == set(operations())


def test_every_parameter_of_a_route_is_described(document: Document) -> None:
    undescribed = {
        (path, parameter["name"])
        for path, methods in document["paths"].items()
        for operation in methods.values()
        for parameter in operation["parameters"]
        if not parameter.get("description")
    }

    assert undescribed == set()


def test_every_described_parameter_belongs_to_a_route(document: Document) -> None:
    used = {
        parameter["name"]
        for methods in document["paths"].values()
        for operation in methods.values()
        for parameter in operation["parameters"]
    }

    assert used == set(parameters())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_document_is_openapi_3_1(app: Flask, language: str) -> None:
    answer = app.test_client().get(f"/openapi.json?lang={language}")

    assert answer.get_json()["openapi"].startswith("3.1.")
    validate(answer.get_json())


def test_the_document_speaks_the_language_of_its_reader(app: Flask) -> None:
    client = app.test_client()

    zh = client.get("/openapi.json", headers={"Accept-Language": "zh-CN"}).get_json()
    en = client.get("/openapi.json", headers={"Accept-Language": "en"}).get_json()

    for path, methods in zh["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"] != en["paths"][path][method]["summary"], (path, method)
    assert zh["paths"]["/api/v1/people"]["get"]["summary"] == "系统里有哪些人"
    assert en["paths"]["/api/v1/people"]["get"]["summary"] == "Who is in here"


def test_a_question_is_described_by_the_header_of_its_query(document: Document) -> None:
    operation = document["paths"]["/api/v1/questions/fit-of-person"]["get"]

    assert operation["summary"] == "Does this person fit this position, and how much is known?"
    required = [each["name"] for each in operation["parameters"] if each.get("required")]
    assert required == ["person", "model"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    row = schema["properties"]["rows"]["items"]
    assert row["required"][:3] == ["judgement", "rule", "verdict"]


@pytest.mark.parametrize("name", sorted(questions()))
def test_every_question_answers_as_described(app: Flask, document: Document, name: str) -> None:
    path = f"/api/v1/questions/{name}"
    operation = document["paths"][path]["get"]
    given = {each["name"]: each["example"] for each in operation["parameters"] if "example" in each}

    answer = app.test_client().get(path, query_string=given)

    assert answer.status_code == 200, answer.text
    assert faults(document, operation, answer) == []


def examples() -> list[tuple[str, str, Example]]:
    """Every example; what writes comes first and what removes last."""
    found = [
        (method, rule, example)
        for (method, rule), operation in operations().items()
        for example in operation.examples
    ]
    return sorted(found, key=lambda each: _ORDER.index(each[0]))


@pytest.fixture(scope="module")
def answers(app: Flask) -> dict[int, TestResponse]:
    """The answer to every example, by its number, carried out in the order they stand in."""
    client = app.test_client()
    return {
        number: sent(client, method, rule, example)
        for number, (method, rule, example) in enumerate(examples())
    }


def sent(client: FlaskClient, method: str, rule: str, example: Example) -> TestResponse:
    """The answer to an example."""
    body = example.text.encode()
    if example.body is not None:
        body = json.dumps(example.body).encode()
    return client.open(
        f"{path_of(rule, example)}?{urlencode(example.query)}",
        method=method,
        data=body,
        content_type=(example.type or "application/json") if body else None,
        headers={"Accept": example.accept} if example.accept else {},
    )


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(number, id=f"{method} {rule} {number}")
        for number, (method, rule, _) in enumerate(examples())
    ],
)
def test_every_example_is_answered_as_described(
    document: Document, answers: dict[int, TestResponse], number: int
) -> None:
    method, rule, example = examples()[number]
    expected = (example.status,) if example.status else operations()[method, rule].statuses

    answer = answers[number]

    assert answer.status_code in expected, answer.text
    operation = document["paths"][template(rule)][method.lower()]
    assert faults(document, operation, answer) == []


def faults(document: Document, operation: Document, answer: TestResponse) -> list[str]:
    """What in an answer is other than the document says, fields it does not mention included."""
    described = operation["responses"].get(str(answer.status_code))
    described = described or operation["responses"]["default"]
    content = described.get("content", {})
    if not answer.data:
        return []
    if answer.mimetype not in content:
        return [f"{answer.mimetype} is not among {list(content)}"]
    if not (answer.mimetype or "").endswith("json"):
        return []
    schema = content[answer.mimetype]["schema"]
    closed = {"components": closing(document["components"]), **closing(schema)}
    return [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(closed).iter_errors(answer.get_json())
    ]


def closing(schema: Any) -> Any:
    """A schema that takes no fields but those it names."""
    if isinstance(schema, list):
        return [closing(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: closing(each) for name, each in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        closed.setdefault("additionalProperties", False)
    return closed


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_every_operation_with_a_command_to_try_it(
    app: Flask, document: Document, language: str
) -> None:
    answer = app.test_client().get(f"/api?lang={language}", headers={"Accept": "text/html"})

    assert answer.status_code == 200
    for path, methods in document["paths"].items():
        assert f"<code>{path}</code>" in answer.text
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in answer.text
    assert (
        "curl -s http://localhost/api/v1/people/p001/fit/customer-service-specialist" in answer.text
    )
    assert "<script>" not in answer.text
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]


def test_a_program_that_asks_for_the_page_is_led_to_the_document(app: Flask) -> None:
    answer = app.test_client().get("/api", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/openapi.json")


def test_a_command_is_what_a_shell_reads_as_the_example() -> None:
    example = Example(query={"q": "a b"}, body={"name": "O'Hara"})

    words = shlex.split(curl("PUT", "http://localhost/x", example))

    assert words == [
        *("curl", "-s", "-X", "PUT", "http://localhost/x?q=a+b"),
        *("-H", "Content-Type: application/json"),
        *("--data-binary", '{"name": "O\'Hara"}'),
    ]
