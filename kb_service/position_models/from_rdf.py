"""The position model that a document's triples describe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.position_models.model import (
    KINDS,
    LANGUAGES,
    USUAL_EVIDENCE,
    USUAL_STATUS,
    USUAL_VERSION,
    Duty,
    GradeStandard,
    Header,
    ModelRequirement,
    Position,
    PositionModel,
    Text,
    by_grade,
    by_rank,
    in_order,
)
from kb_service.position_models.naming import (
    id_in,
    standard_node,
    usual_header,
    usual_requirement_id,
)
from kb_service.position_models.plain_text import is_plain
from kb_service.position_models.to_rdf import (
    DEFINITION,
    DEFINITION_EVIDENCE,
    DESCRIPTION,
    EVIDENCE,
    INDIVIDUAL,
    NOTE,
    SOURCE,
    TITLE,
    form_triples,
)
from kb_service.position_models.values import VERSION
from kb_service.vocabulary import LABEL, A, iri

_DECIMAL = iri("xsd", "decimal")
_INTEGER = iri("xsd", "integer")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_RANK = re.compile(r"[1-9][0-9]{0,5}")


class NotOneModel(ValueError):
    """A document that describes no position model, or several; `models` are their IRIs."""

    def __init__(self, models: tuple[str, ...]) -> None:
        super().__init__(f"{len(models)} position models in one document")
        self.models = models


def from_triples(triples: Iterable[Triple]) -> PositionModel:
    """The model of a document, from which `to_triples` makes the same statements again.

    Raises NotOneModel unless exactly one model is described.
    """
    statements = frozenset(triples)
    facts = _Facts(statements)
    models = facts.members(iri("core", "PositionModel"))
    if len(models) != 1:
        raise NotOneModel(tuple(model.value for model in models))
    model = _model(facts, models[0])
    said = frozenset(form_triples(model))
    return replace(model, further=statements - said, unsaid=said - statements)


class _Facts:
    """Statements by subject and property, read only where a field of the form can say the same."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._objects: dict[NamedNode, dict[NamedNode, list[object]]] = {}
        for triple in triples:
            if isinstance(triple.subject, NamedNode):
                of = self._objects.setdefault(triple.subject, {})
                of.setdefault(triple.predicate, []).append(triple.object)

    def members(self, kind: NamedNode) -> list[NamedNode]:
        found = (thing for thing, facts in self._objects.items() if kind in facts.get(A, ()))
        return sorted(found, key=lambda each: each.value)

    def nodes(self, thing: NamedNode, path: NamedNode) -> list[NamedNode]:
        found = self._objects.get(thing, {}).get(path, [])
        return sorted((each for each in found if isinstance(each, NamedNode)), key=str)

    def node(self, thing: NamedNode, path: NamedNode) -> NamedNode | None:
        """The only node there is; of several none stands out."""
        found = self.nodes(thing, path)
        return found[0] if len(found) == 1 else None

    def id(self, thing: NamedNode, path: NamedNode, prefix: str, otherwise: str = "") -> str:
        named = self.node(thing, path)
        return id_in(prefix, named) if named else otherwise

    def text(self, thing: NamedNode, path: NamedNode) -> Text:
        """The words in each language that has them exactly once."""
        words: dict[str, list[str]] = {language: [] for language in LANGUAGES}
        for each in self._objects.get(thing, {}).get(path, []):
            if isinstance(each, Literal) and each.language in words:
                words[each.language].append(each.value)
        return {
            language: found[0]
            for language, found in words.items()
            if len(found) == 1 and is_plain(found[0])
        }

    def literal(self, thing: NamedNode, path: NamedNode, datatype: NamedNode) -> str:
        found = [
            each.value
            for each in self._objects.get(thing, {}).get(path, [])
            if isinstance(each, Literal) and each.datatype == datatype
        ]
        return found[0] if len(found) == 1 else ""

    def number(self, thing: NamedNode, name: str) -> Decimal | None:
        written = self.literal(thing, iri("core", name), _DECIMAL)
        return Decimal(written) if _NUMBER.fullmatch(written) else None

    def described(self, thing: NamedNode) -> Mapping[str, Text]:
        return {"label": self.text(thing, LABEL), "definition": self.text(thing, DEFINITION)}

    def evidence(self, thing: NamedNode) -> str:
        return self.id(thing, EVIDENCE, "evidence", USUAL_EVIDENCE)

    def definition_evidence(self, thing: NamedNode) -> str:
        return self.id(thing, DEFINITION_EVIDENCE, "evidence")

    def source(self, thing: NamedNode) -> str:
        return self.id(thing, SOURCE, "work")


