"""What cannot be: an ontology against itself, a class without members, and the axioms at fault."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from kb_service.findings import Finding
from kb_service.reasoning.axioms import Axiom, axioms_of, digest
from kb_service.reasoning.cache import Answer, keep_answer, kept_answer
from kb_service.reasoning.contradiction import Contradiction, finding_of
from kb_service.reasoning.denials import denial_of_members, with_a_member
from kb_service.reasoning.derivation import clash
from kb_service.reasoning.java import find_java, no_java
from kb_service.reasoning.justification import (
    Justification,
    OutOfTime,
    Suffices,
    Surroundings,
    contracted,
    pruned,
)
from kb_service.reasoning.reading import readable
from kb_service.reasoning.reasoner import Reasoner, ReasonerFailed
from kb_service.reasoning.reasoner_process import Response
from kb_service.reasoning.side_by_side import SideBySide, denying
from kb_service.reasoning.suspects import likenesses, suspect
from kb_service.reasoning.telling import SUB_CLASS

CHECKING_SECONDS = 120.0
"""How long a reasoner may think about consistency before it is stopped."""
EXPLAINING_SECONDS = 60.0
"""How long the axioms at fault are looked for, all together."""


def contradictions(
    triples: Iterable[Triple], *, reasoner: str = "hermit", cache: Path | None = None
) -> list[Finding]:
    """One finding for an inconsistent ontology, or one for each class that nothing can belong to.

    The reasoner is asked, about values too, and the axioms at fault are looked for in another 60
    seconds at most. That there is nothing to object to is kept in the folder `cache`. Without Java
    the rules of OWL 2 RL are asked, and a warning says so. Raises ReasonerFailed when there is no
    answer within 120 seconds.
    """
    said = tuple(triples)
    facts = readable(said)
    java = find_java()
    name = reasoner if java else "owl-rl"
    notes = [] if name == reasoner else [no_java(reasoner)]
    content = digest(axioms_of(facts))
    if cache and kept_answer(cache, content, f"{name}-sound"):
        return notes
    with Reasoner(java) as process:
        response = process.judge(name, facts, CHECKING_SECONDS)
        found = explained(said, facts, response, process, name)
    if cache and not found:
        keep_answer(cache, content, f"{name}-sound", Answer(""))
    return [*found, *notes]


def explained(
    said: Iterable[Triple],
    facts: Sequence[Triple],
    response: Response,
    reasoner: Reasoner,
    name: str,
) -> list[Finding]:
    """What a reasoner found contradictory in the facts, each with the axioms at fault.

    `said` is everything, labels included; `response` is what the reasoner of this name answered.
    """
    if response.consistent and not response.unsatisfiable:
        return []
    search = _Search(facts, reasoner, name)
    found = (
        search.of_classes(response.unsatisfiable)
        if response.consistent
        else [search.of_the_whole()]
    )
    return [finding_of(each, said) for each in found]


class _Search:
    """The search for axioms at fault in the facts, with one end for all of it."""

    def __init__(self, facts: Sequence[Triple], reasoner: Reasoner, name: str) -> None:
        self._axioms = axioms_of(facts)
        self._reasoner, self._name = reasoner, name
        self._end = time.monotonic() + EXPLAINING_SECONDS

    def of_classes(self, names: Iterable[str]) -> list[Contradiction]:
        """Each class with its reasons, those before the ones they pass it on to."""
        passed_on: dict[NamedNode, Contradiction] = {}
        first, left = list[NamedNode](), dict.fromkeys(map(NamedNode, names))
        while left:
            name = next((name for name in left if not self._above(name, left)), next(iter(left)))
            del left[name]
            for above, axiom in self._above(name, {*first, *passed_on}).items():
                passed_on[name] = Contradiction(name, (axiom,), True, above)
            if name not in passed_on:
                first.append(name)
        return [*self._of_first(first), *passed_on.values()]

    def of_the_whole(self) -> Contradiction:
        """The axioms that contradict each other.

        They are looked for by rules, then around an individual that cannot be what is said of it,
        and then everywhere.
        """
        asked = self._test(self._name)
        found = by_rules(self._axioms)
        if found is not None and self._name != "owl-rl":
            found = pruned(found, asked)
        found = found or self._of_an_individual()
        if found is None:
            found = contracted([each for each in self._axioms if not each.is_declaration], asked)
        return Contradiction(None, found.axioms, found.minimal)

    def _of_an_individual(self) -> Justification | None:
        """The reasons why one individual cannot be what is said of it; None when it takes more."""
        if self._name == "owl-rl":
            return None
        likes = likenesses(self._axioms)
        try:
            empty = self._empty_classes(likes.facts, self._end - time.monotonic())
        except ReasonerFailed:
            return None
        guilty = sorted((likes.individuals[n] for n in empty if n in likes.individuals), key=str)
        goals = [suspect(individual) for individual in guilty[:1]]
        found = self._together().justifications(goals)
        return next(iter(found.values()), None)

    def _of_first(self, names: Sequence[NamedNode]) -> list[Contradiction]:
        denials = {name: denial_of_members(name) for name in names}
        found: Mapping[object, Justification | None]
        if self._name == "owl-rl":
            surroundings = Surroundings(self._axioms)
            found = {
                name: by_rules(surroundings.above(name), with_a_member(denial))
                for name, denial in denials.items()
            }
        else:
            goals = [denying(name, (name,), denial) for name, denial in denials.items()]
            together = self._together().justifications(goals)
            found = {goal.name: reasons for goal, reasons in together.items()}
        return [
            Contradiction(name, reasons.axioms, reasons.minimal)
            if (reasons := found.get(name))
            else Contradiction(name)
            for name in names
        ]

    def _together(self) -> SideBySide:
        return SideBySide(self._axioms, self._empty_classes, self._end)

    def _empty_classes(self, facts: Iterable[Triple], seconds: float) -> Iterable[str]:
        return self._reasoner.empty_classes(self._name, facts, seconds)

    def _above(self, name: NamedNode, others: Container[NamedNode]) -> dict[NamedNode, Axiom]:
        """Those others that an axiom puts right above the class, with the axiom."""
        found = {}
        for axiom in self._axioms:
            above = axiom.head.object
            if (
                axiom.head.predicate == SUB_CLASS
                and axiom.head.subject == name
                and isinstance(above, NamedNode)
                and above != name
                and above in others
            ):
                found[above] = axiom
        return found

    def _test(self, name: str) -> Suffices:
        """Whether axioms contradict each other; OutOfTime when the time has come.

        What the names in the axioms stand for is always declared: a reasoner cannot tell a class
        from a property otherwise.
        """
        declared: dict[NamedNode, list[Triple]] = defaultdict(list)
        for axiom in self._axioms:
            for term in axiom.terms if axiom.is_declaration else ():
                declared[term] += axiom.triples

        def test(axioms: Sequence[Axiom]) -> bool:
            terms = {term for axiom in axioms for term in axiom.terms}
            facts = [fact for term in sorted(terms, key=str) for fact in declared.get(term, ())]
            facts += [fact for axiom in axioms for fact in axiom.triples]
            try:
                left = self._end - time.monotonic()
                return self._reasoner.contradicts(name, dict.fromkeys(facts), left)
            except ReasonerFailed as error:
                raise OutOfTime from error

        return test


def by_rules(axioms: Sequence[Axiom], beside: Sequence[Triple] = ()) -> Justification | None:
    """The axioms that contradict each other beside these facts, as far as OWL 2 RL sees.

    Rules answer in milliseconds where a reasoner has to start Java, and what they see is a
    contradiction.
    """

    def clashing(part: Sequence[Axiom]) -> frozenset[Triple] | None:
        return clash([*(fact for axiom in part for fact in axiom.triples), *beside])

    used = clashing(axioms)
    if used is None:
        return None
    suspects = [axiom for axiom in axioms if used & set(axiom.triples)]
    return contracted(suspects, lambda part: clashing(part) is not None)
