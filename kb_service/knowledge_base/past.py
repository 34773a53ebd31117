"""Judging by the facts, rules and policy of a past day, and what has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.knowledge_base.history import Revision, at_moment, end_of, revisions
from kb_service.knowledge_base.judging import Knowledge
from kb_service.knowledge_base.keeping import Keeper
from kb_service.vocabulary import (
    IDENTIFIER,
    LABEL,
    ORGANISATION_GRAPH,
    POLICY_GRAPH,
    RULES_GRAPH,
    SHARED_HISTORY,
    A,
    iri,
    local_id,
    people_graph,
    person_history_graph,
)

_SAID_ONCE = (IDENTIFIER, LABEL)
_JUDGED_BY = (iri("core", "PositionModel"), iri("performance", "PerformancePlan"))


@dataclass(frozen=True)
class Since:
    """Something that a judgement rests on and that was changed after the day it is for.

    `kind` is `rule`, `policy`, `model` (any shared graph but the policy) or `facts`; `before` and
    `after` are values of a policy statement by property, where it has them; `describes`
    are the position models and performance plans of a graph.
    """

    kind: str
    id: str
    at: datetime | None = None
    before: Mapping[str, str] | None = None
    after: Mapping[str, str] | None = None
    removed: int = 0
    added: int = 0
    describes: frozenset[NamedNode] = frozenset()


@dataclass(frozen=True)
class Past:
    """The knowledge and one person's facts as they were when a day was over.

    What was first stored later counts as it was then stored: `known_since` is that moment, and None
    where the memory reaches back to the day.
    """

    knowledge: Knowledge
    facts: list[Triple]
    since: tuple[Since, ...]
    known_since: datetime | None


def past(keeper: Keeper, person: str, day: date) -> Past:
    """What there was to judge a person by on a day."""
    moment = end_of(day)
    knowledge, changed, begun = _knowledge_at(keeper, moment)
    graph = people_graph(person)
    changes = revisions(keeper.store.graph(person_history_graph(person))).get(graph, [])
    stored = changes[0].at if changes else None
    reached = max(moment, stored) if stored else moment
    facts = at_moment(keeper.facts_about(person), changes, reached)
    changed += [_of_facts(person, change) for change in changes if change.at > reached]
    late = [first for first in (begun, stored) if first and first > moment]
    return Past(knowledge, facts, tuple(changed), max(late) if late else None)


def _knowledge_at(
    keeper: Keeper, moment: datetime
) -> tuple[Knowledge, list[Since], datetime | None]:
    """Shared knowledge at a moment, what changed of it since, and when its memory begins."""
    now = keeper.knowledge
    changes = revisions(keeper.store.graph(SHARED_HISTORY))
    begun = min((each[0].at for each in changes.values()), default=None)
    reached = max(moment, begun) if begun else moment
    later = {name: [r for r in each if r.at > reached] for name, each in changes.items()}
    if not any(later.values()):
        return now, [], begun
    graphs = {
        name: at_moment(now.graphs.get(name, []), changes[name], reached)
        for name in changes
        if name != RULES_GRAPH
    }
    rules = at_moment(keeper.store.graph(RULES_GRAPH), changes.get(RULES_GRAPH, []), reached)
    then = keeper.knowledge_with(graphs, rules)
    return then, _differences(now, then, later), begun


def _differences(
    now: Knowledge, then: Knowledge, later: Mapping[NamedNode, list[Revision]]
) -> list[Since]:
    """What differs between the knowledge then and now."""
    versions_then = {rule.name: rule.version for rule in then.rules.by_iri.values()}
    versions_now = {rule.name: rule.version for rule in now.rules.by_iri.values()}
    names = sorted(versions_then.keys() | versions_now.keys())
    found = [
        Since(
            "rule", name, before=_version(versions_then, name), after=_version(versions_now, name)
        )
        for name in names
        if versions_then.get(name) != versions_now.get(name)
    ]
    found += _policy(then.graphs.get(POLICY_GRAPH, []), now.graphs.get(POLICY_GRAPH, []))
    for name, changes in later.items():
        if changes and name not in (ORGANISATION_GRAPH, POLICY_GRAPH, RULES_GRAPH):
            said = [*then.graphs.get(name, []), *now.graphs.get(name, [])]
            found.append(Since("model", name.value, at=changes[-1].at, describes=_described(said)))
    return found


def _described(said: list[Triple]) -> frozenset[NamedNode]:
    return frozenset(
        triple.subject
        for triple in said
        if triple.predicate == A
        and triple.object in _JUDGED_BY
        and isinstance(triple.subject, NamedNode)
    )


def _version(versions: Mapping[str, str], name: str) -> Mapping[str, str] | None:
    return {"version": versions[name]} if name in versions else None


def _policy(then: list[Triple], now: list[Triple]) -> list[Since]:
    """Each statement of the policy whose values differ."""
    before, after = _values(then), _values(now)
    return [
        Since("policy", id, before=before.get(id), after=after.get(id))
        for id in sorted(before.keys() | after.keys())
        if before.get(id) != after.get(id)
    ]


def _values(policy: list[Triple]) -> dict[str, dict[str, str]]:
    """The literals of each policy statement by property, names left out."""
    found: dict[str, dict[str, str]] = {}
    for triple in policy:
        subject, value = triple.subject, triple.object
        if isinstance(subject, NamedNode) and isinstance(value, Literal):
            said = found.setdefault(local_id(subject), {})
            if triple.predicate not in _SAID_ONCE:
                said[local_id(triple.predicate)] = value.value
    return found


def _of_facts(person: str, change: Revision) -> Since:
    removed, added = change.counts
    return Since("facts", person, at=change.at, removed=removed, added=added)
