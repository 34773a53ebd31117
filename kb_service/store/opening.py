"""How the files of a store are opened: to write, to read beside a writer, to read where they lie."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path

from pyoxigraph import Store

from kb_service.store.checkpoints import Snapshot
from kb_service.store.data_folder import DataFolder
from kb_service.store.disk import sync
from kb_service.store.pending_change import PendingChange
from kb_service.store.store_state import StoreDamaged, is_damage, state_after

_ATTEMPTS = 20
_HELD_BY_ANOTHER = ("lock hold by current process", "Resource temporarily unavailable")
NEW, OLD = ".new", ".old"


class StoreInUse(RuntimeError):
    """Another process writes this data folder; open it read-only, or stop the other."""


def open_to_write(data: DataFolder) -> Store:
    """The store, opened by this process alone.

    Raises StoreInUse, StoreDamaged, or OSError where the disk cannot be written.
    """
    finish_switch(data.store)
    try:
        store = Store(data.store)
    except (OSError, RuntimeError) as error:
        if any(reason in str(error) for reason in _HELD_BY_ANOTHER):
            raise in_use(data) from error
        if is_damage(error):
            raise StoreDamaged(state_after(error)) from error
        raise
    sync(data.path)
    return store


def in_use(data: DataFolder) -> StoreInUse:
    """What to say to a second writer."""
    return StoreInUse(
        f"{data.path} is in use by another process that writes it. "
        "Stop that one, or name another data folder."
    )


def finish_switch(store: Path) -> None:
    """Finish what putting a new store in place of the old one has left unfinished.

    The old one is moved away only when the new one is whole and on disk.
    """
    new, old = store.with_name(store.name + NEW), store.with_name(store.name + OLD)
    if not new.exists() and not old.exists():
        return
    if not store.exists() and new.exists():
        new.rename(store)
        sync(store.parent)
    shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def switch(store: Path) -> None:
    """Put the new store, which is whole and on disk, in place of the old one, which goes."""
    store.rename(store.with_name(store.name + OLD))
    store.with_name(store.name + NEW).rename(store)
    sync(store.parent)
    finish_switch(store)


def open_snapshot(data: DataFolder) -> tuple[Snapshot, Store]:
    """A copy of the last whole state; while a large change is carried out, of that before it."""
    pending = PendingChange(data.pending)
    for _ in range(_ATTEMPTS):
        seen = data.path.stat().st_mtime_ns
        with suppress(FileNotFoundError):
            source = pending.before if pending.is_going_on else data.store
            snapshot, opened = Snapshot.take(
                source, data.snapshots, lambda path: Store.read_only(str(path))
            )
            if data.path.stat().st_mtime_ns == seen:
                return snapshot, opened
            del opened
            snapshot.close()
    raise OSError(f"{data.path} changes too fast to be copied; try again")


class InPlace:
    """The files of a store read where they lie, because nothing can be written beside them.

    A lock keeps every writer away meanwhile: files that are written cannot be read in place.
    """

    def __init__(self, data: DataFolder, is_ours: bool) -> None:
        """Open the store; raises StoreInUse while somebody writes it, and OSError.

        What this process had opened to write and has yet to let go of (`is_ours`) keeps its lock.
        """
        self._lock = -1
        if not is_ours:
            self._lock = os.open(data.store / "LOCK", os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.lockf(self._lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError as error:
                self.close()
                raise in_use(data) from error
        pending = PendingChange(data.pending)
        self.path = pending.before if pending.is_going_on else data.store
        self.store = Store.read_only(str(self.path))

    def close(self) -> None:
        """Let writers in again."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1
