"""What is in here and what of it needs attention, as one JSON document."""

from __future__ import annotations

from typing import Any

from kb_service.access.performance_writes import PerformanceWrites
from kb_service.access.roles import People
from kb_service.access.studies import Studies
from kb_service.access.view import View
from kb_service.web.answers import Document, shaped
from kb_service.web.model_versions import versions_in_work
from kb_service.web.status import findings_in_sight

_IN_REVIEW = "in-review"


def overview(view: View) -> Document:
    """How much there is of what, and each matter that needs somebody's attention.

    What the caller may not know of is None among `holdings`, and no matter.
    """
    return {
        "asOf": view.as_of.isoformat(),
        "holdings": _holdings(view),
        "matters": [matter for matter in _matters(view) if matter["count"] != 0],
        "fitting": _fitting(view),
    }


def _holdings(view: View) -> Document:
    rights = view.caller.rights
    findings = findings_in_sight(view)
    return {
        "positionModels": len(view.ask("position-models").rows),
        "people": None if rights.reads is People.NOBODY else view.count_people(),
        "dimensions": len(view.ask("dimensions").rows),
        "trainings": len(view.ask("trainings").rows),
        "plans": len(view.ask("performance-plans").rows),
        "studies": len(Studies(view).listed()) if rights.reads_studies else None,
        "findings": None if findings is None else len(findings),
    }


def _matters(view: View) -> list[Document]:
    """What needs attention: about people by the question that lists them, then what is about nobody.

    A count is None where it is of too few people for the caller to be told.
    """
    of_people = [
        _matter(str(row["question"]), row["people"]) for row in view.ask("matters-of-people").rows
    ]
    in_review = [
        {"id": f"{each['model']}/{each['version']}", "label": _version_label(view, each)}
        for each in versions_in_work(view)
        if each["status"] == _IN_REVIEW
    ]
    return [
        *of_people,
        _named_matter("positions-nobody-fits", _positions_nobody_fits(view)),
        _named_matter("versions-in-review", in_review),
        _named_matter("periods-to-close", _periods_to_close(view)),
    ]


def _matter(matter: str, count: Any, things: list[Document] | None = None) -> Document:
    return {"matter": matter, "count": count, "things": things or []}


def _named_matter(matter: str, things: list[Document]) -> Document:
    return _matter(matter, len(things), things)


def _fitting(view: View) -> list[Document]:
    """How many people fit each position; nothing to who reads of fewer than everybody."""
    if view.caller.rights.reads is not People.EVERYBODY or view.is_empty():
        return []
    return list(map(shaped, view.ask("fitting-people").rows))


def _positions_nobody_fits(view: View) -> list[Document]:
    """The positions that nobody fits of all who are judged for them."""
    return [
        {"id": row["model"], "label": row["modelLabel"]}
        for row in _fitting(view)
        if row["people"] == 0
    ]


def _periods_to_close(view: View) -> list[Document]:
    """The periods that have ended and that whoever closes them has not closed."""
    if not view.caller.rights.writes_people:
        return []
    found = PerformanceWrites(view).periods().values()
    return [
        {"id": period.id, "label": {"zh": period.zh, "en": period.en}}
        for period in found
        if not period.is_closed and period.end < view.as_of
    ]


def _version_label(view: View, version: Document) -> Document:
    labels = {row["id"]: row for row in map(shaped, view.ask("position-models").rows)}
    known = labels.get(version["model"])
    named = known["label"] if known else dict.fromkeys(("zh", "en"), version["model"])
    return {language: f"{words} {version['version']}" for language, words in named.items()}
