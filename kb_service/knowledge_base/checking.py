"""What the shapes say, asked of processes that may be killed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat, Triple, parse, serialize

from kb_service.findings import Finding, RefusedInput
from kb_service.people_records import person_iri
from kb_service.workers import WorkerPool

Progress = Callable[[int, int], None]
Change = tuple[list[Triple], list[Triple]]
"""What stays of a person's facts, and what is new."""

_BATCH = 50
_LONGEST_CHECK = 600.0
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
    """What a document says and what the shapes say of it, the latter also as Turtle.

    `status` is the HTTP status it deserves; `triples` is empty when it could not be read.
    """

    findings: tuple[Finding, ...]
    report_turtle: str
    status: int
    triples: list[Triple] = field(default_factory=list)

    @property
    def conforms(self) -> bool:
        """Whether it could be read and breaks no shape."""
        return all(finding.severity != "violation" for finding in self.findings)


class Checker:
    """The shapes of a knowledge folder, loaded in a worker process at the first question."""

    def __init__(self, root: Path) -> None:
        self._pool = WorkerPool(
            "kb_service.validation.worker:start",
            size=1,
            memory_mb=2048,
            deadline=60.0,
            init_args=(str(root),),
            wait=_LONGEST_WAIT,
        )

    def close(self) -> None:
        """End the worker."""
        self._pool.close()

    def warm(self) -> None:
        """Start the worker now rather than at the first question."""
        self._pool.warm()

    def document(
        self,
        data: bytes,
        media_type: str,
        filename: str,
        today: date,
        beside: Callable[[Sequence[Triple]], Iterable[Triple]],
    ) -> CheckedDocument:
        """A stranger's RDF, read and checked beside the facts that `beside` finds for it."""
        request = {"kind": "read", "data": data, "media_type": media_type, "filename": filename}
        read = self._pool.call({**request, "today": today.isoformat()})
        if read["findings"]:
            return CheckedDocument(tuple(read["findings"]), read["report_turtle"], read["status"])
        quads = parse(read["ntriples"], format=RdfFormat.N_TRIPLES)
        triples = [quad.triple for quad in quads]
        checked = self.triples(triples, beside(triples), today)
        found = tuple(checked["findings"])
        return CheckedDocument(found, checked["report_turtle"], checked["status"], triples)

    def triples(
        self, triples: Iterable[Triple], beside: Iterable[Triple], today: date
    ) -> dict[str, Any]:
        """The same for facts of our own making; `beside` are facts that are not in question."""
        answer: dict[str, Any] = self._pool.call(
            {
                "kind": "triples",
                "ntriples": serialize(triples, format=RdfFormat.N_TRIPLES),
                "context_ntriples": serialize(beside, format=RdfFormat.N_TRIPLES),
                "today": today.isoformat(),
            },
            deadline=_LONGEST_CHECK,
        )
        return answer

    def people(
        self,
        changes: Mapping[str, Change],
        today: date,
        steps: Steps,
        uploaded: Sequence[Triple] = (),
        places: Callable[[str], str] | None = None,
    ) -> tuple[Finding, ...]:
        """What the shapes say of what is new about people, short of a violation.

        `uploaded` is shared knowledge that the shapes' worker does not know from files.

        Raises RefusedInput with every finding, in the places that `places` knows, when there is
        a violation among them.
        """
        found: list[Finding] = []
        members = list(changes.items())
        for start in range(0, len(members), _BATCH):
            batch = members[start : start + _BATCH]
            new = [triple for _, (_, triples) in batch for triple in triples]
            people = {person_iri(person) for person, _ in batch}
            beside = [t for _, (stays, _) in batch for t in stays if t.subject in people]
            beside += uploaded
            found += self.triples(new, beside, today)["findings"]
            steps.add(len(batch))
        if places:
            found = [replace(f, where=places(f.focus) or f.where) for f in found]
        if any(finding.severity == "violation" for finding in found):
            raise RefusedInput(tuple(found))
        return tuple(found)
