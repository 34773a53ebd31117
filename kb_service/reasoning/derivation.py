"""How a triple is derived by the rules in `owl_rl.n3`: from which facts, by the shortest way."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import rdflib
from pyoxigraph import Literal, NamedNode, Triple
from rdflib.graph import QuotedGraph
from rdflib.term import Node

from kb_service.vocabulary import A, iri

Term = object
Fact = tuple[Term, Term, Term]
Bound = dict["_Variable", Term]
_RULES = Path(__file__).with_name("owl_rl.n3")
_NOTHING = iri("owl", "Nothing")
_IMPLIES = rdflib.URIRef("http://www.w3.org/2000/10/swap/log#implies")
_MOST_FACTS = 30_000
_LONGEST_SEARCH = 20.0


class _Variable(str):
    """The name of a variable of a rule."""


@dataclass(frozen=True)
class _Entry:
    """A rule as it looks from one of its premises: that one, the others, and what follows.

    `needs` are predicates without which the others cannot hold, to pass by most rules at once.
    """

    first: Fact
    others: tuple[Fact, ...]
    conclusion: Fact
    needs: frozenset[Term]


def derivation(triple: Triple, facts: Iterable[Triple]) -> frozenset[Triple] | None:
    """The facts from which the triple is derived; None when it is not.

    They suffice, but one of them may follow from others. The search ends, without an answer, when
    30,000 facts are derived or 20 seconds have passed: what is explained takes some hundreds.
    """
    goal = (triple.subject, triple.predicate, triple.object)
    return _premises(facts, lambda fact: fact == goal)


def clash(facts: Iterable[Triple]) -> frozenset[Triple] | None:
    """Facts among these that contradict each other; None when the rules see no contradiction.

    The same holds as for `derivation`.
    """
    return _premises(facts, lambda fact: fact[1] == A and fact[2] == _NOTHING)


def _premises(
    facts: Iterable[Triple], is_reached: Callable[[Fact], bool]
) -> frozenset[Triple] | None:
    known: dict[Fact, Triple] = {
        (fact.subject, fact.predicate, fact.object): fact for fact in facts
    }
    origins = dict[Fact, tuple[Fact, ...]]()
    reached = _chained(list(known), origins, is_reached)
    if reached is None:
        return None
    needed, waiting = set[Fact](), [reached]
    while waiting:
        if (fact := waiting.pop()) not in needed:
            needed.add(fact)
            waiting += origins[fact]
    return frozenset(known[fact] for fact in needed if fact in known)


def _chained(
    facts: list[Fact], origins: dict[Fact, tuple[Fact, ...]], is_reached: Callable[[Fact], bool]
) -> Fact | None:
    """The first fact that is reached, round by round; `origins` says what each was derived from."""
    store, end = _Store(), time.monotonic() + _LONGEST_SEARCH
    new: dict[Fact, tuple[Fact, ...]] = dict.fromkeys(facts, ())
    while new:
        origins.update(new)
        for fact in new:
            if is_reached(fact):
                return fact
            store.add(fact)
        found: dict[Fact, tuple[Fact, ...]] = {}
        for fact in new:
            for conclusion, premises in _consequences(fact, store):
                if conclusion not in origins:
                    found.setdefault(conclusion, premises)
            if len(origins) + len(found) > _MOST_FACTS or time.monotonic() > end:
                return None
        new = found
    return None


class _Store:
    """Facts by whatever part of them is known."""

    def __init__(self) -> None:
        self._found: dict[Fact, list[Fact]] = defaultdict(list)
        self.predicates: set[Term] = set()

    def add(self, fact: Fact) -> None:
        s, p, o = fact
        self.predicates.add(p)
        for key in (
            (s, None, None),
            (None, None, o),
            (s, p, None),
            (None, p, o),
            (None, p, None),
            fact,
        ):
            self._found[key].append(fact)

    def matching(self, pattern: Fact, bound: Bound) -> list[Fact]:
        """The facts that may match: no rule asks for two things with any predicate between."""
        s, p, o = pattern
        key = (
            bound.get(s) if isinstance(s, _Variable) else s,
            bound.get(p) if isinstance(p, _Variable) else p,
            bound.get(o) if isinstance(o, _Variable) else o,
        )
        return self._found.get(key, [])


def _consequences(fact: Fact, store: _Store) -> Iterator[tuple[Fact, tuple[Fact, ...]]]:
    """What follows at once from the fact, with the premises used, itself among them."""
    entries = _entries()
    for entry in (*entries.get(fact[1], ()), *entries.get(None, ())):
        if not entry.needs <= store.predicates:
            continue
        bound = _matched(entry.first, fact, {})
        if bound is not None:
            for found, premises in _joined(entry.others, bound, store):
                yield _filled(entry.conclusion, found), (fact, *premises)


def _joined(
    patterns: tuple[Fact, ...], bound: Bound, store: _Store
) -> Iterator[tuple[Bound, tuple[Fact, ...]]]:
    if not patterns:
        yield bound, ()
        return
    for fact in store.matching(patterns[0], bound):
        more = _matched(patterns[0], fact, bound)
        if more is not None:
            for found, premises in _joined(patterns[1:], more, store):
                yield found, (fact, *premises)


def _matched(pattern: Fact, fact: Fact, bound: Bound) -> Bound | None:
    found = dict(bound)
    for part, term in zip(pattern, fact, strict=True):
        if isinstance(part, _Variable):
            if found.setdefault(part, term) != term:
                return None
        elif part != term:
            return None
    return found


def _filled(pattern: Fact, bound: Bound) -> Fact:
    s, p, o = (bound[part] if isinstance(part, _Variable) else part for part in pattern)
    return s, p, o


@cache
def _entries() -> dict[Term, list[_Entry]]:
    """Every rule from each of its premises, by their predicates; None is for any predicate."""
    graph = rdflib.Graph().parse(_RULES, format="n3")
    found: dict[Term, list[_Entry]] = defaultdict(list)
    for body, head in graph.subject_objects(_IMPLIES):
        (conclusion,) = _patterns(head)
        premises = _patterns(body)
        for first in premises:
            others = tuple(_ordered(first, [each for each in premises if each != first]))
            needs = frozenset(each[1] for each in others if not isinstance(each[1], _Variable))
            predicate = None if isinstance(first[1], _Variable) else first[1]
            found[predicate].append(_Entry(first, others, conclusion, needs))
    return {name: sorted(entries, key=repr) for name, entries in found.items()}


def _patterns(formula: Node) -> list[Fact]:
    if not isinstance(formula, QuotedGraph):
        raise TypeError(f"{_RULES.name}: not a rule: {formula}")
    made = [tuple(_part(term) for term in edge) for edge in formula]
    return sorted(((s, p, o) for s, p, o in made), key=repr)


def _part(term: Node) -> Term:
    if isinstance(term, rdflib.Variable):
        return _Variable(term)
    if isinstance(term, rdflib.Literal):
        return Literal(str(term), datatype=NamedNode(str(term.datatype)))
    return NamedNode(str(term))


def _ordered(first: Fact, others: list[Fact]) -> Iterator[Fact]:
    """The others, each time the one of which most is known from those before it."""
    known = set(first)
    while others:
        best = max(others, key=lambda each: sum(_is_known(part, known) for part in each))
        others.remove(best)
        known.update(best)
        yield best


def _is_known(part: Term, known: set[Term]) -> bool:
    return part in known or not isinstance(part, _Variable)
