"""Every operation of /openapi.json with requests that fit it and requests that do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kb_service.configuration import AccessSettings, Configuration, QueryLimits
from kb_service.knowledge_base import KnowledgeBase
from kb_service.questions import questions
from kb_service.web import create_app
from kb_service.web.openapi.document import template
from kb_service.web.openapi.operations import operations
from kb_service.web.service import EXTENSION
from tests.shipped_store import shipped

EXAMPLES = 8
"""For each operation and each way of generating them: some 1,300 requests."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
RATINGS = {"time-management": 8, "service": 8, "patience": 5.5}


_TEXTS = ("application/sparql-query", "application/sparql-update", "application/n-triples")


@schemathesis.serializer(*_TEXTS)
def as_it_is(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """A body of a type that schemathesis does not know, as the text that it is."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A service that stops queries soon, with the people that the document speaks of."""
    base = KnowledgeBase.open(shipped(tmp_path_factory.mktemp("fuzzed") / "data"))
    patient = AccessSettings(requests_per_minute=1_000_000, failures_per_minute=1_000_000)
    configuration = Configuration(queries=QueryLimits(seconds=2.0), access=patient)
    made = create_app(base, configuration=configuration)
    client = made.test_client()
    for person in ("p001", "p002"):
        client.put(f"/api/v1/people/{person}", json={"post": "customer-service-specialist"})
        body = {"date": "2026-05-04", "source": "test", "framework": "t12", "ratings": RATINGS}
        client.put(f"/api/v1/people/{person}/assessments/a1", json=body)
    yield made
    made.extensions[EXTENSION].close()
    base.close()


@pytest.fixture(scope="module")
def described(app: Flask) -> Any:
    """What the service says of itself, to be tried out without credentials of its own invention."""
    config = SchemathesisConfig()
    config.projects.default.generation = GenerationConfig(
        max_examples=EXAMPLES, deterministic=True, no_shrink=True, with_security_parameters=False
    )

    def from_this_machine(environment: dict[str, Any], start_response: Any) -> Any:
        # Nothing on this side would unpack a compressed answer.
        plain = {**environment, "REMOTE_ADDR": "127.0.0.1", "HTTP_ACCEPT_ENCODING": "identity"}
        return app(plain, start_response)

    return schemathesis.openapi.from_wsgi("/openapi.json", from_this_machine, config=config)


def described_operations() -> list[tuple[str, str]]:
    """Every method with its path, as the document has them."""
    found = [(method, template(rule)) for method, rule in operations()]
    return found + [("GET", f"/api/v1/questions/{name}") for name in questions()]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("method", "path"), described_operations())
def test_no_request_fails_and_every_answer_is_as_described(
    described: Any, method: str, path: str, mode: GenerationMode
) -> None:
    try:
        requests = described[path][method].as_strategy(generation_mode=mode)
        send_some(requests)
    except Unsatisfiable:
        pytest.skip("whatever is sent there is as described")


def send_some(requests: SearchStrategy[Any]) -> None:
    """Send as many requests as we have time for, the same ones each time."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(requests)
    def send(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(checks=CHECKS)

    send()
