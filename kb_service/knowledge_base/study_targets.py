"""The results of a drafted plan: those of the plan before, with the figures that a meeting adopted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.findings import Finding
from kb_service.knowledge_base.study_findings import AgreedTarget
from kb_service.knowledge_base.study_said import Term
from kb_service.vocabulary import IDENTIFIER, A, iri, local_id

_HAS_GROUP, _HAS_ITEM = iri("performance", "hasGroup"), iri("performance", "hasItem")
_FOR_KPI = iri("performance", "forKPI")
_KPI_GROUP = (A, iri("performance", "KPIGroup"))
_SOURCE, _DECIMAL = iri("dcterms", "source"), iri("xsd", "decimal")
_FIGURES = ("threshold", "target", "stretch")
_SET_BY_MEETING = frozenset(
    {
        _SOURCE,
        *(iri("performance", name) for name in _FIGURES),
        *(iri("performance", f"{name}Evidence") for name in _FIGURES),
    }
)
_Said = Mapping[NamedNode, Sequence[tuple[NamedNode, Term]]]


def results_groups(
    said: _Said,
    before: NamedNode,
    plan: NamedNode,
    targets: Sequence[AgreedTarget],
    evidence: str,
) -> tuple[list[Triple], list[Finding]]:
    """The groups of results of a plan, copied from the plan before for another one.

    Their items have the figures of the targets; answers also which targets the plan has no item for.
    """
    by_kpi = {target.kpi: target for target in targets}
    facts: list[Triple] = []
    met: set[str] = set()
    for predicate, group in said[before]:
        if predicate != _HAS_GROUP or not isinstance(group, NamedNode):
            continue
        if _KPI_GROUP not in said.get(group, ()):
            continue
        copy = _copied(group, before, plan)
        facts += [Triple(plan, _HAS_GROUP, copy), *_without_items(said, group, copy)]
        for item in _items(said, group):
            kpi = _kpi_of(said, item)
            met.add(kpi)
            own = _copied(item, before, plan)
            facts.append(Triple(copy, _HAS_ITEM, own))
            facts += _item(said, item, own, by_kpi.get(kpi), evidence)
    return facts, [_no_item(kpi) for kpi in by_kpi if kpi not in met]


def _copied(node: NamedNode, before: NamedNode, plan: NamedNode) -> NamedNode:
    """The IRI of the copy of a part of a plan: the same with the id of the other plan."""
    folder, id = node.value.rsplit("/", 1)
    return NamedNode(f"{folder}/{local_id(plan)}.{id.removeprefix(local_id(before) + '.')}")


def _without_items(said: _Said, group: NamedNode, copy: NamedNode) -> Iterator[Triple]:
    for predicate, value in said[group]:
        if predicate == IDENTIFIER:
            yield Triple(copy, IDENTIFIER, Literal(local_id(copy)))
        elif predicate != _HAS_ITEM:
            yield Triple(copy, predicate, value)


def _items(said: _Said, group: NamedNode) -> Iterator[NamedNode]:
    for predicate, item in said[group]:
        if predicate == _HAS_ITEM and isinstance(item, NamedNode):
            yield item


def _kpi_of(said: _Said, item: NamedNode) -> str:
    named = (value for predicate, value in said[item] if predicate == _FOR_KPI)
    return next((local_id(each) for each in named if isinstance(each, NamedNode)), "")


def _item(
    said: _Said, item: NamedNode, copy: NamedNode, target: AgreedTarget | None, evidence: str
) -> Iterator[Triple]:
    for predicate, value in said[item]:
        if predicate == IDENTIFIER:
            yield Triple(copy, IDENTIFIER, Literal(local_id(copy)))
        elif target is None or predicate not in _SET_BY_MEETING:
            yield Triple(copy, predicate, value)
    if target is not None:
        yield Triple(copy, _SOURCE, iri("work", target.citation.id))
        yield from _figures(copy, target, evidence)


def _figures(copy: NamedNode, target: AgreedTarget, evidence: str) -> Iterator[Triple]:
    figures: dict[str, Decimal] = {
        "threshold": target.threshold,
        "target": target.target,
        "stretch": target.stretch,
    }
    for name, figure in figures.items():
        yield Triple(copy, iri("performance", name), Literal(f"{figure:f}", datatype=_DECIMAL))
        yield Triple(copy, iri("performance", f"{name}Evidence"), iri("evidence", evidence))


def _no_item(kpi: str) -> Finding:
    return Finding(
        "warning",
        {
            "zh": f"会议商定了 {kpi} 的目标，但岗位的方案没有这项结果指标，没有写进草稿；请先在方案里添加。",
            "en": f"The meeting settled figures for {kpi}, which the plan of the position has no item "
            "for; they are not in the draft. Add the item to the plan first.",
        },
        value=kpi,
    )
