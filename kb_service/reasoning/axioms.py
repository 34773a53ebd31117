"""Facts in the units that a person would take back or keep: one assertion or one OWL axiom each."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import BlankNode, NamedNode, Triple

from kb_service.reasoning.profile import BUILT_IN, Term
from kb_service.vocabulary import A, iri

_LIST = {iri("rdf", "first"), iri("rdf", "rest")}
_EQUALITY = {iri("owl", "sameAs"), iri("owl", "differentFrom")}


@dataclass(frozen=True)
class Axiom:
    """One axiom or assertion: a triple with every blank node that hangs on it.

    `name` is made from the content and does not depend on what blank nodes are called.
    """

    triples: tuple[Triple, ...] = field(compare=False)
    name: str

    @cached_property
    def head(self) -> Triple:
        """The triple that says what kind of axiom this is."""
        pointed_to = {triple.object for triple in self.triples}
        heads = [t for t in self.triples if t.subject not in pointed_to] or list(self.triples)
        named = [t for t in heads if isinstance(t.subject, NamedNode)]
        typed = [t for t in heads if t.predicate == A]
        return (named or typed or heads)[0]

    @cached_property
    def terms(self) -> frozenset[NamedNode]:
        """Every name in it that is not OWL's own."""
        return frozenset(
            term
            for triple in self.triples
            for term in (triple.subject, triple.predicate, triple.object)
            if isinstance(term, NamedNode) and not term.value.startswith(BUILT_IN)
        )

    @cached_property
    def individuals(self) -> frozenset[NamedNode]:
        """Whom an assertion is about; nobody when it is an axiom about classes or properties."""
        head = self.head
        told = (head.subject, head.object) if head.predicate != A else (head.subject,)
        if head.predicate.value.startswith(BUILT_IN) and head.predicate not in {A, *_EQUALITY}:
            return frozenset()
        if isinstance(head.object, NamedNode) and head.object.value.startswith(BUILT_IN):
            return frozenset()
        return frozenset(term for term in told if isinstance(term, NamedNode))

    @property
    def only_separates(self) -> bool:
        """Whether it says of things or classes that they are different, and nothing else."""
        return {self.head.predicate, self.head.object} & _SEPARATING != set()

    @property
    def is_declaration(self) -> bool:
        """Whether it only says that a name stands for a class, a property or an individual."""
        return self.head.predicate == A and self.head.object in _DECLARATIONS


_SEPARATING_NAMES = (
    "AllDifferent AllDisjointClasses AllDisjointProperties differentFrom disjointWith "
    "propertyDisjointWith"
)
_SEPARATING: set[Term] = {iri("owl", name) for name in _SEPARATING_NAMES.split()}
_DECLARATIONS = {
    iri("owl", kind) for kind in ("Class", "ObjectProperty", "DatatypeProperty", "NamedIndividual")
} | {iri("rdfs", "Datatype")}


def axioms_of(triples: Iterable[Triple]) -> list[Axiom]:
    """The axioms that these triples spell, in the order in which they begin."""
    facts = list(dict.fromkeys(triples))
    joined = _joined_blanks(facts)
    groups: dict[object, list[Triple]] = defaultdict(list)
    for fact in facts:
        blank = next((t for t in (fact.subject, fact.object) if isinstance(t, BlankNode)), None)
        groups[fact if blank is None else joined[blank]].append(fact)
    return [
        Axiom(tuple(group), _name(group))
        for group in groups.values()
        if any(fact.predicate not in _LIST for fact in group)
    ]


def digest(axioms: Iterable[Axiom]) -> str:
    """A SHA-256 over axioms in whatever order."""
    names = "\n".join(sorted(axiom.name for axiom in axioms))
    return hashlib.sha256(names.encode()).hexdigest()


def _joined_blanks(facts: Iterable[Triple]) -> Mapping[BlankNode, BlankNode]:
    """From each blank node to one that stands for all that are connected with it."""
    above: dict[BlankNode, BlankNode] = {}

    def top(blank: BlankNode) -> BlankNode:
        while (parent := above.setdefault(blank, blank)) != blank:
            above[blank] = blank = above[parent]
        return blank

    for fact in facts:
        blanks = [t for t in (fact.subject, fact.object) if isinstance(t, BlankNode)]
        for blank in blanks:
            above[top(blank)] = top(blanks[0])
    return {blank: top(blank) for blank in list(above)}


def _name(group: Iterable[Triple]) -> str:
    """A SHA-256 of the content; blank nodes count by what hangs on them."""
    facts = list(group)
    blanks = _names_of_blanks(facts)
    lines = sorted(
        " ".join(
            blanks[term] if isinstance(term, BlankNode) else str(term)
            for term in (fact.subject, fact.predicate, fact.object)
        )
        for fact in facts
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _names_of_blanks(facts: Iterable[Triple]) -> dict[BlankNode, str]:
    """A name for each blank node: made from the tree below it, or its label if it is in no tree.

    Two trees that say the same have one name, which does no harm. Where blank nodes are shared or
    go round in circles, content alone cannot tell them apart.
    """
    below: dict[BlankNode, list[tuple[NamedNode, Term]]] = defaultdict(list)
    parents: dict[BlankNode, int] = defaultdict(int)
    for fact in facts:
        if isinstance(fact.subject, BlankNode):
            below[fact.subject].append((fact.predicate, fact.object))
        if isinstance(fact.object, BlankNode):
            parents[fact.object] += 1
    names = {blank: str(blank) for blank, count in parents.items() if count > 1}
    waiting = list({**below, **parents})
    begun: set[BlankNode] = set()
    while waiting:
        blank = waiting.pop()
        if blank in names:
            continue
        children = [o for _, o in below[blank] if isinstance(o, BlankNode) and o not in names]
        if children and blank not in begun:
            begun.add(blank)
            waiting += [blank, *children]
        elif children:
            names[blank] = str(blank)
        else:
            lines = (f"{p} {names[o] if isinstance(o, BlankNode) else o}" for p, o in below[blank])
            content = "\n".join(sorted(lines))
            names[blank] = hashlib.sha256(content.encode()).hexdigest()
    return names
