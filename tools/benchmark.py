"""Measures the engine and the store: `python tools/benchmark.py [--sizes 100 1000 10000]`.

Prints Markdown tables for docs/performance.md. Every figure of one run comes from the same machine
in the same minutes, so ratios hold where seconds may not. Each size runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from kb_service.catalogue import read_catalogue
from kb_service.engine.conclude import conclude_people, conclude_shared, kept, relevant
from kb_service.engine.rules import RuleBook, read_rule_book
from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.checking import Change, Steps
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_files import knowledge_root, read_shared_knowledge
from kb_service.people_records import (
    AssessmentRecord,
    Catalogue,
    PersonRecord,
    assessment_triples,
    person_iri,
    person_triples,
)
from kb_service.store import KnowledgeStore

DAY = date(2026, 11, 20)
REPETITIONS = 60
REFERENCE_PEOPLE = 2


def invented(number: int, catalogue: Catalogue) -> list[Triple]:
    """A person with a post, a candidacy for some, and two or three assessments."""
    chance = random.Random(number)
    person = f"b{number:06d}"
    positions = sorted(catalogue.positions)
    post = positions[number % len(positions)]
    candidate = tuple(chance.sample(positions, 1)) if number % 3 == 0 else ()
    facts = person_triples(PersonRecord(person, person, "bench", post, candidate))
    framework = "grid" if post == "customer-service-representative" else "t12"
    dimensions = catalogue.dimensions[framework]
    for index, source in enumerate(chance.sample(["test", "supervisor", "peer"], 2 + number % 2)):
        rated = [key for key in dimensions if chance.random() < (0.95 if index == 0 else 0.3)]
        low, high = (2, 5) if framework == "grid" else (4, 10)
        ratings = {key: Decimal(chance.randint(low, high)) for key in rated or dimensions}
        day = DAY - timedelta(days=chance.randint(1, 900))
        record = AssessmentRecord(f"a{index}", person, day, source, framework, ratings)
        facts += assessment_triples(record, catalogue)
    return facts


def people(count: int, catalogue: Catalogue) -> Iterator[tuple[NamedNode, list[Triple]]]:
    """So many invented people with their facts."""
    for number in range(count):
        yield person_iri(f"b{number:06d}"), invented(number, catalogue)


def shared_knowledge() -> tuple[RuleBook, list[Triple], list[Triple]]:
    """Rules, shared facts and what follows from them."""
    rules = read_rule_book()
    facts = [t for triples in read_shared_knowledge().values() for t in triples]
    return rules, facts, conclude_shared(rules, facts)


def timed(work: Callable[[], object]) -> float:
    """Seconds that the work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure_derivation(count: int) -> dict[str, float]:
    """Everything concluded about so many people: seconds, triples and peak memory in MB."""
    rules, facts, shared = shared_knowledge()
    base = relevant(rules.people, facts + shared)
    catalogue = read_catalogue(facts)
    keep = kept(facts)
    start = time.perf_counter()
    triples = 0
    for _, concluded in conclude_people(
        rules, base, people(count, catalogue), DAY, asked=(), keep=keep
    ):
        triples += len(concluded)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"people": count, "seconds": seconds, "kept": triples, "peak": peak}


def measure_references(count: int) -> dict[str, float]:
    """Seconds for the same people on pyoxigraph, on rdflib's own engine and on pySHACL's rules."""
    sys.path.insert(0, str(knowledge_root()))
    from tests.reference_engines import conclude_with_pyshacl, conclude_with_rdflib

    rules, facts, shared = shared_knowledge()
    catalogue = read_catalogue(facts)
    members = dict(people(count, catalogue))
    base = relevant(rules.people, facts + shared)
    ours = timed(
        lambda: (
            conclude_shared(rules, facts),
            list(conclude_people(rules, base, members.items(), DAY)),
        )
    )
    read = [quad.triple for quad in relevant(rules.shared + rules.people, facts)]
    rdflib = timed(lambda: conclude_with_rdflib(rules, read, members, DAY))
    pyshacl = timed(lambda: conclude_with_pyshacl(rules, read, members, DAY))
    return {"people": count, "ours": ours, "rdflib": rdflib, "pyshacl": pyshacl}


