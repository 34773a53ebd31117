"""On which line of a TOML file a setting is said: its parser does not tell."""

from __future__ import annotations

import re

_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$")
_KEY = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)


def positions(text: str) -> dict[str, int]:
    """From the dotted path of each table and key to the line where it stands first."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if opened := _TABLE.match(line):
            table = _bare(opened[1])
            found.setdefault(table, number)
        elif said := _KEY.match(line):
            path = f"{table}.{_bare(said[1])}" if table else _bare(said[1])
            found.setdefault(path, number)
    return found


def line_of(found: dict[str, int], path: str) -> int | None:
    """The line of a setting, or of the table that it stands in, as inline tables have it."""
    while path:
        if path in found:
            return found[path]
        path = path.rpartition(".")[0]
    return None


def _bare(path: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in path.split("."))
