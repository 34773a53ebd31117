"""Conclusions from facts: a pure function of shared knowledge, people and a date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from kb_service.engine.rules import RuleBook, Stage
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
_FOR_POSITION = iri("core", "forPosition")
_DEFAULT = DefaultGraph()
# The models of a person's own post and of what they are a candidate for.
_OWN_MODELS = """
PREFIX core: <https://w3id.org/rengang/ontology/core#>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX people: <https://w3id.org/rengang/ontology/people#>
SELECT ?person ?model WHERE {
  { ?person org:holds ?post . ?post people:ofPosition ?position . }
  UNION { ?person people:candidateFor ?position . }
  ?model core:forPosition ?position .
}"""


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
    base = relevant(rules.people, knowledge + concluded)
    return Conclusions(concluded, dict(conclude_people(rules, base, people.items(), as_of)))


def conclude_shared(rules: RuleBook, shared: Iterable[Triple]) -> list[Triple]:
    """What follows from shared knowledge alone."""
    store = _store_of(relevant(rules.shared, shared))
    run_stages(store, rules.shared)
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s {_CONCLUDED_BY} ?rule ; ?p ?o }}"
    return list(construct(store, query))


def conclude_people(
    rules: RuleBook,
    base: Sequence[Quad],
    people: Iterable[tuple[NamedNode, Iterable[Triple]]],
    as_of: date,
    *,
    keep: Callable[[Store], Iterator[tuple[NamedNode, Triple]]] | None = None,
    batch: int = BATCH,
) -> Iterator[tuple[NamedNode, list[Triple]]]:
    """Each person with what follows about them.

    `base` is what `relevant` picks from shared knowledge and shared conclusions for these rules.

    People are concluded in batches, so memory does not grow with their number. `keep` chooses
    what is returned from a store in which everything was concluded; all of it by default.
    """
    queue = iter(people)
    while members := dict(islice(queue, batch)):
        store = workspace(rules, base, members, as_of)
        found: dict[NamedNode, list[Triple]] = {person: [] for person in members}
        for person, triple in (keep or everything)(store):
            found[person].append(triple)
        yield from found.items()


def workspace(
    rules: RuleBook,
    base: Sequence[Quad],
    people: Mapping[NamedNode, Iterable[Triple]],
    as_of: date,
) -> Store:
    """A store in memory that holds the base, these people and all that follows about them."""
    store = _store_of(base)
    day = Literal(as_of.isoformat(), datatype=iri("xsd", "date"))
    store.add(Quad(_CLOCK, _AS_OF, day, _DEFAULT))
    for facts in people.values():
        store.extend(_quads(facts))
    run_stages(store, rules.people)
    return store


def run_stages(store: Store, stages: Iterable[Stage]) -> None:
    """Run rules over a store's default graph, stage after stage, each to its fixed point."""
    for stage in stages:
        for rule in stage.once:
            store.update(rule.update)
        for _ in range(MOST_ROUNDS if stage.repeated else 0):
            size = len(store)
            for rule in stage.repeated:
                store.update(rule.update)
            if len(store) == size:
                break
        else:
            if stage.repeated:
                names = ", ".join(rule.name for rule in stage.repeated)
                raise RulesDoNotSettleError(
                    f"stage {stage.name} still adds conclusions after {MOST_ROUNDS} rounds: {names}"
                )


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
    always: list[NamedNode] = []
    own: list[NamedNode] = []
    for triple in knowledge:
        if triple.predicate == _KEPT_FOR and isinstance(triple.subject, NamedNode):
            target = always if triple.object == iri("judgement", "every-model") else own
            target.append(triple.subject)

    def choose(store: Store) -> Iterator[tuple[NamedNode, Triple]]:
        for kind in always:
            for conclusion in store.quads_for_pattern(None, A, kind, _DEFAULT):
                yield from _about(store, conclusion.subject)
        theirs = {(row[0], row[1]) for row in select(store, _OWN_MODELS)}
        for kind in own:
            for conclusion in store.quads_for_pattern(None, A, kind, _DEFAULT):
                node = conclusion.subject
                models = store.quads_for_pattern(node, _FOR_MODEL, None, _DEFAULT)
                people = store.quads_for_pattern(node, _OF_PERSON, None, _DEFAULT)
                if any((p.object, m.object) in theirs for p in people for m in models):
                    yield from _about(store, node)

    return choose


def _about(
    store: Store, conclusion: NamedNode | BlankNode | Triple
) -> Iterator[tuple[NamedNode, Triple]]:
    """A conclusion's triples, each with the person it is about."""
    triples = [quad.triple for quad in store.quads_for_pattern(conclusion, None, None, _DEFAULT)]
    for triple in triples:
        if triple.predicate == _OF_PERSON and isinstance(triple.object, NamedNode):
            yield from ((triple.object, each) for each in triples)


def relevant(
    stages: Iterable[Stage], knowledge: Iterable[Triple], also: frozenset[str] = frozenset()
) -> list[Quad]:
    """The facts that rules of these stages can read, and which positions models are for.

    A fact is read by its predicate, membership of a class by the class. `also` names more terms to
    keep, for questions that read more than rules do.
    """
    mentioned = (rule.query.mentioned_in(rule.query.body) for s in stages for rule in s.rules)
    wanted = frozenset({_FOR_POSITION.value}).union(also, *mentioned)

    def is_wanted(triple: Triple) -> bool:
        term = triple.object if triple.predicate == A else triple.predicate
        return isinstance(term, NamedNode) and term.value in wanted

    return _quads(triple for triple in knowledge if is_wanted(triple))


def _quads(triples: Iterable[Triple]) -> list[Quad]:
    return [Quad(t.subject, t.predicate, t.object, _DEFAULT) for t in triples]


def _store_of(quads: Iterable[Quad]) -> Store:
    store = Store()
    store.extend(quads)
    return store
