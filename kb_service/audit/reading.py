"""The entries of a trail that concern somebody, or that somebody caused, and the latest of a kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kb_service.audit.entries import read, reference
from kb_service.audit.segments import lines, segments

_LATELY = 8 * 1024 * 1024


def entries_about(
    folder: Path, *, key: str | None = None, who: str | None = None, since: str = ""
) -> Iterator[dict[str, Any]]:
    """Entries in order, as they were written; `since` is a day, or a time, as ISO 8601 has it.

    With `key`, those that touched this person, by name or because everybody was touched.
    """
    sought = reference(key) if key is not None else None
    for path in segments(folder):
        if path.name[:7] < since[:7]:
            continue
        for line in lines(path, path.stat().st_size):
            entry = read(line.rstrip(b"\n"))
            if entry is None:
                continue
            fields = entry.fields
            if sought and not fields.get("everybody") and sought not in fields.get("persons", ()):
                continue
            if (who is None or fields.get("who") == who) and str(fields.get("time")) >= since:
                yield fields


def latest_entry(folder: Path, like: re.Pattern[bytes]) -> dict[str, Any] | None:
    """The latest entry whose line has something like this; None where there is none lately.

    It looks through the last months' segments as far as some megabytes, so that it takes no longer
    the longer a trail is.
    """
    left = _LATELY
    for path in reversed(segments(folder)):
        size = path.stat().st_size
        begins = max(0, size - left)
        with path.open("rb") as file:
            file.seek(begins)
            found = _lines_like(file.read(size - begins), like)
        for line in found:
            if (entry := read(line)) is not None:
                return entry.fields
        left -= size - begins
        if left <= 0:
            break
    return None


def _lines_like(block: bytes, like: re.Pattern[bytes]) -> Iterator[bytes]:
    """The lines in which a pattern is found, the last first."""
    for match in reversed(list(like.finditer(block))):
        begins = block.rfind(b"\n", 0, match.start()) + 1
        ends = block.find(b"\n", match.end())
        if ends >= 0:
            yield block[begins:ends]
