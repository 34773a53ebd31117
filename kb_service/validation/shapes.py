"""The shapes, loaded once: what each one says, whom it looks at, what it asks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyshacl import ShapesGraph
from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.term import IdentifiedNode

from kb_service.findings import WORST_FIRST
from kb_service.knowledge_files import read_turtle, shape_files
from kb_service.validation.terms import Node, rdflib_triples
from kb_service.validation.text import shown

_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")
_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf)
_SEVERITIES = {SH.Violation: "violation", SH.Warning: "warning", SH.Info: "info"}


@dataclass(frozen=True)
class Wording:
    """One message of a shape in one language; `{?name}` stands for what a query found."""

    language: str
    template: str

    def spoken(self, message: str) -> str | None:
        """This wording as `message` fills it, each filled-in value cut short.

        None when the message is not this wording: pySHACL drops the language of what it fills in.
        """
        names = _PLACEHOLDER.findall(self.template)
        if not names:
            return self.template if message == self.template else None
        fixed = _PLACEHOLDER.split(self.template)[::2]
        found = re.fullmatch("(.*?)".join(map(re.escape, fixed)), message, re.DOTALL)
        if not found:
            return None
        words = [shown(word) for word in found.groups()]
        return "".join(piece for pair in zip(fixed, [*words, ""], strict=True) for piece in pair)


@dataclass(frozen=True)
class TargetedShape:
    """A shape that finds the nodes it looks at by itself."""

    iri: str
    severity: str
    wordings: tuple[Wording, ...]
    questions: tuple[str, ...]
    """Its SPARQL constraints as whole queries."""
    classes: frozenset[Node]
    """Whose instances it looks at."""
    subjects_of: frozenset[Node]
    """Properties whose subjects it looks at."""
    named_nodes: frozenset[Node]
    """What it looks at by name, described or not."""
    pyshacl: Any
    only_asks: bool
    """Whether it has SPARQL constraints and no others."""


class Shapes:
    """All shapes of some files, ready for pySHACL."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.graph = Graph()
        for path in paths:
            for triple in rdflib_triples(read_turtle(path)):
                self.graph.add(triple)
        self._pyshacl = ShapesGraph(self.graph)
        targeted = [shape for shape in self._pyshacl.shapes if self._has_target(shape)]
        self.targeted = sorted(
            map(self._targeted, targeted),
            key=lambda shape: (WORST_FIRST.index(shape.severity), shape.iri),
        )
        """The shapes, those first whose complaints weigh most."""

    def _has_target(self, shape: Any) -> bool:
        return any((shape.node, target, None) in self.graph for target in _TARGETS)

    def _targeted(self, shape: Any) -> TargetedShape:
        constraints = list(self.graph.objects(shape.node, SH.sparql))
        parameters = {
            predicate
            for predicate in self.graph.predicates(shape.node)
            if predicate not in (*_TARGETS, *_NO_CONSTRAINTS)
        }
        return TargetedShape(
            iri=str(shape.node),
            severity=_SEVERITIES[shape.severity],
            wordings=tuple(
                Wording(message.language or "en", str(message))
                for holder in (shape.node, *constraints)
                for message in self.graph.objects(holder, SH.message)
                if isinstance(message, Literal)
            ),
            questions=tuple(self._question(constraint) for constraint in constraints),
            classes=self._targets(shape, SH.targetClass),
            subjects_of=self._targets(shape, SH.targetSubjectsOf),
            named_nodes=self._targets(shape, SH.targetNode),
            pyshacl=shape,
            only_asks=parameters == {SH.sparql},
        )

    def _targets(self, shape: Any, kind: URIRef) -> frozenset[Node]:
        targets = self.graph.objects(shape.node, kind)
        return frozenset(node for node in targets if isinstance(node, Node))

    def _question(self, constraint: Any) -> str:
        prefixes = [
            f"PREFIX {self.graph.value(declared, SH.prefix)}:"
            f" <{self.graph.value(declared, SH.namespace)}>"
            for ontology in self.graph.objects(constraint, SH.prefixes)
            for declared in self.graph.objects(ontology, SH.declare)
        ]
        return "\n".join([*prefixes, str(self.graph.value(constraint, SH.select))])


_NO_CONSTRAINTS = (
    RDF.type,
    SH.path,
    SH.name,
    SH.description,
    SH.message,
    SH.severity,
    SH.order,
    SH.group,
)


def own_shapes(root: Path | None = None) -> Shapes:
    """The shapes that ship with this package, or those of another knowledge folder."""
    return Shapes(shape_files(root))


def first_iri(graph: Graph, path: IdentifiedNode | None) -> str:
    """The first property that a SHACL path names: what a person would look for."""
    if path is None or isinstance(path, URIRef):
        return str(path or "")
    steps = (graph.value(path, step) for step in (RDF.first, SH.inversePath, SH.zeroOrMorePath))
    return next((first_iri(graph, step) for step in steps if isinstance(step, IdentifiedNode)), "")
