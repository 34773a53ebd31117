"""Facts in the form in which a store gives them back."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import DefaultGraph, Quad, Store, Triple


def as_stored(triples: Iterable[Triple]) -> list[Triple]:
    """The triples as they come back from a store, which writes numbers in one canonical form."""
    scratch = Store()
    scratch.extend(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in triples)
    return [quad.triple for quad in scratch]
