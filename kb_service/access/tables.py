"""Answers to questions as one caller may see them: people by id and name, or by pseudonym."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from kb_service.access.names import Names, Shown
from kb_service.knowledge_base.answers import Answer, Value, columns_of
from kb_service.questions import Question

Row = dict[str, Value]

NAME = "name"
"""The column that follows the one that holds people."""


def sorted_before_people(question: Question) -> list[str] | None:
    """The columns that rows are sorted by before they are sorted by people.

    None when they are not sorted by people. What else they are sorted by must be settled by these.
    """
    _, _, order = question.text.rpartition("ORDER BY")
    columns = columns_of(question)
    sorted_by = [name for name in re.findall(r"\?(\w+)", order) if name in columns]
    if not question.people or question.people not in sorted_by:
        return None
    return sorted_by[: sorted_by.index(question.people)]


def keys_in(answer: Answer) -> list[str]:
    """The pseudonyms of the people in an answer."""
    column = answer.question.people
    return list(dict.fromkeys(str(row[column]) for row in answer.rows)) if column else []


def as_seen(answer: Answer, names: Names) -> Answer:
    """The answer with people as the caller sees them, and a column for their names.

    People whom only their ids tell apart stand in the order of the ids that the caller sees.
    """
    column = answer.question.people
    if not column:
        return answer
    shown = names.shown(keys_in(answer))
    rows = [_seen(row, column, shown[str(row[column])]) for row in answer.rows]
    place = answer.columns.index(column) + 1
    columns = (*answer.columns[:place], NAME, *answer.columns[place:])
    before = sorted_before_people(answer.question)
    if before is not None:
        rows = list(_sorted_within(rows, before, column))
    return replace(answer, columns=columns, rows=rows)


def _seen(row: Mapping[str, Value], column: str, shown: Shown) -> Row:
    found: Row = {}
    for name, value in row.items():
        found[name] = value
        if name == column:
            found |= {column: shown.id, NAME: shown.name}
    return found


def _sorted_within(rows: Sequence[Row], before: Sequence[str], column: str) -> Iterable[Row]:
    for _, run in groupby(rows, key=lambda row: [row[name] for name in before]):
        yield from sorted(run, key=lambda row: str(row[column]))
