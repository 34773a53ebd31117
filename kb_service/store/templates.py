"""What the DELETE and INSERT of a SPARQL update say of each solution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from kb_service.store.quad_state import in_graph
from kb_service.store.update_text import Template

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple
Solution: TypeAlias = Mapping[str, Term]


def quads_of(prologue: str, block: str, base: str | None) -> list[Quad]:
    """The quads of a block of data, as a store has them; each blank node in it is a new one."""
    scratch = Store()
    scratch.update(f"{prologue}INSERT DATA {block}", base_iri=base)
    return list(scratch)


class ReadTemplate:
    """A template that the engine has read, ready for solutions."""

    def __init__(
        self,
        prologue: str,
        template: Template,
        base: str | None,
        default: NamedNode | DefaultGraph,
    ) -> None:
        self.names = [name for _, name in template.variables]
        self._variables = {NamedNode(iri): name for iri, name in template.variables}
        self._quads = quads_of(prologue, template.text, base)
        self._default = default

    def filled(self, solution: Solution) -> Iterator[Quad]:
        """The quads for one solution; those without a value or a legal place for it are left out.

        Blank nodes of the template are new ones for each solution.
        """
        nodes: dict[BlankNode, BlankNode] = {}
        for quad in self._quads:
            terms = [self._value(term, solution, nodes) for term in quad.triple]
            graph = self._graph(quad, solution)
            if graph is not None and (triple := _triple(terms)) is not None:
                yield in_graph(triple, graph)

    def _graph(self, quad: Quad, solution: Solution) -> NamedNode | DefaultGraph | None:
        if isinstance(quad.graph_name, DefaultGraph):
            return self._default
        named = self._value(quad.graph_name, solution, {})
        return named if isinstance(named, NamedNode) else None

    def _value(
        self, term: Term, solution: Solution, nodes: dict[BlankNode, BlankNode]
    ) -> Term | None:
        if isinstance(term, BlankNode):
            return nodes.setdefault(term, BlankNode())
        if isinstance(term, Triple):
            return _triple([self._value(part, solution, nodes) for part in term])
        if isinstance(term, NamedNode) and term in self._variables:
            return solution.get(self._variables[term])
        return term


def _triple(terms: Sequence[Term | None]) -> Triple | None:
    """The triple of three terms, None where one is missing or of a kind that cannot be there."""
    subject, predicate, value = terms
    if (
        isinstance(subject, NamedNode | BlankNode)
        and isinstance(predicate, NamedNode)
        and value is not None
    ):
        return Triple(subject, predicate, value)
    return None
