"""A position model as the triples of its document."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.position_models.model import (
    Duty,
    GradeStandard,
    ModelRequirement,
    Position,
    PositionModel,
    Text,
)
from kb_service.position_models.naming import (
    ONTOLOGIES,
    header_node,
    identifier,
    node,
    requirement_node,
    standard_node,
)
from kb_service.vocabulary import IDENTIFIER, LABEL, A, iri

DEFINITION = iri("skos", "definition")
NOTE = iri("skos", "scopeNote")
INDIVIDUAL = iri("owl", "NamedIndividual")
EVIDENCE = iri("core", "evidence")
DEFINITION_EVIDENCE = iri("core", "definitionEvidence")
SOURCE = iri("dcterms", "source")
TITLE = iri("dcterms", "title")
DESCRIPTION = iri("dcterms", "description")
_TITLES = {"zh": "岗位模型：{}", "en": "Position model: {}"}
_LABELS = {"zh": "{}岗位模型", "en": "{} model"}
_DECIMAL = iri("xsd", "decimal")
_INTEGER = iri("xsd", "integer")


def to_triples(model: PositionModel) -> list[Triple]:
    """Every statement of the model's document, each once; the same model gives the same order.

    Raises ValueError for an id that is written like a whole IRI and is none.
    """
    said = dict.fromkeys(form_triples(model))
    kept = [triple for triple in said if triple not in model.unsaid]
    return kept + sorted((each for each in model.further if each not in said), key=str)


def form_triples(model: PositionModel) -> Iterator[Triple]:
    """What the fields of the form say, without the model's further statements."""
    yield from _header(model)
    for triple in _things(model):
        yield triple
        if model.header.individuals and triple.predicate == A:
            yield Triple(triple.subject, A, INDIVIDUAL)


def _things(model: PositionModel) -> Iterator[Triple]:
    """What is said of all that the document describes."""
    yield from _model(model)
    yield from _position(model.position)
    for requirement in model.requirements:
        yield from _requirement(requirement_node(model, requirement), requirement)
    for standard in model.standards:
        yield from _standard(standard_node(standard), standard)


def texts(subject: NamedNode, predicate: NamedNode, text: Text) -> Iterator[Triple]:
    """One statement for each language that a text is in."""
    for language, words in text.items():
        yield Triple(subject, predicate, Literal(words, language=language))


def decimal(number: Decimal) -> Literal:
    """A number as it was written, without exponent."""
    return Literal(f"{number:f}", datatype=_DECIMAL)


def _named_after(position: Position, patterns: Text) -> Text:
    """A name in each language in which the position has one."""
    return {
        language: pattern.format(position.label[language])
        for language, pattern in patterns.items()
        if language in position.label
    }


def _header(model: PositionModel) -> Iterator[Triple]:
    header, about = model.header, header_node(model)
    yield Triple(about, A, iri("owl", "Ontology"))
    title = {**_named_after(model.position, _TITLES), **header.title}
    yield from texts(about, TITLE, title)
    yield from texts(about, DESCRIPTION, {**model.definition, **header.description})
    yield from texts(about, NOTE, header.note)
    if header.license:
        yield Triple(about, iri("dcterms", "license"), NamedNode(header.license))
    for name in ("core", model.framework, "performance" if model.standards else ""):
        if name and ":" not in name:
            yield Triple(about, iri("owl", "imports"), NamedNode(ONTOLOGIES + name))
    version = NamedNode(f"{about.value}/{header.version}")
    yield Triple(about, iri("owl", "versionIRI"), version)
    yield Triple(about, iri("owl", "versionInfo"), Literal(header.version))


def _described(
    thing: NamedNode,
    kind: NamedNode,
    label: Text,
    definition: Text,
    evidence: str,
    source: str = "",
) -> Iterator[Triple]:
    """What most things have alike."""
    yield Triple(thing, A, kind)
    yield Triple(thing, IDENTIFIER, Literal(identifier(thing)))
    yield from texts(thing, LABEL, label)
    yield from texts(thing, DEFINITION, definition)
    yield Triple(thing, EVIDENCE, node("evidence", evidence))
    if source:
        yield Triple(thing, SOURCE, node("work", source))


def _model(model: PositionModel) -> Iterator[Triple]:
    about, kind = node("model", model.id), iri("core", "PositionModel")
    label = {**_named_after(model.position, _LABELS), **model.label}
    yield from _described(about, kind, label, model.definition, model.evidence, model.source)
    if model.definition_evidence:
        yield Triple(about, DEFINITION_EVIDENCE, node("evidence", model.definition_evidence))
    yield from texts(about, NOTE, model.note)
    yield Triple(about, iri("core", "forPosition"), node("position", model.position.id))
    if model.framework:
        yield Triple(about, iri("core", "framework"), node("framework", model.framework))
    yield Triple(about, iri("core", "status"), node("status", model.status))
    yield Triple(about, iri("core", "version"), Literal(model.header.version))
    for requirement in model.requirements:
        yield Triple(about, iri("core", "requires"), requirement_node(model, requirement))


def _position(position: Position) -> Iterator[Triple]:
    if not position.is_described:
        return
    about, kind = node("position", position.id), iri("core", "Position")
    yield from _described(
        about, kind, position.label, position.definition, position.evidence, position.source
    )
    if position.definition_evidence:
        yield Triple(about, DEFINITION_EVIDENCE, node("evidence", position.definition_evidence))
    for duty in position.duties:
        yield Triple(about, iri("core", "hasDuty"), node("duty", duty.id))
        yield from _duty(node("duty", duty.id), duty)


def _duty(about: NamedNode, duty: Duty) -> Iterator[Triple]:
    kind = iri("core", "Duty")
    yield from _described(about, kind, duty.label, duty.definition, duty.evidence, duty.source)
    yield Triple(about, iri("core", "rank"), Literal(str(duty.rank), datatype=_INTEGER))


def _requirement(about: NamedNode, asked: ModelRequirement) -> Iterator[Triple]:
    kind = iri("core", "Requirement")
    yield from _described(about, kind, asked.label, {}, asked.evidence, asked.source)
    yield Triple(about, iri("core", "dimension"), node(asked.kind, asked.dimension))
    if asked.tier:
        yield Triple(about, iri("core", "tier"), node("tier", asked.tier))
    numbers = {
        "requiredLevel": asked.level,
        "weight": asked.weight,
        "minimumLevel": asked.floor,
    }
    for name, number in numbers.items():
        if number is not None:
            yield Triple(about, iri("core", name), decimal(number))
    yield from texts(about, iri("core", "rationale"), asked.rationale)


def _standard(about: NamedNode, standard: GradeStandard) -> Iterator[Triple]:
    kind = iri("performance", "Standard")
    yield from _described(about, kind, standard.label, standard.definition, standard.evidence)
    yield Triple(about, iri("performance", "forGrade"), node("grade", standard.grade))
    yield Triple(about, iri("performance", "forIndicator"), node("indicator", standard.indicator))
