"""Draws the people of the example organisation and their ratings: the same every time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from kb_service.people_records import AssessmentRecord, Introduction
from tools.example_tables import (
    ABILITIES,
    AGENT,
    AGENT_LEVELS,
    AS_OF,
    CANDIDATES,
    DIRECTIONS,
    EVERYDAY_ABILITIES,
    FAVOURED,
    GIVEN_FIRST,
    GIVEN_SECOND,
    INDICATORS,
    LEADER,
    MONITORED,
    MONITORED_INDICATORS,
    MOTIVATIONS,
    REPRESENTATIVE,
    SUPERVISED,
    SURNAMES,
    TEAMS,
)

SEED = "rengang-example-1"
_BIAS = {
    "test": 0.0,
    "supervisor": 0.2,
    "quality-monitoring": -0.1,
    "customer": 0.4,
    "peer": 0.3,
    "self": 0.9,
}
_EDGE_FITS = ("64.9", "65.0", "79.9", "80.0", "89.9", "90.0", "100.0")


@dataclass
class Example:
    """Everything drawn: people, and their assessments by the file each is handed over in."""

    people: list[Introduction] = field(default_factory=list)
    assessments: dict[str, list[AssessmentRecord]] = field(default_factory=dict)

    def add(self, file: str, assessment: AssessmentRecord) -> None:
        """Put an assessment into a file."""
        self.assessments.setdefault(file, []).append(assessment)


class Chance:
    """Random draws that only use what Python promises never to change: `random()` and seeding."""

    def __init__(self, *seed: str) -> None:
        self._random = Random("/".join((SEED, *seed)))

    def below(self, number: int) -> int:
        """A whole number from 0 to number - 1."""
        return int(self._random.random() * number)

    def happens(self, probability: float) -> bool:
        """True as often as the probability says."""
        return self._random.random() < probability

    def bell(self, spread: float) -> float:
        """A number around zero, about normally distributed."""
        return (sum(self._random.random() for _ in range(12)) - 6) * spread

    def pick(self, text: Sequence[str]) -> str:
        """One of these."""
        return text[self.below(len(text))]

    def order(self, things: Iterable[str]) -> list[str]:
        """The same things in another order."""
        return [thing for _, thing in sorted((self._random.random(), each) for each in things)]

    def day(self, first: date, last: date) -> date:
        """A working day between two days."""
        day = first + timedelta(days=self.below((last - first).days + 1))
        return day - timedelta(days=max(0, day.weekday() - 4)) if day > first else day


def draw() -> Example:
    """The whole example organisation."""
    example = Example(list(_people()))
    kinds = _kinds(example.people)
    for person in example.people:
        _Ratings(example, person, kinds.get(person.id, "usual")).draw()
    return example


# People


def _people() -> Iterator[Introduction]:
    places = [(team.id, post) for team in TEAMS for post, count in team.posts for _ in range(count)]
    ids = [f"p{number:03}" for number in range(1, len(places) + 1)]
    post_of = {id: post for id, (_, post) in zip(ids, places, strict=True)}
    wishes = _wishes(post_of)
    names = _names()
    for id, (team, post) in zip(ids, places, strict=True):
        yield Introduction(id, next(names), team, post, wishes.get(id, ()))


def _wishes(post_of: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Who is a candidate for what."""
    free = Chance("candidates").order(post_of)
    wishes: dict[str, tuple[str, ...]] = {}
    for post, wanted, count in CANDIDATES:
        for id in [id for id in free if post_of[id] == post and id not in wishes][:count]:
            wishes[id] = wanted
    return wishes


def _names() -> Iterator[str]:
    """Invented names, none twice: a surname and one or two more characters."""
    chance, given = Chance("names"), set[str]()
    while True:
        surname = SURNAMES[int(len(SURNAMES) * (chance.below(1000) / 1000) ** 1.6)]
        name = surname + chance.pick(GIVEN_FIRST)
        if chance.happens(0.82):
            name += chance.pick(GIVEN_SECOND)
        if name not in given and name[-1] != name[-2]:
            given.add(name)
            yield name


def _kinds(people: Iterable[Introduction]) -> dict[str, str]:
    """Who is out of the ordinary, and how; candidates and leaders are left as they are."""
    plain = [person for person in people if not person.candidate_for and person.post != LEADER]
    agents = Chance("kinds", "agents").order(each.id for each in plain if each.post == AGENT)
    others = Chance("kinds", "others").order(each.id for each in plain if each.post != AGENT)
    kinds: dict[str, str] = {}
    special = [f"fit {fit}" for fit in _EDGE_FITS]
    special += ["one below", "known 0.81", "known 0.79", "on the day", "a day late"]
    for kind, count in (
        *((each, 1) for each in special),
        ("newcomer", 5),
        ("supervised", 4),
        ("no motivation", 4),
        ("expired", 6),
        ("own expiry", 4),
        ("outstanding", 5),
    ):
        kinds |= {agents.pop(): kind for _ in range(count)}
    for kind, count in (
        ("newcomer", 9),
        ("supervised", 6),
        ("expired", 8),
        ("own expiry", 5),
        ("outstanding", 8),
    ):
        kinds |= {others.pop(): kind for _ in range(count)}
    return kinds


