"""What the register holds of a person, and how pseudonyms are made."""

from __future__ import annotations

import re
import secrets
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field

_KEY = re.compile(r"p-[a-z2-7]{26}")
_RANDOM_BYTES = 17
_LETTERS = 26


@dataclass(frozen=True)
class Entry:
    """A person's pseudonym, the id that the organisation knows them by, their name and contact."""

    key: str
    id: str
    name: str
    contact: Mapping[str, str] = field(default_factory=dict)


def new_key() -> str:
    """A pseudonym that nobody has and that says nothing about whoever gets it."""
    return "p-" + b32encode(secrets.token_bytes(_RANDOM_BYTES)).decode()[:_LETTERS].lower()


def is_key(text: str) -> bool:
    """Whether a text has the form of a pseudonym."""
    return _KEY.fullmatch(text) is not None
