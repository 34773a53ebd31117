"""What the drop-downs of a position model's workbook offer, and how a cell shows a choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kb_service.people_records import Choice, RatedDimension, both, spelled_out
from kb_service.position_models.choices import ModelChoices
from kb_service.position_models.fields import Field, Takes
from kb_service.position_models.form_rows import SECTIONS
from kb_service.position_models.json_documents import written_source
from kb_service.sheets.columns import LISTS_SHEET
from kb_service.sheets.lists import write_column

_SHOWN_BY_LABEL = ("tiers", "evidence", "statuses")


class ModelLists:
    """The texts of all choices by list and id; a list is called as in ModelChoices, or by kind."""

    def __init__(self, choices: ModelChoices) -> None:
        self._choices = choices
        self.texts: dict[str, dict[str, str]] = {}
        for name in ("frameworks", "evidence", "statuses", "grades", "sources"):
            self.texts[name] = _shown(getattr(choices, name), name)
        for kind in SECTIONS:
            self.texts[kind] = _shown(choices.of_kind(kind), kind)
            self.texts[f"tiers of {kind}"] = _shown(choices.tiers_for(kind), "tiers")

    def list_for(self, field: Field, kind: str) -> str:
        """The list that a field chooses from; empty when it chooses from none."""
        if field.takes is Takes.DIMENSION:
            return kind
        return f"tiers of {kind}" if field.takes is Takes.TIER else field.choices

    def shown(self, field: Field, kind: str, id: str) -> str:
        """What a cell shows for this id: its labels, or the id itself when it is in no list."""
        if field.choices == "sources":
            id = written_source(id, self._choices.sources)
        return self.texts.get(self.list_for(field, kind), {}).get(id, id)

    def members(self, kind: str) -> list[RatedDimension]:
        """The dimensions of a kind."""
        return list(self._choices.of_kind(kind).values())

    def ranges(self) -> dict[str, str]:
        """By list, the cells of the list sheet that hold it."""
        found = {}
        for number, (name, texts) in enumerate(self.texts.items()):
            letter = chr(ord("A") + number)
            if texts:
                found[name] = f"'{LISTS_SHEET}'!${letter}$2:${letter}${len(texts) + 1}"
        return found

    def write(self, book: Any) -> None:
        """Add the hidden sheet that holds the lists."""
        page = book.create_sheet(LISTS_SHEET)
        page.sheet_state = "hidden"
        for number, (name, texts) in enumerate(self.texts.items(), start=1):
            write_column(page, number, name, texts.values())


def _shown(choices: Mapping[str, Choice], name: str) -> dict[str, str]:
    if name in _SHOWN_BY_LABEL:
        return spelled_out(choices)
    return {id: f"{both(choice)} ({id})" for id, choice in choices.items()}
