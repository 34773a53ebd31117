"""Which column of a sheet is about what: header rows found and matched with the catalogue."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from kb_service.people_records import Catalogue, RatedDimension, plain, spellings
from kb_service.sheets.columns import BY_KEY, fixed_spellings
from kb_service.sheets.header_rows import header_rows, texts_by_column
from kb_service.sheets.places import Faults, Place
from kb_service.sheets.tables import Table


@dataclass(frozen=True)
class BoundColumn:
    """A column that is understood; `dimension` is None for one about the person or assessment."""

    place: Place
    key: str
    dimension: RatedDimension | None = None

    @property
    def index(self) -> int:
        """Where the column is in a row, counted from zero."""
        return self.place.column - 1


@dataclass(frozen=True)
class Header:
    """What the header rows say; data begins after row `last_row`."""

    columns: tuple[BoundColumn, ...]
    framework: str | None
    last_row: int

    @cached_property
    def by_key(self) -> Mapping[str, BoundColumn]:
        """The columns by what they are about."""
        return {column.key: column for column in self.columns}


class HeaderReader:
    """Reads header rows with the labels of one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._fixed = fixed_spellings()
        self._dimensions = {
            framework: spellings(dimensions.values())
            for framework, dimensions in catalogue.dimensions.items()
        }

    def read(self, table: Table, faults: Faults) -> Header | None:
        """The header of a table, None when none of its first rows has a column of person ids."""
        rows = header_rows(table, self._fixed, {"person"})
        if not rows:
            return None
        texts = texts_by_column(rows)
        framework = self._framework(texts, Place(table.name, rows[-1].number), faults)
        columns: list[BoundColumn] = []
        for number, labels in sorted(texts.items()):
            place = Place(table.name, rows[0].number, number, labels[0], labels[0])
            if column := self._bind(place, labels, framework, faults):
                columns.append(column)
        report_twins(columns, faults)
        return Header(tuple(columns), framework, rows[-1].number)

    def _framework(
        self, texts: Mapping[int, list[str]], place: Place, faults: Faults
    ) -> str | None:
        """The framework that most columns belong to; None when no column is a dimension."""
        counts = {
            framework: sum(
                any(plain(text) in known and plain(text) not in self._fixed for text in labels)
                for labels in texts.values()
            )
            for framework, known in self._dimensions.items()
        }
        best = max(counts.values(), default=0)
        leaders = [framework for framework, count in counts.items() if count == best]
        if best and len(leaders) > 1:
            faults.add(
                place.fault(
                    "这些列名在几个框架里都有，无法判断属于哪一个；请用维度的编号作列名，例如 "
                    f"{_example_id(self._catalogue, leaders[0])}。",
                    "These columns exist in several frameworks; use the ids of the dimensions as "
                    f"headers, such as {_example_id(self._catalogue, leaders[0])}.",
                )
            )
        return leaders[0] if best else None

    def _bind(
        self, place: Place, labels: list[str], framework: str | None, faults: Faults
    ) -> BoundColumn | None:
        known = self._dimensions.get(framework or "", {})
        keys = [
            key
            for label in labels
            if (key := self._fixed.get(plain(label)) or known.get(plain(label)))
        ]
        if not keys:
            self._report_unknown(place, labels, framework, faults)
            return None
        if len(set(keys)) > 1:
            faults.add(
                place.fault(
                    f"这一列的几行表头说法不一：{'、'.join(labels)}；请只留一种。",
                    f"The header rows of this column disagree: {', '.join(labels)}; keep one.",
                )
            )
            return None
        if fixed := BY_KEY.get(keys[0]):
            return BoundColumn(replace(place, zh=fixed.zh, en=fixed.en), keys[0])
        dimension = self._catalogue.dimensions[framework or ""][keys[0]]
        return BoundColumn(replace(place, zh=dimension.zh, en=dimension.en), keys[0], dimension)

    def _report_unknown(
        self, place: Place, labels: list[str], framework: str | None, faults: Faults
    ) -> None:
        label = labels[0]
        for other, known in self._dimensions.items():
            if other != framework and any(plain(text) in known for text in labels):
                faults.add(
                    place.fault(
                        f"「{label}」属于框架 {other}，而本表其他列属于 {framework}；"
                        "请把它放到另一张工作表或另一个文件。",
                        f"{label!r} belongs to the framework {other}, the other columns to "
                        f"{framework}; put it on a sheet or in a file of its own.",
                        label,
                    )
                )
                return
        known = self._dimensions.get(framework or "", {})
        close = difflib.get_close_matches(plain(label), [*known, *self._fixed], 1)
        guess_zh, guess_en = self._labels_of(close[0], framework) if close else ("", "")
        faults.add(
            place.fault(
                f"不认识「{label}」这一列；"
                + (f"是否想写「{guess_zh}」？" if close else "")
                + "请改用模板里的列名，或删去这一列。",
                f"The column {label!r} is unknown. "
                + (f"Did you mean {guess_en!r}? " if close else "")
                + "Use a header of the template, or delete the column.",
                label,
            )
        )

    def _labels_of(self, spelling: str, framework: str | None) -> tuple[str, str]:
        if key := self._fixed.get(spelling):
            return BY_KEY[key].zh, BY_KEY[key].en
        known = self._dimensions.get(framework or "", {})
        dimension = self._catalogue.dimensions[framework or ""][known[spelling]]
        return dimension.zh, dimension.en


def report_twins(columns: list[BoundColumn], faults: Faults) -> None:
    """Add a fault for each column that is about what one before it is about."""
    first: dict[str, Place] = {}
    for column in columns:
        earlier = first.setdefault(column.key, column.place)
        if earlier is not column.place:
            faults.add(
                column.place.fault(
                    f"这一列与 {earlier.in_chinese} 重复；请删去其中一列。",
                    f"This column repeats {earlier.in_english}; delete one of them.",
                )
            )


def _example_id(catalogue: Catalogue, framework: str) -> str:
    return next(iter(catalogue.dimensions[framework]), "")
