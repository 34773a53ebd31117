"""Why something follows: the fewest axioms that suffice, found by leaving others out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kb_service.reasoning.axioms import Axiom
from kb_service.reasoning.telling import SUB_CLASS, SUB_PROPERTY
from kb_service.vocabulary import iri

Suffices = Callable[[Sequence[Axiom]], bool]
_UPWARD = {SUB_CLASS, SUB_PROPERTY, iri("rdfs", "domain"), iri("rdfs", "range")}


@dataclass(frozen=True)
class Justification:
    """Axioms that suffice; `minimal` when none of them can be left out."""

    axioms: tuple[Axiom, ...]
    minimal: bool


class OutOfTime(Exception):
    """The time for looking has passed."""


def contracted(axioms: Sequence[Axiom], suffices: Suffices) -> Justification:
    """As few of these axioms as suffice, the first ones rather than the last.

    The axioms must suffice together. When the test runs out of time, the answer is the smallest
    part that was seen to suffice. This is the algorithm QuickXplain of Ulrich Junker (2004).
    """
    best = list(axioms)

    def test(part: list[Axiom]) -> bool:
        nonlocal best
        holds = suffices(part)
        if holds and len(part) < len(best):
            best = part
        return holds

    try:
        found = _needed([], False, list(axioms), test)
    except OutOfTime:
        return Justification(tuple(best), False)
    return Justification(tuple(axiom for axiom in axioms if axiom in found), True)


def pruned(found: Justification, suffices: Suffices) -> Justification:
    """The same without axioms that, by another test, are not needed: one question for each."""
    left = list(found.axioms)
    try:
        for axiom in found.axioms:
            rest = [other for other in left if other != axiom]
            left = rest if suffices(rest) else left
    except OutOfTime:
        return Justification(tuple(left), False)
    return Justification(tuple(left), found.minimal)


def _needed(
    kept: list[Axiom], is_new: bool, axioms: list[Axiom], test: Callable[[list[Axiom]], bool]
) -> list[Axiom]:
    """Those of the axioms that are needed beside the ones that are kept."""
    if is_new and test(kept):
        return []
    if len(axioms) == 1:
        return axioms
    near, far = axioms[: len(axioms) // 2], axioms[len(axioms) // 2 :]
    needed = _needed(kept + near, bool(near), far, test)
    return _needed(kept + needed, bool(needed), near, test) + needed


class Surroundings:
    """Axioms by what they mention, to walk from a few names to what bears on them."""

    def __init__(self, axioms: Iterable[Axiom]) -> None:
        self.axioms = tuple(axioms)
        self._from: dict[NamedNode, list[Axiom]] = defaultdict(list)
        self._about: dict[NamedNode, list[Axiom]] = defaultdict(list)
        for axiom in self.axioms:
            for term in sorted(axiom.individuals or axiom.terms, key=str):
                self._about[term].append(axiom)
            for term in _below(axiom):
                self._from[term].append(axiom)

    def above(self, *start: NamedNode) -> list[Axiom]:
        """What lies above some names: what is said of them, of what that names, and so on."""
        *_, highest = [[], *self._walk(start, self._from)]
        return highest

    def around(self, *start: NamedNode) -> Iterator[list[Axiom]]:
        """Growing neighbourhoods of some names: first what lies above them, in the end everything.

        What matters to a thing is mostly said of it, of its classes and of what is above these;
        then what points to it; what is said of other things in the same classes comes last.
        """
        pointing = [axiom for term in start for axiom in self._about.get(term, ())]
        size = -1
        for seed, leads in (((), self._from), (pointing, self._from), ((), self._about)):
            for found in self._walk(start, leads, seed):
                if len(found) > size:
                    size = len(found)
                    yield found
        if len(self.axioms) > size:
            yield list(self.axioms)

    def _walk(
        self,
        start: Iterable[NamedNode],
        leads: dict[NamedNode, list[Axiom]],
        seed: Iterable[Axiom] = (),
    ) -> Iterator[list[Axiom]]:
        found = dict.fromkeys(seed)
        seen = set[NamedNode]()
        frontier = {*start, *_leading(found)}
        while frontier:
            new = [a for term in sorted(frontier, key=str) for a in leads.get(term, ())]
            seen |= frontier
            frontier = _leading(new) - seen
            grown = {**found, **dict.fromkeys(new)}
            if len(grown) > len(found):
                found = grown
                yield list(found)


def _below(axiom: Axiom) -> list[NamedNode]:
    """The names from which one gets to the axiom when walking upwards."""
    subject = axiom.head.subject
    if isinstance(subject, NamedNode) and (axiom.individuals or axiom.head.predicate in _UPWARD):
        return [subject]
    return sorted(axiom.terms, key=str)


def _leading(axioms: Iterable[Axiom]) -> set[NamedNode]:
    """The names that lead on from these axioms."""
    return {term for axiom in axioms if not axiom.only_separates for term in axiom.terms}
