"""What pages show of experts who meet: votes for levels, standards of behaviour, targets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from kb_service.knowledge_base.study_document import Label
from kb_service.study_records.records import number_in
from kb_service.study_records.table_names import LEVELS, STANDARDS, TARGETS
from kb_service.web.study_documents import StudyPage


@dataclass(frozen=True)
class Standard:
    """A proposed standard of behaviour for a grade, how many were in favour, and what came of it."""

    grade: str
    behaviour: Label
    in_favour: float
    adopted: bool


@dataclass(frozen=True)
class Target:
    """The figures that were proposed for a key performance indicator, and what came of them."""

    kpi: str
    threshold: float
    target: float
    stretch: float
    in_favour: float
    adopted: bool


@dataclass(frozen=True)
class MeetingPart:
    """What a meeting voted on."""

    page: StudyPage

    @cached_property
    def votes(self) -> dict[str, Counter[str]]:
        """By item and grade, how many experts ask for it."""
        found: dict[str, Counter[str]] = {}
        for row in self.page.found.record.rows(LEVELS):
            found.setdefault(str(row["item"]), Counter())[str(row["grade"])] += 1
        return found

    @cached_property
    def standards(self) -> dict[str, list[Standard]]:
        """By item, the standards that were proposed, those of better grades first."""
        adopted = {(row["item"], row["grade"]) for row in self.page.study["standards"]}
        order = [grade["id"] for grade in self.page.grades]
        found: dict[str, list[Standard]] = {}
        for row in self.page.found.record.rows(STANDARDS):
            item, grade = str(row["item"]), str(row["grade"])
            behaviour = {code: str(row.get(f"behaviour_{code}", "")) for code in ("zh", "en")}
            standard = Standard(
                grade, behaviour, number_in(row, "in_favour"), (item, grade) in adopted
            )
            found.setdefault(item, []).append(standard)
        return {
            item: sorted(standards, key=lambda each: order.index(each.grade))
            for item, standards in found.items()
        }

    @cached_property
    def targets(self) -> list[Target]:
        """The targets that were proposed."""
        adopted = {row["kpi"] for row in self.page.study["targets"]}
        return [
            Target(
                str(row["kpi"]),
                number_in(row, "threshold"),
                number_in(row, "target"),
                number_in(row, "stretch"),
                number_in(row, "in_favour"),
                str(row["kpi"]) in adopted,
            )
            for row in self.page.found.record.rows(TARGETS)
        ]
