"""The one who writes a store: journal first, then the store, and back on its feet after a failure."""

from __future__ import annotations

import gc
import logging
import threading
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from pyoxigraph import NamedNode, Store, Triple

from kb_service.store.changes import Change, change_towards
from kb_service.store.commit_queue import CommitQueue, Request
from kb_service.store.data_folder import DataFolder
from kb_service.store.disk import probe, sync, write_whole
from kb_service.store.erasures import Keeping, erased_digests
from kb_service.store.journal import Journal, JournalPolicy, Place
from kb_service.store.large_change import LOGGED_QUADS, Draft
from kb_service.store.opening import NEW, InPlace, StoreInUse, open_to_write, switch
from kb_service.store.pending_change import PendingChange
from kb_service.store.readers import Readers
from kb_service.store.rebuilding import write_anew
from kb_service.store.store_state import (
    DAMAGED,
    OK,
    StoreDamaged,
    StoreReadOnly,
    StoreState,
    is_damage,
    state_after,
)

_log = logging.getLogger(__name__)

_SECONDS_BETWEEN_ATTEMPTS = 2.0
_PATIENCE = 10.0
ANEW = ".anew"


class Writer:
    """Takes changes one after the other and owns the store and its journal.

    A change is written into the journal and synced before it is carried out, so that nobody sees
    what a power cut could undo. Whoever opens the store carries out again what its tables lack.
    """

    def __init__(
        self,
        data: DataFolder,
        policy: JournalPolicy,
        readers: Readers,
    ) -> None:
        """Open the store and bring it up to date; what cannot be written is opened to be read."""
        self._data = data
        self._policy = policy
        self._readers = readers
        self._queue = CommitQueue()
        self._pending = PendingChange(data.pending)
        self._gate = threading.Condition()
        self._opened: Store | None = None
        self._in_place: InPlace | None = None
        self._journal: Journal | None = None
        self._logged = 0
        self._undo: Place | None = None
        self._state = OK
        self._tried = 0.0
        self._is_closed = False
        try:
            self._open()
            if data.rebuilding.exists():
                self.rebuild()
        except OSError as error:
            self._state = state_after(error)
            self._open_in_place()

    # Opening and recovering

    def _open(self) -> None:
        """Open everything to write, and bring the store up to date."""
        store = self._opened_to_write()
        try:
            if self._journal is not None and self._undo is not None:
                self._journal.take_back(self._undo)
                self._undo = None
            if self._journal is None:
                self._journal = Journal(self._data.journal, self._policy)
            self._pending.carry_out_written_by_earlier_version(store)
            self._bring_up_to_date(store, self._journal)
        except BaseException:
            del store
            raise
        with self._gate:
            self._opened = store
            self._gate.notify_all()
        self._readers.opened()
        self._state = OK

    def _opened_to_write(self) -> Store:
        """The store opened anew; who reads the one opened before is waited for."""
        with self._gate:
            self._opened = None
        if self._in_place is not None:
            self._in_place.close()
            self._in_place = None
        deadline = time.monotonic() + (_PATIENCE if self._journal is not None else 0)
        while True:
            try:
                return open_to_write(self._data)
            except StoreInUse:
                if time.monotonic() > deadline:
                    raise
                gc.collect()  # the traceback of a failure may still hold it
                time.sleep(0.01)

    def _bring_up_to_date(self, store: Store, journal: Journal) -> None:
        """Carry out the commits that the tables may lack; those they have change nothing."""
        is_behind = False
        for commit in journal.unsettled():
            is_behind = True
            for change in commit.changes():
                change.carry_out(store)
        if is_behind:
            store.flush()
            journal.settle()
        self._logged = 0
        self._pending.finish()

    def _open_in_place(self) -> None:
        """Open what is there to be read, if that is all that was acknowledged."""
        self._in_place = InPlace(self._data, is_ours=self._journal is not None)
        with self._gate:
            self._opened = self._in_place.store
            self._gate.notify_all()

    @property
    def state(self) -> StoreState:
        """Whether writes are taken; when they were not, it is tried again every few seconds."""
        if self._state.takes_writes or self._state.code == DAMAGED.code or self._is_closed:
            return self._state
        with self._queue.turn(blocking=False) as has_turn:
            if has_turn and time.monotonic() - self._tried > _SECONDS_BETWEEN_ATTEMPTS:
                with suppress(StoreReadOnly):
                    self._ready()
        return self._state

    @property
    def damage(self) -> StoreState | None:
        """What is known to be damaged; None while nothing is."""
        return self._state if self._state.code == DAMAGED.code else None

    def _ready(self) -> Journal:
        """The journal of a store that can be written; raises StoreReadOnly while it cannot."""
        if self._is_closed:
            raise ValueError("the store is closed")
        if not self._state.takes_writes:
            self._recover()
        assert self._journal is not None
        return self._journal

    def _recover(self) -> None:
        """Try whether the cause of a failure is gone; raises StoreReadOnly when it is not."""
        self._tried = time.monotonic()
        if self._state.code == DAMAGED.code:
            raise StoreReadOnly(self._state)
        if self._readers.read_in_place():
            raise StoreReadOnly(self._state)
        try:
            probe(self._data.probe)
            self._open()
        except (OSError, StoreInUse) as error:
            if isinstance(error, OSError):
                self._state = state_after(error)
            if self._opened is None:
                self._open_in_place()
            raise StoreReadOnly(self._state) from error
        except StoreDamaged as error:
            self._state = error.state
            raise StoreReadOnly(self._state) from error
        self._readers.put_back()

    def fail(self, error: Exception) -> StoreReadOnly:
        """Take no writes until the cause of this error is gone; answers what to raise."""
        state = state_after(error)
        if state != self._state:
            _log.error("the store is read-only: %s (%s)", state.en, str(error))
        self._state = state
        traceback.clear_frames(error.__traceback__)  # they hold the store, which is to be closed
        return StoreReadOnly(self._state)

    # Committing

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Nobody writes while the block runs."""
        with self._queue.turn():
            yield

    @property
    def store(self) -> Store:
        """What is written, to be read; waits while it is opened anew."""
        with self._gate:
            self._gate.wait_for(lambda: self._opened is not None or self._is_closed, _PATIENCE)
            if self._opened is None:
                raise ValueError("the store is closed")
            return self._opened

    def commit(self, request: Request) -> None:
        """Make a change; it is on disk and can be seen when this returns.

        Raises StoreReadOnly when it cannot be written; nothing of it was then.
        """
        try:
            self._queue.make(request, self._make_some)
        except (OSError, RuntimeError) as error:
            if isinstance(error, OSError) or is_damage(error):
                raise self.fail(error) from error
            raise

    def _make_some(self) -> None:
        journal = self._ready()
        taken = self._queue.take(self.store)
        if taken:
            self._make_all(journal, taken)

    def _make_all(self, journal: Journal, taken: Sequence[tuple[Request, Change]]) -> None:
        """Make changes that were worked out; each request is done when this returns."""
        start = journal.place
        try:
            places = journal.append(change for _, change in taken)
            journal.sync()
        except OSError as error:
            self._give_up(journal, start, taken, error)
            return
        for number, (request, change) in enumerate(taken):
            try:
                change.carry_out(self.store)
            except Exception as error:
                self._give_up(journal, places[number], taken[number:], error)
                return
            self._readers.committed(change)
            self._logged += change.size
            request.end()
        if self._logged > LOGGED_QUADS:
            self._settle(journal)

    def _give_up(
        self,
        journal: Journal,
        place: Place,
        taken: Sequence[tuple[Request, Change]],
        error: Exception,
    ) -> None:
        """Tell those who wait for changes from this place on that nothing of them was made."""
        self._take_back(journal, place)
        is_disk = isinstance(error, OSError) or is_damage(error)
        reason = self.fail(error) if is_disk else error
        for request, _ in taken:
            request.end(reason)

    def _take_back(self, journal: Journal, place: Place) -> None:
        """Forget what was written down and not carried out, at the latest before the next write."""
        self._undo = place
        with suppress(OSError):
            journal.take_back(place)
            self._undo = None

    def _settle(self, journal: Journal) -> None:
        """Write tables, so that the journal need not be read so far back at the next start."""
        try:
            self.store.flush()
            journal.settle()
            self._logged = 0
        except OSError as error:  # what was acknowledged is in the journal
            self.fail(error)

    # Large changes

    def commit_many(self, graphs: Iterable[tuple[NamedNode, Iterable[Triple]]]) -> int:
        """Make a change that need not fit into memory; answers how many quads it concerns.

        A change that is too large for one transaction is carried out behind the readers' backs.
        Raises StoreReadOnly when it cannot be written down. Once that is done it counts, and if it
        cannot be carried out at once, that is done before the next write.
        """
        with self._queue.turn():
            journal = self._ready()
            draft = Draft(journal)
            try:
                for name, triples in graphs:
                    draft.add(change_towards({name: triples}, self.store))
                if draft.is_large:
                    before = self._readers.set_aside(self.store)
                    draft.end()
            except BaseException as error:
                self._take_back(journal, draft.start)
                self._readers.put_back()
                if draft.has_failed and isinstance(error, OSError):
                    raise self.fail(error) from error
                raise
            if draft.is_large:
                self._carry_out_large(journal, before)
            elif draft.size:
                request = Request(frozenset(), lambda _: draft.change())
                self._make_all(journal, [(request, draft.change())])
                if request.error is not None:
                    raise request.error
            return draft.size

    def _carry_out_large(self, journal: Journal, before: Path) -> None:
        try:
            self._pending.begin(before)
            self._bring_up_to_date(self.store, journal)
        except OSError as error:
            self.fail(error)
            return
        self._readers.put_back()

    # Writing the store anew

    def rebuild(self) -> None:
        """Write the store anew, without anybody erased and without what is in no graph any more.

        Readers read a copy of the old one meanwhile, and writers wait. At whatever moment this is
        interrupted, the store is whole, and the next start does it again.
        """
        with self._queue.turn():
            journal = self._ready()
            try:
                self._rebuild(journal, self._readers.set_aside(self.store))
            except OSError as error:
                raise self.fail(error) from error
            finally:
                if self._opened is None:
                    self._open()
                self._readers.put_back()

    def _rebuild(self, journal: Journal, copy: Path) -> None:
        unfinished = self._data.rebuilding
        write_whole(unfinished, b"")
        keeping = Keeping(erased_digests(self._data.erased))
        # By another name until it takes the old one's place: opening clears away half a switch.
        anew = self._data.store.with_name(self._data.store.name + ANEW)
        write_anew(Store.read_only(str(copy)), anew, keeping)
        self.store.flush()
        journal.settle()
        journal.rewrite(keeping.change)
        self._opened_to_write()  # and let go of at once: nobody has the old files open any more
        anew.rename(self._data.store.with_name(self._data.store.name + NEW))
        switch(self._data.store)
        self._open()
        unfinished.unlink()
        sync(self._data.path)

    # The end

    def close(self) -> None:
        """Let go of the files, so that another process can write them."""
        with self._queue.turn(), self._gate:
            if self._is_closed:
                return
            self._is_closed = True
            store, self._opened = self._opened, None
            self._gate.notify_all()
            if self._in_place is not None:
                self._in_place.close()
            if self._journal is not None:
                if store is not None and self._state.takes_writes:
                    store.flush()
                    self._journal.settle()
                self._journal.close()
