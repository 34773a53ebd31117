"""The life of the knowledge: load, check, conclude, answer. The one place that ties it together."""

from kb_service.knowledge_base.answers import Answer, Value
from kb_service.knowledge_base.base import KnowledgeBase
from kb_service.knowledge_base.migrations import UpgradeDue
from kb_service.knowledge_base.outcomes import ExampleRefusedError, ImportReport, UnknownThingError

__all__ = [
    "Answer",
    "ExampleRefusedError",
    "ImportReport",
    "KnowledgeBase",
    "UnknownThingError",
    "UpgradeDue",
    "Value",
]
