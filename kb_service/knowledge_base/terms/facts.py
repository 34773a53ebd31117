"""Triples by subject and by object, as reading terms asks for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.knowledge_base.terms.book import Texts
from kb_service.vocabulary import A, iri

Node = NamedNode | BlankNode
Value = NamedNode | BlankNode | Literal | Triple

_CLASS, _UNION = iri("owl", "Class"), iri("owl", "unionOf")
_FIRST, _REST = iri("rdf", "first"), iri("rdf", "rest")


class Facts:
    """What triples say of a node, and what of them point to it."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.triples = list(dict.fromkeys(triples))
        self.classes: set[Value] = set()
        self._of: dict[Node, dict[NamedNode, list[Value]]] = {}
        self._to: dict[Value, list[tuple[Node, NamedNode]]] = defaultdict(list)
        for triple in self.triples:
            if isinstance(triple.subject, Triple):
                continue
            said = self._of.setdefault(triple.subject, {})
            said.setdefault(triple.predicate, []).append(triple.object)
            self._to[triple.object].append((triple.subject, triple.predicate))
            if triple.predicate == A and triple.object == _CLASS:
                self.classes.add(triple.subject)

    def of(self, subject: Node) -> dict[NamedNode, list[Value]]:
        """All that is said of a node, by property."""
        return self._of.get(subject, {})

    def values(self, subject: Node, predicate: NamedNode) -> list[Value]:
        """The values that a node has of a property."""
        return self.of(subject).get(predicate, [])

    def to(self, value: Value) -> list[tuple[Node, NamedNode]]:
        """The nodes that have something as a value, each with the property."""
        return self._to.get(value, [])

    def named(self, subject: Node, predicate: NamedNode) -> tuple[str, ...]:
        """The IRIs among the values; of a union of classes, the IRIs that it is of."""
        found: list[str] = []
        for value in self.values(subject, predicate):
            if isinstance(value, NamedNode):
                found.append(value.value)
            elif isinstance(value, BlankNode):
                found += self._united(value)
        return tuple(sorted(set(found)))

    def _united(self, node: BlankNode) -> list[str]:
        found: list[str] = []
        passed = set[Value]()
        heads = self.values(node, _UNION)
        while heads and isinstance(heads[0], BlankNode) and heads[0] not in passed:
            passed.add(heads[0])
            firsts = self.values(heads[0], _FIRST)
            found += [value.value for value in firsts if isinstance(value, NamedNode)]
            heads = self.values(heads[0], _REST)
        return found

    def pointing(self, term: NamedNode, predicate: NamedNode) -> tuple[str, ...]:
        """The IRIs of the nodes that have a term as their value of a property."""
        found = {
            subject.value
            for subject, by in self.to(term)
            if by == predicate and isinstance(subject, NamedNode)
        }
        return tuple(sorted(found))

    def texts(self, subject: Node, *predicates: NamedNode) -> Texts:
        """The texts that a node has of some properties, by language, one below the other."""
        found: dict[str, list[str]] = {"zh": [], "en": []}
        for predicate in predicates:
            for value in self.values(subject, predicate):
                if isinstance(value, Literal):
                    language = (value.language or "").split("-")[0]
                    for each in (language,) if language in found else tuple(found):
                        found[each].append(value.value)
        return {language: "\n".join(sorted(texts)) for language, texts in found.items() if texts}

    def text(self, subject: Node, predicate: NamedNode) -> str:
        """The first text or IRI that a node has of a property; empty when it has none."""
        for value in self.values(subject, predicate):
            if isinstance(value, NamedNode | Literal):
                return value.value
        return ""
