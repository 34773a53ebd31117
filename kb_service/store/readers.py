"""What the readers of a store that is being written are given: never half a commit."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from pyoxigraph import Store

from kb_service.store.changes import Change
from kb_service.store.checkpoints import Checkpoints, Held
from kb_service.store.chosen_graphs import ChosenGraphs
from kb_service.store.data_folder import DataFolder
from kb_service.store.quad_count import QuadCount


class Readers:
    """Counts commits and keeps copies of the store for whoever reads beside the writer.

    `generation` counts the commits since the store was opened.
    """

    def __init__(self, data: DataFolder, shared: Path | None = None) -> None:
        """`shared` is a folder for the shared graphs of a store that nobody here writes; what else is read of
        it goes beside that."""
        self.generation = 0
        self.count = QuadCount()
        self.before: Store | None = None
        """The state before a large change, for as long as that is being carried out."""
        self._data = data
        self._held = ExitStack()
        self._checkpoints: Checkpoints | None = None
        self._shared: ChosenGraphs | None = None
        self._but_raters: ChosenGraphs | None = None
        self._shared_folder = shared
        self._alias = data.store
        self._lock = threading.Lock()
        self._in_place = 0

    # What the writer tells

    def opened(self) -> None:
        """Hear that the store can be written from now on; what readers left behind goes."""
        self.count.forget()
        if self._checkpoints is None:
            self._checkpoints = Checkpoints(self._data.checkpoints)
            for chosen in self._chosen:
                chosen.close()
            self._shared = ChosenGraphs.shared(self._data.shared)
            self._but_raters = ChosenGraphs.but_raters(self._data.but_raters)
        # A name of its own each time: whoever has opened one keeps what he found there.
        if self._alias.is_symlink():
            self._alias.unlink()
        self._alias = self._data.checkpoints / f"in-place-{secrets.token_hex(4)}"
        self._alias.symlink_to(self._data.store)

    def committed(self, change: Change) -> None:
        """Hear of a commit that can be seen now."""
        self.count.note(change)
        self.generation += 1
        for chosen in self._chosen:
            chosen.note(change)

    def set_aside(self, store: Store) -> Path:
        """Make everybody read a copy of the store until `put_back`; answers where it is."""
        assert self._checkpoints is not None
        path = self._held.enter_context(self._checkpoints.reading(self.generation, store.backup))
        self.before = Store.read_only(str(path))
        return path

    def put_back(self) -> None:
        """Let everybody read the store again, which is another one by now."""
        if self.before is not None:
            self.before = None
            self.count.forget()
            self.generation += 1
            for chosen in self._chosen:
                chosen.forget()
            self._held.close()
            if self._checkpoints is not None:  # the copy of the state before is kept for nobody
                self._checkpoints.retire()

    def read_in_place(self) -> bool:
        """Whether somebody reads the very files of the store, so that nobody may write them."""
        return self._in_place > 0

    # What readers get

    @contextmanager
    def checkpoint(
        self, store: Callable[[], Store], failed: Callable[[OSError], object]
    ) -> Iterator[Path]:
        """A folder that any process can open, with every commit made so far.

        Where no copy can be made, on a full disk for one, the files are read where they lie; `failed`
        hears of it first and sees to it that nobody writes them.
        """
        with ExitStack() as held:
            path = self._alias
            try:
                if self._checkpoints is not None:
                    reading = self._checkpoints.reading(
                        self.generation, lambda target: store().backup(target)
                    )
                    path = held.enter_context(reading)
            except OSError as error:
                failed(error)
            if path == self._alias:
                held.enter_context(self._reading_in_place())
            yield path

    def hold(self) -> Held | None:
        """A copy with every commit where there is one already; it stays until it is let go."""
        return None if self._checkpoints is None else self._checkpoints.hold(self.generation)

    @contextmanager
    def _reading_in_place(self) -> Iterator[None]:
        with self._lock:
            self._in_place += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_place -= 1

    def shared(self) -> ChosenGraphs:
        """The shared graphs by themselves."""
        if self._shared is None:
            self._shared = ChosenGraphs.shared(self._shared_folder)
        return self._shared

    def but_raters(self) -> ChosenGraphs:
        """Everything but who rated whom."""
        if self._but_raters is None:
            beside = self._shared_folder
            self._but_raters = ChosenGraphs.but_raters(beside and beside.parent / "but-raters")
        return self._but_raters

    @property
    def _chosen(self) -> list[ChosenGraphs]:
        return [each for each in (self._shared, self._but_raters) if each is not None]

    def close(self) -> None:
        """Remove the copies that nobody reads."""
        self._held.close()
        self.before = None
        with suppress(OSError):
            if self._alias.is_symlink():
                self._alias.unlink()
        for chosen in self._chosen:
            chosen.close()
        if self._checkpoints is not None:
            self._checkpoints.retire()
