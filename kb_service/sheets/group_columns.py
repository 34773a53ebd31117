"""From the bytes of a file that puts people in groups to the group of each, or to every fault in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from kb_service.people_records import Unreadable, plain
from kb_service.sheets.cells import CellValue, is_empty, read_id, read_text, shown
from kb_service.sheets.header_rows import header_rows
from kb_service.sheets.places import EnoughFaults, Faults, Place
from kb_service.sheets.tables import Row, Table, open_tables, refuse

MOST_GROUPS = 50
"""More would be no groups but a column of something else."""
LONGEST_NAME = 80
_LABELS = {
    "person": ("工号", "人员编号", "人员", "员工编号", "person", "person id", "id"),
    "group": ("组别", "组", "群体", "分组", "group"),
}
_KNOWN = {plain(label): key for key, labels in _LABELS.items() for label in labels}
_NAMES = {"person": ("工号", "person"), "group": ("组别", "group")}


def read_groups(data: bytes, filename: str) -> dict[str, str]:
    """The group of each person in the first sheet that has a column of both.

    Raises RefusedInput with the place of every fault.
    """
    reading = _Reading()
    with open_tables(data, filename) as tables:
        for table in tables:
            header = None if table.hidden else _header(table)
            if header is not None:
                reading.read(table, *header)
                return reading.groups
    raise refuse(
        "找不到“工号”和“组别”两列；请在首行写明这两个列名，下面每行写一个人。",
        "There are no columns person and group; name both in the first row, with a person in each "
        "row below.",
    )


def _header(table: Table) -> tuple[int, dict[str, int]] | None:
    """The number of the header's last row, and the column of each key."""
    rows = header_rows(table, _KNOWN, ("person", "group"))
    columns: dict[str, int] = {}
    for row in rows:
        for index, value in enumerate(row.values):
            key = _KNOWN.get(plain(value)) if isinstance(value, str) else None
            if key:
                columns.setdefault(key, index)
    return (rows[-1].number, columns) if len(columns) == len(_LABELS) else None


@dataclass
class _Reading:
    """The groups as they are read, and the faults found."""

    groups: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    faults: Faults = field(default_factory=Faults)

    def read(self, table: Table, header: int, columns: dict[str, int]) -> None:
        """Take what is below the header. Raises RefusedInput with every fault."""
        try:
            for row in table.rows():
                if row.number > header:
                    self._take(table, row, columns)
        except EnoughFaults:
            pass
        self.faults.refuse()
        if not self.groups:
            raise refuse("表里没有人。", "There is nobody in the table.")

    def _take(self, table: Table, row: Row, columns: dict[str, int]) -> None:
        values = {key: _value(row, index) for key, index in columns.items()}
        if all(map(is_empty, values.values())):
            return
        read = {}
        for key, parse in (("person", read_id), ("group", _group_name)):
            place = Place(table.name, row.number, columns[key] + 1, *_NAMES[key])
            try:
                read[key] = parse(values[key])
            except Unreadable as fault:
                self.faults.add(place.fault(fault.zh, fault.en, shown(values[key])))
        if len(read) == len(columns):
            self._enter(Place(table.name, row.number), read["person"], read["group"])

    def _enter(self, place: Place, person: str, group: str) -> None:
        if self.groups.setdefault(person, group) != group:
            self.faults.add(
                place.fault(
                    "同一个人写了两个不同的组；请只留一个。",
                    "This person is in two groups; leave one of them.",
                )
            )
        self.names.add(group)
        if len(self.names) > MOST_GROUPS:
            self.faults.add(
                place.fault(
                    f"组多于 {MOST_GROUPS} 个；请换一列，或合并成较大的组。",
                    f"There are more than {MOST_GROUPS} groups; give another column, or larger groups.",
                )
            )
            raise EnoughFaults


def _value(row: Row, index: int) -> CellValue:
    return row.values[index] if index < len(row.values) else None


def _group_name(value: CellValue) -> str:
    if is_empty(value):
        raise Unreadable(
            "没有写组别；请填写，或删去这一行。", "There is no group; give one, or remove the row."
        )
    name = " ".join(read_text(value).split())
    if len(name) > LONGEST_NAME:
        raise Unreadable(
            f"组名超过 {LONGEST_NAME} 个字；请写短一些。",
            f"The name of the group is longer than {LONGEST_NAME} characters; shorten it.",
        )
    return name
