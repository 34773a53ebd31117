"""A store that holds nothing but what everyone may read, kept in step with the whole one."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Store

from kb_service.store.changes import Change
from kb_service.store.checkpoints import Checkpoints
from kb_service.vocabulary import is_shared


def _is_shared(name: NamedNode | BlankNode | DefaultGraph) -> bool:
    return isinstance(name, NamedNode) and is_shared(name.value)


class SharedGraphs:
    """The shared graphs of a store, filled when they are first asked for.

    After that each commit brings its own part of them, so that a write about a person costs nothing
    here. Checkpoints of it are made anew only when a shared graph has changed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._checkpoints = Checkpoints(folder / "checkpoints")
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._waiting: list[Change] = []
        self._generation = 0
        self._is_wanted = False
        self._folders: list[Path] = []
        self._temporary: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def elsewhere(cls) -> SharedGraphs:
        """Shared graphs in a folder for temporary files, for a store beside which none can be."""
        folder = tempfile.TemporaryDirectory(prefix="rengang-shared-")
        graphs = cls(Path(folder.name) / "shared")
        graphs._temporary = folder
        return graphs

    def note(self, change: Change) -> None:
        """Hear of a commit; called in the order of commits."""
        with self._lock:
            if self._is_wanted and (part := change.within(_is_shared)).size:
                self._waiting.append(part)

    def forget(self) -> None:
        """Fill it anew when it is asked for again: the whole store has changed otherwise."""
        with self._lock:
            self._is_wanted = False
            self._store = None
            self._waiting.clear()

    def store(self, whole: Callable[[], Store]) -> Store:
        """The store of shared graphs as of the last commit.

        `whole` opens a copy of the whole store that does not change; it is asked once.
        """
        with self._lock:
            return self._current(whole)

    @contextmanager
    def reading(self, whole: Callable[[], Store]) -> Iterator[Path]:
        """A checkpoint of it that any process may open while the `with` block runs."""
        with self._lock:
            store = self._current(whole)
            generation = self._generation
        with self._checkpoints.reading(generation, store.backup) as path:
            yield path

    def has_checkpoint(self) -> bool:
        """Whether there is a checkpoint with every commit already, so that none must be made."""
        is_current = self._store is not None and not self._waiting
        return is_current and self._checkpoints.has(self._generation)

    def close(self) -> None:
        """Let go of it; what readers still read goes when they leave."""
        self.forget()
        self._checkpoints.retire()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _current(self, whole: Callable[[], Store]) -> Store:
        if self._store is None:
            self._is_wanted = True
            self._waiting.clear()
            self._store = self._filled(whole())
            self._generation += 1
        for change in self._waiting:
            change.carry_out(self._store)
            self._generation += 1
        self._waiting.clear()
        return self._store

    def _filled(self, whole: Store) -> Store:
        """A new store with the shared graphs; the files of the last one stay for who reads them."""
        for old in self._folders[:-1]:
            shutil.rmtree(old, ignore_errors=True)
        self._folders = self._folders[-1:]
        self._folders.append(self._folder / f"store-{secrets.token_hex(4)}")
        store = Store(self._folders[-1])
        store.bulk_extend(
            quad
            for name in whole.named_graphs()
            if _is_shared(name)
            for quad in whole.quads_for_pattern(None, None, None, name)
        )
        return store
