"""Strategies for random worlds, with values that like to fall on the edges of the rules."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

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
ABILITIES = [Dimension(f"ability/a{n}", "ability") for n in range(1, 5)]
INDICATORS = [Dimension(f"indicator/g{n}", "ability", "grade") for n in range(1, 4)]
MOTIVATIONS = [Dimension(f"motivation/m{n}", "motivation") for n in range(1, 6)]
DIMENSIONS = (*DIRECTIONS, *ABILITIES, *INDICATORS, *MOTIVATIONS)
TIERS = {
    "direction": ["main", "auxiliary"],
    "ability": ["main", "auxiliary", "secondary"],
    "motivation": ["first", "second", "third"],
}
DAYS = [date(2026, 6, 30), date(2026, 2, 28), date(2028, 2, 29), date(2025, 3, 31)]
WEIGHTS = [Decimal(w) for w in ("0.5", "1", "1.5", "2", "2.5", "3", "7")]


def on_scale(scale: str, *, high: bool = False) -> st.SearchStrategy[Decimal]:
    """Values with at most one decimal; whole ones often, and with `high` seldom low ones."""
    low, top = (int(bound * 10) for bound in SCALES[scale])
    start = low + (top - low) * 3 // 5 if high else low
    tenths = st.integers(start, top).map(lambda n: Decimal(n) / 10)
    whole = st.integers(-(-start // 10), top // 10).map(Decimal)
    return whole | tenths


def requirements(
    dimension: Dimension, tier: st.SearchStrategy[str]
) -> st.SearchStrategy[Requirement]:
    level = st.none() | on_scale(dimension.scale, high=True)
    floor = st.none() | st.none() | st.none() | on_scale(dimension.scale)
    return st.builds(
        Requirement, st.just(dimension), tier, level, st.none() | st.sampled_from(WEIGHTS), floor
    )


@st.composite
def models(draw: st.DrawFn, name: str) -> Model:
    needs: list[Requirement] = []
    for part, pool in (("direction", DIRECTIONS), ("ability", [*ABILITIES, *INDICATORS])):
        chosen = draw(st.lists(st.sampled_from(pool), unique=True, max_size=4))
        needs += [draw(requirements(d, st.sampled_from(TIERS[part]))) for d in chosen]
    chosen = draw(st.lists(st.sampled_from(MOTIVATIONS), unique=True, max_size=3))
    for dimension, tier in zip(chosen, TIERS["motivation"], strict=False):
        needs.append(draw(requirements(dimension, st.just(tier))))
    if not needs:
        needs.append(Requirement(ABILITIES[0], "main"))
    return Model(name, tuple(needs))


@st.composite
def trainings(draw: st.DrawFn, name: str) -> Training:
    dimension = draw(st.sampled_from([*ABILITIES, *INDICATORS]))
    low, high = SCALES[dimension.scale]
    entry = draw(on_scale(dimension.scale).filter(lambda level: level < high))
    exit_ = draw(on_scale(dimension.scale, high=True))
    if exit_ <= entry:
        exit_ = min(high, entry + 1)
    return Training(name, dimension, entry, exit_, Decimal(draw(st.sampled_from([4, 8]))))


@st.composite
def assessments(draw: st.DrawFn, name: str, as_of: date, needs: list[Requirement]) -> Assessment:
    scale = draw(st.sampled_from([None, None, None, None, "percent", "grade", "sten"]))
    missing = draw(st.sets(st.sampled_from(DIMENSIONS), max_size=len(DIMENSIONS)))
    if draw(st.booleans()):
        missing = set(list(missing)[:1])
    edges = {need.dimension: asked(need)[0] for need in needs if scale is None}
    ratings = {}
    for dimension in DIMENSIONS:
        if dimension not in missing:
            value = on_scale(scale or dimension.scale, high=True) | on_scale(
                scale or dimension.scale
            )
            if dimension in edges:
                value |= st.just(edges[dimension])
            ratings[dimension.name] = draw(value)
    age = st.integers(0, 400) | st.integers(700, 760) | st.sampled_from([730, 731, -1])
    day = as_of - timedelta(days=draw(age))
    expiry = draw(st.sampled_from([None, None, None, -1, 0, 30, 900]))
    expires = None if expiry is None else max(day, as_of + timedelta(days=expiry))
    return Assessment(name, draw(st.sampled_from(SOURCES)), day, ratings, expires, scale)


@st.composite
def worlds(draw: st.DrawFn, *, people: int = 3) -> World:
    """Two models, up to eight trainings, and people with up to three assessments each."""
    as_of = draw(st.sampled_from(DAYS))
    both = (draw(models("one")), draw(models("two")))
    needs = [need for model in both for need in model.requirements]
    offered = [draw(trainings(f"t{n}")) for n in range(draw(st.integers(0, 8)))]
    crowd = [
        Person(
            f"p{n}",
            tuple(draw(assessments(f"A{m}", as_of, needs)) for m in range(draw(st.integers(0, 3)))),
        )
        for n in range(people)
    ]
    return World(as_of, both, tuple(crowd), tuple(offered), DIMENSIONS)
