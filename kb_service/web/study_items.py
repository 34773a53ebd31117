"""The items of a study as people read them: each beneath the item of the first level that it is in."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from kb_service.knowledge_base.study_document import Label
from kb_service.study_records.records import Row, StudyRecord
from kb_service.study_records.table_names import ITEMS


@dataclass(frozen=True)
class Item:
    """What a study asks about: its code, and what it is called."""

    code: str
    label: Label


@dataclass(frozen=True)
class ItemGroup:
    """Items within one of the first level; without a heading, those that are within none."""

    heading: Item | None
    items: tuple[Item, ...]


def item_groups(record: StudyRecord, wanted: Container[str]) -> list[ItemGroup]:
    """The items of a study that are wanted, in their groups and order.

    An item that others are within heads them; it is the first among them where it is wanted too.
    """
    rows = record.rows(ITEMS)
    headings = {str(row["within"]) for row in rows if "within" in row}
    groups: dict[str, list[Item]] = {}
    for row in rows:
        code = str(row["code"])
        if code in wanted:
            parent = code if code in headings else str(row.get("within", ""))
            groups.setdefault(parent, []).append(_item(row))
    return _headed(rows, groups)


def item_levels(record: StudyRecord) -> list[ItemGroup]:
    """The items that are compared with each other: of the first level, then those within each."""
    rows = record.rows(ITEMS)
    levels: dict[str, list[Item]] = {}
    for row in rows:
        levels.setdefault(str(row.get("within", "")), []).append(_item(row))
    return _headed(rows, levels)


def _headed(rows: Sequence[Row], groups: Mapping[str, Sequence[Item]]) -> list[ItemGroup]:
    """Groups by the code of what heads them, in the order of the study; first that without any."""
    known = {str(row["code"]): _item(row) for row in rows}
    order = ["", *known]
    return [
        ItemGroup(known.get(code), tuple(groups[code])) for code in sorted(groups, key=order.index)
    ]


def _item(row: Row) -> Item:
    label = {"zh": str(row.get("label_zh", "")), "en": str(row.get("label_en", ""))}
    return Item(str(row["code"]), label)
