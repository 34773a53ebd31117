"""What must follow from a world, calculated a second time from the design, with exact fractions.

Nothing here knows the rules, SPARQL or RDF. The numbers are those of the design, not read from
the policy, so that the two hold each other.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

from tests.worlds import (
    SCALES,
    Assessment,
    Dimension,
    Model,
    Person,
    Requirement,
    Training,
    World,
    requirement_name,
)

SOURCES = ("test", "supervisor", "quality-monitoring", "customer", "peer", "self")
LIFETIME = 24
DEFAULTS = {
    ("direction", "sten", "main"): (8, 3),
    ("direction", "sten", "auxiliary"): (6, 2),
    ("ability", "sten", "main"): (8, 3),
    ("ability", "sten", "auxiliary"): (7, 2),
    ("ability", "sten", "secondary"): (6, 1),
    ("motivation", "sten", "first"): (8, 3),
    ("motivation", "sten", "second"): (7, 2),
    ("motivation", "sten", "third"): (6, 1),
    ("ability", "grade", "main"): (5, 3),
    ("ability", "grade", "auxiliary"): (4, 2),
    ("ability", "grade", "secondary"): (3, 1),
}
SHARES = {
    "direction": Fraction(30, 100),
    "ability": Fraction(50, 100),
    "motivation": Fraction(20, 100),
}
WIDEST_MAIN_GAP = {
    "strong-fit": {"sten": Decimal(1), "grade": Decimal(0)},
    "fit": {"sten": Decimal(2), "grade": Decimal(1)},
}
# Not in the design: how many motivations are the strongest or weakest, and from which rating on.
MOTIVATIONS_CONSIDERED, STRONG_FROM, WEAK_UP_TO = 3, Decimal(6), Decimal(5)


@dataclass(frozen=True)
class Judgement:
    """Everything that is concluded of one person for one model."""

    gaps: Mapping[str, Decimal]
    excesses: Mapping[str, Decimal]
    unknown: frozenset[str]
    parts: Mapping[str, Decimal]
    known_weight: Decimal
    total_weight: Decimal
    coverage: Decimal
    """Cut off after four decimals: a coverage never looks larger than it is."""
    fit: Decimal | None
    verdict: str | None
    open_gaps: frozenset[str]
    recommended: Mapping[str, frozenset[str]]
    """By gap, the trainings that lie on a chain that closes it."""
    plans: Mapping[str, tuple[tuple[str, Decimal, Decimal], ...]]
    """By gap, the steps in their order: training, from level, to level."""
    incentives: frozenset[str]
    risks: frozenset[str]


def half_up(value: Fraction) -> Decimal:
    """The value with one decimal."""
    return Decimal(floor(value * 10 + Fraction(1, 2))) / 10


def asked(need: Requirement) -> tuple[Decimal, Decimal]:
    """The required level and the weight, from policy where the requirement is silent."""
    level, weight = DEFAULTS[need.dimension.part, need.dimension.scale, need.tier]
    return (
        need.level if need.level is not None else Decimal(level),
        need.weight if need.weight is not None else Decimal(weight),
    )


def last_day(assessment: Assessment) -> date:
    """The last day on which an assessment counts."""
    if assessment.expires:
        return assessment.expires
    months = assessment.day.month - 1 + LIFETIME
    year, month = assessment.day.year + months // 12, months % 12 + 1
    return date(year, month, min(assessment.day.day, monthrange(year, month)[1]))


def current_rating(person: Person, dimension: Dimension, as_of: date) -> Decimal | None:
    """The rating that counts on that day, on the dimension's own scale."""
    valid = [
        given
        for given in person.assessments
        if dimension.name in given.ratings and given.day <= as_of <= last_day(given)
    ]
    if not valid:
        return None
    best = min(SOURCES.index(given.source) for given in valid)
    latest = max(
        (given for given in valid if SOURCES.index(given.source) == best),
        key=lambda given: (given.day, given.name),
    )
    low, high = SCALES[dimension.scale]
    given_low, given_high = SCALES[latest.scale or dimension.scale]
    along = Fraction(latest.ratings[dimension.name] - given_low) / Fraction(given_high - given_low)
    return half_up(along * Fraction(high - low) + Fraction(low))


def chains(
    level: Decimal, required: Decimal, offered: Sequence[Training]
) -> Iterator[tuple[Training, ...]]:
    """Every chain that leads from a level to the required one, each training leading higher."""
    for first in offered:
        if first.entry <= level < first.exit:
            if first.exit >= required:
                yield (first,)
            else:
                for rest in chains(first.exit, required, offered):
                    yield (first, *rest)


def plan(
    level: Decimal, required: Decimal, useful: Sequence[Training]
) -> Iterator[tuple[str, Decimal, Decimal]]:
    """One way up: each time what leads nearest to the required level, the shorter of equals."""
    while level < required:
        best = min(
            (training for training in useful if training.entry <= level < training.exit),
            key=lambda each: (-min(each.exit, required), each.hours, each.name),
        )
        reached = min(best.exit, required)
        yield best.name, level, reached
        level = reached


