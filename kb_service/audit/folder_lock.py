"""The lock that orders whoever adds to a folder, and whether names in there changed meanwhile."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

_SETTLED = 2_000_000_000
"""After so many nanoseconds no clock of a file system gives a second change the time of a first."""


class FolderLock:
    """Within `with` no other process has the lock of the folder.

    The lock file stays open in between; one that was removed or replaced is noticed. Threads of
    this process see to it themselves that only one comes at a time.
    """

    def __init__(self, folder: Path, prepare: Callable[[], None]) -> None:
        """`prepare` makes what is missing of the folder."""
        self._look = partial(os.stat, str(folder))
        self._path = folder / "lock"
        self._prepare = prepare
        self._descriptor = -1
        self._process = 0
        self._seen: tuple[int, int, int] | None = None
        self.changes = 0
        """It is another number once a name in the folder may have come, gone, or changed hands."""

    def __enter__(self) -> None:
        try:
            fcntl.flock(self._opened(), fcntl.LOCK_EX)
            while self._names_may_have_changed() and not self._is_in_place():
                self.close()
                fcntl.flock(self._opened(), fcntl.LOCK_EX)
        except BaseException:
            self.close()
            raise

    def __exit__(self, *raised: object) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the lock file, and of the lock."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _opened(self) -> int:
        # A process that was forked would share the lock with its parent instead of waiting for it.
        if self._process != os.getpid():
            self.close()
        if self._descriptor < 0:
            self._prepare()
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            self._process = os.getpid()
        return self._descriptor

    def _names_may_have_changed(self) -> bool:
        """Whether the folder is another or was changed since this was asked last.

        Its time of change tells only once that lies back far enough: then whatever changes it gets
        a later one. It is not the time of modification, which a restore may set back.
        """
        now = time.time_ns()
        try:
            found = self._look()
        except FileNotFoundError:
            self._seen = None
        else:
            seen = (found.st_dev, found.st_ino, found.st_ctime_ns)
            if seen == self._seen:
                return False
            self._seen = seen if now - found.st_ctime_ns > _SETTLED else None
        self.changes += 1
        return True

    def _is_in_place(self) -> bool:
        """Whether the lock file that is open is the one that others would open."""
        self._prepare()
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return False
        return os.path.samestat(found, os.fstat(self._descriptor))
