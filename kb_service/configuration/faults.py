"""What is wrong with a configuration: which setting, where it is said, and what to write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing to correct."""

    setting: str
    """The setting as `section.name`; empty when it is the file as a whole."""
    where: str
    """The file and line, the variable, or the option."""
    zh: str
    en: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.where, self.setting, self.en) if part)


class ConfigurationRefused(ValueError):
    """The configuration cannot be used; every fault that was found is in it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))
