"""Opening a data folder: as it was left, and after a number of the policy was changed in the files."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_files import knowledge_root, read_turtle
from kb_service.vocabulary import iri
from tools.benchmark.runs import timed

MOST_CONCLUDED_AGAIN = 10_000
"""Beyond so many people a change that concerns everybody is left out: it is a full derivation."""

Numbers = Mapping[tuple[NamedNode, NamedNode], str]
"""What policy is to say by statement and predicate."""

_STARTS = 3
_START = (
    "import sys; from pathlib import Path; from kb_service.knowledge_base import KnowledgeBase;"
    "base = KnowledgeBase.open(Path(sys.argv[1])); base.ask('position-models'); base.close()"
)
_BOUND: Numbers = {(iri("policy", "fit-for-strong-fit"), iri("judgement", "value")): "85"}
_WEIGHT: Numbers = {(iri("policy", "default-ability-main"), iri("core", "weight")): "4"}


def openings(data: Path, count: int) -> dict[str, float]:
    """Seconds of a start, and of each change of a number with how many people it concerned."""
    start = statistics.median(timed(partial(_started, data)) for _ in range(_STARTS))
    changed = {"the bound of a strong fit changed": _BOUND}
    if count <= MOST_CONCLUDED_AGAIN:
        changed["the weight of main abilities changed"] = {**_BOUND, **_WEIGHT}
    figures = {"start": start}
    for change, numbers in changed.items():
        seconds, people = _opened_with(data, numbers)
        figures |= {f"{change}, seconds": seconds, f"{change}, people": people}
    return figures


def _started(data: Path) -> None:
    """A process that starts, answers one question and ends."""
    subprocess.run([sys.executable, "-c", _START, str(data)], check=True)


def _opened_with(data: Path, numbers: Numbers) -> tuple[float, int]:
    """Seconds until the folder is open by a policy with these numbers, and whom that concerned."""
    concerned = 0

    def progress(_done: int, of: int) -> None:
        nonlocal concerned
        concerned = of

    with tempfile.TemporaryDirectory() as folder:
        root = _knowledge_with(numbers, Path(folder))
        opened: list[KnowledgeBase] = []
        seconds = timed(
            lambda: opened.append(KnowledgeBase.open(data, root=root, progress=progress))
        )
        opened[0].close()
    return seconds, concerned


def _knowledge_with(numbers: Numbers, root: Path) -> Path:
    """A copy of the knowledge files, whose policy says these numbers."""
    for part in ("ontology", "rules", "shapes"):
        shutil.copytree(knowledge_root() / part, root / part)
    policy = root / "rules" / "policy.ttl"
    said = [_with(numbers, triple) for triple in read_turtle(policy)]
    serialize(said, policy, format=RdfFormat.TURTLE)
    return root


def _with(numbers: Numbers, triple: Triple) -> Triple:
    if not isinstance(triple.subject, NamedNode):
        return triple
    number = numbers.get((triple.subject, triple.predicate))
    if number is None:
        return triple
    value = Literal(number, datatype=iri("xsd", "decimal"))
    return Triple(triple.subject, triple.predicate, value)
