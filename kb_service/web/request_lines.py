"""Requests that wait for a thread: a line for each part of the service, and the lines take turns."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Flask


class RequestLines:
    """A queue of waitress's channels: those of a line wait for each other, and for no more of others.

    Waitress calls it under its lock.
    """

    def __init__(self, line_of: Callable[[Any], str]) -> None:
        self._line_of = line_of
        self._lines: dict[str, deque[Any]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def append(self, channel: Any) -> None:
        """Have a channel wait behind others of its line."""
        self._lines.setdefault(self._line_of(channel), deque()).append(channel)

    def popleft(self) -> Any:
        """The first of the line whose turn it is; that line has to let the others go first then."""
        name = next(iter(self._lines))
        line = self._lines.pop(name)
        channel = line.popleft()
        if line:
            self._lines[name] = line
        return channel


def lines_of_parts(app: Flask) -> RequestLines:
    """Lines for the first parts of the addresses that the app has, and one for all others."""
    parts = frozenset(_parts(rule.rule for rule in app.url_map.iter_rules()))

    def line_of(channel: Any) -> str:
        part = first_part(getattr(channel.requests[0], "path", ""))
        return part if part in parts else ""

    return RequestLines(line_of)


def _parts(rules: Iterable[str]) -> Iterator[str]:
    return (part for rule in rules if "<" not in (part := first_part(rule)))


def first_part(path: str) -> str:
    """A path as far as its second slash, without the first."""
    return path.lstrip("/").partition("/")[0]
