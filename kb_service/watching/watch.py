"""The watch over a folder: after each change it checks the whole and has the service take it over."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

from watchfiles import watch

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.knowledge_base import KnowledgeBase
from kb_service.watching.checks import check_folder
from kb_service.watching.decided_models import models_held_back
from kb_service.watching.folders import FolderGone, Snapshot, WatchedFolder
from kb_service.watching.rounds import Round, State, WatchStatus
from kb_service.watching.stage import Stage

_LOG = logging.getLogger("kb_service.watching")
_LOOK_AGAIN_MS = 2000
_SETTLE_SECONDS = 0.4
_LONGEST_SETTLING = 10.0
_ROUNDS_KEPT = 20


class Watch:
    """Keeps a service at the last state of a folder that was in order.

    `tell` hears of every round. What a system tells of changes in files only wakes the watch up: it
    compares what files hold, looks every two seconds anyway, and waits until files rest, so that
    it does not matter how an editor saves, or on which kind of disk.
    """

    def __init__(
        self,
        folder: WatchedFolder,
        stage: Stage,
        product: Path,
        tell: Callable[[Round], None] = lambda _: None,
    ) -> None:
        self._folder = folder
        self._stage = stage
        self._product = product
        self._tell = tell
        self._seen: Snapshot | None = None
        parts = tuple(f"{name}/" for name in folder.parts)
        self._lock = threading.Lock()
        self._status = WatchStatus(str(folder.path), parts, State.CHECKING)

    @property
    def root(self) -> Path:
        """The knowledge folder that the service is to read."""
        return self._stage.root

    @property
    def status(self) -> WatchStatus:
        """How it stands now."""
        with self._lock:
            return self._status

    def run(self, knowledge_base: KnowledgeBase, stopping: threading.Event) -> None:
        """Watch until told to stop, the folder as it is at first included."""
        logging.getLogger("watchfiles").setLevel(logging.WARNING)
        while not stopping.is_set():
            self.look(knowledge_base)
            if self.status.state is State.GONE:
                stopping.wait(_LOOK_AGAIN_MS / 1000)
            else:
                self._wait_for_change(stopping)

    def _wait_for_change(self, stopping: threading.Event) -> None:
        """Return when something may have changed: when told so, and after two seconds anyway."""
        changes = watch(
            *self._folder.parts.values(),
            stop_event=stopping,
            rust_timeout=_LOOK_AGAIN_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
        )
        try:
            next(changes, None)
        except OSError as error:
            _LOG.warning("the system does not tell of changes: %s", error)
            stopping.wait(_LOOK_AGAIN_MS / 1000)

    def look(self, knowledge_base: KnowledgeBase) -> None:
        """Take over what the folder holds, if that is new and in order; never raises."""
        begun = monotonic()
        try:
            snapshot = self._at_rest()
        except FolderGone as error:
            self._seen = None
            if self.status.state is not State.GONE:
                self._end(begun, (), State.GONE, (_gone(error),))
            return
        if snapshot == self._seen:
            return
        self._seen = snapshot
        with self._lock:
            self._status = replace(self._status, state=State.CHECKING)
        changed: tuple[str, ...] = ()
        try:
            changed = self._differing(snapshot)
            if not changed and self.status.rounds:
                self._end(begun, (), State.SERVED, ())
                return
            is_first = not self.status.rounds
            findings, people = self._take_over(knowledge_base, snapshot, changed)
            findings += models_held_back(knowledge_base, self.root, None if is_first else changed)
        except RefusedInput as refused:
            self._end(begun, changed, State.REFUSED, tuple(refused.findings))
        except Exception as error:  # the watch goes on; the next change tries again
            _LOG.error("taking over a folder failed: %s", type(error).__name__)
            self._end(begun, changed, State.REFUSED, (_failed(error),))
        else:
            self._end(begun, changed, State.SERVED, findings, people)

    def _at_rest(self) -> Snapshot:
        """What the files hold once they have been left alone for a moment. Raises FolderGone."""
        snapshot = self._folder.snapshot()
        if snapshot == self._seen:
            return snapshot
        end = monotonic() + _LONGEST_SETTLING
        while monotonic() < end:
            sleep(_SETTLE_SECONDS)
            before, snapshot = snapshot, self._folder.snapshot()
            if before == snapshot:
                break
        return snapshot

    def _differing(self, snapshot: Snapshot) -> tuple[str, ...]:
        """The files that are other than those the service has, also those that are gone."""
        served = replace(self._folder, parts={n: self._stage.root / n for n in self._folder.parts})
        before = served.snapshot()
        places = sorted({*before, *snapshot})
        return tuple(place for place in places if before.get(place) != snapshot.get(place))

    def _take_over(
        self, knowledge_base: KnowledgeBase, snapshot: Snapshot, changed: tuple[str, ...]
    ) -> tuple[tuple[Finding, ...], int]:
        """Check a copy of the folder and load it; answers what was found and who was concluded.

        Raises RefusedInput; the service keeps what it has then.
        """
        copy = self._stage.new_copy()
        self._folder.write_candidate(snapshot, self._product, copy)
        try:
            cache = knowledge_base.reasoning_cache.parent
            beside = knowledge_base.facts_beside_files()
            findings = check_folder(copy, changed, knowledge_base.latest_day, cache, beside)
            if any(finding.severity == "violation" for finding in findings):
                raise RefusedInput(findings)
            before = self._stage.lead_to(copy)
            try:
                return findings, knowledge_base.load_files_again()
            except BaseException:
                if before is not None:
                    self._stage.lead_to(before)
                raise
        finally:
            self._stage.clear()

    def _end(
        self,
        begun: float,
        changed: tuple[str, ...],
        state: State,
        findings: tuple[Finding, ...],
        people: int = 0,
    ) -> None:
        seconds = monotonic() - begun
        ended = Round(datetime.now(UTC), seconds, changed, state, findings, people)
        with self._lock:
            rounds = (ended, *self._status.rounds)[:_ROUNDS_KEPT]
            self._status = replace(self._status, state=state, rounds=rounds)
        self._tell(ended)


def _gone(error: FolderGone) -> Finding:
    return violation(
        "文件夹读不到了；服务保留原有内容，文件夹恢复后会继续。",
        "The folder cannot be read; the service keeps what it has and goes on once it is back.",
        str(error),
    )


def _failed(error: Exception) -> Finding:
    return violation(
        f"检查或载入没有完成（{error}）；服务保留原有内容，下次保存时再试。",
        f"It could not be checked or loaded ({error}); the service keeps what it has and tries "
        "again when you save.",
    )
