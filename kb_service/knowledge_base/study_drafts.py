"""From studies to a draft of a position model: tiers, weights and where they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from pyoxigraph import NamedNode, Triple

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.knowledge_base.study_findings import Findings, KeptItem, source_triples
from kb_service.people_records import RatedDimension
from kb_service.position_models import PositionModel, from_triples, to_triples
from kb_service.position_models.model import (
    USUAL_STATUS,
    USUAL_VERSION,
    ModelRequirement,
    Position,
)
from kb_service.position_models.naming import header_node
from kb_service.vocabulary import BASE, iri

_PERCENT = Decimal(100)
_HUNDREDTH = Decimal("0.01")
_STUDIES = NamedNode(BASE + "ontology/studies")


@dataclass(frozen=True)
class Draft:
    """What a draft says, and what whoever asked for it should hear."""

    triples: Sequence[Triple]
    notes: tuple[Finding, ...] = ()


def model_draft(
    found: Findings, dimensions: Mapping[str, RatedDimension], described: Sequence[Triple]
) -> Draft:
    """The draft of a position model that asks for what a panel kept.

    `described` is the document of the position's model as it is, if there is one: what studies do
    not tell (duties, levels, floors, reasons, standards) stays as it says. Raises RefusedInput for
    a dimension that is not known, or dimensions of several frameworks.
    """
    framework = _framework(found, dimensions)
    before = from_triples(list(described)) if described else None
    old = {each.dimension: each for each in before.requirements} if before else {}
    model = before or PositionModel(found.position, framework, Position(found.position))
    asked = tuple(
        _requirement(item, found.evidence, dimensions[item.dimension], old.get(item.dimension))
        for item in found.items
    )
    indicators = {each.dimension for each in asked}
    header = replace(model.header, version=_next(model.header.version) if before else USUAL_VERSION)
    drafted = replace(
        model,
        framework=framework,
        status=USUAL_STATUS,
        requirements=asked,
        standards=tuple(each for each in model.standards if each.indicator in indicators),
        note=_note(found),
        header=replace(header, note=_note(found)),
    )
    works = [*source_triples(found), _imports(drafted)]
    return Draft(to_triples(replace(drafted, further=frozenset(works))), found.notes)


def _framework(found: Findings, dimensions: Mapping[str, RatedDimension]) -> str:
    strangers = [item.dimension for item in found.items if item.dimension not in dimensions]
    if strangers:
        raise RefusedInput(
            [
                violation(
                    f"没有维度 {each}；请改正研究里的“对应维度”。",
                    f"There is no dimension {each}; correct the column Dimension of the study.",
                    value=each,
                )
                for each in strangers
            ]
        )
    frameworks = sorted({dimensions[item.dimension].framework for item in found.items})
    if len(frameworks) > 1:
        listed = ", ".join(frameworks)
        raise RefusedInput(
            [
                violation(
                    f"保留的项目分属几个框架（{listed}）；一个岗位模型只用一个框架。",
                    f"The items kept are of several frameworks ({listed}); a model uses one.",
                )
            ]
        )
    return frameworks[0]


def _requirement(
    item: KeptItem, evidence: str, dimension: RatedDimension, before: ModelRequirement | None
) -> ModelRequirement:
    """What a model asks for in a kept item; levels, floors and reasons are not of the study."""
    weight = None
    if item.weight is not None:
        weight = max((item.weight * _PERCENT).quantize(_HUNDREDTH, ROUND_HALF_UP), _HUNDREDTH)
    asked = before or ModelRequirement(dimension.kind, item.dimension)
    return replace(
        asked, tier=item.tier, weight=weight, evidence=evidence, source=item.source, id=asked.id
    )


def _note(found: Findings) -> dict[str, str]:
    study = found.panel.record
    return {
        "zh": f"层级和权重出自研究 {study.id}；等级、底线、理由和行为标准不出自该研究，沿用原模型。",
        "en": f"Tiers and weights come from the study {study.id}; levels, floors, reasons and "
        "standards of behaviour do not, and are those of the model before.",
    }


def _next(version: str) -> str:
    """The version after one: its second number is one more."""
    major, minor, *_ = [*version.split("."), "0"]
    return f"{major}.{int(minor) + 1}.0"


def _imports(model: PositionModel) -> Triple:
    """The ontology in which works are told to be derived from statistics."""
    return Triple(header_node(model), iri("owl", "imports"), _STUDIES)
