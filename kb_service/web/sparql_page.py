"""The SPARQL endpoint as a page: an editor, questions to begin with, and the answer to its query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, url_for

from kb_service.access.roles import People
from kb_service.knowledge_base import UnknownThingError
from kb_service.questions import Question, TellsOf, questions
from kb_service.store.query_answers import (
    QueryAnswer,
    QueryRequest,
    first_rows,
    run_query,
)
from kb_service.store.query_problems import QueryProblem
from kb_service.store.result_formats import GRAPH_TYPES, RESULT_TYPES, Limits
from kb_service.store.sparql_worker import Rows
from kb_service.vocabulary import NAMESPACES
from kb_service.web.authorisation import may_ask
from kb_service.web.callers import caller
from kb_service.web.dataset import current_dataset
from kb_service.web.formula_free import formula_free
from kb_service.web.problems import query_words
from kb_service.web.query_responses import note_answer
from kb_service.web.result_tables import shown_table
from kb_service.web.service import service
from kb_service.web.sparql_parameters import Parameters

_FOR_PAGE = "application/sparql-results+json, text/turtle;q=0.9"
_ROWS_ON_PAGE = 500
_MOST_TURTLE = Limits(rows=10_000, bytes=512 * 1024)
_LONGEST_LINK = 4000
"""Characters: what every browser, proxy and chat takes as an address."""
_ROW_FORMATS = {
    "CSV": "text/csv",
    "TSV": "text/tab-separated-values",
    "JSON": "application/sparql-results+json",
    "XML": "application/sparql-results+xml",
}
_GRAPH_FORMATS = {
    "Turtle": "text/turtle",
    "N-Triples": "application/n-triples",
    "JSON-LD": "application/ld+json",
    "RDF/XML": "application/rdf+xml",
}
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
    """The editor, with the result of its query below, or that result as a file.

    `?question=` puts the query of a question into the editor, to be changed before it is run.
    Raises UnknownThingError when there is no such question.
    """
    fields = dict(given)
    query = fields.get("query", "")
    if not query.strip():
        return _editor(_text_of(fields.get("question", "")))
    wanted = fields.get("format", "")
    try:
        if wanted in (*RESULT_TYPES, *GRAPH_TYPES):
            return _file(asked(given, wanted))
        return _shown(asked(given, _FOR_PAGE))
    except QueryProblem as problem:
        told = _editor(query, problem=query_words(problem), place=problem.place)
        return Response(told, problem.status)


def _text_of(question: str) -> str:
    if not question:
        return EXAMPLE
    known = questions().get(question)
    if known is None or not is_for_editor(known):
        raise UnknownThingError("question", question)
    return known.text


def is_for_editor(question: Question) -> bool:
    """Whether SPARQL answers a question to the caller as the API would.

    Not one about all that follows for one person, which is not in the store; and who may see
    nobody is told how many people only by who counts them.
    """
    counts = caller().rights.reads is not People.NOBODY
    is_told = counts or question.tells_of is TellsOf.NOBODY
    return question.over == "store" and is_told and may_ask(question)


def _shown(asked: QueryRequest) -> str:
    limited = replace(asked, limits=_MOST_TURTLE)
    found = first_rows(service().queries, current_dataset().store, limited, _ROWS_ON_PAGE)
    note_answer(asked, found.people)
    if isinstance(found, Rows):
        table = shown_table(found, service().labels.shared().names)
        return _editor(asked.query, table=table, formats=_ROW_FORMATS)
    if found.content_type.startswith("text/turtle"):
        return _editor(asked.query, graph=found.body.decode(), formats=_GRAPH_FORMATS)
    return _editor(asked.query, yes=b'"boolean":true' in found.body, formats=_ROW_FORMATS)


def _file(asked: QueryRequest) -> Response:
    answer: QueryAnswer = run_query(service().queries, current_dataset().store, asked)
    note_answer(asked, answer.people)
    kind = answer.content_type.partition(";")[0].partition("/")[2]
    body = formula_free(answer.body, answer.content_type)
    response = Response(body, content_type=answer.content_type)
    name = f'attachment; filename="result.{_ENDINGS.get(kind, "txt")}"'
    response.headers["Content-Disposition"] = name
    return response


def _editor(query: str, **result: Any) -> str:
    address = f"{url_for('sparql.endpoint')}?{urlencode({'query': query})}"
    return render_template(
        "sparql.html",
        query=query,
        example=EXAMPLE,
        address=address if result and len(address) <= _LONGEST_LINK else "",
        questions=list(filter(is_for_editor, questions().values())),
        prefixes=NAMESPACES,
        **result,
    )