def _model(facts: _Facts, about: NamedNode) -> PositionModel:
    id = id_in("model", about)
    position = facts.node(about, iri("core", "forPosition")) or iri("position", id)
    asked = facts.nodes(about, iri("core", "requires"))
    requirements = (_requirement(facts, each, id) for each in asked)
    model = PositionModel(
        id,
        facts.id(about, iri("core", "framework"), "framework"),
        _position(facts, position),
        label=facts.text(about, LABEL),
        definition=facts.text(about, DEFINITION),
        requirements=in_order(filter(None, requirements)),
        standards=tuple(sorted(_standards(facts), key=by_grade)),
        status=facts.id(about, iri("core", "status"), "status", USUAL_STATUS),
        evidence=facts.evidence(about),
        definition_evidence=facts.definition_evidence(about),
        source=facts.source(about),
        note=facts.text(about, NOTE),
    )
    return replace(model, header=_header(facts, model))


def _header(facts: _Facts, model: PositionModel) -> Header:
    headers = facts.members(iri("owl", "Ontology"))
    about = headers[0] if len(headers) == 1 else usual_header(model.id)
    version = facts.literal(about, iri("owl", "versionInfo"), iri("xsd", "string"))
    license = facts.node(about, iri("dcterms", "license"))
    return Header(
        version=version if VERSION.fullmatch(version) else USUAL_VERSION,
        title=facts.text(about, TITLE),
        description=facts.text(about, DESCRIPTION),
        note=facts.text(about, NOTE),
        license=license.value if license else "",
        iri="" if about == usual_header(model.id) else about.value,
        individuals=bool(facts.members(INDIVIDUAL)),
    )


def _position(facts: _Facts, about: NamedNode) -> Position:
    duties = [_duty(facts, each) for each in facts.nodes(about, iri("core", "hasDuty"))]
    return Position(
        id_in("position", about),
        duties=tuple(sorted(filter(None, duties), key=by_rank)),
        evidence=facts.evidence(about),
        definition_evidence=facts.definition_evidence(about),
        source=facts.source(about),
        **facts.described(about),
    )


def _duty(facts: _Facts, about: NamedNode) -> Duty | None:
    """A duty that this document describes; None for one that is described elsewhere."""
    rank = facts.literal(about, iri("core", "rank"), _INTEGER)
    if iri("core", "Duty") not in facts.nodes(about, A) or not _RANK.fullmatch(rank):
        return None
    return Duty(
        id_in("duty", about),
        int(rank),
        evidence=facts.evidence(about),
        source=facts.source(about),
        **facts.described(about),
    )


def _requirement(facts: _Facts, about: NamedNode, model_id: str) -> ModelRequirement | None:
    """A requirement in a dimension of a known kind; None for any other."""
    dimension = facts.node(about, iri("core", "dimension"))
    if dimension is None:
        return None
    for kind in KINDS:
        name = id_in(kind, dimension)
        if ":" not in name:
            break
    else:
        return None
    id = id_in("requirement", about)
    return ModelRequirement(
        kind,
        name,
        tier=facts.id(about, iri("core", "tier"), "tier"),
        level=facts.number(about, "requiredLevel"),
        weight=facts.number(about, "weight"),
        floor=facts.number(about, "minimumLevel"),
        rationale=facts.text(about, iri("core", "rationale")),
        evidence=facts.evidence(about),
        label=facts.text(about, LABEL),
        source=facts.source(about),
        id="" if id == usual_requirement_id(model_id, name) else id,
    )


def _standards(facts: _Facts) -> Iterable[GradeStandard]:
    for about in facts.members(iri("performance", "Standard")):
        standard = GradeStandard(
            facts.id(about, iri("performance", "forIndicator"), "indicator"),
            facts.id(about, iri("performance", "forGrade"), "grade"),
            evidence=facts.evidence(about),
            **facts.described(about),
        )
        if standard.indicator and standard.grade and standard_node(standard) == about:
            yield standard
