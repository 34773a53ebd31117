"""Who has to be concluded again when shared knowledge or rules have changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pyoxigraph import NamedNode, Triple

from kb_service.engine.comparison import Stored, compared
from kb_service.engine.dependencies import Touch
from kb_service.engine.premises import Premises
from kb_service.engine.reach import Condition, Conditions, Reach, changed_rules, touches
from kb_service.engine.rules import Rule

Affected = set[NamedNode] | None
"""None stands for everybody."""


def people_who_may_change(old: Premises, new: Premises, stored: Stored) -> Affected:
    """The people whose kept conclusions can differ between these premises; None for everybody.

    Read from the rules' own patterns, so it holds for whatever rules there are. It may name
    somebody whose conclusions turn out the same, never leave out one whose conclusions differ.
    """
    if old.kept_classes != new.kept_classes or old.positions != new.positions:
        return None
    before = {quad.triple for quad in old.base}
    after = {quad.triple for quad in new.base}
    reaches = Reach(old), Reach(new)
    found: set[Condition] = set()
    for rule in changed_rules(old, new):
        for reach in reaches:
            conditions = reach.of_rule(rule)
            if conditions is None:
                return None
            found |= conditions
    people: set[NamedNode] = set()
    for rule, readings in _by_rule(old, new, before, after).items():
        differing = _of_rule(rule, readings, reaches, after, old, stored)
        if differing is None:
            return None
        conditions, named = differing
        found |= conditions
        people |= named
    for condition in found:
        people |= stored.people_with(condition.predicate, condition.value)
    return people


def _by_rule(
    old: Premises, new: Premises, before: set[Triple], after: set[Triple]
) -> dict[Rule, list[Touch]]:
    """Every reading of what is gone or new, by the rule that reads it."""
    found: dict[Rule, list[Touch]] = defaultdict(list)
    readings = [
        *touches(old, sorted(before - after, key=str)),
        *touches(new, sorted(after - before, key=str)),
    ]
    for touch in readings:
        found[touch.rule].append(touch)
    return found


def _of_rule(
    rule: Rule,
    readings: Sequence[Touch],
    reaches: tuple[Reach, Reach],
    after: set[Triple],
    old: Premises,
    stored: Stored,
) -> tuple[frozenset[Condition], set[NamedNode]] | None:
    """Who may be concerned by one rule's readings: by conditions, or else by comparing."""
    found: set[Condition] = set()
    for touch in readings:
        conditions: Conditions = reaches[touch.triple in after].of_touch(touch)
        if conditions is None:
            differing = compared(rule, readings, old, stored)
            return None if differing is None else (frozenset(), differing)
        found |= conditions
    return frozenset(found), set()
