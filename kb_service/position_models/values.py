"""What a single field says: a text, an id, an address, a number."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from pyoxigraph import NamedNode

from kb_service.people_records import Unreadable
from kb_service.position_models.naming import ID
from kb_service.position_models.plain_text import LONGEST, is_plain
from kb_service.position_models.written import clean, quoted

VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_ANY_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_COMMA = re.compile(r"-?[0-9]+,[0-9]+")
_LARGEST = 1_000_000
_YES = ("是", "yes", "true", "是 yes")
_NO = ("否", "no", "false", "否 no")
_PLACES = 1_000
_DIGITS = 15
"""So many significant digits a spreadsheet program keeps of a number."""


def read_line(value: object) -> str:
    """A text that a cell can hold."""
    if not isinstance(value, str):
        raise Unreadable(
            f"这里应是文字，而不是“{quoted(value)}”；请改写成文字，例如“数据分析师”。",
            f'Give this as text instead of {quoted(value) or "this"}, such as "Data analyst".',
        )
    text = clean(value)
    if len(text) > LONGEST:
        raise Unreadable(
            f"这段文字有 {len(text)} 个字符，最多 {LONGEST} 个；请缩短。",
            f"This text has {len(text)} characters; shorten it to {LONGEST} at most.",
        )
    if not is_plain(text):
        raise Unreadable(
            "这段文字里有看不见的控制字符；请删去后重新输入这段文字。",
            "There are invisible control characters in this text; type it again without them.",
        )
    return text


def read_version(value: object) -> str:
    """A version number."""
    if isinstance(value, Decimal):
        parts = [*f"{value:f}".split("."), "0", "0"][:3]
        raise Unreadable(
            f"版本号请用引号写成文字，例如“{'.'.join(parts)}”。",
            f'Put the version into quotes, such as "{".".join(parts)}".',
        )
    text = read_line(value)
    if VERSION.fullmatch(text):
        return text
    raise Unreadable(
        f"“{quoted(text)}”不是版本号；请写成 0.1.0 这样。",
        f"{quoted(text)!r} is no version number; write one such as 0.1.0.",
    )


def read_id(value: object, example: str) -> str:
    """An id, or a whole IRI for a thing of another organisation."""
    text = unicodedata.normalize("NFKC", read_line(value))
    if ID.fullmatch(text) or is_address(text):
        return text
    instead = re.sub(r"[^a-z0-9._-]+", "-", text.casefold()).strip("-._")
    instead = instead if ID.fullmatch(instead) else example
    raise Unreadable(
        "编号只用英文字母、数字、点、下划线和连字符，以字母或数字开头，不超过 128 个字符，"
        f"例如 {instead}。",
        "Use Latin letters, digits, dots, underscores and hyphens for an id, a letter or digit "
        f"first and 128 at most, such as {instead}.",
    )


def read_address(value: object, example: str) -> str:
    """A whole IRI."""
    text = read_line(value)
    if is_address(text):
        return text
    raise Unreadable(
        f"请写完整的地址，不带空格，例如 {example}。",
        f"Write a whole address without spaces, such as {example}.",
    )


def is_address(text: str) -> bool:
    """Whether a text is a whole IRI."""
    try:
        NamedNode(text)
    except ValueError:
        return False
    return "://" in text or text.startswith("urn:")


def read_rank(value: object) -> int:
    """A place among others, from 1."""
    number = _number(value)
    if number is not None and number == int(number) and 1 <= number < _LARGEST:
        return int(number)
    raise Unreadable(
        "次序应为 1、2、3 这样的整数；也可以留空，按先后排列。",
        "Give the rank as a whole number such as 1, 2 or 3, or leave it out to keep this order.",
    )


def read_flag(value: object) -> bool:
    """Yes or no."""
    text = clean(value).casefold() if isinstance(value, str) else value
    for answer, words in ((True, _YES), (False, _NO)):
        if text is answer or text in words:
            return answer
    raise Unreadable("请写“是”或“否”。", "Write yes or no.")


def read_number(value: object) -> Decimal:
    """A decimal number: as it was written when it is text, else in its shortest form."""
    number = _number(value)
    if number is not None:
        return number
    text = unicodedata.normalize("NFKC", clean(value)) if isinstance(value, str) else ""
    if _COMMA.fullmatch(text):
        point = text.replace(",", ".")
        raise Unreadable(f"小数点请用“.”，例如 {point}。", f"Write a decimal point: {point}.")
    numbers = re.findall(_ANY_NUMBER, text)
    if len(numbers) == 1:
        raise Unreadable(
            f"这里只写数字：写 {numbers[0]}，不写“{quoted(value)}”。",
            f"Write the number alone: {numbers[0]} instead of {quoted(value)!r}.",
        )
    raise Unreadable(
        f"“{quoted(value)}”不是一个数字；请写一个，例如 8 或 7.5，没有就留空。",
        f"{quoted(value)!r} is not one number; give one, such as 8 or 7.5, or nothing at all.",
    )


def _number(value: object) -> Decimal | None:
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", clean(value))
        return Decimal(text) if len(text) <= 1_000 and _NUMBER.fullmatch(text) else None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(f"{value:.{_DIGITS}g}") if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or not -_LARGEST < number < _LARGEST:
        return None
    if number.as_tuple().exponent < -_PLACES:  # type: ignore[operator]
        return None
    return shortest(number)


def shortest(number: Decimal) -> Decimal:
    """The number with one decimal place and such further ones as are not nought: 8 is `8.0`."""
    text = f"{number:f}"
    whole, _, places = text.partition(".")
    return Decimal(f"{whole}.{places.rstrip('0') or '0'}")


def as_number(number: Decimal) -> int | float | str:
    """What to write so that reading gives this very number: a number, or text where none will do."""
    if str(shortest(number)) != f"{number:f}" or abs(number) >= _LARGEST:
        return f"{number:f}"
    plain = int(number) if number == int(number) else float(number)
    return plain if f"{_number(plain):f}" == f"{number:f}" else f"{number:f}"
