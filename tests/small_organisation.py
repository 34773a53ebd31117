"""A small organisation in which every rule about fit has something to conclude."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.worlds import (
    Assessment,
    Dimension,
    Model,
    Objection,
    Person,
    Requirement,
    Training,
    World,
)

SERVICE = Dimension("career-type/service", "direction")
PATIENCE = Dimension("ability/patience", "ability")
TACT = Dimension("ability/tact", "ability")
WARMTH = Dimension("indicator/warmth", "ability", "grade")
HONOUR = Dimension("motivation/honour", "motivation")
WORK = Dimension("motivation/work", "motivation")
GROWTH = Dimension("motivation/growth", "motivation")
TODAY = date(2026, 6, 30)

AGENT = Model(
    "agent",
    (
        Requirement(SERVICE, "main"),
        Requirement(PATIENCE, "main", floor=Decimal(3)),
        Requirement(TACT, "secondary", level=Decimal("6.5")),
        Requirement(HONOUR, "first"),
        Requirement(WORK, "second"),
    ),
)
REPRESENTATIVE = Model(
    "representative",
    (Requirement(WARMTH, "main"), Requirement(TACT, "secondary", weight=Decimal("0.5"))),
)
TRAININGS = (
    Training("listening", PATIENCE, Decimal(3), Decimal(5), Decimal(6)),
    Training("waiting", PATIENCE, Decimal(5), Decimal(7)),
    Training("waiting-online", PATIENCE, Decimal(5), Decimal(7), Decimal(4)),
    Training("bearing", PATIENCE, Decimal("6.5"), Decimal(9)),
    Training("smiling", WARMTH, Decimal(4), Decimal(5)),
)


def ratings(**values: str) -> dict[str, Decimal]:
    dimensions = (SERVICE, PATIENCE, TACT, WARMTH, HONOUR, WORK, GROWTH)
    by_id = {dimension.name.rsplit("/", 1)[-1]: dimension.name for dimension in dimensions}
    return {by_id[short]: Decimal(value) for short, value in values.items()}


ALL_HIGH = ratings(
    service="9", patience="9", tact="8", warmth="5", honour="8", work="7", growth="9"
)
TRAINABLE = ratings(service="8", patience="4", tact="6.5", honour="4", work="9", growth="6")
LOW = ratings(service="3", patience="3", tact="2", honour="5", work="5")
PEOPLE = (
    Person("wang", (Assessment("A1", "test", date(2026, 5, 1), ALL_HIGH),)),
    Person(
        "li",
        (
            Assessment("A1", "test", date(2024, 6, 30), TRAINABLE),
            Assessment("A2", "self", date(2026, 6, 1), ratings(patience="9", warmth="4")),
            Assessment("A3", "peer", date(2023, 1, 1), ratings(tact="9"), date(2024, 1, 1)),
        ),
        post="agent",
    ),
    Person(
        "zhang",
        (
            Assessment(
                "A1",
                "supervisor",
                date(2026, 1, 1),
                ratings(service="95", patience="15", tact="60", warmth="71", honour="75"),
                date(2026, 6, 30),
                "percent",
            ),
        ),
    ),
    Person("chen", (Assessment("A1", "test", TODAY, ratings(work="10")),)),
    Person(
        "zhao",
        (Assessment("A1", "test", TODAY, {**ALL_HIGH, **ratings(patience="6.5", tact="6")}),),
    ),
    Person(
        "wu",
        (Assessment("A1", "test", TODAY, LOW),),
        objections=(Objection("O1", TODAY), Objection("O2", TODAY, "agent")),
    ),
    Person(
        "sun",
        (Assessment("A1", "test", TODAY, {**TRAINABLE, **ratings(tact="5", warmth="3.5")}),),
    ),
)
ORGANISATION = World(TODAY, (AGENT, REPRESENTATIVE), PEOPLE, TRAININGS, (GROWTH,))
