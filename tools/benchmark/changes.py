"""What one change, one explanation or one question costs beside very many people who are stored."""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

from pyoxigraph import NamedNode

from kb_service.knowledge_base import KnowledgeBase
from kb_service.people_records import AssessmentRecord
from tools.benchmark.crowd import records
from tools.benchmark.loading import load
from tools.benchmark.openings import openings
from tools.benchmark.runs import Figures, Measurement, peak_megabytes, timed

REPETITIONS = 200
RATING_CHANGED = "one rating changed"
EXPLANATION = "explanation of a verdict"
WHAT_IF = "what if, for one person"


def changes(count: int) -> Figures:
    """Milliseconds of every action, and seconds of every change of the policy."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        loading = timed(partial(load, data, count))
        base = KnowledgeBase.open(data)
        try:
            base.warm()
            figures = dict(_actions(base, random.Random(count).sample(range(count), REPETITIONS)))
        finally:
            base.close()
        figures |= openings(data, count)
    return {"seconds": loading, "peak": peak_megabytes(), **figures}


CHANGES: Mapping[str, Measurement] = {"changes": changes}
"""Measurements with so many people stored."""


def _actions(base: KnowledgeBase, people: Sequence[int]) -> Iterator[tuple[str, float]]:
    """The median and the 99th percentile of every action, each done once for each person."""
    changed = [_one_rating_changed(number) for number in people]
    checks = [timed(partial(base.check_records, [], [each])) for each in changed]
    yield from _summary("the check of an assessment alone", checks)
    writes = [timed(partial(base.put_assessment, each)) for each in changed]
    yield from _summary(RATING_CHANGED, writes)
    explained = [timed(partial(base.explain, _verdict(base, number))) for number in people]
    yield from _summary(EXPLANATION, explained)
    supposed = [timed(partial(base.what_if, _supposition(each))) for each in changed]
    yield from _summary(WHAT_IF, supposed)


def _one_rating_changed(number: int) -> AssessmentRecord:
    """The newest assessment of an invented person, with another rating in one dimension."""
    _, assessments = records(number)
    newest = max(assessments, key=lambda each: each.assessed_on)
    dimension, value = next(iter(newest.ratings.items()))
    other = value - 1 if value > 2 else value + 1
    return replace(newest, ratings={**newest.ratings, dimension: Decimal(other)})


def _verdict(base: KnowledgeBase, number: int) -> NamedNode:
    """The verdict on an invented person for their own post."""
    person, _ = records(number)
    return base.verdict_iri(person.id, person.post or "")


def _supposition(changed: AssessmentRecord) -> dict[str, object]:
    """What if somebody were rated as an assessment says in its first dimension."""
    dimension, value = next(iter(changed.ratings.items()))
    rating = {f"{changed.framework}/{dimension}": int(value)}
    return {"for": {"person": changed.person}, "ratings": rating}


def _summary(action: str, seconds: Sequence[float]) -> Iterator[tuple[str, float]]:
    hundredths = statistics.quantiles(seconds, n=100, method="inclusive")
    yield f"{action}, median", hundredths[49] * 1000
    yield f"{action}, p99", hundredths[98] * 1000
