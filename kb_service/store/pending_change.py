"""A change too large for one commit: written down first, then carried out, and seen when it is done."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_UPDATES = "updates.jsonl"
_BEFORE = "before"
_DONE = ".done"


class PendingChange:
    """The updates of a large change in a folder beside the store.

    It counts from the moment the folder has its final name: whoever opens the store to write carries
    out what a predecessor could not, and whoever reads meanwhile reads the copy from before.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unfinished = folder.with_name(folder.name + ".new")
        self._file: IO[str] | None = None

    def begin(self) -> None:
        """Start writing down; what was left unfinished is thrown away."""
        shutil.rmtree(self._unfinished, ignore_errors=True)
        self._unfinished.mkdir()
        self._file = (self._unfinished / _UPDATES).open("w", encoding="utf-8")

    def add(self, update: str) -> None:
        """Write down one SPARQL update; carrying it out twice must do no harm."""
        assert self._file is not None
        self._file.write(json.dumps(update, ensure_ascii=False) + "\n")

    def abandon(self) -> None:
        """Forget what was written down."""
        if self._file is not None:
            self._file.close()
            self._file = None
        shutil.rmtree(self._unfinished, ignore_errors=True)

    def commit(self, before: Path) -> None:
        """Make the change count; `before` is a copy of the store as it was until now."""
        assert self._file is not None
        (self._unfinished / _BEFORE).write_text(str(before), encoding="utf-8")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._file = None
        _sync(self._unfinished)
        self._unfinished.rename(self._folder)
        _sync(self._folder.parent)

    @property
    def is_committed(self) -> bool:
        """Whether there is a change that has to be carried out."""
        return self._folder.is_dir()

    @property
    def before(self) -> Path:
        """The copy of the store from before the change."""
        return Path((self._folder / _BEFORE).read_text(encoding="utf-8"))

    def updates(self) -> Iterator[str]:
        """The updates in the order in which they were written down."""
        with (self._folder / _UPDATES).open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)

    def finish(self) -> None:
        """Note that every update is carried out and on disk."""
        done = self._folder.with_name(self._folder.name + _DONE)
        shutil.rmtree(done, ignore_errors=True)
        self._folder.rename(done)
        _sync(self._folder.parent)
        shutil.rmtree(done, ignore_errors=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
