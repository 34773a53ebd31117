"""SQLite files that only their owner may read, and transactions in them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OWNER_ONLY = 0o600


def make_private(path: Path) -> None:
    """Have a file that only its owner may read, made where there is none.

    Before SQLite makes it, which would let others read what the umask lets them. Its journal is
    given the permissions of the file. Raises OSError.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, _OWNER_ONLY)
    try:
        os.fchmod(descriptor, _OWNER_ONLY)
    finally:
        os.close(descriptor)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """The connection in a transaction: committed at the end, undone by whatever is raised.

    It writes from the start, so that of two processes one waits for the other. The caller sees to
    it that one thread at a time uses the connection, which must not begin transactions by itself.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
