"""The engine's own work as tasks: what is kept of people, everything about one, what is shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse, serialize

from kb_service.engine.premises import Premises
from kb_service.engine.rules import RuleBook


@dataclass(frozen=True)
class ConcludeBatch:
    """What follows about some people, each judged for a day of their own.

    `facts` are N-Quads, each person's in a graph named like the person. The answer is N-Quads of
    the same kind: what a store keeps.
    """

    facts: bytes
    days: Mapping[str, date]

    @classmethod
    def of(
        cls, people: Mapping[NamedNode, Iterable[Triple]], days: Mapping[NamedNode, date]
    ) -> ConcludeBatch:
        """The task for these people."""
        named = {person.value: day for person, day in days.items()}
        return cls(_written(people), named)

    def run(self, premises: Premises) -> bytes:
        """Conclude the people of each day together."""
        people: dict[str, list[Triple]] = {person: [] for person in self.days}
        for person, triples in by_person(self.facts).items():
            people[person.value] = triples
        concluded: dict[NamedNode, list[Triple]] = {}
        for day in dict.fromkeys(self.days.values()):
            members = {
                NamedNode(person): facts
                for person, facts in people.items()
                if self.days[person] == day
            }
            concluded.update(
                premises.conclude(members, day, asked=(), keep=premises.keep, batch=len(members))
            )
        return _written(concluded)


@dataclass(frozen=True)
class ConcludeEverything:
    """All that follows about some people for every model, judged for one day; see Premises."""

    facts: bytes
    day: date

    def run(self, premises: Premises) -> bytes:
        """Conclude the people together."""
        return premises.everything_about(self.facts, self.day)


@dataclass(frozen=True)
class DrawShared:
    """What follows from shared knowledge alone once some facts are gone and others added.

    The facts are N-Triples, as is the answer: every shared conclusion. With `rules`, by these.
    """

    gone: bytes
    added: bytes
    rules: RuleBook | None = None

    @classmethod
    def of(
        cls, gone: Iterable[Triple], added: Iterable[Triple], rules: RuleBook | None = None
    ) -> DrawShared:
        """The task for this change."""
        return cls(triples_written(gone), triples_written(added), rules)

    def run(self, premises: Premises) -> bytes:
        """Run the shared rules that the change concerns; all of them when rules changed."""
        if self.rules is not None:
            premises = Premises(self.rules, premises.facts, ())
        after = premises.changed(read_triples(self.gone), read_triples(self.added))
        if self.rules is not None:
            after = Premises.of(self.rules, after.facts)
        return triples_written(after.conclusions)


def read_triples(ntriples: bytes) -> list[Triple]:
    """The triples of N-Triples."""
    return [quad.triple for quad in parse(ntriples, format=RdfFormat.N_TRIPLES)]


def triples_written(triples: Iterable[Triple]) -> bytes:
    """Triples as N-Triples."""
    return serialize(triples, format=RdfFormat.N_TRIPLES) or b""


def by_person(nquads: bytes) -> dict[NamedNode, list[Triple]]:
    """The triples of N-Quads by the person after whom their graph is named."""
    people: dict[NamedNode, list[Triple]] = {}
    for quad in parse(nquads, format=RdfFormat.N_QUADS):
        if isinstance(quad.graph_name, NamedNode):
            people.setdefault(quad.graph_name, []).append(quad.triple)
    return people


def _written(people: Mapping[NamedNode, Iterable[Triple]]) -> bytes:
    quads = (
        Quad(triple.subject, triple.predicate, triple.object, person)
        for person, triples in people.items()
        for triple in triples
    )
    return serialize(quads, format=RdfFormat.N_QUADS) or b""
