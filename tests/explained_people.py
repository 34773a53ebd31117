"""Whether everything that is concluded of some people explains itself down to assertions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from graphlib import TopologicalSorter

from pyoxigraph import NamedNode, Quad, Store, Triple

from kb_service.engine.conclude import relevant, workspace
from kb_service.engine.explain import Explainer
from kb_service.engine.premises import Premises
from kb_service.vocabulary import iri
from tests import example_organisation
from tests.rule_reading import rules

CONCLUDED_BY = iri("judgement", "concludedBy")
_BATCH = 10


@cache
def premises() -> Premises:
    return Premises.of(rules(), example_organisation.shared_with_periods())


@cache
def _base() -> list[Quad]:
    """What rules of either kind read of shared knowledge, and which rule concluded what."""
    known = (*premises().facts, *premises().conclusions)
    everything = rules().shared + rules().people
    return relevant(everything, known, frozenset({CONCLUDED_BY.value}))


def unexplained(people: Sequence[NamedNode]) -> tuple[list[NamedNode], int]:
    """What of the conclusions about these people, and of shared ones, does not explain itself.

    And how many conclusions there are. Raises CycleError when some rest on themselves.
    """
    found: list[NamedNode] = []
    count = 0
    known = example_organisation.people_with_appraisals()
    for start in range(0, len(people), _BATCH):
        facts = {p: known[p] for p in people[start : start + _BATCH]}
        day, models = example_organisation.as_of(), premises().models
        store = workspace(rules(), _base(), facts, day, models)
        given = [*premises().facts, *(t for triples in facts.values() for t in triples)]
        asserted = _asserted([*given, *_clock(store)])
        conclusions = _conclusions(store)
        found += _of(store, conclusions, asserted)
        count += len(conclusions)
    return found, count


def _of(store: Store, conclusions: set[NamedNode], asserted: Store) -> list[NamedNode]:
    derived = Explainer(store, rules()).derivations(sorted(conclusions, key=str))
    TopologicalSorter({node: each.read for node, each in derived.items()}).prepare()
    return [
        node
        for node in conclusions
        if node not in derived
        or not (derived[node].facts or derived[node].read)
        or not derived.keys() >= set(derived[node].read)
        or not all(_quad(fact) in asserted for fact in derived[node].facts)
    ]


def _conclusions(store: Store) -> set[NamedNode]:
    quads = store.quads_for_pattern(None, CONCLUDED_BY, None)
    return {quad.subject for quad in quads if isinstance(quad.subject, NamedNode)}


def _clock(store: Store) -> list[Triple]:
    """The day and the models asked about, which are given with the question."""
    return [quad.triple for quad in store.quads_for_pattern(iri("judgement", "clock"), None, None)]


def _asserted(triples: Iterable[Triple]) -> Store:
    """What was asserted, its numbers written as a store writes them."""
    store = Store()
    store.extend(map(_quad, triples))
    return store


def _quad(triple: Triple) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object)
