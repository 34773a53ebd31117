"""What may be shown of text that a stranger wrote."""

from __future__ import annotations

LONGEST_VALUE = 80
LONGEST_NAME = 400
"""Things are named by their IRI, which tells nothing when it is cut too short."""
_HIDDEN = "\N{REPLACEMENT CHARACTER}"


def shown(text: str, longest: int = LONGEST_VALUE) -> str:
    """The text, cut to `longest` characters, control characters made harmless."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return cut if cut.isprintable() else "".join(c if c.isprintable() else _HIDDEN for c in cut)
