"""The dataset described in VoID and DCAT: what is in it for this caller, and where to ask."""

from __future__ import annotations

import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, redirect, url_for
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from werkzeug.wrappers import Response as AnyResponse

from kb_service.store.query_answers import QueryRequest, run_query
from kb_service.store.query_problems import QueryProblem
from kb_service.store.reach import Reach
from kb_service.store.result_formats import GRAPH_TYPES
from kb_service.vocabulary import BASE, NAMESPACES, A
from kb_service.web.callers import who_shares
from kb_service.web.dataset import current_dataset
from kb_service.web.descriptions import RDF_FORMATS, described, term
from kb_service.web.service import service

dataset_description = Blueprint("dataset_description", __name__)

EXTENSION = "dataset-counts"
_MOST_KEPT = 16
_LOG = logging.getLogger("kb_service.web")
_TITLES = (
    Literal("人岗胜任力知识库", language="zh"),
    Literal("Rengang competency knowledge base", language="en"),
)
_TOTALS = """
SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?distinctSubjects)
  (COUNT(DISTINCT ?o) AS ?distinctObjects) (COUNT(DISTINCT ?p) AS ?properties)
{ ?s ?p ?o }"""
_CLASSES = """
SELECT ?part (COUNT(DISTINCT ?thing) AS ?count) { ?thing a ?part FILTER (isIRI(?part)) }
GROUP BY ?part ORDER BY ?part"""
_PROPERTIES = """
SELECT ?part (COUNT(*) AS ?count) { ?thing ?part ?value } GROUP BY ?part ORDER BY ?part"""

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Statistics:
    """How much of what there is; nothing where counting took too long."""

    totals: Counts = ()
    classes: Counts = ()
    properties: Counts = ()


class _Kept:
    """The statistics of lately described states, by state and reach."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, Reach], Statistics] = OrderedDict()

    def get(self, key: tuple[str, Reach]) -> Statistics | None:
        with self._lock:
            return self._known.get(key)

    def put(self, key: tuple[str, Reach], statistics: Statistics) -> None:
        with self._lock:
            self._known[key] = statistics
            while len(self._known) > _MOST_KEPT:
                self._known.popitem(last=False)


def register_dataset_description(app: Flask) -> None:
    """Serve the description, and lead there from the well-known address."""
    app.extensions[EXTENSION] = _Kept()
    app.register_blueprint(dataset_description)


@dataset_description.get("/.well-known/void")
def well_known() -> AnyResponse:
    """Where the description is."""
    return redirect(url_for(".dataset"), 303)


@dataset_description.get("/dataset")
def dataset() -> Response:
    """The dataset as far as the caller may read it, in the RDF format they like best."""
    return described(_description())


def _description() -> Iterator[Triple]:
    dataset, endpoint = NamedNode(BASE + "dataset"), url_for("sparql.endpoint", _external=True)
    yield Triple(dataset, A, term("void", "Dataset"))
    yield Triple(dataset, A, term("dcat", "Dataset"))
    for title in _TITLES:
        yield Triple(dataset, term("dcterms", "title"), title)
    yield Triple(dataset, term("void", "sparqlEndpoint"), NamedNode(endpoint))
    yield Triple(dataset, term("void", "uriSpace"), Literal(BASE))
    for name in RDF_FORMATS:
        yield Triple(dataset, term("void", "feature"), term("format", name))
    for namespace in sorted(set(NAMESPACES.values())):
        if "/ontology/" in namespace or not namespace.startswith(BASE):
            yield Triple(dataset, term("void", "vocabulary"), NamedNode(namespace))
    yield from _counted(dataset, _statistics())
    yield from _where_to_ask(dataset, NamedNode(endpoint))


def _counted(dataset: NamedNode, statistics: Statistics) -> Iterator[Triple]:
    for name, count in statistics.totals:
        yield Triple(dataset, term("void", name), Literal(count))
    if statistics.classes:
        yield Triple(dataset, term("void", "classes"), Literal(len(statistics.classes)))
    parts = (
        ("class", "entities", statistics.classes),
        ("property", "triples", statistics.properties),
    )
    for kind, counted, found in parts:
        for name, count in found:
            part = BlankNode()
            yield Triple(dataset, term("void", f"{kind}Partition"), part)
            yield Triple(part, term("void", kind), NamedNode(name))
            yield Triple(part, term("void", counted), Literal(count))


def _where_to_ask(dataset: NamedNode, endpoint: NamedNode) -> Iterator[Triple]:
    asked, sent = BlankNode(), BlankNode()
    yield Triple(asked, A, term("dcat", "DataService"))
    yield Triple(asked, term("dcat", "endpointURL"), endpoint)
    yield Triple(asked, term("dcat", "endpointDescription"), endpoint)
    yield Triple(asked, term("dcat", "servesDataset"), dataset)
    yield Triple(dataset, term("dcat", "distribution"), sent)
    yield Triple(sent, A, term("dcat", "Distribution"))
    yield Triple(sent, term("dcat", "accessURL"), endpoint)
    yield Triple(sent, term("dcat", "accessService"), asked)
    for media_type in GRAPH_TYPES:
        name = NamedNode("http://www.iana.org/assignments/media-types/" + media_type)
        yield Triple(sent, term("dcat", "mediaType"), name)


def _statistics() -> Statistics:
    """Counted once for each state and reach."""
    kept = cast(_Kept, current_app.extensions[EXTENSION])
    key = (current_dataset().store.tag, current_dataset().readable())
    found = kept.get(key)
    if found is None:
        found = Statistics(_totals(), _parts(_CLASSES), _parts(_PROPERTIES))
        kept.put(key, found)
    return found


def _totals() -> Counts:
    return tuple((name, int(value)) for row in _rows(_TOTALS) for name, value in row.items())


def _parts(query: str) -> Counts:
    return tuple((row["part"], int(row["count"])) for row in _rows(query))


def _rows(query: str) -> list[dict[str, str]]:
    """The rows of one of our queries, over what the caller may read; none where it was stopped."""
    dataset = current_dataset()
    asked = QueryRequest(
        query,
        "application/sparql-results+json",
        reach=dataset.readable(),
        default_is_union=dataset.default_is_union,
        caller=who_shares(),
    )
    try:
        answer = run_query(service().queries, dataset.store, asked)
    except QueryProblem as problem:
        _LOG.warning("the dataset was not counted: %s", problem)
        return []
    found: dict[str, Any] = json.loads(answer.body)
    return [
        {name: cell["value"] for name, cell in row.items()} for row in found["results"]["bindings"]
    ]
