"""What the descriptions of our service and our dataset share: terms, graphs, and their formats."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response
from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from kb_service.store.reach import Reach
from kb_service.store.result_formats import GRAPH_TYPES
from kb_service.web.conditional import not_modified, state_tag, vary_by_caller, with_tag
from kb_service.web.dataset import current_dataset
from kb_service.web.negotiation import chosen_type

PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "format": "http://www.w3.org/ns/formats/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "void": "http://rdfs.org/ns/void#",
}
RDF_FORMATS = ("Turtle", "N-Triples", "JSON-LD", "RDF_XML", "TriG", "N-Quads")
RESULT_FORMATS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
)


def term(prefix: str, local: str) -> NamedNode:
    """A term of one of the vocabularies that describe datasets and services."""
    return NamedNode(PREFIXES[prefix] + local)


def readable_graphs() -> list[NamedNode]:
    """The named graphs that the caller may read, in order."""
    dataset = current_dataset()
    reach: Reach = dataset.readable()
    return [name for name in dataset.store.graph_names() if reach.contains(name)]


def described(triples: Iterable[Triple]) -> Response:
    """A description in the RDF format that the client likes best; raises Problem 406 for none."""
    media_type = chosen_type(GRAPH_TYPES)
    tag = state_tag()
    if known := not_modified(tag):
        return known
    body = serialize(triples, format=RdfFormat.from_media_type(media_type), prefixes=PREFIXES)
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    response = Response(body, content_type=media_type + charset)
    vary_by_caller(response)
    return with_tag(response, tag)
