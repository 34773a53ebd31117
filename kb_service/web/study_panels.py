"""What pages show of experts who rate items in rounds, or compare them in pairs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from kb_service.knowledge_base.study_document import Row, last_round
from kb_service.study_records.records import number_in
from kb_service.study_records.table_names import EXPERTS, ROUNDS
from kb_service.web.delphi_drawing import ConsensusDrawing, consensus_drawing
from kb_service.web.study_documents import StudyPage
from kb_service.web.study_figures import missed
from kb_service.web.study_items import ItemGroup


@dataclass(frozen=True)
class DelphiPart:
    """The rounds of a panel, and what became of each item."""

    page: StudyPage

    @cached_property
    def rounds(self) -> list[str]:
        """The rounds in their order."""
        return sorted(self.page.found.record.codes(ROUNDS), key=int)

    @cached_property
    def latest(self) -> dict[str, Row]:
        """By item, what the last round that asked about it decided."""
        return {row["item"]: row for row in self.page.study["decisions"]}

    @cached_property
    def tiers(self) -> dict[str, str]:
        """By item, the tier that the last round suggests."""
        return self.page.found.tiers(last_round(self.page.found.record))

    @cached_property
    def consensus(self) -> ConsensusDrawing | None:
        """How the items moved from round to round, None where nobody rated any."""
        return consensus_drawing(
            self.page.figures,
            self.page.groups,
            self.rounds,
            self.latest,
            {row["statistic"]: float(row["value"]) for row in self.page.cuts},
            number_in(self.page.found.record.about, "highest"),
        )


@dataclass(frozen=True)
class ComparisonPart:
    """What was compared in pairs, and where comparisons contradict each other."""

    page: StudyPage

    @cached_property
    def compared(self) -> list[ItemGroup]:
        """The groups of items that can be compared: those of more than one."""
        return [level for level in self.page.levels if len(level.items) > 1]

    @cached_property
    def greatest_weight(self) -> float:
        """The greatest weight on the whole among items that no others are within."""
        headings = {level.heading.code for level in self.page.levels if level.heading}
        weights = self.page.figures.every("global-weight")
        known = (row["value"] for row in weights if row["item"] not in headings)
        return max((value for value in known if value is not None), default=0.0)

    @cached_property
    def experts(self) -> list[str]:
        """The codes of the experts whose comparisons have a consistency ratio."""
        ratios = self.page.figures.every("consistency-ratio")
        compared = {code for row in ratios for code in row["participants"]}
        return [code for code in self.page.found.record.codes(EXPERTS) if code in compared]

    @cached_property
    def contradictions(self) -> list[tuple[str, list[Row]]]:
        """Each expert with comparisons that miss the cut, with what departs most from their weights."""
        ratios = missed(self.page.figures.every("consistency-ratio"))
        unsure = {code for row in ratios for code in row["participants"]}
        departing = self.page.figures.every("judgement-deviation")
        return [
            (code, [row for row in departing if row["participants"] == [code]])
            for code in self.experts
            if code in unsure
        ]
