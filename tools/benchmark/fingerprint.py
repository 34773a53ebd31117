"""Conclusions of different engines compared across processes, without holding them all."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from tools.benchmark.runs import Figures, peak_megabytes


class Conclusions:
    """How many different statements were concluded, and a fingerprint of them in any order.

    What is added has to be new; two engines that concluded the same have the same fingerprint.
    """

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0

    def add(self, statements: Collection[tuple[object, ...]]) -> None:
        """Take in statements, each of which was not taken in before."""
        self.count += len(statements)
        for statement in statements:
            digest = hashlib.sha256(repr(statement).encode()).digest()
            self._sum = (self._sum + int.from_bytes(digest)) % 2**256

    def figures(self, seconds: float) -> Figures:
        """What a measurement of an engine that concluded them answers."""
        return {
            "seconds": seconds,
            "statements": self.count,
            "fingerprint": f"{self._sum:064x}",
            "peak": peak_megabytes(),
        }
