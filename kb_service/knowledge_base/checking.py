"""What the shapes say, asked of processes that may be killed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat, Triple, parse, serialize

from kb_service.findings import WORST_FIRST, Finding, RefusedInput, violation
from kb_service.knowledge_base.durations import Durations, Work
from kb_service.people_records import person_iri
from kb_service.workers import WorkerPool, WorkerTimedOut

Progress = Callable[[int, int], None]
Change = tuple[list[Triple], list[Triple]]
"""What stays of a person's facts, and what is new."""

_BATCH = 50
_LONGEST_CHECK = 60.0
"""Seconds that a request may have something checked, while others wait to write."""
_LONGEST_WAIT = 60.0
"""Seconds, the start of a worker on a busy machine included."""


class Steps:
    """Tells a listener how much of a long work is done."""

    def __init__(self, listener: Progress | None, total: int) -> None:
        self._listener, self._total, self._done = listener, total, 0

    def add(self, count: int) -> None:
        """Note that so many more steps are done."""
        self._done += count
        if self._listener:
            self._listener(self._done, self._total)


@dataclass(frozen=True)
class CheckedDocument:
    """What a document says, and what there is to say of it, each finding in its place.

    `status` is the HTTP status it deserves; `triples` is empty when it could not be read.
    """

    findings: tuple[Finding, ...]
    status: int
    triples: list[Triple] = field(default_factory=list)

    @property
    def conforms(self) -> bool:
        """Whether it could be read and breaks no shape."""
        return all(finding.severity != "violation" for finding in self.findings)


class Checker:
    """The shapes of a knowledge folder, loaded in a worker process at the first question."""

    def __init__(self, root: Path, durations: Durations | None = None) -> None:
        self._durations = durations or Durations()
        self._root = root
        self._pool = _pool(root)

    def close(self) -> None:
        """End the worker."""
        self._pool.close()

    def warm(self) -> None:
        """Start the worker now rather than at the first question."""
        self._pool.warm()

    def read_again(self) -> None:
        """Answer from the files as they are now; questions that were asked before are finished."""
        before, self._pool = self._pool, _pool(self._root)
        threading.Thread(target=_close_at_rest, args=(before,), daemon=True).start()

    def document(
        self,
        data: bytes,
        media_type: str,
        filename: str,
        today: date,
        beside: Callable[[Sequence[Triple]], Iterable[Triple]],
        further: Callable[[Sequence[Triple]], Iterable[Finding]] | None = None,
    ) -> CheckedDocument:
        """A stranger's RDF, read and checked beside the facts that `beside` finds for it.

        `further` says what no shape can say of it.
        """
        request = {"kind": "read", "data": data, "media_type": media_type, "filename": filename}
        read = self._pool.call({**request, "today": today.isoformat()})
        if read["findings"]:
            return CheckedDocument(tuple(read["findings"]), read["status"])
        quads = parse(read["ntriples"], format=RdfFormat.N_TRIPLES)
        triples = [quad.triple for quad in quads]
        found = [*self.triples(triples, beside(triples), today)["findings"]]
        found += further(triples) if further else ()
        found.sort(key=lambda one: WORST_FIRST.index(one.severity))
        if found:
            placing = {**request, "kind": "places", "ntriples": read["ntriples"], "findings": found}
            found = self._pool.call(placing)["findings"]
        faultless = all(finding.severity != "violation" for finding in found)
        return CheckedDocument(tuple(found), 200 if faultless else 422, triples)

    def triples(
        self,
        triples: Iterable[Triple],
        beside: Iterable[Triple],
        today: date,
        seconds: float = _LONGEST_CHECK,
    ) -> dict[str, Any]:
        """The same for facts of our own making; `beside` are facts that are not in question.

        Raises RefusedInput when it takes longer than so many seconds.
        """
        request = {
            "kind": "triples",
            "ntriples": serialize(triples, format=RdfFormat.N_TRIPLES),
            "context_ntriples": serialize(beside, format=RdfFormat.N_TRIPLES),
            "today": today.isoformat(),
        }
        try:
            with self._durations.measured(Work.CHECK):
                answer: dict[str, Any] = self._pool.call(request, deadline=seconds)
        except WorkerTimedOut as error:
            raise RefusedInput((_too_long(seconds),), status=503) from error
        return answer

    def people(
        self,
        changes: Mapping[str, Change],
        today: date,
        steps: Steps,
        uploaded: Sequence[Triple] = (),
        places: Callable[[str], str] | None = None,
        seconds: float = _LONGEST_CHECK,
    ) -> tuple[Finding, ...]:
        """What the shapes say of what is new about people, short of a violation.

        `uploaded` is shared knowledge that the shapes' worker does not know from files.

        Raises RefusedInput with every finding, in the places that `places` knows, when there is
        a violation among them, and when a batch takes longer than so many seconds.
        """
        found: list[Finding] = []
        members = list(changes.items())
        for start in range(0, len(members), _BATCH):
            batch = members[start : start + _BATCH]
            new = [triple for _, (_, triples) in batch for triple in triples]
            people = {person_iri(person) for person, _ in batch}
            beside = [t for _, (stays, _) in batch for t in stays if t.subject in people]
            beside += uploaded
            found += self.triples(new, beside, today, seconds)["findings"]
            steps.add(len(batch))
        if places:
            found = [replace(f, where=places(f.focus) or f.where) for f in found]
        if any(finding.severity == "violation" for finding in found):
            raise RefusedInput(tuple(found))
        return tuple(found)


def _too_long(seconds: float) -> Finding:
    return violation(
        f"校验超过 {seconds:g} 秒，已停止；没有保存任何内容。请把内容分成较小的部分，分几次提交。",
        f"Checking this took more than {seconds:g} s and was stopped; nothing was stored. Hand it in"
        " in smaller parts.",
    )


def _pool(root: Path) -> WorkerPool:
    return WorkerPool(
        "kb_service.validation.worker:start",
        size=1,
        memory_mb=2048,
        deadline=60.0,
        init_args=(str(root),),
        wait=_LONGEST_WAIT,
    )


def _close_at_rest(pool: WorkerPool) -> None:
    """End a worker that is asked nothing new once it has answered, or is late for that."""
    end = time.monotonic() + _LONGEST_WAIT + _LONGEST_CHECK
    while time.monotonic() < end:
        counts = pool.counts()
        if not (counts.busy or counts.waiting):
            break
        time.sleep(0.2)
    pool.close()
