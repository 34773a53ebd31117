"""Triples of ours as a document in the RDF format that a client asks for, named by an ETag."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import Response, request
from pyoxigraph import RdfFormat, Triple, serialize

from kb_service.vocabulary import NAMESPACES
from kb_service.web.conditional import not_modified, state_tag, vary_by_caller, with_tag
from kb_service.web.negotiation import chosen_type
from kb_service.web.ontology_site import FORMATS

RDF_TYPES = ("text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples")
"""The one we like best first."""


def rdf_document(triples: Callable[[], Iterable[Triple]]) -> Response:
    """The triples in the format of `?format=`, else the one that the client accepts.

    They are asked for only when the client does not have them yet. Raises Problem 406.
    """
    media_type = FORMATS.get(request.args.get("format", "")) or chosen_type(RDF_TYPES)
    tag = state_tag()
    if known := not_modified(tag):
        return known
    found = list(triples())
    text = serialize(found, format=RdfFormat.from_media_type(media_type), prefixes=_used(found))
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    response = Response(text, content_type=media_type + charset)
    vary_by_caller(response)
    return with_tag(response, tag)


def _used(triples: Iterable[Triple]) -> dict[str, str]:
    """The prefixes that shorten anything in some triples."""
    text = "\n".join(map(str, triples))
    return {prefix: space for prefix, space in NAMESPACES.items() if f"<{space}" in text}
