"""The database of tokens: each change is seen at the next request, mostly without a question."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kb_service.access.database import AccessDatabase
from kb_service.access.roles import Role
from kb_service.access.tokens import Tokens

REVOKED = "UPDATE tokens SET revoked = '2026-06-01T12:00:00+00:00'"
GIVEN_BACK = "UPDATE tokens SET revoked = NULL"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "access.sqlite"


@pytest.fixture
def database(file: Path) -> AccessDatabase:
    return AccessDatabase(file)


@pytest.fixture
def tokens(database: AccessDatabase) -> Tokens:
    return Tokens(database)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock by which whatever the test writes was written long ago."""
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + 60_000_000_000)


@pytest.fixture
def beside(file: Path, tokens: Tokens) -> sqlite3.Connection:
    """Another connection, that syncs nothing so as to be quick."""
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def asked_of(database: AccessDatabase) -> list[str]:
    """What SQLite is asked from now on."""
    asked: list[str] = []
    with database.reading() as connection:
        assert connection is not None
        connection.set_trace_callback(asked.append)
    return asked


def state(database: AccessDatabase) -> tuple[int, int, int]:
    with database.reading() as connection:
        assert connection is not None
        return database.state(connection)


def test_a_file_that_nobody_writes_to_is_looked_at_only(
    tokens: Tokens, database: AccessDatabase, later: None
) -> None:
    text, _ = tokens.add("payroll", Role.HR)
    assert tokens.known(text) is not None
    assert tokens.known(text) is not None
    assert tokens.any_given_out()
    asked = asked_of(database)

    assert tokens.known(text) is not None
    assert tokens.any_given_out()

    assert asked == []


def test_a_file_that_was_written_to_a_moment_ago_is_not_taken_by_its_looks(
    tokens: Tokens, database: AccessDatabase
) -> None:
    tokens.add("payroll", Role.HR)
    state(database)
    asked = asked_of(database)

    state(database)

    assert asked == ["PRAGMA data_version"]


def test_a_file_from_the_future_is_not_taken_by_its_looks(
    tokens: Tokens, database: AccessDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens.add("payroll", Role.HR)
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() - 3_600_000_000_000)
    state(database)
    asked = asked_of(database)

    state(database)

    assert asked == ["PRAGMA data_version"]


def test_a_token_that_another_process_revokes_is_worthless_at_the_next_request(
    tokens: Tokens, file: Path, later: None
) -> None:
    text, _ = tokens.add("payroll", Role.HR)
    tokens.known(text)
    assert tokens.known(text) is not None

    subprocess.run(
        [
            sys.executable,
            "-c",
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()",
            file,
            REVOKED,
        ],
        check=True,
    )

    assert tokens.known(text) is None


def test_writes_that_follow_each_other_within_a_tick_are_each_seen(
    tokens: Tokens, beside: sqlite3.Connection
) -> None:
    text, _ = tokens.add("payroll", Role.HR)
    seen = []

    for _ in range(200):
        beside.execute(REVOKED)
        seen.append(tokens.known(text) is None)
        beside.execute(GIVEN_BACK)
        beside.execute(REVOKED)
        beside.execute(GIVEN_BACK)
        seen.append(tokens.known(text) is not None)

    assert all(seen)


def test_whoever_asks_while_a_change_is_written_hears_of_the_state_after_it(
    tokens: Tokens, beside: sqlite3.Connection, file: Path, later: None
) -> None:
    text, _ = tokens.add("payroll", Role.HR)
    tokens.known(text)
    assert tokens.known(text) is not None
    before = file.stat().st_mtime_ns
    beside.execute("PRAGMA cache_size = 1")
    beside.execute("BEGIN EXCLUSIVE")
    beside.execute(REVOKED)
    while file.stat().st_mtime_ns == before:  # until pages are in the file, not yet committed
        beside.execute("INSERT INTO sessions VALUES (randomblob(9000), 'payroll', '')")
    heard = []
    asking = threading.Thread(target=lambda: heard.append(tokens.known(text)))

    asking.start()
    time.sleep(0.05)
    assert heard == []
    beside.execute("COMMIT")
    asking.join()

    assert heard == [None]


def test_what_this_connection_writes_is_another_state(
    tokens: Tokens, database: AccessDatabase, later: None
) -> None:
    tokens.add("payroll", Role.HR)
    before = state(database)

    with database.writing() as connection:
        connection.execute(REVOKED)
        within = database.state(connection)

    assert before not in (within, state(database))


def test_the_first_token_closes_the_door_at_once(
    database: AccessDatabase, beside: sqlite3.Connection, tokens: Tokens, later: None
) -> None:
    tokens.revoke("nobody")
    assert not tokens.any_given_out()
    assert not tokens.any_given_out()

    beside.execute("INSERT INTO tokens VALUES ('a', x'00', 'hr', '', '', '', '', NULL, NULL)")

    assert tokens.any_given_out()


def test_a_file_put_back_with_its_old_times_is_seen_to_be_another(
    tokens: Tokens, beside: sqlite3.Connection, file: Path, later: None
) -> None:
    text, _ = tokens.add("payroll", Role.HR)
    tokens.known(text)
    assert tokens.known(text) is not None
    old = file.stat()

    beside.execute(REVOKED)
    os.utime(file, ns=(old.st_atime_ns, old.st_mtime_ns))

    assert file.stat().st_size == old.st_size
    assert tokens.known(text) is None


def test_a_write_ahead_log_is_not_overlooked(
    tokens: Tokens, beside: sqlite3.Connection, file: Path, later: None
) -> None:
    text, _ = tokens.add("payroll", Role.HR)
    assert beside.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    tokens.known(text)
    assert tokens.known(text) is not None
    looks = file.stat().st_mtime_ns

    beside.execute(REVOKED)

    assert file.stat().st_mtime_ns == looks
    assert tokens.known(text) is None


def test_a_database_that_was_let_go_of_is_in_another_state(
    tokens: Tokens, database: AccessDatabase, later: None
) -> None:
    tokens.add("payroll", Role.HR)
    database.close()
    before = state(database)

    database.close()

    assert state(database) != before
