"""What keeps figures, forms and goals from being stored, in people's words."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from kb_service.findings import Finding, violation
from kb_service.people_records.performance_records import FormRecord, PerformanceRecord, Period
from kb_service.vocabulary import local_id


def reason_missing(about: NamedNode, earlier: Literal | NamedNode) -> Finding:
    """A stored value is to change, and nobody says why."""
    before = local_id(earlier) if isinstance(earlier, NamedNode) else earlier.value
    return _of(
        about,
        f"这里已存有 {before}，改动或撤回须说明原因：请填写「更正原因」（JSON 里是 reason）；原值会留存。",
        f"{before} is stored here already; to change it or take it back, say why under Correction"
        " reason (reason in JSON). The earlier value is kept.",
        before,
    )


def other_plan(record: PerformanceRecord, known: str) -> Finding:
    """A period is judged by one plan, and here is another."""
    return _of(
        record.iri,
        f"此人在 {record.period} 已按方案 {known} 考核，一个周期只能有一套方案；"
        f"请改为 {known}，或把方案留空。",
        f"This person is appraised by the plan {known} in {record.period}, and a period has one"
        f" plan; write {known}, or leave the plan empty.",
        record.plan or "",
    )


def without_plan(record: PerformanceRecord) -> Finding:
    """Nothing says by which plan somebody is judged."""
    return _of(
        record.iri,
        "不知道按哪套方案考核：此人的岗位没有已发布的绩效方案；请填写方案，"
        "例如 customer-service-representative。",
        "By which plan this counts is not known, since no published plan is for the post of this"
        " person; name one, such as customer-service-representative.",
    )


def other_source(record: FormRecord, known: str) -> Finding:
    """A rater rates as one kind of judge, and here is another."""
    return _of(
        record.iri,
        f"评价人 {record.rater} 在 {record.period} 已按来源 {known} 评过此人；"
        "请改正来源或评价人代号，或先撤回那张评价表。",
        f"The rater {record.rater} has rated this person as {known} in {record.period}; correct the"
        " source or the code of the rater, or take that form back first.",
        record.source,
    )


def nobody_known(about: NamedNode, person: str) -> Finding:
    """Performance is of people who are entered."""
    return _of(
        about,
        f"没有工号为 {person} 的人；请核对工号，或先导入此人。",
        f"There is nobody with the id {person}; check it, or import the person first.",
        person,
    )


def period_closed(period: Period) -> Finding:
    """Nothing of a period that is over may change."""
    by, on = period.closed_by or "?", period.closed_on or "?"
    return violation(
        f"考核周期 {period.id} 已由 {by} 于 {on} 关闭，不再接受更改；没有保存任何内容。如确需更改，请先"
        f"重新开放：rengang period open {period.id}，或 PUT /api/v1/periods/{period.id}"
        ' {"state": "open"}。',
        f"The period {period.id} was closed on {on} by {by} and takes no changes; nothing was stored."
        f" If this has to be changed, reopen it first: rengang period open {period.id}, or PUT"
        f' /api/v1/periods/{period.id} {{"state": "open"}}.',
        value=period.id,
    )


def _of(about: NamedNode, zh: str, en: str, value: str = "") -> Finding:
    return Finding("violation", {"zh": zh, "en": en}, focus=about.value, value=value)
