"""Whether a trail is as it was written: the first entry that was changed, removed or added."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from kb_service.audit.entries import FORGOTTEN, GENESIS, TRAIL_BROKEN, Anchor, Entry, read
from kb_service.audit.query_texts import texts_in
from kb_service.audit.segments import lines, read_head, segments


class FaultKind(StrEnum):
    """What is wrong with a trail."""

    UNREADABLE = "unreadable"
    """The line is no entry."""
    CHANGED = "changed"
    """The entry does not have the digest that it says it has."""
    OUT_OF_CHAIN = "out of chain"
    """The entry does not follow the one before it."""
    TRUNCATED = "truncated"
    """The trail ends before the entry that its anchor names, or that one is another."""
    NO_ANCHOR = "no anchor"
    """There are entries, and the anchor is missing or unreadable."""
    FOUND_BROKEN = "found broken"
    """The entry says that the trail was found broken when it was written."""
    TEXT_CHANGED = "text changed"
    """The query text of the entry is another."""
    TEXT_MISSING = "text missing"
    """The query text of the entry is gone, and no erasure has deleted it."""
    NOT_AS_EXPECTED = "not as expected"
    """The entry that was noted elsewhere is not in the trail."""


@dataclass(frozen=True)
class Fault:
    """The first thing that is wrong, and where."""

    kind: FaultKind
    number: int
    """The number that the entry has, or should have."""
    segment: str = ""
    line: int = 0


@dataclass(frozen=True)
class Verification:
    """What was found: how many entries, the last of them, and the first fault if there is one."""

    entries: int
    last: Anchor
    fault: Fault | None = None


@dataclass
class _Walk:
    """What is known on the way through the trail."""

    folder: Path
    awaited: dict[int, tuple[FaultKind, str]]
    last: Anchor = GENESIS
    entries: int = 0
    texts: dict[str, Fault] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)

    def take(self, entry: Entry, segment: str, line: int) -> Fault | None:
        """Go on to the next entry; what is wrong with it, if anything is."""
        number = entry.anchor.number
        kind = self._wrong_with(entry)
        if kind is not None:
            return Fault(kind, number, segment, line)
        self.last = entry.anchor
        self.entries += 1
        if entry.fields.get("action") == FORGOTTEN:
            self.forgotten.update(str(entry.fields.get("object", "")).split())
        if query := str(entry.fields.get("query", "")):
            where = Fault(FaultKind.TEXT_MISSING, number, segment, line)
            self.texts.setdefault(query, where)
        return None

    def _wrong_with(self, entry: Entry) -> FaultKind | None:
        if not entry.is_intact:
            return FaultKind.CHANGED
        if (entry.anchor.number, entry.before) != (self.last.number + 1, self.last.digest):
            return FaultKind.OUT_OF_CHAIN
        if entry.fields.get("action") == TRAIL_BROKEN:
            return FaultKind.FOUND_BROKEN
        kind, digest = self.awaited.get(entry.anchor.number, (None, ""))
        return kind if digest != entry.anchor.digest else None


def verify(folder: Path, expected: Anchor | None = None) -> Verification:
    """Whether the trail in a folder is whole; a service may add to it meanwhile.

    `expected` is an entry that was noted elsewhere, so that a trail rewritten together with its
    anchor is found out as well.
    """
    head, sizes = _state(folder)
    awaited: dict[int, tuple[FaultKind, str]] = {}
    if head is not None:
        awaited[head.number] = (FaultKind.TRUNCATED, head.digest)
    if expected is not None and expected != head:
        awaited[expected.number] = (FaultKind.NOT_AS_EXPECTED, expected.digest)
    walk = _Walk(folder, awaited)
    fault = next(_faults_of_entries(walk, sizes), None)
    if fault is None:
        fault = _fault_of_end(walk, head, expected) or _fault_of_texts(walk)
    return Verification(walk.entries, walk.last, fault)


def _state(folder: Path) -> tuple[Anchor | None, list[tuple[Path, int]]]:
    """The anchor and the segments with their lengths at one moment between two entries."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDONLY)
    except FileNotFoundError:
        return read_head(folder), [(path, path.stat().st_size) for path in segments(folder)]
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return read_head(folder), [(path, path.stat().st_size) for path in segments(folder)]
    finally:
        os.close(descriptor)


def _faults_of_entries(walk: _Walk, sizes: list[tuple[Path, int]]) -> Iterator[Fault]:
    for path, size in sizes:
        for number, line in enumerate(lines(path, size), start=1):
            entry = read(line[:-1]) if line.endswith(b"\n") else None
            if entry is None:
                yield Fault(FaultKind.UNREADABLE, walk.last.number + 1, path.name, number)
            elif (fault := walk.take(entry, path.name, number)) is not None:
                yield fault


def _fault_of_end(walk: _Walk, head: Anchor | None, expected: Anchor | None) -> Fault | None:
    reached = walk.last.number
    if head is None and reached:
        return Fault(FaultKind.NO_ANCHOR, reached)
    if head is not None and head.number > reached:
        return Fault(FaultKind.TRUNCATED, reached + 1)
    if expected is not None and expected.number > reached:
        return Fault(FaultKind.NOT_AS_EXPECTED, reached + 1)
    return None


def _fault_of_texts(walk: _Walk) -> Fault | None:
    """The first entry whose text is another or is gone."""
    folder = walk.folder / "queries"
    kept: dict[str, bool] = {}
    for digest, text in texts_in(folder) if folder.is_dir() else ():
        kept[digest] = kept.get(digest, True) and sha256(text).hexdigest() == digest
    for digest, where in walk.texts.items():
        if not kept.get(digest, digest in walk.forgotten):
            kind = FaultKind.TEXT_CHANGED if digest in kept else FaultKind.TEXT_MISSING
            return replace(where, kind=kind)
    return None
