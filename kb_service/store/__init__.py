"""Graphs on disk, checkpoints of them, and a stranger's queries over those checkpoints."""

from kb_service.store.changes import Term
from kb_service.store.data_folder import NotADataFolder
from kb_service.store.journal import JournalPolicy
from kb_service.store.knowledge_store import KnowledgeStore
from kb_service.store.opening import StoreInUse
from kb_service.store.query_answers import (
    QueryAnswer,
    QueryRequest,
    query_pool,
    run_query,
)
from kb_service.store.query_problems import QueryProblem
from kb_service.store.store_state import (
    StoreDamaged,
    StoreReadOnly,
    StoreState,
    StoreUnavailable,
)
from kb_service.store.stored_form import as_stored

__all__ = [
    "JournalPolicy",
    "KnowledgeStore",
    "NotADataFolder",
    "QueryAnswer",
    "QueryProblem",
    "QueryRequest",
    "StoreDamaged",
    "StoreInUse",
    "StoreReadOnly",
    "StoreState",
    "StoreUnavailable",
    "Term",
    "as_stored",
    "query_pool",
    "run_query",
]
