"""What a commit takes away and adds, quad by quad, and the one update that carries it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple
Graph: TypeAlias = NamedNode | BlankNode | DefaultGraph

_FUNCTION = "https://w3id.org/rengang/function/"
_IN_A_GRAPH = "GRAPH ?graph { ?subject ?predicate ?object }"
_IN_NONE = "?subject ?predicate ?object"
_BLANK_OR_HOLDS_SOME = (BlankNode, Triple)
_PLACES = ("subject", "predicate", "object", "graph")


@dataclass(frozen=True)
class Change:
    """Quads to remove, then quads to add, and graphs that hold nothing afterwards.

    Carried out again on what it led to, it changes nothing. Blank nodes are the very nodes of the
    store, not patterns.
    """

    removed: tuple[Quad, ...] = ()
    added: tuple[Quad, ...] = ()
    emptied: tuple[NamedNode | BlankNode, ...] = ()

    @classmethod
    def joined(cls, changes: Iterable[Change]) -> Change:
        """Changes of different graphs as one."""
        some = list(changes)
        return cls(
            tuple(quad for change in some for quad in change.removed),
            tuple(quad for change in some for quad in change.added),
            tuple(name for change in some for name in change.emptied),
        )

    @property
    def size(self) -> int:
        """How many quads are removed or added."""
        return len(self.removed) + len(self.added)

    def within(self, concerns: Callable[[Graph], bool]) -> Change:
        """The part of the change that is in these graphs."""
        return Change(
            tuple(quad for quad in self.removed if concerns(quad.graph_name)),
            tuple(quad for quad in self.added if concerns(quad.graph_name)),
            tuple(name for name in self.emptied if concerns(name)),
        )

    def carry_out(self, store: Store) -> None:
        """Change a store, in one transaction."""
        quads = (*self.removed, *self.added)
        operations = [
            *_operations("DELETE", self.removed, 0),
            *(f"DROP SILENT GRAPH {name}" for name in self.emptied if isinstance(name, NamedNode)),
            *_operations("INSERT", self.added, len(self.removed)),
        ]
        if operations:
            store.update(" ;\n".join(operations), custom_functions=_places_of(quads))
        for name in self.emptied:
            if isinstance(name, BlankNode):  # it holds nothing by now, and SPARQL cannot name it
                store.remove_graph(name)


def _operations(verb: str, quads: Iterable[Quad], first: int) -> Iterator[str]:
    """One operation for the quads in graphs, one for those in the default graph.

    A blank node has no name in SPARQL by which it could be deleted; a function that answers the
    node itself binds it. So quads go into the update by their numbers, of which `first` is the
    lowest, and no term as text.
    """
    named, unnamed = list[str](), list[str]()
    for number, quad in enumerate(quads, first):
        rows = unnamed if isinstance(quad.graph_name, DefaultGraph) else named
        rows.append(str(number))
    if named:
        yield _operation(verb, _IN_A_GRAPH, _PLACES, named)
    if unnamed:
        yield _operation(verb, _IN_NONE, _PLACES[:3], unnamed)


def _operation(verb: str, template: str, places: Iterable[str], numbers: Iterable[str]) -> str:
    binds = " ".join(f"BIND (<{_FUNCTION}{place}>(?number) AS ?{place})" for place in places)
    return f"{verb} {{ {template} }} WHERE {{ VALUES ?number {{ {' '.join(numbers)} }} {binds} }}"


def _places_of(quads: Sequence[Quad]) -> dict[NamedNode, Callable[..., Term | None]]:
    """A function for each place of a quad: from the number of a quad to the term in that place."""

    def terms(of: Callable[[Quad], Term]) -> Callable[..., Term | None]:
        return lambda number: of(quads[int(number.value)])

    return {
        NamedNode(f"{_FUNCTION}subject"): terms(lambda quad: quad.subject),
        NamedNode(f"{_FUNCTION}predicate"): terms(lambda quad: quad.predicate),
        NamedNode(f"{_FUNCTION}object"): terms(lambda quad: quad.object),
        NamedNode(f"{_FUNCTION}graph"): terms(_graph_of),
    }


def _graph_of(quad: Quad) -> Term:
    assert not isinstance(quad.graph_name, DefaultGraph)
    return quad.graph_name


def change_of(removed: Iterable[Quad], added: Iterable[Quad], store: Store) -> Change:
    """What differs once these quads were removed and then added; a graph it empties is gone then."""
    stays = Store()  # it has quads in the form in which the other one has them
    stays.extend(wanted := dict.fromkeys(added))
    gone = tuple(quad for quad in dict.fromkeys(removed) if quad in store and quad not in stays)
    new = tuple(quad for quad in wanted if quad not in store)
    taken, filled = set(gone), {quad.graph_name for quad in wanted}
    emptied = []
    for name in {quad.graph_name for quad in gone} - filled:
        held = () if isinstance(name, DefaultGraph) else _quads(store, name)
        if not isinstance(name, DefaultGraph) and all(quad in taken for quad in held):
            emptied.append(name)
    return Change(gone, new, tuple(emptied))


def change_towards(
    graphs: Mapping[NamedNode, Iterable[Triple]],
    store: Store,
    *,
    additions: Mapping[NamedNode, Iterable[Triple]] | None = None,
    known: Mapping[NamedNode, Iterable[Triple]] | None = None,
) -> Change:
    """What makes each graph hold exactly the triples given, and adds to others.

    `known` is what graphs hold now, where the caller has read it. A blank node that is not in the
    graph yet becomes a new one: the same label in two graphs means two nodes.
    """
    removed, added, emptied = list[Quad](), list[Quad](), list[NamedNode]()
    known = known or {}
    for name, triples in graphs.items():
        stored = set(known[name] if name in known else _triples(store, name))
        given = set(triples)
        removed += (_quad(triple, name) for triple in stored - given)
        new = given - stored
        added += (_quad(triple, name) for triple in _with_new_nodes(new, stored))
        if stored and not given:
            emptied.append(name)
    for name, triples in (additions or {}).items():
        added += (_quad(triple, name) for triple in _with_new_nodes(set(triples), ()))
    return Change(tuple(removed), tuple(added), tuple(emptied))


def _quad(triple: Triple, graph: NamedNode) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def _quads(store: Store, name: NamedNode | BlankNode) -> Iterator[Quad]:
    return store.quads_for_pattern(None, None, None, name)


def _triples(store: Store, name: NamedNode) -> list[Triple]:
    return [quad.triple for quad in _quads(store, name)]


def _with_new_nodes(triples: set[Triple], stored: Iterable[Triple]) -> Iterable[Triple]:
    """The triples; a blank node that nothing stored has is replaced by one nobody has."""
    if not any(
        isinstance(triple.subject, BlankNode) or isinstance(triple.object, _BLANK_OR_HOLDS_SOME)
        for triple in triples
    ):
        return triples
    kept = {node for triple in stored for node in _blank_nodes(triple)}
    nodes = {node for triple in triples for node in _blank_nodes(triple)}
    named = {node: node if node in kept else BlankNode() for node in nodes}
    return [_renamed(triple, named) for triple in triples]


def _blank_nodes(triple: Triple) -> list[BlankNode]:
    nodes = [term for term in triple if isinstance(term, BlankNode)]
    if isinstance(triple.object, Triple):
        nodes += _blank_nodes(triple.object)
    return nodes


def _renamed(triple: Triple, names: Mapping[BlankNode, BlankNode]) -> Triple:
    subject, predicate, value = triple
    if isinstance(subject, BlankNode):
        subject = names[subject]
    if isinstance(value, BlankNode):
        value = names[value]
    elif isinstance(value, Triple):
        value = _renamed(value, names)
    return Triple(subject, predicate, value)
