"""A process that writes facts and quads until it is killed, and what its successor finds."""

from __future__ import annotations

import multiprocessing
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Triple

from kb_service.knowledge_base import KnowledgeBase
from kb_service.people_records import AssessmentRecord, PersonRecord
from kb_service.vocabulary import BASE, person_conclusions_graph

_COUNTER = NamedNode(BASE + "counter")
_COUNTS = NamedNode("https://example.org/counts")
_VALUE = NamedNode(BASE + "ontology/people#value")
_STEPS = 90


@dataclass(frozen=True)
class Found:
    """What a start finds: the last number in the facts and in the quads, and whether all agrees."""

    facts: int
    quads: int
    is_consistent: bool


def rating(number: int) -> Decimal:
    """The rating of the assessment with this number; it tells numbers near each other apart."""
    return Decimal(1) + Decimal(number % _STEPS) / 10


def found(base: KnowledgeBase) -> Found:
    """What is stored, and whether what is concluded is what follows from it."""
    facts = base.facts_about("ana")
    about = person_conclusions_graph("ana")
    values = {Decimal(t.object.value) for t in facts if t.predicate == _VALUE}  # type: ignore[union-attr]
    stored = _conclusions(base, about)
    base.conclude(["ana"])
    number = int((max(values) - 1) * 10) if values else -1
    counts = [int(t.object.value) for t in base.store.graph(_COUNTER)]  # type: ignore[union-attr]
    whole = len(counts) <= 1 and len(values) <= 1
    return Found(number, max(counts, default=-1), whole and stored == _conclusions(base, about))


def _conclusions(base: KnowledgeBase, about: NamedNode) -> set[Triple]:
    """What is concluded of somebody, without when it was."""
    return {triple for triple in base.store.graph(about) if triple.subject != about}


def write_until_killed(folder: Path, told: Connection) -> None:
    """Tell what was found, then write and tell what was acknowledged."""
    base = KnowledgeBase.open(folder)
    seen = found(base)
    told.send(seen)
    if not base.has_person("ana"):
        base.put_person(PersonRecord("ana", post="customer-service-specialist"))
    threading.Thread(target=_count_up, args=(base, seen.quads, told), daemon=True).start()
    dimensions = base.catalogue.dimensions["t12"]
    for number in count(seen.facts + 1):
        ratings = dict.fromkeys(dimensions, rating(number))
        base.put_assessment(AssessmentRecord("A1", "ana", date(2026, 5, 1), "test", "t12", ratings))
        told.send(("facts", number % _STEPS))


def _count_up(base: KnowledgeBase, last: int, told: Connection) -> None:
    def quad(number: int) -> Quad:
        return Quad(_COUNTER, _COUNTS, Literal(number), _COUNTER)

    for number in count(last + 1):
        base.store.apply([quad(number - 1)], [quad(number)])
        told.send(("quads", number))


@dataclass(frozen=True)
class Killing:
    """A killing: what the start before it had found, and what was acknowledged until it."""

    found: Found
    facts: int
    quads: int


def killed(folder: Path, moments: random.Random) -> Killing:
    """Start a writer, kill it at a random moment, and say what it had found and written.

    Writers are forked from a process that has imported what they need, so that each begins at once.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    heard, told = context.Pipe(duplex=False)
    writer = context.Process(target=write_until_killed, args=(folder, told))
    writer.start()
    told.close()
    seen: Found = heard.recv()
    last = {"facts": seen.facts, "quads": seen.quads}
    if moments.random() < 0.8:  # otherwise it may be killed before it has written anything
        kind = ""
        while kind != "facts":
            kind, number = heard.recv()
            last[kind] = number
    time.sleep(moments.uniform(0, 0.5))
    writer.kill()
    last.update(_rest(heard))
    writer.join()
    return Killing(seen, last["facts"], last["quads"])


def _rest(heard: Connection) -> Iterator[tuple[str, int]]:
    """What was told until the end; the last message may have been broken off."""
    with heard:
        while True:
            try:
                yield heard.recv()
            except (EOFError, OSError):
                return


def losses(folder: Path, times: int) -> list[str]:
    """What was lost or torn in so many killings, in words; nothing is what one hopes for."""
    moments, told = random.Random(4), []
    before = killed(folder, moments)
    for number in range(times):
        after = killed(folder, moments)
        kept = {before.facts, (before.facts + 1) % _STEPS}
        if before.facts >= 0 and after.found.facts not in kept:
            told.append(f"{number}: facts {before.facts} acknowledged, {after.found.facts} found")
        if after.found.quads not in {before.quads, before.quads + 1}:
            told.append(f"{number}: quads {before.quads} acknowledged, {after.found.quads} found")
        if not after.found.is_consistent:
            told.append(f"{number}: facts and conclusions differ")
        before = after
    if before.quads < times:
        told.append("hardly anything was acknowledged")
    return told
