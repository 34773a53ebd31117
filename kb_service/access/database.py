"""The database of tokens and sessions: one file that only its owner may read."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from kb_service.database_files import make_private, transaction

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tokens (
    name TEXT PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    role TEXT NOT NULL,
    person TEXT NOT NULL,
    team TEXT NOT NULL,
    made TEXT NOT NULL,
    expires TEXT NOT NULL,
    last_used TEXT,
    revoked TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS sessions (
    digest BLOB PRIMARY KEY,
    token TEXT NOT NULL REFERENCES tokens (name),
    expires TEXT NOT NULL
) STRICT;
"""
_SECONDS_FOR_ANOTHER = 10.0
_SETTLED = 2_000_000_000
"""So many nanoseconds after a write, the next one gives the file another time for certain."""

_ROLLED_BACK = {"delete", "truncate", "persist"}

State = tuple[int, int, int]
Stamp = tuple[int, int, int, int, int]


class AccessDatabase:
    """Tokens and sessions as rows; several processes may use the file at the same time.

    Every statement sees what any of them has committed, so a token that the command line adds or
    revokes counts in a running service from the next request on.
    """

    def __init__(self, path: Path) -> None:
        """Open the file; it is made at the first write. Reading a missing one finds nothing."""
        self._path = path.absolute()
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._closed_so_often = 0
        self._asked: tuple[Stamp, int] | None = None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """The connection, None while there is no file yet."""
        with self._lock:
            if self._connection is None and self._path.exists():
                self._connection = self._connect()
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection in a transaction that is committed at the end, undone by an exception."""
        with self._lock:
            if self._connection is None:
                self._connection = self._connect()
            with transaction(self._connection) as run:
                yield run

    def state(self, connection: sqlite3.Connection) -> State:
        """Another value after each change, by this connection or by any other of any process.

        SQLite is asked only where the file does not look as it did when SQLite was last asked: the
        question opens a transaction, with locks on the file. No commit of another process can be
        missed by that. It writes pages into the file, which gives it another time, before it
        commits, and under a lock that the question waits for. So the file is looked at first: who
        sees it as it was may answer as of then, when nothing was committed yet; who sees it
        otherwise asks, and waits for the commit. What the answer is remembered by is never younger
        than the answer.

        Two writes within one tick of the clock look alike, so a file is taken by its looks only
        when it was written to 2 s ago or earlier, and never one from the future, as after a clock
        was set back. Times cannot be set by a program (as by one that restores a backup) without
        moving the time of change. Ask it within `reading` or `writing`.
        """
        stamp = self._settled()
        if stamp is not None and self._asked is not None and self._asked[0] == stamp:
            by_others = self._asked[1]
        else:
            (by_others,) = connection.execute("PRAGMA data_version").fetchone()
            self._asked = None
            if stamp is not None and _commits_to_the_file(connection):
                self._asked = stamp, by_others
        return self._closed_so_often, by_others, connection.total_changes

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
                self._asked = None
                self._closed_so_often += 1

    def _settled(self) -> Stamp | None:
        """How the file looks; None where that could hide a change."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        written, changed = found.st_mtime_ns, found.st_ctime_ns
        if time.time_ns() - max(written, changed) < _SETTLED:
            return None
        return found.st_dev, found.st_ino, found.st_size, written, changed

    def _connect(self) -> sqlite3.Connection:
        try:
            make_private(self._path)
        except OSError:
            if not self._path.exists():
                raise
            # A disk that cannot be written, for now: whoever has a token may still read.
            return self._opened("ro")
        connection = self._opened("rw")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(_SCHEMA)
        return connection

    def _opened(self, mode: str) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{self._path.as_uri()}?mode={mode}",
            uri=True,
            timeout=_SECONDS_FOR_ANOTHER,
            isolation_level=None,
            check_same_thread=False,
        )


def _commits_to_the_file(connection: sqlite3.Connection) -> bool:
    """Whether what is committed is in the file itself, not in a log beside it."""
    (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
    return journal in _ROLLED_BACK


def written(moment: datetime) -> str:
    """A moment as text whose order is that of time."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
