"""Objections to judgements: as records, and the same as facts about a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.people_records import person_iri
from kb_service.vocabulary import IDENTIFIER, A, iri, local_id

_CONTESTS = iri("people", "contests")
_CONTESTS_APPRAISAL_IN = iri("performance", "contestsAppraisalIn")
_DATE = iri("xsd", "date")
_OBJECTION = iri("people", "Objection")
_OUTCOME = iri("people", "outcome")
_OUTCOME_KIND = iri("people", "ObjectionOutcome")
_RAISED_BY = iri("people", "raisedBy")
_RAISED_FOR = iri("people", "raisedFor")
_RAISED_ON = iri("people", "raisedOn")
_SETTLED_BY = iri("people", "settledBy")
_SETTLED_ON = iri("people", "settledOn")

GROUNDS = iri("people", "grounds")
SETTLEMENT = iri("people", "settlement")
WORDS = frozenset({GROUNDS, SETTLEMENT})
"""What objections say in words, in which names may be: documents have it, the store has not."""


@dataclass(frozen=True)
class Settlement:
    """How an objection came to an end: the id of the outcome, when, by whom, and in what words.

    The words are None where they are not known.
    """

    outcome: str
    on: date
    by: str
    words: str | None = None


@dataclass(frozen=True)
class Objection:
    """What somebody does not accept; of every judgement where neither model nor period is named.

    A model stands for the judgement for it and for the appraisals under plans for its position; of
    appraisals, those of the periods alone are meant where there are any. The grounds, in their own words, are None where they are not known: they are no facts.
    """

    id: str
    person: str
    raised_on: date
    raised_by: str
    models: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    grounds: str | None = None
    settlement: Settlement | None = None


@dataclass
class _Said:
    """What facts say of one thing, by property."""

    values: dict[NamedNode, str] = field(default_factory=dict)
    models: list[str] = field(default_factory=list)
    periods: list[str] = field(default_factory=list)


def objection_iri(person: str, objection: str) -> NamedNode:
    """The IRI of one objection of a person."""
    return iri("person", f"{person}/objection/{objection}")


def objection_triples(objection: Objection) -> list[Triple]:
    """The facts of an objection, without what it says in words."""
    node = objection_iri(objection.person, objection.id)
    facts = [
        Triple(node, A, _OBJECTION),
        Triple(node, IDENTIFIER, Literal(objection.id)),
        Triple(node, _RAISED_FOR, person_iri(objection.person)),
        Triple(node, _RAISED_ON, _day(objection.raised_on)),
        Triple(node, _RAISED_BY, Literal(objection.raised_by)),
        *(Triple(node, _CONTESTS, iri("model", model)) for model in objection.models),
        *(
            Triple(node, _CONTESTS_APPRAISAL_IN, iri("period", period))
            for period in objection.periods
        ),
    ]
    if settled := objection.settlement:
        facts += [
            Triple(node, _OUTCOME, iri("outcome", settled.outcome)),
            Triple(node, _SETTLED_ON, _day(settled.on)),
            Triple(node, _SETTLED_BY, Literal(settled.by)),
        ]
    return facts


def objections_in(person: str, facts: Iterable[Triple]) -> list[Objection]:
    """The objections among the facts about a person, in the order in which they were raised."""
    known = list(facts)
    nodes = {t.subject: _Said() for t in known if t.predicate == A and t.object == _OBJECTION}
    for triple in known:
        said = nodes.get(triple.subject)
        if said is None or isinstance(triple.object, BlankNode | Triple):
            continue
        if triple.predicate == _CONTESTS and isinstance(triple.object, NamedNode):
            said.models.append(local_id(triple.object))
        elif triple.predicate == _CONTESTS_APPRAISAL_IN and isinstance(triple.object, NamedNode):
            said.periods.append(local_id(triple.object))
        else:
            said.values[triple.predicate] = triple.object.value
    found = [_read(person, said) for said in nodes.values()]
    return sorted(found, key=lambda each: (each.raised_on, len(each.id), each.id))


def next_id(objections: Iterable[Objection]) -> str:
    """An id that no objection of this person has."""
    taken = {objection.id for objection in objections}
    numbers = (f"o{number}" for number in range(1, len(taken) + 2))
    return next(id for id in numbers if id not in taken)


def outcomes_in(facts: Iterable[Triple]) -> frozenset[str]:
    """The ids of the ways in which shared knowledge lets an objection end."""
    return frozenset(
        local_id(triple.subject)
        for triple in facts
        if triple.predicate == A
        and triple.object == _OUTCOME_KIND
        and isinstance(triple.subject, NamedNode)
    )


def _read(person: str, said: _Said) -> Objection:
    values = said.values
    return Objection(
        id=values[IDENTIFIER],
        person=person,
        raised_on=date.fromisoformat(values[_RAISED_ON]),
        raised_by=values[_RAISED_BY],
        models=tuple(sorted(said.models)),
        periods=tuple(sorted(said.periods)),
        grounds=values.get(GROUNDS),
        settlement=_settlement(values),
    )


def _settlement(values: Mapping[NamedNode, str]) -> Settlement | None:
    if _OUTCOME not in values:
        return None
    return Settlement(
        outcome=local_id(NamedNode(values[_OUTCOME])),
        on=date.fromisoformat(values[_SETTLED_ON]),
        by=values[_SETTLED_BY],
        words=values.get(SETTLEMENT),
    )


def _day(day: date) -> Literal:
    return Literal(day.isoformat(), datatype=_DATE)
