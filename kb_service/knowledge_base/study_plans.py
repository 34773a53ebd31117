"""From studies to a draft of a performance plan: behaviour weighed as experts weigh it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.knowledge_base.study_citations import citation_triples
from kb_service.knowledge_base.study_drafts import Draft
from kb_service.knowledge_base.study_findings import Findings, KeptItem
from kb_service.knowledge_base.study_said import Term
from kb_service.knowledge_base.study_targets import results_groups
from kb_service.study_records.records import Row
from kb_service.study_records.table_names import ITEMS
from kb_service.vocabulary import BASE, IDENTIFIER, LABEL, A, iri

_STEP = Decimal("0.001")
_DECIMAL = iri("xsd", "decimal")
_INDIVIDUAL = iri("owl", "NamedIndividual")
_SOURCE = iri("dcterms", "source")
_Said = Mapping[NamedNode, Sequence[tuple[NamedNode, Term]]]


def plan_draft(found: Findings, shared: Iterable[Triple]) -> Draft:
    """The draft of a plan that appraises the behaviour which a panel kept.

    Groups are the items' first level. Weights are those of the comparisons, shared out among what was
    kept, and without comparisons in proportion to mean importance. Results have the figures that a
    meeting adopted. All else (which results there are and what they weigh, raters, shares, period)
    is that of the position's plan. Raises RefusedInput where there is none.
    """
    said = _by_subject(shared)
    before = _plan_of(said, iri("position", found.position))
    if before is None:
        raise RefusedInput([_no_plan(found.position)])
    plan = iri("plan", f"{found.position}.{found.panel.record.id}")
    results, notes = results_groups(said, before, plan, found.targets, found.evidence)
    facts = [
        *_header(found, plan),
        *_kept(said, before, plan),
        *results,
        *_groups(found, plan),
        *citation_triples(found.citations_of_plan(), found.evidence),
    ]
    return Draft(facts, (*found.notes, *notes))


def shares_of(weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The weights as thousandths that sum to 1: what rounding down leaves goes to the largest rests."""
    total = sum(weights.values())
    exact = {name: weight / total for name, weight in weights.items()}
    shares = {name: each.quantize(_STEP, ROUND_FLOOR) for name, each in exact.items()}
    left = int((1 - sum(shares.values())) / _STEP)
    for name in sorted(exact, key=lambda each: (shares[each] - exact[each], each))[:left]:
        shares[name] += _STEP
    return shares


def _by_subject(shared: Iterable[Triple]) -> dict[NamedNode, list[tuple[NamedNode, Term]]]:
    said: dict[NamedNode, list[tuple[NamedNode, Term]]] = {}
    for triple in shared:
        if isinstance(triple.subject, NamedNode):
            said.setdefault(triple.subject, []).append((triple.predicate, triple.object))
    return said


def _plan_of(said: _Said, position: NamedNode) -> NamedNode | None:
    """The published plan of a position."""
    wanted = {
        (iri("performance", "appraises"), position),
        (iri("performance", "planStatus"), iri("status", "published")),
    }
    return next((node for node, about in said.items() if wanted <= set(about)), None)


_OWN = frozenset(
    {
        _SOURCE,
        IDENTIFIER,
        LABEL,
        iri("skos", "definition"),
        iri("performance", "planStatus"),
        iri("performance", "hasGroup"),
        iri("core", "version"),
    }
)


def _kept(said: _Said, before: NamedNode, plan: NamedNode) -> Iterator[Triple]:
    """What the plan before says and studies do not: raters, shares and period."""
    for predicate, value in said[before]:
        if predicate not in _OWN:
            yield Triple(plan, predicate, value)


