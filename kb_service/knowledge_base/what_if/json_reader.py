"""Fields of a JSON body taken out one by one, with a pointer for every fault on the way."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from kb_service.findings import Finding, RefusedInput, violation

_MOST_SHOWN = 80
_MOST_COMPARED = 500
_LARGEST = 1000
_DECIMALS = 6


class JsonReader:
    """Remembers every fault until `refuse` is called, so that all of them are told at once."""

    def __init__(self) -> None:
        self.faults: list[Finding] = []

    def fault(self, zh: str, en: str, where: str, value: object = None) -> None:
        """Note that something is wrong at a JSON pointer."""
        self.faults.append(violation(zh, en, where, shortened(value)))

    def refuse(self) -> None:
        """Raise RefusedInput if there was any fault."""
        if self.faults:
            raise RefusedInput(tuple(self.faults))

    def fields(self, body: object, known: Collection[str], where: str = "") -> dict[str, Any]:
        """The fields of an object that may have these; empty when it is no object."""
        if not isinstance(body, dict):
            self.fault("请给出一个 JSON 对象。", "Give a JSON object here.", where, body)
            return {}
        for name in body:
            if name not in known:
                listed = ", ".join(known)
                self.fault(
                    f"没有「{shortened(name)}」这个字段；可用的字段有：{listed}。",
                    f"There is no field {shortened(name)!r}; the fields are: {listed}.",
                    f"{where}/{pointer(name)}",
                )
        return {name: value for name, value in body.items() if name in known}

    def mapping(self, body: object, where: str, example: str) -> dict[str, Any]:
        """An object that has at least one entry, of whatever names; empty when it is none."""
        if isinstance(body, dict) and body:
            return body
        self.fault(f"请写成例如 {example}。", f"Write this as in {example}.", where, body)
        return {}

    def number(self, value: object, where: str) -> Decimal | None:
        """A number of a size and precision that levels, weights and limits may have."""
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            number = Decimal(str(value))
            # Comparing comes first: rounding and even abs() raise for a number large enough.
            if (
                number.is_finite()
                and -_LARGEST <= number <= _LARGEST
                and round(number, _DECIMALS) == number
            ):
                return number
        self.fault(
            f"请写一个数字，例如 7.5；绝对值不超过 {_LARGEST}，小数不超过 {_DECIMALS} 位。",
            f"Give a number such as 7.5, of {_LARGEST} at most and with no more than {_DECIMALS}"
            " decimal places.",
            where,
            value,
        )
        return None

    def day(self, value: object, where: str) -> date | None:
        """A date written as 2026-05-04."""
        try:
            if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.fault("请写日期，例如 2026-05-04。", "Give a date, such as 2026-05-04.", where, value)
        return None

    def choice(
        self, value: object, choices: Collection[str], where: str, kind: Mapping[str, str]
    ) -> str | None:
        """An id that exists; `kind` says in both languages what it is the id of."""
        if isinstance(value, str) and value in choices:
            return value
        said = shortened(value)
        zh, en = f"没有「{said}」这{kind['zh']}", f"There is no {kind['en']} {said!r}"
        if choices:
            offered = _offered(value, choices)
            zh = f"{zh}；已有的例如：{offered}"
            en = f"{en}; those that exist are, for example: {offered}"
        self.fault(f"{zh}。", f"{en}.", where, value)
        return None


def _offered(value: object, choices: Collection[str]) -> str:
    """A few of the choices, those that look alike if there are any."""
    some = sorted(choices) if len(choices) <= _MOST_COMPARED else list(choices)[:3]
    close = get_close_matches(value[:_MOST_SHOWN], some, 3) if isinstance(value, str) else []
    return ", ".join(close or some[:3])


def pointer(name: str) -> str:
    """A name as a step of a JSON pointer."""
    return name[:_MOST_SHOWN].replace("~", "~0").replace("/", "~1")


def shortened(value: object) -> str:
    """What was given, no longer than a message may quote it."""
    text = "" if value is None else str(value)
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"
