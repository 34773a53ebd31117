"""SPARQL 1.1 Service Description: what the endpoint understands, and over which graphs."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, request, url_for
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.store.result_formats import GRAPH_TYPES, best_type
from kb_service.vocabulary import A, is_shared
from kb_service.web.callers import caller
from kb_service.web.dataset import current_dataset
from kb_service.web.descriptions import (
    RDF_FORMATS,
    RESULT_FORMATS,
    described,
    readable_graphs,
    term,
)

_MOST_GRAPHS = 2000
_LEFT_OUT = (
    "There are more graphs about people than are listed here; "
    "ask for them by SELECT ?graph { GRAPH ?graph {} }."
)


def wants_description() -> bool:
    """Whether a request without a query accepts RDF, and so the description of the service."""
    return best_type(request.headers.get("Accept", ""), GRAPH_TYPES) is not None


def describe_service() -> Response:
    """The description, by what the caller may read and write, in the RDF format they like best."""
    return described(_service())


def _service() -> Iterator[Triple]:
    service = BlankNode()
    endpoint = NamedNode(url_for("sparql.endpoint", _external=True))
    yield Triple(service, A, term("sd", "Service"))
    yield Triple(service, term("sd", "endpoint"), endpoint)
    yield Triple(service, term("sd", "supportedLanguage"), term("sd", "SPARQL11Query"))
    if _may_write():
        yield Triple(service, term("sd", "supportedLanguage"), term("sd", "SPARQL11Update"))
    if current_dataset().default_is_union:
        yield Triple(service, term("sd", "feature"), term("sd", "UnionDefaultGraph"))
    for name in (*RESULT_FORMATS, *RDF_FORMATS):
        yield Triple(service, term("sd", "resultFormat"), term("format", name))
    for name in RDF_FORMATS:
        yield Triple(service, term("sd", "inputFormat"), term("format", name))
    yield from _dataset(service)


def _may_write() -> bool:
    rights = caller().rights
    return rights.writes_models or rights.writes_people


def _dataset(service: BlankNode) -> Iterator[Triple]:
    dataset, default = BlankNode(), BlankNode()
    yield Triple(service, term("sd", "defaultDataset"), dataset)
    yield Triple(dataset, A, term("sd", "Dataset"))
    yield Triple(dataset, term("sd", "defaultGraph"), default)
    yield Triple(default, A, term("sd", "Graph"))
    graphs = readable_graphs()
    if len(graphs) > _MOST_GRAPHS:
        graphs = [graph for graph in graphs if is_shared(graph.value)][:_MOST_GRAPHS]
        yield Triple(dataset, term("rdfs", "comment"), Literal(_LEFT_OUT, language="en"))
    for graph in graphs:
        named, contents = BlankNode(), BlankNode()
        yield Triple(dataset, term("sd", "namedGraph"), named)
        yield Triple(named, A, term("sd", "NamedGraph"))
        yield Triple(named, term("sd", "name"), graph)
        yield Triple(named, term("sd", "graph"), contents)
        yield Triple(contents, A, term("sd", "Graph"))
