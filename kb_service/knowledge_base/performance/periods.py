"""Periods of appraisal: opened, closed and reopened, in the facts of the organisation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.knowledge_base.checking import Checker, Progress
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.performance.faults import period_closed
from kb_service.knowledge_base.performance.merging import Author
from kb_service.people_records.performance_facts import day_literal
from kb_service.people_records.performance_records import Period
from kb_service.vocabulary import IDENTIFIER, LABEL, ORGANISATION_GRAPH, A, iri


@dataclass(frozen=True)
class PeriodAsked:
    """A period as somebody wants it; what is None stays as it is, or is as usual for a new one."""

    id: str
    start: date | None = None
    end: date | None = None
    zh: str | None = None
    en: str | None = None
    is_closed: bool | None = None


class Periods:
    """Writes periods, under the keeper's lock."""

    def __init__(self, keeper: Keeper, checker: Checker) -> None:
        self._keeper = keeper
        self._checker = checker

    @property
    def by_id(self) -> Mapping[str, Period]:
        """Every period, the earliest first."""
        return self._keeper.knowledge.performance.periods

    def put(self, asked: PeriodAsked, author: Author, progress: Progress | None = None) -> Period:
        """Make a period, change it, close it or reopen it; answers it as it is then.

        A period that stays closed keeps by whom and when it was. Raises RefusedInput: 409 for other
        days of such a period, 422 for a new one without its days and for what a shape objects to.
        """
        with self._keeper.lock:
            known = self.by_id.get(asked.id)
            start = asked.start or (known.start if known else None)
            end = asked.end or (known.end if known else None)
            if start is None or end is None:
                raise RefusedInput((_without_days(asked.id),))
            is_closed = _is_to_be_closed(asked, known)
            if known and known.is_closed and is_closed and (start, end) != (known.start, known.end):
                raise RefusedInput((period_closed(known),), status=409)
            node = iri("period", asked.id)
            facts = [*_period_triples(asked, start, end, _labels(asked, known))]
            facts += _state(node, is_closed, known, author)
            self._refuse_faults(facts)
            organisation = self._keeper.store.graph(ORGANISATION_GRAPH)
            left = [triple for triple in organisation if triple.subject != node]
            self._keeper.replace_shared({ORGANISATION_GRAPH: [*left, *facts]}, progress)
            return self.by_id[asked.id]

    def _refuse_faults(self, facts: list[Triple]) -> None:
        found = self._checker.triples(facts, (), self._keeper.latest_day)["findings"]
        if any(finding.severity == "violation" for finding in found):
            raise RefusedInput(tuple(found))


def _labels(asked: PeriodAsked, known: Period | None) -> tuple[str, str]:
    """What a period is called in both languages; its id where nobody said anything."""
    before = (known.zh, known.en) if known else ("", "")
    zh = asked.zh or before[0] or asked.id
    return zh, asked.en or before[1] or asked.id


def _period_triples(
    asked: PeriodAsked, start: date, end: date, labels: tuple[str, str]
) -> Iterator[Triple]:
    node = iri("period", asked.id)
    yield Triple(node, A, iri("performance", "Period"))
    yield Triple(node, IDENTIFIER, Literal(asked.id))
    yield Triple(node, iri("performance", "periodStart"), day_literal(start))
    yield Triple(node, iri("performance", "periodEnd"), day_literal(end))
    for language, label in zip(("zh", "en"), labels, strict=True):
        yield Triple(node, LABEL, Literal(label, language=language))


def _is_to_be_closed(asked: PeriodAsked, known: Period | None) -> bool:
    if asked.is_closed is None:
        return known is not None and known.is_closed
    return asked.is_closed


def _state(
    node: NamedNode, is_closed: bool, known: Period | None, author: Author
) -> Iterator[Triple]:
    """Whether a period is closed, and then when and by whom it was."""
    state = iri("performance", "closed" if is_closed else "open")
    yield Triple(node, iri("performance", "periodState"), state)
    if is_closed:
        on, by = author.on, author.name
        if known is not None and known.closed_on is not None:
            on, by = known.closed_on, known.closed_by
        yield Triple(node, iri("performance", "closedOn"), day_literal(on))
        yield Triple(node, iri("performance", "closedBy"), Literal(by))


def _without_days(id: str) -> Finding:
    return violation(
        f"没有考核周期 {id}；要新建，请写明起止日期：rengang period open {id} --start 2026-07-01"
        " --end 2026-09-30，或在 PUT 的正文中写 start 和 end。",
        f"There is no period {id}; to make it, give its days: rengang period open {id} --start"
        " 2026-07-01 --end 2026-09-30, or start and end in the body of a PUT.",
    )
