"""The command: every table as Markdown on standard output, and the plot as a file.

    python -m tools.benchmark [--small] [--only SECTION ...] [--plot FILE]

Every figure of one run comes from the same machine in the same hour, so ratios hold where seconds
may not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.benchmark.plan import FULL, SMALL, Plan
from tools.benchmark.plot import draw
from tools.benchmark.report import SECTIONS, machine
from tools.benchmark.runs import Run, measured


class Runs:
    """The measurements of one plan, each made once, when it is first asked for."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._made: dict[tuple[str, int], Run] = {}

    def ask(self, measurement: str, size: int) -> Run:
        """A measurement at a size, with a line on standard error when it has been made."""
        key = (measurement, size)
        if key not in self._made:
            bounds = self._plan.bounds_of(measurement)
            self._made[key] = measured(measurement, size, bounds)
            print(_remark(self._made[key]), file=sys.stderr, flush=True)
        return self._made[key]


def _remark(run: Run) -> str:
    outcome = run.shortfall or f"{run.number('seconds'):,.2f} s"
    return f"{run.measurement}, {run.size:,} people: {outcome}"


def _report(runs: Runs, plan: Plan, wanted: list[str]) -> Iterator[str]:
    yield from machine()
    for name in wanted:
        for part in SECTIONS[name]:
            yield from part(runs.ask, plan)


def main() -> None:
    """Print the tables and draw the plot."""
    parser = argparse.ArgumentParser(prog="python -m tools.benchmark", description=__doc__)
    parser.add_argument("--small", action="store_true", help="few people, to see that it works")
    parser.add_argument("--only", choices=list(SECTIONS), nargs="+", default=list(SECTIONS))
    parser.add_argument("--plot", type=Path, help="where to draw the plot, as SVG")
    options = parser.parse_args()
    plan = SMALL if options.small else FULL
    runs = Runs(plan)
    for line in _report(runs, plan, options.only):
        print(line, flush=True)
    if options.plot:
        draw(runs.ask, plan, options.plot)


if __name__ == "__main__":
    main()
