"""What is stored of a person about some periods, read without everything else about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Triple

from kb_service.people_records import person_iri
from kb_service.people_records.performance_facts import (
    CORRECTION,
    CORRECTS,
    FORM,
    IN_FORM,
    IN_PERIOD,
)
from kb_service.store import KnowledgeStore
from kb_service.vocabulary import HOLDS, A, people_graph, rater_graph


def facts_of_periods(
    store: KnowledgeStore, person: str, periods: Iterable[NamedNode]
) -> Iterator[Triple]:
    """What records about these periods are merged with, who rated the person included.

    Facts about the periods, who the person is and what post they hold, and which facts were
    corrected, of whatever period: a figure that was taken back can be told no more by its period.
    """
    graph, raters = people_graph(person), rater_graph(person)
    posts = store.matching(graph, predicate=HOLDS)
    about = [person_iri(person), *(each.object for each in posts)]
    for period in periods:
        about += (each.subject for each in store.matching(graph, predicate=IN_PERIOD, value=period))
    for node in dict.fromkeys(about):
        if isinstance(node, NamedNode):
            said = store.matching(graph, subject=node)
            yield from said
            if any(each.predicate == A and each.object == FORM for each in said):
                yield from store.matching(raters, subject=node)
                for rating in store.matching(graph, predicate=IN_FORM, value=node):
                    yield from store.matching(graph, subject=rating.subject)
    yield from store.matching(graph, predicate=A, value=CORRECTION)
    yield from store.matching(graph, predicate=CORRECTS)