def part_fits(model: Model, ratings: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """How far each part is attained in percent, where anything is known of it."""
    fits = {}
    for part in SHARES:
        attained = asked_for = Fraction(0)
        for need in model.requirements:
            if need.dimension.part == part and need.dimension.name in ratings:
                level, weight = asked(need)
                attained += Fraction(weight) * Fraction(min(ratings[need.dimension.name], level))
                asked_for += Fraction(weight) * Fraction(level)
        if asked_for:
            fits[part] = half_up(100 * attained / asked_for)
    return fits


def total_fit(parts: Mapping[str, Decimal]) -> Decimal | None:
    """The mean of the parts by their shares."""
    if not parts:
        return None
    weighted = sum(
        (SHARES[part] * Fraction(percent) for part, percent in parts.items()), Fraction()
    )
    return half_up(weighted / sum((SHARES[part] for part in parts), Fraction()))


def extremes(ratings: Mapping[str, Decimal], *, strong: bool) -> frozenset[str]:
    """The motivations among the strongest, or the weakest, of these ratings of motivations."""
    found = set()
    for name, rating in ratings.items():
        beyond = [r for r in ratings.values() if (r > rating if strong else r < rating)]
        bounded = rating >= STRONG_FROM if strong else rating <= WEAK_UP_TO
        if bounded and len(beyond) < MOTIVATIONS_CONSIDERED:
            found.add(name)
    return frozenset(found)


def judge(world: World, person: Person, model: Model) -> Judgement:
    """What follows for one person and one model."""
    needs = {requirement_name(model, need): need for need in model.requirements}
    dimensions = {d.name: d for d in [*world.dimensions, *(n.dimension for n in needs.values())]}
    current = {name: current_rating(person, d, world.as_of) for name, d in dimensions.items()}
    ratings = {name: rating for name, rating in current.items() if rating is not None}
    known = {name: need for name, need in needs.items() if need.dimension.name in ratings}
    short = {name: asked(need)[0] - ratings[need.dimension.name] for name, need in known.items()}
    gaps = {name: width for name, width in short.items() if width > 0}
    useful = {name: _useful(world, needs[name], ratings) for name in gaps}
    motivations = {n: r for n, r in ratings.items() if dimensions[n].part == "motivation"}
    ranked = {n.dimension.name: n.tier for n in needs.values() if n.dimension.part == "motivation"}
    first = {name for name, tier in ranked.items() if tier == "first"}
    parts = part_fits(model, ratings)
    closable = {name: found for name, found in useful.items() if found}
    known_weight = sum((asked(need)[1] for need in known.values()), Decimal(0))
    total_weight = sum((asked(need)[1] for need in needs.values()), Decimal(0))
    return Judgement(
        gaps=gaps,
        excesses={name: -width for name, width in short.items() if width <= 0},
        unknown=frozenset(needs.keys() - known.keys()),
        parts=parts,
        known_weight=known_weight,
        total_weight=total_weight,
        coverage=Decimal(floor(10000 * Fraction(known_weight) / Fraction(total_weight))) / 10000,
        fit=total_fit(parts),
        verdict=verdict(needs, ratings, frozenset(gaps.keys() - closable.keys())),
        open_gaps=frozenset(gaps.keys() - closable.keys()),
        recommended={n: frozenset(t.name for t in found) for n, found in closable.items()},
        plans={
            n: tuple(plan(ratings[needs[n].dimension.name], asked(needs[n])[0], found))
            for n, found in closable.items()
        },
        incentives=extremes(motivations, strong=True) if ranked else frozenset(),
        risks=extremes(motivations, strong=False) & first,
    )


def _useful(
    world: World, need: Requirement, ratings: Mapping[str, Decimal]
) -> tuple[Training, ...]:
    offered = [each for each in world.trainings if each.dimension == need.dimension]
    found = chains(ratings[need.dimension.name], asked(need)[0], offered)
    return tuple(dict.fromkeys(training for chain in found for training in chain))


def verdict(
    needs: Mapping[str, Requirement], ratings: Mapping[str, Decimal], open_gaps: frozenset[str]
) -> str:
    """The first verdict that holds."""
    model = Model("", tuple(needs.values()))
    known = [need for need in needs.values() if need.dimension.name in ratings]
    covered = Fraction(sum(asked(need)[1] for need in known))
    total = Fraction(sum(asked(need)[1] for need in needs.values()))
    musts = [need for need in needs.values() if need.floor is not None]
    if covered / total < Fraction(80, 100) or any(need not in known for need in musts):
        return "insufficient-evidence"
    fit = total_fit(part_fits(model, ratings))
    assert fit is not None
    if fit < 65 or any(ratings[n.dimension.name] < n.floor for n in musts if n.floor is not None):
        return "unsuitable"
    for kind, bound in (("strong-fit", 90), ("fit", 80)):
        widest = WIDEST_MAIN_GAP[kind]
        if fit >= bound and not any(
            asked(need)[0] - ratings[need.dimension.name] > widest[need.dimension.scale]
            for need in known
            if need.tier == "main"
        ):
            return kind
    stays_open = any(needs[name].dimension.part == "ability" for name in open_gaps)
    return "unsuitable" if stays_open else "trainable"
