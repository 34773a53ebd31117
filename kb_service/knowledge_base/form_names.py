"""Names for the rating forms of a document: they tell nobody who rated, whatever it calls them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from kb_service.knowledge_base.performance.stored import StoredPerformance, Value
from kb_service.people_records import person_iri
from kb_service.people_records.performance_facts import (
    CORRECTION,
    CORRECTS,
    DIMENSION,
    FORM,
    IN_FORM,
    IN_PERIOD,
    RATER,
    RATING,
)
from kb_service.people_records.performance_records import rating_iri
from kb_service.people_records.raters import forms_in, is_opaque, new_form_iri
from kb_service.vocabulary import A, local_id


@dataclass(frozen=True)
class FormNames:
    """Which node stands in the place of which; others keep their names."""

    nodes: Mapping[NamedNode, NamedNode]

    def over(self, facts: Iterable[Triple]) -> list[Triple]:
        """The facts by these names."""
        return [
            Triple(
                self.nodes.get(each.subject, each.subject)
                if isinstance(each.subject, NamedNode)
                else each.subject,
                each.predicate,
                self.nodes.get(each.object, each.object)
                if isinstance(each.object, NamedNode)
                else each.object,
            )
            for each in facts
        ]


def form_names_of(person: str, new: Sequence[Triple], known: Sequence[Triple]) -> FormNames:
    """Names for the forms in new facts about a person, and for all that is said in them.

    `known` is what is stored of the person, who rated them included.
    """
    document, stored = StoredPerformance(new), StoredPerformance(known)
    nodes = dict[NamedNode, NamedNode]()
    for given in forms_in(new):
        nodes[given] = _form(person, given, document, stored)
    for rating in _of_kind(RATING, new):
        form = document.said(rating).get(IN_FORM)
        if isinstance(form, NamedNode) and form in nodes:
            nodes[rating] = _rating(rating, nodes[form], document, stored)
    for correction in _of_kind(CORRECTION, new):
        fact = document.said(correction).get(CORRECTS)
        if isinstance(fact, NamedNode) and fact in nodes:
            nodes[correction] = _correction(correction, fact, nodes[fact], stored)
    return FormNames({old: name for old, name in nodes.items() if old != name})


def _of_kind(kind: NamedNode, facts: Iterable[Triple]) -> list[NamedNode]:
    return [
        triple.subject
        for triple in facts
        if triple.predicate == A and triple.object == kind and isinstance(triple.subject, NamedNode)
    ]


def _form(
    person: str, form: NamedNode, document: StoredPerformance, stored: StoredPerformance
) -> NamedNode:
    said = document.said(form)
    if stored.said(form) or not (IN_PERIOD in said and RATER in said):
        return form
    period = said[IN_PERIOD]
    same = stored.find(FORM, period, said[RATER])
    if same is not None:
        return same
    is_own = form.value.startswith(f"{person_iri(person).value}/")
    return form if is_own and is_opaque(form) else new_form_iri(person, local_id(_node(period)))


def _rating(
    rating: NamedNode, form: NamedNode, document: StoredPerformance, stored: StoredPerformance
) -> NamedNode:
    dimension = document.said(rating).get(DIMENSION)
    if not isinstance(dimension, NamedNode):
        return rating
    same = stored.find(RATING, form, dimension)
    if same is not None or rating.value.startswith(f"{form.value}/"):
        return same or rating
    return rating_iri(form, local_id(dimension))


def _correction(
    correction: NamedNode, fact: Value, named: NamedNode, stored: StoredPerformance
) -> NamedNode:
    if correction.value.startswith(f"{named.value}/"):
        return correction
    if correction.value.startswith(f"{fact.value}/"):
        return NamedNode(named.value + correction.value.removeprefix(fact.value))
    return stored.new_correction(named)


def _node(value: Value) -> NamedNode:
    return value if isinstance(value, NamedNode) else NamedNode(value.value)
