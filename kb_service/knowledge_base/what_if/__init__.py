"""What if some facts were others: who would be judged otherwise, and how; nothing is stored."""

from kb_service.knowledge_base.what_if.answering import WhatIfAnswers, nobody

__all__ = ["WhatIfAnswers", "nobody"]
