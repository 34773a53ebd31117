"""What a position model may name, and what policy supplies where it says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from kb_service.people_records import Catalogue, Choice, RatedDimension


@dataclass(frozen=True)
class TierDefault:
    """The level and weight that policy gives to what is asked at one tier of a part, on a scale."""

    part: str
    tier: str
    minimum: Decimal
    maximum: Decimal
    level: Decimal
    weight: Decimal

    def suits(self, dimension: RatedDimension) -> bool:
        """Whether it is for requirements in this dimension."""
        same_scale = (self.minimum, self.maximum) == (dimension.minimum, dimension.maximum)
        return same_scale and self.part == dimension.part


@dataclass(frozen=True)
class ModelChoices:
    """Everything that the fields of a position model may name, by id."""

    catalogue: Catalogue = field(default_factory=Catalogue)
    frameworks: Mapping[str, Choice] = field(default_factory=dict)
    tiers: Mapping[str, Choice] = field(default_factory=dict)
    evidence: Mapping[str, Choice] = field(default_factory=dict)
    statuses: Mapping[str, Choice] = field(default_factory=dict)
    grades: Mapping[str, Choice] = field(default_factory=dict)
    sources: Mapping[str, Choice] = field(default_factory=dict)
    defaults: tuple[TierDefault, ...] = ()
    """Those that matter most come first."""

    def of_kind(self, kind: str) -> dict[str, RatedDimension]:
        """The dimensions of a kind, whatever framework they are of."""
        return {
            dimension.id: dimension
            for dimensions in self.catalogue.dimensions.values()
            for dimension in dimensions.values()
            if dimension.kind == kind
        }

    def kinds_of(self, framework: str) -> tuple[str, ...]:
        """The kinds of dimension that a framework has; all there are where it is not known."""
        known = self.catalogue.dimensions.get(framework)
        frameworks = [known] if known else self.catalogue.dimensions.values()
        return tuple(
            dict.fromkeys(each.kind for dimensions in frameworks for each in dimensions.values())
        )

    def tiers_for(self, kind: str) -> dict[str, Choice]:
        """The tiers at which dimensions of a kind may be asked for, what matters most first."""
        members = list(self.of_kind(kind).values())
        return {
            default.tier: self.tiers[default.tier]
            for default in self.defaults
            if default.tier in self.tiers and any(map(default.suits, members))
        }
