"""Strategies for worlds that are supposed to be otherwise: other policy, requirements, models."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from hypothesis import strategies as st
from pyoxigraph import NamedNode, Triple

from kb_service.knowledge_files import knowledge_root, read_turtle
from kb_service.vocabulary import iri
from tests.random_worlds import (
    DIMENSIONS,
    TIERS,
    WEIGHTS,
    models,
    on_scale,
    requirements,
)
from tests.worlds import Model, World, number, shared_facts

VALUE = iri("judgement", "value")
NUMBERS = {
    ("coverage-minimum", VALUE): ["0.5", "0.9", "1"],
    ("fit-for-fit", VALUE): ["70", "85", "90"],
    ("fit-minimum", VALUE): ["0", "50", "80"],
    ("gap-limit-fit-sten", VALUE): ["0", "5"],
    ("share-of-ability", VALUE): ["0.1", "0.9"],
    ("strong-motivation-minimum", VALUE): ["3", "9"],
    ("default-ability-main", iri("core", "weight")): ["1", "9"],
    ("default-ability-main", iri("core", "requiredLevel")): ["5", "10"],
    ("default-motivation-first", iri("core", "weight")): ["0.5", "7"],
}


@dataclass(frozen=True)
class SupposedWorld:
    """A world, and the shared facts as they would be."""

    world: World
    before: frozenset[Triple] = field(repr=False)
    after: frozenset[Triple] = field(repr=False)

    @property
    def gone(self) -> tuple[Triple, ...]:
        """The facts that would be gone."""
        return tuple(self.before - self.after)

    @property
    def added(self) -> tuple[Triple, ...]:
        """The facts that would be there."""
        return tuple(self.after - self.before)


def retention() -> list[Triple]:
    """What the ontology says of which conclusions a store keeps."""
    path = knowledge_root() / "ontology" / "judgements.ttl"
    return [t for t in read_turtle(path) if t.predicate == iri("judgement", "keptFor")]


def facts_of(world: World) -> frozenset[Triple]:
    """The shared facts of a world, and what a store keeps."""
    return frozenset([*shared_facts(world), *retention()])


@st.composite
def other_policy(draw: st.DrawFn, facts: Iterable[Triple]) -> frozenset[Triple]:
    """The facts with another number in one statement of policy."""
    (name, predicate), values = draw(st.sampled_from(list(NUMBERS.items())))
    node = iri("policy", name)
    rest = {t for t in facts if (t.subject, t.predicate) != (node, predicate)}
    value = number(Decimal(draw(st.sampled_from(values))))
    return frozenset({*rest, Triple(node, predicate, value)})


@st.composite
def other_requirement(draw: st.DrawFn, world: World) -> World:
    """A world in which one model asks otherwise: another number, one more or one less."""
    place = draw(st.integers(0, len(world.models) - 1))
    model = world.models[place]
    asked = {need.dimension for need in model.requirements}
    spare = [dimension for dimension in DIMENSIONS if dimension not in asked]
    kinds = ["weight", "level", "floor", "tier"]
    kinds += ["less"] if len(model.requirements) > 1 else []
    kinds += ["more"] if spare else []
    kind = draw(st.sampled_from(kinds))
    needs = list(model.requirements)
    if kind == "more":
        dimension = draw(st.sampled_from(spare))
        tier = st.sampled_from(TIERS[dimension.part])
        needs.append(draw(requirements(dimension, tier, st.none() | st.sampled_from(WEIGHTS))))
    else:
        which = draw(st.integers(0, len(needs) - 1))
        need = needs[which]
        if kind == "less":
            del needs[which]
        elif kind == "tier":
            needs[which] = replace(need, tier=draw(st.sampled_from(TIERS[need.dimension.part])))
        else:
            values = (
                st.sampled_from(WEIGHTS) if kind == "weight" else on_scale(need.dimension.scale)
            )
            value = draw(st.none() | values)
            needs[which] = {
                "weight": replace(need, weight=value),
                "level": replace(need, level=value),
                "floor": replace(need, floor=value),
            }[kind]
    other = [*world.models]
    other[place] = Model(model.name, tuple(needs))
    return replace(world, models=tuple(other))


@st.composite
def other_model(draw: st.DrawFn, world: World) -> World:
    """A world with a model of its own in place of one, or beside all."""
    name = draw(st.sampled_from([*(model.name for model in world.models), "draft"]))
    drafted = draw(models(name))
    rest = [model for model in world.models if model.name != name]
    return replace(world, models=(*rest, drafted))


@st.composite
def supposed(draw: st.DrawFn, world: World) -> SupposedWorld:
    """A world in which one to three things are otherwise."""
    other, before = world, facts_of(world)
    kinds = draw(
        st.lists(st.sampled_from(["policy", "requirement", "model"]), min_size=1, max_size=3)
    )
    for kind in kinds:
        if kind == "requirement":
            other = draw(other_requirement(other))
        elif kind == "model":
            other = draw(other_model(other))
    after = facts_of(other)
    for _ in range(kinds.count("policy")):
        after = draw(other_policy(after))
    return SupposedWorld(world, before, after)


def owners(*sets: Iterable[Triple]) -> dict[NamedNode, NamedNode]:
    """The model to which each requirement belongs, and each model to itself."""
    found: dict[NamedNode, NamedNode] = {}
    for triples in sets:
        for triple in triples:
            if triple.predicate == iri("core", "requires"):
                assert isinstance(triple.subject, NamedNode)
                assert isinstance(triple.object, NamedNode)
                found[triple.subject] = found[triple.object] = triple.subject
    return found
