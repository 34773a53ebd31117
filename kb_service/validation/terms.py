"""Oxigraph's terms as rdflib's, unchanged to the letter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib import BNode, URIRef

Node = URIRef | BNode | rdflib.Literal
Resource = URIRef | BNode
RdflibTriple = tuple[Resource, URIRef, Node]

_XSD = "http://www.w3.org/2001/XMLSchema#"
_STRING = _XSD + "string"
_SPELLED = {
    _XSD + "decimal": re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"),
    _XSD + "integer": re.compile(r"[+-]?[0-9]{1,1000}"),
    _XSD + "date": re.compile(r"-?[0-9]{4}-[0-9]{2}-[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?"),
}
_MISSPELLED = URIRef("urn:x-rengang:misspelled")


def rdflib_triples(triples: Iterable[Triple]) -> Iterator[RdflibTriple]:
    """The same triples for rdflib.

    Raises ValueError for a triple about a triple, which rdflib cannot hold.
    """
    for triple in triples:
        yield resource(triple.subject), URIRef(triple.predicate.value), node(triple.object)


def node(term: NamedNode | BlankNode | Literal | Triple) -> Node:
    """The rdflib node of a term; literals keep the very text they were written with."""
    return _literal(term) if isinstance(term, Literal) else resource(term)


@lru_cache(maxsize=100_000)
def resource(term: NamedNode | BlankNode | Triple) -> Resource:
    """The rdflib node of something that can be spoken about."""
    if isinstance(term, NamedNode):
        return URIRef(term.value)
    if isinstance(term, BlankNode):
        return BNode(term.value)
    raise ValueError("a triple inside a triple")


@lru_cache(maxsize=100_000)
def _literal(term: Literal) -> rdflib.Literal:
    """The literal; one that XSD does not know, such as a decimal `NaN`, loses its datatype.

    rdflib takes whatever Python's number types read: `NaN`, `1_000`, full-width digits.
    """
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    if term.datatype.value == _STRING:
        return rdflib.Literal(term.value)
    datatype = term.datatype.value
    if (spelled := _SPELLED.get(datatype)) and not spelled.fullmatch(term.value):
        return rdflib.Literal(term.value, datatype=_MISSPELLED)
    return rdflib.Literal(term.value, datatype=URIRef(datatype), normalize=False)
