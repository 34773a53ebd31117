"""Two versions of a position model compared: what they say, and how they judge the people stored."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from pyoxigraph import NamedNode, Triple

from kb_service.engine.conclude import BATCH
from kb_service.engine.deriver import Deriver
from kb_service.engine.trial import Judgement, Trial, judgement_of
from kb_service.engine.what_if import Somebody, Supposition
from kb_service.findings import RefusedInput, violation
from kb_service.knowledge_base.checking import Progress, Steps
from kb_service.knowledge_base.judging import Knowledge
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.model_versions.difference import (
    RequirementChange,
    Side,
    other_changes,
    requirement_changes,
)
from kb_service.knowledge_base.model_versions.documents import models_in
from kb_service.knowledge_base.what_if.described import Described, Label
from kb_service.knowledge_base.what_if.draft import draft_changes
from kb_service.knowledge_base.what_if.stored_people import StoredPerson, stored_people
from kb_service.vocabulary import iri, local_id
from kb_service.workers import WorkerBusy, WorkerTimedOut

LONGEST = 300.0
"""Seconds for all people together."""

LONGEST_BATCH = 20.0
"""Seconds for one batch of them, which takes about one."""

_ATTEMPTS = 3

Document = Sequence[Triple]


@dataclass(frozen=True)
class Turn:
    """Somebody whose verdict differs, and both verdicts; None where there is none."""

    person: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Comparison:
    """What differs from one version to another, and for whom of so many `people`."""

    model: str
    requirements: tuple[RequirementChange, ...]
    others: tuple[Label, ...]
    verdicts: Mapping[str, Label]
    """What verdicts are called, the best first."""
    people: int
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class _Supposed:
    """A version as if it were published: what would be otherwise, and things by their names."""

    supposition: Supposition
    side: Side


class Comparing:
    """Compares versions. Reads what is stored and writes nothing."""

    def __init__(self, keeper: Keeper, deriver: Deriver) -> None:
        self._keeper = keeper
        self._deriver = deriver

    def of(
        self,
        before: Document,
        after: Document,
        among: Sequence[str],
        progress: Progress | None = None,
    ) -> Comparison:
        """What differs between two documents of one model, for the people with these ids.

        Raises RefusedInput for documents of different models or with something else that rules
        read; WorkerTimedOut when there are too many people to judge in time, WorkerBusy when
        knowledge is changed again and again meanwhile.
        """
        model = _one_model(before, after)
        for _ in range(_ATTEMPTS):
            knowledge = self._keeper.knowledge
            old, new = (self._supposed(model, said, knowledge) for said in (before, after))
            steps = Steps(progress, len(among))
            turns = tuple(self._turns(model, old, new, among, knowledge, steps))
            if self._keeper.knowledge is knowledge:
                return Comparison(
                    local_id(model),
                    requirement_changes(old.side, new.side),
                    other_changes(old.side, new.side),
                    _verdicts(new.side.described),
                    len(among),
                    turns,
                )
        raise WorkerBusy("knowledge was changed while versions were compared")

    def _supposed(self, model: NamedNode, said: Document, knowledge: Knowledge) -> _Supposed:
        facts = [triple for triples in knowledge.graphs.values() for triple in triples]
        known = Described(facts, knowledge.premises.conclusions)
        supposition = draft_changes(said, known, knowledge.rules).supposition
        gone = set(supposition.gone)
        rest = [triple for triple in facts if triple not in gone]
        conclusions = supposition.premises(knowledge.premises).conclusions
        return _Supposed(
            supposition, Side(model, said, Described((*supposition.added, *rest), conclusions))
        )

    def _turns(
        self,
        model: NamedNode,
        old: _Supposed,
        new: _Supposed,
        people: Sequence[str],
        knowledge: Knowledge,
        steps: Steps,
    ) -> Iterator[Turn]:
        """Everybody whose verdict differs, a batch of people at a time."""
        end = time.monotonic() + LONGEST
        rest = iter(people)
        while ids := list(islice(rest, BATCH)):
            stored = [one for one in stored_people(self._keeper.store, ids) if one.facts]
            judged = [self._judged(model, each, stored, knowledge) for each in (old, new)]
            for one, was, will in zip(stored, *judged, strict=True):
                if was.verdict != will.verdict:
                    yield Turn(one.id, _id(was.verdict), _id(will.verdict))
            steps.add(len(ids))
            if time.monotonic() > end:
                raise WorkerTimedOut(f"stopped after {LONGEST:g} s")

    def _judged(
        self,
        model: NamedNode,
        supposed: _Supposed,
        people: Sequence[StoredPerson],
        knowledge: Knowledge,
    ) -> Sequence[Judgement]:
        """How these people are judged by a version; what is stored of them tells, if it is in force."""
        supposition = supposed.supposition
        if not (supposition.gone or supposition.added):
            return [judgement_of(one.node, model, one.conclusions) for one in people]
        looked_at = tuple(
            Somebody.known_by(one.node, one.facts, knowledge.day_for(one.facts)) for one in people
        )
        task = Trial(supposition, model, looked_at)
        return self._deriver.run(task, knowledge.premises, LONGEST_BATCH)


def _one_model(before: Document, after: Document) -> NamedNode:
    """The model that both documents are about. Raises RefusedInput."""
    found = {model for said in (before, after) for model in models_in(said)}
    if len(found) == 1:
        return found.pop()
    listed = ", ".join(sorted(local_id(model) for model in found)) or "–"
    raise RefusedInput(
        (
            violation(
                f"只能比较同一个岗位模型的两个版本；这里有：{listed}。",
                f"Compare two versions of one position model; these are about: {listed}.",
                value=listed,
            ),
        )
    )


def _verdicts(described: Described) -> Mapping[str, Label]:
    kinds = described.members(iri("judgement", "VerdictKind"))
    rank = iri("core", "rank")
    kinds.sort(key=lambda node: (described.number(node, rank) or Decimal(), str(node)))
    return {described.id(node): described.named(node) for node in kinds}


def _id(verdict: NamedNode | None) -> str | None:
    return local_id(verdict) if verdict else None
