"""The OpenAPI document: what the routes are, the app says; what they do, `operations.toml` says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from werkzeug.routing import Map, Rule

from kb_service.questions import Question, questions
from kb_service.web.openapi.operations import (
    Example,
    Operation,
    Words,
    operations,
    parameters,
)
from kb_service.web.openapi.schema_parts import Schema, ref
from kb_service.web.openapi.schemas import columns_as_asked, schemas
from kb_service.web.problem_words import TITLES

Document = dict[str, Any]

QUESTION_RULE = "/api/v1/questions/<name>"
_VARIABLE = re.compile(r"<(?:[^:<>]+:)?(\w+)>")
_UNSAID_METHODS = {"HEAD", "OPTIONS"}
"""What Flask answers by itself, unless the operations say something of it."""
TAGS = {
    "reading": Words("岗位模型", "Position models"),
    "people": Words("人员", "People"),
    "judgements": Words("判断", "Judgements"),
    "questions": Words("问题", "Questions"),
    "rights": Words("个人权利", "Rights of the person"),
    "documents": Words("文件", "Documents"),
    "sparql": Words("SPARQL", "SPARQL"),
    "graphs": Words("图", "Graphs"),
    "studies": Words("建模研究", "Model-building studies"),
    "about": Words("关于服务", "About the service"),
    "pages": Words("页面", "Pages"),
}
_INFO = Words(
    "开放的胜任力知识库，并说明每个判断的理由。没有配置令牌时，只应答本机；配置以后，每个请求带 Bearer 令牌。",
    "An open competency knowledge base that explains its judgements. While no token is configured "
    "it answers this machine only; afterwards each request carries a bearer token.",
)
_REFUSED = Words("没有执行；detail 说明怎样改正", "Not carried out; detail says what to do")
_BEARER = Words(
    "用 `rengang token add` 得到的令牌，或身份提供方签发的 JWT",
    "A token made by `rengang token add`, or a JWT of the identity provider",
)
_JSON = "application/json"
_PROBLEM = "application/problem+json"


def openapi(routes: Map, language: str) -> Document:
    """The document of these routes, its words in one of the languages.

    A route that nothing is said of appears all the same, with its path parameters.
    """
    paths: dict[str, dict[str, Any]] = {}
    for rule, method in described_routes(routes):
        operation = operations().get((method, rule.rule), Operation(Words(rule.endpoint)))
        at = paths.setdefault(template(rule.rule), {})
        at[method.lower()] = _operation(rule, method, operation, language)
        if (method, rule.rule) == ("GET", QUESTION_RULE):
            for question in questions().values():
                paths[f"/api/v1/questions/{question.name}"] = {"get": _question(question, language)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Rengang 人岗",
            "version": version("rengang"),
            "description": _INFO.said(language),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"bearer": []}],
        "tags": [{"name": tag, "description": words.said(language)} for tag, words in TAGS.items()],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas(),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": _BEARER.said(language),
                }
            },
        },
    }


def described_routes(routes: Map) -> Iterator[tuple[Rule, str]]:
    """Each rule of the app with each method that belongs in the document."""
    for rule in sorted(routes.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted(rule.methods or ()):
            if method not in _UNSAID_METHODS or (method, rule.rule) in operations():
                yield rule, method


def template(rule: str) -> str:
    """An address as OpenAPI writes it."""
    return _VARIABLE.sub(r"{\1}", rule)


def path_of(rule: str, example: Example) -> str:
    """The address of an example, with the usual ids where it names no others."""

    def value(match: re.Match[str]) -> str:
        return example.path.get(match[1]) or parameters()[match[1]].example

    return _VARIABLE.sub(value, rule)


def _operation(rule: Rule, method: str, operation: Operation, language: str) -> Document:
    example = operation.examples[0] if operation.examples else Example()
    in_path = _VARIABLE.findall(rule.rule)
    given = [
        *(_parameter(name, "path", language, example.path.get(name)) for name in in_path),
        *(_parameter(name, "query", language) for name in (*operation.query, "lang")),
        *(_parameter(name, "header", language) for name in _headers(operation)),
    ]
    shown: Document = {
        "operationId": _name(method, rule.rule),
        "summary": operation.summary.said(language),
        "tags": [operation.tag],
        "parameters": given,
        "responses": _responses(operation, language),
    }
    if more := operation.more.said(language):
        shown["description"] = more
    if operation.body or operation.takes:
        shown["requestBody"] = {"required": True, "content": _body(operation)}
    return shown


def _name(method: str, rule: str) -> str:
    """What an operation is called: `get-api-v1-people-person`."""
    return re.sub(r"[^a-z0-9]+", "-", f"{method}{template(rule)}".lower()).strip("-")


def _headers(operation: Operation) -> tuple[str, ...]:
    """The headers that count, beside those that count everywhere."""
    return (*operation.headers, *(("Idempotency-Key",) if operation.write else ()))


def _parameter(name: str, place: str, language: str, example: str | None = None) -> Document:
    known = parameters().get(name)
    shown: Document = {"name": name, "in": place, "schema": {"type": "string"}}
    if known:
        shown |= {"description": known.words.said(language), "schema": dict(known.schema)}
    if place == "path":
        shown["required"] = True
        if example or (known and known.example):
            shown["example"] = example or (known.example if known else "")
    return shown


def _body(operation: Operation) -> Document:
    content: Document = {
        media_type: {"schema": _bytes(media_type)} for media_type in operation.takes
    }
    if operation.body:
        content[_JSON] = {"schema": ref(operation.body)}
    for example in operation.examples:
        if example.body is not None:
            content[_JSON].setdefault("example", example.body)
        elif example.text:
            content[example.type].setdefault("example", example.text)
    return content


def _bytes(media_type: str) -> Schema:
    if media_type == "multipart/form-data":
        field: Schema = {"type": "string", "contentMediaType": "application/octet-stream"}
        return {"type": "object", "properties": {"file": field}, "required": ["file"]}
    if media_type == "application/x-www-form-urlencoded":
        return {"type": "object", "properties": {"query": {"type": "string"}}}
    return {"type": "string"}


def _responses(operation: Operation, language: str) -> Document:
    said = operation.summary.said(language)
    content: Document = {media_type: {"schema": {}} for media_type in operation.gives}
    if operation.answer:
        content = {_JSON: {"schema": ref(operation.answer)}, **content}
    found: Document = {}
    for status in operation.statuses:
        shown: Document = {"description": said}
        if status in (200, 201, 202, 503) and content:
            shown["content"] = content
        if status == 303:
            shown["content"] = {"text/html": {"schema": {}}}
        if status in (201, 303):
            shown["headers"] = {"Location": {"schema": {"type": "string"}}}
        found[str(status)] = shown
    for status in operation.refuses:
        title = Words(*TITLES.get(status, (HTTPStatus(status).phrase,) * 2))
        found[str(status)] = {"description": title.said(language), "content": _problem()}
    found["default"] = {"description": _REFUSED.said(language), "content": _problem()}
    return found


def _problem() -> Document:
    return {_PROBLEM: {"schema": ref("Problem")}, "text/html": {"schema": {}}}


def _question(question: Question, language: str) -> Document:
    """The operation of one question, as the header of its query describes it."""
    asks = Words(question.asks_zh, question.asks)
    takes = [
        _parameter(name, "query", language)
        | {"required": True, "example": parameters()[kind].example}
        for name, kind in question.takes.items()
    ]
    may_take = [_parameter(name, "query", language) for name in question.may_take]
    pages = [_parameter(name, "query", language) for name in ("limit", "offset", "lang")]
    return {
        "operationId": _name("GET", f"/api/v1/questions/{question.name}"),
        "summary": asks.said(language),
        "tags": ["questions"],
        "parameters": [*takes, *may_take, *pages],
        "responses": {
            "200": {
                "description": asks.said(language),
                "content": {_JSON: {"schema": columns_as_asked(question)}},
            },
            "default": {"description": _REFUSED.said(language), "content": _problem()},
        },
    }
