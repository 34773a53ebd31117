"""What a cell of a study's workbook says, by what its column takes."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation

from pyoxigraph import NamedNode

from kb_service.people_records import Choice, Choices, Unreadable
from kb_service.sheets.cells import (
    EARLIEST,
    CellValue,
    Formula,
    read_choice,
    read_day,
    read_text,
    shown,
)
from kb_service.study_records.layout import Column, StudyChoices, Takes
from kb_service.study_records.records import Value
from kb_service.vocabulary import BASE

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PSEUDONYM = re.compile(r"[A-Za-z]{0,3}[0-9]{1,6}")
_ORDINAL = re.compile(r"[1-9][0-9]{0,2}")
_RATIO = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s*/\s*(\d{1,3}(?:\.\d{1,6})?)")
_LARGEST = 10**6
_DIGITS = Decimal("1e-12")
_LONGEST_TEXT = 2000
YES_NO = {
    "yes": Choice("yes", NamedNode(BASE + "yes"), "是", "yes"),
    "no": Choice("no", NamedNode(BASE + "no"), "否", "no"),
}


def read_cell(value: CellValue, column: Column, choices: StudyChoices, today: date) -> Value:
    """The value of a cell that is not empty. Raises Unreadable, which says what to write instead."""
    match column.takes:
        case Takes.NUMBER:
            return _number(value, column)
        case Takes.DAY:
            return read_day(value, EARLIEST, today)
        case Takes.YES_NO:
            return _chosen(value, column, YES_NO) == "yes"
        case Takes.CHOICE | Takes.DIMENSION | Takes.POSITION:
            return _chosen(value, column, dict(choices.offered(column)))
        case Takes.TEXT:
            return _text(value)
    return _code(value, column)


def _chosen(value: CellValue, column: Column, offered: dict[str, Choice]) -> str:
    return read_choice(value, Choices.of(offered), column.zh, column.en)


def _text(value: CellValue) -> str:
    text = read_text(value)
    if len(text) > _LONGEST_TEXT:
        raise Unreadable(
            f"文字不能超过 {_LONGEST_TEXT} 个字符；请缩短。",
            f"Shorten this to {_LONGEST_TEXT} characters at most.",
        )
    return text


def _code(value: CellValue, column: Column) -> str:
    text = unicodedata.normalize("NFKC", read_text(value))
    if column.takes is Takes.PSEUDONYM and not _PSEUDONYM.fullmatch(text):
        raise Unreadable(
            f"「{shown(text)}」不是代号；请写最多三个字母加数字，例如 {column.example}，不要写姓名。",
            f"{shown(text)!r} is no code: write at most three letters and then digits, such as "
            f"{column.example}, and no name.",
        )
    if column.takes is Takes.ORDINAL and not _ORDINAL.fullmatch(text):
        raise Unreadable("请写从 1 起的整数，例如 1。", "Give a whole number from 1, such as 1.")
    if not _CODE.fullmatch(text):
        raise Unreadable(
            f"「{shown(text)}」不能作代号；请用字母、数字、点、下划线或连字符，例如 {column.example}。",
            f"{shown(text)!r} cannot be a code; use letters, digits, dots, underscores or hyphens, "
            f"such as {column.example}.",
        )
    return text


def _number(value: CellValue, column: Column) -> Decimal:
    """A number, or a ratio such as 1/3, which spreadsheet programs like to make a date of."""
    if isinstance(value, Formula):
        read_text(value)
    found = _parsed(value)
    if found is None or abs(found) > _LARGEST:
        raise Unreadable(
            f"请写一个数，例如 {column.example}" + ("。" if column.needed else "；没有就留空。"),
            f"Give a number, such as {column.example}"
            + ("." if column.needed else "; leave the cell empty when there is none."),
        )
    return found


def _parsed(value: CellValue) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = (
        unicodedata.normalize("NFKC", read_text(value)) if isinstance(value, str) else repr(value)
    )
    if ratio := _RATIO.fullmatch(text):
        below = Decimal(ratio[2])
        return (Decimal(ratio[1]) / below).quantize(_DIGITS).normalize() if below else None
    try:
        number = Decimal(text) if len(text) < 40 and "_" not in text else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None
