"""What facts about people say in words: documents have it, the store has not, for names may be in it."""

from __future__ import annotations

from kb_service.knowledge_base.objections import WORDS as OF_OBJECTIONS
from kb_service.people_records.performance_facts import CORRECTION_REASON

WORDS = OF_OBJECTIONS | {CORRECTION_REASON}
