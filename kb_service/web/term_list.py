"""Every term with its name in both languages, for whoever writes queries and wants names completed."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from kb_service.knowledge_base.terms import Term
from kb_service.vocabulary import NAMESPACES
from kb_service.web.answers import Document
from kb_service.web.ontology_pages import reader

term_list = Blueprint("term_list", __name__)


@term_list.get("/api/v1/terms")
def every_term() -> Response:
    """The prefixes, and every class, property and individual that is declared."""
    terms = reader().book().terms.values()
    return jsonify(prefixes=dict(NAMESPACES), terms=list(map(_as_json, terms)))


def _as_json(term: Term) -> Document:
    label = term.texts.label
    return {
        "name": term.name,
        "iri": term.iri,
        "kind": term.kind,
        "label": {"zh": label.get("zh"), "en": label.get("en")} if label else None,
    }
