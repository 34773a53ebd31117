"""A file that is no readable spreadsheet is refused with the reason and what to do instead."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

import openpyxl
import pytest

from tests.sheet_catalogue import WANG, filled, saved
from tests.test_sheet_faults import faults


def archive(parts: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return buffer.getvalue()


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as given:
        parts = {each: given.read(each) for each in given.namelist()}
    return archive({**parts, name: change(parts[name])})


def entity_bomb(sheet: bytes) -> bytes:
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    return sheet.replace(b"<worksheet", entities + b"<worksheet", 1)


_BROKEN = "This workbook cannot be opened, it may be damaged; save it again as .xlsx."
_NOT_XLSX = "This file is no .xlsx workbook; save it as .xlsx in your spreadsheet program."
_OLD = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)

FAULTY_FILES: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "empty": (lambda: b"", "a.xlsx", "The file is empty; fill in the template first."),
    "cut short": (lambda: filled([WANG])[:5000], "a.xlsx", _BROKEN),
    "no zip": (lambda: b"name,age\n", "a.xlsx", _BROKEN),
    "other zip": (lambda: archive({"readme.txt": b"hello"}), "a.xlsx", _NOT_XLSX),
    "hollow": (lambda: archive({"[Content_Types].xml": b"<Types/>"}), "a.xlsx", _BROKEN),
    "damaged sheet": (
        lambda: with_part(filled([WANG]), "xl/worksheets/sheet1.xml", lambda xml: xml[:3000]),
        "a.xlsx",
        _BROKEN,
    ),
    "entities": (
        lambda: with_part(filled([WANG]), "xl/worksheets/sheet1.xml", entity_bomb),
        "a.xlsx",
        _BROKEN,
    ),
    "old": (
        lambda: _OLD,
        "a.xls",
        "This is the old .xls format or protected by a password; save it as .xlsx without one.",
    ),
    "encrypted": (
        lambda: _OLD + "EncryptedPackage".encode("utf-16-le"),
        "a.xlsx",
        "The workbook is protected by a password; remove it, save as .xlsx and hand it in again.",
    ),
    "bomb": (
        lambda: archive({"[Content_Types].xml": b"", "xl/x.xml": bytes(257 * 2**20)}),
        "a.xlsx",
        "Unpacked, the workbook exceeds 256 MB; remove what is not needed or split it.",
    ),
    "binary": (
        lambda: bytes(range(256)) * 4,
        "a.csv",
        "This file is neither an .xlsx workbook nor text (UTF-8 or GB18030); "
        "save it as .xlsx or CSV.",
    ),
    "large": (
        lambda: b"a," * 17_000_000,
        "a.csv",
        "The file is larger than 32 MB; split it into several.",
    ),
    "empty template": (
        lambda: filled([]),
        "a.xlsx",
        "Sheet 人员与测评, row 4: There is nothing below the header; fill in at least one row.",
    ),
    "other workbook": (
        lambda: saved(openpyxl.Workbook()),
        "a.xlsx",
        "No header row was found: it needs a column Person id; best use the template.",
    ),
}


@pytest.mark.parametrize("name", FAULTY_FILES)
def test_a_file_that_cannot_be_read_says_why(name: str) -> None:
    make, filename, message = FAULTY_FILES[name]

    assert [sentence for _, sentence in faults(make(), filename)] == [message]


def test_too_many_columns_or_rows_are_refused() -> None:
    wide = "工号," + ",".join(f"x{n}" for n in range(300)) + "\n"
    long = "工号,姓名\n" + "".join(f"p{n},王\n" for n in range(50_000))

    assert faults(wide.encode(), "a.csv") == [
        (
            "line 1, column KO",
            "Line 1, column KO: There are more than 300 columns; remove those that are not needed.",
        )
    ]
    assert faults(long.encode(), "a.csv") == [
        ("line 50001", "Line 50001: There are more than 50000 rows; split them into several files.")
    ]
