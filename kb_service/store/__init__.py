"""Graphs on disk, checkpoints of them, and a stranger's queries over those checkpoints."""

from kb_service.store.data_folder import NotADataFolder
from kb_service.store.knowledge_store import KnowledgeStore, StoreInUse, Term, as_stored
from kb_service.store.sparql_worker import (
    QueryAnswer,
    QueryProblem,
    QueryRequest,
    query_pool,
    run_query,
)

__all__ = [
    "KnowledgeStore",
    "NotADataFolder",
    "QueryAnswer",
    "QueryProblem",
    "QueryRequest",
    "StoreInUse",
    "Term",
    "as_stored",
    "query_pool",
    "run_query",
]
