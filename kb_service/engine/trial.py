"""A position model tried on people: how each would be judged by it; nothing is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.engine.premises import Premises
from kb_service.engine.what_if import Somebody, Supposition
from kb_service.vocabulary import A, iri

_FOR_MODEL = iri("judgement", "forModel")
_FOR_REQUIREMENT = iri("judgement", "forRequirement")
_RATIO = iri("judgement", "ratio")
_VERDICT = iri("judgement", "verdict")
_COVERAGE = iri("judgement", "Coverage")
_IS_VERDICT = iri("judgement", "Verdict")
STATES = {
    iri("judgement", "RequirementMet"): "reached",
    iri("judgement", "Gap"): "short",
    iri("judgement", "RequirementUnknown"): "unknown",
}
"""How somebody may stand to a requirement, by the class of the conclusion that says so."""


@dataclass(frozen=True)
class Judgement:
    """How one person is judged by one model.

    `coverage` is a share of 1; `states` says of each requirement whether the person has `reached`
    it, is `short` of it, or whether that is `unknown`.
    """

    person: NamedNode
    verdict: NamedNode | None
    coverage: Decimal
    states: Mapping[NamedNode, str]


@dataclass(frozen=True)
class Trial:
    """A task for any process that holds the premises: people judged by one model as supposed."""

    supposition: Supposition
    model: NamedNode
    people: tuple[Somebody, ...]

    def run(self, premises: Premises) -> tuple[Judgement, ...]:
        """How each of the people would be judged, in the order given.

        Raises RulesDoNotSettleError when a rule would not come to an end.
        """
        supposed = self.supposition.premises(premises).about([self.model])
        by_day: dict[date, dict[NamedNode, list[Triple]]] = defaultdict(dict)
        for one in self.people:
            by_day[one.day][one.person] = one.triples
        told: dict[NamedNode, Judgement] = {}
        for day, members in by_day.items():
            for person, conclusions in supposed.conclude(members, day, asked=()):
                told[person] = judgement_of(person, self.model, conclusions)
        return tuple(told[one.person] for one in self.people)


def judgement_of(person: NamedNode, model: NamedNode, conclusions: Iterable[Triple]) -> Judgement:
    """What conclusions about one person say of them and one model."""
    said: dict[object, dict[NamedNode, list[object]]] = defaultdict(lambda: defaultdict(list))
    for triple in conclusions:
        said[triple.subject][triple.predicate].append(triple.object)
    verdict: NamedNode | None = None
    coverage = Decimal()
    states: dict[NamedNode, str] = {}
    for facts in said.values():
        if model not in facts[_FOR_MODEL]:
            continue
        kinds = facts[A]
        if _IS_VERDICT in kinds:
            verdict = next((v for v in facts[_VERDICT] if isinstance(v, NamedNode)), None)
        if _COVERAGE in kinds:
            ratios = (Decimal(v.value) for v in facts[_RATIO] if isinstance(v, Literal))
            coverage = next(ratios, Decimal())
        for kind, state in STATES.items():
            if kind in kinds:
                states.update(
                    (r, state) for r in facts[_FOR_REQUIREMENT] if isinstance(r, NamedNode)
                )
    return Judgement(person, verdict, coverage, states)
