"""Every index of a store read to its end, so that a block that is damaged does not stay unnoticed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from pyoxigraph import Quad, Store

IsNew = Callable[[int], bool]
"""Whether a number is met for the first time."""

_MARKS = 1 << 27


def exactly() -> IsNew:
    """Remembers every number; memory grows with them."""
    seen = set[int]()

    def is_new(number: int) -> bool:
        if number in seen:
            return False
        seen.add(number)
        return True

    return is_new


def roughly() -> IsNew:
    """Takes a few numbers for old that are not, in 16 MiB however many there are."""
    marks = bytearray(_MARKS // 8)

    def is_new(number: int) -> bool:
        place, mark = number % _MARKS // 8, 1 << number % 8
        is_old = marks[place] & mark
        marks[place] |= mark
        return not is_old

    return is_new


def read_every_index(store: Store, is_new: IsNew) -> Counter[str]:
    """How many quads each index holds; each is read by the terms that it begins with.

    Raises RuntimeError or OSError where a block does not hold what was written into it. What
    `is_new` wrongly takes for old is not read.
    """
    counts = Counter[str]()
    for quad in store.quads_for_pattern(None, None, None, None):
        counts["all"] += 1
        subject, predicate, value, graph = quad
        for index, pattern in (
            ("by graph", (None, None, None, graph)),
            ("by subject", (subject, None, None, None)),
            ("by predicate", (None, predicate, None, None)),
            ("by object", (None, None, value, None)),
            ("by graph and predicate", (None, predicate, None, graph)),
            ("by graph and object", (None, None, value, graph)),
        ):
            if is_new(hash((index, *pattern))):
                counts[index] += _size(store.quads_for_pattern(*pattern))
    return counts


def _size(quads: Iterator[Quad]) -> int:
    return sum(1 for _ in quads)
