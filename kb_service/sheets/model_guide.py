"""The sheets of a position model's workbook that explain it: every field, and an example."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kb_service.position_models.choices import ModelChoices
from kb_service.position_models.fields import Field, Takes
from kb_service.sheets.cells import bare
from kb_service.sheets.guide import Line, write_guide_sheet
from kb_service.sheets.looks import BANDS
from kb_service.sheets.model_layout import (
    FORM_LINES,
    FORM_SHEET,
    GUIDE_SHEET,
    ModelColumn,
    TablePlan,
)

_STEPS = (
    (
        "先填“岗位 Position”：模型编号、框架、岗位名称和说明；灰底各项可以不填。",
        "Begin with the sheet Position: the model's id, its framework, the position's name and what "
        "it is. Lines on grey may stay empty.",
    ),
    (
        "“职责 Duties”一行写一项职责，按先后排列。",
        "On the sheet Duties a row is one duty, in their order.",
    ),
    (
        "方向、能力、动机、指标各表一行写一项要求；维度和层级从下拉列表选择，也可以写编号。",
        "On the sheets of directions, abilities, motivations and indicators a row is one "
        "requirement; choose dimension and tier from the lists, or write their ids.",
    ),
    (
        "要求水平和权重可以留空，由政策按层级给出；最低水平只写确实不能缺的。",
        "Level and weight may stay empty, the policy then gives them by tier. Set a floor only for "
        "what nobody can do without.",
    ),
    (
        "名称、说明和理由请中文、英文都写。不要使用公式，不要合并单元格，不要改动表头。",
        "Write names, definitions and rationales in both languages. Use no formulas, merge no "
        "cells, keep the headers.",
    ),
    (
        "提交后若有问题，会逐条指出工作表和单元格；全部改好之前不会保存任何内容。",
        "If anything is wrong, every fault is listed with its sheet and cell; nothing is stored "
        "until all are corrected.",
    ),
)


def write_model_guide(book: Any, plans: Sequence[TablePlan], choices: ModelChoices) -> None:
    """Add the sheet with the instructions and a line for every field."""
    lines: list[Line] = []
    for line in FORM_LINES:
        zh, en = line.field.examples
        example = zh if zh == en else f"{zh}\n{en}"
        texts = (line.zh, line.en, line.key, FORM_SHEET)
        lines.append(_line(texts, line.field, _allowed(line.field, choices, ""), example, "person"))
    for plan in plans:
        for column in plan.columns:
            texts = (column.zh, column.en, column.key, plan.title)
            allowed = _allowed(column.field, choices, plan.kind)
            example = _example(column, plan, choices)
            lines.append(_line(texts, column.field, allowed, example, plan.band))
    write_guide_sheet(book, _STEPS, lines, GUIDE_SHEET)


def _line(
    named: tuple[str, str, str, str], field: Field, allowed: str, example: str, band: str
) -> Line:
    zh, *others = named
    starred = f"{zh} *" if field.required else zh
    return (starred, *others, field.about_zh, field.about_en, allowed, example), BANDS[band].light


def _example(column: ModelColumn, plan: TablePlan, choices: ModelChoices) -> str:
    """Something of the sheet's own that could stand in a column."""
    if column.field.takes is Takes.DIMENSION:
        return next(iter(choices.of_kind(plan.kind)), "")
    if column.field.takes is Takes.TIER:
        return next(iter(choices.tiers_for(plan.kind)), "")
    return column.example


def _allowed(field: Field, choices: ModelChoices, kind: str) -> str:
    if field.takes is Takes.TIER:
        return _listed(choices.tiers_for(kind))
    if field.takes is Takes.DIMENSION:
        return _listed(choices.of_kind(kind))
    if field.choices:
        return _listed(getattr(choices, field.choices))
    if field.takes is Takes.LEVEL:
        return _scales(choices, kind) + (
            _defaults(choices, kind, "level") if field.name == "level" else ""
        )
    if field.takes is Takes.WEIGHT:
        return "> 0" + _defaults(choices, kind, "weight")
    return ""


def _listed(choices: Any) -> str:
    return "\n".join(f"{each.zh} / {each.en} ({each.id})" for each in choices.values())


def _scales(choices: ModelChoices, kind: str) -> str:
    bounds = {(each.minimum, each.maximum) for each in choices.of_kind(kind).values()}
    return ", ".join(f"{bare(low)}–{bare(high)}" for low, high in sorted(bounds))


def _defaults(choices: ModelChoices, kind: str, of: str) -> str:
    """What the policy gives by tier when the cell is empty."""
    members = choices.of_kind(kind).values()
    given = [each for each in choices.defaults if any(map(each.suits, members))]
    return "".join(
        f"\n{choices.tiers[each.tier].zh} {each.tier}: {bare(getattr(each, of))}"
        for each in given
        if each.tier in choices.tiers
    )
