"""What somebody wrote, each piece with its place: a workbook and a JSON document look alike so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb_service.findings import Finding, violation


@dataclass(frozen=True)
class Written:
    """A text, a number, several pieces by name or in a row; None where nothing was written.

    `absent` is the place of a member that is missing, with `{}` for its name; without it, the
    place of the whole.
    """

    value: object
    where: str
    absent: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written here."""
        return self.value is None or (isinstance(self.value, str) and not clean(self.value))

    def member(self, name: str) -> Written:
        """The piece of this name; an empty one where it belongs when there is none."""
        if isinstance(self.value, Mapping) and name in self.value:
            found: Written = self.value[name]
            return found
        may_have = self.value is None or isinstance(self.value, Mapping)
        return Written(None, self.absent.format(name) if self.absent and may_have else self.where)

    @property
    def members(self) -> Mapping[str, Written]:
        """The pieces by name; none when this has no names in it."""
        return self.value if isinstance(self.value, Mapping) else {}

    @property
    def items(self) -> Sequence[Written]:
        """The pieces in a row; none when this is no row."""
        return self.value if isinstance(self.value, tuple) else ()

    def fault(self, zh: str, en: str) -> Finding:
        """A violation at this place, which quotes what was written."""
        return violation(zh, en, self.where, quoted(self.value))


@dataclass(frozen=True)
class Unusable:
    """Something that no field takes, and why; without a reason it has been told already."""

    text: str
    zh: str
    en: str

    def __str__(self) -> str:
        return self.text


TOLD = Unusable("", "", "")
"""What no field takes, and of which that has been told."""


def clean(text: str) -> str:
    """A text without what nobody sees at its edges, and with one kind of line end."""
    visible = text.replace("\ufeff", "").replace("\u200b", "")
    return visible.replace("\r\n", "\n").replace("\r", "\n").strip()


def quoted(value: object) -> str:
    """A value as a message quotes it, shortened; of what has parts nothing is quoted."""
    if value is None or isinstance(value, Mapping | tuple):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = clean(str(value))
    return text if len(text) <= 80 else text[:79] + "…"
