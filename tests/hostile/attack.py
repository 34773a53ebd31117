"""One attack: what is sent, and why it would do harm where nothing holds it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

NESTED = 4000
"""Deep enough to end a parser that calls itself; the text stays small."""
LONG = 20_000
"""Long enough for a parser or a planner that is worse than linear."""


@dataclass(frozen=True)
class Canary:
    """What nobody may touch: an address that listens, and a file with a secret in it."""

    address: str
    file: str

    @property
    def file_iri(self) -> str:
        """The file as an IRI."""
        return f"file://{self.file}"


ON_THE_PAGE = "query on the page"
"""The place that answers with the first rows of what may have no end."""

PATCHED = "graph patched"
"""The place where an update sees one graph alone, and that one holds nothing."""


@dataclass(frozen=True)
class Attack:
    """A hostile text. `harmless` says why an answer would be right after all, if it would.

    Where `only_at` names places, it would be right there and nowhere else.
    """

    name: str
    make: Callable[[Canary], bytes]
    media_type: str = ""
    harmless: str = ""
    only_at: tuple[str, ...] = ()

    def may_be_answered(self, place: str) -> bool:
        """Whether an answer may be right at this place."""
        return bool(self.harmless) and (not self.only_at or place in self.only_at)


def attack(
    name: str,
    text: str | bytes,
    media_type: str = "",
    *,
    harmless: str = "",
    only_at: tuple[str, ...] = (),
) -> Attack:
    """An attack that is the same everywhere."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return Attack(name, lambda _: data, media_type, harmless, only_at)


def reaching(
    name: str, text: Callable[[Canary], str], media_type: str = "", *, harmless: str = ""
) -> Attack:
    """An attack that names the canary."""
    return Attack(name, lambda canary: text(canary).encode(), media_type, harmless)


def wrapped(opening: str, inside: str, closing: str, times: int = NESTED) -> str:
    """Something within something within something."""
    return opening * times + inside + closing * times
