"""Writes that carry an idempotency key, and what was answered: kept a day, on disk, for repeats."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import quote

from kb_service.database_files import make_private, transaction

KEPT_SECONDS = 24 * 3600
_TABLE = """
CREATE TABLE IF NOT EXISTS answered (
  caller TEXT NOT NULL, key TEXT NOT NULL, salt BLOB NOT NULL, fingerprint BLOB NOT NULL,
  begun REAL NOT NULL, run TEXT NOT NULL, status INTEGER, headers TEXT, people TEXT, body BLOB,
  PRIMARY KEY (caller, key))"""


@dataclass(frozen=True)
class KeptAnswer:
    """An answer as it was given the first time."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    people: tuple[str, ...] = ()
    """The keys of the people whom it told something of."""


class Standing(Enum):
    """How a request with a key stands to those before it, where no answer can be repeated."""

    NEW = "nobody has used the key"
    RUNNING = "the same request is being worked on"
    UNKNOWN = "the service failed while it worked on the same request"
    OTHER = "the key was used for another request"


class AnsweredRequests:
    """What was answered to writes with a key, by caller and key.

    Only what a write was answered after it had changed something is kept; the request itself is
    kept as a fingerprint that nobody can look up. What is removed is overwritten.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time) -> None:
        self._path = path
        self._clock = clock
        self._run = secrets.token_hex(8)
        self._lock = threading.Lock()
        make_private(path)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA secure_delete = ON")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(_TABLE)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def begin(self, caller: str, key: str, request: bytes) -> Standing | KeptAnswer:
        """The answer that this request was given, or how it stands; when NEW, it has begun."""
        with self._transaction() as run:
            run.execute("DELETE FROM answered WHERE begun < ?", (self._clock() - KEPT_SECONDS,))
            row = run.execute(
                "SELECT salt, fingerprint, run, status, headers, people, body FROM answered"
                " WHERE caller = ? AND key = ?",
                (caller, key),
            ).fetchone()
            if row is None:
                salt = secrets.token_bytes(16)
                run.execute(
                    "INSERT INTO answered (caller, key, salt, fingerprint, begun, run)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (caller, key, salt, _fingerprint(salt, request), self._clock(), self._run),
                )
                return Standing.NEW
        salt, fingerprint, run_of, status, headers, people, body = row
        if not hmac.compare_digest(_fingerprint(salt, request), fingerprint):
            return Standing.OTHER
        if status is None:
            return Standing.RUNNING if run_of == self._run else Standing.UNKNOWN
        pairs = tuple((name, value) for name, value in json.loads(headers))
        return KeptAnswer(status, pairs, body, tuple(json.loads(people)))

    def keep(self, caller: str, key: str, answer: KeptAnswer) -> None:
        """Keep what was answered to a request that has begun."""
        with self._transaction() as run:
            run.execute(
                "UPDATE answered SET status = ?, headers = ?, people = ?, body = ?"
                " WHERE caller = ? AND key = ?",
                (
                    answer.status,
                    json.dumps(answer.headers),
                    json.dumps(answer.people),
                    answer.body,
                    caller,
                    key,
                ),
            )

    def abandon(self, caller: str, key: str) -> None:
        """Forget that a request has begun: it changed nothing and may be tried again."""
        with self._transaction() as run:
            run.execute("DELETE FROM answered WHERE caller = ? AND key = ?", (caller, key))

    def doubt(self, caller: str, key: str) -> None:
        """Note that it is not known whether a request that has begun took effect."""
        with self._transaction() as run:
            run.execute("UPDATE answered SET run = '' WHERE caller = ? AND key = ?", (caller, key))

    def forget_mentions(self, texts: Iterable[str]) -> int:
        """Remove every answer that has one of these texts in it; answers how many those were."""
        wanted = [text for text in texts if text]
        with self._transaction() as run:
            rows = run.execute("SELECT rowid, key, headers, people, body FROM answered").fetchall()
            gone = [(row[0],) for row in rows if _mentions(row[1:], wanted)]
            run.executemany("DELETE FROM answered WHERE rowid = ?", gone)
        with self._lock:
            self._connection.execute("VACUUM")
        return len(gone)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, transaction(self._connection) as run:
            yield run


def _mentions(kept: Sequence[Any], texts: Iterable[str]) -> bool:
    *told, body = kept
    places = [*(place or "" for place in told), (body or b"").decode("utf-8", "replace")]
    return any(
        form in place
        for text in texts
        for form in (text, json.dumps(text)[1:-1], quote(text, safe=""))
        for place in places
    )


def _fingerprint(salt: bytes, request: bytes) -> bytes:
    return hashlib.sha256(salt + request).digest()
