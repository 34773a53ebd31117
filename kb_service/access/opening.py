"""The register that belongs to a knowledge base, made ready and in step with it."""

from __future__ import annotations

from kb_service.access.migration import move_names
from kb_service.access.words import settle
from kb_service.access.words_migration import move_words
from kb_service.knowledge_base import KnowledgeBase
from kb_service.register import Register


def register_of(knowledge_base: KnowledgeBase, *, read_only: bool = False) -> Register:
    """The register in the data folder of a knowledge base; the caller closes it.

    To write, names and words that an earlier version kept in the store are brought to it, and
    what nothing came to be stored of is cleared away.
    """
    store = knowledge_base.store
    register = Register.open(store.data.register, read_only=read_only)
    if not read_only:
        move_names(store, register)
        register.settle(knowledge_base.has_person)
        settle(register, store)
        move_words(store, register)
    return register
