"""What an inferred triple rests on: the assertions and axioms that suffice for it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from pyoxigraph import NamedNode, Triple

from kb_service.reasoning.axioms import Axiom, axioms_of
from kb_service.reasoning.derivation import derivation
from kb_service.reasoning.justification import Suffices, Surroundings, contracted
from kb_service.reasoning.reading import readable
from kb_service.reasoning.telling import kind_of

_LONGEST_SEARCH = 5.0
"""Seconds after which no larger neighbourhood is looked at; most take some hundredths of one."""

Reasons = Mapping[Triple, tuple[Triple, ...]]


def support(
    triple: Triple, facts: Iterable[Triple], reasons: Reasons | None = None
) -> tuple[Triple, ...]:
    """The asserted triples that an inferred one follows from, none of which can be left out.

    `reasons` are those of `Inferences`: what OWL RL cannot derive, and what each of that rests on.
    Empty when the triple does not follow by the rules and these, or when it was not found to in
    time. Asking again with the same tuple of facts is faster.
    """
    known = facts if isinstance(facts, tuple) else tuple(facts)
    return _support(triple, known, tuple((reasons or {}).items()))


@lru_cache(maxsize=4096)
def _support(
    triple: Triple,
    facts: tuple[Triple, ...],
    reasons: tuple[tuple[Triple, tuple[Triple, ...]], ...],
) -> tuple[Triple, ...]:
    given = dict(reasons)
    if triple in given:
        return given[triple]
    surroundings = _surroundings(facts, tuple(given))
    end = time.monotonic() + _LONGEST_SEARCH
    ends = (triple.subject, triple.object) if kind_of(triple) == "value" else (triple.subject,)
    start = [term for term in ends if isinstance(term, NamedNode)]
    for axioms in surroundings.around(*start):
        used = derivation(triple, (fact for each in axioms for fact in each.triples))
        if used is not None:
            break
        if time.monotonic() > end:
            return ()
    else:
        return ()
    found = contracted([axiom for axiom in axioms if used & set(axiom.triples)], _derives(triple))
    asserted = dict.fromkeys(
        each for axiom in found.axioms for each in given.get(axiom.head, axiom.triples)
    )
    return tuple(asserted)


@lru_cache(maxsize=2)
def _surroundings(facts: tuple[Triple, ...], derived: tuple[Triple, ...]) -> Surroundings:
    """The facts, and what only a reasoner could derive from them, as places to walk among."""
    beyond = [Axiom((triple,), str(triple)) for triple in derived]
    return Surroundings([*axioms_of(readable(sorted(facts, key=str))), *beyond])


def _derives(triple: Triple) -> Suffices:
    def test(axioms: Sequence[Axiom]) -> bool:
        return derivation(triple, (fact for each in axioms for fact in each.triples)) is not None

    return test
