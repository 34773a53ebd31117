"""Copies of a person with other facts, so that many can be judged beside one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Store, Triple

from kb_service.engine.body.groups import Term, every_star
from kb_service.engine.body.reader import body_of
from kb_service.engine.dependencies import only
from kb_service.engine.hypotheses import with_ratings
from kb_service.engine.premises import Premises
from kb_service.engine.rules import Rule, RuleBook
from kb_service.engine.sought import sought, writers
from kb_service.sparql import select
from kb_service.vocabulary import iri

Ratings = Mapping[NamedNode, Decimal]

_VERDICT = iri("judgement", "verdict")
_PERCENT = iri("judgement", "percent")
_CLASSES = (iri("judgement", "Verdict").value, iri("judgement", "Fit").value)
_OUTCOMES = f"""SELECT ?person ?predicate ?value WHERE {{
  {{ ?conclusion a {iri("judgement", "Verdict")} ; {_VERDICT} ?value . BIND ({_VERDICT} AS ?predicate) }}
  UNION
  {{ ?conclusion a {iri("judgement", "Fit")} ; {_PERCENT} ?value . BIND ({_PERCENT} AS ?predicate) }}
  ?conclusion {iri("judgement", "ofPerson")} ?person .
}}"""

_RATINGS = f"""SELECT ?person ?dimension ?rating WHERE {{
  ?current a {iri("judgement", "CurrentRating")} ; {iri("judgement", "ofPerson")} ?person ;
    {iri("judgement", "forDimension")} ?dimension ; {iri("judgement", "rating")} ?rating .
}}"""


@dataclass(frozen=True)
class Outcome:
    """What a judgement comes to, and the number behind it; None where there is none.

    Of a position, the verdict and the fit; of an appraisal, the grade and the total.
    """

    reached: NamedNode | None = None
    score: Decimal | None = None


@dataclass(frozen=True)
class Subject:
    """A person, what is asserted about them, and the day to judge them for."""

    person: NamedNode
    facts: tuple[Triple, ...]
    as_of: date


def outcomes(premises: Premises, subject: Subject, changes: Iterable[Ratings]) -> list[Outcome]:
    """What the verdict and the fit would be with each set of ratings, all judged in one workspace.

    Conclusions about one person never depend on others, so copies do not disturb one another.
    """
    people = dict(
        _copy(number, subject, ratings, premises) for number, ratings in enumerate(changes)
    )
    concluded = premises.conclude(
        people, subject.as_of, asked=(), keep=_outcomes, batch=max(1, len(people))
    )
    return [_outcome(triples) for _, triples in concluded]


def current_ratings(premises: Premises, subject: Subject) -> dict[NamedNode, Decimal]:
    """The person's current rating in each dimension in which they have one."""
    people = {subject.person: subject.facts}
    concluded = premises.conclude(people, subject.as_of, asked=(), keep=_current_ratings)
    return {
        triple.predicate: Decimal(triple.object.value)
        for _, triples in concluded
        for triple in triples
        if isinstance(triple.object, Literal)
    }


def leading_to_verdicts(rules: RuleBook) -> RuleBook:
    """The rules about people on whose conclusions a verdict or a fit can rest, and all shared ones."""
    return leading_to(rules, _CLASSES)


def leading_to(rules: RuleBook, classes: Iterable[str]) -> RuleBook:
    """The rules about people on whose conclusions those of some classes can rest, and all shared ones."""
    wanted = frozenset(classes)
    everyone = [rule for stage in rules.people for rule in stage.rules]
    needed = [rule for rule in everyone if rule.query.classes_of_head & wanted]
    found = set(needed)
    while needed:
        new = set(_read_by(needed.pop(), everyone)) - found
        found |= new
        needed += new
    return replace(rules, people=only(rules.people, found))


def _read_by(rule: Rule, rules: Iterable[Rule]) -> Iterator[Rule]:
    for star in every_star(body_of(rule)):
        yield from writers(sought(star, {}), rules)


def _copy(
    number: int, subject: Subject, ratings: Ratings, premises: Premises
) -> tuple[NamedNode, list[Triple]]:
    facts = with_ratings(subject.facts, subject.person, ratings, subject.as_of, premises)
    return renamed(number, subject.person, facts)


def renamed(number: int, person: NamedNode, facts: list[Triple]) -> tuple[NamedNode, list[Triple]]:
    """A person with everything that is said of them under addresses of its own.

    One prefix before every address keeps their alphabetical order, which rules may go by.
    """
    prefix = f"urn:variant:{number}:"
    names: dict[Term, NamedNode] = {
        node: NamedNode(prefix + node.value)
        for node in (person, *(triple.subject for triple in facts))
        if isinstance(node, NamedNode)
    }
    said = [
        Triple(names.get(t.subject, t.subject), t.predicate, names.get(t.object, t.object))
        for t in facts
    ]
    return names[person], said


def _outcomes(store: Store) -> Iterator[tuple[NamedNode, Triple]]:
    for person, predicate, value in select(store, _OUTCOMES):
        yield person, Triple(person, predicate, value)


def _current_ratings(store: Store) -> Iterator[tuple[NamedNode, Triple]]:
    for person, dimension, rating in select(store, _RATINGS):
        yield person, Triple(person, dimension, rating)


def _outcome(triples: Iterable[Triple]) -> Outcome:
    said = {triple.predicate: triple.object for triple in triples}
    verdict, fit = said.get(_VERDICT), said.get(_PERCENT)
    return Outcome(
        verdict if isinstance(verdict, NamedNode) else None,
        Decimal(fit.value) if isinstance(fit, Literal) else None,
    )
