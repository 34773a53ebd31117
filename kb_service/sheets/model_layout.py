"""The sheets of a position model's workbook and the columns of each, made from the form's fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kb_service.people_records import plain
from kb_service.position_models.choosing import NOUNS
from kb_service.position_models.fields import Field, Takes
from kb_service.position_models.form import DOCUMENT_FIELDS, MODEL_FIELDS, POSITION_FIELDS
from kb_service.position_models.form_rows import (
    DUTY_FIELDS,
    REQUIREMENT_FIELDS,
    SECTIONS,
    STANDARD_FIELDS,
)
from kb_service.position_models.model import LANGUAGES, PositionModel

GUIDE_SHEET = "说明 Guide"
EXAMPLE_SHEET = "示例 Example"
STATEMENTS_SHEET = "其他语句 Further"
_LANGUAGE_NAMES = {"zh": ("中文", "Chinese"), "en": ("英文", "English")}
_WIDTHS = {
    Takes.TEXT: 44.0,
    Takes.DIMENSION: 44.0,
    Takes.CHOICE: 22.0,
    Takes.TIER: 18.0,
    Takes.ID: 30.0,
}


@dataclass(frozen=True)
class ModelColumn:
    """A column of a table: a field, or one language of it."""

    field: Field
    language: str = ""
    named: tuple[str, str] = ("", "")

    @property
    def key(self) -> str:
        """The machine id of the column: `tier`, `rationale.zh`."""
        return f"{self.field.name}.{self.language}" if self.language else self.field.name

    @property
    def zh(self) -> str:
        """The Chinese header."""
        name = self.named[0] or self.field.zh
        return f"{name}（{_LANGUAGE_NAMES[self.language][0]}）" if self.language else name

    @property
    def en(self) -> str:
        """The English header."""
        name = self.named[1] or self.field.en
        return f"{name} ({_LANGUAGE_NAMES[self.language][1]})" if self.language else name

    @property
    def width(self) -> float:
        """How wide the column is, in characters."""
        return _WIDTHS.get(self.field.takes, 11.0)

    @property
    def example(self) -> str:
        """What could stand in it."""
        return self.field.examples[LANGUAGES.index(self.language or "zh")]

    @property
    def is_needed(self) -> bool:
        """Whether a table without this column says too little to be read."""
        is_name = self.field.name == "label" and self.field.usual
        return self.field.required or self.field.takes is Takes.TIER or is_name


@dataclass(frozen=True)
class TablePlan:
    """A sheet with a row for each record of a list in the form."""

    section: str
    zh: str
    en: str
    fields: tuple[Field, ...]
    band: str
    kind: str = ""

    @property
    def title(self) -> str:
        """The name of the sheet."""
        return f"{self.zh} {self.en}"

    @cached_property
    def columns(self) -> tuple[ModelColumn, ...]:
        """All columns that the sheet may have, in order."""
        found = []
        for field in self.fields:
            named = self._named(field)
            if field.takes is Takes.TEXT:
                found += [ModelColumn(field, language) for language in LANGUAGES]
            else:
                found.append(ModelColumn(field, named=named))
        return tuple(found)

    def records(self, model: PositionModel) -> Sequence[Any]:
        """What a model has to say on this sheet."""
        if self.section == "duties":
            return model.position.duties
        return model.standards if self.section == "standards" else model.of_kind(self.kind)

    def _named(self, field: Field) -> tuple[str, str]:
        if field.name != "dimension":
            return ("", "")
        zh, en = NOUNS[self.kind]
        return zh, en.capitalize()

    @cached_property
    def spellings(self) -> dict[str, str]:
        """From each way to write the header of a column to its key."""
        return {
            plain(label): column.key
            for column in self.columns
            for label in (
                *(column.zh, column.en, f"{column.zh} {column.en}", column.key),
                *((column.field.zh, column.field.en) if not column.language else ()),
            )
        }

    @property
    def names(self) -> frozenset[str]:
        """The ways to write the sheet's name."""
        return frozenset(map(plain, (self.title, self.zh, self.en, self.section)))


