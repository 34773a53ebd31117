"""Shared knowledge made ready for judging people, and people judged by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from kb_service.catalogue import read_catalogue, read_teams
from kb_service.engine.conclude import Keep, conclude_people, kept, models_in, relevant, workspace
from kb_service.engine.rules import RuleBook
from kb_service.engine.text import QueryText
from kb_service.people_records import Catalogue, Choice, person_iri
from kb_service.questions import questions
from kb_service.vocabulary import iri, local_id, person_conclusions_graph

_AS_OF = iri("judgement", "asOf")
_ASSESSED_ON = iri("people", "assessedOn")


@dataclass(frozen=True)
class Knowledge:
    """Everything that is not about one person, at one moment.

    `for_rules` and `for_questions` are the parts that rules about people, and questions about one
    person, can read.
    """

    rules: RuleBook
    triples: list[Triple]
    own_day: date | None
    catalogue: Catalogue
    teams: Mapping[str, Choice]
    for_rules: list[Quad]
    for_questions: list[Quad]
    keep: Keep

    @property
    def as_of(self) -> date:
        """The day that judgements are for: the organisation's own, today if it has none."""
        return self.own_day or date.today()

    def day_for(self, facts: Iterable[Triple]) -> date:
        """The day to judge a person for: never before their newest assessment."""
        return max([self.as_of, *map(date.fromisoformat, texts(facts, _ASSESSED_ON))])

    def conclusions(self, facts: Mapping[str, list[Triple]]) -> dict[NamedNode, list[Triple]]:
        """The conclusion graphs of people, with what the ontology says is kept."""
        by_day: dict[date, list[str]] = {}
        for person, triples in facts.items():
            by_day.setdefault(self.day_for(triples), []).append(person)
        graphs = {}
        for day, members in by_day.items():
            named = ((person_iri(person), facts[person]) for person in members)
            for node, triples in conclude_people(
                self.rules, self.for_rules, named, day, asked=(), keep=self.keep
            ):
                graphs[person_conclusions_graph(local_id(node))] = triples
        return graphs

    def everything_about(self, person: str, facts: list[Triple]) -> Store:
        """A store in memory with knowledge, one person and all that is concluded of them."""
        people = {person_iri(person): facts}
        base = self.for_questions
        return workspace(self.rules, base, people, self.day_for(facts), models_in(base))

    def about_nobody(self) -> Store:
        """A store in memory with knowledge alone."""
        return workspace(self.rules, self.for_questions, {}, self.as_of, ())


def read_knowledge(
    rules: RuleBook, triples: list[Triple], organisation: Iterable[Triple]
) -> Knowledge:
    """Shared knowledge and shared conclusions made ready; the organisation names its own day."""
    facts = list(organisation)
    days = texts(facts, _AS_OF)
    return Knowledge(
        rules=rules,
        triples=triples,
        own_day=date.fromisoformat(days[0]) if days else None,
        catalogue=read_catalogue(triples),
        teams=read_teams(facts),
        for_rules=relevant(rules.people, triples),
        keep=kept(triples),
        for_questions=relevant(rules.shared + rules.people, triples, _read_by_questions()),
    )


def _read_by_questions() -> frozenset[str]:
    """Every term that some question about one person reads, and what explanations read."""
    found = [QueryText(q.text) for q in questions().values() if q.over == "person"]
    concluded_by = frozenset({iri("judgement", "concludedBy").value})
    return concluded_by.union(*(text.mentioned_in(text.body) for text in found))


def texts(facts: Iterable[Triple], predicate: NamedNode) -> list[str]:
    """The literals that facts with this predicate give."""
    return [
        fact.object.value
        for fact in facts
        if fact.predicate == predicate and isinstance(fact.object, Literal)
    ]
