"""What the page of a study shows, whatever kind of study it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from kb_service.access.studies import Studies, told_of
from kb_service.access.view import View
from kb_service.knowledge_base.study_document import Label, Row, StudyConclusions
from kb_service.study_records.kinds import KINDS
from kb_service.study_records.table_names import (
    EXPERTS,
    PERFORMERS,
    RATERS,
    RESPONDENTS,
)
from kb_service.web.answers import Document, shaped
from kb_service.web.study_figures import Figures
from kb_service.web.study_items import ItemGroup, item_groups, item_levels

_TOOK_PART = (EXPERTS, PERFORMERS, RESPONDENTS, RATERS)
"""The tables that list whoever was asked; of them a page tells only how many there are."""
_OF_ITEMS = frozenset({"mean", "frequency-excellent", "answer-mean", "level-median", "approval"})


@dataclass(frozen=True)
class StudyPage:
    """A study with its figures, its items in order, and what was decided by which cuts."""

    found: StudyConclusions
    study: Document
    """The study as the API tells it, with what was decided."""
    figures: Figures
    cuts: list[Document]
    """The cuts that figures of the study were held against."""
    grades: list[Document]
    """Every grade, the best first."""
    history: list[Row]

    @cached_property
    def groups(self) -> list[ItemGroup]:
        """The items that were rated, asked, seen or voted on themselves."""
        wanted = {row["item"] for row in self.figures.rows if row["kind"] in _OF_ITEMS}
        return item_groups(self.found.record, wanted)

    @cached_property
    def levels(self) -> list[ItemGroup]:
        """All items, each among those that it is compared with."""
        return item_levels(self.found.record)

    def label_of(self, item: str) -> Label | None:
        """What an item is called."""
        return self.found.item_label(item)

    def suggested(self, what: str, item: str) -> Row | None:
        """What is suggested for an item, or said of it, under one of the names that the API has."""
        return next((row for row in self.study[what] if row["item"] == item), None)

    def table_name(self, table: str) -> Label:
        """What a table of the study is called."""
        plan = self.found.record.kind.table(table)
        return {"zh": plan.zh, "en": plan.en}


def took_part(study: Document) -> list[tuple[Label, int]]:
    """How many took part in a study, by what they are called; nothing of a table without anybody."""
    return [
        ({"zh": plan.zh, "en": plan.en}, study["rows"][plan.name])
        for plan in KINDS[study["kind"]].tables
        if plan.name in _TOOK_PART and study["rows"][plan.name]
    ]


def study_page(view: View, study: str) -> StudyPage:
    """A study as its page shows it. Raises UnknownThingError, and NotAllowed to who may not read it."""
    seen = Studies(view)
    found = seen.conclusions(study)
    rows = found.statistics()
    against = {cut["cut"] for row in rows for cut in row["cuts"]}
    cuts = map(shaped, view.ask("cuts-of-studies").rows)
    return StudyPage(
        found,
        told_of(found),
        Figures(rows),
        [row for row in cuts if row["id"] in against],
        list(map(shaped, view.ask("grades").rows)),
        seen.history(study),
    )
