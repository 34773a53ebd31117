"""A file that is added to and stays open between additions, for as long as its path leads to it."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path


class HeldFile:
    """A file that is opened once and added to many times; it is made where there is none.

    While it is open no other file can get its inode, so a path that leads to that inode leads to
    this very file. Whoever adds sees to it that nobody else does meanwhile, in any process.
    """

    _descriptor = -1

    def __init__(self, path: Path) -> None:
        self._path = path
        self._look = partial(os.stat, str(path))
        self.name = path.name
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        found = os.fstat(self._descriptor)
        self._inode = (found.st_dev, found.st_ino)
        self.size = found.st_size
        """How long it was when it was last looked at."""
        self.left_at = 0
        """How long it was after the last addition made here."""
        self._began_at = 0

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def is_in_place(self) -> bool:
        """Whether its path leads to it still; `size` is how long it is by now."""
        try:
            found = self._look()
        except FileNotFoundError:
            return False
        self.size = found.st_size
        return (found.st_dev, found.st_ino) == self._inode

    def ends_a_line(self) -> bool:
        """Whether no line without an end is last in it."""
        size = self.size
        return size in (0, self.left_at) or os.pread(self._descriptor, 1, size - 1) == b"\n"

    def append(self, lines: bytes) -> None:
        """Add lines to the file as it was when last looked at: whole or not at all."""
        if os.write(self._descriptor, lines) != len(lines):
            os.ftruncate(self._descriptor, self.size)
            raise OSError(f"{self._path} took only part of what was to be added")
        self._began_at = self.size
        self.size = self.left_at = self.size + len(lines)

    def take_back(self) -> None:
        """Undo the last addition; nobody may have added since."""
        os.ftruncate(self._descriptor, self._began_at)
        self.size = self.left_at = self._began_at
