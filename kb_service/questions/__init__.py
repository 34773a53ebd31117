"""The questions that may be asked: one SPARQL file each, its header is its documentation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pyoxigraph import NamedNode

_FIELD = re.compile(r"^# (Asks|问题|Takes|Over):\s*(.*)$", re.MULTILINE)
_TAKES = re.compile(r"(\w+) \((\w+)\)")


@dataclass(frozen=True)
class Question:
    """One question: what it asks, which things it takes by id, and over which facts.

    `takes` maps a parameter to the prefix its ids belong to. `over` is `store` for questions about
    what is kept of everyone, `person` for those that need all conclusions about one person.
    """

    name: str
    title: str
    asks: str
    asks_zh: str
    takes: Mapping[str, str]
    over: str
    text: str

    def bound(self, values: Mapping[str, NamedNode]) -> str:
        """The query with each parameter's value in every place that is free for it.

        Raises KeyError for a parameter without a value.
        """

        def place(match: re.Match[str]) -> str:
            return f"VALUES ?{match[1]} {{ {values[match[1]]} }}"

        return re.sub(r"VALUES \?(\w+) \{ UNDEF \}", place, self.text)


def read_question(name: str, text: str) -> Question:
    """The question in a file's text. Raises ValueError naming the header line that is missing."""
    fields = dict(_FIELD.findall(text))
    for field in ("Asks", "问题", "Takes", "Over"):
        if field not in fields:
            raise ValueError(f"{name}: add the header line '# {field}: …'")
    return Question(
        name=name,
        title=text.splitlines()[0].removeprefix("# "),
        asks=fields["Asks"],
        asks_zh=fields["问题"],
        takes=dict(_TAKES.findall(fields["Takes"])),
        over=fields["Over"],
        text=text,
    )


@cache
def questions() -> Mapping[str, Question]:
    """Every question by name."""
    folder = files("kb_service.questions")
    found = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".rq"))
    return {
        name.removesuffix(".rq"): read_question(
            name.removesuffix(".rq"), (folder / name).read_text(encoding="utf-8")
        )
        for name in found
    }
