"""What a position model says, as its author fills it in: the same for Turtle, workbook and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pyoxigraph import Triple

Text = Mapping[str, str]
"""What people read, by language: `zh`, `en`."""

LANGUAGES = ("zh", "en")
KINDS = ("type", "ability", "motivation", "indicator")
"""What a requirement may ask for; each is the prefix under which such dimensions have their IRIs."""
USUAL_VERSION = "0.1.0"
USUAL_STATUS = "draft"
USUAL_EVIDENCE = "assumed"


@dataclass(frozen=True)
class Duty:
    """One kind of work of the position; `rank` is its place among the duties, from 1."""

    id: str
    rank: int
    label: Text = field(default_factory=dict)
    definition: Text = field(default_factory=dict)
    evidence: str = USUAL_EVIDENCE
    source: str = ""


@dataclass(frozen=True)
class Position:
    """The position that a model is for.

    Without a label, a definition and duties it is only named: it is described elsewhere.
    """

    id: str
    label: Text = field(default_factory=dict)
    definition: Text = field(default_factory=dict)
    duties: tuple[Duty, ...] = ()
    evidence: str = USUAL_EVIDENCE
    definition_evidence: str = ""
    source: str = ""

    @property
    def is_described(self) -> bool:
        """Whether more than its id is told."""
        return bool(self.label or self.definition or self.duties)


@dataclass(frozen=True)
class ModelRequirement:
    """What a model asks for in one dimension; policy supplies level and weight where it has none.

    An empty `id` stands for the usual one, `<model>.<dimension>`.
    """

    kind: str
    dimension: str
    tier: str = ""
    level: Decimal | None = None
    weight: Decimal | None = None
    floor: Decimal | None = None
    rationale: Text = field(default_factory=dict)
    evidence: str = USUAL_EVIDENCE
    label: Text = field(default_factory=dict)
    source: str = ""
    id: str = ""


@dataclass(frozen=True)
class GradeStandard:
    """The behaviour that earns a grade in an indicator."""

    indicator: str
    grade: str
    definition: Text = field(default_factory=dict)
    label: Text = field(default_factory=dict)
    evidence: str = USUAL_EVIDENCE


@dataclass(frozen=True)
class Header:
    """What a model's document says of itself.

    Title and description that are missing are made from the position's name and the model's
    definition. An empty `iri` stands for the usual one, `…/ontology/models/<model>`.
    """

    version: str = USUAL_VERSION
    title: Text = field(default_factory=dict)
    description: Text = field(default_factory=dict)
    note: Text = field(default_factory=dict)
    license: str = ""
    iri: str = ""
    individuals: bool = True
    """Whether everything is also an `owl:NamedIndividual`, as Protégé writes it."""


@dataclass(frozen=True)
class PositionModel:
    """A position model, everything in its document included.

    A label that is missing is made from the position's.

    An id is the last part of an IRI in the namespace of its kind, or a whole IRI that is in none.
    `further` are statements that the form has no field for; `unsaid` are those which the form
    implies and the document does not make. So no document loses anything by taking this form.
    """

    id: str
    framework: str
    position: Position
    label: Text = field(default_factory=dict)
    definition: Text = field(default_factory=dict)
    requirements: tuple[ModelRequirement, ...] = ()
    standards: tuple[GradeStandard, ...] = ()
    status: str = USUAL_STATUS
    evidence: str = USUAL_EVIDENCE
    definition_evidence: str = ""
    source: str = ""
    note: Text = field(default_factory=dict)
    header: Header = field(default_factory=Header)
    further: frozenset[Triple] = frozenset()
    unsaid: frozenset[Triple] = frozenset()

    def of_kind(self, kind: str) -> tuple[ModelRequirement, ...]:
        """The requirements of dimensions of one kind."""
        return tuple(each for each in self.requirements if each.kind == kind)


_TIERS = ("main", "first", "auxiliary", "second", "secondary", "third", "")


def in_order(requirements: Iterable[ModelRequirement]) -> tuple[ModelRequirement, ...]:
    """The requirements as people read them: by kind, and in each what matters most first."""

    def place(asked: ModelRequirement) -> tuple[int, int, str, str]:
        tier = _TIERS.index(asked.tier) if asked.tier in _TIERS else len(_TIERS)
        return KINDS.index(asked.kind), tier, asked.dimension, asked.id

    return tuple(sorted(requirements, key=place))


def by_rank(duty: Duty) -> tuple[int, str]:
    """The place of a duty among others."""
    return duty.rank, duty.id


def by_grade(standard: GradeStandard) -> tuple[str, str]:
    """The place of a standard among others, the best grade of an indicator first."""
    return standard.indicator, standard.grade