# Ratings


WORKBOOK = "people-and-assessments.xlsx"
SUPERVISOR_FILE = "supervisor-ratings-2025.csv"
MONITORING_FILE = "quality-monitoring-2026.csv"
GRID_MONITORING_FILE = "power-service-monitoring-2026.csv"
_NO_FURTHER_RATINGS = ("newcomer", "supervised", "expired", "one below", "on the day", "a day late")


class _Ratings:
    """The assessments of one person, drawn from what the person is really like."""

    def __init__(self, example: Example, person: Introduction, kind: str) -> None:
        self.example, self.person, self.kind = example, person, kind
        self.chance = Chance("person", person.id)
        self.post = person.post or AGENT
        self.is_grid = self.post == REPRESENTATIVE
        self.true = self._true_levels()

    def _true_levels(self) -> dict[str, float]:
        """How able the person really is in each dimension: a talent, the post, and chance."""
        chance = Chance("true", self.person.id)
        talent = chance.bell(0.8) + (2.6 if self.kind == "outstanding" else 0.0)
        levels = {}
        for dimension in (*DIRECTIONS, *ABILITIES, *MOTIVATIONS):
            level = 5.4 + 0.7 * talent + chance.bell(1.15)
            level += 1.5 if dimension in FAVOURED[self.post] else 0.0
            level += (
                0.8 if any(dimension in FAVOURED[to] for to in self.person.candidate_for) else 0
            )
            levels[dimension] = level
        for dimension in INDICATORS:
            level = 3.4 + 0.4 * talent + chance.bell(0.6)
            levels[dimension] = level + (0.7 if dimension in FAVOURED[REPRESENTATIVE] else 0.0)
        return levels

    def draw(self) -> None:
        """Add every assessment of this person to the example."""
        if self.kind == "newcomer":
            return
        if self.kind != "supervised":
            self._test()
        if self.kind in _NO_FURTHER_RATINGS[1:] or self.kind.startswith(("fit", "known")):
            if self.kind == "supervised":
                self._supervise()
            return
        self._retest()
        self._supervise()
        self._monitor()
        self._ask_around()

    def _test(self) -> None:
        day = self.chance.day(date(2025, 1, 6), date(2026, 10, 30))
        expires = None
        if self.kind == "expired":
            day = self.chance.day(date(2024, 11, 1), date(2024, 11, 18))
        elif self.kind == "own expiry":
            expires = self.chance.day(date(2026, 8, 1), date(2026, 11, 18))
            day = expires - timedelta(days=365)
        elif self.kind == "on the day":
            day, expires = date(2025, 11, 20), AS_OF
        elif self.kind == "a day late":
            day, expires = date(2025, 11, 19), AS_OF - timedelta(days=1)
        if self.is_grid:
            self._assess(WORKBOOK, day, "test", "grid", INDICATORS, expires)
            if self.person.candidate_for and self.chance.happens(0.7):
                later = self.chance.day(date(2026, 5, 1), date(2026, 10, 30))
                self._assess(WORKBOOK, later, "test", "t12", self._battery())
            return
        drawn = self._edge_ratings()
        self._assess(WORKBOOK, day, "test", "t12", self._battery(), expires, drawn)

    def _battery(self) -> list[str]:
        """The dimensions tested: all for leaders and candidates, else what the post is about."""
        motivations = () if self.kind == "no motivation" else MOTIVATIONS
        if self.person.candidate_for or self.post == LEADER:
            return [*DIRECTIONS, *ABILITIES, *motivations]
        asked = set(EVERYDAY_ABILITIES) | FAVOURED[self.post]
        return [*DIRECTIONS, *(each for each in ABILITIES if each in asked), *motivations]

    def _edge_ratings(self) -> Mapping[str, Decimal] | None:
        """For the people made to stand at an edge, exactly what puts them there."""
        levels = {dimension: Decimal(level) for dimension, (_, level, _) in AGENT_LEVELS.items()}
        if self.kind.startswith("fit "):
            return ratings_of_fit(Decimal(self.kind.removeprefix("fit ")))
        if self.kind == "one below":
            return {dimension: level - 1 for dimension, level in levels.items()}
        if self.kind.startswith("known "):
            unknown = ["work", "affection", "honour", "service-orientation", "affinity"]
            unknown += ["conflict-resolution"] if self.kind == "known 0.79" else []
            return {key: level for key, level in levels.items() if key not in unknown}
        return None

    def _retest(self) -> None:
        if not self.is_grid and self.kind == "usual" and self.chance.happens(0.12):
            day = self.chance.day(date(2024, 11, 4), date(2024, 12, 31))
            self._assess(WORKBOOK, day, "test", "t12", self._battery())

    def _supervise(self) -> None:
        if self.is_grid:
            if self.kind == "supervised" or self.chance.happens(0.3):
                day = self.chance.day(date(2026, 2, 2), date(2026, 9, 30))
                self._assess(WORKBOOK, day, "supervisor", "grid", INDICATORS[6:])
        elif self.kind == "supervised" or self.chance.happens(0.75):
            day = self.chance.day(date(2025, 12, 1), date(2025, 12, 19))
            self._assess(SUPERVISOR_FILE, day, "supervisor", "t12", SUPERVISED)

    def _monitor(self) -> None:
        day = self.chance.day(date(2026, 1, 5), date(2026, 11, 13))
        if self.is_grid:
            self._assess(
                GRID_MONITORING_FILE, day, "quality-monitoring", "grid", MONITORED_INDICATORS
            )
        elif self.post in (AGENT, "sales-agent"):
            self._assess(MONITORING_FILE, day, "quality-monitoring", "t12", MONITORED)

    def _ask_around(self) -> None:
        day = self.chance.day(date(2025, 6, 2), date(2026, 11, 6))
        framework = "grid" if self.is_grid else "t12"
        if self.chance.happens(0.16):
            dimensions = INDICATORS if self.is_grid else EVERYDAY_ABILITIES
            self._assess(WORKBOOK, day, "self", framework, dimensions)
        if self.post == LEADER or self.chance.happens(0.1):
            known = (
                ("teamwork-skill", "responsibility", "integrity") if self.is_grid else SUPERVISED
            )
            self._assess(WORKBOOK, day + timedelta(days=7), "peer", framework, known)
        if self.post == AGENT and self.chance.happens(0.25):
            felt = ("service-orientation", "affinity", "patience", "verbal-expression")
            self._assess(WORKBOOK, day + timedelta(days=3), "customer", framework, felt)

    def _assess(
        self,
        file: str,
        day: date,
        source: str,
        framework: str,
        dimensions: Iterable[str],
        expires: date | None = None,
        given: Mapping[str, Decimal] | None = None,
    ) -> None:
        ratings = given or {each: self._rate(each, source, framework) for each in dimensions}
        name = f"{framework}-{day}-{source}"
        self.example.add(
            file,
            AssessmentRecord(name, self.person.id, day, source, framework, ratings, expires),
        )

    def _rate(self, dimension: str, source: str, framework: str) -> Decimal:
        """What a source says of a true level: biased, imprecise, rounded the way it rounds."""
        wide = framework == "t12"
        spread = 0.4 if source == "test" else 0.7
        seen = self.true[dimension] + (_BIAS[source] + self.chance.bell(spread)) * (
            1.0 if wide else 0.5
        )
        step = Decimal("0.5") if source in ("supervisor", "quality-monitoring") else Decimal(1)
        steps = (Decimal(seen) / step).quantize(Decimal(1), ROUND_HALF_UP)
        return min(max(steps * step, Decimal(1)), Decimal(10 if wide else 5))


