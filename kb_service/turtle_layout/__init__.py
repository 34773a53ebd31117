"""The one layout of Turtle, so that a diff shows what changed and nothing else.

The header first, then subjects by IRI; `a` first, then predicates by name. What is a set is sorted,
what is a list keeps its order. Prefixes are those of the product wherever it has one.
"""

from __future__ import annotations

from kb_service.turtle_layout.formatting import decoded, format_turtle, turtle_of
from kb_service.turtle_layout.refusal import CannotFormat

__all__ = ["CannotFormat", "decoded", "format_turtle", "turtle_of"]
