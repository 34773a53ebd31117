"""The graphs about one person as they are to be: who rated them apart from all else, for few to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pyoxigraph import NamedNode, Triple

from kb_service.knowledge_base.holdings import StoredFacts
from kb_service.knowledge_base.judging import Judged, Knowledge
from kb_service.knowledge_base.shared_graphs import Retold
from kb_service.knowledge_base.versions import stamp
from kb_service.people_records.raters import (
    about_raters,
    conclusions_apart,
    raters_to_be,
    without_raters,
)
from kb_service.vocabulary import (
    SHARED_HISTORY,
    graphs_of_person,
    graphs_of_raters,
    people_graph,
    person_conclusions_graph,
    person_history_graph,
    rater_conclusions_graph,
    rater_graph,
    rater_history_graph,
)

NamedGraphs = Iterator[tuple[NamedNode, list[Triple]]]


@dataclass(frozen=True)
class Part:
    """One graph of facts as it is and as it is to be, and where its changes are remembered."""

    graph: NamedNode
    history: NamedNode
    before: list[Triple]
    after: list[Triple]


def facts_apart(person: str, stored: StoredFacts, facts: Sequence[Triple]) -> Iterator[Part]:
    """The graphs of facts about a person, once these facts are stored in place of what is.

    Who rated them stays as it is of the forms of which the facts do not say it; see `raters_to_be`.
    """
    about, raters = people_graph(person), rater_graph(person)
    yield Part(about, person_history_graph(person), stored.about, without_raters(facts))
    after = raters_to_be(facts, stored.raters)
    if stored.raters or after:
        yield Part(raters, rater_history_graph(person), stored.raters, after)


def conclusions_of(person: str, judged: Judged, knowledge: Knowledge, at: datetime) -> NamedGraphs:
    """The graphs of conclusions about a person, with what the first says of itself."""
    graph = person_conclusions_graph(person)
    told, of_raters = conclusions_apart(judged.triples)
    yield graph, [*told, *stamp(graph, knowledge.version.node, judged.day, at)]
    yield rater_conclusions_graph(person), of_raters


def people_as_retold(retold: Retold) -> NamedGraphs:
    """The graphs of people, and what is remembered of them, told in other words."""
    for person, facts in retold.people.items():
        yield people_graph(person), without_raters(facts)
        yield rater_graph(person), about_raters(facts)
    for name, history in retold.histories.items():
        if name != SHARED_HISTORY:
            yield name, history


def emptied(person: str) -> NamedGraphs:
    """Every graph about a person, without anything in it."""
    for name in (*graphs_of_person(person), *graphs_of_raters(person)):
        yield name, []
