"""Counts of people for those who may see nobody: few enough to point at somebody are withheld."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb_service.questions import Counted

Value = str | int | float | bool | None
Row = Mapping[str, Value]


@dataclass(frozen=True)
class Counts:
    """Rows that may be told, and whether a count in them was withheld, as None."""

    rows: list[dict[str, Value]]
    withheld: bool


def withhold(rows: Sequence[Row], counted: Counted, least: int) -> Counts:
    """The rows without any count of fewer than `least` people, nor one that would give it away.

    Parts add up to a whole that may be known from elsewhere, so what is withheld of one whole is
    at least `least` people together: the next smallest parts go with it, and so does the whole.
    Rows with a count withheld come last, in an order that their counts have no part in. Give
    every row there is: a part of them would be judged without the others.
    """
    groups: dict[Value, list[Row]] = defaultdict(list)
    for number, row in enumerate(rows):
        groups[row[counted.each] if counted.each else number].append(row)
    shown: list[dict[str, Value]] = []
    hidden: list[dict[str, Value]] = []
    for group in groups.values():
        few = _too_few(group, counted, least)
        for number, row in enumerate(group):
            told = dict(row)
            if few and counted.whole:
                told[counted.whole] = None
            if number in few:
                told[counted.part] = None
            (hidden if number in few else shown).append(told)
    return Counts([*shown, *sorted(hidden, key=_written)], bool(hidden))


def _too_few(group: Sequence[Row], counted: Counted, least: int) -> set[int]:
    """Which rows of a group are not to tell their count."""
    sizes = [int(row[counted.part] or 0) for row in group]
    smallest_first = sorted(range(len(group)), key=lambda number: (sizes[number], number))
    few = [number for number in smallest_first if sizes[number] < least]
    if few and counted.whole:
        together = sum(sizes[number] for number in few)
        for number in smallest_first[len(few) :]:
            if together >= least:
                break
            few.append(number)
            together += sizes[number]
    return set(few)


def _written(row: Row) -> str:
    return repr(list(row.values()))
