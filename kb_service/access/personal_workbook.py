"""A personal export as a workbook: one sheet for each kind of thing, no cell a formula."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Document = Mapping[str, Any]
Cells = Sequence[object]

_MOST_CHARACTERS = 32_767
"""In a cell, as Excel has it."""
_HEADER = Font(bold=True)


def workbook_of(document: Document) -> bytes:
    """The document as an .xlsx file; texts stay texts, whatever sign they begin with."""
    book = Workbook(write_only=True)
    for title, headers, rows in _sheets(document):
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for number, width in enumerate(_widths(headers)):
            sheet.column_dimensions["ABCDEFGHIJ"[number]].width = width
        sheet.append([_cell(sheet, header, bold=True) for header in headers])
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _sheets(document: Document) -> Iterator[tuple[str, Cells, Iterable[Cells]]]:
    yield "人员 Person", ("项目 Item", "内容 Content"), _person(document)
    yield (
        "事实 Facts",
        ("关于 About", "属性 Property", "值 Value"),
        (_said(each) for thing in document["facts"] for each in thing["statements"]),
    )
    yield (
        "判断 Judgements",
        ("岗位 Position", "结论 Verdict", "匹配度 Fit", "有异议 Contested since"),
        (
            (_both(j["modelLabel"]), _both(j["verdictLabel"]), j["fit"], j["contestedSince"])
            for j in document["judgements"]
        ),
    )
    yield (
        "考核 Appraisals",
        ("周期 Period", "总分 Total", "等级 Grade", "有异议 Contested since"),
        (
            (each["period"], each["total"], each["grade"], each["contestedSince"])
            for each in document["appraisals"]
        ),
    )
    yield (
        "理由 Reasons",
        ("层 Level", "判断 Conclusion", "关于 About", "规则 Rule", "内容 Says"),
        (row for tree in document["explanations"] for row in _reasons(tree, 1)),
    )
    yield (
        "异议 Objections",
        ("编号 Id", "提出 Raised", "登记者 By", "理由 Grounds", "针对 About", "结果 Outcome"),
        map(_objection, document["objections"]),
    )
    yield (
        "更改 Changes",
        ("时间 When", "何人 Who", "缘由 Why", "改前 Before", "改后 After"),
        map(_change, document["changes"]),
    )
    yield (
        "访问 Accesses",
        ("时间 When", "何人 Who", "角色 Role", "何事 What", "结果 Outcome"),
        (
            tuple(each.get(name) for name in ("time", "who", "role", "action", "outcome"))
            for each in document["accesses"]
        ),
    )


def _person(document: Document) -> Iterator[Cells]:
    person = document["person"]
    yield "编号 Id", person["id"]
    yield "化名 Pseudonym", person["pseudonym"]
    yield "姓名 Name", person["name"]
    yield from person["contact"].items()
    yield "班组 Team", person["team"]
    yield "岗位 Post", person["post"]
    yield "应聘 Candidate for", ", ".join(map(str, person["candidateFor"]))
    yield "导出时间 Exported at", document["exportedAt"]
    yield "导出者 Exported by", document["exportedBy"]


def _said(statement: Document) -> Cells:
    value = statement["valueLabel"]
    return (
        _both(statement["subjectLabel"]) or statement["subject"],
        _both(statement["propertyLabel"]) or statement["property"],
        _both(value) if value else statement["value"],
    )


def _reasons(tree: Document, level: int) -> Iterator[Cells]:
    said = "; ".join(
        f"{_both(each['predicateLabel'])}: {_both(each['valueLabel']) or each['value']}"
        for each in tree["statements"]
    )
    kind, about = _both(tree["kind"]) or tree["conclusion"], _both(tree["about"])
    yield level, kind, about, _both(tree["rule"]["says"]), said
    for below in tree["conclusions"]:
        yield from _reasons(below, level + 1)


def _objection(each: Document) -> Cells:
    about = ", ".join([*each["models"], *each["periods"]]) or "全部 all"
    settled = each["settlement"]
    outcome = json.dumps(settled, ensure_ascii=False) if settled else "未了结 stands"
    return each["id"], each["raisedOn"], each["raisedBy"], each["grounds"], about, outcome


def _change(each: Document) -> Cells:
    before, after = (
        "\n".join(" · ".join(map(str, _said(one))) for one in each[when])
        for when in ("before", "after")
    )
    return each["at"], each["by"], each["reason"], before, after


def _both(label: Mapping[str, object] | None) -> str:
    """A label in both languages, once where they are the same."""
    if not label:
        return ""
    return " / ".join(dict.fromkeys(str(text) for text in label.values() if text))


def _widths(headers: Cells) -> Iterator[int]:
    return (26 if number else 34 for number, _ in enumerate(headers))


def _cell(sheet: WriteOnlyWorksheet, value: object, *, bold: bool = False) -> Any:
    """A cell that holds a value and computes nothing.

    A text is stored as text and marked as one, so that it stays one where the sheet is edited.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is None or is_number:
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value))[:_MOST_CHARACTERS]
    cell.data_type = "s"
    cell.quotePrefix = True
    if bold:
        cell.font = _HEADER
    return cell
