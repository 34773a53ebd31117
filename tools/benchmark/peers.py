"""The same rules and facts on other engines, from nothing to every conclusion."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import islice

from pyoxigraph import NamedNode, Triple
from rdflib import Graph

from kb_service.engine.conclude import BATCH, conclude_people, conclude_shared, relevant
from tests.reference_engines import (
    conclude_with_pyshacl,
    conclude_with_rdflib,
    conclusions_in,
    normal,
    patterns_ordered_to_join,
)
from tools.benchmark.crowd import DAY, catalogue, people, premises
from tools.benchmark.fingerprint import Conclusions
from tools.benchmark.runs import Figures, Measurement


def ours(count: int) -> Figures:
    """Our engine, in one process; checking what it concluded is not in its time."""
    rules, conclusions = premises().rules, Conclusions()
    start = time.perf_counter()
    shared = conclude_shared(rules, premises().facts)
    base = relevant(rules.people, [*premises().facts, *shared])
    seconds = time.perf_counter() - start
    conclusions.add(normal(shared))
    crowd = _colleagues(count)
    while members := dict(islice(crowd, BATCH)):
        start = time.perf_counter()
        found = dict(conclude_people(rules, base, members.items(), DAY))
        seconds += time.perf_counter() - start
        for told in found.values():
            conclusions.add(normal(told))
    return conclusions.figures(seconds)


def _colleagues(count: int) -> Iterator[tuple[NamedNode, list[Triple]]]:
    """People who hold the same post, so that few of them are like many."""
    posts = len(catalogue().positions)
    return people(range(0, count * posts, posts))


def peer(
    engine: Callable[..., Graph],
    aid: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Measurement:
    """A measurement of another engine; it is spared the shared facts that no rule can read.

    `aid` is what goes on around it.
    """

    def measure(count: int) -> Figures:
        rules = premises().rules
        read = relevant(rules.shared + rules.people, premises().facts)
        shared = [quad.triple for quad in read]
        members = dict(_colleagues(count))
        start = time.perf_counter()
        with aid():
            found = engine(rules, shared, members, DAY)
        seconds = time.perf_counter() - start
        conclusions = Conclusions()
        conclusions.add(conclusions_in(found))
        return conclusions.figures(seconds)

    return measure


ENGINES: Mapping[str, Measurement] = {
    "ours": ours,
    "rdflib": peer(conclude_with_rdflib),
    "rdflib, patterns ordered": peer(conclude_with_rdflib, patterns_ordered_to_join),
    "oxrdflib": peer(partial(conclude_with_rdflib, store="Oxigraph")),
    "pySHACL": peer(conclude_with_pyshacl),
    "pySHACL, patterns ordered": peer(conclude_with_pyshacl, patterns_ordered_to_join),
}
"""Ours and the others, by the name under which each is reported."""
