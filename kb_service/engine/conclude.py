"""Conclusions from facts: a pure function of shared knowledge, people and a date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from kb_service.engine.rules import Rule, RuleBook, Stage
from kb_service.sparql import construct, select
from kb_service.vocabulary import A, iri

MOST_ROUNDS = 200
"""How often the rules of a stage may repeat before they are held to invent values without end."""

BATCH = 250
"""How many people are concluded at a time; the conclusions do not depend on it."""

_CLOCK = iri("judgement", "clock")
_AS_OF = iri("judgement", "asOf")
_KEPT_FOR = iri("judgement", "keptFor")
_OF_PERSON = iri("judgement", "ofPerson")
_FOR_MODEL = iri("judgement", "forModel")
_CONCLUDED_BY = iri("judgement", "concludedBy")
_DEFAULT = DefaultGraph()
# What tells which models are a person's own: their post and what they are a candidate for.
_POSITION_PREDICATES = frozenset(
    iri(prefix, local).value
    for prefix, local in [
        ("org", "holds"),
        ("people", "ofPosition"),
        ("people", "candidateFor"),
        ("core", "forPosition"),
    ]
)


class RulesDoNotSettleError(RuntimeError):
    """A rule went on adding conclusions past the bound; names it."""


@dataclass(frozen=True)
class Conclusions:
    """What rules conclude: from shared knowledge alone, and about each person."""

    shared: list[Triple] = field(default_factory=list)
    people: dict[NamedNode, list[Triple]] = field(default_factory=dict)


def conclude(
    rules: RuleBook,
    shared: Iterable[Triple],
    people: Mapping[NamedNode, Iterable[Triple]],
    as_of: date,
) -> Conclusions:
    """Every conclusion that follows from the facts on that day.

    `people` maps each person to their facts. A person's conclusions are the same in whatever
    company the person is concluded. Raises RulesDoNotSettleError naming a rule without end.
    """
    knowledge = list(shared)
    concluded = conclude_shared(rules, knowledge)
    knowledge += concluded
    judged = conclude_people(rules, knowledge, people.items(), as_of)
    return Conclusions(concluded, dict(judged))


def conclude_shared(rules: RuleBook, shared: Iterable[Triple]) -> list[Triple]:
    """What follows from shared knowledge alone."""
    store = _store_of(relevant(rules, shared))
    run_stages(store, rules.shared)
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s {_CONCLUDED_BY} ?rule ; ?p ?o }}"
    return list(construct(store, query))


def conclude_people(
    rules: RuleBook,
    knowledge: Iterable[Triple],
    people: Iterable[tuple[NamedNode, Iterable[Triple]]],
    as_of: date,
    *,
    keep: Callable[[Store], Iterator[tuple[NamedNode, Triple]]] | None = None,
    batch: int = BATCH,
) -> Iterator[tuple[NamedNode, list[Triple]]]:
    """Each person with what follows about them; `knowledge` holds the shared conclusions too.

    People are concluded in batches, so memory does not grow with their number. `keep` chooses
    what is returned from a store in which everything was concluded; all of it by default.
    """
    base = relevant(rules, knowledge)
    queue = iter(people)
    while members := dict(islice(queue, batch)):
        store = workspace(rules, base, members, as_of)
        found: dict[NamedNode, list[Triple]] = {person: [] for person in members}
        for person, triple in (keep or everything)(store):
            found[person].append(triple)
        yield from found.items()


def workspace(
    rules: RuleBook,
    knowledge: Iterable[Triple],
    people: Mapping[NamedNode, Iterable[Triple]],
    as_of: date,
) -> Store:
    """A store in memory that holds the knowledge, these people and all that follows about them."""
    store = _store_of(knowledge)
    day = Literal(as_of.isoformat(), datatype=iri("xsd", "date"))
    store.add(Quad(_CLOCK, _AS_OF, day, _DEFAULT))
    for facts in people.values():
        store.extend(Quad(t.subject, t.predicate, t.object, _DEFAULT) for t in facts)
    run_stages(store, rules.people)
    return store


def run_stages(store: Store, stages: Iterable[Stage]) -> None:
    """Run rules over a store's default graph, stage after stage, each to its fixed point."""
    for stage in stages:
        for rule in stage.once:
            store.update(rule.update)
        rounds = 0
        while sum(_add_new(store, rule) for rule in stage.repeated):
            rounds += 1
            if rounds > MOST_ROUNDS:
                names = ", ".join(rule.name for rule in stage.repeated)
                raise RulesDoNotSettleError(
                    f"stage {stage.name} still adds conclusions after {MOST_ROUNDS} rounds: {names}"
                )


def _add_new(store: Store, rule: Rule) -> int:
    """How many conclusions one more round of a rule adds."""
    quads = [
        Quad(triple.subject, triple.predicate, triple.object, _DEFAULT)
        for triple in construct(store, rule.text)
    ]
    new = [quad for quad in quads if quad not in store]
    store.extend(new)
    return len(new)


def everything(store: Store) -> Iterator[tuple[NamedNode, Triple]]:
    """Every conclusion about people in the store, with the person it is about."""
    query = f"""SELECT ?person ?s ?p ?o WHERE {{
        ?s {_OF_PERSON} ?person ; {_CONCLUDED_BY} ?rule ; ?p ?o }}"""
    for person, subject, predicate, value in select(store, query):
        yield person, Triple(subject, predicate, value)


def kept(knowledge: Iterable[Triple]) -> Callable[[Store], Iterator[tuple[NamedNode, Triple]]]:
    """A choice of what a store keeps, as the ontology says by `judgement:keptFor`.

    Conclusions kept for every model are all returned; those kept for own and candidate models
    only where the person holds a post of the model's position or is a candidate for it.
    """
    always: list[str] = []
    own: list[str] = []
    for triple in knowledge:
        if triple.predicate == _KEPT_FOR:
            target = always if triple.object == iri("judgement", "every-model") else own
            target.append(str(triple.subject))
    query = f"""
        PREFIX core: <{iri("core").value}> PREFIX org: <{iri("org").value}>
        PREFIX people: <{iri("people").value}>
        SELECT ?person ?s ?p ?o WHERE {{
          {{
            VALUES ?class {{ {" ".join(always)} }}
            ?s {A} ?class ; {_OF_PERSON} ?person ; ?p ?o .
          }} UNION {{
            {{ ?person org:holds ?post . ?post people:ofPosition ?position . }}
            UNION {{ ?person people:candidateFor ?position . }}
            ?model core:forPosition ?position .
            VALUES ?class {{ {" ".join(own)} }}
            ?s {_FOR_MODEL} ?model ; {_OF_PERSON} ?person ; {A} ?class ; ?p ?o .
          }}
        }}"""

    def choose(store: Store) -> Iterator[tuple[NamedNode, Triple]]:
        for person, subject, predicate, value in select(store, query):
            yield person, Triple(subject, predicate, value)

    return choose


def relevant(
    rules: RuleBook, knowledge: Iterable[Triple], also: frozenset[str] = frozenset()
) -> list[Triple]:
    """The facts whose predicate some rule reads, or that tell which models are a person's own.

    `also` names more predicates to keep, for questions that read more than rules do.
    """
    wanted = rules.terms_read | _POSITION_PREDICATES | also | {A.value, _CONCLUDED_BY.value}
    return [triple for triple in knowledge if triple.predicate.value in wanted]


def _store_of(triples: Iterable[Triple]) -> Store:
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object, _DEFAULT) for t in triples)
    return store
