"""What somebody supposes, as facts that would be gone or there and as words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import chain, groupby

from pyoxigraph import Literal, Triple

from kb_service.engine.what_if import Supposition
from kb_service.findings import Finding
from kb_service.knowledge_base.what_if.described import Described, Label, PolicyStatement
from kb_service.knowledge_base.what_if.json_reader import pointer
from kb_service.knowledge_base.what_if.request import SupposedRating
from kb_service.people_records import (
    AssessmentRecord,
    Catalogue,
    PersonRecord,
    assessment_iri,
    assessment_triples,
    person_triples,
)
from kb_service.vocabulary import iri

NONE = {"zh": "无", "en": "none"}
_DECIMAL = iri("xsd", "decimal")
_INTEGER = iri("xsd", "integer")
_ANYBODY = "what-if"


@dataclass(frozen=True)
class Changes:
    """Facts that would be gone or there, with the same in words.

    `checked` are facts that the shapes have to judge; `places` gives the JSON pointer of a node, or
    of a node and one of its properties, for what they find.
    """

    supposition: Supposition = field(default_factory=Supposition)
    words: tuple[Label, ...] = ()
    checked: tuple[Triple, ...] = ()
    places: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def joined(cls, parts: Iterable[Changes]) -> Changes:
        """All of them together."""
        every = list(parts)
        ratings = {d: v for one in every for d, v in one.supposition.ratings.items()}
        performance = [one.supposition.performance for one in every if one.supposition.performance]
        return cls(
            Supposition(
                tuple(chain.from_iterable(one.supposition.gone for one in every)),
                tuple(chain.from_iterable(one.supposition.added for one in every)),
                ratings,
                performance[0] if performance else None,
            ),
            tuple(chain.from_iterable(one.words for one in every)),
            tuple(chain.from_iterable(one.checked for one in every)),
            {place: where for one in every for place, where in one.places.items()},
        )

    def placed(self, finding: Finding) -> Finding:
        """A finding of the shapes, with the pointer of what it objects to."""
        places = self.places
        where = places.get((finding.focus, finding.path)) or places.get((finding.focus, ""))
        return replace(finding, where=where) if where else finding


def rating_changes(ratings: Iterable[SupposedRating], catalogue: Catalogue, today: date) -> Changes:
    """What everybody who is looked at would be rated."""
    given = sorted(ratings, key=lambda rating: rating.dimension.framework)
    parts = [_rating(rating) for rating in given]
    known = [rating for rating in given if rating.value is not None]
    for framework, members in groupby(known, lambda rating: rating.dimension.framework):
        parts.append(_assessed(framework, list(members), catalogue, today))
    return Changes.joined(parts)


def _rating(rating: SupposedRating) -> Changes:
    dimension, value = rating.dimension, rating.value
    if value is None:
        words = {"zh": f"「{dimension.zh}」没有评分", "en": f"no rating in {dimension.en}"}
    else:
        shown = shown_number(value)
        words = {"zh": f"「{dimension.zh}」的评分为 {shown}", "en": f"{dimension.en} rated {shown}"}
    return Changes(Supposition(ratings={dimension.iri: value}), (words,))


def _assessed(
    framework: str, ratings: list[SupposedRating], catalogue: Catalogue, today: date
) -> Changes:
    """The ratings as an assessment of nobody in particular, for the shapes to look at."""
    values = {rating.dimension.id: rating.value or Decimal() for rating in ratings}
    record = AssessmentRecord(
        framework, _ANYBODY, today, next(iter(catalogue.sources)), framework, values
    )
    node = assessment_iri(_ANYBODY, framework).value
    places = {(f"{node}/rating/{rating.dimension.id}", ""): rating.where for rating in ratings}
    person = person_triples(PersonRecord(_ANYBODY))
    return Changes(
        checked=(*person, *assessment_triples(record, catalogue)),
        places={(node, ""): "/ratings", **places},
    )


def policy_changes(wanted: Mapping[str, Mapping[str, Decimal]], described: Described) -> Changes:
    """What policy would say; the shapes look at the whole of it, because its numbers hang together."""
    parts = [
        _policy_number(described, described.policy[id], name, number)
        for id, numbers in wanted.items()
        for name, number in numbers.items()
    ]
    if not parts:
        return Changes()
    changed = Changes.joined(parts)
    gone = set(changed.supposition.gone)
    nodes = described.policy_nodes
    stays = [t for node in nodes for t in described.says(node) if t not in gone]
    places = {(node.value, ""): "/policy" for node in nodes}
    return replace(
        changed,
        checked=(*stays, *changed.supposition.added),
        places={**places, **changed.places},
    )


def _policy_number(
    described: Described, statement: PolicyStatement, name: str, number: Decimal
) -> Changes:
    predicate, several = statement.fields[name], len(statement.fields) > 1
    before = statement.numbers[predicate]
    is_whole = before.datatype == _INTEGER and number == number.to_integral_value()
    after = Literal(shown_number(number), datatype=_INTEGER if is_whole else _DECIMAL)
    label, part = described.named(statement.node), described.named(predicate)
    values = f"{shown_number(Decimal(before.value))} → {shown_number(number)}"
    words = {
        "zh": f"{label['zh']}{'：' + part['zh'] if several else ''} {values}",
        "en": f"{label['en']}{', ' + part['en'] if several else ''} {values}",
    }
    where = f"/policy/{pointer(statement.id)}"
    node = statement.node
    return Changes(
        Supposition((Triple(node, predicate, before),), (Triple(node, predicate, after),)),
        (words,),
        places={
            (node.value, ""): where,
            (node.value, predicate.value): f"{where}/{name}" if several else where,
        },
    )


def shown_number(value: Decimal) -> str:
    """A number without idle noughts."""
    return f"{value.normalize():f}"


def decimal(value: Decimal) -> Literal:
    """A number as facts have it."""
    return Literal(shown_number(value), datatype=_DECIMAL)


def number_words(value: Decimal | None, otherwise: Label) -> Label:
    """A number in words, or what stands where there is none."""
    return otherwise if value is None else {"zh": shown_number(value), "en": shown_number(value)}


def arrow(before: Label, after: Label, zh: str, en: str) -> Label:
    """What something was and would be, after a name in both languages."""
    return {
        "zh": f"{zh} {before['zh']} → {after['zh']}",
        "en": f"{en} {before['en']} → {after['en']}",
    }
