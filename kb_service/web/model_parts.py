"""The parts of a position model as a page shows them: numbered, in their rings, with their sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb_service.access.view import View
from kb_service.web.answers import Document, shaped
from kb_service.web.rings import Asked, Drawing, Sector, drawn

# Where the poles of the axes are drawn; the opposite ones lie left and below.
_RIGHT = "people"
_UP = "abstract"


@dataclass(frozen=True)
class Numbered:
    """A requirement, the number of its mark in the drawing, and those of the sources it cites."""

    number: int
    row: Document
    cites: tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """A part of a model: its requirements, tiers and sectors, and how they are drawn.

    `fields` has the career fields in which the sectors lie, each with the ends of the axes it lies
    towards; there are none where the framework knows of no fields.
    """

    part: str
    members: tuple[Numbered, ...]
    tiers: tuple[Document, ...]
    sectors: Mapping[str, Document]
    fields: tuple[Document, ...]
    drawing: Drawing

    def of_tier(self, tier: str) -> list[Numbered]:
        """The requirements of one tier."""
        return [one for one in self.members if one.row["tier"] == tier]


@dataclass(frozen=True)
class Cited:
    """A work that a model cites: its number on the page, the studies whose figures it draws on."""

    number: int
    row: Document
    studies: tuple[str, ...]
    of_model: bool
    """Whether the model or its position cites it as a whole."""


@dataclass(frozen=True)
class Citations:
    """The works that a model cites, and the numbers of those that each duty and requirement cites."""

    works: tuple[Cited, ...]
    by_thing: Mapping[tuple[str, str], tuple[int, ...]]

    def of(self, kind: str, id: str) -> tuple[int, ...]:
        """The numbers of the works that a duty or a requirement cites."""
        return self.by_thing.get((kind, id), ())


def citations(view: View, model: str) -> Citations:
    """What a model cites."""
    rows = [shaped(row) for row in view.ask("citations-of-model", model=model).rows]
    numbers = {work: n for n, work in enumerate(dict.fromkeys(row["work"] for row in rows), 1)}
    works = [_cited(number, [r for r in rows if r["work"] == w]) for w, number in numbers.items()]
    by_thing: dict[tuple[str, str], tuple[int, ...]] = {}
    for row in rows:
        thing, number = (row["kind"], row["about"]), numbers[row["work"]]
        known = by_thing.get(thing, ())
        by_thing[thing] = known if number in known else (*known, number)
    return Citations(tuple(works), by_thing)


def _cited(number: int, rows: Sequence[Document]) -> Cited:
    studies = dict.fromkeys(row["study"] for row in rows if row["study"])
    as_a_whole = any(row["kind"] in ("model", "position") for row in rows)
    return Cited(number, rows[0], tuple(studies), as_a_whole)


def parts_of(view: View, model: Document, cited: Citations) -> list[Part]:
    """The parts of a model that ask for something, in the order of the framework."""
    id = model["id"]
    tiers = [shaped(row) for row in view.ask("rings-of-model", model=id).rows]
    sectors = [shaped(row) for row in view.ask("sectors-of-model", model=id).rows]
    requirements: list[Document] = model["requirements"]
    return [
        _part(
            part,
            [row for row in requirements if row["part"] == part],
            [row for row in tiers if row["part"] == part],
            [row for row in sectors if row["part"] == part],
            _fields_of(view, sectors),
            cited,
        )
        for part in dict.fromkeys(row["part"] for row in requirements)
    ]


def _fields_of(view: View, sectors: Iterable[Document]) -> list[Document]:
    used = {row["field"] for row in sectors if row["field"]}
    fields = map(shaped, view.ask("fields-on-axes").rows) if used else ()
    return [
        row | {"isRight": row["object"] == _RIGHT, "isUpper": row["content"] == _UP}
        for row in fields
        if row["field"] in used
    ]


def _part(
    part: str,
    requirements: Sequence[Document],
    tiers: Sequence[Document],
    sectors: Sequence[Document],
    fields: Sequence[Document],
    cited: Citations,
) -> Part:
    quarters = {row["field"]: (row["isRight"], row["isUpper"]) for row in fields}
    drawing = drawn(
        [row["tier"] for row in tiers],
        [Sector(row["sector"], quarters.get(row["field"])) for row in sectors],
        [Asked(row["dimension"], row["sector"], row["tier"]) for row in requirements],
    )
    members = [
        Numbered(number, row, cited.of("requirement", row["dimension"]))
        for number, row in enumerate(requirements, 1)
    ]
    here = {row["field"] for row in sectors}
    return Part(
        part,
        tuple(members),
        tuple(tiers),
        {row["sector"]: row for row in sectors},
        tuple(row for row in fields if row["field"] in here),
        drawing,
    )
