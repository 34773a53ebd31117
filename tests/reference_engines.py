"""The same rules on two other engines: rdflib's own SPARQL, and pySHACL's rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

import pyshacl
from pyoxigraph import Literal as StoredLiteral
from pyoxigraph import NamedNode, Triple
from rdflib import RDF, SH, XSD, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from kb_service.engine.rules import RuleBook
from kb_service.vocabulary import iri

Term = tuple[str, str]
Statement = tuple[Term, Term, Term]
_OWN = Namespace("https://example.org/rules/")
_CONCLUDED_BY = URIRef(iri("judgement", "concludedBy").value)
_FOR_POSITION = URIRef(iri("core", "forPosition").value)
_CLOCK = URIRef(iri("judgement", "clock").value)
_AS_OF = URIRef(iri("judgement", "asOf").value)
_ASKS_ABOUT = URIRef(iri("judgement", "asksAbout").value)
_NUMBERS = {XSD.decimal, XSD.integer}


def conclude_with_rdflib(
    rules: RuleBook,
    shared: Iterable[Triple],
    people: Mapping[NamedNode, Iterable[Triple]],
    as_of: date,
) -> set[Statement]:
    """Every conclusion, shared and about people, by rdflib's SPARQL engine."""
    graph = _facts(shared, people, as_of)
    for stage in rules.shared + rules.people:
        size = -1
        while size != len(graph):
            size = len(graph)
            for rule in stage.rules:
                for triple in list(graph.query(rule.text)):
                    graph.add(triple)  # type: ignore[arg-type]
            if not stage.repeated:
                break
    return _conclusions(graph)


def conclude_with_pyshacl(
    rules: RuleBook,
    shared: Iterable[Triple],
    people: Mapping[NamedNode, Iterable[Triple]],
    as_of: date,
) -> set[Statement]:
    """Every conclusion, shared and about people, by pySHACL."""
    graph = _facts(shared, people, as_of)
    pyshacl.shacl_rules(
        graph, shacl_graph=as_shacl(rules), advanced=True, iterate_rules=True, inplace=True
    )
    return _conclusions(graph)


def as_shacl(rules: RuleBook) -> Graph:
    """The rules as SHACL rules: a node shape for each stage, all on one node that stands for none.

    The shapes are ordered as the stages are, and pySHACL repeats each until it adds nothing.
    """
    graph = Graph()
    for order, stage in enumerate(rules.shared + rules.people):
        shape = _OWN[stage.name]
        graph.add((shape, RDF.type, SH.NodeShape))
        graph.add((shape, SH.targetNode, _OWN.everything))
        graph.add((shape, SH.order, Literal(order)))
        for rule in stage.rules:
            node = URIRef(rule.iri.value)
            graph.add((shape, SH.rule, node))
            graph.add((node, RDF.type, SH.SPARQLRule))
            graph.add((node, SH.order, Literal(order)))
            graph.add((node, SH.construct, Literal(rule.text)))
    return graph


def normal(triples: Iterable[Triple]) -> set[Statement]:
    """Our engine's triples in the form in which the others' are compared."""
    return {
        (_term(_of_rdflib(t.subject)), _term(_of_rdflib(t.predicate)), _term(_of_rdflib(t.object)))
        for t in triples
    }


def _facts(
    shared: Iterable[Triple], people: Mapping[NamedNode, Iterable[Triple]], as_of: date
) -> Graph:
    graph = Graph()
    for triple in _all(shared, people):
        subject, predicate = _of_rdflib(triple.subject), _of_rdflib(triple.predicate)
        graph.add((subject, predicate, _of_rdflib(triple.object)))
    graph.add((_CLOCK, _AS_OF, Literal(as_of.isoformat(), datatype=XSD.date)))
    for model in set(graph.subjects(_FOR_POSITION)):
        graph.add((_CLOCK, _ASKS_ABOUT, model))
    return graph


def _all(
    shared: Iterable[Triple], people: Mapping[NamedNode, Iterable[Triple]]
) -> Iterator[Triple]:
    yield from shared
    for facts in people.values():
        yield from facts


def _of_rdflib(term: object) -> URIRef | Literal:
    if isinstance(term, NamedNode):
        return URIRef(term.value)
    assert isinstance(term, StoredLiteral), "rules read and write no blank nodes"
    datatype = None if term.language else URIRef(term.datatype.value)
    return Literal(term.value, lang=term.language, datatype=datatype)


def _conclusions(graph: Graph) -> set[Statement]:
    return {
        (_term(subject), _term(predicate), _term(value))
        for subject in set(graph.subjects(_CONCLUDED_BY))
        for predicate, value in graph.predicate_objects(subject)
    }


def _term(term: Node) -> Term:
    """A term without its spelling: a number by its value, whether integer or decimal."""
    if isinstance(term, Literal) and term.datatype in _NUMBERS:
        value = Decimal(str(term))
        return ("number", str(value.normalize() if value else Decimal(0)))
    if isinstance(term, Literal):
        return (str(term.datatype or term.language or XSD.string), str(term))
    return ("iri", str(term))
