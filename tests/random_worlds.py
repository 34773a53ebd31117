"""Strategies for random worlds, with values that like to fall on the edges of the rules."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from hypothesis import strategies as st

from tests.oracle import SOURCES, asked
from tests.worlds import (
    SCALES,
    Assessment,
    Dimension,
    Model,
    Person,
    Requirement,
    Training,
    World,
)

DIRECTIONS = [Dimension(f"career-type/d{n}", "direction") for n in range(1, 4)]
ABILITIES = [Dimension(f"ability/a{n}", "ability") for n in range(1, 4)]
INDICATORS = [Dimension(f"indicator/g{n}", "ability", "grade") for n in range(1, 3)]
MOTIVATIONS = [Dimension(f"motivation/m{n}", "motivation") for n in range(1, 6)]
DIMENSIONS = (*DIRECTIONS, *ABILITIES, *INDICATORS, *MOTIVATIONS)
TIERS = {
    "direction": ["main", "auxiliary"],
    "ability": ["main", "auxiliary", "secondary"],
    "motivation": ["first", "second", "third"],
}
DAYS = [date(2026, 6, 30), date(2026, 2, 28), date(2028, 2, 29), date(2025, 3, 31)]
WEIGHTS = [Decimal(w) for w in ("0.5", "1", "1.5", "2", "2.5", "3", "7")]


@cache
def on_scale(scale: str, *, high: bool = False) -> st.SearchStrategy[Decimal]:
    """Values with at most one decimal; whole ones often, and with `high` seldom low ones."""
    low, top = (int(bound * 10) for bound in SCALES[scale])
    start = low + (top - low) * 3 // 5 if high else low
    tenths = st.integers(start, top).map(lambda n: Decimal(n) / 10)
    whole = st.integers(-(-start // 10), top // 10).map(Decimal)
    return whole | tenths


def requirements(
    dimension: Dimension, tier: st.SearchStrategy[str], weight: st.SearchStrategy[Decimal | None]
) -> st.SearchStrategy[Requirement]:
    level = st.none() | on_scale(dimension.scale, high=True)
    floor = st.none() | st.none() | st.none() | st.none() | on_scale(dimension.scale)
    return st.builds(Requirement, st.just(dimension), tier, level, weight, floor)


@st.composite
def models(draw: st.DrawFn, name: str) -> Model:
    """One to eleven requirements; the weights of some models are all alike."""
    weight = draw(st.sampled_from([st.none() | st.sampled_from(WEIGHTS), st.just(Decimal(2))]))
    needs: list[Requirement] = []
    abilities = [*ABILITIES, *INDICATORS]
    for part, pool, fewest in (("direction", DIRECTIONS, 0), ("ability", abilities, 1)):
        chosen = draw(st.lists(st.sampled_from(pool), unique=True, min_size=fewest, max_size=4))
        needs += [draw(requirements(d, st.sampled_from(TIERS[part]), weight)) for d in chosen]
    chosen = draw(st.lists(st.sampled_from(MOTIVATIONS), unique=True, max_size=3))
    for dimension, tier in zip(chosen, TIERS["motivation"], strict=False):
        needs.append(draw(requirements(dimension, st.just(tier), weight)))
    if len(needs) == 1 and draw(st.booleans()):  # a model without abilities
        needs = [draw(requirements(DIRECTIONS[0], st.just("main"), weight))]
    return Model(name, tuple(needs))


@st.composite
def trainings(draw: st.DrawFn, name: str) -> Training:
    """A step up in one of few dimensions, so that chains are common and breaks in them too."""
    dimension = draw(st.sampled_from([*ABILITIES, INDICATORS[0]]))
    low, high = SCALES[dimension.scale]
    step = (high - low) / 3
    rung = low + step * draw(st.integers(0, 2))
    entry = rung - draw(st.sampled_from([Decimal(0), Decimal(0), Decimal("0.1"), step / 2]))
    exit_ = rung + step + draw(st.sampled_from([Decimal(0), Decimal(0), Decimal("-0.1"), step / 2]))
    hours = Decimal(draw(st.sampled_from([4, 8])))
    return Training(name, dimension, _tenth(max(low, entry)), _tenth(min(high, exit_)), hours)


def _tenth(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"))


@cache
def ratings_on(scale: str, edge: Decimal | None) -> st.SearchStrategy[Decimal]:
    """Mostly high ratings, and often exactly what a model asks for."""
    high, low = on_scale(scale, high=True), on_scale(scale)
    return st.one_of(high, high, low, st.just(edge) if edge is not None else high)


_FEW_MISSING = st.sets(st.sampled_from(DIMENSIONS), max_size=2)
MISSING = st.one_of(_FEW_MISSING, _FEW_MISSING, st.sets(st.sampled_from(DIMENSIONS), min_size=8))
AGES = st.one_of(
    st.integers(0, 400), st.integers(0, 400), st.integers(725, 735), st.sampled_from([730, 731, -1])
)


@st.composite
def assessments(draw: st.DrawFn, name: str, as_of: date, needs: list[Requirement]) -> Assessment:
    scale = draw(st.sampled_from([None, None, None, None, "percent", "grade", "sten"]))
    missing = draw(MISSING)
    edges = {need.dimension: asked(need)[0] for need in needs if scale is None}
    ratings = {
        dimension.name: draw(ratings_on(scale or dimension.scale, edges.get(dimension)))
        for dimension in DIMENSIONS
        if dimension not in missing
    }
    day = as_of - timedelta(days=draw(AGES))
    expiry = draw(st.sampled_from([None, None, None, None, None, -1, 0, 30, 900]))
    expires = None if expiry is None else max(day, as_of + timedelta(days=expiry))
    return Assessment(name, draw(st.sampled_from(SOURCES)), day, ratings, expires, scale)


@st.composite
def worlds(draw: st.DrawFn, *, people: int = 3) -> World:
    """Two models, up to twelve trainings, and people with up to three assessments each."""
    as_of = draw(st.sampled_from(DAYS))
    both = (draw(models("one")), draw(models("two")))
    needs = [need for model in both for need in model.requirements]
    offered = [draw(trainings(f"t{n}")) for n in range(draw(st.sampled_from([12, 6, 0])))]
    posts = st.sampled_from([None, "one", "two"])
    sought = st.sampled_from([(), ("one",), ("two",), ("one", "two")])
    crowd = []
    for n in range(people):
        how_many = draw(st.sampled_from([2, 1, 3, 1, 2, 0]))
        sheets = [draw(assessments(f"A{m}", as_of, needs)) for m in range(how_many)]
        crowd.append(Person(f"p{n}", tuple(sheets), draw(posts), draw(sought)))
    return World(as_of, both, tuple(crowd), tuple(offered), DIMENSIONS)
