"""Which blank nodes can be written inside what refers to them, and what a graph says without names."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.turtle_layout.refusal import CannotFormat
from kb_service.vocabulary import iri

Resource = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal | Triple
Statements = Mapping[NamedNode, list[Term]]

FIRST, REST, NIL = (iri("rdf", name) for name in ("first", "rest", "nil"))
SETS = frozenset(
    iri("owl", name)
    for name in (
        "disjointUnionOf",
        "distinctMembers",
        "hasKey",
        "intersectionOf",
        "members",
        "oneOf",
        "unionOf",
        "withRestrictions",
    )
)
"""What points to a list whose order means nothing; OWL has no other way to write a set."""


class Structure:
    """A graph by subject, with the blank nodes that need a name: those that are shared or in circles.

    Every other one is written inside what refers to it, or by itself when nothing does. Raises
    CannotFormat for triples about triples.
    """

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.statements: dict[Resource, dict[NamedNode, list[Term]]] = defaultdict(dict)
        self.references: Counter[Term] = Counter()
        for triple in set(triples):
            if isinstance(triple.subject, Triple) or isinstance(triple.object, Triple):
                raise CannotFormat(
                    "这里不能写关于三元组的三元组。", "triples about triples have no layout here"
                )
            self.statements[triple.subject].setdefault(triple.predicate, []).append(triple.object)
            self.references[triple.object] += 1
        self._order = self._from_the_leaves()
        self.named = self.blank_nodes - set(self._order)
        self.digests: dict[BlankNode, str] = {}
        """What each node says below which none has a name, the same for those that say the same."""
        for node in self._order:
            if all(self._is_plain(term) for term in self._below(node)):
                self.digests[node] = self._digest(node, self.digests)

    @property
    def blank_nodes(self) -> set[BlankNode]:
        """Every blank node."""
        return {n for n in (*self.statements, *self.references) if isinstance(n, BlankNode)}

    @property
    def roots(self) -> list[Resource]:
        """Every subject that is not written inside another."""
        return [node for node in self.statements if not self.is_nested(node)]

    def is_nested(self, node: Term) -> bool:
        """Whether a node is written where it is referred to."""
        return isinstance(node, BlankNode) and node not in self.named and self.references[node] == 1

    def of(self, node: Resource) -> Statements:
        """What is said of a node."""
        return self.statements.get(node, {})

    def members(self, node: Term) -> list[Term] | None:
        """The members when the node begins a list that `( … )` can say, else None."""
        members: list[Term] = []
        while node != NIL:
            if not isinstance(node, BlankNode) or not self.is_nested(node):
                return None
            cell = self.of(node)
            if set(cell) != {FIRST, REST} or any(len(values) != 1 for values in cell.values()):
                return None
            members.append(cell[FIRST][0])
            node = cell[REST][0]
        return members

    def set_members(self, predicate: NamedNode, node: Term) -> list[Term] | None:
        """The members when the node is a list that means a set and can be sorted, else None."""
        members = self.members(node) if predicate in SETS else None
        if members is None or not all(map(self._is_plain, members)):
            return None
        return members

    def value(self, predicate: NamedNode, node: Term, known: Mapping[BlankNode, str]) -> str:
        """What an object is, a blank node by what is known of it; the order of a set is left out."""
        if isinstance(node, BlankNode):
            members = self.set_members(predicate, node)
            if members is not None:
                return _hash(sorted(self.value(FIRST, member, known) for member in members))
            return known[node]
        return str(node)

    def content(self, names: Mapping[BlankNode, str]) -> Counter[tuple[str, ...]]:
        """What the graph says, the same for graphs that differ in the order of sets at most.

        `names` are those of the blank nodes that need one.
        """
        known = {node: names[node] for node in self.named}
        for nested in self._order:
            known[nested] = self._digest(nested, known)
        said: Counter[tuple[str, ...]] = Counter()
        for node in self.roots:
            if isinstance(node, BlankNode) and node not in self.named:
                said[(known[node],)] += 1
                continue
            subject = known[node] if isinstance(node, BlankNode) else str(node)
            for predicate, objects in self.of(node).items():
                for term in objects:
                    said[(subject, str(predicate), self.value(predicate, term, known))] += 1
        return said

    def _is_plain(self, node: Term) -> bool:
        """Whether no blank node that needs a name is at or below this node."""
        return not isinstance(node, BlankNode) or node in self.digests

    def _below(self, node: Resource) -> list[Term]:
        return [term for objects in self.of(node).values() for term in objects]

    def _digest(self, node: BlankNode, known: Mapping[BlankNode, str]) -> str:
        return _hash(
            sorted(
                f"{predicate} {self.value(predicate, term, known)}"
                for predicate, objects in self.of(node).items()
                for term in objects
            )
        )

    def _from_the_leaves(self) -> list[BlankNode]:
        """The blank nodes that are referred to once at most, each after those below it.

        Nodes that refer to each other in a circle are not among them.
        """
        single = {node for node in self.blank_nodes if self.references[node] <= 1}
        parents: dict[Term, list[BlankNode]] = defaultdict(list)
        waiting: dict[BlankNode, int] = {}
        for node in single:
            below = [term for term in self._below(node) if term in single]
            waiting[node] = len(below)
            for term in below:
                parents[term].append(node)
        order = [node for node, count in waiting.items() if not count]
        for node in order:
            for parent in parents[node]:
                waiting[parent] -= 1
                if not waiting[parent]:
                    order.append(parent)
        return order


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
