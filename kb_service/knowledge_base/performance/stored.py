"""What is stored of one person's performance, found by what it is about whatever its IRI is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.people_records.performance_facts import (
    APPRAISAL,
    CORRECTION,
    CORRECTS,
    DIMENSION,
    FOR_KPI,
    FORM,
    GOAL,
    IN_FORM,
    IN_PERIOD,
    MEASURED_ON,
    MEASUREMENT,
    RATER,
    RATING,
)
from kb_service.vocabulary import HOLDS, A, iri

Value = NamedNode | Literal
Said = Mapping[NamedNode, Value]

_BY_WHAT: Mapping[NamedNode, tuple[NamedNode, ...]] = {
    APPRAISAL: (IN_PERIOD,),
    FORM: (IN_PERIOD, RATER),
    GOAL: (IN_PERIOD, FOR_KPI),
    MEASUREMENT: (IN_PERIOD, FOR_KPI, MEASURED_ON),
    RATING: (IN_FORM, DIMENSION),
}
"""What tells one fact of a kind from the others about the same person."""
_KINDS = {*_BY_WHAT, CORRECTION}
_OF_POSITION = iri("people", "ofPosition")


class StoredPerformance:
    """The facts about one person, of which those about performance can be found and replaced."""

    def __init__(self, facts: Iterable[Triple]) -> None:
        self._facts = list(facts)
        self._said: dict[NamedNode, dict[NamedNode, Value]] = {}
        kinds: dict[NamedNode, NamedNode] = {}
        for triple in self._facts:
            subject, predicate, value = triple  # each is made anew whenever it is asked for
            if not isinstance(subject, NamedNode) or not isinstance(value, Value):
                continue
            if predicate != A:
                self._said.setdefault(subject, {})[predicate] = value
            elif isinstance(value, NamedNode) and value in _KINDS:
                kinds[subject] = value
        self._found: dict[tuple[Value | None, ...], NamedNode] = {}
        self._corrections: dict[Value, int] = {}
        for node, kind in kinds.items():
            said = self.said(node)
            if kind == CORRECTION:
                fact = said.get(CORRECTS, node)
                self._corrections[fact] = self._corrections.get(fact, 0) + 1
            else:
                self._found[kind, *map(said.get, _BY_WHAT[kind])] = node

    def find(self, kind: NamedNode, *about: Value) -> NamedNode | None:
        """The fact of a kind that is about this: see `_BY_WHAT`."""
        return self._found.get((kind, *about))

    def those(self, kind: NamedNode, *about: Value) -> list[NamedNode]:
        """The facts of a kind that are about this, whatever the rest of it may be."""
        wanted = (kind, *about)
        return [node for key, node in self._found.items() if key[: len(wanted)] == wanted]

    def said(self, node: NamedNode) -> Said:
        """What is stored of a node, by property, but for its classes."""
        return self._said.get(node, {})

    def new_correction(self, fact: NamedNode) -> NamedNode:
        """The IRI of the next correction of a fact."""
        number = self._corrections[fact] = self._corrections.get(fact, 0) + 1
        return NamedNode(f"{fact.value}/correction/{number}")

    def position(self) -> NamedNode | None:
        """The position of the post that the person holds."""
        posts = (said[HOLDS] for said in self._said.values() if HOLDS in said)
        found = (
            self._said.get(post, {}).get(_OF_POSITION)
            for post in posts
            if isinstance(post, NamedNode)
        )
        return next((position for position in found if isinstance(position, NamedNode)), None)

    def about_periods(self, periods: Iterable[NamedNode]) -> set[NamedNode]:
        """The facts about performance in these periods, grades and corrections left out."""
        wanted = set(periods)
        return {node for key, node in self._found.items() if key[1] in wanted}

    def everything(self) -> Sequence[Triple]:
        """All facts."""
        return self._facts


def told_beside(person: NamedNode, facts: Sequence[Triple]) -> Iterator[Triple]:
    """Of the facts about somebody, what documents may rest on that do not tell it themselves.

    Who it is, and the appraisals and forms to which figures and grades belong.
    """
    kinds = (APPRAISAL, FORM)
    nodes = {t.subject for t in facts if t.predicate == A and t.object in kinds}
    return (triple for triple in facts if triple.subject == person or triple.subject in nodes)
