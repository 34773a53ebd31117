"""Small invented worlds as plain values, and the same as the facts that rules read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.knowledge_files import knowledge_root, read_turtle
from kb_service.vocabulary import BASE, A, iri

SCALES = {
    "sten": (Decimal(1), Decimal(10)),
    "grade": (Decimal(1), Decimal(5)),
    "percent": (Decimal(0), Decimal(100)),
}


@dataclass(frozen=True)
class Dimension:
    """What people are rated in; `name` is what follows the base of its address."""

    name: str
    part: str
    scale: str = "sten"


@dataclass(frozen=True)
class Requirement:
    """What a model asks in one dimension; None where it leaves a number to policy."""

    dimension: Dimension
    tier: str
    level: Decimal | None = None
    weight: Decimal | None = None
    floor: Decimal | None = None


@dataclass(frozen=True)
class Model:
    """A published position model."""

    name: str
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True)
class Training:
    """A training of one dimension."""

    name: str
    dimension: Dimension
    entry: Decimal
    exit: Decimal
    hours: Decimal = Decimal(8)


@dataclass(frozen=True)
class Assessment:
    """Ratings that one source gave on one day, by the names of the dimensions."""

    name: str
    source: str
    day: date
    ratings: Mapping[str, Decimal]
    expires: date | None = None
    scale: str | None = None


@dataclass(frozen=True)
class Objection:
    """That somebody does not accept a judgement: of one model, or of every one."""

    name: str
    day: date
    model: str | None = None


@dataclass(frozen=True)
class Person:
    """Somebody, their assessments, and the models of the posts they hold or seek."""

    name: str
    assessments: tuple[Assessment, ...] = ()
    post: str | None = None
    candidate_for: tuple[str, ...] = ()
    objections: tuple[Objection, ...] = ()


@dataclass(frozen=True)
class World:
    """Models, trainings and people on the day on which they are judged."""

    as_of: date
    models: tuple[Model, ...]
    people: tuple[Person, ...]
    trainings: tuple[Training, ...] = ()
    dimensions: tuple[Dimension, ...] = field(default=())


def node(name: str) -> NamedNode:
    """The address of something by what follows the base."""
    return NamedNode(BASE + name)


def shared_facts(world: World) -> list[Triple]:
    """The world's models and trainings, with the policy that ships."""
    facts = [*policy()]
    for scale, (low, high) in SCALES.items():
        facts.append(Triple(iri("scale", scale), iri("core", "minimum"), number(low)))
        facts.append(Triple(iri("scale", scale), iri("core", "maximum"), number(high)))
    asked = [need.dimension for model in world.models for need in model.requirements]
    for dimension in dict.fromkeys([*world.dimensions, *asked]):
        facts += _dimension_facts(dimension)
    for model in world.models:
        facts += _model_facts(model)
    for training in world.trainings:
        facts += _training_facts(training)
    return facts


def people_facts(world: World) -> dict[NamedNode, list[Triple]]:
    """The facts about each of the world's people."""
    return {iri("person", person.name): list(_person_facts(person)) for person in world.people}


@cache
def policy() -> tuple[Triple, ...]:
    """The policy that ships."""
    return tuple(read_turtle(knowledge_root() / "rules" / "policy.ttl"))


def number(value: Decimal) -> Literal:
    return Literal(str(value), datatype=iri("xsd", "decimal"))


def _date(day: date) -> Literal:
    return Literal(day.isoformat(), datatype=iri("xsd", "date"))


def requirement_name(model: Model, need: Requirement) -> str:
    """What follows `requirement/` in the address of a requirement."""
    return f"{model.name}.{need.dimension.name.rsplit('/', 1)[-1]}"


def _dimension_facts(dimension: Dimension) -> Iterator[Triple]:
    it = node(dimension.name)
    yield Triple(it, iri("core", "part"), iri("part", dimension.part))
    yield Triple(it, iri("core", "scale"), iri("scale", dimension.scale))
    if dimension.part == "motivation":
        incentive = iri("incentive", f"for-{dimension.name.rsplit('/', 1)[-1]}")
        yield Triple(it, iri("core", "servedBy"), incentive)


def _model_facts(model: Model) -> Iterator[Triple]:
    it = iri("model", model.name)
    yield Triple(it, A, iri("core", "PositionModel"))
    yield Triple(it, iri("core", "status"), iri("status", "published"))
    yield Triple(it, iri("core", "forPosition"), iri("position", model.name))
    for need in model.requirements:
        requirement = iri("requirement", requirement_name(model, need))
        yield Triple(it, iri("core", "requires"), requirement)
        yield Triple(requirement, A, iri("core", "Requirement"))
        yield Triple(requirement, iri("core", "dimension"), node(need.dimension.name))
        yield Triple(requirement, iri("core", "tier"), iri("tier", need.tier))
        own = {"requiredLevel": need.level, "weight": need.weight, "minimumLevel": need.floor}
        for name, value in own.items():
            if value is not None:
                yield Triple(requirement, iri("core", name), number(value))


def _training_facts(training: Training) -> Iterator[Triple]:
    it = iri("training", training.name)
    yield Triple(it, A, iri("learning", "Training"))
    yield Triple(it, iri("learning", "develops"), node(training.dimension.name))
    yield Triple(it, iri("learning", "entryLevel"), number(training.entry))
    yield Triple(it, iri("learning", "exitLevel"), number(training.exit))
    yield Triple(it, iri("learning", "hours"), number(training.hours))


def _person_facts(person: Person) -> Iterator[Triple]:
    it = iri("person", person.name)
    yield Triple(it, A, iri("people", "Person"))
    if person.post:
        held = iri("person", f"{person.name}/post")
        yield Triple(it, iri("org", "holds"), held)
        yield Triple(held, iri("people", "ofPosition"), iri("position", person.post))
    for sought in person.candidate_for:
        yield Triple(it, iri("people", "candidateFor"), iri("position", sought))
    for objection in person.objections:
        raised = iri("person", f"{person.name}/objection/{objection.name}")
        yield Triple(raised, A, iri("people", "Objection"))
        yield Triple(raised, iri("people", "raisedFor"), it)
        yield Triple(raised, iri("people", "raisedOn"), _date(objection.day))
        if objection.model:
            yield Triple(raised, iri("people", "contests"), iri("model", objection.model))
    yield from _assessment_facts(person)


def _assessment_facts(person: Person) -> Iterator[Triple]:
    it = iri("person", person.name)
    for given in person.assessments:
        assessment = iri("person", f"{person.name}/assessment/{given.name}")
        yield Triple(assessment, A, iri("people", "Assessment"))
        yield Triple(assessment, iri("people", "ofPerson"), it)
        yield Triple(assessment, iri("people", "source"), iri("source", given.source))
        yield Triple(assessment, iri("people", "assessedOn"), _date(given.day))
        if given.expires:
            yield Triple(assessment, iri("people", "expiresOn"), _date(given.expires))
        if given.scale:
            yield Triple(assessment, iri("core", "scale"), iri("scale", given.scale))
        for name, value in given.ratings.items():
            rating = NamedNode(f"{assessment.value}/rating/{name.rsplit('/', 1)[-1]}")
            yield Triple(rating, A, iri("people", "Rating"))
            yield Triple(rating, iri("people", "inAssessment"), assessment)
            yield Triple(rating, iri("core", "dimension"), node(name))
            yield Triple(rating, iri("people", "value"), number(value))
