"""What graphs say whatever their blank nodes are called, and the process that finds it out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Quad,
    RdfFormat,
    Triple,
    parse,
)


def content_digest(triples: Iterable[Triple]) -> str:
    """Twelve hexadecimal digits that depend on the content alone, whatever blank nodes are called.

    Blank nodes that look alike take time that grows without bound: a dozen, each of them linked to
    every other, take days.
    """
    content = Dataset(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in triples)
    content.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return digest_of(sorted(str(quad) for quad in content))


def digest_of(lines: Iterable[str]) -> str:
    """Twelve hexadecimal digits for texts in their order."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def may_have_blank_nodes(triples: Iterable[Triple]) -> bool:
    """Whether there are blank nodes, or triples about triples, in which there might be some."""
    return any(
        isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode | Triple)
        for triple in triples
    )


def start() -> Callable[[bytes], str]:
    """What a worker process answers: the digest of a graph in N-Triples."""
    return lambda text: content_digest(quad.triple for quad in parse(text, RdfFormat.N_TRIPLES))
