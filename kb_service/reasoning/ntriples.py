"""Triples as N-Triples, the form in which they pass between processes and lie in files."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import RdfFormat, Triple, parse, serialize


def written(triples: Iterable[Triple]) -> bytes:
    """The triples, one in each line."""
    return serialize(triples, format=RdfFormat.N_TRIPLES) or b""


def read(text: bytes) -> list[Triple]:
    """The triples in the text. Raises SyntaxError when it is not N-Triples."""
    return [quad.triple for quad in parse(text, format=RdfFormat.N_TRIPLES)]
