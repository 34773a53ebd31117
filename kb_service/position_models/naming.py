"""The IRIs of a model, its position, duties and requirements, and the ids they go by."""

from __future__ import annotations

import re

from pyoxigraph import NamedNode

from kb_service.position_models.model import GradeStandard, ModelRequirement, PositionModel
from kb_service.vocabulary import BASE, NAMESPACES, iri, local_id

ONTOLOGIES = BASE + "ontology/"
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_MODELS = ONTOLOGIES + "models/"


def node(prefix: str, id: str) -> NamedNode:
    """The node with this id among those of a kind; an id may be a whole IRI.

    Raises ValueError for a whole IRI that is none.
    """
    return NamedNode(id) if ":" in id else iri(prefix, id)


def id_in(prefix: str, named: NamedNode) -> str:
    """What `node` makes this node of: its id among those of a kind, or the whole IRI."""
    id = named.value.removeprefix(NAMESPACES[prefix])
    return id if ID.fullmatch(id) else named.value


def identifier(named: NamedNode) -> str:
    """The id that a thing with this IRI should have: the last part of it."""
    return local_id(named)


def usual_header(model_id: str) -> NamedNode:
    """The IRI of the document of the model with this id."""
    return NamedNode(_MODELS + local_id(node("model", model_id)))


def header_node(model: PositionModel) -> NamedNode:
    """The IRI of a model's document."""
    return NamedNode(model.header.iri) if model.header.iri else usual_header(model.id)


def usual_requirement_id(model_id: str, dimension: str) -> str:
    """The id of what a model asks for in a dimension: `team-leader.patience`."""
    parts = (local_id(node("model", model_id)), local_id(node("ability", dimension)))
    return ".".join(parts)


def requirement_node(model: PositionModel, requirement: ModelRequirement) -> NamedNode:
    """The IRI of one of a model's requirements."""
    usual = usual_requirement_id(model.id, requirement.dimension)
    return node("requirement", requirement.id or usual)


def standard_node(standard: GradeStandard) -> NamedNode:
    """The IRI of the behaviour for a grade of an indicator."""
    parts = (
        local_id(node("indicator", standard.indicator)),
        local_id(node("grade", standard.grade)),
    )
    return iri("standard", ".".join(parts))
