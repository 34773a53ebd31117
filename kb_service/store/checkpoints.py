"""Copies of the store that other processes may read: they cost links, not bytes."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

_OWNER = "owner.lock"
_ATTEMPTS = 20

_Opened = TypeVar("_Opened")


class Held(NamedTuple):
    """A checkpoint that stays until it is let go, once."""

    path: Path
    among: Checkpoints

    def release(self) -> None:
        """Let it go."""
        self.among.release(self.path)


class Checkpoints:
    """Checkpoints of a store that this process writes: one for each generation that is read.

    The newest stays until a newer one is made; an older one goes when its last reader has left.
    """

    def __init__(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self._folder = folder
        self._lock = threading.Lock()
        self._newest: tuple[int, Path] | None = None
        self._readers: Counter[Path] = Counter()

    @contextmanager
    def reading(self, generation: int, make: Callable[[Path], None]) -> Iterator[Path]:
        """A checkpoint of this generation or a later one; it stays while the `with` block runs.

        `make` writes a checkpoint into a folder that does not exist yet.
        """
        path = self._held(generation, make)
        del make  # it belongs to the store, which who stays in here must not keep open
        try:
            yield path
        finally:
            self.release(path)

    def hold(self, generation: int) -> Held | None:
        """The same without making one: it stays until it is let go."""
        with self._lock:
            if self._newest is None or self._newest[0] < generation:
                return None
            path = self._newest[1]
            self._readers[path] += 1
            return Held(path, self)

    def release(self, path: Path) -> None:
        """Let go of a checkpoint that was read."""
        with self._lock:
            self._readers[path] -= 1
            if self._newest is None or path != self._newest[1]:
                self._remove_unless_read(path)

    def _held(self, generation: int, make: Callable[[Path], None]) -> Path:
        with self._lock:
            if self._newest is None or self._newest[0] < generation:
                path = self._folder / f"{generation}-{secrets.token_hex(4)}"
                make(path)
                before, self._newest = self._newest, (generation, path)
                if before is not None:
                    self._remove_unless_read(before[1])
            path = self._newest[1]
            self._readers[path] += 1
            return path

    def retire(self) -> None:
        """Remove what nobody reads; readers remove the rest when they leave."""
        with self._lock:
            before, self._newest = self._newest, None
            if before is not None:
                self._remove_unless_read(before[1])

    def _remove_unless_read(self, path: Path) -> None:
        if self._readers[path] == 0:
            del self._readers[path]
            shutil.rmtree(path, ignore_errors=True)


class Snapshot:
    """A consistent copy of a store's files that another process may be writing meanwhile.

    Opening those files themselves would not do: a compaction in the writer deletes files that a
    reader has yet to open. A lock on a file in the copy tells `remove_abandoned` who still lives.
    """

    def __init__(self, path: Path, owner: int) -> None:
        self.path = path
        self._owner = owner

    @classmethod
    def take(
        cls, store: Path, folder: Path, opened: Callable[[Path], _Opened]
    ) -> tuple[Snapshot, _Opened]:
        """A copy in `folder` and what `opened` made of it.

        The writer may switch files at any moment; a copy that this has torn is made again.
        """
        folder.mkdir(exist_ok=True)
        for attempt in range(_ATTEMPTS):
            snapshot = cls._new(folder)
            try:
                if _copy_store(store, snapshot.path):
                    return snapshot, opened(snapshot.path)
                snapshot.close()
            except OSError:
                snapshot.close()
                if attempt == _ATTEMPTS - 1:
                    raise
        raise OSError(f"{store} changes too fast to be copied; try again")

    @classmethod
    def _new(cls, folder: Path) -> Snapshot:
        path = folder / f"{os.getpid()}-{secrets.token_hex(4)}"
        path.mkdir()
        owner = os.open(path / _OWNER, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(owner, fcntl.LOCK_EX)
        return cls(path, owner)

    def close(self) -> None:
        """Delete the copy."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._owner >= 0:
            os.close(self._owner)
            self._owner = -1


def remove_abandoned(folder: Path) -> None:
    """Delete the snapshots whose process was killed before it could."""
    for path in folder.glob(f"*/{_OWNER}"):
        with suppress(OSError), path.open("rb") as owner:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path.parent, ignore_errors=True)


def _copy_store(store: Path, target: Path) -> bool:
    """Whether the copy is consistent: logs and manifest are copied, tables linked.

    Tables never change once written, so a link will do. A commit goes to the newest log first and
    to tables only after a newer log was begun; when the logs are the same after the manifest was
    read as before, no table can hold a part of a commit that the copied logs lack.
    """
    logs = _names(store, ".log")
    for name in logs:
        shutil.copyfile(store / name, target / name)
    _link_tables(store, target)
    manifest = (store / "CURRENT").read_text().strip()
    shutil.copyfile(store / manifest, target / manifest)
    (target / "CURRENT").write_text(manifest + "\n")
    _link_tables(store, target)
    return _names(store, ".log") == logs


def _names(store: Path, suffix: str) -> set[str]:
    return {entry.name for entry in store.iterdir() if entry.suffix == suffix}


def _link_tables(store: Path, target: Path) -> None:
    for name in _names(store, ".sst") - _names(target, ".sst"):
        with suppress(FileNotFoundError):
            (target / name).hardlink_to(store / name)
