"""Checks of very many facts of our own making: shapes asked of all of them at once, without pySHACL.

The findings are those of Checker, with numbers as a store writes them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QuerySolution,
    QuerySolutions,
    Triple,
)

from kb_service.findings import WORST_FIRST, Finding
from kb_service.validation.bulk_shapes import BulkShape, Node, Value
from kb_service.validation.echoes import distinct
from kb_service.validation.renewed_store import RenewedStore
from kb_service.validation.text import LONGEST_NAME, shown
from kb_service.vocabulary import A, iri

_DEFAULT = DefaultGraph()
_CLOCK = Triple(iri("judgement", "clock"), iri("judgement", "today"), Literal(""))
_DATE = iri("xsd", "date")
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")
_SUBCLASS_OF = iri("rdfs", "subClassOf")

Said = Mapping[Node, Mapping[NamedNode, Sequence[Value]]]


class BulkChecker:
    """Some shapes beside the shared knowledge that facts speak of; not for threads."""

    def __init__(self, shapes: Collection[BulkShape], context: Iterable[Triple]) -> None:
        known = list(context)
        self._shapes = shapes
        self._members = _members(known, {c for shape in shapes for c in shape.value_classes})
        self._facts = RenewedStore(map(_quad, known))

    def check(
        self, data: Sequence[Triple], today: date, beside: Iterable[Triple] = ()
    ) -> list[Finding]:
        """Everything that is wrong with what `data` says, violations first.

        Only subjects of `data` are looked at, beside the shared knowledge and what else is known.
        """
        clock = Triple(_CLOCK.subject, _CLOCK.predicate, Literal(today.isoformat(), datatype=_DATE))
        further = [*beside]
        own = [*data, *further, clock]
        said, focus = _by_subject(data)
        members = self._members_with(own)
        added = [quad for quad in map(_quad, own) if quad not in self._facts.store]
        self._facts.extend(added)
        try:
            found = [
                finding
                for shape in self._shapes
                if (nodes := _nodes_of(shape, focus))
                for finding in distinct(
                    [*_of_values(shape, nodes, said, members), *self._asked(shape, nodes)]
                )
            ]
        finally:
            self._facts.remove(added)
        return sorted(
            found, key=lambda f: (WORST_FIRST.index(f.severity), f.focus, f.shape, f.value)
        )

    def _members_with(self, facts: Iterable[Triple]) -> dict[NamedNode, set[object]]:
        """The instances of each class, those that these facts name among them."""
        named: defaultdict[object, set[object]] = defaultdict(set)
        for subject, predicate, value in facts:
            if predicate == A and value in self._members:
                named[value].add(subject)
        return {kind: nodes | named[kind] for kind, nodes in self._members.items()}

    def _asked(self, shape: BulkShape, nodes: Collection[Node]) -> Iterator[Finding]:
        """What the answers to the shape's questions tell of these nodes."""
        for question in shape.questions:
            answers = self._facts.store.query(question)
            assert isinstance(answers, QuerySolutions)
            for answer in answers:
                focus = answer["this"]
                if isinstance(focus, Node) and focus in nodes:
                    yield _finding(shape, focus, *_told(answer, answers, focus))


def _members(known: Iterable[Triple], classes: Iterable[NamedNode]) -> dict[NamedNode, set[object]]:
    """The instances of each class, by way of the classes below it too."""
    below: defaultdict[object, set[object]] = defaultdict(set)
    typed: defaultdict[object, set[object]] = defaultdict(set)
    for triple in known:
        if triple.predicate == A:
            typed[triple.object].add(triple.subject)
        elif triple.predicate == _SUBCLASS_OF:
            below[triple.object].add(triple.subject)
    found: dict[NamedNode, set[object]] = {}
    for kind in classes:
        kinds: list[object] = [kind]
        for each in kinds:  # grows while it is gone through
            kinds += [one for one in below[each] if one not in kinds]
        found[kind] = set().union(*(typed[each] for each in kinds))
    return found


def _by_subject(data: Iterable[Triple]) -> tuple[Said, Mapping[object, set[Node]]]:
    """What is said of each node by property, and the nodes of each class."""
    said: defaultdict[Node, defaultdict[NamedNode, list[Value]]] = defaultdict(
        lambda: defaultdict(list)
    )
    focus: defaultdict[object, set[Node]] = defaultdict(set)
    for subject, predicate, value in data:
        if isinstance(subject, Node) and isinstance(value, Value):
            said[subject][predicate].append(value)
            if predicate == A:
                focus[value].add(subject)
    return said, focus


def _nodes_of(shape: BulkShape, focus: Mapping[object, set[Node]]) -> set[Node]:
    return {node for kind in shape.classes for node in focus.get(kind, ())}


def _of_values(
    shape: BulkShape,
    nodes: Iterable[Node],
    said: Said,
    members: Mapping[NamedNode, set[object]],
) -> Iterator[Finding]:
    """What is wrong with the number of values, or with one of them."""
    classes = [members[kind] for kind in shape.value_classes]
    for node in nodes:
        values = said[node].get(shape.path, ())
        if len(values) < shape.least or (shape.most is not None and len(values) > shape.most):
            yield _finding(shape, node, "", {})
        for value in values:
            if any(value not in kind for kind in classes) or not all(
                accepts(value) for accepts in shape.tests
            ):
                yield _finding(shape, node, _named(value), {})


def _told(
    answer: QuerySolution, answers: QuerySolutions, focus: Node
) -> tuple[str, dict[str, str]]:
    """The value that an answer complains of, and everything it tells by the name of the variable."""
    found: dict[str, Value] = {}
    for variable in answers.variables:
        value = answer[variable]
        if isinstance(value, Value):
            found[variable.value] = value
    value = found.get("value")
    named = "" if value is None or value == focus else _named(value)
    return named, {name: each.value for name, each in found.items()}


def _finding(shape: BulkShape, focus: Node, value: str, told: Mapping[str, str]) -> Finding:
    message = {
        language: _PLACEHOLDER.sub(lambda found: shown(told.get(found[1], "")), text)
        for language, text in shape.message.items()
    }
    return Finding(
        shape.severity,
        message,
        focus=shown(_named(focus), LONGEST_NAME),
        path=shape.path.value,
        value=shown(value),
        shape=shape.iri,
    )


def _named(value: Value) -> str:
    return f"_:{value.value}" if isinstance(value, BlankNode) else value.value


def _quad(triple: Triple) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, _DEFAULT)
