"""`/ontology`: each module and term as a page, or as RDF to who asks for that."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, current_app, make_response, redirect, request, url_for
from pyoxigraph import NamedNode
from werkzeug.wrappers import Response as BaseResponse

from kb_service.knowledge_base import KnowledgeBase, UnknownThingError
from kb_service.knowledge_base.terms import Module, Term, search
from kb_service.vocabulary import NAMESPACES, iri
from kb_service.web.authorisation import Need, require
from kb_service.web.negotiation import chosen_type
from kb_service.web.ontology_site import FORMATS, Site, index_page, module_page, term_page
from kb_service.web.rdf_documents import RDF_TYPES, rdf_document
from kb_service.web.service import knowledge_base
from kb_service.web.term_reader import TermReader

ontology = Blueprint("ontology", __name__)

PAGE_TYPES = ("text/html", "application/xhtml+xml")
_EXTENSION = "terms"
_LONGEST_SEARCH = 200


def register_ontology_pages(app: Flask, knowledge_base: KnowledgeBase) -> None:
    """Serve the pages, which read the terms of this knowledge base."""
    app.extensions[_EXTENSION] = TermReader(knowledge_base)
    app.register_blueprint(ontology)


def reader() -> TermReader:
    """What reads the terms for the current app."""
    return cast(TermReader, current_app.extensions[_EXTENSION])


@ontology.get("/ontology")
def index() -> BaseResponse:
    """Every module, and the terms found by `?q=`; as RDF, the ontology that imports the others."""

    def page() -> str:
        book, words = reader().book(), request.args.get("q", "")[:_LONGEST_SEARCH].strip()
        return index_page(_site(), book, words, search(book, words))

    return _page_or_rdf(page, lambda: _module_as_rdf(_module("")))


@ontology.get("/ontology/<path:module>")
def module(module: str) -> BaseResponse:
    """A module with all of its terms."""
    found = _module(module)
    return _page_or_rdf(
        lambda: module_page(_site(), reader().book(), found), lambda: _module_as_rdf(found)
    )


@ontology.get("/ontology/terms/<prefix>/<path:local>")
def term(prefix: str, local: str) -> BaseResponse:
    """A term with what is near it and who uses it; somebody, as their own page has them."""
    if prefix not in NAMESPACES:
        raise UnknownThingError("term", f"{prefix}:{local}")
    return _term(iri(prefix, local))


@ontology.get("/ontology/term")
def term_by_iri() -> BaseResponse:
    """The same for the IRI given as `?iri=`, whatever its namespace."""
    try:
        named = NamedNode(request.args.get("iri", ""))
    except ValueError as error:
        raise UnknownThingError("term", request.args.get("iri", "")) from error
    return _term(named)


def _term(named: NamedNode) -> BaseResponse:
    view = knowledge_base()
    if named.value.startswith(NAMESPACES["person"]):
        require(Need.PEOPLE)
        return _page_or_rdf(
            lambda: redirect(_page_of_somebody(named), 303),
            lambda: rdf_document(lambda: view.description(named)),
        )
    found = reader().book().terms.get(named.value)

    def page() -> str:
        if found is None:
            raise UnknownThingError("term", named.value)
        counted = reader().usage(view, named.value, lambda: view.term_usage(named))
        return term_page(_site(), reader().book(), found, reader().mentions(), counted)

    return _page_or_rdf(page, lambda: rdf_document(lambda: view.description(named)))


def _page_of_somebody(named: NamedNode) -> str:
    """The page about a person; about a conclusion on them, why it was drawn."""
    person, _, rest = named.value.removeprefix(NAMESPACES["person"]).partition("/")
    knowledge_base().key_of(person)
    kind, _, period = rest.partition("/")
    if kind == "appraisal" and "/" not in period:
        return url_for("performance_pages.appraisal", person=person, period=period)
    if kind in ("verdict", "appraisal"):
        return url_for("person_pages.explain", conclusion=named.value)
    return url_for("person_pages.person", person=person)


def _module(path: str) -> Module:
    found = reader().book().modules.get(path)
    if found is None:
        raise UnknownThingError("ontology module", path)
    return found


def _module_as_rdf(module: Module) -> Response:
    graph = NamedNode(module.iri)
    return rdf_document(lambda: knowledge_base().knowledge_base.store.graph(graph))


def _page_or_rdf(
    page: Callable[[], str | BaseResponse], document: Callable[[], Response]
) -> BaseResponse:
    """What the client likes better; `?format=` names a format where a link cannot say it otherwise."""
    if request.args.get("format") in FORMATS:
        return document()
    if chosen_type((*PAGE_TYPES, *RDF_TYPES)) not in PAGE_TYPES:
        return document()
    response = make_response(page())
    response.vary.update(("Accept", "Accept-Language", "Authorization", "Cookie"))
    return response


def _site() -> Site:
    """The links of the pages of the service."""
    return Site(
        layout="base.html",
        index=url_for("ontology.index"),
        module=address_of_module,
        term=address_of_term,
        document=lambda module, ending: f"{address_of_module(module)}?format={ending}",
        question=lambda name: url_for("pages.question", name=name),
    )


def address_of_module(module: Module) -> str:
    """The page of a module."""
    if not module.path:
        return url_for("ontology.index")
    return url_for("ontology.module", module=module.path)


def address_of_term(term: Term) -> str:
    """The page of a term."""
    return address_of(term.iri, term.prefix, term.local)


def address_of(named: str, prefix: str, local: str) -> str:
    """The page of what has this IRI, by its prefixed name where it has one."""
    if not prefix:
        return f"{url_for('ontology.term_by_iri')}?{urlencode({'iri': named})}"
    return url_for("ontology.term", prefix=prefix, local=local)
