"""`/id/…`: where the names of ours lead, `https://w3id.org/rengang/…`, once w3id.org points here."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from pyoxigraph import NamedNode
from werkzeug.wrappers import Response

from kb_service.knowledge_base import UnknownThingError
from kb_service.knowledge_base.terms import prefixed
from kb_service.vocabulary import BASE
from kb_service.web.negotiation import chosen_type
from kb_service.web.ontology_pages import (
    PAGE_TYPES,
    address_of,
    address_of_module,
    reader,
)
from kb_service.web.rdf_documents import RDF_TYPES

dereferencing = Blueprint("dereferencing", __name__)


@dereferencing.get("/id/<path:tail>")
def dereference(tail: str) -> Response:
    """See other: the document about what `https://w3id.org/rengang/` with this tail names.

    The name of a thing is not that of a document about it, hence 303. A fragment never reaches a
    server: whoever asks for `…/ontology/core#Ability` is led to the page of `core`, where the
    browser finds `#Ability`.
    """
    chosen_type((*PAGE_TYPES, *RDF_TYPES))
    response = redirect(_document_about(tail), 303)
    response.vary.add("Accept")
    return response


def _document_about(tail: str) -> str:
    named = BASE + tail
    book = reader().book()
    for module in book.modules.values():
        if named in (module.iri, f"{module.iri}/{module.version}"):
            return address_of_module(module)
    try:
        NamedNode(named)
    except ValueError as error:
        raise UnknownThingError("term", request.path) from error
    prefix, local = prefixed(named)
    return address_of(named, prefix, local)
