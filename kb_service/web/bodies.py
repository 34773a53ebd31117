"""The body of a request: JSON read with care, and documents that are passed on unread."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import request

from kb_service.findings import violation
from kb_service.web.problems import Problem

MOST_JSON = 2 * 1024 * 1024
_MOST_DIGITS = 30
_CONTROL = {chr(code) for code in range(32)} - {"\t", "\n", "\r"}


@dataclass(frozen=True)
class Document:
    """Something handed in: its bytes, what the sender says it is, and its name if it has one."""

    data: bytes
    media_type: str
    filename: str = ""


class _Refused(ValueError):
    """JSON that is valid to some readers and not to us, with the reason in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def json_body() -> object:
    """The JSON that was sent, with its fractions as exact decimals.

    Raises Problem: 415 for another media type, 413 for a long body, 400 for JSON that is broken,
    deeply nested, ambiguous, or holds numbers or characters that no fact may have.
    """
    _require_json()
    text = request.get_data()
    if len(text) > MOST_JSON:
        raise Problem(
            413,
            f"JSON 最多 {MOST_JSON // 2**20} MiB。",
            f"At most {MOST_JSON // 2**20} MiB of JSON are taken.",
        )
    try:
        body: object = json.loads(
            text.decode("utf-8-sig"),
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_no_constant,
            object_pairs_hook=_object,
        )
        _check_characters(body)
    except _Refused as error:
        raise _bad_json(error.zh, error.en) from error
    except RecursionError as error:
        raise _bad_json(
            "JSON 嵌套太深；请写得平一些。", "The JSON is nested too deeply; write it flatter."
        ) from error
    except UnicodeDecodeError as error:
        raise _bad_json("JSON 应为 UTF-8 编码。", "Send the JSON as UTF-8.") from error
    except json.JSONDecodeError as error:
        raise _bad_json(
            f"这不是 JSON：第 {error.lineno} 行第 {error.colno} 列读不下去。",
            f"This is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            f"line {error.lineno}, column {error.colno}",
        ) from error
    return body


def _require_json() -> None:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != "application/json" or charset not in ("utf-8", "utf8"):
        raise unsupported(["application/json"])


def _bad_json(zh: str, en: str, where: str = "") -> Problem:
    return Problem(400, zh, en, [violation(zh, en, where)])


def unsupported(taken: Sequence[str]) -> Problem:
    """The problem of a body whose Content-Type is none of those taken."""
    listed = ", ".join(taken)
    return Problem(
        415,
        f"请把 Content-Type 设为以下之一：{listed}。",
        f"Send one of these as Content-Type: {listed}.",
        headers=[("Accept", listed)],
    )


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise _too_long(text) from error


def _integer(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise _too_long(text)
    return int(text)


def _too_long(text: str) -> _Refused:
    shown = text[:12]
    return _Refused(f"数字 {shown}… 太长。", f"The number {shown}… is too long.")


def _no_constant(text: str) -> object:
    raise _Refused(f"JSON 里没有 {text} 这个数。", f"JSON has no number {text}.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)[:80]
        twice = twice.encode(errors="replace").decode()
        raise _Refused(
            f"字段「{twice}」出现了两次；请只写一次。",
            f"The field {twice!r} is there twice; write it once.",
        )
    return found


def _check_characters(body: object) -> None:
    """Refuse text that no fact can hold: control characters and halves of characters."""
    waiting = [body]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and any(
            char in _CONTROL or "\ud800" <= char <= "\udfff" for char in value
        ):
            raise _Refused(
                "文本中有控制字符或不完整的字符；请删去。",
                "A text has a control character or half a character; remove it.",
            )


def document(field: str = "file") -> Document:
    """What was handed in, as the body itself or as the file of a form.

    Raises Problem 400 when there is nothing.
    """
    if request.mimetype != "multipart/form-data":
        data = request.get_data()
        if not data:
            raise _nothing()
        return Document(data, request.mimetype)
    file = request.files.get(field)
    if file is None or not (data := file.read()):
        raise _nothing(field)
    return Document(data, file.mimetype or "", file.filename or "")


def _nothing(field: str = "") -> Problem:
    named = f"（表单字段 {field}）" if field else ""
    form = f" in the form field {field!r}" if field else ""
    return Problem(
        400, f"没有收到文件{named}；请选择文件。", f"There is no file{form}; choose one."
    )
