"""From studies to a draft of a position model: tiers, weights and where they come from."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from pyoxigraph import NamedNode, Triple

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.knowledge_base.study_citations import citation_triples
from kb_service.knowledge_base.study_findings import Findings, KeptItem
from kb_service.people_records import RatedDimension
from kb_service.position_models import PositionModel, from_triples, to_triples
from kb_service.position_models.model import (
    USUAL_STATUS,
    USUAL_VERSION,
    GradeStandard,
    ModelRequirement,
    Position,
)
from kb_service.position_models.naming import header_node, requirement_node, standard_node
from kb_service.vocabulary import BASE, NAMESPACES, iri

_PERCENT = Decimal(100)
_HUNDREDTH = Decimal("0.01")
_STUDIES = NamedNode(BASE + "ontology/studies")
_SOURCE = iri("dcterms", "source")
_BY_THE_FORM = (NAMESPACES["requirement"], NAMESPACES["standard"])


@dataclass(frozen=True)
class Draft:
    """What a draft says, and what whoever asked for it should hear."""

    triples: Sequence[Triple]
    notes: tuple[Finding, ...] = ()


def model_draft(
    found: Findings, dimensions: Mapping[str, RatedDimension], described: Sequence[Triple]
) -> Draft:
    """The draft of a position model that asks for what a panel kept.

    `described` is the document of the position's model as it is, if there is one: what the studies
    do not tell (duties, floors and reasons never, levels and standards where no meeting and no
    interviews suggest any) stays as it says. Raises RefusedInput for a dimension that is not known,
    or dimensions of several frameworks.
    """
    framework = _framework(found, dimensions)
    before = from_triples(list(described)) if described else None
    old = {each.dimension: each for each in before.requirements} if before else {}
    model = before or PositionModel(found.position, framework, Position(found.position))
    asked = tuple(
        _requirement(item, found.evidence, dimensions[item.dimension], old.get(item.dimension))
        for item in found.items
    )
    header = replace(model.header, version=_next(model.header.version) if before else USUAL_VERSION)
    drafted = replace(
        model,
        framework=framework,
        status=USUAL_STATUS,
        requirements=asked,
        standards=_standards(found, model.standards, dimensions),
        note=_note(found),
        header=replace(header, note=_note(found)),
    )
    works = citation_triples(found.citations_of_model(), found.evidence)
    further = {*works, *_sources_of_standards(found, drafted.standards)}
    further |= _still_true(model.further, drafted, {triple.subject for triple in further})
    further.add(_imports(drafted))
    notes = (*found.notes, *_levels_off_scale(found, dimensions))
    return Draft(to_triples(replace(drafted, further=frozenset(further))), notes)


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
    """What a model asks for in a kept item; floors and reasons are not of studies."""
    weight = None
    if item.weight is not None:
        weight = max((item.weight * _PERCENT).quantize(_HUNDREDTH, ROUND_HALF_UP), _HUNDREDTH)
    asked = before or ModelRequirement(dimension.kind, item.dimension)
    level = item.level if _on_scale(item, dimension) else asked.level
    return replace(
        asked,
        tier=item.tier,
        weight=weight,
        level=level,
        evidence=evidence,
        source=item.citation.id,
    )


def _on_scale(item: KeptItem, dimension: RatedDimension) -> bool:
    return item.level is not None and dimension.minimum <= item.level <= dimension.maximum


def _levels_off_scale(
    found: Findings, dimensions: Mapping[str, RatedDimension]
) -> Iterator[Finding]:
    for item in found.items:
        dimension = dimensions[item.dimension]
        if item.level is not None and not _on_scale(item, dimension):
            low, high = dimension.minimum, dimension.maximum
            yield Finding(
                "warning",
                {
                    "zh": f"{item.code} 的建议等级 {item.level:f} 不在量表 {low:f} 到 {high:f} 之内，"
                    "没有采用；请让编码者按该维度的量表评级。",
                    "en": f"The level {item.level:f} suggested for {item.code} is not on its scale from "
                    f"{low:f} to {high:f} and was not taken; have coders tell levels on that scale.",
                },
                value=item.code,
            )


def _standards(
    found: Findings,
    before: Sequence[GradeStandard],
    dimensions: Mapping[str, RatedDimension],
) -> tuple[GradeStandard, ...]:
    """The standards that a meeting adopted, and those of the model before for everything else."""
    standards = {
        (item.dimension, each.grade): GradeStandard(
            item.dimension,
            each.grade,
            each.behaviour,
            _called(dimensions[item.dimension], each.grade),
            found.evidence,
        )
        for item in found.items
        for each in item.standards
    }
    kept = {item.dimension for item in found.items}
    for each in before:
        if each.indicator in kept:
            standards.setdefault((each.indicator, each.grade), each)
    return tuple(standards.values())


def _still_true(
    before: Iterable[Triple], drafted: PositionModel, told_anew: Container[object]
) -> set[Triple]:
    """What the model before says beyond the form, of what the draft has and does not tell anew.

    Works that the draft does not cite any more are left behind.
    """
    known = {requirement_node(drafted, each) for each in drafted.requirements}
    known |= {standard_node(each) for each in drafted.standards}
    kept = {
        triple
        for triple in before
        if triple.subject not in told_anew
        and (triple.subject in known or not _is_in(triple.subject, _BY_THE_FORM))
    }
    cited = {triple.object for triple in kept if triple.predicate == _SOURCE}
    cited |= {iri("work", each.source) for each in drafted.requirements if each.source}
    return {
        triple
        for triple in kept
        if triple.subject in cited or not _is_in(triple.subject, (NAMESPACES["work"],))
    }


def _is_in(thing: object, namespaces: tuple[str, ...]) -> bool:
    return isinstance(thing, NamedNode) and thing.value.startswith(namespaces)


def _called(dimension: RatedDimension, grade: str) -> dict[str, str]:
    return {"zh": f"{dimension.zh}：{grade} 级", "en": f"{dimension.en}: grade {grade}"}


def _sources_of_standards(found: Findings, standards: Sequence[GradeStandard]) -> Iterator[Triple]:
    """Which work each standard that a meeting adopted cites."""
    cited = {
        (item.dimension, each.grade): each.citation
        for item in found.items
        for each in item.standards
    }
    for each in standards:
        if citation := cited.get((each.indicator, each.grade)):
            yield Triple(standard_node(each), _SOURCE, iri("work", citation.id))


def _note(found: Findings) -> dict[str, str]:
    listed = [study.record.id for _, study in found.chosen.each()]
    return {
        "zh": f"由研究 {'、'.join(listed)} 写出，每一项都注明出处；底线、理由，以及这些研究没有谈到的"
        "等级和行为标准，沿用原模型。",
        "en": f"Drafted by the studies {', '.join(listed)}, as each part cites; floors, reasons, and the "
        "levels and standards of which these studies say nothing are those of the model before.",
    }


def _next(version: str) -> str:
    """The version after one: its second number is one more."""
    major, minor, *_ = [*version.split("."), "0"]
    return f"{major}.{int(minor) + 1}.0"


def _imports(model: PositionModel) -> Triple:
    """The ontology in which works are told to be derived from statistics."""
    return Triple(header_node(model), iri("owl", "imports"), _STUDIES)
