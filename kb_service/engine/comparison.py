"""Whom a changed number or day concerns, by running the rules that read it with either."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from pyoxigraph import Literal, NamedNode, Variable

from kb_service.engine.dependencies import Star, Term, Touch, can_meet, stars
from kb_service.engine.patterns import Pattern, reading_of
from kb_service.engine.premises import Premises
from kb_service.engine.rules import Rule
from kb_service.vocabulary import iri

_AS_OF = iri("judgement", "asOf")
_CLOCK = iri("judgement", "clock")
_OF_PERSON = iri("judgement", "ofPerson")


class Stored(Protocol):
    """All facts and kept conclusions, as they are before the change."""

    def select(self, query: str) -> list[dict[str, Term]]:
        """The rows of a SELECT over everything stored."""

    def people_with(self, predicate: NamedNode, value: Term) -> set[NamedNode]:
        """The people of whom some fact has this predicate and value."""


def compared(
    rule: Rule, readings: Iterable[Touch], before: Premises, stored: Stored
) -> set[NamedNode] | None:
    """The people for whom a rule concludes otherwise with the numbers that it newly reads.

    None when that cannot be told from what is stored: the rule reads something else that changed,
    or conclusions that are not kept for everybody.
    """
    touches = list(readings)
    pattern = touches[0].pattern
    if any(touch.pattern != pattern for touch in touches) or not _can_be_asked(
        rule, touches[0].star, pattern, before
    ):
        return None
    known = {quad.triple for quad in before.base}
    old = [touch.triple.object for touch in touches if touch.triple in known]
    new = [touch.triple.object for touch in touches if touch.triple not in known]
    return _differing(rule, pattern.object.value, old, new, stored)


def whom_days_concern(
    premises: Premises, since: date, until: date, stored: Stored
) -> set[NamedNode] | None:
    """The people of whom rules conclude something else on one day than on another; None: anybody."""
    before, after = (
        [Literal(day.isoformat(), datatype=iri("xsd", "date"))] for day in (since, until)
    )
    found: set[NamedNode] = set()
    for stage in premises.rules.people:
        for rule in stage.rules:
            for star in stars(rule):
                for pattern in star.patterns:
                    if pattern.subject != _CLOCK or pattern.predicate != _AS_OF:
                        continue
                    if not _can_be_asked(rule, star, pattern, premises):
                        return None
                    differing = _differing(rule, pattern.object.value, before, after, stored)
                    if differing is None:
                        return None
                    found |= differing
    return found


def _is_negated(rule: Rule, variable: str) -> bool:
    """Whether a negation of the rule mentions a variable."""
    return any(re.search(rf"\?{variable}\b", text) for text in rule.query.negations)


def _can_be_asked(rule: Rule, changed: Star, pattern: Pattern, before: Premises) -> bool:
    """Whether a rule asks for one number by name, and all else it requires is stored for everybody.

    What it must not find need not be stored: without a negation more is compared than the rule
    sees, as long as the negation does not depend on the number.
    """
    if not (isinstance(pattern.subject, NamedNode) and isinstance(pattern.object, Variable)):
        return False
    if pattern.scope or pattern.kind != "required" or _is_negated(rule, pattern.object.value):
        return False
    people = [each for stage in before.rules.people for each in stage.rules]
    subjects = {quad.subject for quad in before.base}
    kept = before.kept_for_every_model
    for star in stars(rule):
        if star.kind == "absent" or star == changed:
            continue
        if isinstance(star.subject, NamedNode):
            if star.subject not in subjects:
                return False
            continue
        writers = [each for each in people if can_meet(star, each)]
        if not all(each.query.classes_of_head <= kept for each in writers):
            return False
    return True


def _differing(
    rule: Rule, variable: str, old: Sequence[Term], new: Sequence[Term], stored: Stored
) -> set[NamedNode] | None:
    """Whose solutions differ, the changed number left out unless the rest of the rule uses it."""
    statement = _statement(rule, variable)
    if statement is None:
        return None
    columns = sorted(_columns(rule))
    person = _person(rule)
    if person not in columns:
        return None
    answers = []
    for terms in (old, new):
        values = " ".join(map(str, terms))
        body = rule.query.body.replace(statement, f"VALUES ?{variable} {{ {values} }}", 1)
        wanted = " ".join(f"?{name}" for name in columns)
        query = f"{rule.query.prologue}\nSELECT DISTINCT {wanted} WHERE {{ {body} }}"
        rows = stored.select(query)
        answers.append({tuple(row.get(name) for name in columns) for row in rows})
    place = columns.index(person)
    people = (row[place] for row in answers[0] ^ answers[1])
    return {node for node in people if isinstance(node, NamedNode)}


def _statement(rule: Rule, variable: str) -> str | None:
    """The text of the one statement that binds a variable to a policy number."""
    found = re.findall(rf"[a-z]+:[\w-]+\s+[a-z]+:[\w-]+\s+\?{variable}\s*\.", rule.query.body)
    return found[0] if len(found) == 1 else None


def _columns(rule: Rule) -> set[str]:
    """The variables that decide what is concluded: those of the head and of what is negated."""
    wanted = {term.value for triple in reading_of(rule).head for term in triple}
    for text in rule.query.negations:
        wanted |= set(re.findall(r"\?(\w+)", text))
    bound = set(re.findall(r"\bAS\s+\?(\w+)\s*\)", rule.query.body))
    for star in stars(rule):
        if star.scope == 0 and star.kind != "absent":
            bound |= star.variables
    return wanted & bound


def _person(rule: Rule) -> str:
    """The variable that stands for the person in the head."""
    people = (value for _, predicate, value in reading_of(rule).head if predicate == _OF_PERSON)
    return next((value.value for value in people if isinstance(value, Variable)), "")
