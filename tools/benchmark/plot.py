"""The figures as a small SVG that reads well on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator, StrMethodFormatter

from tools.benchmark.changes import EXPLANATION, RATING_CHANGED, WHAT_IF
from tools.benchmark.growth import Growth
from tools.benchmark.plan import Plan
from tools.benchmark.runs import Ask, Run

# Mid-tones: on white and on near black alike they stand out by a contrast of four or more.
_INK = "#767676"
_OURS = "#0a7bbb"
_OTHERS = "#b35c00"
_LOOKS: Any = {
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": _INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "font.family": "sans-serif",
    "font.size": 9,
    "legend.edgecolor": "none",
    "savefig.transparent": True,
    "svg.fonttype": "none",
    "svg.hashsalt": "performance",
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
}
_DASHES: Mapping[str, str] = {
    "rdflib": "-",
    "rdflib, patterns ordered": "--",
    "oxrdflib": "-.",
    "pySHACL": "-",
    "pySHACL, patterns ordered": "--",
}
_LABEL_HEIGHT = 12
"""Points from one label to the next, at least."""

_ACTIONS = (RATING_CHANGED, EXPLANATION, WHAT_IF)
_APART = 0.3
"""How far apart the bars of one action lie, where actions lie 1 apart."""

_Label = tuple[float, str, str]
"""The height at which a line ends, what to call it, and its colour."""


def draw(ask: Ask, plan: Plan, file: Path) -> None:
    """Draw what engines took, and what one changed rating took, into a file.

    The same figures give the same bytes.
    """
    with rc_context(_LOOKS):
        figure = Figure(figsize=(9.5, 3.8))
        left, right = figure.subplots(1, 2, width_ratios=(9, 5))
        figure.subplots_adjust(left=0.09, right=0.98, bottom=0.29, top=0.92, wspace=0.95)
        _draw_engines(left, ask, plan)
        _draw_actions(right, [ask("changes", size) for size in plan.loaded])
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})


def _draw_engines(axes: Axes, ask: Ask, plan: Plan) -> None:
    """Seconds against people, by powers of ten; dotted where no engine was run."""
    axes.set(xscale="log", yscale="log", xlabel="people", ylabel="seconds")
    _by_powers_of_ten(axes.xaxis)
    _by_powers_of_ten(axes.yaxis)
    axes.set_title("Everything concluded")
    sizes = {size for sizes in plan.engines.values() for size in sizes}
    ours = {"this engine": ("ours", sizes | {plan.compared_at}, _OURS, "-")}
    others = {
        name: (name, set(sizes), _OTHERS, _DASHES[name]) for name, sizes in plan.engines.items()
    }
    labels: list[_Label] = []
    for title, (name, asked, colour, dash) in {**ours, **others}.items():
        runs = [run for run in (ask(name, size) for size in sorted(asked)) if not run.shortfall]
        if len(runs) > 1:
            growth = Growth.of([(run.size, run.number("seconds")) for run in runs])
            labels.append(
                (_draw_growth(axes, growth, plan.compared_at, colour, dash), title, colour)
            )
    _label(axes, plan.compared_at, labels)


def _draw_growth(axes: Axes, growth: Growth, until: int, colour: str, dash: str) -> float:
    """One engine's line; answers the height at which it ends."""
    end = growth.at(until)
    axes.plot(growth.sizes, growth.seconds, dash, color=colour, marker="o", markersize=3)
    axes.plot([growth.sizes[-1], until], [growth.seconds[-1], end], ":", color=colour)
    return end


def _draw_actions(axes: Axes, runs: Sequence[Run]) -> None:
    """Each action from its median to its 99th percentile, beside so many people stored."""
    axes.set(xlabel="ms, median to 99th percentile")
    axes.set_title("One action")
    axes.set_yticks(range(len(_ACTIONS)), _ACTIONS)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(_ACTIONS) - 0.5, -0.5)
    done = [run for run in runs if not run.shortfall]
    for place, (run, colour) in enumerate(zip(done, (_OURS, _OTHERS), strict=False)):
        heights = [action + (place - 0.5) * _APART for action in range(len(_ACTIONS))]
        medians = [run.number(f"{action}, median") for action in _ACTIONS]
        worst = [run.number(f"{action}, p99") for action in _ACTIONS]
        axes.hlines(heights, medians, worst, color=colour)
        title = f"{run.size:,} people stored"
        axes.plot(medians, heights, "o", color=colour, markersize=4, label=title)
    axes.set_xlim(left=0)
    axes.legend(loc="upper left", bbox_to_anchor=(0, -0.2), frameon=False, labelcolor=_INK)


def _by_powers_of_ten(axis: Axis) -> None:
    """Numbers as people write them, and no marks between."""
    axis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axis.set_minor_locator(NullLocator())


def _label(axes: Axes, end: float, labels: Sequence[_Label]) -> None:
    """Name each line to the right of its end, higher where another label is in the way."""
    axes.get_ylim()  # settles the scale, without which heights are in no place yet
    taken = -float("inf")
    for height, text, colour in sorted(labels):
        _, points = axes.transData.transform((end, height)) * 72 / axes.figure.dpi
        taken = max(points, taken + _LABEL_HEIGHT)
        shift = (12, taken - points)
        axes.annotate(
            text, (end, height), shift, textcoords="offset points", color=colour, va="center"
        )
