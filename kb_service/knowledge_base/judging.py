"""Shared knowledge made ready for judging people, and people judged by it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple

from kb_service.catalogue import read_catalogue, read_performance_choices, read_teams
from kb_service.engine.conclude import BATCH, asked_of_the_clock, relevant
from kb_service.engine.deriver import Deriver
from kb_service.engine.premises import Premises
from kb_service.engine.rules import RuleBook
from kb_service.engine.tasks import ConcludeBatch, ConcludeEverything, by_person, triples_written
from kb_service.engine.text import QueryText
from kb_service.knowledge_base.versions import KnowledgeVersion
from kb_service.people_records import Catalogue, Choice, person_iri
from kb_service.people_records.performance_records import PerformanceChoices
from kb_service.questions import TellsOf, questions
from kb_service.vocabulary import ORGANISATION_GRAPH, A, iri

MOST_FACTS = 20_000
"""In a batch of more than one person: what is judged at once takes about half a second."""

_AS_OF = iri("judgement", "asOf")
_ASSESSED_ON = iri("people", "assessedOn")
_RANK = iri("core", "rank")


@dataclass(frozen=True)
class Judged:
    """What is kept of the conclusions about a person, and the day that they are for."""

    day: date
    triples: list[Triple]


@dataclass(frozen=True)
class Judging:
    """A batch of people whose conclusions are being drawn, each for a day."""

    days: Mapping[str, date]
    answer: Future[bytes]

    def result(self) -> dict[str, Judged]:
        """What is kept of the conclusions about each; raises RuleStoppedError."""
        found = by_person(self.answer.result())
        return {
            person: Judged(day, found.get(person_iri(person), []))
            for person, day in self.days.items()
        }


@dataclass(frozen=True)
class Knowledge:
    """Everything that is not about one person, at one moment.

    `graphs` are the asserted facts by graph, `inferred` what a reasoner added to them, and
    `for_questions` the part that questions about one person can read.
    """

    premises: Premises
    graphs: Mapping[NamedNode, list[Triple]]
    inferred: list[Triple]
    version: KnowledgeVersion
    own_day: date | None
    catalogue: Catalogue
    teams: Mapping[str, Choice]
    for_questions: list[Quad]

    @property
    def rules(self) -> RuleBook:
        """The rules by which people are judged."""
        return self.premises.rules

    @cached_property
    def things(self) -> frozenset[NamedNode | BlankNode | Triple]:
        """What `for_questions` says something of."""
        return frozenset(quad.subject for quad in self.for_questions)

    @cached_property
    def ranks(self) -> Mapping[NamedNode, Mapping[NamedNode, int]]:
        """By class the rank of each thing in it: lowest for the best verdict, highest for the best grade."""
        facts = self.premises.facts
        ranks = {fact.subject: fact.object for fact in facts if fact.predicate == _RANK}
        found: dict[NamedNode, dict[NamedNode, int]] = {}
        for fact in facts:
            thing, rank, kind = fact.subject, ranks.get(fact.subject), fact.object
            if fact.predicate == A and isinstance(rank, Literal):
                assert isinstance(thing, NamedNode) and isinstance(kind, NamedNode)
                found.setdefault(kind, {})[thing] = int(rank.value)
        return found

    @cached_property
    def performance(self) -> PerformanceChoices:
        """What records of performance may name."""
        return read_performance_choices(self.premises.facts)

    @property
    def as_of(self) -> date:
        """The day that judgements are for: the organisation's own, today if it has none."""
        return self.own_day or date.today()

    def day_for(self, facts: Iterable[Triple]) -> date:
        """The day to judge a person for: never before their newest assessment."""
        return max([self.as_of, *map(date.fromisoformat, texts(facts, _ASSESSED_ON))])

    def begin_judging(
        self, deriver: Deriver, people: Iterable[tuple[str, list[Triple]]], batch: int = BATCH
    ) -> Iterator[Judging]:
        """People a batch at a time, in their order, the conclusions about each being under way.

        There are fewer in a batch the more is known of each, so that a task stays far from the
        bound at which it is stopped, on a slow machine as well.
        """
        begun: deque[dict[str, date]] = deque()

        def tasks() -> Iterator[ConcludeBatch]:
            for members in batches(people, batch):
                days = {person: self.day_for(triples) for person, triples in members.items()}
                begun.append(days)
                yield ConcludeBatch.of(
                    {person_iri(person): triples for person, triples in members.items()},
                    {person_iri(person): day for person, day in days.items()},
                )

        for future in deriver.begin(tasks(), self.premises):
            yield Judging(begun.popleft(), future)

    def everything_about(
        self, deriver: Deriver, facts: list[Triple], day: date | None = None
    ) -> Store:
        """A store in memory with knowledge, the facts about one person and all that follows of them.

        Raises RuleStoppedError.
        """
        judged_for = day or self.day_for(facts)
        said = triples_written(facts)
        store = Store()
        task = ConcludeEverything(said, judged_for)
        for concluding in deriver.begin((task,), self.premises):
            store.extend(self.for_questions)
            store.extend(asked_of_the_clock(judged_for, self.premises.models))
            store.load(said, format=RdfFormat.N_TRIPLES)
            store.load(concluding.result(), format=RdfFormat.N_TRIPLES)
        return store

    def about_nobody(self) -> Store:
        """A store in memory with knowledge alone."""
        store = Store()
        store.extend(self.for_questions)
        return store


def batches(
    people: Iterable[tuple[str, list[Triple]]],
    most_people: int = BATCH,
    most_facts: int = MOST_FACTS,
) -> Iterator[dict[str, list[Triple]]]:
    """People with their facts in batches of so many people, and of so many facts if one is not more."""
    members: dict[str, list[Triple]] = {}
    size = 0
    for person, facts in people:
        if members and (len(members) == most_people or size + len(facts) > most_facts):
            yield members
            members, size = {}, 0
        members[person] = facts
        size += len(facts)
    if members:
        yield members


def read_knowledge(
    premises: Premises,
    graphs: Mapping[NamedNode, list[Triple]],
    inferred: list[Triple],
    digests: Mapping[NamedNode, str] = MappingProxyType({}),
) -> Knowledge:
    """Shared knowledge made ready; the organisation's graph may name its own day.

    `digests` are those of graphs that are known already.
    """
    organisation = graphs.get(ORGANISATION_GRAPH, [])
    days = texts(organisation, _AS_OF)
    rules = premises.rules
    known = (*premises.facts, *premises.conclusions)
    return Knowledge(
        premises=premises,
        graphs=graphs,
        inferred=inferred,
        version=KnowledgeVersion(rules, graphs, {**digests}),
        own_day=date.fromisoformat(days[0]) if days else None,
        catalogue=read_catalogue(known),
        teams=read_teams(organisation),
        for_questions=relevant(rules.shared + rules.people, known, _read_by_questions()),
    )


def _read_by_questions() -> frozenset[str]:
    """Every term that explanations and questions read that are about one person, or asked beside.

    Beside them it is asked what they are judged by: a plan or a period, which tells of nobody.
    """
    found = [
        QueryText(q.text)
        for q in questions().values()
        if "person" in q.takes or (q.takes and q.tells_of is TellsOf.NOBODY)
    ]
    concluded_by = frozenset({iri("judgement", "concludedBy").value})
    return concluded_by.union(*(text.mentioned_in(text.body) for text in found))


def texts(facts: Iterable[Triple], predicate: NamedNode) -> list[str]:
    """The literals that facts with this predicate give."""
    return [
        fact.object.value
        for fact in facts
        if fact.predicate == predicate and isinstance(fact.object, Literal)
    ]
