"""Pairwise judgements as somebody wrote them, and the reciprocal matrix that they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from kb_service.findings import RefusedInput, violation
from kb_service.studies.results import Reason

_ROUNDED = 0.05
"""How far a value times its reciprocal may be from 1: `0.13` is written for 1/8."""
_MOST = 1e100
"""Beyond this, and below its reciprocal, products of judgements leave the range of numbers."""
_TOP_OF_SCALE = 9
"""The highest value of the fundamental scale (Saaty 1980)."""

Cell = float | None


@dataclass(frozen=True)
class PairwiseMatrix:
    """How many times as important each item is as each other, `None` where nobody judged.

    It is reciprocal, with ones on the diagonal; `remarks` tell what was wrong with what it was read from.
    """

    items: tuple[str, ...]
    values: tuple[tuple[Cell, ...], ...]
    remarks: tuple[Reason, ...] = ()

    @property
    def missing(self) -> tuple[tuple[str, str], ...]:
        """The pairs that nobody judged, or not in a way that could be read."""
        return tuple(
            (self.items[row], self.items[column])
            for row, column in combinations(range(len(self.items)), 2)
            if self.values[row][column] is None
        )


def whole_matrix(items: Sequence[str], rows: Sequence[Sequence[Cell]]) -> PairwiseMatrix:
    """The matrix that was written out in full.

    A pair whose two cells contradict each other counts as not judged, and a remark names the cells.
    Raises RefusedInput when the matrix is not square.
    """
    _check_items(items)
    widths = {len(row) for row in rows}
    if len(rows) != len(items) or widths != {len(items)}:
        shape = f"{len(rows)} × {'/'.join(map(str, sorted(widths))) or 0}"
        raise RefusedInput(
            [
                violation(
                    f"{len(items)} 个项目的判断矩阵应有 {len(items)} 行 {len(items)} 列。",
                    f"The matrix of {len(items)} items has {len(items)} rows and as many columns.",
                    value=shape,
                )
            ]
        )
    cells = {
        (row, column): value
        for row, line in enumerate(rows)
        for column, value in enumerate(line)
        if value is not None
    }
    return _matrix(tuple(items), cells)


def upper_triangle(items: Sequence[str], judgements: Sequence[Cell]) -> PairwiseMatrix:
    """The matrix whose cells above the diagonal were given, row after row.

    Raises RefusedInput when there are more or fewer than one for each pair.
    """
    _check_items(items)
    pairs = list(combinations(range(len(items)), 2))
    if len(judgements) != len(pairs):
        raise RefusedInput(
            [
                violation(
                    f"{len(items)} 个项目两两比较共 {len(pairs)} 个判断；没有判断的请留空。",
                    f"{len(items)} items make {len(pairs)} pairs; leave empty what nobody judged.",
                    value=str(len(judgements)),
                )
            ]
        )
    given = zip(pairs, judgements, strict=True)
    return _matrix(tuple(items), {pair: value for pair, value in given if value is not None})


def named_pairs(items: Sequence[str], judgements: Mapping[tuple[str, str], Cell]) -> PairwiseMatrix:
    """The matrix of judgements given for pairs of items, in either direction or in both.

    Raises RefusedInput when a pair names something that is not compared.
    """
    _check_items(items)
    place = {item: index for index, item in enumerate(items)}
    strangers = [name for pair in judgements for name in pair if name not in place]
    if strangers:
        raise RefusedInput(
            [
                violation(
                    f"比较的项目中没有“{name}”；请从中选：{'、'.join(items)}。",
                    f"{name!r} is not among what is compared here: {', '.join(items)}.",
                    value=name,
                )
                for name in dict.fromkeys(strangers)
            ]
        )
    return _matrix(
        tuple(items),
        {
            (place[first], place[second]): value
            for (first, second), value in judgements.items()
            if value is not None
        },
    )


def _check_items(items: Sequence[str]) -> None:
    """Raises RefusedInput when there is nothing to compare, or two items have one name."""
    twice = [item for item in dict.fromkeys(items) if items.count(item) > 1]
    if not items:
        raise RefusedInput([violation("请至少给出一个项目。", "Give at least one item.")])
    if twice:
        raise RefusedInput(
            [
                violation(
                    f"“{item}”出现了不止一次；每个项目只写一次。",
                    f"{item!r} is there more than once; name each item once.",
                    value=item,
                )
                for item in twice
            ]
        )


def _matrix(items: tuple[str, ...], cells: Mapping[tuple[int, int], float]) -> PairwiseMatrix:
    """The reciprocal matrix of the cells that can be read, and what is wrong with the others."""
    remarks = [
        note
        for cell, value in cells.items()
        if (note := _fault(items[cell[0]], items[cell[1]], value, on_diagonal=cell[0] == cell[1]))
    ]
    readable = {cell: value for cell, value in cells.items() if _is_ratio(value)}
    values: list[list[Cell]] = [
        [1.0 if row == column else None for column in range(len(items))]
        for row in range(len(items))
    ]
    for row, column in combinations(range(len(items)), 2):
        upper, lower = readable.get((row, column)), readable.get((column, row))
        if upper and lower and abs(upper * lower - 1) > _ROUNDED:
            remarks.append(_contradiction(items[row], items[column], upper, lower))
            continue
        judged = _more_exact(upper, lower)
        if judged is not None:
            values[row][column], values[column][row] = judged, 1 / judged
            if not 1 / _TOP_OF_SCALE <= judged <= _TOP_OF_SCALE:
                remarks.append(_off_scale(items[row], items[column], judged))
    return PairwiseMatrix(items, tuple(map(tuple, values)), tuple(remarks))


def _is_ratio(value: float) -> bool:
    return 1 / _MOST <= value <= _MOST


def _more_exact(upper: Cell, lower: Cell) -> Cell:
    """The judgement above the diagonal; where both cells are there, by the one that is not below 1.

    People judge by whole numbers and round the reciprocal: 3 and 0.33.
    """
    if lower is None or (upper is not None and upper >= 1):
        return upper
    return 1 / lower


def _fault(first: str, second: str, value: float, on_diagonal: bool) -> Reason | None:
    """What is wrong with one cell by itself, if anything."""
    if not _is_ratio(value):
        return Reason(
            "judgement-not-a-ratio",
            f"“{first}”对“{second}”的判断是 {value:g}，应为大于 0 的比值，例如 3 或 1/3；这一格不计。",
            f"The judgement of {first} against {second} is {value:g}; it has to be a ratio above 0, "
            "such as 3 or 1/3. This cell does not count.",
        )
    if on_diagonal and abs(value - 1) > _ROUNDED:
        return Reason(
            "diagonal-not-one",
            f"“{first}”与自身相比应为 1，而不是 {value:g}；按 1 计算。",
            f"{first} compared with itself is 1, not {value:g}; 1 is taken.",
        )
    return None


def _contradiction(first: str, second: str, upper: float, lower: float) -> Reason:
    return Reason(
        "judgement-not-reciprocal",
        f"“{first}”对“{second}”为 {upper:.4g}，则反过来应为 {1 / upper:.4g}，而不是 {lower:.4g}；"
        "两者矛盾，这一对按未判断处理，请改正其中一个。",
        f"{first} against {second} is {upper:.4g}, so {second} against {first} should be "
        f"{1 / upper:.4g}, not {lower:.4g}. They contradict each other and the pair counts as not "
        "judged: correct one of the two.",
    )


def _off_scale(first: str, second: str, judged: float) -> Reason:
    return Reason(
        "judgement-off-scale",
        f"“{first}”对“{second}”为 {judged:.4g}，超出 1/{_TOP_OF_SCALE} 至 {_TOP_OF_SCALE} 的标度；"
        "仍按原值计算，请核对。",
        f"{first} against {second} is {judged:.4g}, beyond the scale of 1/{_TOP_OF_SCALE} to "
        f"{_TOP_OF_SCALE}. It is used as it stands: check it.",
    )
