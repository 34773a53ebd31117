"""The note that a large change is being carried out, and where the state before it can be read."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from pyoxigraph import Store

from kb_service.store.disk import sync, write_whole

_UPDATES = "updates.jsonl"


class PendingChange:
    """A file beside the store, there while a change is half carried out.

    The change itself is in the journal, decided: whoever opens the store to write carries it out.
    Whoever opens it to read meanwhile reads the copy from before.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def begin(self, before: Path) -> None:
        """Note that the store is not to be read from now on, but this copy of it."""
        write_whole(self._file, str(before).encode())

    @property
    def is_going_on(self) -> bool:
        """Whether a change is half carried out."""
        return self._file.exists()

    @property
    def before(self) -> Path:
        """The copy of the store from before the change."""
        file = self._file / "before" if self._file.is_dir() else self._file
        return Path(file.read_text(encoding="utf-8"))

    def finish(self) -> None:
        """Note that the store may be read again: the change is carried out and on disk."""
        with suppress(FileNotFoundError):
            self._file.unlink()
            sync(self._file.parent)

    def carry_out_written_by_earlier_version(self, store: Store) -> None:
        """Finish a large change that a version without a journal had decided and left."""
        if self._file.is_dir():
            with (self._file / _UPDATES).open(encoding="utf-8") as lines:
                for line in lines:
                    store.update(json.loads(line))
            store.flush()
            (self._file / _UPDATES).unlink()
            (self._file / "before").unlink(missing_ok=True)
            self._file.rmdir()
