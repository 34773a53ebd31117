"""What people are called: by their own ids and names to some callers, by pseudonyms to others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from kb_service.findings import Finding, RefusedInput
from kb_service.register import Entry, Register

_PSEUDONYM = re.compile(r"p-[a-z2-7]{26}")


@dataclass(frozen=True)
class Shown:
    """A person as one caller sees them; the name is None to who may not see names."""

    id: str
    name: str | None


class Names:
    """The names of people for one caller.

    Who sees names calls people by the ids of the organisation and reads those back. Anybody else
    calls them by pseudonym, and an id of the organisation tells them nothing. A pseudonym that the
    register does not know is its own id, and so is that of somebody out of the caller's reach:
    whoever hands in a pseudonym learns from no answer whose it is.
    """

    def __init__(
        self, register: Register, *, sees_names: bool, may_read: Callable[[str], bool]
    ) -> None:
        """`may_read` tells of a pseudonym whether the caller may read about that person."""
        self._register = register
        self.sees_names = sees_names
        self._may_read = may_read

    def key(self, written: str) -> str:
        """The pseudonym of the person whom the caller calls this, who need not exist."""
        return self.keys([written])[written]

    def keys(self, written: Iterable[str]) -> dict[str, str]:
        """The same for several, by what the caller calls them."""
        every = list(written)
        known = self._register.keys_of(every) if self.sees_names else {}
        return {each: known.get(each, each) for each in every}

    def entries(self, keys: Iterable[str]) -> Mapping[str, Entry]:
        """The entries of those with these pseudonyms whom the caller may see by name."""
        if not self.sees_names:
            return {}
        return self._register.entries(filter(self._may_read, keys))

    def in_order(self, keys: Iterable[str]) -> list[str]:
        """Those with these pseudonyms whom the caller may see, in the order of the ids they see."""
        readable = filter(self._may_read, keys)
        if not self.sees_names:
            return sorted(readable)
        ids = self._register.ids()
        return sorted(readable, key=lambda key: ids.get(key, key))

    def shown(self, keys: Iterable[str]) -> dict[str, Shown]:
        """How the caller sees each of these people, by pseudonym."""
        every = list(keys)
        entries = self.entries(every)
        return {key: self._shown(key, entries.get(key)) for key in every}

    def _shown(self, key: str, entry: Entry | None) -> Shown:
        if entry is not None:
            return Shown(entry.id, entry.name)
        return Shown(key, key if self.sees_names else None)

    def told(self, text: str) -> str:
        """A text with the id that the caller knows in place of each pseudonym."""
        found = set(_PSEUDONYM.findall(text))
        if not found:
            return text
        shown = self.shown(found)
        return _PSEUDONYM.sub(lambda match: shown[match[0]].id, text)

    def finding(self, found: Finding) -> Finding:
        """A finding that speaks of people as the caller does."""
        return replace(
            found,
            message={language: self.told(words) for language, words in found.message.items()},
            where=self.told(found.where),
            focus=self.told(found.focus),
            value=self.told(found.value),
        )

    def refusal(self, refused: RefusedInput) -> RefusedInput:
        """A refusal whose findings do."""
        return RefusedInput(tuple(map(self.finding, refused.findings)), refused.status)

    def places(self, places: Callable[[str], str] | None) -> Callable[[str], str] | None:
        """Places by IRI with the caller's ids, asked by IRI with pseudonyms."""
        return None if places is None else lambda iri: places(self.told(iri))
