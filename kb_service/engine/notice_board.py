"""Which rule a process runs, readable by another process after the first was killed."""

from __future__ import annotations

import mmap
import os
import tempfile
from pathlib import Path

_SLOT = 256


class NoticeBoard:
    """A small file in memory with a line for each of several processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("r+b") as file:
            self._lines = mmap.mmap(file.fileno(), 0)

    @classmethod
    def create(cls, slots: int) -> NoticeBoard:
        """A new board with so many lines; `remove` deletes it."""
        descriptor, name = tempfile.mkstemp(prefix="rengang-board-")
        os.write(descriptor, bytes(_SLOT * slots))
        os.close(descriptor)
        return cls(Path(name))

    def write(self, slot: int, text: str) -> None:
        """Replace a line; what is too long is cut."""
        start = slot * _SLOT
        data = text.encode()[: _SLOT - 1]
        self._lines[start : start + _SLOT] = data.ljust(_SLOT, b"\0")

    def read(self, slot: int) -> str:
        """A line as last written."""
        start = slot * _SLOT
        return self._lines[start : start + _SLOT].rstrip(b"\0").decode(errors="ignore")

    def remove(self) -> None:
        """Delete the file; who has it open may go on."""
        self._lines.close()
        self.path.unlink(missing_ok=True)
