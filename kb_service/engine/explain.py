"""Why something was concluded: the rule, what it read, and the same for every conclusion read.

Nothing about explanations is stored. The rule that a conclusion names is run again with what the
conclusion says put into its patterns; their instances are what the conclusion rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from graphlib import CycleError, TopologicalSorter

from pyoxigraph import NamedNode, Store, Triple

from kb_service.engine.derivations import Absence, Derivation, Tracer
from kb_service.engine.premises import Premises
from kb_service.engine.rules import Rule, RuleBook
from kb_service.engine.tasks import read_triples

Support = Callable[[Triple], Iterable[Triple]]
"""The assertions that a fact was inferred from by the ontology; none for what was asserted."""


class NothingConcludedError(LookupError):
    """No rule concludes this from the facts at hand."""


@dataclass(frozen=True)
class Fact:
    """A triple that a rule read and no rule concluded.

    `inferred_from` are the assertions that it follows from by the ontology; an asserted fact has
    none.
    """

    triple: Triple
    inferred_from: tuple[Triple, ...] = ()

    def assertions(self) -> tuple[Triple, ...]:
        """What was asserted: the fact itself, or what it was inferred from."""
        return self.inferred_from or (self.triple,)


@dataclass(frozen=True)
class Explanation:
    """A conclusion, the rule that made it, and all that the rule read or failed to find.

    `seen_before` marks a conclusion that stands elsewhere in the same tree, where it is explained.
    """

    conclusion: NamedNode
    statements: tuple[Triple, ...]
    rule: Rule
    facts: tuple[Fact, ...] = ()
    conclusions: tuple[Explanation, ...] = ()
    absences: tuple[Absence, ...] = ()
    seen_before: bool = False

    def assertions(self) -> Iterator[Triple]:
        """Every assertion that the conclusion rests on in the end."""
        for node in self.nodes():
            for fact in node.facts:
                yield from fact.assertions()

    def nodes(self) -> Iterator[Explanation]:
        """This explanation and every one below it."""
        yield self
        for child in self.conclusions:
            yield from child.nodes()


def nothing_inferred(triple: Triple) -> tuple[Triple, ...]:
    """The support of facts that were all asserted."""
    del triple
    return ()


class Explainer:
    """Explains conclusions in one store that holds knowledge, people and all that follows."""

    def __init__(self, store: Store, rules: RuleBook, support: Support = nothing_inferred) -> None:
        self.tracer = Tracer(store, rules)
        self._support = support
        self._traced: dict[NamedNode, Derivation] = {}

    def explain(self, conclusion: NamedNode) -> Explanation:
        """The whole tree of reasons, down to assertions.

        Raises NothingConcludedError when the store holds no such conclusion.
        """
        return self._tree(conclusion, self.derivations([conclusion]), set())

    def derivations(self, conclusions: Iterable[NamedNode]) -> dict[NamedNode, Derivation]:
        """How these conclusions, and all that they rest on, were derived; none rests on itself."""
        found: dict[NamedNode, Derivation] = {}
        queue = list(conclusions)
        while queue:
            self._traced |= self.tracer.trace(n for n in queue if n not in self._traced)
            new = {node: self._traced[node] for node in queue if node in self._traced}
            found |= new
            read = (node for derivation in new.values() for node in derivation.read)
            queue = [node for node in dict.fromkeys(read) if node not in found]
        return _well_founded(found)

    def _tree(
        self, node: NamedNode, derived: Mapping[NamedNode, Derivation], seen: set[NamedNode]
    ) -> Explanation:
        derivation = derived.get(node)
        if derivation is None:
            raise NothingConcludedError(node.value)
        if node in seen:
            return Explanation(node, derivation.statements, derivation.rule, seen_before=True)
        seen.add(node)
        return Explanation(
            node,
            derivation.statements,
            derivation.rule,
            tuple(Fact(triple, tuple(self._support(triple))) for triple in derivation.facts),
            tuple(self._tree(child, derived, seen) for child in derivation.read),
            derivation.absences,
        )


def explained_once(explanation: Explanation, seen: set[NamedNode]) -> Explanation:
    """The explanation without what is explained elsewhere, which `seen` holds; it is added to."""
    if explanation.conclusion in seen or explanation.seen_before:
        return replace(explanation, facts=(), conclusions=(), absences=(), seen_before=True)
    seen.add(explanation.conclusion)
    below = tuple(explained_once(child, seen) for child in explanation.conclusions)
    return replace(explanation, conclusions=below)


def _well_founded(derived: dict[NamedNode, Derivation]) -> dict[NamedNode, Derivation]:
    """The derivations, less the ways to a conclusion that lead back to it.

    Where there are such, a conclusion keeps the ways over what takes fewer steps to conclude.
    """
    try:
        TopologicalSorter({node: each.read for node, each in derived.items()}).prepare()
    except CycleError:
        steps = _steps(derived)
        return {
            node: each.only([way for way in each.ways if _most(steps, way.read) < steps[node]])
            for node, each in derived.items()
        }
    return derived


def _steps(derived: dict[NamedNode, Derivation]) -> dict[NamedNode, int]:
    """In how many steps each conclusion can be reached from facts."""
    steps: dict[NamedNode, int] = {}
    while len(steps) < len(derived):
        reached = {
            node: 1 + _most(steps, way.read)
            for node, each in derived.items()
            if node not in steps
            for way in each.ways
            if all(read in steps for read in way.read)
        }
        if not reached:
            raise NothingConcludedError(next(node for node in derived if node not in steps).value)
        steps |= reached
    return steps


def _most(steps: Mapping[NamedNode, int], read: Iterable[NamedNode]) -> int:
    return max((steps[node] for node in read), default=0)


@dataclass(frozen=True)
class ExplainConclusion:
    """The task of explaining one conclusion about a person, from their facts on a day.

    `facts` are N-Triples. What is concluded only of models that somebody asks about is drawn when
    the conclusion is not among the rest.
    """

    conclusion: NamedNode
    person: NamedNode
    facts: bytes
    day: date

    def run(self, premises: Premises) -> Explanation | None:
        """The whole tree of reasons, or None when there is no such conclusion."""
        facts = read_triples(self.facts)
        for asked in ((), premises.models):
            store = premises.workspace({self.person: facts}, self.day, asked)
            with suppress(NothingConcludedError):
                return Explainer(store, premises.rules).explain(self.conclusion)
        return None


def with_support(explanation: Explanation, support: Support) -> Explanation:
    """The explanation with what each inferred fact was inferred from."""
    return replace(
        explanation,
        facts=tuple(Fact(fact.triple, tuple(support(fact.triple))) for fact in explanation.facts),
        conclusions=tuple(with_support(child, support) for child in explanation.conclusions),
    )
