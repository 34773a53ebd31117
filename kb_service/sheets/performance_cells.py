"""What a cell of a sheet of figures or ratings says: a figure, a grade, the code of a rater."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from kb_service.people_records import Choices, Unreadable
from kb_service.people_records.faults import rater_faults, reason_faults
from kb_service.people_records.performance_records import KPI, figure
from kb_service.sheets.cells import CellValue, Formula, Percentage, read_text

_PERCENT = "%"


def read_figure(value: CellValue, kpi: KPI) -> Decimal:
    """A figure of a KPI; what is shown in percent is read as shown, for a KPI that is in percent."""
    number = _figure(value)
    if number is None:
        unit = {"%": "（百分数，90 % 写 90）", "s": "（秒）"}.get(kpi.unit, "")
        unit_en = {"%": " in percent (90 for 90 %)", "s": " in seconds"}.get(kpi.unit, "")
        raise Unreadable(
            f"「{kpi.zh}」应为数字{unit}，例如 90 或 0.9；没有数据就留空。",
            f"Give {kpi.en} as a number{unit_en}, such as 90 or 0.9; leave the cell empty when there"
            " is none.",
        )
    if _is_in_percent(value):
        if kpi.unit != _PERCENT:
            raise Unreadable(
                f"「{kpi.zh}」不是百分数，而这里写的是百分数；请改写为普通数字。",
                f"{kpi.en} is not in percent, and this is; write a plain number.",
            )
        number *= 100 if isinstance(value, Percentage) else 1
    return figure(number) or Decimal(0)


def _is_in_percent(value: CellValue) -> bool:
    return isinstance(value, Percentage) or (
        isinstance(value, str) and unicodedata.normalize("NFKC", value).strip().endswith(_PERCENT)
    )


def _figure(value: CellValue) -> Decimal | None:
    if isinstance(value, Formula):
        read_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = repr(float(value)) if isinstance(value, Percentage) else str(value)
    text = unicodedata.normalize("NFKC", text).replace("\ufeff", "").strip()
    text = text.removesuffix(_PERCENT).strip()
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    if len(text) > 40 or "_" in text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return figure(number)


def read_grade(value: CellValue, grades: Choices) -> str:
    """The id of a grade: its letter, its label, or its number from 1 for the worst."""
    text = unicodedata.normalize("NFKC", read_text(value))
    if found := grades.find(text):
        return found
    from_worst = [*grades.by_id][::-1]
    if text.isascii() and text.isdigit() and 1 <= int(text) <= len(from_worst):
        return from_worst[int(text) - 1]
    best, worst = from_worst[-1], from_worst[0]
    raise Unreadable(
        f"等级应为 {best} 到 {worst} 之一，例如 {from_worst[-2]}；没有评价就留空。",
        f"Give a grade from {best} to {worst}, such as {from_worst[-2]}; leave the cell empty when"
        " there is none.",
    )


def read_rater(value: CellValue) -> str:
    """The code of a rater, which is no name."""
    text = unicodedata.normalize("NFKC", read_text(value)).casefold()
    for finding in rater_faults(text, ""):
        raise Unreadable(finding.message["zh"], finding.message["en"])
    return text


def read_reason(value: CellValue) -> str:
    """Why something is corrected, in words."""
    text = read_text(value)
    for finding in reason_faults(text, ""):
        raise Unreadable(finding.message["zh"], finding.message["en"])
    return text
