"""The tables for docs/performance.md, made as the runs come in."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence

from tools.benchmark.appraisals import APPRAISALS, QUARTERS
from tools.benchmark.crowd import premises
from tools.benchmark.derivation import SAMPLED
from tools.benchmark.growth import Growth
from tools.benchmark.plan import Plan
from tools.benchmark.runs import Ask, Run

Section = Callable[[Ask, Plan], Iterator[str]]
"""Some lines of the report."""


def machine() -> Iterator[str]:
    """What the figures were measured on."""
    models = len(premises().models)
    yield (
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores,"
        f" {models} position models."
    )


def derivation_table(ask: Ask, plan: Plan) -> Iterator[str]:
    """Full derivation: how many conclusions and people in a second, and the memory it took."""
    yield from _head(
        *("answered", "people", "concluded", "seconds", "people/s", "conclusions/s"),
        *("triples/s", "peak memory"),
    )
    for name, sizes in plan.derivations.items():
        for size in sizes:
            run = ask(name, size)
            if run.shortfall:
                yield _row(name, f"{size:,}", run.shortfall, *[""] * 5)
                continue
            seconds = run.number("seconds")
            yield _row(
                name,
                f"{size:,}",
                f"{run.number('people'):,.0f}",
                f"{seconds:,.1f}",
                *(
                    f"{run.number(what) / seconds:,.0f}"
                    for what in ("people", "conclusions", "triples")
                ),
                f"{run.number('peak'):,.0f} MB",
            )


def derivation_law(ask: Ask, plan: Plan) -> Iterator[str]:
    """How the time of a full derivation grows, and how long a sampled size takes altogether."""
    yield from _head("answered", "seconds grow with people to the power of", "all of them take")
    for name, sizes in plan.derivations.items():
        runs = [ask(name, size) for size in sizes]
        done = [(run.size, run.number("seconds")) for run in runs if not run.shortfall]
        if name == SAMPLED and done:
            size, seconds = done[0]
            whole = seconds * size / runs[0].number("people")
            yield _row(name, "", f"{whole:,.0f} s for {size:,}, by the sample")
        elif len(done) > 1:
            growth, size = Growth.of(done), plan.sampled
            law = f"{growth.at(size):,.0f} s for {size:,}, by the law"
            yield _row(name, f"{growth.exponent:.2f}", law)


def engines_table(ask: Ask, plan: Plan) -> Iterator[str]:
    """Every engine at every size it was asked for, beside ours at the same size."""
    yield from _head(
        "engine", "people", "seconds", "ours", "times ours", "same conclusions", "peak memory"
    )
    for name, sizes in plan.engines.items():
        for size in sizes:
            yield _beside(ask(name, size), ask("ours", size))


def engines_law(ask: Ask, plan: Plan) -> Iterator[str]:
    """What each engine would take at least for more people than it can stand, beside ours."""
    size = plan.compared_at
    yield from _head(
        *("engine", "measured up to", "seconds grow with people to the power of"),
        *(f"seconds at {size:,}, at least", f"ours at {size:,}", "times ours, at least"),
    )
    ours = ask("ours", size)
    for name, sizes in plan.engines.items():
        done = [run for run in (ask(name, each) for each in sizes) if not run.shortfall]
        if len(done) < 2 or ours.shortfall:
            yield _row(name, *["too few runs"] * 5)
            continue
        growth = Growth.of([(run.size, run.number("seconds")) for run in done])
        seconds, own = growth.at(size), ours.number("seconds")
        yield _row(
            name,
            f"{done[-1].size:,}",
            f"{growth.exponent:.2f}",
            f"{seconds:,.0f}",
            f"{own:,.1f}",
            f"{seconds / own:,.0f}",
        )


def swrl_table(ask: Ask, plan: Plan) -> Iterator[str]:
    """The rules that SWRL can say, on Pellet and on our engine."""
    yield from _head(
        "engine", "people", "seconds", "ours", "times ours", "same conclusions", "peak memory"
    )
    for size in plan.swrl:
        yield _beside(ask("SWRL on Pellet", size), ask("the same rules of ours", size))


def changes_table(ask: Ask, plan: Plan) -> Iterator[str]:
    """What each action takes beside so many people who are stored."""
    runs = [ask("changes", size) for size in plan.loaded]
    yield from _head("action", *(f"{run.size:,} people stored" for run in runs))
    every = list(dict.fromkeys(name for run in runs for name in run.figures))
    for action in (n.removesuffix(", median") for n in every if n.endswith(", median")):
        yield _row(f"{action}: median (99th percentile)", *(_spread(run, action) for run in runs))
    for change in (n.removesuffix(", people") for n in every if n.endswith(", people")):
        yield _row(f"{change} (people concluded again)", *(_effort(run, change) for run in runs))
    yield _row("start until it answers", *(_figure(run, "start", "s") for run in runs))
    yield _row("loading them in bulk", *(_figure(run, "seconds", "s") for run in runs))
    yield _row("peak memory", *(_figure(run, "peak", "MB") for run in runs))


def appraisals_table(ask: Ask, plan: Plan) -> Iterator[str]:
    """Figures and ratings of four quarters: how long each step took for everybody."""
    yield from _head(
        *("measurement", "people", "rows", "read", "checked", "stored and concluded", "altogether"),
        *("people and quarters/s", "on disk", "peak memory"),
    )
    for name in APPRAISALS:
        for size in plan.appraised:
            run = ask(name, size)
            if run.shortfall:
                yield _row(name, f"{size:,}", run.shortfall, *[""] * 7)
                continue
            seconds = run.number("seconds")
            yield _row(
                name,
                f"{size:,}",
                f"{run.number('rows'):,.0f}",
                *(f"{run.number(step):,.1f} s" for step in ("read", "check", "store", "seconds")),
                f"{size * len(QUARTERS) / seconds:,.1f}",
                *(f"{run.number(what):,.0f} MB" for what in ("disk", "peak")),
            )


def _beside(run: Run, own: Run) -> str:
    if run.shortfall or own.shortfall:
        return _row(run.measurement, f"{run.size:,}", run.shortfall or own.shortfall, *[""] * 4)
    seconds, ours = run.number("seconds"), own.number("seconds")
    return _row(
        run.measurement,
        f"{run.size:,}",
        f"{seconds:,.2f}",
        f"{ours:,.3f}",
        f"{seconds / ours:,.0f}",
        "yes" if run.figures["fingerprint"] == own.figures["fingerprint"] else "**no**",
        f"{run.number('peak'):,.0f} MB",
    )


def _spread(run: Run, action: str) -> str:
    if f"{action}, median" not in run.figures:
        return run.shortfall or "not measured"
    median, worst = run.number(f"{action}, median"), run.number(f"{action}, p99")
    return f"{median:,.1f} ms ({worst:,.1f})"


def _effort(run: Run, change: str) -> str:
    if f"{change}, people" not in run.figures:
        return run.shortfall or "not measured"
    return f"{run.number(f'{change}, seconds'):,.1f} s ({run.number(f'{change}, people'):,.0f})"


def _figure(run: Run, name: str, unit: str) -> str:
    return run.shortfall or f"{run.number(name):,.1f} {unit}"


def _head(*titles: str) -> Iterator[str]:
    yield ""
    yield _row(*titles)
    yield f"|---{'|--:' * (len(titles) - 1)}|"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


SECTIONS: Mapping[str, Sequence[Section]] = {
    "derivation": (derivation_table, derivation_law),
    "engines": (engines_table, engines_law),
    "swrl": (swrl_table,),
    "changes": (changes_table,),
    "appraisals": (appraisals_table,),
}
"""Every table and law, in the order in which they are read."""
