"""Periods that are over keep what was said in them: whatever would change it is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.findings import RefusedInput
from kb_service.knowledge_base.performance.faults import period_closed
from kb_service.people_records.performance_facts import CORRECTS, IN_FORM, IN_PERIOD
from kb_service.people_records.performance_records import PerformanceChoices

Term = NamedNode | BlankNode | Literal | Triple

_TOWARDS_PERIOD = (IN_FORM, CORRECTS)
_LONGEST_WAY = 2
"""From a correction over its grade to the form."""


def refuse_closed(periods: Iterable[str], choices: PerformanceChoices) -> None:
    """Raise RefusedInput 409 when one of the periods with these ids is closed."""
    found = (choices.periods[id] for id in dict.fromkeys(periods) if id in choices.periods)
    if closed := [period_closed(period) for period in found if period.is_closed]:
        raise RefusedInput(tuple(closed), status=409)


def refuse_change_of_closed(
    changed: Iterable[Triple], known: Iterable[Triple], choices: PerformanceChoices
) -> None:
    """Raise RefusedInput 409 when triples that come or go are about a closed period.

    `known` are the facts about the same people before and after the change.
    """
    closed = {period.iri: id for id, period in choices.periods.items() if period.is_closed}
    if closed:
        refuse_closed(_closed_ones(changed, known, closed), choices)


def _closed_ones(
    changed: Iterable[Triple], known: Iterable[Triple], closed: dict[NamedNode, str]
) -> Iterator[str]:
    facts = [*known]
    period_of: dict[Term, Term] = {t.subject: t.object for t in facts if t.predicate == IN_PERIOD}
    towards: dict[Term, Term] = {
        t.subject: t.object for t in facts if t.predicate in _TOWARDS_PERIOD
    }
    for subject in dict.fromkeys(triple.subject for triple in changed):
        node: Term = subject
        for _ in range(_LONGEST_WAY):
            node = towards.get(node, node)
        period = period_of.get(node)
        if isinstance(period, NamedNode) and period in closed:
            yield closed[period]
