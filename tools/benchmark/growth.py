"""How a duration grows with size, and where that leads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Growth:
    """The sizes at which something was measured, ascending, with the seconds that each took."""

    sizes: tuple[int, ...]
    seconds: tuple[float, ...]

    @classmethod
    def of(cls, measured: Sequence[tuple[int, float]]) -> Growth:
        """The growth between measurements. Raises ValueError for fewer than two sizes."""
        ascending = sorted(measured)
        if len({size for size, _ in ascending}) < 2:
            raise ValueError("measure at two sizes or more")
        sizes, seconds = zip(*ascending, strict=True)
        return cls(sizes, seconds)

    @property
    def exponent(self) -> float:
        """The power of the size with which the seconds grow, between the two greatest sizes."""
        return math.log(self.seconds[-1] / self.seconds[-2]) / math.log(
            self.sizes[-1] / self.sizes[-2]
        )

    def at(self, size: int) -> float:
        """The seconds at another, greater size, going on as between the two greatest measured.

        Along a straight line: what grows faster than its size takes longer than this.
        """
        slope = (self.seconds[-1] - self.seconds[-2]) / (self.sizes[-1] - self.sizes[-2])
        return self.seconds[-1] + slope * (size - self.sizes[-1])
