"""Shapes as plain requirements, read for checks of many nodes at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.vocabulary import A, iri

Node = NamedNode | BlankNode
Value = NamedNode | BlankNode | Literal
Accepts = Callable[[Value], bool]

_FIRST, _REST, _NIL = (iri("rdf", name) for name in ("first", "rest", "nil"))
_SEVERITIES = {iri("sh", name): name.lower() for name in ("Violation", "Warning", "Info")}
_SAYS_NOTHING = {
    A,
    *(
        iri("sh", name)
        for name in ("path", "name", "description", "message", "severity", "order", "targetClass")
    ),
}
_KINDS: Mapping[NamedNode, type] = {
    iri("sh", "IRI"): NamedNode,
    iri("sh", "Literal"): Literal,
    iri("sh", "BlankNode"): BlankNode,
}


@dataclass(frozen=True)
class BulkShape:
    """One property shape: of how many values, which of them are fine, and questions whose answers are not."""

    iri: str
    severity: str
    message: Mapping[str, str]
    classes: frozenset[NamedNode]
    path: NamedNode
    least: int = 0
    most: int | None = None
    tests: tuple[Accepts, ...] = ()
    value_classes: tuple[NamedNode, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass
class _Graph:
    """The triples of shapes files by subject and property."""

    objects: dict[Node, dict[NamedNode, list[Value]]] = field(default_factory=dict)

    @classmethod
    def of(cls, triples: Iterable[Triple]) -> _Graph:
        graph = cls()
        for triple in triples:
            if isinstance(triple.subject, Node) and isinstance(triple.object, Value):
                said = graph.objects.setdefault(triple.subject, {})
                said.setdefault(triple.predicate, []).append(triple.object)
        return graph

    def values(self, node: Node, name: str) -> list[Value]:
        return self.objects.get(node, {}).get(iri("sh", name), [])

    def nodes(self, node: Node, name: str) -> list[Node]:
        return [value for value in self.values(node, name) if isinstance(value, Node)]

    def text(self, node: Node, name: str) -> str:
        return next((v.value for v in self.values(node, name) if isinstance(v, Literal)), "")

    def members(self, head: Value) -> list[Value]:
        """The members of an RDF list."""
        found: list[Value] = []
        while isinstance(head, Node) and head != _NIL:
            said = self.objects[head]
            found += said[_FIRST]
            head = said[_REST][0]
        return found


def bulk_shapes(triples: Iterable[Triple], classes: Collection[NamedNode]) -> list[BulkShape]:
    """The property shapes whose targets are instances of one of these classes.

    Raises ValueError for one with a constraint of which bulk checks know nothing, so that none is
    left out without a word.
    """
    graph = _Graph.of(triples)
    found = []
    for node in graph.objects:
        targets = frozenset(
            target
            for target in graph.nodes(node, "targetClass")
            if isinstance(target, NamedNode) and target in classes
        )
        if targets and isinstance(node, NamedNode):
            found.append(_shape(graph, node, targets))
    return sorted(found, key=lambda shape: shape.iri)


def _shape(graph: _Graph, node: NamedNode, targets: frozenset[NamedNode]) -> BulkShape:
    least, most = graph.text(node, "minCount"), graph.text(node, "maxCount")
    (path,) = graph.nodes(node, "path") or (None,)
    if not isinstance(path, NamedNode):
        raise ValueError(f"{node.value}: bulk checks need a path of one property")
    constraints = graph.nodes(node, "sparql")
    (severity,) = graph.nodes(node, "severity")
    assert isinstance(severity, NamedNode)
    return BulkShape(
        iri=node.value,
        severity=_SEVERITIES[severity],
        message=_message(graph, (node, *constraints)),
        classes=targets,
        path=path,
        least=int(least or 0),
        most=int(most) if most else None,
        tests=tuple(_tests(graph, node)),
        value_classes=tuple(n for n in graph.nodes(node, "class") if isinstance(n, NamedNode)),
        questions=tuple(_question(graph, constraint) for constraint in constraints),
    )


def _tests(graph: _Graph, node: NamedNode) -> Iterable[Accepts]:
    """What every single value has to pass. Raises ValueError for a constraint that is not known."""
    known = {"minCount", "maxCount", "class", "sparql"}
    for property, values in graph.objects[node].items():
        name = property.value.rsplit("#", 1)[-1]
        if property in _SAYS_NOTHING or name in known:
            continue
        if name == "datatype":
            yield _has_datatype(values[0])
        elif name == "in":
            yield frozenset(graph.members(values[0])).__contains__
        elif name == "nodeKind":
            yield _is_of_kind(values[0])
        elif name == "pattern":
            yield _matches(values[0])
        else:
            raise ValueError(f"{node.value}: bulk checks do not know {property.value}")


def _has_datatype(datatype: Value) -> Accepts:
    return lambda value: isinstance(value, Literal) and value.datatype == datatype


def _is_of_kind(kind: Value) -> Accepts:
    assert isinstance(kind, NamedNode)
    wanted = _KINDS[kind]
    return lambda value: isinstance(value, wanted)


def _matches(pattern: Value) -> Accepts:
    compiled = re.compile(pattern.value)
    return lambda value: not isinstance(value, BlankNode) and bool(compiled.search(value.value))


def _message(graph: _Graph, holders: Iterable[Node]) -> dict[str, str]:
    return {
        message.language or "en": message.value
        for holder in holders
        for message in graph.values(holder, "message")
        if isinstance(message, Literal)
    }


def _question(graph: _Graph, constraint: Node) -> str:
    prefixes = [
        f"PREFIX {graph.text(declared, 'prefix')}: <{graph.text(declared, 'namespace')}>"
        for ontology in graph.nodes(constraint, "prefixes")
        for declared in graph.nodes(ontology, "declare")
    ]
    return "\n".join([*prefixes, graph.text(constraint, "select")])
