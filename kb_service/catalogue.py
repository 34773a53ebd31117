"""What records may name, read from shared knowledge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.people_records import Catalogue, Choice, RatedDimension
from kb_service.people_records.performance_records import (
    KPI,
    PerformanceChoices,
    PerformancePlan,
    Period,
)
from kb_service.position_models.choices import ModelChoices, TierDefault
from kb_service.study_records.kinds import KINDS
from kb_service.study_records.layout import StudyChoices
from kb_service.vocabulary import IDENTIFIER, LABEL, A, iri, local_id

_DEFINITION = iri("skos", "definition")
_KINDS = {
    iri("core", "CareerType"): "type",
    iri("core", "Ability"): "ability",
    iri("core", "Motivation"): "motivation",
    iri("core", "Indicator"): "indicator",
}


class _Facts:
    """Triples by subject and predicate."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._objects: dict[NamedNode, dict[NamedNode, list[NamedNode | Literal]]] = {}
        for triple in triples:
            if isinstance(triple.subject, NamedNode) and isinstance(
                triple.object, NamedNode | Literal
            ):
                of = self._objects.setdefault(triple.subject, {})
                of.setdefault(triple.predicate, []).append(triple.object)

    def members(self, kind: NamedNode) -> list[NamedNode]:
        found = (s for s, facts in self._objects.items() if kind in facts.get(A, ()))
        return sorted(found, key=lambda node: node.value)

    def node(self, subject: NamedNode, predicate: NamedNode) -> NamedNode | None:
        for value in self._objects.get(subject, {}).get(predicate, ()):
            if isinstance(value, NamedNode):
                return value
        return None

    def nodes(self, subject: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        values = self._objects.get(subject, {}).get(predicate, ())
        return [value for value in values if isinstance(value, NamedNode)]

    def text(self, subject: NamedNode, predicate: NamedNode, language: str | None = None) -> str:
        for value in self._objects.get(subject, {}).get(predicate, ()):
            if isinstance(value, Literal) and value.language == language:
                return value.value
        return ""


def read_catalogue(triples: Iterable[Triple]) -> Catalogue:
    """Every dimension, position, rating source and scale that the knowledge declares."""
    return _catalogue(_Facts(triples))


def _catalogue(facts: _Facts) -> Catalogue:
    scales = {
        local_id(scale): (
            Decimal(facts.text(scale, iri("core", "minimum"))),
            Decimal(facts.text(scale, iri("core", "maximum"))),
        )
        for scale in facts.members(iri("core", "Scale"))
    }
    dimensions: dict[str, dict[str, RatedDimension]] = {}
    for kind, name in _KINDS.items():
        for node in sorted(facts.members(kind), key=lambda node: _place(facts, node)):
            dimension = _dimension(facts, node, name, scales)
            if dimension is not None:
                dimensions.setdefault(dimension.framework, {})[dimension.id] = dimension
    return Catalogue(
        dimensions=dimensions,
        positions=_choices(facts, iri("core", "Position")),
        sources=_choices(facts, iri("people", "RatingSource")),
        scales=scales,
    )


def read_model_choices(triples: Iterable[Triple]) -> ModelChoices:
    """Everything that a position model may name, and the defaults that policy has by tier."""
    facts = _Facts(triples)
    catalogue = _catalogue(facts)
    return ModelChoices(
        catalogue,
        frameworks=_choices(facts, iri("core", "Framework")),
        tiers=_choices(facts, iri("core", "Tier")),
        evidence=_choices(facts, iri("core", "Evidence")),
        statuses=_choices(facts, iri("core", "Status")),
        grades=_choices(facts, iri("performance", "Grade")),
        sources=_choices(facts, iri("dcterms", "BibliographicResource")),
        defaults=_tier_defaults(facts, catalogue),
    )


def _tier_defaults(facts: _Facts, catalogue: Catalogue) -> tuple[TierDefault, ...]:
    found = []
    for node in facts.members(iri("judgement", "TierDefault")):
        part, tier, scale = (
            facts.node(node, iri("core", name)) for name in ("part", "tier", "scale")
        )
        if part and tier and scale and local_id(scale) in catalogue.scales:
            bounds = catalogue.scales[local_id(scale)]
            level, weight = (
                Decimal(facts.text(node, iri("core", name))) for name in ("requiredLevel", "weight")
            )
            found.append(TierDefault(local_id(part), local_id(tier), *bounds, level, weight))
    return tuple(sorted(found, key=lambda each: -each.weight))


def read_performance_choices(triples: Iterable[Triple]) -> PerformanceChoices:
    """Everything that records of performance may name: plans, periods, KPIs, dimensions, grades."""
    facts = _Facts(triples)
    plans = facts.members(iri("performance", "PerformancePlan"))
    judged = dict.fromkeys(
        dimension for plan in plans for dimension in _items(facts, plan, iri("core", "dimension"))
    )
    dimensions = (_choice(facts, node) for node in judged)
    grades = _choices(facts, iri("performance", "Grade"))
    ranks = {id: int(facts.text(each.iri, iri("core", "rank"))) for id, each in grades.items()}
    return PerformanceChoices(
        plans={plan.id: plan for plan in (_plan(facts, node) for node in plans)},
        periods={period.id: period for period in _periods(facts)},
        kpis={kpi.id: kpi for kpi in _kpis(facts)},
        dimensions={dimension.id: dimension for dimension in dimensions},
        sources=_choices(facts, iri("people", "RatingSource")),
        grades={id: grades[id] for id in sorted(grades, key=ranks.__getitem__, reverse=True)},
    )


def _plan(facts: _Facts, node: NamedNode) -> PerformancePlan:
    choice = _choice(facts, node)
    shares = facts.nodes(node, iri("performance", "hasRaterWeight"))
    sources = [facts.node(share, iri("people", "source")) for share in shares]
    position = facts.node(node, iri("performance", "appraises"))
    status = facts.node(node, iri("performance", "planStatus"))
    return PerformancePlan(
        choice.id,
        node,
        choice.zh,
        choice.en,
        position=_choice(facts, position).id if position else "",
        is_published=status == iri("status", "published"),
        kpis=_ids(facts, _items(facts, node, iri("performance", "forKPI"))),
        dimensions=_ids(facts, _items(facts, node, iri("core", "dimension"))),
        sources=_ids(facts, sorted(filter(None, sources), key=str)),
    )


def _items(facts: _Facts, plan: NamedNode, about: NamedNode) -> list[NamedNode]:
    """What the items of a plan are about, group by group."""
    groups = sorted(facts.nodes(plan, iri("performance", "hasGroup")), key=str)
    items = (
        item
        for group in groups
        for item in sorted(facts.nodes(group, iri("performance", "hasItem")), key=str)
    )
    return [node for item in items for node in facts.nodes(item, about)]


def _ids(facts: _Facts, nodes: Iterable[NamedNode]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_choice(facts, node).id for node in nodes))


