"""Version numbers as semantic versioning has them, and which of two is greater."""

from __future__ import annotations

import re

UNSTATED = "0.0.0"
"""What a model counts as that states no version; `rules/10-requirements/model-edition.rq` says it."""

_WHOLE = r"(?:0|[1-9]\d{0,8})"
_WORD = rf"(?:{_WHOLE}|\d*[A-Za-z-][0-9A-Za-z-]*)"
_NUMBER = re.compile(
    rf"({_WHOLE})\.({_WHOLE})\.({_WHOLE})"
    rf"(?:-({_WORD}(?:\.{_WORD})*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?",
    re.ASCII,
)
_MOST_CHARACTERS = 40

Precedence = tuple[tuple[int, int, int], bool, tuple[tuple[bool, int, str], ...]]


def is_number(text: str) -> bool:
    """Whether this is a version number such as 0.2.0 or 1.0.0-beta.1, and not too long a one."""
    return len(text) <= _MOST_CHARACTERS and _NUMBER.fullmatch(text) is not None


def precedence(text: str) -> Precedence:
    """What versions are compared by; a text that is no version number comes before all.

    What follows a plus sign is left out, as semantic versioning has it.
    """
    found = _NUMBER.fullmatch(text)
    if found is None:
        return (0, 0, 0), False, ()
    major, minor, patch = (int(found[place]) for place in (1, 2, 3))
    words = tuple(_word(word) for word in found[4].split(".")) if found[4] else ()
    return (major, minor, patch), not words, words


def _word(word: str) -> tuple[bool, int, str]:
    """One part of what follows a hyphen: numbers come before other words."""
    is_whole = word.isdecimal()
    return not is_whole, int(word) if is_whole else 0, "" if is_whole else word
