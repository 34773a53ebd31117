"""Several people for one position, or one person for several positions, as one JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb_service.access.view import View
from kb_service.web import answers
from kb_service.web.answers import Document
from kb_service.web.problems import Problem

MOST_COMPARED = 6
"""Columns that stand beside each other and can still be read."""
OF_EACH = (
    "person",
    "model",
    "verdict",
    "verdictLabel",
    "verdictRule",
    "fit",
    "coverage",
    "coveragePercent",
    "parts",
    "reasons",
    "planHours",
    "contested",
    "assumptions",
    "conclusion",
)
OF_A_CELL = ("tier", "required", "rating", "gap", "excess", "weight", "minimum", "conclusion")


@dataclass(frozen=True)
class Asked:
    """Whom and what to compare: one person or one position, and up to six of the other."""

    people: Sequence[str]
    models: Sequence[str]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Each person with each position."""
        return [(person, model) for person in self.people for model in self.models]


def asked_for(people: Sequence[str], models: Sequence[str]) -> Asked:
    """What a request asks to compare, each of it once.

    Raises Problem 400 where it is several of both, none of either, or more than fit side by side.
    """
    found = Asked(*(tuple(dict.fromkeys(filter(None, given))) for given in (people, models)))
    if not found.pairs or len(found.pairs) > MOST_COMPARED or min(map(len, _both(found))) > 1:
        raise Problem(
            400,
            f"请给出一个岗位（model）和至多 {MOST_COMPARED} 个人（person），"
            f"或一个人和至多 {MOST_COMPARED} 个岗位。",
            f"Give one position (`model`) and up to {MOST_COMPARED} people (`person`), "
            f"or one person and up to {MOST_COMPARED} positions.",
        )
    return found


def _both(asked: Asked) -> tuple[Sequence[str], Sequence[str]]:
    return asked.people, asked.models


def comparison(view: View, asked: Asked) -> Document:
    """Each pair as a column, and each dimension that any of them asks for as a row of cells.

    A cell is None where the position of its column does not ask for the dimension. Raises
    UnknownThingError for somebody, or a position, that the caller does not know.
    """
    view.prepare(asked.people)
    fits = [answers.fit(view, *pair) for pair in asked.pairs]
    return {
        "columns": [_column(view, fit) for fit in fits],
        "rows": _rows(fits),
    }


def _column(view: View, fit: Document) -> Document:
    known = view.introduction(fit["person"])
    return {
        "name": known.name if known else None,
        **{field: fit[field] for field in OF_EACH},
        "openGaps": len(fit["openGaps"]),
    }


def _rows(fits: Sequence[Document]) -> list[Document]:
    """The dimensions in the order of the first position that asks for them, part by part."""
    by_column = [{one["dimension"]: one for one in fit["requirements"]} for fit in fits]
    about = {each: one for of in reversed(by_column) for each, one in of.items()}
    order = list(dict.fromkeys(each for of in by_column for each in of))
    parts = list(fits[0]["parts"])
    order.sort(key=lambda each: parts.index(about[each]["part"]))
    return [
        {
            "dimension": each,
            "label": about[each]["label"],
            "part": about[each]["part"],
            "cells": [_cell(of.get(each)) for of in by_column],
        }
        for each in order
    ]


def _cell(requirement: Document | None) -> Document | None:
    return None if requirement is None else {field: requirement[field] for field in OF_A_CELL}
