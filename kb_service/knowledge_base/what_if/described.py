"""What shared knowledge says of things, by their ids: labels, position models, policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.vocabulary import IDENTIFIER, LABEL, A, iri, local_id

Label = Mapping[str, str]
Term = NamedNode | BlankNode | Literal | Triple
Said = Mapping[NamedNode, list[Term]]

REQUIRED = iri("core", "requiredLevel")
WEIGHT = iri("core", "weight")
MINIMUM = iri("core", "minimumLevel")
TIER = iri("core", "tier")
REQUIRES = iri("core", "requires")
DIMENSION = iri("core", "dimension")
STATUS = iri("core", "status")
PUBLISHED = iri("status", "published")
FOR_POSITION = iri("core", "forPosition")
HAS_DUTY = iri("core", "hasDuty")
POSITION_MODEL = iri("core", "PositionModel")
_FRAMEWORK = iri("core", "framework")
_SPECIFIES = iri("judgement", "specifies")
_SUBCLASS = iri("rdfs", "subClassOf")
_POLICY_STATEMENT = iri("judgement", "PolicyStatement")
_NUMBERS = (iri("xsd", "decimal"), iri("xsd", "integer"))
_NAMES = {REQUIRED: "required", WEIGHT: "weight", MINIMUM: "minimum"}


@dataclass(frozen=True)
class PositionModel:
    """A published position model: its framework, and its requirements by dimension id."""

    id: str
    node: NamedNode
    framework: str
    requirements: Mapping[str, NamedNode]


@dataclass(frozen=True)
class PolicyStatement:
    """A policy statement with the numbers that it sets, by the name of the field and its property."""

    id: str
    node: NamedNode
    fields: Mapping[str, NamedNode]
    numbers: Mapping[NamedNode, Literal]


class Described:
    """Shared facts, and conclusions from them, looked up by what they are about."""

    def __init__(self, facts: Iterable[Triple], conclusions: Iterable[Triple] = ()) -> None:
        """Of two labels of a thing, the one that comes first among the facts counts."""
        self._facts = _by_subject(facts)
        self._conclusions = conclusions

    def says(self, node: NamedNode) -> list[Triple]:
        """Every shared fact about a thing."""
        found = self._facts.get(node, {})
        return [Triple(node, predicate, value) for predicate in found for value in found[predicate]]

    def is_known(self, node: NamedNode) -> bool:
        """Whether some shared fact is about this thing."""
        return node in self._facts

    def nodes(self, node: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        """The things that a thing points at with a property."""
        return [v for v in self._values(node, predicate) if isinstance(v, NamedNode)]

    def members(self, kind: NamedNode) -> list[NamedNode]:
        """The things of a class."""
        return self._with_value(A, kind)

    def number(self, node: NamedNode, predicate: NamedNode) -> Decimal | None:
        """The number that a thing has in a property, None for none."""
        found = (value for value in self._values(node, predicate) if isinstance(value, Literal))
        return next((Decimal(value.value) for value in found), None)

    def id(self, node: NamedNode) -> str:
        """The id of a thing: what it says itself, or else the end of its IRI."""
        found = (v for v in self._values(node, IDENTIFIER) if isinstance(v, Literal))
        return next((value.value for value in found), local_id(node))

    def label(self, node: NamedNode) -> Label | None:
        """What a thing is called in both languages, None where it has no name.

        A model is called by its position and a requirement by its dimension, as everywhere.
        """
        others = (*self.nodes(node, FOR_POSITION), *self.nodes(node, DIMENSION))
        labels = (self._own_label(one) for one in (*others, node))
        return next((label for label in labels if label), None)

    def _own_label(self, node: NamedNode) -> Label | None:
        found: dict[str, str] = {}
        for value in self._values(node, LABEL):
            if isinstance(value, Literal):
                found.setdefault(value.language or "en", value.value)
        either = next(iter(found.values()), None)
        if either is None:
            return None
        return {"zh": found.get("zh", either), "en": found.get("en", either)}

    def named(self, node: NamedNode) -> Label:
        """The label of a thing, or its id in both languages."""
        return self.label(node) or {"zh": self.id(node), "en": self.id(node)}

    @cached_property
    def models(self) -> Mapping[str, PositionModel]:
        """The published position models by id."""
        nodes = sorted(self._with_value(STATUS, PUBLISHED), key=str)
        return {self.id(node): self._model(node) for node in nodes if self._is_model(node)}

    @cached_property
    def unpublished(self) -> frozenset[str]:
        """The ids of position models by which nobody is judged."""
        nodes = self._with_value(A, POSITION_MODEL)
        return frozenset(self.id(node) for node in nodes) - self.models.keys()

    @cached_property
    def model_of(self) -> Mapping[NamedNode, NamedNode]:
        """The model to which each requirement belongs, and each model to itself.

        A position that only one model describes belongs to it as well, with its duties.
        """
        owners = {node: node for node in self._with_value(A, POSITION_MODEL)}
        described: dict[NamedNode, list[NamedNode]] = defaultdict(list)
        for model in tuple(owners):
            owners.update(dict.fromkeys(self.nodes(model, REQUIRES), model))
            for position in self.nodes(model, FOR_POSITION):
                described[position].append(model)
        for position, models in described.items():
            if len(models) == 1:
                parts = (position, *self.nodes(position, HAS_DUTY))
                owners.update(dict.fromkeys(parts, models[0]))
        return owners

    @cached_property
    def tiers(self) -> Mapping[str, NamedNode]:
        """The tiers of requirements by id."""
        return {self.id(node): node for node in self._with_value(A, iri("core", "Tier"))}

    @cached_property
    def policy(self) -> Mapping[str, PolicyStatement]:
        """The policy statements that set a number, by id."""
        found = (self._statement(node) for node in self.policy_nodes)
        return {statement.id: statement for statement in found if statement.numbers}

    @cached_property
    def policy_nodes(self) -> list[NamedNode]:
        """Every policy statement, whatever it states."""
        kinds = [_POLICY_STATEMENT, *self._with_value(_SUBCLASS, _POLICY_STATEMENT)]
        return sorted((node for kind in kinds for node in self._with_value(A, kind)), key=str)

    def effective_number(self, requirement: NamedNode, predicate: NamedNode) -> Decimal | None:
        """The level or weight that a requirement has, its own or by policy."""
        values = self._effective.get(requirement, {}).get(predicate, [])
        found = (value for value in values if isinstance(value, Literal))
        return next((Decimal(value.value) for value in found), None)

    @cached_property
    def _effective(self) -> Mapping[NamedNode, Said]:
        """What each requirement amounts to once policy has supplied what it leaves out."""
        concluded = _by_subject(self._conclusions)
        return {
            requirement: said
            for said in concluded.values()
            for requirement in said.get(_SPECIFIES, ())
            if isinstance(requirement, NamedNode)
        }

    def _values(self, node: NamedNode, predicate: NamedNode) -> list[Term]:
        return self._facts.get(node, {}).get(predicate, [])

    def _with_value(self, predicate: NamedNode, value: NamedNode) -> list[NamedNode]:
        return [node for node, said in self._facts.items() if value in said.get(predicate, ())]

    def _is_model(self, node: NamedNode) -> bool:
        return bool(self.nodes(node, FOR_POSITION))

    def _model(self, node: NamedNode) -> PositionModel:
        asked = {
            self.id(dimension): requirement
            for requirement in self.nodes(node, REQUIRES)
            for dimension in self.nodes(requirement, DIMENSION)
        }
        frameworks = [self.id(framework) for framework in self.nodes(node, _FRAMEWORK)]
        return PositionModel(self.id(node), node, next(iter(frameworks), ""), asked)

    def _statement(self, node: NamedNode) -> PolicyStatement:
        numbers = {
            predicate: value
            for predicate, values in self._facts[node].items()
            for value in values
            if isinstance(value, Literal) and value.datatype in _NUMBERS
        }
        fields = {field_name(predicate): predicate for predicate in numbers}
        return PolicyStatement(self.id(node), node, fields, numbers)


def field_name(predicate: NamedNode) -> str:
    """The name that a property with a number has in JSON."""
    return _NAMES.get(predicate, local_id(predicate))


def _by_subject(facts: Iterable[Triple]) -> Mapping[NamedNode, Said]:
    found: dict[NamedNode, dict[NamedNode, list[Term]]] = defaultdict(dict)
    for triple in facts:
        if isinstance(triple.subject, NamedNode):
            found[triple.subject].setdefault(triple.predicate, []).append(triple.object)
    return found
