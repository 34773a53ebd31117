"""What triples say, by subject: how conclusions about a study are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.vocabulary import iri, local_id

Term = NamedNode | BlankNode | Literal | Triple
About = Mapping[NamedNode, list[Term]]
"""What is said of one thing, by predicate."""


def said_of(facts: Iterable[Triple]) -> dict[NamedNode, dict[NamedNode, list[Term]]]:
    """What is said of each thing that has an IRI."""
    said: dict[NamedNode, dict[NamedNode, list[Term]]] = {}
    for triple in facts:
        if isinstance(triple.subject, NamedNode):
            about = said.setdefault(triple.subject, {})
            about.setdefault(triple.predicate, []).append(triple.object)
    return said


def nodes(about: About, predicate: NamedNode) -> list[NamedNode]:
    """The things that a predicate relates to."""
    return [term for term in about.get(predicate, ()) if isinstance(term, NamedNode)]


def one(about: About, predicate: NamedNode) -> str:
    """The text of the one value; empty when there is none."""
    for term in about.get(predicate, ()):
        if isinstance(term, NamedNode | Literal):
            return term.value
    return ""


def last(about: About, predicate: NamedNode) -> str | None:
    """The id of the one thing that a predicate relates to, if there is one."""
    found = nodes(about, predicate)
    return local_id(found[0]) if found else None


def whole(text: str) -> int | None:
    """The whole number that a text is, None for an empty one."""
    return int(text) if text else None


def texts(about: About, name: str) -> dict[str, str]:
    """What is said in words under a property of studies, by language."""
    return {
        term.language: term.value
        for term in about.get(iri("studies", name), ())
        if isinstance(term, Literal) and term.language
    }


def pairs(about: About, name: str) -> Iterator[dict[str, str]]:
    """Remarks, each in one language: nothing in a graph says which belong together."""
    terms = [t for t in about.get(iri("studies", name), ()) if isinstance(t, Literal)]
    for term in sorted(terms, key=lambda each: (each.language or "", each.value)):
        yield {term.language or "": term.value}
