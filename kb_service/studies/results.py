"""A statistic: its value, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite


@dataclass(frozen=True)
class Reason:
    """Why something cannot be computed, or what to bear in mind about what was.

    `name` is the same for every occasion (`ratings-all-equal`), so that a rule can ask for it; the
    words are for people and may name who or what lacks something, and what would help.
    """

    name: str
    zh: str
    en: str

    def as_json(self) -> dict[str, str]:
        """The reason as the API shows it."""
        return {"name": self.name, "zh": self.zh, "en": self.en}


@dataclass(frozen=True)
class Statistic:
    """A finite number, or the reason why there is none; never both, never neither.

    Raises ValueError for anything else, so that no NaN is taken for a result.
    """

    value: float | None = None
    why: Reason | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.why is None):
            raise ValueError("A statistic has either a value or a reason why it has none.")
        if self.value is not None and not isfinite(self.value):
            raise ValueError(f"A statistic is a finite number, not {self.value}.")

    @property
    def number(self) -> float:
        """The value; raises ValueError with the reason where there is none."""
        if self.value is None:
            raise ValueError(self.why.en if self.why else "This statistic has no value.")
        return self.value

    def as_json(self) -> dict[str, object]:
        """The statistic as the API shows it: `{"value": …}` or `{"why": …}`."""
        return {"why": self.why.as_json()} if self.why else {"value": self.value}


@dataclass(frozen=True)
class Interval:
    """A confidence interval: its bounds and the confidence it was made for."""

    low: Statistic
    high: Statistic
    confidence: float


def known(value: float) -> Statistic:
    """A statistic with a value; raises ValueError when that is no finite number."""
    return Statistic(value=float(value))


def unknown(why: Reason) -> Statistic:
    """A statistic without a value, and why."""
    return Statistic(why=why)


def known_or(value: float, why: Reason) -> Statistic:
    """What a library computed: its value, or the reason where it answers NaN or infinity."""
    return known(value) if isfinite(value) else unknown(why)
