"""Which numbers can be computed with: those that are finite, and neither huge nor tiny."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kb_service.studies.listing import listed
from kb_service.studies.results import Reason

_MOST = 1e60
"""Up to this, and down to its reciprocal, fourth powers stay within the range of numbers."""


def computable(value: float) -> bool:
    """Whether sums, squares and quotients of such numbers are numbers too; NaN is none."""
    return value == 0 or 1 / _MOST <= abs(value) <= _MOST


def computable_cells(
    cells: Mapping[str, Mapping[str, float]],
) -> tuple[dict[str, dict[str, float]], tuple[Reason, ...]]:
    """The numbers by whom and of what that can be computed with, and a remark that names the others."""
    usable = {
        who: {what: value for what, value in given.items() if computable(value)}
        for who, given in cells.items()
    }
    others = [
        f"{who} {what} {value:g}"
        for who, given in cells.items()
        for what, value in given.items()
        if what not in usable[who]
    ]
    return usable, left_out(others)


def left_out(values: Iterable[str]) -> tuple[Reason, ...]:
    """The remark that these were not counted because nothing can be computed with them, if any."""
    zh, en = listed(values)
    if not zh:
        return ()
    return (
        Reason(
            "numbers-left-out",
            f"不是数，或大到、小到无法计算，因此未计入：{zh}；请改正。",
            f"Left out because they are no numbers, or too large or small to compute with: {en}. "
            "Correct them.",
        ),
    )
