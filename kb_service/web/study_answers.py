"""What pages show of those who do the work: interviews, questionnaires, appraisals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from kb_service.study_records.table_names import CODERS, ITEMS
from kb_service.web.study_documents import StudyPage


@dataclass(frozen=True)
class InterviewPart:
    """Who coded interviews, and which competencies the excellent show more often."""

    page: StudyPage

    @cached_property
    def candidates(self) -> frozenset[str]:
        """The competencies that set excellent performers apart."""
        return frozenset(row["item"] for row in self.page.study["candidates"])

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """Every two coders whose codes were compared."""
        every = combinations(self.page.found.record.codes(CODERS), 2)
        return [pair for pair in every if self.page.figures.of("cohen-kappa", by=pair)]


@dataclass(frozen=True)
class QuestionnairePart:
    """How the items of a questionnaire hang together."""

    page: StudyPage

    @cached_property
    def factors(self) -> range:
        """The numbers of the factors that were found; none where there is no solution."""
        loadings = self.page.figures.every("loading")
        return range(1, 1 + max((row["factor"] for row in loadings), default=0))

    @cached_property
    def items(self) -> int:
        """How many items were answered."""
        return sum(len(group.items) for group in self.page.groups)

    @cached_property
    def main_factors(self) -> dict[str, int]:
        """By item, the factor on which it loads most."""
        found: dict[str, tuple[float, int]] = {}
        for row in self.page.figures.every("loading"):
            here = abs(row["value"]), row["factor"]
            found[row["item"]] = max(found.get(row["item"], here), here)
        return {item: factor for item, (_, factor) in found.items()}


@dataclass(frozen=True)
class FuzzyPart:
    """An appraisal in grades that overlap: how far it belongs to each."""

    page: StudyPage

    @cached_property
    def weights(self) -> dict[str, float]:
        """By item, the weight that it was given."""
        rows = self.page.found.record.rows(ITEMS)
        return {str(row["code"]): float(str(row["weight"])) for row in rows}

    def shares(self, item: str) -> list[tuple[str, float]]:
        """By grade, how much of a bar its membership takes; memberships may sum to more than 1."""
        of_grade = {
            str(row["grade"]): float(row["value"])
            for row in self.page.figures.every("membership")
            if (row["item"] or "") == item and row["value"] is not None
        }
        whole = max(1.0, sum(of_grade.values()))
        grades = [str(grade["id"]) for grade in self.page.grades]
        return [(grade, of_grade.get(grade, 0.0) / whole) for grade in grades]
