"""Every commit in order, on disk before it is carried out: what a store is brought up to date from."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from kb_service.configuration import JournalSettings
from kb_service.store.changes import Change
from kb_service.store.disk import sync, write_whole
from kb_service.store.journal_records import (
    Kind,
    Record,
    encoded,
    records,
    records_after_damage,
)
from kb_service.store.store_state import DAMAGED, StoreDamaged

_SUFFIX = ".journal"
_SETTLED = "settled.json"
_COVERED = "covered.json"
_SEGMENT_BYTES = 16 * 1024 * 1024

Place: TypeAlias = tuple[int, int]
"""A place in the segment that is being written, and the number of the last commit before it."""


@dataclass(frozen=True)
class JournalPolicy:
    """How long the journal goes back.

    A segment goes when a backup has it and it is older than these days. Where no backup is ever
    made, the oldest go once all of them are larger than these megabytes.
    """

    days: int = JournalSettings().days
    megabytes: int = JournalSettings().megabytes


@dataclass(frozen=True)
class Segment:
    """A file of the journal: the commits of one lineage from a number on."""

    path: Path
    lineage: str
    first: int

    @classmethod
    def all(cls, folder: Path) -> list[Segment]:
        """The segments in a folder, oldest first."""
        found = [cls(path, *cls.parsed(path)) for path in folder.glob(f"*{_SUFFIX}")]
        return sorted(found, key=lambda segment: segment.first)

    @staticmethod
    def parsed(path: Path) -> tuple[str, int]:
        """The lineage and the first number, which the name of a segment tells."""
        lineage, _, first = path.name.removesuffix(_SUFFIX).partition("-")
        return lineage, int(first)


@dataclass(frozen=True)
class Commit:
    """One commit of the journal, and where it stands: a large one does not fit into memory."""

    number: int
    time: datetime
    path: Path
    start: int
    end: int

    def changes(self) -> Iterator[Change]:
        """What it removes and adds, to be carried out piece by piece."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            for placed in records(file):
                if placed.record.payload:
                    yield placed.record.change()
                if placed.end >= self.end:
                    return


@dataclass(frozen=True)
class Scan:
    """Where the last whole commit of a segment ends, its number and its time."""

    end: int
    number: int
    time: datetime | None
    lost: int = 0
    """The last commit behind a damaged place, 0 when there is none."""


def commits(path: Path, after: int = 0) -> Iterator[Commit]:
    """The whole commits of a segment with a number above `after`."""
    start = 0
    with path.open("rb") as file:
        for placed in records(file):
            record = placed.record
            if record.kind is Kind.PART:
                continue
            if record.number > after:
                yield Commit(record.number, record.time, path, start, placed.end)
            start = placed.end


def scan(segment: Segment) -> Scan:
    """Where the whole commits of a segment end, and whether that is damage or just a torn end.

    A commit is torn only while nobody knows it to be on disk: where a later record says that a
    commit was, and it cannot be read, it has been damaged since.
    """
    end, number, moment, lost = 0, segment.first - 1, None, 0
    with segment.path.open("rb") as file:
        for placed in records(file):
            if placed.record.kind is not Kind.PART:
                end, number, moment = placed.end, placed.record.number, placed.record.time
        size = file.seek(0, os.SEEK_END)
        for placed in records_after_damage(file, end) if end < size else ():
            if placed.record.durable > number:
                lost = placed.record.number
    return Scan(end, number, moment, lost)