def measure_store(count: int) -> dict[str, float]:
    """With so many people on disk: one person's re-derivation, one durable write, and the start."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        base = KnowledgeBase.open(data)
        base.close()
        store = KnowledgeStore(data)
        keeper = Keeper(store, knowledge_root())
        catalogue = keeper.knowledge.catalogue
        loading = time.perf_counter()
        for start in range(0, count, 100):
            members = range(start, min(start + 100, count))
            changes: dict[str, Change] = {
                f"b{n:06d}": ([], invented(n, catalogue)) for n in members
            }
            keeper.store_people(changes, Steps(None, 0))
        loading = time.perf_counter() - loading
        chosen = random.Random(1).sample(range(count), REPETITIONS)
        derive, write = [], []
        for number in chosen:
            person = f"b{number:06d}"
            facts = {person: keeper.facts_about(person)}
            derive.append(timed(partial(keeper.knowledge.conclusions, facts)))
            write.append(timed(partial(keeper.conclude, [person])))
        store.close()
        start_seconds = [measure_start(data) for _ in range(3)]
        return {
            "people": count,
            "loading": loading,
            "derive_median": statistics.median(derive) * 1000,
            "derive_worst": max(derive) * 1000,
            "write_median": statistics.median(write) * 1000,
            "start": statistics.median(start_seconds),
        }


def measure_start(data: Path) -> float:
    """Seconds from starting a process to a knowledge base that answers."""
    code = (
        "import sys; from pathlib import Path; from kb_service.knowledge_base import KnowledgeBase;"
        "base = KnowledgeBase.open(Path(sys.argv[1])); base.ask('position-models'); base.close()"
    )
    return timed(lambda: subprocess.run([sys.executable, "-c", code, str(data)], check=True))


def in_a_process(measurement: str, count: int) -> dict[str, float]:
    """A measurement of this file made in a process of its own."""
    command = [sys.executable, __file__, "--measure", measurement, "--sizes", str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def report(sizes: list[int]) -> Iterator[str]:
    """The tables, line by line."""
    models = len(read_catalogue(shared_knowledge()[1]).positions)
    yield f"Python {platform.python_version()}, {platform.machine()}, {models} position models."
    yield "\n| people | seconds | people/s | kept triples | peak memory |\n|--:|--:|--:|--:|--:|"
    for size in sizes:
        row = in_a_process("derivation", size)
        rate = row["people"] / row["seconds"]
        yield (
            f"| {size:,} | {row['seconds']:.1f} | {rate:.0f} | {row['kept']:,} |"
            f" {row['peak']:.0f} MB |"
        )
    references = in_a_process("references", REFERENCE_PEOPLE)
    yield "\n| engine | people | seconds | times ours |\n|---|--:|--:|--:|"
    for name, engine in [("ours", "pyoxigraph"), ("rdflib", "rdflib"), ("pyshacl", "pySHACL")]:
        ratio = references[name] / references["ours"]
        yield f"| {engine} | {REFERENCE_PEOPLE} | {references[name]:.2f} | {ratio:.0f} |"
    yield "\n| people stored | load | one person again | worst | with a durable write | start |"
    yield "|--:|--:|--:|--:|--:|--:|"
    for size in sizes:
        row = in_a_process("store", size)
        yield (
            f"| {size:,} | {row['loading']:.0f} s | {row['derive_median']:.1f} ms |"
            f" {row['derive_worst']:.1f} ms | {row['write_median']:.1f} ms | {row['start']:.2f} s |"
        )


def main() -> None:
    """Run one measurement as JSON, or all of them as tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10000])
    parser.add_argument("--measure", choices=["derivation", "references", "store"])
    options = parser.parse_args()
    if options.measure:
        measure = {
            "derivation": measure_derivation,
            "references": measure_references,
            "store": measure_store,
        }[options.measure]
        print(json.dumps(measure(options.sizes[0])))
        return
    for line in report(options.sizes):
        print(line, flush=True)


if __name__ == "__main__":
    main()
