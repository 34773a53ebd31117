"""The SPARQL 1.1 endpoint: queries only, each run in a process that may be killed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, render_template, request

from kb_service.store.result_formats import GRAPH_TYPES, RESULT_TYPES
from kb_service.store.sparql_worker import QueryAnswer, QueryProblem, QueryRequest, run_query
from kb_service.vocabulary import NAMESPACES
from kb_service.web.bodies import unsupported
from kb_service.web.problems import Problem, wants_page
from kb_service.web.service import service

sparql = Blueprint("sparql", __name__)

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
_FOR_PAGE = "application/sparql-results+json, text/turtle;q=0.9"
_ROWS_ON_PAGE = 500
EXAMPLE = """\
PREFIX core: <https://w3id.org/rengang/ontology/core#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?model ?label WHERE {
  ?model a core:PositionModel ; skos:prefLabel ?label .
}
ORDER BY ?model
LIMIT 20"""

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """The rows of a SELECT as a page shows them."""

    columns: list[str]
    rows: list[list[str]]
    cut: bool


@sparql.route("/sparql", methods=["GET", "POST"])
def endpoint() -> Response | str:
    """The answer to a query, in the format that the client accepts; for browsers, a page."""
    given = _parameters()
    _refuse_update(given)
    if wants_page():
        return _page(given)
    answer = _answer(given, request.headers.get("Accept", "*/*"))
    response = Response(answer.body, content_type=answer.content_type)
    response.vary.add("Accept")
    return response


def _parameters() -> Pairs:
    """The protocol's parameters, wherever this kind of request carries them."""
    in_address = _decoded(request.query_string)
    if request.method != "POST":
        return in_address
    if request.mimetype == _FORM:
        return _decoded(request.get_data()) + [pair for pair in in_address if pair[0] != "lang"]
    if request.mimetype == _UPDATE:
        return [("update", "")]
    if request.mimetype != _QUERY:
        raise unsupported([_QUERY, _FORM])
    try:
        query = request.get_data().decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8() from error
    return [("query", query), *in_address]


def _decoded(form: bytes) -> Pairs:
    try:
        return parse_qsl(
            form.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=2000
        )
    except UnicodeDecodeError as error:
        raise _not_utf8() from error
    except ValueError as error:
        raise Problem(400, "参数太多。", "There are too many parameters.") from error


def _not_utf8() -> Problem:
    return Problem(400, "查询应为 UTF-8 编码。", "Send the query as UTF-8.")


def _refuse_update(given: Pairs) -> None:
    if any(name == "update" for name, _ in given):
        raise Problem(
            403,
            "这个端点只接受查询。人员和测评请通过 /api/v1 写入，其他知识请修改本体文件。",
            "This endpoint takes queries only. Write people and assessments by /api/v1, "
            "and change other knowledge in its files.",
        )


def _answer(given: Pairs, accept: str) -> QueryAnswer:
    texts = [value for name, value in given if name == "query"]
    if len(texts) != 1:
        raise Problem(
            400,
            "请用参数 query 给出一个 SPARQL 查询。",
            "Give exactly one SPARQL query as the parameter query.",
        )
    graphs = {
        wanted: tuple(value for name, value in given if name == wanted)
        for wanted in ("default-graph-uri", "named-graph-uri")
    }
    asked = QueryRequest(
        texts[0],
        accept or "*/*",
        default_graphs=graphs["default-graph-uri"],
        named_graphs=graphs["named-graph-uri"],
    )
    return run_query(service().queries, service().knowledge_base.store, asked)


def _page(given: Pairs) -> Response | str:
    """The form, with the result of its query below, or that result as a file."""
    fields = dict(given)
    query = fields.get("query", "")
    if not query.strip():
        return _form(EXAMPLE)
    try:
        wanted = fields.get("format", "")
        if wanted in (*RESULT_TYPES, *GRAPH_TYPES):
            return _download(_answer(given, wanted))
        answer = _answer(given, _FOR_PAGE)
    except QueryProblem as problem:
        return Response(_form(query, problem=problem), problem.status)
    if answer.content_type.startswith("text/turtle"):
        return _form(query, graph=answer.body.decode())
    found = json.loads(answer.body)
    return _form(
        query, table=None if "boolean" in found else _table(found), yes=found.get("boolean")
    )


def _form(query: str, **result: Any) -> str:
    formats = (*RESULT_TYPES[:4], *GRAPH_TYPES[:4])
    return render_template(
        "sparql.html", query=query, formats=formats, prefixes=NAMESPACES, **result
    )


def _download(answer: QueryAnswer) -> Response:
    endings = {
        "csv": "csv",
        "tab-separated-values": "tsv",
        "sparql-results+json": "json",
        "sparql-results+xml": "xml",
        "turtle": "ttl",
        "n-triples": "nt",
        "ld+json": "jsonld",
        "rdf+xml": "rdf",
    }
    kind = answer.content_type.partition(";")[0].partition("/")[2]
    response = Response(answer.body, content_type=answer.content_type)
    name = f'attachment; filename="result.{endings.get(kind, "txt")}"'
    response.headers["Content-Disposition"] = name
    return response


def _table(found: dict[str, Any]) -> Table:
    columns = found["head"]["vars"]
    rows = found["results"]["bindings"]
    shown = [
        [
            str(row[column]["value"]) if isinstance(row.get(column), dict) else ""
            for column in columns
        ]
        for row in rows[:_ROWS_ON_PAGE]
    ]
    return Table(columns, shown, len(rows) > _ROWS_ON_PAGE)
