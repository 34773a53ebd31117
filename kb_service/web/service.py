"""What every request needs: the knowledge base, and the workers that read strangers' input."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from kb_service.knowledge_base import KnowledgeBase
from kb_service.store.sparql_worker import query_pool
from kb_service.web.labels import LabelReader
from kb_service.workers import WorkerPool

EXTENSION = "rengang"


@dataclass(frozen=True)
class Service:
    """The knowledge base, its labels, a pool for queries and one for spreadsheets."""

    knowledge_base: KnowledgeBase
    labels: LabelReader
    queries: WorkerPool
    sheets: WorkerPool
    answered: list[float] = field(default_factory=lambda: [float("-inf")])
    """One element: when a query worker last answered a probe, in monotonic seconds."""

    @classmethod
    def over(cls, knowledge_base: KnowledgeBase, query_deadline: float) -> Service:
        """The service of a knowledge base; its workers start when first needed."""
        sheets = WorkerPool(
            "kb_service.sheets.worker:start",
            size=1,
            memory_mb=1024,
            deadline=60.0,
            init_args=(str(knowledge_base.root),),
        )
        queries = query_pool(deadline=query_deadline)
        return cls(knowledge_base, LabelReader(knowledge_base), queries, sheets)

    def close(self) -> None:
        """End the workers; the knowledge base stays open."""
        self.queries.close()
        self.sheets.close()


def service() -> Service:
    """The service that the current request is for."""
    return cast(Service, current_app.extensions[EXTENSION])


def knowledge_base() -> KnowledgeBase:
    """The knowledge base that the current request is for."""
    return service().knowledge_base
