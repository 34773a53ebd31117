"""What every request needs: its view of the knowledge base, and workers that read strangers' input."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from kb_service.access.opening import register_of
from kb_service.access.people_view import NotePeople
from kb_service.access.view import View
from kb_service.configuration import Configuration
from kb_service.knowledge_base import KnowledgeBase
from kb_service.register import Register
from kb_service.store.query_answers import RESERVE, query_pool
from kb_service.web.callers import caller
from kb_service.web.labels import LabelReader
from kb_service.workers import WorkerPool

EXTENSION = "rengang"


@dataclass(frozen=True)
class Service:
    """The knowledge base, who is in it, labels, a pool for queries and one for spreadsheets.

    `note_people` is told whom the answer to the current request shows something of.
    """

    knowledge_base: KnowledgeBase
    register: Register
    note_people: NotePeople
    labels: LabelReader
    queries: WorkerPool
    sheets: WorkerPool
    answered: list[float] = field(default_factory=lambda: [float("-inf")])
    """One element: when a query worker last answered a probe, in monotonic seconds."""

    @classmethod
    def over(
        cls,
        knowledge_base: KnowledgeBase,
        configuration: Configuration,
        note_people: NotePeople,
        register: Register | None = None,
    ) -> Service:
        """The service of a knowledge base and its register, which is opened unless it is given.

        Its workers start when first needed.
        """
        limits, reading = configuration.queries, configuration.sheets
        sheets = WorkerPool(
            "kb_service.sheets.worker:start",
            size=reading.workers,
            memory_mb=reading.memory_mb,
            deadline=reading.seconds,
            init_args=(str(knowledge_base.root),),
            most_waiting=2 * reading.workers,
        )
        queries = query_pool(
            limits.workers,
            limits.memory_mb,
            limits.seconds,
            most_waiting=_most_waiting(configuration),
        )
        register = register or register_of(knowledge_base)
        labels = LabelReader(knowledge_base)
        return cls(knowledge_base, register, note_people, labels, queries, sheets)

    def close(self) -> None:
        """End the workers and let go of the register; the knowledge base stays open."""
        self.register.close()
        self.queries.close()
        self.sheets.close()


def _most_waiting(configuration: Configuration) -> int:
    """How many requests may wait long for a query worker: three threads stay free for others."""
    workers = configuration.queries.workers
    beside_running = configuration.server.threads - (workers + RESERVE)
    return max(1, min(2 * workers, beside_running - 3))


def service() -> Service:
    """The service that the current request is for."""
    return cast(Service, current_app.extensions[EXTENSION])


def knowledge_base() -> View:
    """The knowledge base as whoever makes the current request may see and change it."""
    served = service()
    least = configuration().access.least_people_counted
    return View(served.knowledge_base, served.register, caller(), served.note_people, least)


def configuration() -> Configuration:
    """How the service is set up as of now."""
    return cast(Configuration, current_app.config["RENGANG"])
