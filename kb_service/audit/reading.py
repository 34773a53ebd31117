"""The entries of a trail that concern somebody, or that somebody caused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kb_service.audit.entries import read, reference
from kb_service.audit.segments import lines, segments


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