_KIND_SHEETS = {
    "type": ("方向", "Directions", "direction"),
    "ability": ("能力", "Abilities", "ability"),
    "motivation": ("动机", "Motivations", "motivation"),
    "indicator": ("指标", "Indicators", "ability"),
}
DUTIES = TablePlan("duties", "职责", "Duties", DUTY_FIELDS, "assessment")
STANDARDS = TablePlan(
    "standards", "等级标准", "Standards", STANDARD_FIELDS, "motivation", "indicator"
)
REQUIREMENTS = tuple(
    TablePlan(SECTIONS[kind], zh, en, REQUIREMENT_FIELDS, band, kind)
    for kind, (zh, en, band) in _KIND_SHEETS.items()
)
TABLES = (DUTIES, *REQUIREMENTS, STANDARDS)


@dataclass(frozen=True)
class FormLine:
    """A line of the sheet about position and model: one field, under the key it has there."""

    key: str
    field: Field

    @property
    def zh(self) -> str:
        """The Chinese name of the line; what model and position both have says whose it is."""
        return (
            ("岗位" if self._is_of_position else "模型") + self.field.zh
            if self._is_shared
            else self.field.zh
        )

    @property
    def en(self) -> str:
        """The English name."""
        whose = "Position" if self._is_of_position else "Model"
        return f"{whose}: {self.field.en.lower()}" if self._is_shared else self.field.en

    @property
    def holder(self) -> str:
        """What the field is of: `position`, `model` or `document`."""
        if self._is_of_position:
            return "position"
        return "document" if self.field in DOCUMENT_FIELDS else "model"

    @property
    def _is_of_position(self) -> bool:
        return self.key.startswith("position.")

    @property
    def _is_shared(self) -> bool:
        return self.field.name in ("evidence", "definitionEvidence", "source")


FORM_ZH, FORM_EN = "岗位", "Position"
FORM_SHEET = f"{FORM_ZH} {FORM_EN}"
FORM_NAMES = frozenset(map(plain, (FORM_SHEET, FORM_ZH, FORM_EN)))
_BY_KEY = {
    **{field.name: field for field in (*MODEL_FIELDS, *DOCUMENT_FIELDS)},
    **{f"position.{field.name}": field for field in POSITION_FIELDS},
}
_FIRST = (
    "id",
    "framework",
    "position.id",
    "position.label",
    "position.definition",
    "definition",
    "label",
    "version",
    "status",
    "evidence",
)
FORM_LINES = tuple(FormLine(key, _BY_KEY[key]) for key in dict.fromkeys((*_FIRST, *_BY_KEY)))
"""Every line of the form; those that a new author fills in come first."""
FORM_COLUMNS: Mapping[str, tuple[str, str]] = {
    "key": ("编号", "Key"),
    "item": ("项目", "Item in Chinese"),
    "item.en": ("英文项目", "Item in English"),
    "zh": ("内容（中文）", "Content (Chinese, or either)"),
    "en": ("英文内容", "Content (English)"),
    "about": ("含义", "What it is (Chinese)"),
    "about.en": ("英文含义", "What it is"),
}
"""The columns of that sheet, with their headers."""


STATEMENT_COLUMNS: Mapping[str, tuple[str, str]] = {
    "use": ("用法", "Use"),
    "statement": ("语句", "Statement (N-Triples)"),
}
STATEMENT_USES: Mapping[str, str] = {"further": "加上 add", "unsaid": "去掉 leave out"}


def form_spellings() -> dict[str, str]:
    """From each way to write the name of a line of the form to its key."""
    return {plain(label): line.key for line in FORM_LINES for label in (line.zh, line.en, line.key)}


def tables_for(kinds: Sequence[str]) -> tuple[TablePlan, ...]:
    """The tables that a model has whose framework has dimensions of these kinds."""
    return tuple(plan for plan in TABLES if not plan.kind or plan.kind in kinds)