class Journal:
    """The journal of a store that this process writes.

    `number` is that of the last commit in it, `settled` that of the last one that the tables of the
    store hold on disk: those after it are carried out again by whoever opens the store next.
    """

    def __init__(self, folder: Path, policy: JournalPolicy | None = None) -> None:
        """Open the journal, made when it is missing; what a power cut has torn off is dropped.

        Raises StoreDamaged when an acknowledged commit cannot be read that the store may lack.
        """
        folder.mkdir(exist_ok=True)
        for unfinished in folder.glob("*.new"):
            unfinished.unlink()
        self._folder = folder
        self._policy = policy or JournalPolicy()
        self._file = -1
        self._time = datetime.fromtimestamp(0, UTC)
        segments = Segment.all(folder)
        lineage, self.settled = _read_mark(folder / _SETTLED)
        if not segments:
            self.lineage = lineage or secrets.token_hex(4)
            self.number = self.settled
            self._begin_segment()
            return
        self.lineage = segments[-1].lineage
        if lineage != self.lineage:
            self.settled = segments[0].first - 1
        self._check(segments)
        found = scan(segments[-1])
        self._time = found.time or self._time
        self.number = max(found.number, self.settled)
        if found.lost > self.settled:
            raise StoreDamaged(DAMAGED.at(f"{segments[-1].path}, byte {found.end}"))
        if found.number < self.settled:  # what follows is in tables, but not in this file
            self._begin_segment()
            return
        self._segment, self._end = segments[-1], found.end
        self._open_segment()

    def _check(self, segments: list[Segment]) -> None:
        """Refuse a journal that lacks commits which the store may lack too."""
        for segment, following in zip(segments, segments[1:], strict=False):
            needed = following.first - 1 > self.settled
            if needed and scan(segment).number != following.first - 1:
                raise StoreDamaged(DAMAGED.at(str(segment.path)))
        if segments[0].first > self.settled + 1:
            raise StoreDamaged(DAMAGED.at(str(self._folder)))

    def unsettled(self) -> Iterator[Commit]:
        """The commits that the tables on disk may lack, in order."""
        for segment in Segment.all(self._folder):
            yield from commits(segment.path, self.settled)

    # Writing

    def append(self, changes: Iterable[Change]) -> list[Place]:
        """Write down commits, one for each change, and say where each begins.

        They count once `sync` has returned. When they cannot be written, none of them is there.
        """
        pieces, places, end = list[bytes](), list[Place](), self._end
        for number, change in enumerate(changes, self.number + 1):
            pieces.append(self._record(Kind.WHOLE, number, encoded(change)).encoded())
            places.append((end, number - 1))
            end += len(pieces[-1])
        self._write(b"".join(pieces))
        self.number += len(pieces)
        return places

    def append_part(self, change: Change) -> None:
        """Write down a piece of a large commit."""
        self._write(self._record(Kind.PART, self.number + 1, encoded(change)).encoded())

    def append_end(self) -> None:
        """Make the pieces written down a commit, on disk when this returns."""
        self._write(self._record(Kind.END, self.number + 1, b"").encoded())
        self.sync()
        self.number += 1

    def sync(self) -> None:
        """Return once everything written down is on disk."""
        os.fdatasync(self._file)
        self._durable = self.number

    @property
    def place(self) -> Place:
        """Where the journal stands, for `take_back`."""
        return self._end, self.number

    def take_back(self, place: Place) -> None:
        """Forget what was written down since, which was never carried out."""
        self._end, self.number = place
        os.ftruncate(self._file, self._end)
        os.fdatasync(self._file)

    def _record(self, kind: Kind, number: int, payload: bytes) -> Record:
        self._time = max(self._time, datetime.now(UTC))
        return Record(number, self._time, kind, self._durable, payload)

    def _write(self, content: bytes) -> None:
        left = memoryview(content)
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError:
            os.ftruncate(self._file, self._end)
            raise
        self._end += len(content)

    # Segments

    def settle(self) -> None:
        """Note that the tables on disk hold every commit; old segments go."""
        self._write_mark(self.number)
        if self._end > _SEGMENT_BYTES:
            self.begin_segment()
        self._drop_old()

    def _write_mark(self, number: int) -> None:
        mark = {"lineage": self.lineage, "number": number}
        write_whole(self._folder / _SETTLED, json.dumps(mark).encode())
        self.settled = number

    def begin_segment(self) -> None:
        """Go on in a new file, unless this one is empty."""
        if self._end:
            os.fsync(self._file)
            os.close(self._file)
            self._file = -1
            self._begin_segment()

    def _begin_segment(self) -> None:
        first = self.number + 1
        path = self._folder / f"{self.lineage}-{first:016}{_SUFFIX}"
        self._segment, self._end = Segment(path, self.lineage, first), 0
        self._open_segment()

    def _open_segment(self) -> None:
        self._file = os.open(
            self._segment.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
        )
        os.ftruncate(self._file, self._end)
        os.fsync(self._file)
        sync(self._folder)
        self._durable = self.number

    def _drop_old(self) -> None:
        """Remove segments that the policy no longer wants; never one that is not settled."""
        lineage, covered = _read_mark(self._folder / _COVERED)
        if lineage != self.lineage:
            covered = 0
        segments = Segment.all(self._folder)
        left = sum(segment.path.stat().st_size for segment in segments)
        oldest = time.time() - self._policy.days * 86_400
        for segment, following in zip(segments, segments[1:], strict=False):
            about = segment.path.stat()
            last = following.first - 1
            is_covered = last <= covered and about.st_mtime < oldest
            if last > self.settled or not (
                is_covered or left > self._policy.megabytes * 1024 * 1024
            ):
                return
            segment.path.unlink()
            left -= about.st_size

    def rewrite(self, kept_of: Callable[[Change], Change]) -> None:
        """Leave only what may be kept of each commit; numbers and times stay."""
        self.begin_segment()
        for segment in Segment.all(self._folder)[:-1]:
            unfinished = segment.path.with_suffix(".new")
            with unfinished.open("wb") as output, segment.path.open("rb") as file:
                for placed in records(file):
                    record = placed.record
                    if record.payload:
                        kept = encoded(kept_of(record.change()))
                        record = replace(record, payload=kept)
                    output.write(record.encoded())
                output.flush()
                os.fsync(output.fileno())
            moment = segment.path.stat().st_mtime_ns
            os.utime(unfinished, ns=(moment, moment))
            unfinished.replace(segment.path)
        sync(self._folder)

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def settled_number(folder: Path) -> tuple[str, int]:
    """The lineage of a journal and the last commit that the tables of its store hold."""
    return _read_mark(folder / _SETTLED)


def note_covered(folder: Path, lineage: str, number: int) -> None:
    """Let the writer know that a backup has the commits up to this one."""
    mark = {"lineage": lineage, "number": number}
    write_whole(folder / _COVERED, json.dumps(mark).encode())


def begin(folder: Path, number: int) -> None:
    """Begin a new lineage in a new folder, whose store holds the commits up to this one."""
    folder.mkdir()
    mark = {"lineage": secrets.token_hex(4), "number": number}
    write_whole(folder / _SETTLED, json.dumps(mark).encode())


def _read_mark(path: Path) -> tuple[str, int]:
    with suppress(OSError, ValueError, KeyError, TypeError):
        mark = json.loads(path.read_bytes())
        return str(mark["lineage"]), int(mark["number"])
    return "", 0
