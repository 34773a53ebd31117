"""The list of people: whom somebody looks for, and where each of them stands in the post they hold."""

from __future__ import annotations

from collections.abc import Mapping

from kb_service.access.people_list import PeopleList, Wanted
from kb_service.access.view import View
from kb_service.web.answers import Document, Part, shaped, with_coverage

LONGEST_SEARCH = 200
"""Characters; whoever looks for more has pasted something."""

FILTERS = ("q", "team", "model", "verdict")


def wanted(given: Mapping[str, str]) -> Wanted:
    """Whom the parameters of a request look for."""
    words = tuple(given.get("q", "")[:LONGEST_SEARCH].split())
    team, model, verdict = (given.get(name, "").strip() for name in FILTERS[1:])
    return Wanted(words, team, model, verdict)


def standings(view: View, of: Wanted, limit: int, offset: int) -> tuple[Part, int]:
    """Some of the people who are wanted, and how many there are in all.

    Who holds no post, or a post without a model, has no verdict here. Raises UnknownThingError for
    a team, model or verdict that does not exist.
    """
    listed = PeopleList(view)
    keys = listed.found(of)
    shown = keys[offset : offset + limit]
    rows = {row["id"]: row for row in map(_introduced, listed.told(shown, "person").rows)}
    for row in listed.told(shown, "standing-of-person").rows:
        rows[row["id"]]["judged"] = _judged(row)
    ids = [each.id for each in view.names.shown(shown).values()]
    part = Part([rows[id] for id in ids if id in rows], limit, offset, offset + limit < len(keys))
    return part, len(keys)


def _judged(row: Mapping[str, object]) -> Document:
    rest = {name: value for name, value in row.items() if name not in ("id", "name")}
    return with_coverage(shaped(rest))


def _introduced(row: Mapping[str, object]) -> Document:
    rest = {name: value for name, value in row.items() if name != "candidate_for"}
    return {**shaped(rest), "judged": None}
