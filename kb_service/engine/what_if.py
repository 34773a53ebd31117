"""What would be concluded otherwise if some facts were others; nothing is stored anywhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Literal as OneOf
from typing import TypeAlias

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse, serialize

from kb_service.engine.conclude import Keep
from kb_service.engine.differences import Difference, differences
from kb_service.engine.hypotheses import with_ratings
from kb_service.engine.premises import Premises
from kb_service.engine.rules import RuleBook
from kb_service.engine.supposed_performance import SupposedPerformance
from kb_service.people_records.raters import conclusions_apart
from kb_service.sparql import select
from kb_service.vocabulary import A, iri

Depth: TypeAlias = OneOf["kept", "asked", "everything"]

_FOR_MODEL = iri("judgement", "forModel")
_CONTESTATION = iri("judgement", "Contestation")
_ON_RESULT = iri("judgement", "onResult")
_PLANNED = frozenset({iri("judgement", "PlanStep"), iri("judgement", "RecommendedTraining")})
_PLAN_HOURS = """
PREFIX judgement: <https://w3id.org/rengang/ontology/judgements#>
SELECT ?model (SUM(?time) AS ?hours) WHERE {
  ?step a judgement:PlanStep ; judgement:forModel ?model ;
    judgement:onGap ?gap ; judgement:training ?training .
  ?recommendation a judgement:RecommendedTraining ;
    judgement:onGap ?gap ; judgement:training ?training ; judgement:hours ?time .
} GROUP BY ?model"""


@dataclass(frozen=True)
class Supposition:
    """Facts that are supposed to be otherwise.

    Shared facts that would be gone or there, and what everybody who is looked at would be rated:
    a number on the dimension's own scale, None for not at all. `performance` is how they would have
    performed in a period.
    """

    gone: tuple[Triple, ...] = ()
    added: tuple[Triple, ...] = ()
    ratings: Mapping[NamedNode, Decimal | None] = field(default_factory=dict)
    performance: SupposedPerformance | None = None

    @property
    def is_about_people(self) -> bool:
        """Whether facts about people would be others, and not shared facts alone."""
        return bool(self.ratings) or self.performance is not None

    def about(
        self, person: NamedNode, facts: list[Triple], day: date, by: Premises
    ) -> list[Triple]:
        """The facts about a person as they would be."""
        if self.ratings:
            facts = with_ratings(facts, person, self.ratings, day, by)
        if self.performance:
            facts = self.performance.of(facts, person, day)
        return facts

    def premises(self, known: Premises) -> Premises:
        """The premises as they would be."""
        return known.changed(self.gone, self.added) if self.gone or self.added else known


@dataclass(frozen=True)
class Somebody:
    """A person to look at: their facts as N-Triples, and the day they are judged for.

    `kept` is what a store keeps of the conclusions about them; None has them concluded again. As
    text, facts cross to another process in a fraction of the time that they take as triples.
    """

    person: NamedNode
    facts: bytes
    day: date
    kept: bytes | None = None

    @classmethod
    def known_by(
        cls,
        person: NamedNode,
        facts: Iterable[Triple],
        day: date,
        kept: Iterable[Triple] | None = None,
    ) -> Somebody:
        """Somebody of whom these facts are known, and these conclusions kept."""
        return cls(person, _text(facts), day, None if kept is None else _text(kept))

    @cached_property
    def triples(self) -> list[Triple]:
        """The facts about the person."""
        return _triples(self.facts)


@dataclass(frozen=True)
class PersonDifference:
    """What would be concluded otherwise about one person.

    `plan_hours` are the hours of the training plan, before and after, for each model for which
    they differ; `contested` are the models for which the person objects to being judged, and the
    results of appraisals to which they object.
    """

    person: NamedNode
    differences: tuple[Difference, ...]
    plan_hours: Mapping[NamedNode, tuple[Decimal, Decimal]] = field(default_factory=dict)
    contested: frozenset[NamedNode] = frozenset()


@dataclass(frozen=True)
class WhatIf:
    """A task for any process that holds the premises: what would differ for some people.

    `models` are those to look at, None for all. At the depth `kept`, what a store keeps is
    compared; at `asked`, conclusions of the same kinds for every model that is looked at, as for
    somebody who asks about it; at `everything`, every conclusion.
    """

    supposition: Supposition
    people: tuple[Somebody, ...]
    models: frozenset[NamedNode] | None = None
    depth: Depth = "kept"

    def run(self, premises: Premises) -> tuple[PersonDifference, ...]:
        """The people about whom something would differ, in the order given.

        Raises RulesDoNotSettleError when a rule would not come to an end.
        """
        supposed = self.supposition.premises(premises)
        later = self._about_models(supposed)
        before = {one.person: self._kept(one.kept) for one in self.people if one.kept is not None}
        if rest := [one for one in self.people if one.kept is None]:
            known = later if supposed is premises else self._about_models(premises)
            before.update(self._concluded(known, premises.keep, rest, Supposition()))
        after = self._concluded(later, premises.keep, self.people, self.supposition)
        kinds = None
        if self.depth == "asked":
            kinds = {t.subject for t in premises.kept_classes if isinstance(t.subject, NamedNode)}
        found = []
        for somebody in self.people:
            told = (_told_to_all(before[somebody.person]), _told_to_all(after[somebody.person]))
            if differing := differences(*told, kinds):
                is_planned = any(not _PLANNED.isdisjoint(each.kinds) for each in differing)
                hours = _plan_hours(*told) if is_planned else {}
                contested = _contested(told[1])
                found.append(PersonDifference(somebody.person, differing, hours, contested))
        return tuple(found)

    def _about_models(self, premises: Premises) -> Premises:
        return premises if self.models is None else premises.about(self.models)

    def _kept(self, text: bytes) -> list[Triple]:
        """Kept conclusions for the models that are looked at."""
        triples = _triples(text)
        if self.models is None:
            return triples
        others = {
            triple.subject
            for triple in triples
            if triple.predicate == _FOR_MODEL and triple.object not in self.models
        }
        return [triple for triple in triples if triple.subject not in others]

    def _concluded(
        self,
        premises: Premises,
        keep: Keep,
        people: Iterable[Somebody],
        supposed: Supposition,
    ) -> dict[NamedNode, list[Triple]]:
        """What follows about people by the facts that are supposed about them."""
        by_day: dict[date, dict[NamedNode, list[Triple]]] = defaultdict(dict)
        for one in people:
            by_day[one.day][one.person] = supposed.about(one.person, one.triples, one.day, premises)
        found: dict[NamedNode, list[Triple]] = {}
        for day, members in by_day.items():
            if self.depth == "kept":
                found.update(premises.conclude(members, day, asked=(), keep=keep))
            else:
                found.update(premises.conclude(members, day))
        return found


@dataclass(frozen=True)
class WhatIfOfShared:
    """The same of what follows from shared knowledge alone, about nobody in particular."""

    supposition: Supposition

    def run(self, premises: Premises) -> tuple[Difference, ...]:
        """Every shared conclusion that would differ."""
        return differences(premises.conclusions, self.supposition.premises(premises).conclusions)


def concerned_models(
    rules: RuleBook, changed: Iterable[Triple], model_of: Mapping[NamedNode, NamedNode]
) -> frozenset[NamedNode] | None:
    """The models for which anything can differ when these shared facts do; None for any model.

    `model_of` gives the model to which a thing belongs: a requirement to one, a model to itself.
    What no rule reads concerns no model.
    """
    found = set()
    for triple in changed:
        if is_read(rules, triple):
            subject = triple.subject
            if not isinstance(subject, NamedNode) or subject not in model_of:
                return None
            found.add(model_of[subject])
    return frozenset(found)


def is_read(rules: RuleBook, triple: Triple) -> bool:
    """Whether some rule can read this fact."""
    term = triple.object if triple.predicate == A else triple.predicate
    return isinstance(term, NamedNode) and term.value in _read_by(rules)


@lru_cache(maxsize=8)
def _read_by(rules: RuleBook) -> frozenset[str]:
    """Every predicate and class that some rule reads."""
    every = (rule.query for stage in rules.shared + rules.people for rule in stage.rules)
    return frozenset[str]().union(*(query.mentioned_in(query.body) for query in every))


def _told_to_all(conclusions: Iterable[Triple]) -> list[Triple]:
    """Conclusions about somebody but those about who rated them, which few may know."""
    return conclusions_apart(conclusions)[0]


def _contested(conclusions: Iterable[Triple]) -> frozenset[NamedNode]:
    """The models and results of which conclusions about one person say that they are contested."""
    told = list(conclusions)
    marks = {t.subject for t in told if t.predicate == A and t.object == _CONTESTATION}
    return frozenset(
        t.object
        for t in told
        if t.subject in marks
        and t.predicate in (_FOR_MODEL, _ON_RESULT)
        and isinstance(t.object, NamedNode)
    )


def _plan_hours(
    before: Iterable[Triple], after: Iterable[Triple]
) -> dict[NamedNode, tuple[Decimal, Decimal]]:
    """Where the hours of the plan differ between two sets of conclusions about one person."""
    old, new = _hours_by_model(before), _hours_by_model(after)
    pairs = {
        model: (old.get(model, Decimal()), new.get(model, Decimal()))
        for model in sorted(old.keys() | new.keys(), key=str)
    }
    return {model: pair for model, pair in pairs.items() if pair[0] != pair[1]}


def _hours_by_model(conclusions: Iterable[Triple]) -> dict[NamedNode, Decimal]:
    store = Store()
    store.extend(Quad(*triple) for triple in conclusions)
    return {
        row["model"]: Decimal(row["hours"].value)
        for row in select(store, _PLAN_HOURS)
        if isinstance(row["model"], NamedNode) and isinstance(row["hours"], Literal)
    }


def _text(triples: Iterable[Triple]) -> bytes:
    return serialize(triples, format=RdfFormat.N_TRIPLES) or b""


def _triples(text: bytes) -> list[Triple]:
    return [quad.triple for quad in parse(text, format=RdfFormat.N_TRIPLES)]
