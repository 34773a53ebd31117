"""Draws the expert meeting of the example: fictional votes on levels, standards and targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kb_service.people_records import Choice
from kb_service.study_records.kinds import KINDS
from kb_service.study_records.records import Row, StudyRecord
from tools.example_people import Chance
from tools.example_studies import (
    Indicator,
    about_study,
    codes_of,
    expert_row,
    headings,
    indicator_items,
)

EXPERTS = 12
_DIVIDED = "multitasking-skill"
"""On whose level the meeting does not agree."""
_DISPUTED = ("affinity-trait", "A")
"""The standard that too few are in favour of."""
_REJECTED = "average-handling-time"
"""The result whose figures too few are in favour of."""
_GRADES = "EDCBA"


@dataclass(frozen=True)
class Figures:
    """What a result has to reach."""

    threshold: Decimal
    target: Decimal
    stretch: Decimal


def expert_meeting(
    indicators: Sequence[Indicator],
    groups: Sequence[Choice],
    standards: Mapping[tuple[str, str], Mapping[str, str]],
    results: Mapping[str, Figures],
) -> StudyRecord:
    """The meeting that settles levels, standards of behaviour and the figures of results."""
    chance = Chance("studies", "meeting")
    experts = codes_of("E", EXPERTS)
    return StudyRecord(
        KINDS["meeting"],
        {
            "study": [
                about_study(
                    "csr-meeting",
                    "客服代表绩效目标与标准会议",
                    "Meeting on the standards of customer service representatives",
                    date(2026, 7, 3),
                )
            ],
            "experts": [expert_row(chance, code) for code in experts],
            "items": [*headings(groups), *indicator_items(indicators)],
            "levels": [
                {"expert": expert, "item": each.dimension.id, "grade": grade}
                for place, each in enumerate(indicators)
                for expert in experts
                for grade in [_level(chance, each.dimension.id, place)]
            ],
            "standards": [
                {
                    "item": item,
                    "grade": grade,
                    "behaviour_zh": standards[item, grade]["zh"],
                    "behaviour_en": standards[item, grade]["en"],
                    "in_favour": _in_favour(chance, (item, grade) == _DISPUTED),
                }
                for item in (each.dimension.id for each in indicators)
                for grade in _GRADES
            ],
            "targets": [_target(chance, kpi, figures) for kpi, figures in results.items()],
        },
    )


def _level(chance: Chance, item: str, place: int) -> str:
    """A grade near the one that most ask for; the panel held the first ones most important."""
    if item == _DIVIDED:
        return chance.pick("EEDBAA")
    middle = 4.7 - 0.055 * (place * 7 % 23) + chance.bell(0.3)
    return _GRADES[min(5, max(1, round(middle))) - 1]


def _in_favour(chance: Chance, disputed: bool) -> Decimal:
    return Decimal("7" if disputed else chance.pick(("10", "11", "12")))


def _target(chance: Chance, kpi: str, figures: Figures) -> Row:
    """The figures that hold already, and a target that is a little nearer to the stretch."""
    nearer = (figures.target * 4 + figures.stretch) / 5
    return {
        "kpi": kpi,
        "threshold": figures.threshold,
        "target": nearer.quantize(Decimal("0.1")),
        "stretch": figures.stretch,
        "in_favour": _in_favour(chance, kpi == _REJECTED),
    }
