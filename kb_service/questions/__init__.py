"""The questions that may be asked: one SPARQL file each, its header is its documentation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files

from pyoxigraph import Literal, NamedNode

TRUTH = "truth"
"""What a parameter takes that is true or false, in place of the prefix of ids."""

_FIELD = re.compile(r"^# (Asks|问题|Takes|May take|People|Tells|Over):\s*(.*)$", re.MULTILINE)
_TAKES = re.compile(r"(\w+) \((\w+)\)")
_COUNTS = re.compile(r"how many \((\w+)(?: of (\w+) for each (\w+))?\)")


class TellsOf(StrEnum):
    """Of whom the answer to a question tells: it decides who may ask it."""

    NOBODY = "of nobody"
    ONE_PERSON = "of one person"
    EVERYBODY = "of everybody"
    RATERS = "of raters"
    """Of who rated others, and how: that is for those alone who see to appraisals."""
    COUNTS = "how many"
    """How many people, and nothing of any of them."""


@dataclass(frozen=True)
class Counted:
    """Which column counts people, and of which whole they are a part, if of any.

    The parts in the rows that agree on `each` are of different people and add up to `whole`.
    """

    part: str
    whole: str = ""
    each: str = ""


@dataclass(frozen=True)
class Question:
    """One question: what it asks, which things it takes by id, and over which facts.

    `takes` maps a parameter to the prefix its ids belong to; so does `may_take`, whose parameters
    narrow the answer where they are given, or are TRUTH. `over` is `store` for questions about
    what is kept of everyone, `person` for those that need all conclusions about one person.
    `people` is the column that holds people, empty when none does. `counted` is there for a
    question that tells how many people.
    """

    name: str
    title: str
    asks: str
    asks_zh: str
    takes: Mapping[str, str]
    over: str
    text: str
    people: str = ""
    tells_of: TellsOf = TellsOf.EVERYBODY
    counted: Counted | None = None
    may_take: Mapping[str, str] = field(default_factory=dict)

    def bound(self, values: Mapping[str, NamedNode | Literal]) -> str:
        """The query with each parameter's value in every place that is free for it.

        Raises KeyError for a parameter without a value.
        """
        return self.bound_to_each({name: (value,) for name, value in values.items()})

    def bound_to_each(self, values: Mapping[str, Sequence[NamedNode | Literal]]) -> str:
        """The query about several things at once: with all values of a parameter in its places.

        They stay free for a parameter that may be left out and is. Raises KeyError for another one
        without values.
        """

        def place(match: re.Match[str]) -> str:
            if match[1] in self.may_take and match[1] not in values:
                return match[0]
            return f"VALUES ?{match[1]} {{ {' '.join(map(str, values[match[1]]))} }}"

        return re.sub(r"VALUES \?(\w+) \{ UNDEF \}", place, self.text)


def read_question(name: str, text: str) -> Question:
    """The question in a file's text. Raises ValueError naming the header line that is missing."""
    fields = dict(_FIELD.findall(text))
    for header in ("Asks", "问题", "Takes", "Tells", "Over"):
        if header not in fields:
            raise ValueError(f"{name}: add the header line '# {header}: …'")
    tells_of, counted = _read_tells(name, fields["Tells"].strip())
    return Question(
        name=name,
        title=text.splitlines()[0].removeprefix("# "),
        asks=fields["Asks"],
        asks_zh=fields["问题"],
        takes=dict(_TAKES.findall(fields["Takes"])),
        over=fields["Over"],
        text=text,
        people=fields.get("People", ""),
        tells_of=tells_of,
        counted=counted,
        may_take=dict(_TAKES.findall(fields.get("May take", ""))),
    )


def _read_tells(name: str, text: str) -> tuple[TellsOf, Counted | None]:
    """What the header line says of whom a question tells. Raises ValueError for anything else."""
    if counts := _COUNTS.fullmatch(text):
        return TellsOf.COUNTS, Counted(*(group or "" for group in counts.groups()))
    for tells_of in (TellsOf.NOBODY, TellsOf.ONE_PERSON, TellsOf.EVERYBODY, TellsOf.RATERS):
        if text == tells_of:
            return tells_of, None
    raise ValueError(
        f"{name}: write '# Tells:' with 'of nobody', 'of one person', 'of everybody', 'of raters' "
        "or 'how many (COLUMN)'"
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
