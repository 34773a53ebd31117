"""A store that holds nothing but some graphs of the whole one, and is kept in step with it.

What everyone may read is in one such store, and everything but who rated whom in another.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pyoxigraph import NamedNode, Store

from kb_service.store.changes import Change, Graph
from kb_service.store.checkpoints import Checkpoints, Held
from kb_service.vocabulary import is_shared, tells_of_raters

_MOST_WAITING = 200_000
"""Quads of commits that nobody has asked for since; beyond them it is filled anew instead."""

Choice = Callable[[Graph], bool]
Fill = Callable[[Store, Path], Store]
"""Makes a new store in a folder from a copy of the whole one."""


class ChosenGraphs:
    """Some graphs of a store, filled when they are first asked for.

    After that each commit brings its own part of them, so that a write to other graphs costs nothing
    here. Checkpoints of it are made anew only when one of these graphs has changed.
    """

    def __init__(self, folder: Path, chosen: Choice, fill: Fill, *, is_personal: bool) -> None:
        """What `is_personal` leaves no file behind once the whole store has changed otherwise."""
        self._chosen = chosen
        self._fill = fill
        self._is_personal = is_personal
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
    def shared(cls, folder: Path | None) -> ChosenGraphs:
        """The shared graphs; among temporary files where there is no folder beside the store."""
        return cls._at(folder, _is_shared, _with_shared_graphs, is_personal=False)

    @classmethod
    def but_raters(cls, folder: Path | None) -> ChosenGraphs:
        """All graphs but those that tell of who rated somebody; in the same way."""
        return cls._at(folder, _is_not_of_raters, _without_raters, is_personal=True)

    @classmethod
    def _at(
        cls, folder: Path | None, chosen: Choice, fill: Fill, *, is_personal: bool
    ) -> ChosenGraphs:
        if folder is not None:
            return cls(folder, chosen, fill, is_personal=is_personal)
        temporary = tempfile.TemporaryDirectory(prefix="rengang-graphs-")
        graphs = cls(Path(temporary.name) / "graphs", chosen, fill, is_personal=is_personal)
        graphs._temporary = temporary
        return graphs

    def note(self, change: Change) -> None:
        """Hear of a commit; called in the order of commits."""
        with self._lock:
            if self._is_wanted and (part := change.within(self._chosen)).size:
                self._waiting.append(part)
                if sum(each.size for each in self._waiting) > _MOST_WAITING:
                    self._forget()

    def forget(self) -> None:
        """Fill it anew when it is asked for again: the whole store has changed otherwise."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._is_wanted = False
        self._store = None
        self._waiting.clear()
        if self._is_personal:  # who was erased is in no file that nobody reads
            self._checkpoints.retire()
            for old in self._folders:
                shutil.rmtree(old, ignore_errors=True)
            self._folders.clear()

    def store(self, whole: Callable[[], Store]) -> Store:
        """The store of these graphs as of the last commit; its files may go, if it is personal.

        `whole` opens a copy of the whole store that does not change; it is asked once.
        """
        with self._lock:
            return self._current(whole)

    @contextmanager
    def reading(self, whole: Callable[[], Store]) -> Iterator[Path]:
        """A checkpoint of it that any process may open while the `with` block runs."""
        with ExitStack() as held:
            with self._lock:
                store = self._current(whole)
                reading = self._checkpoints.reading(self._generation, store.backup)
                path = held.enter_context(reading)
            del store, reading  # who stays in here must not keep it open
            yield path

    @property
    def is_current(self) -> bool:
        """Whether it holds every commit already."""
        return self._store is not None and not self._waiting

    def hold(self) -> Held | None:
        """A checkpoint with every commit where there is one already; it stays until it is let go."""
        with self._lock:
            return self._checkpoints.hold(self._generation) if self.is_current else None

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
        """A new store with these graphs; the files of the last one stay for who reads them."""
        for old in self._folders[:-1]:
            shutil.rmtree(old, ignore_errors=True)
        self._folders = self._folders[-1:]
        self._folders.append(self._folder / f"store-{secrets.token_hex(4)}")
        return self._fill(whole, self._folders[-1])


def _is_shared(name: Graph) -> bool:
    return isinstance(name, NamedNode) and is_shared(name.value)


def _with_shared_graphs(whole: Store, folder: Path) -> Store:
    store = Store(folder)
    store.bulk_extend(
        quad
        for name in whole.named_graphs()
        if _is_shared(name)
        for quad in whole.quads_for_pattern(None, None, None, name)
    )
    return store


def _is_not_of_raters(name: Graph) -> bool:
    return not (isinstance(name, NamedNode) and tells_of_raters(name.value))


def _without_raters(whole: Store, folder: Path) -> Store:
    """Nearly all of a store, so its files are linked, and what does not belong is taken out."""
    whole.backup(folder)
    store = Store(folder)
    for name in list(store.named_graphs()):
        if not _is_not_of_raters(name):
            store.remove_graph(name)
    return store
