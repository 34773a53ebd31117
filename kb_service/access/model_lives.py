"""The life of position models as one caller may see and further it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Triple

from kb_service.access.actors import actor
from kb_service.access.counts import Row, withhold
from kb_service.access.refusals import require
from kb_service.access.roles import People
from kb_service.access.view import View
from kb_service.findings import RefusedInput
from kb_service.knowledge_base.checking import Progress
from kb_service.knowledge_base.history import because
from kb_service.knowledge_base.model_documents import SubmittedModel
from kb_service.knowledge_base.model_versions.comparison import Comparison
from kb_service.knowledge_base.model_versions.life_cycle import Actor, Submitted
from kb_service.knowledge_base.model_versions.records import ModelVersion
from kb_service.knowledge_base.model_versions.steps import LifeCycle
from kb_service.questions import Counted
from kb_service.vocabulary import local_id

_COUNTED = Counted("people", "judged", "of")
_STAYED = "stayed"


@dataclass(frozen=True)
class Differing:
    """Two versions compared; `people` says who is judged otherwise, as far as the caller may know."""

    comparison: Comparison
    people: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The difference as the API shows it."""
        return {**_texts(self.comparison), **self.people}


class ModelLives:
    """What the caller of a view may do with position models; editors write, everybody reads."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._life_cycle = view.knowledge_base.model_life_cycle

    @property
    def cycle(self) -> LifeCycle:
        """The steps there are, and what statuses are called."""
        return self._life_cycle.cycle

    def versions(self, model: str | None = None) -> list[ModelVersion]:
        """The versions of a model, or of all, the greatest first. Raises UnknownThingError."""
        return self._life_cycle.versions(model)

    def version(self, model: str, number: str) -> ModelVersion:
        """One version. Raises UnknownThingError."""
        return self._life_cycle.version(model, number)

    def checked(self, model: SubmittedModel) -> list[Triple]:
        """What a document says, found fit to be compared. Raises RefusedInput."""
        found = self._view.knowledge_base.check_model(model)
        if not found.conforms:
            raise RefusedInput(found.findings, found.status)
        return found.triples

    def told(self, version: ModelVersion) -> dict[str, Any]:
        """A version with every step taken, as the API shows it."""
        cycle = self.cycle
        return {
            "model": local_id(version.model),
            "version": version.number,
            "status": version.status,
            "statusLabel": dict(cycle.statuses[version.status]),
            "digest": version.digest,
            "steps": [
                {
                    "step": each.step,
                    "label": dict(cycle.steps[each.step].label),
                    "by": each.by,
                    "at": each.at,
                    "reason": each.reason,
                }
                for each in version.steps
            ],
        }

    def document(self, version: ModelVersion) -> list[Triple]:
        """What a version says, in the status that it has."""
        return self._life_cycle.document(version)

    def submit(self, model: SubmittedModel, reason: str = "") -> Submitted:
        """Keep a document as a draft; see ModelLifeCycle.submit. Raises NotAllowed."""
        require(self._view.caller, "writes_models")
        with because(actor(self._view.caller)):
            return self._life_cycle.submit(model, self._actor, reason)

    def take(self, step: str, model: str, number: str, reason: str = "") -> ModelVersion:
        """Take a step with a version; see ModelLifeCycle.take. Raises NotAllowed."""
        require(self._view.caller, "writes_models")
        with because(actor(self._view.caller)):
            return self._life_cycle.take(step, model, number, self._actor, reason)

    def compare(
        self,
        before: Sequence[Triple],
        after: Sequence[Triple],
        progress: Progress | None = None,
    ) -> Differing:
        """What differs between two documents of one model, and who would be judged otherwise.

        Who may see nobody is told how many, without counts of few. Raises as Comparing.of does.
        """
        view = self._view
        sees_people = view.caller.rights.reads is not People.NOBODY
        people = view.people_keys() if sees_people else view.knowledge_base.people_ids()
        found = view.knowledge_base.model_comparing.of(before, after, people, progress)
        return Differing(found, self._told(found) if sees_people else self._counted(found))

    def differing_texts(self, before: Sequence[Triple], after: Sequence[Triple]) -> dict[str, Any]:
        """What differs between two documents of one model as the API shows it, without people.

        Raises as Comparing.of does.
        """
        return _texts(self._view.knowledge_base.model_comparing.of(before, after, []))

    @property
    def _actor(self) -> Actor:
        caller = self._view.caller
        return Actor(actor(caller), bound=not caller.rights.administers)

    def _told(self, found: Comparison) -> dict[str, Any]:
        """Who is judged otherwise, by the ids and names that the caller may see."""
        view = self._view
        view.note_people([turn.person for turn in found.turns])
        shown = view.names.shown([turn.person for turn in found.turns])
        rows = [
            {"person": shown[turn.person].id, "name": shown[turn.person].name}
            | _verdicts(found, turn.before, turn.after)
            for turn in found.turns
        ]
        counts = [
            _verdicts(found, *verdicts) | {"people": count}
            for verdicts, count in _transitions(found)
        ]
        return {
            "people": found.people,
            "changed": len(rows),
            "verdicts": counts,
            "rows": rows,
            "withheld": False,
        }

    def _counted(self, found: Comparison) -> dict[str, Any]:
        """How many are judged otherwise, but for counts of few people and those that give them away."""
        transitions = dict(_transitions(found))
        stayed = found.people - len(found.turns)
        rows: list[Row] = [
            {"name": str(number), "people": count, "judged": found.people, "of": ""}
            for number, count in enumerate(transitions.values())
        ]
        if stayed:
            rows.append({"name": _STAYED, "people": stayed, "judged": found.people, "of": ""})
        told = withhold(rows, _COUNTED, self._view.least_people_counted)
        counts = {row["name"]: row["people"] for row in told.rows}
        whole = next((row["judged"] for row in told.rows), 0)
        return {
            "people": whole,
            "changed": None if told.withheld else len(found.turns),
            "verdicts": [
                _verdicts(found, *verdicts) | {"people": counts[str(number)]}
                for number, verdicts in enumerate(transitions)
            ],
            "rows": [],
            "withheld": told.withheld,
        }


def _texts(found: Comparison) -> dict[str, Any]:
    return {
        "model": found.model,
        "requirements": [each.as_json() for each in found.requirements],
        "others": [dict(each) for each in found.others],
    }


def _transitions(
    found: Comparison,
) -> list[tuple[tuple[str | None, str | None], int]]:
    """How many people go from which verdict to which, the best verdicts first."""
    counted = Counter((turn.before, turn.after) for turn in found.turns)
    order = {verdict: place for place, verdict in enumerate(found.verdicts)}
    last = len(order)
    return sorted(
        counted.items(),
        key=lambda item: tuple(order.get(verdict or "", last) for verdict in item[0]),
    )


def _verdicts(found: Comparison, before: str | None, after: str | None) -> dict[str, Any]:
    return {
        "from": before,
        "fromLabel": dict(found.verdicts[before]) if before else None,
        "to": after,
        "toLabel": dict(found.verdicts[after]) if after else None,
    }
