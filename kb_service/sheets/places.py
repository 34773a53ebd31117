"""Where in a spreadsheet something stands, in words a person can follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from kb_service.findings import Finding, RefusedInput, violation

MAX_FINDINGS = 200


@dataclass(frozen=True)
class Place:
    """A row, or one cell of it; `sheet` is empty in a CSV file, whose rows are lines."""

    sheet: str
    row: int = 0
    column: int = 0
    zh: str = ""
    en: str = ""

    @property
    def where(self) -> str:
        """The place as findings carry it, for example `sheet 人员与测评, row 7, column H 时间管理`."""
        parts = [f"sheet {self.sheet}"] if self.sheet else []
        if self.row:
            parts.append(f"{'row' if self.sheet else 'line'} {self.row}")
        if self.column:
            parts.append(f"column {get_column_letter(self.column)} {self.zh}".rstrip())
        return ", ".join(parts)

    @property
    def in_chinese(self) -> str:
        """The place as a Chinese sentence names it."""
        text = f"工作表「{self.sheet}」" if self.sheet else ""
        if self.row:
            text += f"第 {self.row} 行"
        if self.column:
            text += f" {get_column_letter(self.column)} 列"
            text += f"「{self.zh}」" if self.zh else ""
        return text.strip()

    @property
    def in_english(self) -> str:
        """The place as an English sentence names it."""
        parts = [f"sheet {self.sheet}"] if self.sheet else []
        if self.row:
            parts.append(f"{'row' if self.sheet else 'line'} {self.row}")
        if self.column:
            label = f" ({self.en})" if self.en else ""
            parts.append(f"column {get_column_letter(self.column)}{label}")
        return ", ".join(parts)

    def fault(self, zh: str, en: str, value: str = "") -> Finding:
        """A violation at this place, which its message names in both languages."""
        chinese, english = self.in_chinese, self.in_english
        return violation(
            f"{chinese}：{zh}" if chinese else zh,
            f"{english[0].upper()}{english[1:]}: {en}" if english else en,
            self.where,
            value,
        )


class EnoughFaults(Exception):
    """So many faults that reading on would help nobody."""


@dataclass
class Faults:
    """The faults found so far, never more than `MAX_FINDINGS`."""

    findings: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Note one fault.

        Raises EnoughFaults when there is no room for another.
        """
        if len(self.findings) >= MAX_FINDINGS - 1:
            self.findings.append(
                violation(
                    "问题太多，后面的没有再查；请先改正以上各处，再上传一次。",
                    "There are too many faults to list; correct these, then hand it in again.",
                )
            )
            raise EnoughFaults
        self.findings.append(finding)

    def refuse(self) -> None:
        """Raise RefusedInput if there is any fault."""
        if self.findings:
            raise RefusedInput(tuple(self.findings))


@dataclass(frozen=True)
class Places:
    """Where the people, assessments and ratings that were read stand, by their IRI."""

    rows: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """From the IRI of a person or assessment to its sheet and row."""
    columns: Mapping[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    """From a sheet and a dimension's id to the column and its label."""

    def of(self, iri: str) -> str:
        """The place of what has this IRI as findings carry it; empty when it was not read here."""
        node, _, dimension = iri.partition("/rating/")
        if node not in self.rows:
            return ""
        sheet, row = self.rows[node]
        column, label = self.columns.get((sheet, dimension), (0, ""))
        return Place(sheet, row, column, label).where
