"""How much a workbook holds, counted in its parts before any of them is read into memory."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Container, Mapping
from contextlib import suppress
from dataclasses import dataclass
from xml.parsers import expat

from kb_service.findings import RefusedInput
from kb_service.sheets.places import Place

MAX_SHEETS = 200
MAX_ROWS = 50_000
"""In one sheet."""
MAX_CELLS = 500_000
"""In all sheets, blank ones to the left of others included."""
MAX_OTHERS = 200_000
"""Of any other kind of thing in one part of the workbook, such as different texts or formats."""
_DEEPEST = 100
_MOST_KINDS = 1_000
_PORTION = 64 * 1024
_WORKBOOK = "xl/workbook.xml"
_WORKBOOK_LINKS = "xl/_rels/workbook.xml.rels"
_IN_CELLS = frozenset({"c", "f", "is", "t", "v"})
_OWN_PARTS = (".xml", ".rels")
_LETTERS = re.compile(r"[A-Za-z]{1,3}")


@dataclass(frozen=True)
class _Excess:
    """What there is too much of, in either language, and the most there may be."""

    zh: str
    en: str
    most: int


_SHEETS = _Excess("工作表数量", "sheets", MAX_SHEETS)
_ROWS = _Excess("行数（含空行）", "rows, blank ones included", MAX_ROWS)
_CELLS = _Excess("单元格总数（含空格）", "cells, blank ones included", MAX_CELLS)
_TEXTS = _Excess("不同文本的数量", "different texts", MAX_OTHERS)


class BrokenPart(Exception):
    """A part is nothing that a workbook may have."""


class _TooMuch(Exception):
    def __init__(self, excess: _Excess) -> None:
        self.excess = excess


def check_extent(archive: zipfile.ZipFile) -> None:
    """Nothing, when a workbook has no more rows, cells and texts than can be read in seconds.

    Counting stops where the first limit is passed, and so is cheap whatever there is. Raises
    RefusedInput with the sheet and the limit, BrokenPart, and what zipfile raises.
    """
    counts = _Counts(archive)
    described = {_WORKBOOK_LINKS, _WORKBOOK}.intersection(archive.namelist())
    for name in described:
        counts.add(name)
    titles = _titles(archive, described)
    for name in dict.fromkeys(archive.namelist()):
        if name not in described:
            counts.add(name, titles.get(name, ""))


def _refusal(sheet: str, excess: _Excess) -> RefusedInput:
    finding = Place(sheet).fault(
        f"{excess.zh}超过 {excess.most}；请删去多余内容，或分成几个文件上传。",
        f"There are more than {excess.most} {excess.en}; remove what is not needed, or split the "
        "file into several.",
    )
    return RefusedInput((finding,))


class _Counts:
    """How many cells there are so far, those included that are passed over to reach another."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._cells = 0

    def add(self, name: str, sheet: str = "") -> None:
        """Count what is in one part, or as much of it as may be. Raises as `check_extent` does."""
        part = _Part(self._add_cells)
        try:
            _parse(self._archive, name, part.begin, part.end)
        except _TooMuch as found:
            raise _refusal(sheet, found.excess) from found

    def _add_cells(self, count: int) -> None:
        self._cells += count
        if self._cells > MAX_CELLS:
            raise _TooMuch(_CELLS)


