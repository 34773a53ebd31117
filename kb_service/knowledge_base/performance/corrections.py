"""What was corrected of somebody's performance: what it was, what it is now, by whom and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.knowledge_base.performance.stored import Said, StoredPerformance, Value
from kb_service.people_records.performance_facts import (
    CORRECTED_BY,
    CORRECTED_ON,
    CORRECTION,
    CORRECTS,
    EARLIER_GRADE,
    EARLIER_VALUE,
    GRADE,
    RATER,
    TARGET,
    VALUE,
)
from kb_service.vocabulary import NAMESPACES, A, local_id

_STATED = (VALUE, GRADE, TARGET)


@dataclass(frozen=True)
class Corrected:
    """One correction; `now` is None for what was taken back.

    `fact` is the address of what was corrected below that of the person, such as
    `measurement/2026-q3/complaint-rate/2026-10-05`, or `form/2026-q3/r0123/patience-trait` with the
    code of the rater.
    """

    node: NamedNode
    fact: str
    earlier: str
    now: str | None
    by: str
    on: date


def corrections_in(facts: Iterable[Triple], raters: Iterable[Triple]) -> list[Corrected]:
    """The corrections among the facts about a person, in the order in which they were made.

    `raters` tell who gave which form, of forms that were taken back as well.
    """
    known = list(facts)
    stored = StoredPerformance(known)
    codes = {
        triple.subject.value: triple.object.value
        for triple in raters
        if triple.predicate == RATER
        and isinstance(triple.subject, NamedNode)
        and isinstance(triple.object, Literal)
    }
    nodes = (t.subject for t in known if t.predicate == A and t.object == CORRECTION)
    found = [_read(node, stored, codes) for node in nodes if isinstance(node, NamedNode)]
    return sorted(
        found, key=lambda each: (each.on, each.fact, len(each.node.value), each.node.value)
    )


def _read(node: NamedNode, stored: StoredPerformance, codes: Mapping[str, str]) -> Corrected:
    said = stored.said(node)
    fact = said[CORRECTS]
    now = stored.said(fact) if isinstance(fact, NamedNode) else {}
    return Corrected(
        node,
        _address(fact.value, codes),
        _text(said, EARLIER_VALUE, EARLIER_GRADE) or "",
        _text(now, *_STATED),
        said[CORRECTED_BY].value,
        date.fromisoformat(said[CORRECTED_ON].value),
    )


def _address(fact: str, codes: Mapping[str, str]) -> str:
    """What records call a fact, where its own name does not tell who rated."""
    for form, code in codes.items():
        if fact.startswith(f"{form}/"):
            above = form.rpartition("/")[0]
            fact = f"{above}/{code}{fact.removeprefix(form)}"
            break
    return fact.removeprefix(NAMESPACES["person"]).partition("/")[2] or fact


def _text(said: Said, *properties: NamedNode) -> str | None:
    """The first of these that is said: a number, or the letter of a grade."""
    values: Iterable[Value] = (said[property] for property in properties if property in said)
    value = next(iter(values), None)
    return value.value if isinstance(value, Literal) else value and local_id(value)
