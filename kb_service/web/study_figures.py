"""The statistics of a study, found by what they are of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from kb_service.knowledge_base.study_document import Label, Row
from kb_service.web.language import language, said

_Of = tuple[str, str, str, str, str, str, int, tuple[str, ...]]


@dataclass(frozen=True)
class Figures:
    """The rows of StudyConclusions.statistics, looked up by their kind and what they are of."""

    rows: Sequence[Row]

    def of(
        self,
        kind: str,
        *,
        round: str = "",
        item: str = "",
        other: str = "",
        grade: str = "",
        kpi: str = "",
        factor: int = 0,
        by: Sequence[str] = (),
    ) -> Row | None:
        """The figure of a kind that is of exactly this, None where the study has none.

        `by` are the participants whose figure it is, and `other` the item that an item was compared
        with.
        """
        return self._found.get((kind, round, item, other, grade, kpi, factor, tuple(sorted(by))))

    def value(self, kind: str, *, round: str = "", item: str = "") -> float | None:
        """The number of such a figure, None also where there is a reason instead."""
        found = self.of(kind, round=round, item=item)
        value: float | None = found["value"] if found else None
        return value

    def every(self, kind: str) -> list[Row]:
        """Every figure of a kind, in the order of the study."""
        return [row for row in self.rows if row["kind"] == kind]

    def greatest(self, *kinds: str) -> float:
        """The greatest number among the figures of some kinds, 0 where there is none."""
        rows = (row for row in self.rows if row["kind"] in kinds)
        return max((row["value"] for row in rows if row["value"] is not None), default=0.0)

    def unknown(self) -> dict[str, list[Label]]:
        """By reason, in the reader's language, the kinds of figures that it kept from being found."""
        found: dict[str, dict[str, Label]] = {}
        for row in self.rows:
            if row["why"]:
                kinds = found.setdefault(said(row["why"]), {})
                kinds.setdefault(row["kind"], row["kindLabel"] or {"en": row["kind"]})
        return {reason: list(kinds.values()) for reason, kinds in found.items()}

    def remarks(self) -> dict[str, list[Label]]:
        """By remark, in the reader's language, the kinds of figures of which it is said."""
        found: dict[str, dict[str, Label]] = {}
        for row, remark in self._remarks_on_groups():
            kinds = found.setdefault(remark, {})
            kinds.setdefault(row["kind"], row["kindLabel"] or {"en": row["kind"]})
        return {remark: list(kinds.values()) for remark, kinds in found.items()}

    def _remarks_on_groups(self) -> Iterator[tuple[Row, str]]:
        """What is said of figures that are of nobody alone, each with its figure."""
        for row in self.rows:
            if not row["participants"]:
                yield from ((row, remark) for remark in remarks_on(row))

    @cached_property
    def _found(self) -> dict[_Of, Row]:
        return {_of(row): row for row in self.rows}


def remarks_on(row: Row) -> list[str]:
    """What is said of a figure in the reader's language."""
    return [remark[language()] for remark in row["remarks"] if language() in remark]


def missed(rows: Iterable[Row]) -> list[Row]:
    """The figures that miss a cut of the policy."""
    return [row for row in rows if any(not cut["met"] for cut in row["cuts"])]


def _of(row: Row) -> _Of:
    return (
        row["kind"],
        row["round"] or "",
        row["item"] or "",
        row["with"] or "",
        row["grade"] or "",
        row["kpi"] or "",
        row["factor"] or 0,
        tuple(row["participants"]),
    )
