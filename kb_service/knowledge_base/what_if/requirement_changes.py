"""What position models would ask otherwise: levels, weights, floors, tiers, more or less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.engine.what_if import Supposition
from kb_service.knowledge_base.what_if.changes import (
    NONE,
    Changes,
    arrow,
    decimal,
    number_words,
    shown_number,
)
from kb_service.knowledge_base.what_if.described import (
    DIMENSION,
    MINIMUM,
    REQUIRED,
    REQUIRES,
    TIER,
    WEIGHT,
    Described,
    Label,
    PositionModel,
)
from kb_service.knowledge_base.what_if.json_reader import pointer
from kb_service.knowledge_base.what_if.request import RequirementChange
from kb_service.people_records import Catalogue, RatedDimension
from kb_service.vocabulary import IDENTIFIER, LABEL, A, iri

Wanted = Mapping[str, Mapping[str, RequirementChange | None]]

_FIELDS = {"required": REQUIRED, "weight": WEIGHT, "minimum": MINIMUM}
_BY_POLICY = {"zh": "按政策", "en": "as policy says"}


def requirement_changes(wanted: Wanted, described: Described, catalogue: Catalogue) -> Changes:
    """What models would ask otherwise, by model and dimension."""
    return Changes.joined(
        change
        for id, by_dimension in wanted.items()
        for change in _of_model(_Model(described, described.models[id], catalogue), by_dimension)
    )


@dataclass(frozen=True)
class _Model:
    """A position model among what is known."""

    described: Described
    model: PositionModel
    catalogue: Catalogue

    @property
    def label(self) -> Label:
        return self.described.named(self.model.node)

    def dimension(self, id: str) -> RatedDimension:
        return self.catalogue.dimensions[self.model.framework][id]

    def where(self, dimension: str) -> str:
        return f"/requirements/{pointer(self.model.id)}/{pointer(dimension)}"


def _of_model(model: _Model, wanted: Mapping[str, RequirementChange | None]) -> Iterator[Changes]:
    asked = model.model.requirements
    for dimension, change in wanted.items():
        if change is None:
            yield _removed(model, dimension)
        elif dimension in asked:
            yield _changed(model, dimension, change)
        else:
            yield _added(model, dimension, change)
    if any(change is None or dimension not in asked for dimension, change in wanted.items()):
        yield _whole_model(model, wanted)


def _changed(model: _Model, dimension: str, change: RequirementChange) -> Changes:
    """A requirement that stays, with other numbers or at another tier."""
    described = model.described
    node = model.model.requirements[dimension]
    values: dict[NamedNode, Literal | NamedNode | None] = {
        _FIELDS[name]: None if number is None else decimal(number)
        for name, number in change.numbers.items()
    }
    words = [
        _number_words(model, dimension, name, number) for name, number in change.numbers.items()
    ]
    if change.tier is not None:
        values[TIER] = described.tiers[change.tier]
        words.append(_tier_words(model, dimension, change.tier))
    said = described.says(node)
    gone = tuple(triple for triple in said if triple.predicate in values)
    added = tuple(Triple(node, p, value) for p, value in values.items() if value is not None)
    stays = tuple(triple for triple in said if triple.predicate not in values)
    return Changes(
        Supposition(gone, added), tuple(words), (*stays, *added), _places(model, dimension, node)
    )


def _removed(model: _Model, dimension: str) -> Changes:
    """A requirement that is asked no longer."""
    node = model.model.requirements[dimension]
    link = Triple(model.model.node, REQUIRES, node)
    what, whose = model.dimension(dimension), model.label
    words = {
        "zh": f"「{whose['zh']}」不再要求「{what.zh}」",
        "en": f"{whose['en']} no longer asks for {what.en}",
    }
    return Changes(Supposition(gone=(link, *model.described.says(node))), (words,))


def _added(model: _Model, dimension: str, change: RequirementChange) -> Changes:
    """A requirement that the model does not have yet."""
    node = _new_node(model, dimension)
    what, whose = model.dimension(dimension), model.label
    tier = model.described.tiers[change.tier or ""]
    numbers = {name: value for name, value in change.numbers.items() if value is not None}
    zh, en = f"{whose['zh']}：{what.zh}", f"{whose['en']}: {what.en}"
    facts = (
        Triple(node, A, iri("core", "Requirement")),
        Triple(node, DIMENSION, what.iri),
        Triple(node, TIER, tier),
        Triple(node, iri("core", "evidence"), iri("evidence", "assumed")),
        Triple(node, IDENTIFIER, Literal(node.value.rsplit("/", 1)[-1])),
        Triple(node, LABEL, Literal(zh, language="zh")),
        Triple(node, LABEL, Literal(en, language="en")),
        *(Triple(node, _FIELDS[name], decimal(value)) for name, value in numbers.items()),
    )
    link = Triple(model.model.node, REQUIRES, node)
    words = _added_words(model, what, model.described.named(tier), numbers)
    places = _places(model, dimension, node)
    return Changes(Supposition(added=(link, *facts)), (words,), facts, places)


def _whole_model(model: _Model, wanted: Mapping[str, RequirementChange | None]) -> Changes:
    """The model itself for the shapes, when it asks for more or less."""
    node, asked = model.model.node, model.model.requirements
    removed = {asked[dimension] for dimension, change in wanted.items() if change is None}
    stays = tuple(t for t in model.described.says(node) if t.object not in removed)
    added = tuple(
        Triple(node, REQUIRES, _new_node(model, dimension))
        for dimension in wanted
        if dimension not in asked
    )
    where = f"/requirements/{pointer(model.model.id)}"
    return Changes(checked=(*stays, *added), places={(node.value, ""): where})


def _new_node(model: _Model, dimension: str) -> NamedNode:
    """An IRI for a requirement to be added that nothing else has."""
    name = f"{model.model.id}.{dimension}"
    while model.described.is_known(iri("requirement", name)):
        name += "-"
    return iri("requirement", name)


def _places(model: _Model, dimension: str, node: NamedNode) -> dict[tuple[str, str], str]:
    where = model.where(dimension)
    fields = {**_FIELDS, "tier": TIER}
    return {
        (node.value, ""): where,
        **{(node.value, path.value): f"{where}/{name}" for name, path in fields.items()},
    }


def _number_words(model: _Model, dimension: str, name: str, after: Decimal | None) -> Label:
    described, predicate = model.described, _FIELDS[name]
    node = model.model.requirements[dimension]
    if predicate == MINIMUM:
        before, otherwise = described.number(node, predicate), NONE
    else:
        before, otherwise = described.effective_number(node, predicate), _BY_POLICY
    return _field_words(
        model,
        dimension,
        predicate,
        number_words(before, otherwise),
        number_words(after, otherwise),
    )


def _tier_words(model: _Model, dimension: str, tier: str) -> Label:
    described = model.described
    [before] = described.nodes(model.model.requirements[dimension], TIER)
    after = described.tiers[tier]
    return _field_words(model, dimension, TIER, described.named(before), described.named(after))


def _field_words(
    model: _Model, dimension: str, predicate: NamedNode, before: Label, after: Label
) -> Label:
    """What one field of a requirement was and would be."""
    what, whose = model.dimension(dimension), model.label
    named = model.described.named(predicate)
    return arrow(
        before,
        after,
        f"「{whose['zh']}」对「{what.zh}」的{named['zh']}",
        f"{named['en']} of {what.en} in {whose['en']}",
    )


def _added_words(
    model: _Model, what: RatedDimension, tier: Label, numbers: Mapping[str, Decimal]
) -> Label:
    whose = model.label
    named = [(model.described.named(_FIELDS[name]), value) for name, value in numbers.items()]
    zh = [tier["zh"], *(f"{label['zh']} {shown_number(value)}" for label, value in named)]
    en = [tier["en"], *(f"{label['en']} {shown_number(value)}" for label, value in named)]
    return {
        "zh": f"「{whose['zh']}」另外要求「{what.zh}」（{'，'.join(zh)}）",
        "en": f"{whose['en']} also asks for {what.en} ({', '.join(en)})",
    }
