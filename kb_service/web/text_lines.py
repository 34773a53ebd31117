"""Text broken into lines for drawings, which do not break it themselves."""

from __future__ import annotations

_LONGEST = 13
"""Characters of a name that stands in one line."""


def in_two_lines(text: str) -> tuple[str, ...]:
    """A name in one line, or broken at the space nearest to its middle where it is long."""
    spaces = [place for place, sign in enumerate(text) if sign == " "]
    if len(text) <= _LONGEST or not spaces:
        return (text,)
    middle = min(spaces, key=lambda place: abs(2 * place - len(text)))
    return (text[:middle], text[middle + 1 :])
