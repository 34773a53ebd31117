"""Which format an answer takes, and how much of it is written at most."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_Row = TypeVar("_Row")

RESULT_TYPES = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
    "application/json",
    "application/xml",
)
"""For SELECT and ASK, the one we like best first; the last two are other names of the first two."""

GRAPH_TYPES = (
    "text/turtle",
    "application/n-triples",
    "application/ld+json",
    "application/rdf+xml",
    "application/trig",
    "application/n-quads",
)
"""For CONSTRUCT and DESCRIBE, the one we like best first."""

_RANGE = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_LONGEST_HEADER = 4096
_QUALITY = re.compile(r";\s*q\s*=\s*(\d(?:\.\d{0,3})?)\s*(?:;|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Limits:
    """How large an answer may be."""

    rows: int = 200_000
    bytes: int = 64 * 1024 * 1024


class TooMuch(Exception):
    """The answer has more rows or bytes than an answer may have; the message names the limit."""


def best_type(accept: str, offered: Sequence[str]) -> str | None:
    """The offered media type that an Accept header likes best, None when it wants none of them.

    As RFC 9110 has it: the most specific range that matches a type gives its quality. Between
    equals the order of `offered` decides. An empty header accepts everything.
    """
    ranges = _media_ranges(accept) or [("*/*", 1.0)]
    best, best_quality = None, 0.0
    for media_type in offered:
        matches = [
            (len(pattern.replace("*", "")), quality)
            for pattern, quality in ranges
            if pattern in {media_type, media_type.split("/")[0] + "/*", "*/*"}
        ]
        quality = max(matches)[1] if matches else 0.0
        if quality > best_quality:
            best, best_quality = media_type, quality
    return best


def _media_ranges(accept: str) -> list[tuple[str, float]]:
    ranges = []
    for part in _RANGE.findall(accept[:_LONGEST_HEADER]):
        quality = _QUALITY.search(part)
        name = part.split(";")[0].strip().lower()
        if name:
            ranges.append((name, min(float(quality[1]), 1.0) if quality else 1.0))
    return ranges


def at_most(rows: Iterable[_Row], limit: int) -> Iterator[_Row]:
    """The rows, one after the other; raises TooMuch after `limit` of them."""
    for number, row in enumerate(rows):
        if number >= limit:
            raise _too_many_rows(limit)
        yield row


class BoundedOutput:
    """Takes what a serializer writes, and raises TooMuch when it is more than may be answered.

    `emit` is handed blocks of `block` bytes or a little more; what follows the last of them is
    what `finish` answers. `count` sees every block and says how many rows began in it.
    """

    def __init__(
        self,
        limits: Limits,
        emit: Callable[[bytes], None],
        count: Callable[[bytes], int] = lambda piece: 0,
        block: int = 64 * 1024,
    ) -> None:
        self._limits = limits
        self._bytes_left = limits.bytes
        self._rows_left = limits.rows
        self._emit = emit
        self._count = count
        self._block = block
        self._kept = bytearray()

    def write(self, buffer: ReadableBuffer, /) -> int:
        """Take one piece. Serializers write few bytes at a time, so they are counted by the block."""
        before = len(self._kept)
        self._kept += buffer
        written = len(self._kept) - before
        if len(self._kept) >= self._block:
            self._emit(self._counted())
        return written

    def flush(self) -> None:
        """Serializers call this at the end; `finish` is there for whoever wants it."""

    def finish(self) -> bytes:
        """What was written and not emitted."""
        return self._counted()

    def _counted(self) -> bytes:
        block = bytes(self._kept)
        self._kept.clear()
        self._bytes_left -= len(block)
        self._rows_left -= self._count(block)
        if self._rows_left < 0:
            raise _too_many_rows(self._limits.rows)
        if self._bytes_left < 0:
            raise TooMuch(
                f"The answer is larger than {self._limits.bytes:,} bytes. "
                "Ask for less, or page with ORDER BY, LIMIT and OFFSET."
            )
        return block


def _too_many_rows(limit: int) -> TooMuch:
    return TooMuch(
        f"The answer has more than {limit:,} rows. "
        "Ask for less, or page with ORDER BY, LIMIT and OFFSET."
    )


def row_counter(media_type: str) -> Callable[[bytes], int]:
    """A function that is given a SELECT answer piece by piece and says how many rows each begins."""
    if media_type in {"application/sparql-results+json", "application/json"}:
        return _JsonRows()
    if media_type == "text/csv":
        return _CsvRows()
    if media_type == "text/tab-separated-values":
        return _MarkedRows(b"\n", uncounted=1)
    return _MarkedRows(b"<result>")


class _MarkedRows:
    """Rows of a format in which a mark stands once in each row and nowhere else."""

    def __init__(self, mark: bytes, uncounted: int = 0) -> None:
        self._mark = mark
        self._uncounted = uncounted
        self._tail = b""

    def __call__(self, piece: bytes) -> int:
        text = self._tail + piece
        self._tail = text[-(len(self._mark) - 1) :] if len(self._mark) > 1 else b""
        found = text.count(self._mark)
        skipped = min(found, self._uncounted)
        self._uncounted -= skipped
        return found - skipped


class _CsvRows:
    """Rows of CSV: line ends outside quotes, less the header's. A doubled quote ends nothing."""

    def __init__(self) -> None:
        self._quoted = False
        self._lines = _MarkedRows(b"\n", uncounted=1)

    def __call__(self, piece: bytes) -> int:
        parts = piece.split(b'"')
        outside = b" ".join(parts[1 if self._quoted else 0 :: 2])
        self._quoted ^= len(parts) % 2 == 0
        return self._lines(outside)


class _JsonRows:
    """Rows of JSON results: objects that are elements of an array, outside strings."""

    def __init__(self) -> None:
        self._inside = False
        self._escape = b""
        self._last = b""

    def __call__(self, piece: bytes) -> int:
        text = self._escape + piece
        ending = len(text) - len(text.rstrip(b"\\"))
        self._escape = text[-1:] if ending % 2 else b""
        plain = text[: len(text) - len(self._escape)].replace(b"\\\\", b"").replace(b'\\"', b"")
        parts = plain.split(b'"')
        outside = self._last + b'"'.join(parts[1 if self._inside else 0 :: 2])
        self._inside ^= len(parts) % 2 == 0
        self._last = outside[-1:]
        return outside.count(b",{") + outside.count(b"[{")
