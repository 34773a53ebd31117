"""Which texts a cell of a workbook can hold as they are."""

from __future__ import annotations

import re

LONGEST = 32_767
"""Characters, more than which no spreadsheet program takes in one cell."""
UNWRITABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\ufeff\ufffd-\uffff]|_x[0-9A-Fa-f]{4}_")
"""What XML cannot say, what reading a cell removes, and what spreadsheet programs decode."""


def is_plain(text: str) -> bool:
    """Whether a text comes back from a cell of a workbook unchanged, edges included."""
    return (
        bool(text) and len(text) <= LONGEST and text == text.strip() and not UNWRITABLE.search(text)
    )
