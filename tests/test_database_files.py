"""SQLite files that only their owner reads, and transactions that are whole or not at all."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kb_service.database_files import make_private, transaction


@pytest.mark.parametrize("exists", [False, True])
def test_a_private_file_is_its_owners_whatever_the_umask(tmp_path: Path, exists: bool) -> None:
    path = tmp_path / "names.sqlite"
    if exists:
        path.write_bytes(b"here before")
        path.chmod(0o644)
    before = os.umask(0)

    try:
        make_private(path)
    finally:
        os.umask(before)

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == (b"here before" if exists else b"")


def test_a_transaction_is_kept_whole_or_undone_whole(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.sqlite", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE word (word TEXT)")

        with transaction(connection) as run:
            run.execute("INSERT INTO word VALUES ('kept')")
        with pytest.raises(KeyboardInterrupt), transaction(connection) as run:
            run.execute("INSERT INTO word VALUES ('undone')")
            raise KeyboardInterrupt

        assert connection.execute("SELECT word FROM word").fetchall() == [("kept",)]
        assert not connection.in_transaction


def test_who_is_in_a_transaction_keeps_other_writers_out_from_the_start(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as one,
        closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other,
        transaction(one),
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")
