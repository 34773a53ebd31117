"""The same rules on other engines: rdflib's own SPARQL, rdflib over Oxigraph, and pySHACL's rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pyshacl
from pyoxigraph import Literal as StoredLiteral
from pyoxigraph import NamedNode, Triple
from rdflib import XSD, Graph, Literal, URIRef, Variable
from rdflib.plugins.sparql import CUSTOM_EVALS
from rdflib.plugins.sparql.evaluate import evalBGP
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import QueryContext
from rdflib.term import BNode, Identifier, Node

from kb_service.engine.rules import RuleBook
from kb_service.engine.shacl_rules import shacl_turtle
from kb_service.vocabulary import iri

Term = tuple[str, str]
Statement = tuple[Term, Term, Term]
_TriplePattern = tuple[Identifier, Identifier, Identifier]
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
    *,
    store: str = "default",
) -> Graph:
    """The facts with every conclusion, shared and about people, by way of rdflib.

    With its default store rdflib's SPARQL engine answers; the store "Oxigraph" answers by itself.
    """
    graph = _facts(Graph(store=store), shared, people, as_of)
    for stage in rules.shared + rules.people:
        size = -1
        while size != len(graph):
            size = len(graph)
            for rule in stage.rules:
                for triple in list(graph.query(rule.text)):
                    graph.add(triple)  # type: ignore[arg-type]
            if not stage.repeated:
                break
    return graph


def conclude_with_pyshacl(
    rules: RuleBook,
    shared: Iterable[Triple],
    people: Mapping[NamedNode, Iterable[Triple]],
    as_of: date,
) -> Graph:
    """The facts with every conclusion, shared and about people, by pySHACL.

    It is given the rules as we export them, runs the shapes in their order and repeats the rules
    of each until they add nothing.
    """
    graph = _facts(Graph(), shared, people, as_of)
    shapes = Graph().parse(data=shacl_turtle(rules), format="turtle")
    pyshacl.shacl_rules(graph, shacl_graph=shapes, advanced=True, iterate_rules=True, inplace=True)
    return graph


@contextmanager
def patterns_ordered_to_join() -> Iterator[None]:
    """Meanwhile rdflib takes the triple patterns of a group in an order in which each joins.

    Left alone it takes those with the fewest variables first, as written where they tie, and so
    multiplies every gap with every requirement and every level before it joins them: minutes for
    one person. A group is a conjunction, whose solutions no order changes; it is still rdflib that
    finds them.
    """
    CUSTOM_EVALS["patterns ordered to join"] = _evaluate_ordered
    try:
        yield
    finally:
        del CUSTOM_EVALS["patterns ordered to join"]


def _evaluate_ordered(context: QueryContext, part: CompValue) -> Any:
    """rdflib's solutions of a group of triple patterns; it does the other parts by itself."""
    if part.name != "BGP":
        raise NotImplementedError
    left: list[_TriplePattern] = list(part.triples)
    known = {node for pattern in left for node in pattern if context[node] is not None}
    ordered: list[_TriplePattern] = []
    while left:
        following = min(left, key=lambda pattern: _product_then_unknown(pattern, known))
        left.remove(following)
        ordered.append(following)
        known.update(following)
    return evalBGP(context, ordered)


def _product_then_unknown(pattern: _TriplePattern, known: set[Identifier]) -> tuple[bool, int]:
    """Whether a pattern would multiply what was found so far, and how much it leaves unknown."""
    variables = [node for node in pattern if isinstance(node, Variable | BNode)]
    unknown = [node for node in variables if node not in known]
    return len(unknown) == len(variables) > 0, len(unknown)


def conclusions_in(graph: Graph) -> set[Statement]:
    """What was concluded of all that a graph holds."""
    return {
        (_term(subject), _term(predicate), _term(value))
        for subject in set(graph.subjects(_CONCLUDED_BY))
        for predicate, value in graph.predicate_objects(subject)
    }


def normal(triples: Iterable[Triple]) -> set[Statement]:
    """Our engine's triples in the form in which the others' are compared."""
    return {
        (_term(_of_rdflib(t.subject)), _term(_of_rdflib(t.predicate)), _term(_of_rdflib(t.object)))
        for t in triples
    }


def _facts(
    graph: Graph,
    shared: Iterable[Triple],
    people: Mapping[NamedNode, Iterable[Triple]],
    as_of: date,
) -> Graph:
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


def _term(term: Node) -> Term:
    """A term without its spelling: a number by its value, whether integer or decimal."""
    if isinstance(term, Literal) and term.datatype in _NUMBERS:
        value = Decimal(str(term))
        return ("number", str(value.normalize() if value else Decimal(0)))
    if isinstance(term, Literal):
        return (str(term.datatype or term.language or XSD.string), str(term))
    return ("iri", str(term))
