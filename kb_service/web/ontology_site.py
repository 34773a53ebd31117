"""Pages about the ontologies, for the service and for a folder of files alike: their links differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup

from kb_service.access.terms_view import TermUsage
from kb_service.knowledge_base.terms import (
    Kind,
    Mention,
    Mentions,
    Module,
    Neighbourhood,
    Term,
    TermBook,
    draw,
    neighbourhood,
    overview,
    prefixed,
)
from kb_service.vocabulary import iri
from kb_service.web.labels import OUR_OWN
from kb_service.web.language import language

GROUPS = ("modules", "frameworks", "models", "data")
FORMATS: Mapping[str, str] = {
    "ttl": "text/turtle",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
}
"""The formats that pages link to, by the ending of a file in them."""


@dataclass(frozen=True)
class Site:
    """Where the pages are: what each extends, and the addresses that they link to."""

    layout: str
    index: str
    module: Callable[[Module], str]
    term: Callable[[Term], str]
    document: Callable[[Module, str], str]
    """A module as RDF; the format by the ending of a file."""
    question: Callable[[str], str] | None = None
    """Where a question is asked; None where nobody answers."""
    root: str = ""
    """For files: the way to the folder with the stylesheet."""
    other_language: str = ""
    """For files: the same page in the other language."""


@dataclass(frozen=True)
class Shown:
    """The book as a template of a site sees it."""

    site: Site
    book: TermBook

    def link(self, named: str) -> str:
        """The address of a term's page; empty for what is no term of ours."""
        term = self.book.terms.get(named)
        return self.site.term(term) if term else ""

    def label(self, named: str) -> Mapping[str, str]:
        """What a term is called; its prefixed name where nobody has a label for it."""
        term = self.book.terms.get(named)
        if term and term.texts.label:
            return term.texts.label
        if named in OUR_OWN:
            return OUR_OWN[named]
        prefix, local = prefixed(named)
        name = f"{prefix}:{local}" if prefix else named
        return {"zh": name, "en": name}

    def module_at(self, named: str) -> Module | None:
        """The module with this IRI."""
        path = self.book.path_of.get(named)
        return None if path is None else self.book.modules[path]

    def address_of(self, what: str, name: str) -> str:
        """The page of a rule or question that mentions a term; shapes have none."""
        if what in ("read_by", "written_by"):
            return self.link(iri("rule", name).value)
        return self.site.question(name) if what == "asked_by" and self.site.question else ""

    def drawn(self, drawing: Neighbourhood) -> Markup:
        """A drawing; empty where there is nothing to draw. What it quotes is escaped there."""
        return Markup(draw(drawing, language(), self.link))


def index_page(site: Site, book: TermBook, words: str, found: Sequence[Term]) -> str:
    """Every module, every class in its place, and the terms found by some words."""
    return render_template(
        "ontology/index.html",
        shown=Shown(site, book),
        layout=site.layout,
        book=book,
        root=book.modules.get(""),
        groups={name: book.group(name) for name in GROUPS},
        words=words,
        found=found,
    )


def module_page(site: Site, book: TermBook, module: Module) -> str:
    """A module with each of its terms, individuals by their class.

    Words without a label of ours are those of other vocabularies.
    """
    words = {kind: book.of(module, kind) for kind in Kind if kind is not Kind.INDIVIDUAL}
    own = {kind: [t for t in terms if t.texts.label] for kind, terms in words.items()}
    return render_template(
        "ontology/module.html",
        shown=Shown(site, book),
        layout=site.layout,
        book=book,
        module=module,
        kinds={kind: terms for kind, terms in own.items() if terms},
        foreign=[t for terms in words.values() for t in terms if not t.texts.label],
        individuals=_by_class(book.of(module, Kind.INDIVIDUAL)),
        drawing=overview(book, module),
        formats=FORMATS,
    )


def _by_class(individuals: Sequence[Term]) -> dict[str, list[Term]]:
    """Individuals by the IRI of their class, the first where they are of several."""
    found: dict[str, list[Term]] = {}
    for term in individuals:
        found.setdefault(next(iter(term.near.classes), ""), []).append(term)
    return found


def term_page(
    site: Site, book: TermBook, term: Term, mentions: Mentions, usage: TermUsage | None
) -> str:
    """All there is to know of a term; without `usage`, nothing of the people it is used of."""
    mentioned: dict[str, tuple[Mention, ...]] = {
        name: by_term.get(term.iri, ())
        for name, by_term in (
            ("read_by", mentions.read_by),
            ("written_by", mentions.written_by),
            ("checked_by", mentions.checked_by),
            ("asked_by", mentions.asked_by),
        )
    }
    return render_template(
        "ontology/term.html",
        shown=Shown(site, book),
        layout=site.layout,
        book=book,
        term=term,
        module=book.module_of(term),
        drawing=neighbourhood(book, term),
        mentioned={name: found for name, found in mentioned.items() if found},
        usage=usage,
    )
