"""Answers to a questionnaire as a table: which respondents and items count, and how they vary together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import combinations, combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from kb_service.studies.computable import computable_cells
from kb_service.studies.listing import listed
from kb_service.studies.results import Reason

Array = NDArray[np.float64]
Answers = Mapping[str, Mapping[str, float]]
"""By respondent, the answers they gave, by item. What is not there was not answered."""


class MissingAnswers(Enum):
    """Whom to count where answers are missing.

    Listwise counts those who answered every item; pairwise counts, for each pair of items, all who
    answered both.
    """

    LISTWISE = "listwise"
    PAIRWISE = "pairwise"


@dataclass(frozen=True, eq=False)
class AnswerTable:
    """The answers that count, a row for each respondent, a column for each item that varies.

    `why` is the reason why nothing can be computed from them, where there is one; `remarks` say who
    and what was left out. A missing answer is NaN. `constant` has the items that were left out because
    everybody who counts gave the same answer, with that answer.
    """

    items: tuple[str, ...]
    respondents: tuple[str, ...]
    values: Array
    remarks: tuple[Reason, ...]
    why: Reason | None
    constant: Mapping[str, float]

    @property
    def fewest(self) -> int:
        """How many respondents answered that pair of items, or one item, which fewest answered."""
        answered = (~np.isnan(self.values)).astype(np.int64)
        return int((answered.T @ answered).min()) if answered.size else len(self.respondents)


def answer_table(answers: Answers, items: Sequence[str], missing: MissingAnswers) -> AnswerTable:
    """The answers to these items without those that say nothing: unanswered or always the same."""
    usable, unusable = computable_cells(answers)
    values = np.array(
        [[given.get(item, np.nan) for item in items] for given in usable.values()],
        dtype=np.float64,
    ).reshape(len(answers), len(items))
    respondents, names = np.array(list(answers), dtype=object), np.array(items, dtype=object)
    remarks = list(unusable)

    answered = ~np.isnan(values).all(axis=0)
    if not answered.all() and len(answers):
        remarks.append(_unanswered(names[~answered]))
    values, names = values[:, answered], names[answered]

    gaps = np.isnan(values)
    counted = ~gaps.any(axis=1) if missing is MissingAnswers.LISTWISE else ~gaps.all(axis=1)
    if not counted.all():
        remarks.append(_left_out(respondents[~counted], missing))
    values, respondents = values[counted], respondents[counted]
    if np.isnan(values).any():
        remarks.append(_PAIRWISE)

    varying = np.array([_varies(column) for column in values.T], dtype=bool)
    if len(respondents) > 1 and not varying.all():
        remarks.append(_constant(names[~varying]))
    why = _impossible(len(respondents), varying) or _strangers(values[:, varying], names[varying])
    return AnswerTable(
        tuple(names[varying]),
        tuple(respondents),
        values[:, varying],
        tuple(remarks),
        why,
        {
            item: float(np.nanmin(column))
            for item, column in zip(names[~varying], values.T[~varying], strict=True)
            if not np.isnan(column).all()
        },
    )


def covariance_matrix(table: AnswerTable) -> Array:
    """How the items vary together: sample covariances, each over all who answered both items."""
    if not np.isnan(table.values).any():
        return np.atleast_2d(np.cov(table.values, rowvar=False))
    return _by_pairs(table.values, lambda first, second: float(np.cov(first, second)[0, 1]))


def correlation_matrix(table: AnswerTable) -> Array:
    """Pearson's correlations, each over all who answered both items.

    NaN where those who answered both always gave the same answer to one of them.
    """

    if not np.isnan(table.values).any():
        matrix = np.atleast_2d(np.corrcoef(table.values, rowvar=False))
        np.fill_diagonal(matrix, 1.0)
        return matrix

    def correlation(first: Array, second: Array) -> float:
        if not (_varies(first) and _varies(second)):
            return float("nan")
        return float(np.clip(np.corrcoef(first, second)[0, 1], -1.0, 1.0))

    matrix = _by_pairs(table.values, correlation)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def _by_pairs(values: Array, together: Callable[[Array, Array], float]) -> Array:
    """A symmetric matrix of what holds of each two columns, over the rows where both are there."""
    size = values.shape[1]
    matrix = np.empty((size, size))
    for row, column in combinations_with_replacement(range(size), 2):
        both = ~np.isnan(values[:, [row, column]]).any(axis=1)
        found = together(values[both, row], values[both, column])
        matrix[row, column] = matrix[column, row] = found
    return matrix


def _varies(column: Array) -> bool:
    present = column[~np.isnan(column)]
    return present.size > 1 and bool(present.min() < present.max())


def _impossible(respondents: int, varying: NDArray[np.bool_]) -> Reason | None:
    """Why the answers cannot be put in relation, by how many there are."""
    if respondents == 0:
        return _NOBODY
    if respondents == 1:
        return _ONE_RESPONDENT
    if not varying.any():
        return _ALL_EQUAL
    if varying.sum() == 1:
        return _ONE_ITEM
    return None


def _strangers(values: Array, items: NDArray[np.object_]) -> Reason | None:
    """That two items have hardly anybody in common who answered both."""
    for row, column in combinations(range(len(items)), 2):
        if (~np.isnan(values[:, [row, column]])).all(axis=1).sum() < 2:
            return Reason(
                "items-without-common-respondents",
                f"同时回答“{items[row]}”和“{items[column]}”的不足两人，无从计算两者的关系；"
                "请补齐答卷或去掉其中一题。",
                f"Fewer than two people answered both {items[row]} and {items[column]}, so how they "
                "go together is not known. Complete the answers or leave one item out.",
            )
    return None


_NOBODY = Reason(
    "no-respondents",
    "没有一份可用的答卷；请检查缺失的答案，或改用成对删除。",
    "No respondent's answers can be counted; look at what is missing, or leave out by pairs.",
)
_ONE_RESPONDENT = Reason(
    "one-respondent-only",
    "只有一份可用的答卷，答案之间没有差异可言；至少需要两份。",
    "Only one respondent's answers can be counted, and it takes at least two to differ.",
)
_ALL_EQUAL = Reason(
    "answers-all-equal",
    "每一题所有人的答案都相同，没有差异可供分析。",
    "Everybody gave the same answer to every item: there is nothing that varies.",
)
_ONE_ITEM = Reason(
    "one-item-only",
    "只有一题的答案有差异，至少需要两题。",
    "Only one item has answers that differ, and it takes at least two.",
)
_PAIRWISE = Reason(
    "missing-left-out-by-pairs",
    "有缺失的答案：每两题各按同时作答的人计算（成对删除），各题的人数因此不同。",
    "Answers are missing: each two items count all who answered both (pairwise), so numbers of "
    "respondents differ.",
)


def _unanswered(items: NDArray[np.object_]) -> Reason:
    zh, en = listed(items)
    return Reason(
        "items-not-answered",
        f"没有人回答、因此未计入的题目：{zh}。",
        f"Items left out because nobody answered them: {en}.",
    )


def _constant(items: NDArray[np.object_]) -> Reason:
    zh, en = listed(items)
    return Reason(
        "items-without-variance",
        f"所有人答案相同、因此未计入的题目：{zh}。",
        f"Items left out because everybody gave the same answer: {en}.",
    )


def _left_out(respondents: NDArray[np.object_], missing: MissingAnswers) -> Reason:
    zh, en = listed(respondents)
    if missing is MissingAnswers.LISTWISE:
        return Reason(
            "respondents-left-out",
            f"有题目未答、因此未计入的答卷（成列删除）：{zh}。",
            f"Respondents left out because they did not answer every item (listwise): {en}.",
        )
    return Reason(
        "respondents-without-answers",
        f"一题未答、因此未计入的答卷：{zh}。",
        f"Respondents left out because they answered nothing: {en}.",
    )
