"""An import of figures and grades that says what it has stored until it is killed."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

from pyoxigraph import Triple

from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.performance.merging import Author
from kb_service.knowledge_base.performance.periods import PeriodAsked
from kb_service.knowledge_base.performance.recording import PerformanceReport
from kb_service.people_records import PersonRecord
from kb_service.people_records.performance_records import (
    FormRecord,
    MeasurementRecord,
    PerformanceRecord,
)

PEOPLE = [f"p{number:03}" for number in range(250)]
PLAN = "customer-service-representative"
_PERIOD, _DAY = "2025-q1", date(2025, 3, 31)
_AUTHOR = Author("hr-7", date(2026, 1, 15))
_ROOT = Path(__file__).parent.parent


def prepare(folder: Path) -> None:
    """Make a data folder with people and a period of which nothing is known yet."""
    base = KnowledgeBase.open(folder)
    try:
        base.import_records([PersonRecord(id, None, PLAN) for id in PEOPLE], [])
        base.periods.put(PeriodAsked(_PERIOD, date(2025, 1, 1), _DAY), _AUTHOR)
    finally:
        base.close()


def take_in(base: KnowledgeBase) -> PerformanceReport:
    """Import a figure and a form of everybody, saying how many people were stored so far."""

    def told(done: int, of: int) -> None:
        print("stored", max(0, done - of // 2), flush=True)

    return base.recording.record(
        _records(), _AUTHOR, told=lambda person, corrections: None, progress=told
    )


def _records() -> list[PerformanceRecord]:
    found: list[PerformanceRecord] = []
    for id in PEOPLE:
        found.append(MeasurementRecord(id, _PERIOD, "complaint-rate", Decimal("0.9"), _DAY))
        found.append(FormRecord(id, _PERIOD, "r1", "peer", _DAY, {"integrity": "B"}, False))
    return found


def killed_after_some(folder: Path) -> int:
    """Start the import in a process, kill it once it has stored some; how many it said it had."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.killed_import", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    ) as importing:
        assert importing.stdout
        lines = list[str]()
        while not lines or lines[-1] == "stored 0\n":
            lines.append(importing.stdout.readline())
            assert lines[-1], "the import ended by itself"
        importing.kill()
        lines += importing.stdout.readlines()
    whole = [line for line in lines if line.endswith("\n")]
    return int(whole[-1].split()[1])


def facts(base: KnowledgeBase) -> dict[str, set[Triple]]:
    """What is known of everybody."""
    return {id: set(base.facts_about(id)) for id in PEOPLE}


if __name__ == "__main__":
    take_in(KnowledgeBase.open(Path(sys.argv[1])))
