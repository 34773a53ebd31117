"""The ways in which people write the name of something they choose."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb_service.people_records.records import Choice


@dataclass
class Unreadable(ValueError):
    """A value that does not say what its field asks for, and what to write instead."""

    zh: str
    en: str


def plain(text: str) -> str:
    """A label as it is compared: without regard to case, width, spacing or a dividing slash."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s/|]+", " ", folded).strip()


def both(choice: Choice) -> str:
    """Both labels of something in one, as drop-downs show it."""
    return choice.zh if choice.zh == choice.en else f"{choice.zh} / {choice.en}"


def spellings(choices: Iterable[Choice]) -> dict[str, str]:
    """From each way to write a choice (id, Chinese, English, both) to its id.

    A label that two choices share means neither; an id always means its owner.
    """
    known: dict[str, str] = {}
    shared: set[str] = set()
    listed = list(choices)
    for choice in listed:
        for label in {plain(choice.zh), plain(choice.en), plain(both(choice))} - {""}:
            if known.setdefault(label, choice.id) != choice.id:
                shared.add(label)
    for label in shared:
        del known[label]
    return known | {plain(choice.id): choice.id for choice in listed}


def spelled_out(choices: Mapping[str, Choice]) -> dict[str, str]:
    """By id, each choice as people should see it in a cell; its id where labels would be misread."""
    known = spellings(choices.values())
    texts = {id: both(choice) for id, choice in choices.items()}
    return {
        id: text if known.get(plain(text)) == id and not re.search("[;,、]", plain(text)) else id
        for id, text in texts.items()
    }


@dataclass(frozen=True)
class Choices:
    """Things that a value may name, with every way to write them."""

    by_id: Mapping[str, Choice]
    by_spelling: Mapping[str, str]

    @classmethod
    def of(cls, choices: Mapping[str, Choice]) -> Choices:
        """The choices with the spellings of their ids and labels."""
        return cls(choices, spellings(choices.values()))

    def find(self, text: str) -> str | None:
        """The id of the choice written like this; an id in its exact case comes first."""
        return text if text in self.by_id else self.by_spelling.get(plain(text))

    def near(self, text: str, most: int = 1) -> list[Choice]:
        """What somebody who wrote this may have meant, the likeliest first."""
        close = difflib.get_close_matches(plain(text), self.by_spelling, most)
        return [self.by_id[id] for id in dict.fromkeys(self.by_spelling[each] for each in close)]
