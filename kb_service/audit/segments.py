"""The files of a trail: one of lines for each month, and the anchor that its end must reach."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kb_service.audit.entries import GENESIS, Anchor, read

_BLOCK = 64 * 1024
_SEGMENT = re.compile(r"[0-9]{4}-[0-9]{2}\.jsonl")


@dataclass(frozen=True)
class Tail:
    """Where the trail ends: its last entry, in which segment, and how long that is."""

    anchor: Anchor
    segment: str
    size: int
    unfinished: int = 0
    """How many bytes of a line without an end follow the last entry."""


def segments(folder: Path) -> list[Path]:
    """The segments in the order in which they were written."""
    try:
        with os.scandir(folder) as found:
            names = sorted(entry.name for entry in found if _SEGMENT.fullmatch(entry.name))
    except FileNotFoundError:
        return []
    return [folder / name for name in names]


def read_tail(folder: Path) -> Tail:
    """Where the trail ends now."""
    tail = Tail(GENESIS, "", 0)
    for path in reversed(segments(folder)):
        size = path.stat().st_size
        whole, last = _last_line(path, size)
        if tail.segment == "":
            tail = Tail(GENESIS, path.name, whole, size - whole)
        if last is not None:
            found = read(last)
            # A last line that is no entry was tampered with: the anchor shows it.
            anchor = found.anchor if found is not None and found.is_intact else GENESIS
            return Tail(anchor, tail.segment, tail.size, tail.unfinished)
    return tail


def _last_line(path: Path, size: int) -> tuple[int, bytes | None]:
    """Up to where the lines have an end, and the last of them."""
    with path.open("rb") as file:
        start, seen = size, b""
        while start > 0:
            step = min(_BLOCK, start)
            start -= step
            file.seek(start)
            seen = file.read(step) + seen
            end = seen.rfind(b"\n")
            if end < 0:
                continue
            begin = seen.rfind(b"\n", 0, end)
            if begin >= 0 or start == 0:
                return start + end + 1, seen[begin + 1 : end]
    return 0, None


def lines(path: Path, size: int) -> Iterator[bytes]:
    """The lines of a segment's first `size` bytes, with their line breaks."""
    with path.open("rb") as file:
        left = size
        while left > 0 and (line := file.readline(left)):
            left -= len(line)
            yield line


def read_head(folder: Path) -> Anchor | None:
    """The anchor: the entry that the trail is known to reach; None when there is none to read."""
    try:
        fields = json.loads((folder / "head").read_bytes())
        return Anchor(int(fields["number"]), str(fields["digest"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def write_head(folder: Path, anchor: Anchor) -> None:
    """Move the anchor.

    Its length never changes and it is written in place, so no crash leaves half of one; being
    older than the trail after a power cut does no harm.
    """
    text = f'{{"number":{anchor.number:>14},"digest":"{anchor.digest}"}}\n'.encode()
    descriptor = os.open(folder / "head", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(descriptor, text, 0)
    finally:
        os.close(descriptor)


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
