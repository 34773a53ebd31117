"""How a study is written down: its tables, their columns, and the facts that a row stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from pyoxigraph import NamedNode

from kb_service.people_records import Choice
from kb_service.vocabulary import iri


class Takes(Enum):
    """What a cell of a column may hold."""

    CODE = "code"
    """A code for a thing; it becomes part of an IRI."""
    PSEUDONYM = "pseudonym"
    """A code for a person, which must not be a name."""
    ORDINAL = "ordinal"
    """A whole number from 1 that is a code."""
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    """One of the individuals of a class of the ontology."""
    REFERENCE = "reference"
    """The code of a row of another table of the same study."""
    DIMENSION = "dimension"
    """A dimension of some framework: an indicator or an ability."""
    POSITION = "position"
    YES_NO = "yes or no"
    DAY = "day"


@dataclass(frozen=True)
class Column:
    """A column: its labels, what it takes, and the property that its value is told by.

    `of` is the class of a choice, `table` the name of the table that a reference leads to, and
    `language` that of a text for people.
    """

    name: str
    zh: str
    en: str
    takes: Takes
    property: NamedNode
    about_zh: str
    about_en: str
    example: str = ""
    needed: bool = True
    of: NamedNode | None = None
    table: str = ""
    language: str = ""


@dataclass(frozen=True)
class TablePlan:
    """A table: a row is an individual of a class, named after the cells of `key`.

    `role` is the part of its IRI that says what it is. A table that is not `needed` may be empty.
    """

    name: str
    role: str
    zh: str
    en: str
    kind: NamedNode
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    needed: bool = True

    @property
    def is_listing(self) -> bool:
        """Whether it lists things of a study, in an order that people chose."""
        return bool(self.role) and self.key == ("code",)

    @property
    def title(self) -> str:
        """The name of its sheet."""
        return f"{self.zh} {self.en}"

    def column(self, name: str) -> Column:
        """The column of this name; raises KeyError."""
        return {column.name: column for column in self.columns}[name]


@dataclass(frozen=True)
class StudyKind:
    """A kind of study: its id, what it is called, and its tables, that about itself first."""

    id: str
    zh: str
    en: str
    tables: tuple[TablePlan, ...]

    @property
    def node(self) -> NamedNode:
        """The method, as the ontology names it."""
        return iri("study-method", self.id)

    def table(self, name: str) -> TablePlan:
        """The table of this name; raises KeyError."""
        return {plan.name: plan for plan in self.tables}[name]


@dataclass(frozen=True)
class StudyChoices:
    """What studies may name: the individuals of classes, dimensions and positions, by id."""

    of_class: Mapping[str, Mapping[str, Choice]]
    """By the IRI of the class."""
    dimensions: Mapping[str, Choice]
    positions: Mapping[str, Choice]

    def offered(self, column: Column) -> Mapping[str, Choice]:
        """What a cell of this column may name; nothing for a column that names nothing."""
        if column.takes is Takes.DIMENSION:
            return self.dimensions
        if column.takes is Takes.POSITION:
            return self.positions
        return self.of_class.get(column.of.value, {}) if column.of else {}