class _Part:
    """Counts what one part is made of, without keeping anything of it."""

    def __init__(self, add_cells: Callable[[int], None]) -> None:
        self._add_cells = add_cells
        self._elements: Counter[str] = Counter()
        self._depth = 0
        self._column = 0
        self._rows = 0

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Count the beginning of an element."""
        self._depth += 1
        if self._depth > _DEEPEST or len(self._elements) > _MOST_KINDS:
            raise BrokenPart
        name = name.rpartition(":")[2]
        if name == "c":
            self._column = _column(attributes.get("r", "")) or self._column + 1
        elif name == "row":
            self._column = 0
            self._rows += 1
            if self._rows > MAX_ROWS:
                raise _TooMuch(_ROWS)
        self._elements[name] += 1
        if self._elements[name] > (MAX_CELLS if name in _IN_CELLS else MAX_OTHERS):
            raise _TooMuch(_named(name))

    def end(self, name: str) -> None:
        """Count the end of an element: of a row, how far it reached."""
        self._depth -= 1
        if name.rpartition(":")[2] == "row":
            self._add_cells(self._column)


def _parse(
    archive: zipfile.ZipFile,
    name: str,
    begin: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], None] = lambda name: None,
) -> None:
    """Tell of every element in a part, whatever the part is called: sheets may have any name.

    What is no XML is left to whoever reads it, if anybody does: a workbook has pictures too. A
    document type no part has that they read, and entities hide in it.
    """
    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    if name.endswith(_OWN_PARTS):
        parser.StartDoctypeDeclHandler = _refuse_document_type
    with archive.open(name) as part, suppress(expat.ExpatError):
        while portion := part.read(_PORTION):
            parser.Parse(portion, False)


def _refuse_document_type(*_: object) -> None:
    raise BrokenPart


def _column(reference: str) -> int:
    """The number of the column that a cell says it is in; 0 when it says none."""
    letters = _LETTERS.match(reference)
    number = 0
    for letter in letters.group().upper() if letters else "":
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _named(name: str) -> _Excess:
    if name in _IN_CELLS:
        return _CELLS
    return _TEXTS if name == "si" else _Excess(f"<{name}> 的数量", f"<{name}>", MAX_OTHERS)


def _titles(archive: zipfile.ZipFile, described: Container[str]) -> dict[str, str]:
    """From the name of each sheet's part to the sheet's title.

    Raises BrokenPart when two sheets share a part, which would have it read for each of them.
    """
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str]] = []

    def link(name: str, attributes: Mapping[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            target = posixpath.join("/xl", attributes.get("Target", ""))
            targets[attributes.get("Id", "")] = posixpath.normpath(target).lstrip("/")

    def sheet(name: str, attributes: Mapping[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            sheets.append((_link_of(attributes), attributes.get("name", "")))
        if len(sheets) > MAX_SHEETS:
            raise _refusal("", _SHEETS)

    for part, begin in ((_WORKBOOK_LINKS, link), (_WORKBOOK, sheet)):
        if part in described:
            _parse(archive, part, begin)
    found = {targets.get(id, id): title for id, title in sheets}
    if len(found) < len(sheets):
        raise BrokenPart
    return found


def _link_of(attributes: Mapping[str, str]) -> str:
    """The id of the relationship to the part, whatever prefix the attribute has."""
    return next((value for name, value in attributes.items() if name.endswith(":id")), "")


@dataclass(frozen=True)
class Marks:
    """What of a sheet the reading of cells does not tell: ranges as `B7:B9`, rows and columns."""

    merged: tuple[str, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: tuple[tuple[int, int], ...] = ()
    """The first and the last of those that are hidden together."""

    def hides_column(self, number: int) -> bool:
        """Whether the column with this number is hidden."""
        return any(first <= number <= last for first, last in self.hidden_columns)


def marks_in(archive: zipfile.ZipFile) -> dict[str, Marks]:
    """By the title of each sheet, its merged cells and what of it is hidden, as far as is of use.

    For workbooks that `check_extent` has passed. Raises BrokenPart, and what zipfile raises.
    """
    described = {_WORKBOOK_LINKS, _WORKBOOK}.intersection(archive.namelist())
    found = {}
    for name, title in _titles(archive, described).items():
        if name in archive.namelist():
            found[title] = _marks(archive, name)
    return found


def _marks(archive: zipfile.ZipFile, part: str) -> Marks:
    merged: list[str] = []
    hidden: set[int] = set()
    columns: list[tuple[int, int]] = []

    def begin(name: str, attributes: Mapping[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "mergeCell" and len(merged) < _MOST_KINDS:
            merged.append(attributes.get("ref", ""))
        if attributes.get("hidden") not in ("1", "true"):
            return
        if name == "row" and len(hidden) < _MOST_KINDS:
            hidden.add(_whole(attributes.get("r")))
        elif name == "col" and len(columns) < _MOST_KINDS:
            columns.append((_whole(attributes.get("min")), _whole(attributes.get("max"))))

    _parse(archive, part, begin)
    return Marks(tuple(merged), frozenset(hidden - {0}), tuple(columns))


def _whole(text: str | None) -> int:
    """The number of a row or column; 0 when it is none."""
    return int(text) if text and text.isdecimal() and len(text) < 8 else 0
