"""Conclusions from facts: a pure function of shared knowledge, people and a date."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from kb_service.engine.rules import Rule, RuleBook, Stage
from kb_service.sparql import construct, select, written
from kb_service.vocabulary import A, iri

Term = NamedNode | BlankNode | Literal | Triple

Keep = Callable[[Store], Iterator[tuple[NamedNode, Triple]]]
"""Chooses conclusions in a store, each with the person it is about."""

MOST_ROUNDS = 200
"""How often the rules of a stage may repeat before they are held to invent values without end."""

BATCH = 50
"""How many people are concluded at a time; the conclusions do not depend on it."""

_CLOCK = iri("judgement", "clock")
_AS_OF = iri("judgement", "asOf")
_ASKS_ABOUT = iri("judgement", "asksAbout")
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


before_each_rule: ContextVar[Callable[[Rule], None]] = ContextVar(
    "before_each_rule", default=lambda rule: None
)
"""Told which rule runs next, so that whoever has to stop a rule can name it."""


class RulesDoNotSettleError(RuntimeError):
    """The rules of a stage went on adding conclusions past the bound; `rules` are their names."""

    def __init__(self, stage: str, rules: tuple[str, ...]) -> None:
        super().__init__(stage, rules)
        self.rules = rules

    def __str__(self) -> str:
        names = ", ".join(self.rules)
        return f"stage {self.args[0]} still adds conclusions after {MOST_ROUNDS} rounds: {names}"


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
    return draw(rules.shared, shared)


def draw(stages: Sequence[Stage], knowledge: Iterable[Triple]) -> list[Triple]:
    """What these stages of rules about shared knowledge conclude from it."""
    store = store_of(relevant(stages, knowledge))
    run_stages(store, stages)
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s {_CONCLUDED_BY} ?rule ; ?p ?o }}"
    return list(construct(store, query))


def conclude_people(
    rules: RuleBook,
    base: Sequence[Quad],
    people: Iterable[tuple[NamedNode, Iterable[Triple]]],
    as_of: date,
    *,
    asked: Iterable[NamedNode] | None = None,
    keep: Keep | None = None,
    batch: int = BATCH,
    filled: Callable[[], Store] | None = None,
) -> Iterator[tuple[NamedNode, list[Triple]]]:
    """Each person with what follows about them.

    `base` is what `relevant` picks from shared knowledge and shared conclusions for these rules.

    People are concluded in batches, so memory does not grow with their number. `keep` chooses
    what is returned from a store in which everything was concluded; all of it by default.
    `asked` names the models for which training is planned even for people who neither hold the
    position nor are a candidate for it; every model by default. `filled` gives a store that holds
    the base and nothing else, for who has one ready.
    """
    models = list(models_in(base) if asked is None else asked)
    queue = iter(people)
    while members := dict(islice(queue, batch)):
        found: dict[NamedNode, list[Triple]] = {person: [] for person in members}
        with _collector_paused():
            store = filled() if filled else store_of(base)
            _conclude_in(store, rules, members, as_of, models)
            for person, triple in (keep or everything)(store):
                found[person].append(triple)
        yield from found.items()


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No search for cyclic garbage meanwhile: a batch makes none, and looking took a third of it."""
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()


def workspace(
    rules: RuleBook,
    base: Sequence[Quad] | Store,
    people: Mapping[NamedNode, Iterable[Triple]],
    as_of: date,
    asked: Iterable[NamedNode],
) -> Store:
    """A store in memory that holds the base, these people and all that follows about them.

    The base may be given as a store that holds nothing else; it becomes the workspace.
    """
    store = base if isinstance(base, Store) else store_of(base)
    _conclude_in(store, rules, people, as_of, asked)
    return store


def _conclude_in(
    store: Store,
    rules: RuleBook,
    people: Mapping[NamedNode, Iterable[Triple]],
    as_of: date,
    asked: Iterable[NamedNode],
) -> None:
    """Add to a store that holds the base these people and all that follows about them."""
    store.extend(asked_of_the_clock(as_of, asked))
    for facts in people.values():
        store.extend(_quads(facts))
    run_stages(store, rules.people)


