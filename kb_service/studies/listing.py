"""Names as a reason lists them."""

from __future__ import annotations

from collections.abc import Iterable

_MOST = 5


def listed(names: Iterable[str]) -> tuple[str, str]:
    """The names in a row, in Chinese and in English: the first few, and how many there are more."""
    every = list(names)
    shown, more = every[:_MOST], len(every) - _MOST
    zh, en = "、".join(shown), ", ".join(shown)
    return (f"{zh}等 {len(every)} 个", f"{en} and {more} more") if more > 0 else (zh, en)
