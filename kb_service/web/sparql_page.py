"""The SPARQL endpoint as a page: a form, and the beginning of the answer to its query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response, render_template

from kb_service.store.query_answers import (
    QueryAnswer,
    QueryProblem,
    QueryRequest,
    first_rows,
    run_query,
)
from kb_service.store.result_formats import GRAPH_TYPES, RESULT_TYPES, Limits
from kb_service.store.sparql_worker import Rows
from kb_service.vocabulary import NAMESPACES
from kb_service.web.dataset import current_dataset
from kb_service.web.query_responses import note_answer
from kb_service.web.service import service
from kb_service.web.sparql_parameters import Parameters

_FOR_PAGE = "application/sparql-results+json, text/turtle;q=0.9"
_ROWS_ON_PAGE = 500
_MOST_TURTLE = Limits(rows=10_000, bytes=512 * 1024)
_ENDINGS = {
    "csv": "csv",
    "tab-separated-values": "tsv",
    "sparql-results+json": "json",
    "sparql-results+xml": "xml",
    "turtle": "ttl",
    "n-triples": "nt",
    "ld+json": "jsonld",
    "rdf+xml": "rdf",
    "trig": "trig",
    "n-quads": "nq",
}
EXAMPLE = """\
PREFIX core: <https://w3id.org/rengang/ontology/core#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?model ?label WHERE {
  ?model a core:PositionModel ; skos:prefLabel ?label .
}
ORDER BY ?model
LIMIT 20"""

Asked = Callable[[Parameters, str], QueryRequest]


def page(given: Parameters, asked: Asked) -> Response | str:
    """The form, with the result of its query below, or that result as a file."""
    fields = dict(given)
    query = fields.get("query", "")
    if not query.strip():
        return _form(EXAMPLE)
    wanted = fields.get("format", "")
    try:
        if wanted in (*RESULT_TYPES, *GRAPH_TYPES):
            return _file(asked(given, wanted))
        return _shown(asked(given, _FOR_PAGE))
    except QueryProblem as problem:
        return Response(_form(query, problem=problem), problem.status)


def _shown(asked: QueryRequest) -> str:
    limited = replace(asked, limits=_MOST_TURTLE)
    found = first_rows(service().queries, current_dataset().store, limited, _ROWS_ON_PAGE)
    note_answer(asked, found.people)
    if isinstance(found, Rows):
        return _form(asked.query, table=found)
    if found.content_type.startswith("text/turtle"):
        return _form(asked.query, graph=found.body.decode())
    return _form(asked.query, yes=b'"boolean":true' in found.body)


def _file(asked: QueryRequest) -> Response:
    answer: QueryAnswer = run_query(service().queries, current_dataset().store, asked)
    note_answer(asked, answer.people)
    kind = answer.content_type.partition(";")[0].partition("/")[2]
    response = Response(answer.body, content_type=answer.content_type)
    name = f'attachment; filename="result.{_ENDINGS.get(kind, "txt")}"'
    response.headers["Content-Disposition"] = name
    return response


def _form(query: str, **result: Any) -> str:
    formats = (*RESULT_TYPES[:4], *GRAPH_TYPES[:4])
    return render_template(
        "sparql.html", query=query, formats=formats, prefixes=NAMESPACES, **result
    )
