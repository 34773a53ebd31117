"""Which rows of a sheet of a position model's workbook are its header, and which only repeat it."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from kb_service.findings import Finding
from kb_service.people_records import plain
from kb_service.sheets.cells import is_empty
from kb_service.sheets.header_rows import header_rows
from kb_service.sheets.heading import CHINESE_ROW, ENGLISH_ROW, IDS_ROW
from kb_service.sheets.model_cells import cell_name
from kb_service.sheets.tables import Row, Table

_FARTHEST_APART = ENGLISH_ROW - IDS_ROW
"""So many rows below one row of a header the next one may stand: others may be written over."""
_FEWEST_LABELS = 2


@dataclass(frozen=True)
class HeaderRows:
    """The rows with the labels of columns; the header goes on to the row `last`."""

    rows: tuple[Row, ...]
    last: int


def found_header(
    table: Table, known: Mapping[str, str], anchors: Container[str]
) -> HeaderRows | None:
    """The header of a sheet, None when it has none; `known` and `anchors` as `header_rows` takes.

    A row that says again what another said is a copy, and one far below is none of the header. Where
    the ids stand in the first row, as in the template, its header has all rows of the template's,
    whatever somebody wrote over them.
    """
    rows: list[Row] = []
    said: set[tuple[int, str]] = set()
    for row in header_rows(table, known, anchors, repeated=1):
        labels = set(_labels(row, known))
        is_far = rows and row.number - rows[-1].number > _FARTHEST_APART
        if is_far or (len(labels) >= _FEWEST_LABELS and labels <= said):
            break
        rows.append(row)
        said |= labels
    if not rows:
        return None
    is_template = rows[0].number == IDS_ROW and _has_ids(rows[0], known)
    last = max(rows[-1].number, ENGLISH_ROW) if is_template else rows[-1].number
    return HeaderRows(tuple(rows), last)


def label_of_row(row: int, key: str, labels: tuple[str, str]) -> str:
    """What the template says in a row of its header over the column with this key."""
    zh, en = labels
    return {IDS_ROW: key, CHINESE_ROW: zh, ENGLISH_ROW: en}.get(row, "")


def repeats_header(row: Row, columns: Mapping[str, int], known: Mapping[str, str]) -> bool:
    """Whether a row below the header says nothing but the labels of the columns it stands in."""
    keys = {number: key for key, number in columns.items()}
    said = [
        (number, value)
        for number, value in enumerate(row.values, start=1)
        if number in keys and not is_empty(value)
    ]
    return len(said) >= min(_FEWEST_LABELS, len(keys)) and all(
        isinstance(value, str) and known.get(plain(value)) == keys[number] for number, value in said
    )


def repeated_header(sheet: str, row: Row) -> Finding:
    """That a row only repeats the header."""
    return Finding(
        "warning",
        {
            "zh": f"第 {row.number} 行又是表头，没有读取；请删去这一行。",
            "en": f"Row {row.number} repeats the header and was not read; delete the row.",
        },
        where=cell_name(sheet, row.number, 1),
    )


def _has_ids(row: Row, known: Mapping[str, str]) -> bool:
    """Whether the labels in a row are the ids of columns, to the letter: `tier` and not `Tier`."""
    return all(row.values[number - 1] == known[label] for number, label in _labels(row, known))


def _labels(row: Row, known: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    for number, value in enumerate(row.values, start=1):
        if isinstance(value, str) and plain(value) in known:
            yield number, plain(value)
