"""Resources as JSON documents, each put together from questions; pages show the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from kb_service.access.candidates import ranked
from kb_service.access.view import View
from kb_service.knowledge_base import UnknownThingError

Document = dict[str, Any]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """Some rows of a longer answer, and whether more follow."""

    rows: list[Document]
    limit: int
    offset: int
    more: bool

    @property
    def next_offset(self) -> int | None:
        """Where the next part begins, None at the end."""
        return self.offset + self.limit if self.more else None

    def as_json(self) -> Document:
        """The part as the API shows it."""
        return {
            "rows": self.rows,
            "limit": self.limit,
            "offset": self.offset,
            "nextOffset": self.next_offset,
        }


def counts_withheld() -> dict[str, str]:
    """Why some counts of people are missing from an answer."""
    return {
        "zh": "人数太少的统计不予显示，能推算出它们的统计也不显示。",
        "en": "Counts of too few people are withheld, and so are those from which one could "
        "work them out.",
    }


def shaped(row: Row) -> Document:
    """A row with `x_zh` and `x_en` joined into one text, and names as JSON has them.

    The text takes the name `x`, or `xLabel` where `x` itself is a column, and is None when both
    are.
    """
    shown: Document = {}
    for column, value in row.items():
        stem = column[:-3]
        if column.endswith("_zh"):
            name = _camel(stem) + ("Label" if stem in row else "")
            other = row.get(f"{stem}_en")
            shown[name] = None if value is None and other is None else {"zh": value, "en": other}
        elif not column.endswith("_en"):
            shown[_camel(column)] = value
    return shown


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def part(kb: View, question: str, limit: int, offset: int, **things: str) -> Part:
    """`limit` rows of a question from `offset` on."""
    rows = kb.ask(question, limit=limit + 1, offset=offset, **things).rows
    return Part([shaped(row) for row in rows[:limit]], limit, offset, len(rows) > limit)


def position_models(kb: View) -> list[Document]:
    """Every position model."""
    return [shaped(row) for row in kb.ask("position-models").rows]


def position_model(kb: View, model: str) -> Document:
    """A position model with its duties and requirements."""
    rows = kb.ask("position-model", model=model).rows
    if not rows:
        raise UnknownThingError("model", model)
    duties = kb.ask("duties-of-model", model=model).rows
    requirements = kb.ask("requirements-of-model", model=model).rows
    return shaped(rows[0]) | {
        "duties": [shaped(row) for row in duties],
        "requirements": [shaped(row) for row in requirements],
    }


@dataclass(frozen=True)
class Candidates:
    """Some of the people judged for a position, and how many there are of them."""

    part: Part
    total: int


def candidates(
    kb: View, model: str, narrowed: Mapping[str, str], limit: int, offset: int
) -> Candidates:
    """The people judged for a position, best fit first; see `ranked` for what narrows them."""
    found = ranked(kb, model, narrowed, limit, offset)
    rows = [with_coverage(shaped(row)) for row in found.answer.rows]
    return Candidates(Part(rows, limit, offset, offset + limit < found.total), found.total)


def people(kb: View, limit: int, offset: int) -> Part:
    """Who is in here."""
    return part(kb, "people", limit, offset)


def person(kb: View, person: str) -> Document:
    """Who somebody is, the posts they are a candidate for, contact, and how they were assessed."""
    rows = kb.ask("person", person=person).rows
    if not rows:
        raise UnknownThingError("person", person)
    shown = shaped(rows[0])
    shown["candidateFor"] = _candidate_for(rows)
    entry = kb.entry(person)
    shown["contact"] = dict(entry.contact) if entry else {}
    shown["assessments"] = [
        shaped(row) for row in kb.ask("assessments-of-person", person=person).rows
    ]
    return shown


def _candidate_for(rows: list[dict[str, Any]]) -> list[str]:
    found = (row["candidate_for"] for row in rows)
    return list(dict.fromkeys(position for position in found if position))


def fits(kb: View, person: str) -> list[Document]:
    """How somebody fits each position, best first."""
    rows = kb.ask("fits-of-person", person=person).rows
    return [with_coverage(shaped(row)) for row in rows]


def fit(kb: View, person: str, model: str, as_of: date | None = None) -> Document:
    """How somebody fits a position, with everything the judgement rests on."""
    try:
        return kb.fit(person, model, as_of)
    except UnknownThingError:
        raise
    except LookupError as error:
        raise UnknownThingError("verdict on this model for person", person) from error


def training_plan(fit: Document) -> Document:
    """The trainings of a fit in order, with what they take and what they leave open."""
    steps = [training for training in fit["trainings"] if training["step"] is not None]
    return {
        "person": fit["person"],
        "model": fit["model"],
        "asOf": fit["asOf"],
        "steps": [{"order": number, **step} for number, step in enumerate(steps, start=1)],
        "hours": fit["planHours"],
        "alternatives": [training for training in fit["trainings"] if training["step"] is None],
        "openGaps": fit["openGaps"],
    }


def with_coverage(row: Document) -> Document:
    """The row with known and total weight as coverage, which is what people read."""
    rest = dict(row)
    known, total = (Decimal(str(rest.pop(name))) for name in ("knownWeight", "totalWeight"))
    return rest | {
        "coverage": _tenth(known / total),
        "coveragePercent": _tenth(100 * known / total),
    }


def _tenth(value: Decimal) -> float:
    return float(value.quantize(Decimal("0.1"), ROUND_HALF_UP))
