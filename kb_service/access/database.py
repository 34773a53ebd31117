"""The database of tokens and sessions: one file that only its owner may read."""

from __future__ import annotations

import sqlite3
import threading
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


class AccessDatabase:
    """Tokens and sessions as rows; several processes may use the file at the same time.

    Every statement sees what any of them has committed, so a token that the command line adds or
    revokes counts in a running service from the next request on.
    """

    def __init__(self, path: Path) -> None:
        """Open the file; it is made at the first write. Reading a missing one finds nothing."""
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

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

    def state(self, connection: sqlite3.Connection) -> tuple[int, int]:
        """Another value after each change, by this connection or by any other of any process."""
        (by_others,) = connection.execute("PRAGMA data_version").fetchone()
        return by_others, connection.total_changes

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

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
            f"{self._path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=_SECONDS_FOR_ANOTHER,
            isolation_level=None,
            check_same_thread=False,
        )


def written(moment: datetime) -> str:
    """A moment as text whose order is that of time."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
