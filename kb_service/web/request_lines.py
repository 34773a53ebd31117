"""Requests that wait: each in a line of its kind, and the lines take turns."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from flask import Flask

_One = TypeVar("_One")


class RequestLines(Generic[_One]):
    """A queue: those of a line wait for each other, and for no more of others.

    Not for several threads at once.
    """

    def __init__(self, line_of: Callable[[_One], str]) -> None:
        self._line_of = line_of
        self._lines: dict[str, deque[_One]] = {}

    @property
    def lines(self) -> int:
        """In how many lines somebody waits."""
        return len(self._lines)

    def __iter__(self) -> Iterator[_One]:
        return (one for line in self._lines.values() for one in line)

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def append(self, one: _One) -> None:
        """Have one wait behind others of its line."""
        self._lines.setdefault(self._line_of(one), deque()).append(one)

    def put_back(self, one: _One) -> None:
        """Have one wait before others of its line, as it did; the other lines go first."""
        self._lines.setdefault(self._line_of(one), deque()).appendleft(one)

    def remove(self, one: _One) -> None:
        """Have one wait no longer."""
        name = self._line_of(one)
        self._lines[name].remove(one)
        if not self._lines[name]:
            del self._lines[name]

    def popleft(self) -> _One:
        """The first of the line whose turn it is; that line has to let the others go first then."""
        name = next(iter(self._lines))
        line = self._lines.pop(name)
        one = line.popleft()
        if line:
            self._lines[name] = line
        return one


def lines_of_parts(app: Flask) -> RequestLines[Any]:
    """Waitress's queue of channels, under its lock: lines for the first parts of the addresses that the app has, and one for all others."""
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
