"""The trail that every process of this data folder adds to, one after the other."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from kb_service.audit.entries import (
    FORGOTTEN,
    GENESIS,
    RECOVERED,
    TRAIL_BROKEN,
    Access,
    Anchor,
    chained,
)
from kb_service.audit.folder_lock import FolderLock
from kb_service.audit.held_files import HeldFile
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
    `append` returns, and it is on disk then if it is durable, otherwise within a second. The files
    stay open between entries, until `close`.
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
        self._folder_lock = FolderLock(folder, self._prepare)
        self._changes_seen = 0
        self._file: HeldFile | None = None
        self._one_syncs = threading.Lock()
        self._synced = 0
        self._tail: Tail | None = None
        self._unsynced = threading.Event()
        self._closed = threading.Event()
        self._syncing: threading.Thread | None = None

    def append(self, access: Access, *, durable: bool) -> Anchor:
        """Add an entry; raises AuditUnavailable when that cannot be done."""
        [anchor] = self.append_all([(access, None)], durable=durable)
        return anchor

    def append_all(
        self, told: Sequence[tuple[Access, str | None]], *, durable: bool
    ) -> list[Anchor]:
        """Add entries, all of them or none, and answer their anchors; raises AuditUnavailable.

        Beside each is the text of its query, which is then kept and which the entry names as
        `keep_text` would have, or None.
        """
        if not told:
            return []
        entries, texts = _with_texts(told)
        try:
            with self._alone():
                tail, anchors = self._write(entries, texts)
            if durable:
                self._sync(tail)
            else:
                self._sync_soon()
        except OSError as error:
            self.takes_entries = False
            raise AuditUnavailable(f"the audit trail cannot be written: {error}") from error
        self.takes_entries = True
        return anchors

    def keep_text(self, text: str) -> str:
        """The digest that names a query's text in an entry; raises AuditUnavailable.

        The text is on disk before an entry that names it is.
        """
        kept, digest = kept_text(text)
        try:
            with self._lock:
                is_kept = self._kept.holds(digest)
            if not is_kept:
                with self._alone():
                    self._kept.add({digest: kept}, _month(_now()))
        except OSError as error:
            raise AuditUnavailable(f"the audit trail cannot be written: {error}") from error
        return digest

    def forget_texts(self, strings: Iterable[str]) -> int:
        """Delete every query text that holds one of the strings; answers how many those were.

        The entries stay and so does the chain; an entry of its own says which texts are gone.
        """
        with self._alone():
            self._kept.close()  # so that what is deleted is not held by us
            gone = forget_texts(self.texts, strings)
        if gone:
            self.append(Access(_SELF, "", FORGOTTEN, "done", object=" ".join(gone)), durable=True)
        return len(gone)

    def close(self) -> None:
        """Have everything on disk, end the thread that sees to it and let go of the files."""
        self._closed.set()
        self._unsynced.set()
        if self._syncing is not None:
            self._syncing.join()
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        """Hold no file open; each is opened anew when it is needed."""
        self._let_go_of_segment()
        self._kept.close()
        self._folder_lock.close()

    def _let_go_of_segment(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(
        self, entries: Sequence[tuple[Access, str]], texts: Mapping[str, str]
    ) -> tuple[Tail, list[Anchor]]:
        """Add texts and the entries that name them, all or none."""
        new: list[str] = []
        try:
            tail = self._current_tail()
            if tail is not self._tail:
                tail = self._examined(tail)
            if texts:
                new = self._kept.add(texts, _month(_now()))
            tail, anchors = self._add(entries, tail)
        except Exception:
            self._kept.take_back(new)
            raise
        self.appended += len(anchors)
        return tail, anchors

    def _current_tail(self) -> Tail:
        """The end of the trail, read anew only when another process has added to it."""
        known = self._tail
        if known is not None and self._is_last(known):
            return known
        self._let_go_of_segment()
        return read_tail(self.folder)

    def _is_last(self, tail: Tail) -> bool:
        """Whether the trail still ends there, in the file that is open."""
        changes = self._folder_lock.changes
        if changes != self._changes_seen:
            if [path.name for path in segments(self.folder)[-1:]] != [tail.segment]:
                return False
            self._changes_seen = changes
        file = self._file
        if file is None or file.name != tail.segment:
            return False
        return file.is_in_place() and file.size == tail.size

    def _examined(self, tail: Tail) -> Tail:
        """The end to go on from, once the trail has said of itself what there is to say."""
        if tail.unfinished:
            os.truncate(self.folder / tail.segment, tail.size)
            cut = f"{tail.unfinished} bytes of an unfinished line"
            tail = self._add_own(Access(_SELF, "", RECOVERED, "done", object=cut), tail)
        head = read_head(self.folder)
        known = self._tail.anchor if self._tail is not None else GENESIS
        if head is None or not (_reaches(tail.anchor, head) and _reaches(tail.anchor, known)):
            _LOG.error("the audit trail does not reach its anchor; run rengang audit verify")
            missed = f"anchor {head}" if head else "no anchor"
            tail = self._add_own(Access(_SELF, "", TRAIL_BROKEN, "found", object=missed), tail)
            self._kept.sync()
            sync(self.folder / tail.segment)
            write_head(self.folder, tail.anchor)
            self._synced = tail.anchor.number
        return tail

    def _add_own(self, access: Access, tail: Tail) -> Tail:
        """Add what the trail says of itself."""
        return self._add([(access, "")], tail)[0]

    def _add(self, entries: Sequence[tuple[Access, str]], tail: Tail) -> tuple[Tail, list[Anchor]]:
        now = _now()
        segment = max(tail.segment, f"{_month(now)}.jsonl")
        lines, anchors = chained(entries, tail.anchor, now)
        if segment != tail.segment and tail.segment:
            self._kept.sync()
            sync(self.folder / tail.segment)
        file = self._open(segment)
        if file.size == 0:
            sync(self.folder)
        file.append(lines)
        self._tail = Tail(anchors[-1], segment, file.size)
        return self._tail, anchors

    def _open(self, segment: str) -> HeldFile:
        if self._file is None or self._file.name != segment:
            self._let_go_of_segment()
            self._file = HeldFile(self.folder / segment)
        return self._file

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While the block runs nobody else adds to the trail, no thread and no process."""
        with self._lock:
            try:
                with self._folder_lock:
                    yield
            except BaseException:
                self._let_go()  # and trust nothing that is known of the files
                raise
            if self._closed.is_set():
                self._let_go()

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
            with self._alone():
                head = read_head(self.folder)
                if head is not None and head.number < latest.anchor.number:
                    write_head(self.folder, latest.anchor)
            self._synced = latest.anchor.number

    def _sync_soon(self) -> None:
        if self._syncing is None:
            self._syncing = threading.Thread(target=self._keep_synced, daemon=True)
            self._syncing.start()
        if not self._unsynced.is_set():
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


def _with_texts(
    told: Sequence[tuple[Access, str | None]],
) -> tuple[list[tuple[Access, str]], dict[str, str]]:
    """What is told with the digests of the queries' texts, and what is kept of these."""
    entries, texts = [], {}
    for access, text in told:
        digest = ""
        if text is not None:
            kept, digest = kept_text(text)
            texts[digest] = kept
        entries.append((access, digest))
    return entries, texts


def _now() -> str:
    """The time as entries have it."""
    seconds, milliseconds = divmod(time.time_ns() // 1_000_000, 1000)
    return f"{_second(seconds)}.{milliseconds:03}Z"


@lru_cache(maxsize=1)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]


def _month(now: str) -> str:
    return now[:7]
