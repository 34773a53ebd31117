"""What runs in a derivation process: tasks over premises that it keeps from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from kb_service.engine.conclude import RulesDoNotSettleError, before_each_rule
from kb_service.engine.notice_board import NoticeBoard
from kb_service.engine.premises import Premises

_KEPT = 2
"""How many premises a process remembers: those in use, and those of a question beside them."""

_Answer = TypeVar("_Answer", covariant=True)


class Task(Protocol[_Answer]):
    """Work for the engine that can be pickled, as can its answer."""

    def run(self, premises: Premises) -> _Answer:
        """Do the work by these premises."""


@dataclass(frozen=True)
class Job:
    """A task, the premises it is for, and the line of the board on which to name each rule.

    `premises` is None where the process is thought to know them by their key.
    """

    task: Task[object]
    key: str
    premises: Premises | None
    slot: int


@dataclass(frozen=True)
class Done:
    """What a task answered."""

    answer: object


@dataclass(frozen=True)
class DoesNotSettle:
    """These rules went on concluding past the bound."""

    rules: tuple[str, ...]


class UnknownPremises:
    """The process has to be told the premises of a job."""


class Handler:
    """Answers jobs, and between them makes ready what the next will need first."""

    def __init__(self, notices: NoticeBoard) -> None:
        self._notices = notices
        self._known: dict[str, Premises] = {}
        self._last: Premises | None = None

    def __call__(self, job: Job) -> Done | DoesNotSettle | UnknownPremises:
        """The answer of the job's task."""
        if job.premises is not None:
            while len(self._known) >= _KEPT:
                del self._known[next(iter(self._known))]
            self._known[job.key] = job.premises
        if job.key not in self._known:
            return UnknownPremises()
        self._last = self._known[job.key]
        before_each_rule.set(lambda rule: self._notices.write(job.slot, rule.name))
        self._notices.write(job.slot, "")
        try:
            return Done(job.task.run(self._last))
        except RulesDoNotSettleError as error:
            return DoesNotSettle(error.rules)

    def rest(self) -> None:
        """Fill a store for the next batch of people while nobody waits."""
        if self._last is not None:
            self._last.prepare()


def start(board: str) -> Handler:
    """The handler of a derivation process."""
    return Handler(NoticeBoard(Path(board)))