# Edges


def ratings_of_fit(target: Decimal) -> dict[str, Decimal]:
    """Ratings that give a customer service specialist exactly this fit.

    One dimension after the other is lowered by a tenth until the fit is reached.
    """
    ratings = {dimension: Decimal(level) for dimension, (_, level, _) in AGENT_LEVELS.items()}
    tenth = Decimal("0.1")
    while fit_of(ratings) > target:
        for dimension in AGENT_LEVELS:
            lowered = {**ratings, dimension: ratings[dimension] - tenth}
            if fit_of(lowered) >= target:
                ratings = lowered
    return ratings


def fit_of(ratings: Mapping[str, Decimal]) -> Decimal:
    """How these ratings fit the post of a customer service specialist, in per cent."""
    shares = {"direction": Decimal("0.3"), "ability": Decimal("0.5"), "motivation": Decimal("0.2")}
    fit = Decimal(0)
    for part, share in shares.items():
        asked = [
            (key, Decimal(level), weight)
            for key, (of, level, weight) in AGENT_LEVELS.items()
            if of == part
        ]
        met = sum((weight * min(ratings[key], level) for key, level, weight in asked), Decimal(0))
        whole = sum(weight * level for _, level, weight in asked)
        fit += share * _tenths(100 * met / whole)
    return _tenths(fit)


def _tenths(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.1"), ROUND_HALF_UP)
