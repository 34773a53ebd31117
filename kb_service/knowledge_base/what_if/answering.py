"""What somebody supposes, answered: concluded on a copy, compared with what is, and counted."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from kb_service.engine.affected import people_who_may_change
from kb_service.engine.conclude import BATCH
from kb_service.engine.deriver import Deriver
from kb_service.engine.premises import Premises
from kb_service.engine.what_if import Depth, PersonDifference, Somebody, WhatIf, WhatIfOfShared
from kb_service.findings import RefusedInput, violation
from kb_service.knowledge_base.checking import Checker, Progress, Steps
from kb_service.knowledge_base.judging import Knowledge
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.what_if.document import Document, Writer
from kb_service.knowledge_base.what_if.stored_people import (
    is_stored,
    members_of_team,
    stored_people,
)
from kb_service.knowledge_base.what_if.supposing import Supposed, Supposing
from kb_service.knowledge_base.what_if.tally import Tally, Who
from kb_service.vocabulary import local_id
from kb_service.workers import WorkerBusy, WorkerTimedOut

LONGEST = 300.0
"""Seconds for all people together."""

LONGEST_BATCH = 20.0
"""Seconds for one batch of them, which takes about one."""

_ATTEMPTS = 3


class WhatIfAnswers:
    """Answers what would be concluded otherwise. Reads what is stored and writes nothing."""

    def __init__(self, keeper: Keeper, checker: Checker, deriver: Deriver) -> None:
        self._keeper = keeper
        self._deriver = deriver
        self._supposing = Supposing(keeper, checker)

    def answer(
        self,
        body: object,
        limit: int,
        offset: int,
        among: Sequence[str] | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """The difference that a request makes, with `limit` people from `offset` on.

        Only people `among` these ids are looked at, in that order; everybody where it is None.

        Raises RefusedInput for a faulty request, WorkerTimedOut when there are too many people to
        conclude in time, WorkerBusy when knowledge is changed again and again meanwhile.
        """
        for _ in range(_ATTEMPTS):
            knowledge = self._keeper.knowledge
            supposed = self._supposing.understood(body)
            tally = Tally(limit + offset)
            self._count(supposed, knowledge, self._people(supposed, among), tally, progress)
            if self._keeper.knowledge is knowledge:
                return self._document(supposed, knowledge, tally, limit, offset)
        raise WorkerBusy("knowledge was changed while the question was worked on")

    def _count(
        self,
        supposed: Supposed,
        knowledge: Knowledge,
        people: Sequence[str],
        tally: Tally,
        progress: Progress | None,
    ) -> None:
        """Look at everybody who was asked about."""
        tally.looked_at = len(people)
        concerned = self._concerned(supposed, knowledge, people)
        steps = Steps(progress, len(concerned))
        end = time.monotonic() + LONGEST
        told: list[dict[str, Who]] = []
        tasks = self._tasks(supposed, knowledge, concerned, told)
        for found in self._answers(tasks, knowledge.premises, len(concerned)):
            members = told.pop(0)
            for each in found:
                tally.add(members[local_id(each.person)], each)
            steps.add(len(members))
            if time.monotonic() > end:
                raise WorkerTimedOut(f"stopped after {LONGEST:g} s")

    def _answers(
        self, tasks: Iterator[WhatIf], premises: Premises, people: int
    ) -> Iterator[tuple[PersonDifference, ...]]:
        """What each task answers, in order; a single one takes no detour over threads."""
        if people > BATCH:
            return self._deriver.map(tasks, premises, LONGEST_BATCH)
        return (self._deriver.run(task, premises, LONGEST_BATCH) for task in tasks)

    def _people(self, supposed: Supposed, among: Sequence[str] | None) -> Sequence[str]:
        """The ids of those to look at."""
        request = supposed.request
        if request.person is not None:
            if not is_stored(self._keeper.store, request.person):
                raise nobody(request.person)
            return [request.person]
        if request.team is not None:
            members = members_of_team(self._keeper.store, request.team)
            if among is None:
                return members
            named = set(members)
            return [person for person in among if person in named]
        return self._keeper.people_ids() if among is None else among

    def _concerned(
        self, supposed: Supposed, knowledge: Knowledge, people: Sequence[str]
    ) -> Sequence[str]:
        """The people whose conclusions can differ, as far as that can be told beforehand."""
        request = supposed.request
        if request.with_all_conclusions or supposed.changes.supposition.is_about_people:
            return people
        if supposed.models is not None and not supposed.models:
            return ()
        if request.person is not None:
            return people
        # Of kept conclusions it can be told, and they are for each person's own day. What follows
        # from a stranger's draft is drawn in processes that may be killed, not here.
        if request.models is not None or request.as_of is not None or request.draft is not None:
            return people
        premises = knowledge.premises
        changed = supposed.changes.supposition.premises(premises)
        affected = people_who_may_change(premises, changed, self._keeper)
        if affected is None:
            return people
        named = {local_id(node) for node in affected}
        return [person for person in people if person in named]

    def _tasks(
        self,
        supposed: Supposed,
        knowledge: Knowledge,
        people: Sequence[str],
        told: list[dict[str, Who]],
    ) -> Iterator[WhatIf]:
        """The work, a batch of people at a time; who they are is appended to `told`."""
        request = supposed.request
        depth: Depth = "kept" if request.models is None else "asked"
        if request.with_all_conclusions:
            depth = "everything"
        rest = iter(people)
        while ids := list(islice(rest, BATCH)):
            members: dict[str, Who] = {}
            batch: list[Somebody] = []
            for stored in stored_people(self._keeper.store, ids):
                if not stored.facts:  # removed a moment ago
                    continue
                day = request.as_of or knowledge.day_for(stored.facts)
                members[stored.id] = Who(stored.id, stored.team, day)
                use_kept = depth == "kept" and stored.judged_for == day
                kept = stored.conclusions if use_kept else None
                batch.append(Somebody.known_by(stored.node, stored.facts, day, kept))
            told.append(members)
            yield WhatIf(supposed.changes.supposition, tuple(batch), supposed.models, depth)

    def _document(
        self, supposed: Supposed, knowledge: Knowledge, tally: Tally, limit: int, offset: int
    ) -> Document:
        request = supposed.request
        everything = request.with_all_conclusions
        task = WhatIfOfShared(supposed.changes.supposition)
        shared = self._deriver.run(task, knowledge.premises, LONGEST_BATCH) if everything else ()
        writer = Writer(supposed.described, knowledge.rules, origins=everything)
        shown: Document = {
            "asOf": request.as_of.isoformat() if request.as_of else None,
            "change": list(supposed.changes.words),
            "notes": [finding.as_json() for finding in supposed.notes],
            "people": tally.looked_at,
            "changed": tally.changed,
            "withOtherVerdict": tally.with_other_verdict,
            "verdicts": writer.transitions(tally),
        }
        if everything:
            shown["shared"] = writer.differences(shared)
        rows = [writer.person(*row) for row in tally.page(limit, offset)]
        more = tally.changed > offset + limit
        return shown | {
            "terms": dict(sorted(writer.terms.items())),
            "rows": rows,
            "limit": limit,
            "offset": offset,
            "nextOffset": offset + limit if more else None,
        }


def nobody(person: str) -> RefusedInput:
    """The refusal of a request about a person who is not in here."""
    return RefusedInput(
        (
            violation(
                f"没有编号为「{person}」的人员。",
                f"There is no person {person!r}; people are listed at /api/v1/people.",
                "/for/person",
                person,
            ),
        )
    )
