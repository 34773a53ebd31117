"""The interface described: `/openapi.json` for programs, `/api` for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request

from kb_service.questions import questions
from kb_service.web.language import language
from kb_service.web.openapi import openapi
from kb_service.web.openapi.curl import curl
from kb_service.web.openapi.document import QUESTION_RULE, TAGS, described_routes, path_of, template
from kb_service.web.openapi.operations import Example, operations, parameters
from kb_service.web.pages import page

api_reference = Blueprint("api_reference", __name__)

_SCHEMA = "#/components/schemas/"


@dataclass(frozen=True)
class Entry:
    """One operation as the page shows it."""

    method: str
    path: str
    operation: dict[str, Any]
    curls: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """What the entry is called in an address."""
        return str(self.operation["operationId"])

    @property
    def bodies(self) -> dict[str, str]:
        """The media types of a body, each with the name of its schema if it has one."""
        return _contents(self.operation.get("requestBody", {}))

    @property
    def answers(self) -> dict[str, dict[str, str]]:
        """The same of every answer, by its status."""
        return {status: _contents(answer) for status, answer in self.operation["responses"].items()}


def _contents(part: dict[str, Any]) -> dict[str, str]:
    return {
        media_type: content["schema"].get("$ref", "").removeprefix(_SCHEMA)
        for media_type, content in part.get("content", {}).items()
    }


@api_reference.get("/openapi.json")
def document() -> Response:
    """The OpenAPI document of this service, in the reader's language."""
    answer = jsonify(openapi(current_app.url_map, language()))
    answer.vary.update(("Accept-Language", "Cookie"))
    return answer


@api_reference.get("/api")
@page("api_reference.document")
def browse() -> str:
    """Every operation with what it takes and answers, and a command that tries it."""
    shown = openapi(current_app.url_map, language())
    entries = list(_entries(shown))
    groups = {tag: [entry for entry in entries if tag in entry.operation["tags"]] for tag in TAGS}
    return render_template(
        "api.html",
        document=shown,
        groups={tag: members for tag, members in groups.items() if members},
        tags=TAGS,
        schemas={
            name: json.dumps(schema, ensure_ascii=False, indent=2)
            for name, schema in sorted(shown["components"]["schemas"].items())
        },
    )


def _entries(shown: dict[str, Any]) -> Iterator[Entry]:
    """The operations of the document in the order of their addresses, questions after their rule."""
    for rule, method in described_routes(current_app.url_map):
        path = template(rule.rule)
        known = operations().get((method, rule.rule))
        examples = known.examples if known else ()
        commands = tuple(
            curl(method, _address(path_of(rule.rule, example)), example) for example in examples
        )
        yield Entry(method, path, shown["paths"][path][method.lower()], commands)
        if (method, rule.rule) == ("GET", QUESTION_RULE):
            yield from _question_entries(shown)


def _question_entries(shown: dict[str, Any]) -> Iterator[Entry]:
    for question in questions().values():
        path = f"/api/v1/questions/{question.name}"
        things = {name: parameters()[kind].example for name, kind in question.takes.items()}
        command = curl("GET", _address(path), Example(query=things))
        yield Entry("GET", path, shown["paths"][path]["get"], (command,))


def _address(path: str) -> str:
    return request.host_url.rstrip("/") + path
