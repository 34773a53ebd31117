"""Which column of a sheet of figures or ratings is about what."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import replace

from kb_service.people_records import Choice, plain
from kb_service.people_records.performance_records import PerformanceChoices
from kb_service.sheets.columns import BY_KEY as OF_ASSESSMENTS
from kb_service.sheets.header_rows import header_rows, texts_by_column
from kb_service.sheets.headers import BoundColumn, Header, report_twins
from kb_service.sheets.performance_columns import BY_KEY, DIMENSION, KPI, TELLING, known_headers
from kb_service.sheets.places import Faults, Place
from kb_service.sheets.tables import Table


class PerformanceHeaders:
    """Reads header rows with what performance may be about."""

    def __init__(self, choices: PerformanceChoices) -> None:
        self._choices = choices
        self._known = known_headers(choices)
        self._first = {label: keys[0] for label, keys in self._known.items()}

    def is_about_performance(self, table: Table) -> bool:
        """Whether a table is of figures or ratings, and not of assessments."""
        if table.hidden:
            return False
        texts = texts_by_column(header_rows(table, self._first, {"person"}))
        keys = {
            self._first[plain(label)]
            for labels in texts.values()
            for label in labels
            if plain(label) in self._first
        }
        return bool(keys & TELLING) or any(key.startswith(KPI) for key in keys)

    def read(self, table: Table, faults: Faults) -> Header | None:
        """The header of a table, None when none of its first rows has a column of person ids."""
        rows = header_rows(table, self._first, {"person"})
        if not rows:
            return None
        texts = texts_by_column(rows)
        meant = self._dimensions_meant(texts.values())
        columns: list[BoundColumn] = []
        for number, labels in sorted(texts.items()):
            place = Place(table.name, rows[0].number, number, labels[0], labels[0])
            if column := self._bind(place, labels, meant, faults):
                columns.append(column)
        report_twins(columns, faults)
        return Header(tuple(columns), None, rows[-1].number)

    def _dimensions_meant(self, texts: Iterable[list[str]]) -> frozenset[str]:
        """The keys of the dimensions of the plan that has most of the columns.

        Frameworks have dimensions of the same name; people mean those of the plan they work by.
        """
        candidates = [self._candidates(labels) for labels in texts]
        plans = [
            frozenset(DIMENSION + id for id in plan.dimensions)
            for plan in self._choices.plans.values()
        ]
        return max(
            plans,
            key=lambda plan: sum(bool(plan & keys) for keys in candidates),
            default=frozenset(),
        )

    def _candidates(self, labels: list[str]) -> frozenset[str]:
        """The keys that all labels of a column may mean, as far as they mean any."""
        known = [
            frozenset(self._known[plain(each)]) for each in labels if plain(each) in self._known
        ]
        return frozenset.intersection(*known) if known else frozenset()

    def _bind(
        self, place: Place, labels: list[str], meant: frozenset[str], faults: Faults
    ) -> BoundColumn | None:
        if not any(plain(label) in self._known for label in labels):
            self._report_unknown(place, labels[0], faults)
            return None
        keys = self._candidates(labels)
        if len(keys) > 1:
            keys &= meant
        if len(keys) != 1:
            faults.add(
                place.fault(
                    f"表头「{'、'.join(labels)}」说不清是哪项指标；请只留一种写法，最好用编号。",
                    f"Which indicator {', '.join(labels)} means is not clear; keep one header, best"
                    " the id.",
                )
            )
            return None
        (key,) = keys
        zh, en = self._labels(key)
        return BoundColumn(replace(place, zh=zh, en=en), key)

    def _report_unknown(self, place: Place, label: str, faults: Faults) -> None:
        close = difflib.get_close_matches(plain(label), self._known, 1)
        guess_zh, guess_en = self._labels(self._first[close[0]]) if close else ("", "")
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

    def _labels(self, key: str) -> tuple[str, str]:
        """What the column with this key is called in both languages."""
        if fixed := BY_KEY.get(key) or OF_ASSESSMENTS.get(key):
            return fixed.zh, fixed.en
        choice: Choice
        if key.startswith(KPI):
            choice = self._choices.kpis[key.removeprefix(KPI)]
        else:
            choice = self._choices.dimensions[key.removeprefix(DIMENSION)]
        return choice.zh, choice.en