def _header(found: Findings, plan: NamedNode) -> Iterator[Triple]:
    study = found.panel.record
    id = f"{found.position}.{study.id}"
    ontology = NamedNode(f"{BASE}ontology/plans/{id}")
    yield Triple(ontology, A, iri("owl", "Ontology"))
    for name in ("core", "performance", "studies"):
        yield Triple(ontology, iri("owl", "imports"), NamedNode(f"{BASE}ontology/{name}"))
    title = {
        "zh": f"绩效方案草稿：依据研究“{study.about['label_zh']}”",
        "en": f"Draft of a performance plan by the study: {study.about['label_en']}",
    }
    yield from _texts(ontology, iri("dcterms", "title"), title)
    yield from _texts(ontology, iri("dcterms", "description"), title)
    yield from _texts(plan, LABEL, title)
    yield from _texts(plan, iri("skos", "definition"), title)
    yield Triple(plan, IDENTIFIER, Literal(id))
    yield Triple(plan, iri("core", "version"), Literal("0.1.0"))
    yield Triple(plan, iri("performance", "planStatus"), iri("status", "draft"))


def _groups(found: Findings, plan: NamedNode) -> Iterator[Triple]:
    """The groups of behaviour with the items in them."""
    members: dict[str, list[KeptItem]] = {}
    for item in found.items:
        members.setdefault(item.within, []).append(item)
    rows = {str(row["code"]): row for row in found.panel.record.rows(ITEMS)}
    weights = {group: _weight_of_group(found, group, items) for group, items in members.items()}
    for group, share in shares_of(weights).items():
        node = iri("plan-group", f"{_id(plan)}.{group or 'behaviour'}")
        yield Triple(plan, iri("performance", "hasGroup"), node)
        yield from _group(node, found, share, rows.get(group))
        yield from _items(node, plan, found, members[group])


def _weight_of_group(found: Findings, group: str, items: Sequence[KeptItem]) -> Decimal:
    return found.groups.get(group) or sum((item.mean for item in items), Decimal(0))


def _group(node: NamedNode, found: Findings, share: Decimal, row: Row | None) -> Iterator[Triple]:
    label = {"zh": str(row["label_zh"]), "en": str(row["label_en"])} if row else _BEHAVIOUR
    yield Triple(node, A, iri("performance", "BehaviourGroup"))
    yield from _weighed(node, _id(node), share, found.evidence)
    yield from _texts(node, LABEL, label)
    yield from _texts(node, iri("skos", "definition"), label)


_BEHAVIOUR = {"zh": "行为", "en": "Behaviour"}


def _items(
    group: NamedNode, plan: NamedNode, found: Findings, items: Sequence[KeptItem]
) -> Iterator[Triple]:
    weights = {item.code: item.local or item.mean for item in items}
    shares = shares_of(weights)
    for item in items:
        node = iri("plan-item", f"{_id(plan)}.{item.dimension}")
        yield Triple(group, iri("performance", "hasItem"), node)
        yield Triple(node, A, iri("performance", "BehaviourItem"))
        yield Triple(node, iri("core", "dimension"), iri("indicator", item.dimension))
        yield Triple(node, _SOURCE, iri("work", item.citation.id))
        yield from _weighed(node, _id(node), shares[item.code], found.evidence)


def _weighed(node: NamedNode, id: str, weight: Decimal, evidence: str) -> Iterator[Triple]:
    yield Triple(node, A, _INDIVIDUAL)
    yield Triple(node, IDENTIFIER, Literal(id))
    yield Triple(node, iri("performance", "weight"), Literal(f"{weight:f}", datatype=_DECIMAL))
    yield Triple(node, iri("performance", "weightEvidence"), iri("evidence", evidence))
    yield Triple(node, iri("core", "evidence"), iri("evidence", evidence))


def _texts(node: NamedNode, predicate: NamedNode, text: Mapping[str, str]) -> Iterator[Triple]:
    for language, words in text.items():
        yield Triple(node, predicate, Literal(words, language=language))


def _id(node: NamedNode) -> str:
    return node.value.rsplit("/", 1)[-1]


def _no_plan(position: str) -> Finding:
    return violation(
        f"岗位 {position} 没有已发布的绩效方案，结果指标和评价来源无从沿用；请先写好方案。",
        f"The position {position} has no published plan to take results and raters from; write one "
        "first.",
        value=position,
    )
