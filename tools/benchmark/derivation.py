"""Full derivation: what follows about so many people, from facts in memory, batch by batch.

People are invented as they are needed, so that memory does not grow with them; that is in the time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from kb_service.engine.conclude import BATCH
from kb_service.engine.deriver import Deriver
from kb_service.engine.tasks import ConcludeBatch, ConcludeEverything, triples_written
from kb_service.vocabulary import iri
from tools.benchmark.crowd import DAY, people, premises
from tools.benchmark.runs import Figures, Measurement, peak_megabytes

SAMPLED_BATCHES = 40
"""How many batches stand for all of a number of people that would take hours."""

SAMPLED = "kept, all cores, sampled"
_CONCLUDED_BY = str(iri("judgement", "concludedBy")).encode()


def _all_of(processes: int, everything: bool) -> Measurement:
    """Everybody among so many people, concluded by processes of their own, or by none in this one.

    With `everything` each conclusion for each model is answered, otherwise what a store keeps.
    """
    return lambda count: _derived(range(count), processes, everything)


def _sample(processes: int) -> Measurement:
    """What a store keeps, of batches spread evenly over so many people."""

    def measure(count: int) -> Figures:
        step = max(count // SAMPLED_BATCHES, BATCH)
        starts = range(0, count, step)
        return _derived([n for s in starts for n in range(s, s + BATCH)], processes, False)

    return measure


_CORES = os.cpu_count() or 1
DERIVATIONS: Mapping[str, Measurement] = {
    "everything, one core": _all_of(0, everything=True),
    "everything, all cores": _all_of(_CORES, everything=True),
    "kept, one core": _all_of(0, everything=False),
    "kept, all cores": _all_of(_CORES, everything=False),
    SAMPLED: _sample(_CORES),
}
"""Full derivations by what they answer and on how many cores."""


def _derived(numbers: Sequence[int], processes: int, everything: bool) -> Figures:
    deriver = Deriver(processes)
    try:
        deriver.warm(premises())
        start = time.perf_counter()
        conclusions = triples = 0
        for answer in deriver.map(_batches(numbers, everything), premises()):
            conclusions += answer.count(_CONCLUDED_BY)
            triples += answer.count(b"\n")
        seconds = time.perf_counter() - start
    finally:
        deriver.close()
    return {
        "seconds": seconds,
        "people": len(numbers),
        "conclusions": conclusions,
        "triples": triples,
        "peak": peak_megabytes(),
    }


def _batches(
    numbers: Iterable[int], everything: bool
) -> Iterator[ConcludeBatch | ConcludeEverything]:
    """A task for each batch, made when it is asked for."""
    crowd = people(numbers)
    while members := dict(islice(crowd, BATCH)):
        if everything:
            facts = chain.from_iterable(members.values())
            yield ConcludeEverything(triples_written(facts), DAY)
        else:
            yield ConcludeBatch.of(members, dict.fromkeys(members, DAY))
