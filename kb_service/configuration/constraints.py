"""What a setting may be beyond its type: said beside the type, checked where values are read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Between:
    """A number from `least` to `most`, both included."""

    least: float
    most: float


@dataclass(frozen=True)
class OneOf:
    """One of a few words."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Secret:
    """A text that is shown to nobody, and that is no secret when it is shorter than `least`."""

    least: int


@dataclass(frozen=True)
class AtStart:
    """A setting that counts from the next start on; others do as soon as they are reloaded."""


@dataclass(frozen=True)
class Contradiction:
    """A setting that does not go with the others, and what to write instead."""

    setting: str
    """Its name within the section that found it."""
    zh: str
    en: str