def asked_of_the_clock(as_of: date, asked: Iterable[NamedNode]) -> Iterator[Quad]:
    """The day, and the models for which training is planned, as rules read them."""
    day = Literal(as_of.isoformat(), datatype=iri("xsd", "date"))
    yield Quad(_CLOCK, _AS_OF, day, _DEFAULT)
    for model in asked:
        yield Quad(_CLOCK, _ASKS_ABOUT, model, _DEFAULT)


def run_stages(store: Store, stages: Iterable[Stage]) -> None:
    """Run rules over a store's default graph, stage after stage, each to its fixed point."""
    about_to_run = before_each_rule.get()
    for stage in stages:
        for rule in stage.once:
            about_to_run(rule)
            store.update(rule.update)
        if stage.repeated:
            _repeat(store, stage)


def _repeat(store: Store, stage: Stage) -> None:
    """Run the rules that read their own stage until they conclude nothing more.

    A conclusion's IRI is made from what it rests on, so more is concluded only if there are more
    conclusions.
    """
    rules = [rule.iri for rule in stage.repeated]
    about_to_run = before_each_rule.get()
    count = -1
    for _ in range(MOST_ROUNDS):
        for rule in stage.repeated:
            about_to_run(rule)
            store.update(rule.update)
        before, count = count, sum(_count(store, rule) for rule in rules)
        if count == before or not count:
            return
    raise RulesDoNotSettleError(stage.name, tuple(rule.name for rule in stage.repeated))


def _count(store: Store, rule: NamedNode) -> int:
    return sum(1 for _ in store.quads_for_pattern(None, _CONCLUDED_BY, rule, _DEFAULT))


def everything(store: Store) -> Iterator[tuple[NamedNode, Triple]]:
    """Every conclusion about people in the store, with the person it is about."""
    query = f"""SELECT ?person ?s ?p ?o WHERE {{
        ?s {_OF_PERSON} ?person ; {_CONCLUDED_BY} ?rule ; ?p ?o }}"""
    for person, subject, predicate, value in select(store, query):
        yield person, Triple(subject, predicate, value)


def everything_written(store: Store) -> bytes:
    """Every conclusion about people in the store, as N-Triples."""
    query = f"""CONSTRUCT {{ ?s ?p ?o }} WHERE {{
        ?s {_OF_PERSON} ?person ; {_CONCLUDED_BY} ?rule ; ?p ?o }}"""
    return written(store, query)


def kept(knowledge: Iterable[Triple]) -> Keep:
    """A choice of what a store keeps, as the ontology says by `judgement:keptFor`.

    Conclusions kept for every model are all returned; those kept for own and candidate models
    only where the person holds a post of the model's position or is a candidate for it.
    """
    always: list[NamedNode] = []
    own: set[Term] = set()
    for triple in knowledge:
        if triple.predicate == _KEPT_FOR and isinstance(triple.subject, NamedNode):
            if triple.object == iri("judgement", "every-model"):
                always.append(triple.subject)
            else:
                own.add(triple.subject)

    def choose(store: Store) -> Iterator[tuple[NamedNode, Triple]]:
        for kind in always:
            for conclusion in store.quads_for_pattern(None, A, kind, _DEFAULT):
                yield from _about(store, conclusion.subject)
        people: dict[Term, set[Term]] = {}
        for person, model in select(store, _OWN_MODELS):
            people.setdefault(model, set()).add(person)
        for model, holders in people.items():
            for quad in store.quads_for_pattern(None, _FOR_MODEL, model, _DEFAULT):
                node = quad.subject
                kinds = store.quads_for_pattern(node, A, None, _DEFAULT)
                if any(kind.object in own for kind in kinds):
                    yield from (pair for pair in _about(store, node) if pair[0] in holders)

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


def models_in(base: Iterable[Quad]) -> Iterator[NamedNode]:
    """Every position model of the base."""
    for quad in base:
        if quad.predicate == _FOR_POSITION and isinstance(quad.subject, NamedNode):
            yield quad.subject


def _quads(triples: Iterable[Triple]) -> list[Quad]:
    return [Quad(t.subject, t.predicate, t.object, _DEFAULT) for t in triples]


def store_of(quads: Iterable[Quad]) -> Store:
    """A store in memory that holds these quads."""
    store = Store()
    store.extend(quads)
    return store
