"""The comment that a file of rules or migrations begins with: a title, then fields."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

_WITHOUT_SPACES = "说明"
"""The field in Chinese: its lines follow each other without a space."""


@dataclass(frozen=True)
class Header:
    """The comment at the top of a file; `lines` tells on which line each field begins."""

    title: str
    fields: dict[str, str]
    lines: dict[str, int]

    def names(self, field: str) -> list[str]:
        """The names that a `Reads` or `Writes` line lists."""
        return [name.strip() for name in self.fields.get(field, "").split(",") if name.strip()]


def read_header(text: str, fields: Collection[str]) -> Header:
    """The header of a text with the fields of these names that it has."""
    field = re.compile(rf"({'|'.join(fields)}):\s*(.*)")
    comments = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        comments.append(line[1:].strip())
    gathered: dict[str, list[str]] = {}
    lines: dict[str, int] = {}
    current = ""
    for number, line in enumerate(comments[1:], start=2):
        if match := field.match(line):
            current = match[1]
            gathered[current], lines[current] = [match[2]], number
        elif current and line:
            gathered[current].append(line)
    joined = {
        name: ("" if name == _WITHOUT_SPACES else " ").join(said).strip()
        for name, said in gathered.items()
    }
    return Header(comments[0] if comments else "", joined, lines)


def whole_header(path: Path, text: str, fields: Collection[str]) -> Header:
    """The header of a file's text; raises ValueError naming the file and a field it lacks."""
    header = read_header(text, fields)
    for name in fields:
        if name not in header.fields:
            raise ValueError(f"{path}: add the header line '# {name}: …'")
    return header
