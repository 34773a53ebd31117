"""The trail that every process of this data folder adds to, one entry at a time."""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from kb_service.audit.entries import (
    FORGOTTEN,
    GENESIS,
    RECOVERED,
    TRAIL_BROKEN,
    Access,
    Anchor,
    written,
)
from kb_service.audit.query_texts import QueryTexts, forget_texts, kept_text
from kb_service.audit.segments import Tail, read_head, read_tail, segments, sync, write_head

_LOG = logging.getLogger("kb_service.audit")
_GROUP_SECONDS = 1.0
_SELF = "rengang"


class AuditUnavailable(RuntimeError):
    """The trail cannot be written, so nothing that it should tell of may happen."""


class AuditTrail:
    """An append-only trail in a folder; threads and processes may add to it side by side.

    A lock file orders the entries of all processes. An entry is handed to the kernel before
    `append` returns, and it is on disk then if it is durable, otherwise within a second.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.texts = folder / "queries"
        """The folder of query texts."""
        self._kept = QueryTexts(self.texts)
        self.appended = 0
        """How many entries this process has added."""
        self.takes_entries = True
        """Whether the last entry could be added."""
        self._lock = threading.Lock()
        self._one_syncs = threading.Lock()
        self._synced = 0
        self._tail: Tail | None = None
        self._unsynced = threading.Event()
        self._closed = threading.Event()
        self._syncing: threading.Thread | None = None

    def append(self, access: Access, *, durable: bool) -> Anchor:
        """Add an entry; raises AuditUnavailable when that cannot be done."""
        try:
            with self._lock, self._alone():
                tail = self._write(access)
            if durable:
                self._sync(tail)
            else:
                self._sync_soon()
        except OSError as error:
            self.takes_entries = False
            raise AuditUnavailable(f"the audit trail cannot be written: {error}") from error
        self.takes_entries = True
        return tail.anchor

    def keep_text(self, text: str) -> str:
        """The digest that names a query's text in an entry; raises AuditUnavailable.

        The text is on disk before an entry that names it is.
        """
        kept, digest = kept_text(text)
        try:
            self._prepare()
            with self._lock:
                if not self._kept.holds(digest):
                    with self._alone():
                        self._kept.add(kept, digest, f"{datetime.now(UTC):%Y-%m}")
        except OSError as error:
            raise AuditUnavailable(f"the audit trail cannot be written: {error}") from error
        return digest

    def forget_texts(self, strings: Iterable[str]) -> int:
        """Delete every query text that holds one of the strings; answers how many those were.

        The entries stay and so does the chain; an entry of its own says which texts are gone.
        """
        with self._lock, self._alone():
            gone = forget_texts(self.texts, strings)
        if gone:
            self.append(Access(_SELF, "", FORGOTTEN, "done", object=" ".join(gone)), durable=True)
        return len(gone)

    def close(self) -> None:
        """Have everything on disk and end the thread that sees to it."""
        self._closed.set()
        self._unsynced.set()
        if self._syncing is not None:
            self._syncing.join()

    def _write(self, access: Access) -> Tail:
        tail = self._current_tail()
        if tail is not self._tail:
            tail = self._examined(tail)
        tail = self._add(access, tail)
        self.appended += 1
        return tail

    def _current_tail(self) -> Tail:
        """The end of the trail, read anew only when another process has added to it."""
        known = self._tail
        newest = segments(self.folder)[-1:]
        found = [(path.name, path.stat().st_size) for path in newest]
        if known is not None and found == [(known.segment, known.size)]:
            return known
        return read_tail(self.folder)

    def _examined(self, tail: Tail) -> Tail:
        """The end to go on from, once the trail has said of itself what there is to say."""
        if tail.unfinished:
            os.truncate(self.folder / tail.segment, tail.size)
            cut = f"{tail.unfinished} bytes of an unfinished line"
            tail = self._add(Access(_SELF, "", RECOVERED, "done", object=cut), tail)
        head = read_head(self.folder)
        known = self._tail.anchor if self._tail is not None else GENESIS
        if head is None or not (_reaches(tail.anchor, head) and _reaches(tail.anchor, known)):
            _LOG.error("the audit trail does not reach its anchor; run rengang audit verify")
            missed = f"anchor {head}" if head else "no anchor"
            tail = self._add(Access(_SELF, "", TRAIL_BROKEN, "found", object=missed), tail)
            sync(self.folder / tail.segment)
            write_head(self.folder, tail.anchor)
            self._synced = tail.anchor.number
        return tail

    def _add(self, access: Access, tail: Tail) -> Tail:
        now = datetime.now(UTC)
        segment = max(tail.segment, f"{now:%Y-%m}.jsonl")
        line, anchor = written(
            access, tail.anchor, now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )
        path = self.folder / segment
        size = tail.size
        if segment != tail.segment:
            if tail.segment:
                sync(self.folder / tail.segment)
            size = 0
        _append(path, line, size)
        if size == 0:
            sync(self.folder)
        self._tail = Tail(anchor, segment, size + len(line))
        return self._tail

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While the block runs no other process adds to the trail."""
        self._prepare()
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _prepare(self) -> None:
        if self.texts.is_dir():
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (self.folder / "head").exists() and not any(self.folder.glob("*.jsonl")):
            write_head(self.folder, GENESIS)
        self.texts.mkdir(mode=0o700, exist_ok=True)
        sync(self.folder)

    def _sync(self, tail: Tail) -> None:
        """Have the entries so far on disk after the texts they name; then the anchor moves to the last.

        Who comes while another does this finds it done for them too, more often than not.
        """
        with self._one_syncs:
            if self._synced >= tail.anchor.number:
                return
            with self._lock:
                latest = self._tail or tail
            self._kept.sync()
            sync(self.folder / latest.segment)
            with self._lock, self._alone():
                head = read_head(self.folder)
                if head is not None and head.number < latest.anchor.number:
                    write_head(self.folder, latest.anchor)
            self._synced = latest.anchor.number

    def _sync_soon(self) -> None:
        if self._syncing is None:
            self._syncing = threading.Thread(target=self._keep_synced, daemon=True)
            self._syncing.start()
        self._unsynced.set()

    def _keep_synced(self) -> None:
        """Sync what was added, once a second at most, until the trail is closed and synced."""
        while not self._closed.is_set() or self._unsynced.is_set():
            self._unsynced.wait()
            self._closed.wait(_GROUP_SECONDS)
            self._unsynced.clear()
            try:
                self._sync_all()
            except OSError as error:
                _LOG.error("the audit trail could not be synced: %s", type(error).__name__)

    def _sync_all(self) -> None:
        with self._lock:
            tail = self._tail
        if tail is not None:
            self._sync(tail)


def _reaches(end: Anchor, head: Anchor) -> bool:
    return end.number > head.number or end == head


def _append(path: Path, line: bytes, size: int) -> None:
    """Write the line at the end, whole or not at all."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        if os.write(descriptor, line) != len(line):
            os.ftruncate(descriptor, size)
            raise OSError(f"{path} took only part of an entry")
    finally:
        os.close(descriptor)
