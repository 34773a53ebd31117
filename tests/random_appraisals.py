"""Random plans and all that is known of somebody appraised by them, with many ties and edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from hypothesis import strategies as st

from tests.appraised_people import Form
from tests.appraised_worlds import (
    ABILITY,
    INDICATOR,
    KPI,
    PERIODS,
    AppraisedWorld,
    Figures,
    Group,
    Item,
    Known,
    Plan,
)
from tests.worlds import Training

SOURCES = ("self", "supervisor", "peer", "customer", "quality-monitoring")
figure = st.decimals(0, 20, places=1) | st.integers(0, 20).map(Decimal)
"""Few enough that figures often meet threshold, target and stretch."""
level = st.integers(2, 20).map(lambda halves: Decimal(halves) / 2)


@st.composite
def worlds(draw: st.DrawFn, *, people: int) -> list[AppraisedWorld]:
    """As many people, each with one to four periods, and all else shared: plans, KPIs, trainings."""
    kpis = tuple(draw(_kpi(name)) for name in ("k0", "k1", "k2", "k3"))
    plans = tuple(draw(_plan(name, kpis)) for name in ("first", "second", "third"))
    trainings = tuple(draw(_training(f"t{place}")) for place in range(3))
    some_periods = st.lists(st.sampled_from(list(PERIODS)), min_size=1, unique=True)
    return [
        AppraisedWorld(
            kpis=kpis,
            plans=plans,
            known={period: draw(_known(period, plans, kpis)) for period in draw(some_periods)},
            rating=draw(st.none() | level),
            motivation=draw(st.none() | level),
            is_candidate=draw(st.booleans()),
            trainings=trainings,
        )
        for _ in range(people)
    ]


@st.composite
def _kpi(draw: st.DrawFn, name: str) -> KPI:
    is_rising = draw(st.booleans())
    low, middle, high = sorted((draw(figure), draw(figure), draw(figure)), reverse=not is_rising)
    return KPI(name, is_rising, (low, middle, high))


@st.composite
def _otherwise(draw: st.DrawFn, usual: Sequence[Decimal], is_rising: bool) -> Figures:
    """Figures of which some are set otherwise, so that all three stay in order."""
    own = [draw(st.none() | figure) for _ in usual]
    all_ = [usual[place] if each is None else each for place, each in enumerate(own)]
    threshold, target, stretch = own
    in_order = all_ == sorted(all_, reverse=not is_rising)
    return (threshold, target, stretch) if in_order else (None, None, None)


@st.composite
def _plan(draw: st.DrawFn, name: str, kpis: Sequence[KPI]) -> Plan:
    results = [
        Item(kpi.name, Decimal(0), draw(_otherwise(kpi.figures, kpi.is_rising))) for kpi in kpis
    ]
    behaviour = [Item(f"d{place}", Decimal(0)) for place in range(4)]
    sources = draw(st.lists(st.sampled_from(SOURCES), min_size=1, unique=True))
    weights = draw(_weights(len(sources)))
    return Plan(
        name=name,
        position=draw(st.sampled_from(["agent", "agent", "clerk"])),
        status=draw(st.sampled_from(["published", "published", "retired"])),
        kpi_share=draw(st.integers(1, 9)) / Decimal(10),
        results=draw(_groups("r", results)),
        behaviour=draw(_groups("b", behaviour)),
        raters=dict(zip(sources, weights, strict=True)),
    )


@st.composite
def _groups(draw: st.DrawFn, kind: str, items: Sequence[Item]) -> tuple[Group, ...]:
    """The items in one group or two; weights make 1 among items and among groups."""
    first = draw(st.integers(1, len(items)))
    parts = [part for part in (items[:first], items[first:]) if part]
    weights = draw(_weights(len(parts)))
    return tuple(
        Group(
            f"{kind}{place}",
            weight,
            tuple(
                Item(item.about, share, item.own)
                for item, share in zip(part, draw(_weights(len(part))), strict=True)
            ),
        )
        for place, (part, weight) in enumerate(zip(parts, weights, strict=True))
    )


@st.composite
def _weights(draw: st.DrawFn, count: int) -> list[Decimal]:
    """As many weights, in hundredths, as make 1 together."""
    cuts = draw(
        st.lists(st.integers(1, 99), min_size=count - 1, max_size=count - 1, unique=True).map(
            sorted
        )
    )
    return [Decimal(end - start) / 100 for start, end in zip([0, *cuts], [*cuts, 100], strict=True)]


@st.composite
def _known(draw: st.DrawFn, period: str, plans: Sequence[Plan], kpis: Sequence[KPI]) -> Known:
    """Most figures, a few goals, and up to six forms of most indicators."""
    plan = draw(st.sampled_from(plans))
    start, end = PERIODS[period]
    figures: dict[str, Mapping[str, Decimal]] = {}
    goals: dict[str, Figures] = {}
    for kpi in kpis:
        own = next(i.own for group in plan.results for i in group.items if i.about == kpi.name)
        usual = [u if o is None else o for u, o in zip(kpi.figures, own, strict=True)]
        if draw(st.integers(0, 7)):
            edge = st.sampled_from(usual)
            figures[kpi.name] = draw(
                st.dictionaries(st.sampled_from([start, end]), figure | edge, min_size=1)
            )
        if draw(st.booleans()):
            goals[kpi.name] = draw(_otherwise(usual, kpi.is_rising))
    leaning = draw(st.sampled_from(["AB", "BC", "DE", "E"]))
    count = draw(st.sampled_from([0, 1, 3, 4, 6]))
    forms = tuple(draw(_form(f"r{place}", leaning)) for place in range(count))
    return Known(plan, figures, goals, forms)


@st.composite
def _form(draw: st.DrawFn, rater: str, leaning: str) -> Form:
    grades = st.sampled_from([*leaning, *leaning, *"ABCDE", None])
    given = {
        name: grade for name in ("d0", "d1", "d2", "d3") if (grade := draw(grades)) is not None
    }
    return Form(rater, draw(st.sampled_from(SOURCES)), given)


@st.composite
def _training(draw: st.DrawFn, name: str) -> Training:
    if draw(st.booleans()):
        low, high = sorted(draw(st.lists(st.integers(1, 5), min_size=2, max_size=2, unique=True)))
        return Training(name, INDICATOR, Decimal(low), Decimal(high))
    low, high = sorted(draw(st.lists(st.integers(1, 10), min_size=2, max_size=2, unique=True)))
    return Training(name, ABILITY, Decimal(low), Decimal(high))
