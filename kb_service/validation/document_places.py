"""Where in a document of any RDF format each thing is said. Only for worker processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pyoxigraph import RdfFormat, Triple

from kb_service.validation.json_places import json_places
from kb_service.validation.statement_places import StatementPlaces
from kb_service.validation.submissions import rdf_format
from kb_service.validation.turtle_places import turtle_places
from kb_service.validation.xml_places import xml_places

_UTF8_MARK = b"\xef\xbb\xbf"
_READERS: Mapping[RdfFormat, Callable[[bytes, Sequence[Triple]], StatementPlaces]] = {
    RdfFormat.TURTLE: turtle_places,
    RdfFormat.N_TRIPLES: turtle_places,
    RdfFormat.JSON_LD: json_places,
    RdfFormat.RDF_XML: xml_places,
}


def document_places(
    data: bytes, media_type: str, filename: str, triples: Sequence[Triple]
) -> StatementPlaces:
    """The places of what was read from a document, which `triples` are, in the order of reading.

    Lines of Turtle, N-Triples and RDF/XML, JSON pointers of JSON-LD. Nothing has a place in a
    document of another kind.
    """
    kind = rdf_format(media_type, filename)
    if kind is None:
        return StatementPlaces()
    return _READERS[kind](data.removeprefix(_UTF8_MARK), triples)
