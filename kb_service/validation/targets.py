"""Which submitted nodes a shape looks at, found from the nodes and not by searching everything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rdflib import RDF, RDFS, Graph
from rdflib.term import Node as RdflibNode

from kb_service.validation.shapes import TargetedShape
from kb_service.validation.terms import Node


class Targets:
    """The targets of shapes among some nodes of a graph, as SHACL defines them.

    pySHACL would look up every instance in the whole graph for every shape: for one person's
    assessment that took longer than checking it.
    """

    def __init__(self, graph: Graph, nodes: Iterable[Node]) -> None:
        self._graph = graph
        self._nodes = frozenset(nodes)
        self._instances: dict[RdflibNode, set[Node]] = defaultdict(set)
        supers: dict[RdflibNode, list[RdflibNode]] = {}
        for node in self._nodes:
            for kind in graph.objects(node, RDF.type):
                if kind not in supers:
                    found = graph.transitive_objects(kind, RDFS.subClassOf)
                    supers[kind] = [ancestor for ancestor in found if ancestor is not None]
                for ancestor in supers[kind]:
                    self._instances[ancestor].add(node)

    def of(self, shape: TargetedShape) -> list[Node]:
        """What the shape looks at; a node it names also when nobody describes that node at all."""
        found: set[Node] = set()
        for kind in shape.classes:
            found |= self._instances.get(kind, set())
        for predicate in shape.subjects_of:
            found |= {node for node in self._nodes if (node, predicate, None) in self._graph}
        for node in shape.named_nodes:
            if node in self._nodes or (node, None, None) not in self._graph:
                found.add(node)
        return sorted(found, key=str)