def _periods(facts: _Facts) -> Iterable[Period]:
    """Every period whose days are known, in their order."""
    found = []
    for node in facts.members(iri("performance", "Period")):
        choice = _choice(facts, node)
        start, end, closed_on = (
            facts.text(node, iri("performance", name))
            for name in ("periodStart", "periodEnd", "closedOn")
        )
        if start and end:
            found.append(
                Period(
                    choice.id,
                    node,
                    choice.zh,
                    choice.en,
                    start=date.fromisoformat(start),
                    end=date.fromisoformat(end),
                    is_closed=facts.node(node, iri("performance", "periodState"))
                    == iri("performance", "closed"),
                    closed_on=date.fromisoformat(closed_on) if closed_on else None,
                    closed_by=facts.text(node, iri("performance", "closedBy")),
                )
            )
    return sorted(found, key=lambda period: (period.start, period.id))


def _kpis(facts: _Facts) -> Iterable[KPI]:
    for node in facts.members(iri("performance", "KPI")):
        choice = _choice(facts, node)
        unit, target, stretch = (
            facts.text(node, iri("performance", name)) for name in ("unit", "target", "stretch")
        )
        yield KPI(choice.id, node, choice.zh, choice.en, unit, Decimal(target), Decimal(stretch))


def read_study_choices(triples: Iterable[Triple]) -> StudyChoices:
    """Everything that a study may name: individuals by their class, dimensions and positions.

    A dimension whose id several frameworks have is not among them.
    """
    facts = _Facts(triples)
    catalogue = _catalogue(facts)
    named = {c.of for kind in KINDS.values() for plan in kind.tables for c in plan.columns if c.of}
    owners = Counter(id for found in catalogue.dimensions.values() for id in found)
    return StudyChoices(
        of_class={kind.value: _choices(facts, kind) for kind in named},
        dimensions={
            id: dimension
            for found in catalogue.dimensions.values()
            for id, dimension in found.items()
            if owners[id] == 1
        },
        positions=catalogue.positions,
    )


def read_teams(triples: Iterable[Triple]) -> dict[str, Choice]:
    """Every team that the organisation's facts declare."""
    return _choices(_Facts(triples), iri("people", "Team"))


def _choices(facts: _Facts, kind: NamedNode) -> dict[str, Choice]:
    found = (_choice(facts, node) for node in facts.members(kind))
    return {choice.id: choice for choice in found}


def _choice(facts: _Facts, node: NamedNode) -> Choice:
    id = facts.text(node, IDENTIFIER) or local_id(node)
    return Choice(id, node, facts.text(node, LABEL, "zh"), facts.text(node, LABEL, "en"))


def _place(facts: _Facts, node: NamedNode) -> tuple[int, str]:
    """Where a dimension stands among its kind: abilities follow the order of their types."""
    group = facts.node(node, iri("core", "careerType")) or facts.node(node, iri("core", "category"))
    code = facts.text(group or node, iri("core", "code")).lstrip("T")
    return int(code) if code.isdigit() else 0, (group or node).value + node.value


def _dimension(
    facts: _Facts, node: NamedNode, kind: str, scales: dict[str, tuple[Decimal, Decimal]]
) -> RatedDimension | None:
    framework, part, scale = (
        facts.node(node, iri("core", name)) for name in ("framework", "part", "scale")
    )
    if framework is None or part is None or scale is None or local_id(scale) not in scales:
        return None
    minimum, maximum = scales[local_id(scale)]
    return RatedDimension(
        id=facts.text(node, IDENTIFIER) or local_id(node),
        iri=node,
        zh=facts.text(node, LABEL, "zh"),
        en=facts.text(node, LABEL, "en"),
        framework=local_id(framework),
        part=local_id(part),
        kind=kind,
        minimum=minimum,
        maximum=maximum,
        definition_zh=facts.text(node, _DEFINITION, "zh"),
        definition_en=facts.text(node, _DEFINITION, "en"),
    )
