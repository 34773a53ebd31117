"""What publishing a position model would do to the people in here, counted; nothing is stored."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import NamedNode, Triple

from kb_service.engine.conclude import BATCH
from kb_service.engine.deriver import Deriver
from kb_service.engine.trial import Judgement, Trial, judgement_of
from kb_service.engine.what_if import Somebody, Supposition
from kb_service.knowledge_base.checking import Progress, Steps
from kb_service.knowledge_base.dry_run_counts import Counting, DryRun
from kb_service.knowledge_base.judging import Knowledge
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.what_if.described import Described
from kb_service.knowledge_base.what_if.draft import draft_changes, drafted_models
from kb_service.knowledge_base.what_if.stored_people import stored_people
from kb_service.workers import WorkerBusy, WorkerTimedOut

LONGEST = 300.0
"""Seconds for all people together."""

LONGEST_BATCH = 20.0
"""Seconds for one batch of them, which takes about one."""

_ATTEMPTS = 3


@dataclass(frozen=True)
class _Supposed:
    """A document that is supposed to be published: what it changes, and things by their names."""

    knowledge: Knowledge
    supposition: Supposition
    before: Described
    after: Described


class DryRuns:
    """Tries models on the people stored. Reads what is stored and writes nothing."""

    def __init__(self, keeper: Keeper, deriver: Deriver) -> None:
        self._keeper = keeper
        self._deriver = deriver

    def of(
        self,
        said: Sequence[Triple],
        among: Sequence[str] | None = None,
        progress: Progress | None = None,
    ) -> tuple[DryRun, ...]:
        """The dry run of each model that a document describes, over people `among` these ids.

        Everybody is looked at where `among` is None. Raises RefusedInput when the document describes
        no model, or something else that rules read; WorkerTimedOut when there are too many people to
        judge in time, WorkerBusy when knowledge is changed again and again meanwhile.
        """
        for _ in range(_ATTEMPTS):
            supposed = self._supposed(said)
            people = self._keeper.people_ids() if among is None else among
            models = drafted_models(said)
            steps = Steps(progress, len(people) * len(models))
            runs = tuple(self._tried(model, supposed, people, steps) for model in models)
            if self._keeper.knowledge is supposed.knowledge:
                return runs
        raise WorkerBusy("knowledge was changed while the model was tried")

    def _supposed(self, said: Sequence[Triple]) -> _Supposed:
        knowledge = self._keeper.knowledge
        facts = self._keeper.shared_facts()
        before = Described(facts, knowledge.premises.conclusions)
        supposition = draft_changes(said, before, knowledge.rules).supposition
        gone = set(supposition.gone)
        known = [triple for triple in facts if triple not in gone]
        conclusions = supposition.premises(knowledge.premises).conclusions
        after = Described((*supposition.added, *known), conclusions)
        return _Supposed(knowledge, supposition, before, after)

    def _tried(
        self, model: NamedNode, supposed: _Supposed, people: Sequence[str], steps: Steps
    ) -> DryRun:
        counting = Counting()
        end = time.monotonic() + LONGEST
        before: list[list[Judgement]] = []
        tasks = self._tasks(model, supposed, people, before)
        for found in self._deriver.map(tasks, supposed.knowledge.premises, LONGEST_BATCH):
            counting.add(before.pop(0), found)
            steps.add(len(found))
            if time.monotonic() > end:
                raise WorkerTimedOut(f"stopped after {LONGEST:g} s")
        return counting.run(model, supposed.before, supposed.after)

    def _tasks(
        self,
        model: NamedNode,
        supposed: _Supposed,
        people: Sequence[str],
        before: list[list[Judgement]],
    ) -> Iterator[Trial]:
        """The work, a batch of people at a time; how they are judged now is appended to `before`."""
        rest = iter(people)
        while ids := list(islice(rest, BATCH)):
            now: list[Judgement] = []
            batch: list[Somebody] = []
            for stored in stored_people(self._keeper.store, ids):
                if not stored.facts:  # removed a moment ago
                    continue
                day = supposed.knowledge.day_for(stored.facts)
                batch.append(Somebody.known_by(stored.node, stored.facts, day))
                now.append(judgement_of(stored.node, model, stored.conclusions))
            before.append(now)
            yield Trial(supposed.supposition, model, tuple(batch))
