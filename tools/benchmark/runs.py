"""Measurements in processes of their own, each with a deadline and a limit of memory."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Figures = Mapping[str, float | str]
"""What a measurement answers; every one has `seconds`."""

Measurement = Callable[[int], Figures]

_MEGABYTE = 1024 * 1024
_PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Bounds:
    """How long one measurement may take and how much memory each of its processes may write."""

    seconds: float
    memory_mb: int


@dataclass(frozen=True)
class Run:
    """One measurement at one size: its figures, or else why it fell short."""

    measurement: str
    size: int
    figures: Figures
    shortfall: str = ""

    def number(self, name: str) -> float:
        """One of its figures. Raises KeyError when it has none of this name."""
        return float(self.figures[name])


Ask = Callable[[str, int], Run]
"""Makes a measurement at a size, or answers what it gave before."""


def measured(measurement: str, size: int, bounds: Bounds) -> Run:
    """A measurement made in a process of its own, which is killed when it passes a bound."""
    child = subprocess.Popen(
        [
            *(sys.executable, "-m", "tools.benchmark.measure"),
            *(measurement, str(size), str(bounds.memory_mb)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=_PROJECT,
        start_new_session=True,
    )
    try:
        answer, complaint = child.communicate(timeout=bounds.seconds)
    except subprocess.TimeoutExpired:
        return Run(measurement, size, {}, f"no answer in {bounds.seconds:,.0f} s")
    finally:
        _end(child)
    if child.returncode:
        return Run(measurement, size, {}, _cause(child.returncode, complaint, bounds))
    return Run(measurement, size, json.loads(answer))


def _end(child: subprocess.Popen[str]) -> None:
    """Kill the child with all that it started, a Java machine among them."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()


def _cause(status: int, complaint: str, bounds: Bounds) -> str:
    lines = complaint.strip().splitlines() or [f"exit status {status}"]
    if "MemoryError" in lines[-1] or "memory allocation" in complaint:
        return f"more than {bounds.memory_mb:,} MB"
    return lines[-1]


def limit_memory(memory_mb: int) -> None:
    """Let this process, and each it starts that sets no limit of its own, write no more memory."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_mb * _MEGABYTE, hard))


def peak_megabytes() -> float:
    """The most memory that this process, or one that it has ended, held at a time."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return max(usage.ru_maxrss for usage in usages) / 1024


def timed(work: Callable[[], object]) -> float:
    """Seconds that the work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
