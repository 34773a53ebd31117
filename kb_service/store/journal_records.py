"""One record of the journal as bytes: a line that says what follows, and the quads of a commit."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, parse, serialize

from kb_service.store.changes import Change

_LONGEST_HEADER = 200
_HEADER = re.compile(
    rb"rengang (?P<number>\d+) (?P<time>\S+) (?P<kind>[a-z]+) (?P<durable>\d+) (?P<length>\d+)"
    rb" (?P<digest>[0-9a-f]{32})\n"
)
_REMOVED, _ADDED, _EMPTIED = b"removed\n", b"added\n", b"emptied\n"


class Kind(StrEnum):
    """What a record is of its commit."""

    WHOLE = "whole"
    PART = "part"
    """A piece of a large commit, which counts once its end is there."""
    END = "end"


@dataclass(frozen=True)
class Record:
    """A commit or a piece of one, with the number of the commit and the time it was made."""

    number: int
    time: datetime
    kind: Kind
    durable: int
    """The last commit that was known to be on disk when this was written: none before it can have
    been torn by a power cut, so that what is broken there is damage."""
    payload: bytes

    def encoded(self) -> bytes:
        """The record as it stands in a segment."""
        rest = f"{self.durable} {len(self.payload)}"
        front = f"rengang {self.number} {self.time.isoformat()} {self.kind} {rest}"
        return f"{front} {_digest(front, self.payload)}\n".encode() + self.payload + b"\n"

    def change(self) -> Change:
        """What the commit removes and adds; nothing for an end."""
        return decoded(self.payload)


@dataclass(frozen=True)
class Placed:
    """A record, where it begins in its segment and where the next one does."""

    record: Record
    start: int
    end: int


def records(file: BinaryIO) -> Iterator[Placed]:
    """The records from where the file stands; ends at the first that is not whole."""
    position = file.tell()
    while header := _HEADER.fullmatch(file.readline(_LONGEST_HEADER)):
        length = int(header["length"])
        body = file.read(length + 1)
        front = header[0].rsplit(b" ", 1)[0].decode()
        if len(body) != length + 1 or body[-1:] != b"\n":
            return
        if _digest(front, body[:-1]) != header["digest"].decode():
            return
        record = Record(
            int(header["number"]),
            datetime.fromisoformat(header["time"].decode()),
            Kind(header["kind"].decode()),
            int(header["durable"]),
            body[:-1],
        )
        start, position = position, position + len(header[0]) + len(body)
        yield Placed(record, start, position)


def records_after_damage(file: BinaryIO, start: int) -> Iterator[Placed]:
    """The whole records that stand somewhere behind this place."""
    file.seek(start)
    rest = file.read()
    for header in _HEADER.finditer(rest):
        file.seek(start + header.start())
        for placed in records(file):
            yield placed
            break


def encoded(change: Change) -> bytes:
    """The quads of a change as N-Quads; blank nodes keep their names."""
    parts = [
        _REMOVED,
        serialize(change.removed, format=RdfFormat.N_QUADS) or b"",
        _ADDED,
        serialize(change.added, format=RdfFormat.N_QUADS) or b"",
        _EMPTIED,
        *(f"{name}\n".encode() for name in change.emptied),
    ]
    return b"".join(parts)


def decoded(payload: bytes) -> Change:
    """The change that `encoded` wrote."""
    if not payload:
        return Change()
    removed, _, rest = payload.removeprefix(_REMOVED).partition(_ADDED)
    added, _, emptied = rest.partition(_EMPTIED)
    return Change(
        tuple(_quads(removed)),
        tuple(_quads(added)),
        tuple(_graph_name(line) for line in emptied.decode().splitlines()),
    )


def _quads(lines: bytes) -> Iterator[Quad]:
    # Nothing here was not valid when it was written, and what the store held must be read again.
    yield from parse(lines, format=RdfFormat.N_QUADS, lenient=True)


def _graph_name(text: str) -> NamedNode | BlankNode:
    return BlankNode(text[2:]) if text.startswith("_:") else NamedNode(text[1:-1])


def _digest(front: str, payload: bytes) -> str:
    digest = hashlib.blake2b(front.encode(), digest_size=16)
    digest.update(payload)
    return digest.hexdigest()
