"""One entry of the trail: what it says, and how it is written on one line and read back."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

FORGOTTEN = "audit.forgotten"
"""The action of an entry that says which query texts were deleted for an erasure."""
RECOVERED = "audit.recovered"
"""The action of an entry that says an unfinished line was cut off after a crash."""
TRAIL_BROKEN = "audit.broken"
"""The action of an entry that says the trail was found shorter than its anchor, or without one."""
BEGUN = "begun"
"""The outcome of an entry that was written before a change was attempted."""

_KEY_BEGINS = "p-"
_KEY = re.compile(r"\bp-[a-z2-7]{26}\b")
compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""The JSON of a value on one line, without spaces."""
_DIGEST = re.compile(rb',"digest":"([0-9a-f]{64})"\}$')


@dataclass(frozen=True)
class Anchor:
    """Which entry it is: its number in the trail and its digest."""

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"

    @classmethod
    def parse(cls, text: str) -> Anchor:
        """The anchor that `str` wrote. Raises ValueError for anything else."""
        number, _, digest = text.partition(":")
        if not (number.isascii() and number.isdigit() and re.fullmatch("[0-9a-f]{64}", digest)):
            raise ValueError(text)
        return cls(int(number), digest)


GENESIS = Anchor(0, "0" * 64)
"""What the first entry follows."""


@dataclass(frozen=True)
class Access:
    """Somebody's access to people, or their change: what the trail is told of it."""

    who: str
    role: str
    action: str
    """The operation: method and route, or a command of the command line."""
    outcome: str
    address: str = ""
    object: str = ""
    """What it was about, if that is no person."""
    query: str = ""
    """The digest under which the query's text is kept."""
    people: int = 0
    """How many people were touched."""
    persons: tuple[str, ...] = ()
    """Who was touched, as references; empty when it was everybody."""
    everybody: bool = False
    request: str = ""

    @classmethod
    def to_people(cls, keys: Iterable[str], everybody: int | None = None, **told: str) -> Access:
        """An access that touched these people, or anybody: `everybody` is how many there were."""
        persons = () if everybody is not None else tuple(sorted(map(reference, keys)))
        count = len(persons) if everybody is None else everybody
        return cls(people=count, persons=persons, everybody=everybody is not None, **told)

    def as_json(self, query: str = "") -> dict[str, Any]:
        """The fields that say something; `query` is the digest of the text where none is named."""
        fields = {
            "who": self.who,
            "role": self.role,
            "address": self.address,
            "action": self.action,
            "object": without_keys(self.object),
            "query": query or self.query,
            "people": self.people,
            "persons": list(self.persons),
            "everybody": self.everybody,
            "outcome": self.outcome,
            "request": self.request,
        }
        return {name: value for name, value in fields.items() if value or name == "people"}


@dataclass(frozen=True)
class Entry:
    """A line of the trail as it was read."""

    anchor: Anchor
    before: str
    """The digest of the entry before."""
    fields: dict[str, Any]
    is_intact: bool
    """Whether the line still has the digest that it says it has."""


def reference(key: str) -> str:
    """What stands for a person in the trail: it leads from the key to the entry, never back."""
    return hashlib.sha256(key.encode()).hexdigest()


def without_keys(text: str) -> str:
    """The text with the pseudonym key of every person replaced by the reference."""
    if _KEY_BEGINS not in text:
        return text
    return _KEY.sub(lambda found: f"person:{reference(found[0])}", text)


def written(access: Access, after: Anchor, time: str, query: str = "") -> tuple[bytes, Anchor]:
    """The line of the entry that follows `after`, and its anchor; `query` names its text."""
    number = after.number + 1
    fields = {"number": number, "time": time, **access.as_json(query), "before": after.digest}
    body = compact(fields).encode()
    digest = hashlib.sha256(body).hexdigest()
    return body[:-1] + f',"digest":"{digest}"}}\n'.encode(), Anchor(number, digest)


def chained(
    entries: Iterable[tuple[Access, str]], after: Anchor, time: str
) -> tuple[bytes, list[Anchor]]:
    """The lines of entries that follow `after` one by one, each with what names its query's text."""
    lines, anchors = [], []
    for access, query in entries:
        line, after = written(access, after, time, query)
        lines.append(line)
        anchors.append(after)
    return b"".join(lines), anchors


def read(line: bytes) -> Entry | None:
    """The entry of a line without its line break; None when it is none."""
    sealed = _DIGEST.search(line)
    if sealed is None:
        return None
    body = line[: sealed.start()] + b"}"
    try:
        fields = json.loads(body)
        number, before = int(fields["number"]), str(fields["before"])
    except (ValueError, KeyError, TypeError):
        return None
    digest = sealed[1].decode()
    return Entry(Anchor(number, digest), before, fields, hashlib.sha256(body).hexdigest() == digest)
