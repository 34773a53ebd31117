"""Plans, and how people and teams performed, as JSON documents put together from questions."""

from __future__ import annotations

from collections import Counter
from datetime import date

from kb_service.access.view import View
from kb_service.knowledge_base import UnknownThingError
from kb_service.knowledge_base.performance_document import coverage_of
from kb_service.web.answers import Document, Row, shaped

_WEIGHTS = ("covered_weight", "planned_weight")


def performance(
    kb: View, person: str, period: str | None = None, as_of: date | None = None
) -> Document:
    """How somebody performed in a period, the latest in which they were appraised by default.

    Raises UnknownThingError for somebody, or a period, that does not exist, and where there is no
    appraisal.
    """
    chosen = period or _latest(kb, person, as_of)
    try:
        return kb.appraisal(person, chosen, as_of)
    except UnknownThingError:
        raise
    except LookupError as error:
        raise UnknownThingError("appraisal of", f"{person} ({chosen})") from error


def _latest(kb: View, person: str, as_of: date | None) -> str:
    rows = kb.ask_as_of(as_of, "performance-history", person=person).rows
    if not rows:
        raise UnknownThingError("appraisal of", person)
    return str(rows[-1]["period"])


def history(kb: View, person: str, as_of: date | None = None) -> Document:
    """Every appraisal of somebody, earliest first; with `as_of`, as they were on that day."""
    rows = kb.ask_as_of(as_of, "performance-history", person=person).rows
    return {"person": person, "rows": [_covered(row) for row in rows]}


def _covered(row: Row) -> Document:
    rest = {name: value for name, value in row.items() if name not in _WEIGHTS}
    return shaped(rest) | coverage_of(row)


def plans(kb: View) -> list[Document]:
    """Every performance plan."""
    return [shaped(row) for row in kb.ask("performance-plans").rows]


def plan(kb: View, plan: str) -> Document:
    """A performance plan with its groups, their items, and who rates."""
    rows = kb.ask("performance-plan", plan=plan).rows
    if not rows:
        raise UnknownThingError("plan", plan)
    raters = kb.ask("raters-of-plan", plan=plan).rows
    return shaped(rows[0]) | {
        "groups": _groups_of_plan(kb, plan),
        "raters": [shaped(row) for row in raters],
    }


def _groups_of_plan(kb: View, plan: str) -> list[Document]:
    groups: dict[str, Document] = {}
    for row in map(shaped, kb.ask("items-of-plan", plan=plan).rows):
        about = {name: row.pop(name) for name in ("group", "groupLabel", "groupWeight")}
        group = groups.setdefault(about["group"], {**about, "items": []})
        group["items"].append(row)
    return list(groups.values())


def team(kb: View, team: str, period: str | None = None) -> Document:
    """How a team performed in a period, by default the latest in which anybody in it was appraised.

    `raters` is None for a caller who may not know who rated. Raises UnknownThingError for a team or
    a period that does not exist, and where nobody in reach was ever appraised.
    """
    chosen = period or _latest_of_team(kb, team)
    rows = kb.ask("performance-of-team", team=team, period=chosen).rows
    members = [_covered(row) for row in rows]
    boxes = kb.ask("nine-box-of-team", team=team).rows
    known = kb.teams[team]
    return {
        "team": team,
        "label": {"zh": known.zh, "en": known.en},
        "period": shaped(kb.ask("period", period=chosen).rows[0]),
        "members": members,
        "distribution": _distribution(kb, members),
        "teams": [shaped(row) for row in kb.ask("calibration-of-teams", period=chosen).rows],
        "raters": _raters(kb, team, chosen) if kb.caller.rights.sees_raters else None,
        "nineBox": [shaped(row) for row in boxes if row["period"] == chosen],
    }


def _latest_of_team(kb: View, team: str) -> str:
    for row in kb.ask("periods").rows:
        if kb.ask("performance-of-team", team=team, period=str(row["id"]), limit=1).rows:
            return str(row["id"])
    raise UnknownThingError("appraisal of", team)


def _raters(kb: View, team: str, period: str) -> list[Document]:
    return [shaped(row) for row in kb.ask("raters-of-team", team=team, period=period).rows]


def _distribution(kb: View, members: list[Document]) -> list[Document]:
    """How many of the members have each grade, the best first, and how many have none."""
    counted = Counter(member["grade"] for member in members)
    grades = [shaped(row) for row in kb.ask("grades").rows]
    graded = [
        {"grade": grade["id"], "label": grade["idLabel"], "people": counted[grade["id"]]}
        for grade in grades
    ]
    return [*graded, {"grade": None, "label": None, "people": counted[None]}]
