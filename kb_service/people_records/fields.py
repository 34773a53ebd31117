"""Fields of the JSON bodies that HR tools send, each read with what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.people_records.faults import CONTACT, contact_faults, shortened
from kb_service.people_records.records import Catalogue, RatedDimension

_NAME = re.compile(r".{1,200}")


def name_in(value: object, faults: list[Finding]) -> str:
    """What somebody is called; what is no name is added to the faults."""
    if not isinstance(value, str) or not _NAME.fullmatch(value.strip()) or not value.isprintable():
        faults.append(
            violation(
                "姓名应为 1 至 200 个字符的文本，例如「王小明」。",
                'Give the name as text of 1 to 200 characters, such as "Wang Ming".',
                "/name",
            )
        )
    return str(value).strip()


def candidates_in(body: Any, catalogue: Catalogue, faults: list[Finding]) -> tuple[str, ...]:
    """The positions somebody is a candidate for; what is none is added to the faults."""
    if not isinstance(body, list):
        faults.append(
            violation(
                '请给出岗位编号的列表，例如 ["team-leader"]。',
                'Give a list of position ids, such as ["team-leader"].',
                "/candidateFor",
            )
        )
        return ()
    found = [
        choice_faults(each, catalogue.positions, f"/candidateFor/{n}")
        for n, each in enumerate(body)
    ]
    faults += [fault for each in found for fault in each]
    return () if any(found) else tuple(dict.fromkeys(body))


def contact_in(body: Any, faults: list[Finding]) -> Iterator[tuple[str, str]]:
    """How somebody may be reached; what cannot be is added to the faults."""
    for key, value in object_in(body, set(CONTACT), faults, "/contact").items():
        if key in CONTACT and value is not None:
            found = contact_faults(key, value, f"/contact/{key}")
            faults += found
            if not found:
                yield key, str(value).strip()


def ratings_in(
    body: Any,
    dimensions: Mapping[str, RatedDimension],
    faults: list[Finding],
    where: str = "",
) -> Iterator[tuple[str, Decimal]]:
    """Each rating by the id of its dimension; what is none is added to the faults."""
    if not isinstance(body, dict) or not body:
        faults.append(
            violation(
                '请至少给出一项评分，例如 {"time-management": 7}。',
                'Give at least one rating, such as {"time-management": 7}.',
                f"{where}/ratings",
            )
        )
        return
    for key, value in body.items():
        place = f"{where}/ratings/{pointer(str(key))}"
        if key not in dimensions:
            if dimensions:
                faults.append(
                    violation(
                        f"框架里没有「{shortened(key)}」这个维度；请改用框架中的编号，例如 {_some(dimensions)}。",
                        f"The framework has no dimension {shortened(key)!r}; use one of its ids, such as"
                        f" {_some(dimensions)}.",
                        place,
                        shortened(key),
                    )
                )
            continue
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            faults.append(
                violation(
                    "评分应为数字，例如 7。",
                    "Give the rating as a number, such as 7.",
                    place,
                    shortened(value),
                )
            )
            continue
        number = Decimal(str(value))
        # Comparing comes first: rounding and even abs() raise for a number large enough.
        if not number.is_finite() or not -1000 <= number <= 1000 or round(number, 6) != number:
            faults.append(
                violation(
                    "评分应为量表范围内的数字，例如 7。",
                    "Give the rating as a number on the scale, such as 7.",
                    place,
                    shortened(value),
                )
            )
            continue
        yield key, number


def object_in(
    body: object, known: set[str], faults: list[Finding], where: str = ""
) -> dict[str, Any]:
    """A JSON object; fields that are not known are added to the faults."""
    if not isinstance(body, dict):
        faults.append(violation("请发送一个 JSON 对象。", "Send a JSON object.", where))
        return {}
    for name in body:
        if name not in known:
            fields = ", ".join(sorted(known))
            faults.append(
                violation(
                    f"没有「{shortened(name)}」这个字段；可用的字段有：{fields}。",
                    f"There is no field {shortened(name)!r}; the fields are: {fields}.",
                    f"{where}/{pointer(str(name))}",
                    shortened(name),
                )
            )
    return body


def day_in(value: object, where: str, faults: list[Finding]) -> date:
    """A day; what is none is added to the faults."""
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    faults.append(
        violation(
            "请写日期，例如 2026-05-04。",
            "Give a date, such as 2026-05-04.",
            where,
            shortened(value),
        )
    )
    return date.min


def choice_faults(value: object, choices: Mapping[str, object], where: str) -> list[Finding]:
    """What is wrong with an id that should be one of these."""
    if isinstance(value, str) and value in choices:
        return []
    offered = ", ".join(sorted(choices))
    return [
        violation(
            f"请从以下编号中选一个：{offered}。",
            f"Choose one of these ids: {offered}.",
            where,
            shortened(value),
        )
    ]


def _some(choices: Mapping[str, object]) -> str:
    return ", ".join(list(choices)[:3])


def pointer(name: str) -> str:
    """A name as it stands in a JSON pointer, shortened."""
    return name[:80].replace("~", "~0").replace("/", "~1")


def refuse(faults: list[Finding]) -> None:
    """Raise RefusedInput when something is wrong."""
    if faults:
        raise RefusedInput(tuple(faults))
