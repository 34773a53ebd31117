"""What a single cell says: a rating, a day, an id, one of several choices."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from kb_service.people_records import Choices, Unreadable, contact_faults, id_faults

EARLIEST = date(1970, 1, 1)


@dataclass(frozen=True)
class Formula:
    """A cell that computes its value; it is never read."""

    text: str


class Percentage(float):
    """A number that a spreadsheet shows in percent: 0.9 is shown as 90 %."""


CellValue = str | int | float | bool | datetime | date | time | timedelta | Formula | None


def is_empty(value: CellValue) -> bool:
    """Whether a cell says nothing; blanks and invisible characters say nothing."""
    return value is None or (isinstance(value, str) and not _clean(value))


def shown(value: CellValue) -> str:
    """The value as a message quotes it, shortened."""
    text = value.text if isinstance(value, Formula) else "" if value is None else str(value)
    text = text.strip()
    return text if len(text) <= 80 else text[:79] + "…"


def bare(number: Decimal) -> str:
    """A number without zeros that say nothing: 10.0 is `10`."""
    return f"{number.normalize():f}"


def read_text(value: CellValue) -> str:
    """The text of a cell; a whole number becomes its digits, as an id typed as a number should."""
    if isinstance(value, Formula):
        raise Unreadable(
            "这里是公式；请粘贴为数值后再上传。",
            "This is a formula; paste its result as a value and hand it in again.",
        )
    if isinstance(value, bool | date | time | timedelta):
        raise Unreadable(
            f"「{shown(value)}」不是文本；请把单元格格式设为文本后重新填写。",
            f"{shown(value)} is no text; format the cell as text and write it again.",
        )
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = "" if value is None else _clean(str(value))
    if "\ufffd" in text or "??" in text:
        raise Unreadable(
            f"「{shown(text)}」里有文字在保存时丢失了；请改用 UTF-8 编码，或另存为 .xlsx。",
            f"Characters were lost when {shown(text)!r} was saved; save as UTF-8 or as .xlsx.",
        )
    return text


def _clean(text: str) -> str:
    return text.replace("\ufeff", "").replace("\u200b", "").strip()


def read_name(value: CellValue) -> str:
    """A person's name."""
    name = read_text(value)
    if len(name) > 200:
        raise Unreadable(
            "姓名不能超过 200 个字符，例如「王小明」。",
            "Give a name of at most 200 characters, such as Wang Ming.",
        )
    return name


def read_contact(value: CellValue, key: str) -> str:
    """An e-mail address or a telephone number; `key` says which."""
    text = unicodedata.normalize("NFKC", read_text(value))
    for finding in contact_faults(key, text, ""):
        raise Unreadable(finding.message["zh"], finding.message["en"])
    return text


def read_id(value: CellValue) -> str:
    """An id that can stand in an IRI."""
    text = unicodedata.normalize("NFKC", read_text(value))
    for finding in id_faults(text, ""):
        raise Unreadable(finding.message["zh"], finding.message["en"])
    return text


def read_choice(value: CellValue, choices: Choices, column_zh: str, column_en: str) -> str:
    """The id of the choice that a cell names by id or by a label in either language."""
    text = read_text(value)
    if found := choices.find(text):
        return found
    offered_zh = "、".join(choice.zh for choice in choices.by_id.values())
    offered_en = ", ".join(choice.en for choice in choices.by_id.values())
    near = choices.near(text)
    guess = near[0] if near else None
    raise Unreadable(
        f"没有「{shown(text)}」这个{column_zh}；"
        + (f"是否想写「{guess.zh}」？" if guess else "")
        + f"可选：{offered_zh}。",
        f"There is no {column_en.lower()} {shown(text)!r}. "
        + (f"Did you mean {guess.en!r}? " if guess else "")
        + f"Choose one of: {offered_en}.",
    )


def read_choices(
    value: CellValue, choices: Choices, column_zh: str, column_en: str
) -> tuple[str, ...]:
    """The ids of the choices in a cell that may name several, separated by semicolons or commas."""
    text = read_text(value)
    if found := choices.find(text):
        return (found,)
    pieces = re.split(r"[;,、\n]", unicodedata.normalize("NFKC", text))
    named = [read_choice(piece, choices, column_zh, column_en) for piece in pieces if piece.strip()]
    return tuple(dict.fromkeys(named))


def read_rating(value: CellValue, minimum: Decimal, maximum: Decimal) -> Decimal:
    """A level on a scale with these bounds, with at most one decimal."""
    if isinstance(value, Formula):
        read_text(value)
    number = _number(value)
    if number is not None:
        rounded = round(number, 1)
        if abs(number - rounded) < Decimal("1e-9") and minimum <= rounded <= maximum:
            return rounded
    low, high, middle = (bare(each) for each in (minimum, maximum, (minimum + maximum) // 2))
    raise Unreadable(
        f"评分应为 {low} 到 {high} 之间的数字，最多一位小数，例如 {middle}；没有评分就留空。",
        f"Give a level from {low} to {high} with at most one decimal, such as {middle}; "
        "leave the cell empty when there is none.",
    )


def _number(value: CellValue) -> Decimal | None:
    if type(value) is int:
        return Decimal(value) if abs(value) < 10**6 else None
    if isinstance(value, bool) or not isinstance(value, float | str):
        return None
    text = unicodedata.normalize("NFKC", _clean(value)) if isinstance(value, str) else repr(value)
    if len(text) > 30 or "_" in text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**6 else None


_DAY = re.compile(
    r"(\d{4})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*日?"
    r"(?:[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")


def read_day(value: CellValue, earliest: date, latest: date) -> date:
    """A day between two others, from an Excel date or a text such as 2026-05-04 or 2026年5月4日."""
    day = _day(value)
    if day is None or day < EARLIEST:
        raise Unreadable(
            f"请写日期，例如 2026-05-04{_serial_hint_zh(value)}。",
            f"Give a date, such as 2026-05-04{_serial_hint_en(value)}.",
        )
    if day > latest:
        raise Unreadable(
            f"日期 {day} 晚于今天（{latest}）；请写已经过去的日期。",
            f"The date {day} is after today ({latest}); give a day that has passed.",
        )
    if day < earliest:
        raise Unreadable(
            f"有效期 {day} 早于测评日期（{earliest}）；请写更晚的日期，或留空。",
            f"The last day {day} is before the assessment ({earliest}); give a later day or none.",
        )
    return day


def _day(value: CellValue) -> date | None:
    if isinstance(value, Formula):
        read_text(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = unicodedata.normalize("NFKC", read_text(value))
    match = _DAY.fullmatch(text) or _DIGITS.fullmatch(text)
    try:
        return date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None


def _is_serial(value: CellValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 20000 < value < 80000


def _serial_hint_zh(value: CellValue) -> str:
    return f"；这里是数字 {value}，请把单元格格式设为日期" if _is_serial(value) else ""


def _serial_hint_en(value: CellValue) -> str:
    return (
        f"; this is the number {value}, so format the cell as a date" if _is_serial(value) else ""
    )
