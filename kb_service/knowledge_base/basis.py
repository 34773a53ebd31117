"""By which version of rules, policy and model somebody was judged, and when."""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.past import Since, past
from kb_service.store import Term
from kb_service.vocabulary import (
    MODEL_VERSIONS_GRAPH,
    VERSIONS_GRAPH,
    iri,
    local_id,
    person_conclusions_graph,
    shorten,
)

_UNDER = iri("history", "underKnowledge")
_PART = iri("dcterms", "hasPart")
_CONCLUDED_AT = iri("prov", "generatedAtTime")


def basis(keeper: Keeper, person: str, by: str, id: str, as_of: date | None) -> dict[str, Any]:
    """Versions of rules, policy and what somebody was judged by, when that was, what changed since.

    `by` is what the judgement goes by, `model` or `plan`, and `id` which one that is.
    A judgement as of a past day is drawn when asked for: `concludedAt` is None then, and `since`
    lists what it rests on that is different now, other models left out; `knownSince` is set where
    the memory does not reach back to that day.
    """
    if as_of is None:
        drawn = person_conclusions_graph(person)
        under = keeper.store.matching(drawn, predicate=_UNDER)
        node = next((triple.object for triple in under), None)
        concluded = _text(keeper.store.matching(drawn, predicate=_CONCLUDED_AT), _CONCLUDED_AT)
        now = keeper.knowledge.version
        described = now.description if node == now.node else _described(keeper, node)
        return {**_versions(node, described, by, id), "concludedAt": concluded}
    then = past(keeper, person, as_of)
    return {
        **_versions(then.knowledge.version.node, then.knowledge.version.description, by, id),
        "concludedAt": None,
        "knownSince": then.known_since.isoformat() if then.known_since else None,
        "since": [_since(each) for each in then.since if _concerns(each, by, id)],
    }


def _described(keeper: Keeper, node: Term | None) -> list[Triple]:
    """What is said of a version and of its parts, among all versions that there ever were."""
    if not isinstance(node, NamedNode):
        return []
    own = keeper.store.matching(VERSIONS_GRAPH, subject=node)
    parts = (triple.object for triple in own if triple.predicate == _PART)
    of_parts = (
        keeper.store.matching(VERSIONS_GRAPH, subject=part)
        for part in parts
        if isinstance(part, NamedNode)
    )
    return [*own, *chain.from_iterable(of_parts)]


def _versions(node: object, described: list[Triple], by: str, id: str) -> dict[str, Any]:
    wanted = iri(by, id)
    part = next((t.subject for t in described if t.object == wanted), None)
    of_part = [triple for triple in described if triple.subject == part]
    return {
        "knowledge": local_id(node) if isinstance(node, NamedNode) else None,
        "rules": _text(described, iri("history", "rulesVersion")),
        "policy": _text(described, iri("history", "policyVersion")),
        by: _text(of_part, iri("history", "contentDigest")),
        f"{by}Version": _text(of_part, iri("owl", "versionInfo")),
    }


def _text(triples: list[Triple], predicate: NamedNode) -> str | None:
    values = (t.object for t in triples if t.predicate == predicate)
    return next((value.value for value in values if isinstance(value, Literal)), None)


def _concerns(each: Since, by: str, id: str) -> bool:
    """Whether a judgement rests on it: not on other models, plans, or the life cycle of models.

    An appraisal by a plan rests on position models too, for it tells how somebody fits them.
    """
    if each.id == MODEL_VERSIONS_GRAPH.value:
        return False
    another = {one for one in each.describes if by == "model" or shorten(one).startswith(f"{by}:")}
    return iri(by, id) in each.describes or not another


def _since(each: Since) -> dict[str, Any]:
    said: dict[str, Any] = {
        "kind": each.kind,
        "id": each.id,
        "at": each.at.isoformat() if each.at else None,
        "before": each.before,
        "after": each.after,
    }
    if each.kind == "facts":
        said |= {"removed": each.removed, "added": each.added}
    return {name: value for name, value in said.items() if value is not None}
