"""Where in what was handed in something stands, so that a finding can say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Places(Protocol):
    """Knows where a document says what its triples say."""

    def place(self, focus: str, path: str, value: str) -> str:
        """Where a statement stands: `能力 Abilities!C7`, `line 12`, `/abilities/3/level`.

        All three are told as findings tell them: whole IRIs, and the text of literals. What is
        narrower is tried first: this value, then this path of the thing, then the thing. Empty when
        none of them is known.
        """
        ...


@dataclass(frozen=True)
class RecordedPlaces:
    """Places that a reader noted while it read."""

    things: Mapping[str, str] = field(default_factory=dict)
    """By IRI."""
    paths: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By the IRIs of a thing and of a property; also where a value that is missing belongs."""
    values: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """By thing, property and value."""

    def place(self, focus: str, path: str, value: str) -> str:
        """See Places."""
        return (
            self.values.get((focus, path, value))
            or self.paths.get((focus, path))
            or self.things.get(focus, "")
        )
