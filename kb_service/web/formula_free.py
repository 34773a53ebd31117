"""Separated values for somebody's spreadsheet: no cell that it would take for a formula."""

from __future__ import annotations

import re
from collections.abc import Mapping

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CELLS: Mapping[str, re.Pattern[str]] = {
    "text/csv": re.compile(r'("[^"]*(?:""[^"]*)*"|[^",\r\n]+)(?=,|\r?\n|\Z)'),
    "text/tab-separated-values": re.compile(r"[^\t\n]+"),
}


def formula_free(body: bytes, content_type: str) -> bytes:
    """The body with an apostrophe before each text that a spreadsheet would work out; numbers stay.

    What is neither CSV nor TSV is given back as it is.
    """
    cells = _CELLS.get(content_type.partition(";")[0])
    if cells is None:
        return body
    return cells.sub(_safe, body.decode("utf-8")).encode("utf-8")


def _safe(found: re.Match[str]) -> str:
    """A cell; where it stands in quotation marks, a spreadsheet drops them before it looks."""
    cell = found[0]
    mark = '"' if cell.startswith('"') else ""
    text = cell.removeprefix(mark)
    if not text.startswith(_BEGINS_FORMULA) or _is_number(text):
        return cell
    return f"{mark}'{text}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
