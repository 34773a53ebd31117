"""The settled order of terms and triples, in whatever order a store gives them."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import BlankNode, Triple

from kb_service.store.changes import Term


def place_of(term: Term | None) -> str:
    """What puts a term in its place: IRIs stand together in their order, literals before them.

    Blank nodes, which are called otherwise in every store, are all in one place, and what is not
    known comes first.
    """
    if term is None or isinstance(term, BlankNode):
        return "" if term is None else "_:"
    if isinstance(term, Triple):
        return " ".join(place_of_triple(term))
    return str(term)


def place_of_triple(triple: Triple) -> tuple[str, str, str]:
    """What puts a triple in its place: its subject, then its property, then its value."""
    return place_of(triple.subject), place_of(triple.predicate), place_of(triple.object)


def in_order(triples: Iterable[Triple]) -> list[Triple]:
    """Triples in their settled order."""
    return sorted(triples, key=place_of_triple)
