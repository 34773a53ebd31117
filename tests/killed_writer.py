"""A process that writes facts and quads until it is killed, and what its successor finds."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Triple

from kb_service.knowledge_base import KnowledgeBase
from kb_service.people_records import AssessmentRecord, PersonRecord
from kb_service.vocabulary import BASE, person_conclusions_graph

_ROOT = Path(__file__).parent.parent
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


def write_until_killed(folder: Path) -> None:
    """Say what was found, then write and say what was acknowledged."""
    base = KnowledgeBase.open(folder)
    seen = found(base)
    print("found", seen.facts, seen.quads, seen.is_consistent, flush=True)
    if not base.has_person("ana"):
        base.put_person(PersonRecord("ana", post="customer-service-specialist"))
    threading.Thread(target=_count_up, args=(base, seen.quads), daemon=True).start()
    dimensions = base.catalogue.dimensions["t12"]
    for number in count(seen.facts + 1):
        ratings = dict.fromkeys(dimensions, rating(number))
        base.put_assessment(AssessmentRecord("A1", "ana", date(2026, 5, 1), "test", "t12", ratings))
        sys.stdout.write(f"facts {number % _STEPS}\n")
        sys.stdout.flush()


def _count_up(base: KnowledgeBase, last: int) -> None:
    def quad(number: int) -> Quad:
        return Quad(_COUNTER, _COUNTS, Literal(number), _COUNTER)

    for number in count(last + 1):
        base.store.apply([quad(number - 1)], [quad(number)])
        sys.stdout.write(f"quads {number}\n")
        sys.stdout.flush()


@dataclass(frozen=True)
class Killing:
    """A killing: what the start before it had found, and what was acknowledged until it."""

    found: Found
    facts: int
    quads: int


def killed(folder: Path, moments: random.Random) -> Killing:
    """Start a writer, kill it at a random moment, and say what it had found and written."""
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.killed_writer", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    )
    with writer:
        assert writer.stdout
        _, facts, quads, consistent = writer.stdout.readline().split()
        lines = list[str]()
        if moments.random() < 0.8:  # otherwise it may be killed before it has written anything
            while not lines or not lines[-1].startswith("facts"):
                lines.append(writer.stdout.readline())
                assert lines[-1], "the writer ended by itself"
        time.sleep(moments.uniform(0, 0.5))
        writer.kill()
        last = {"facts": int(facts), "quads": int(quads)}
        for line in [*lines, *writer.stdout.read().splitlines()]:
            kind, _, number = line.partition(" ")
            if number.strip().isdigit():  # the last line may be half a line
                last[kind] = int(number)
    seen = Found(int(facts), int(quads), consistent == "True")
    return Killing(seen, last["facts"], last["quads"])


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


if __name__ == "__main__":
    write_until_killed(Path(sys.argv[1]))
