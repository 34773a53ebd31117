"""Teams and the organisation in figures, as JSON documents: who is judged how, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kb_service.access.roles import People
from kb_service.access.view import View
from kb_service.knowledge_base import UnknownThingError
from kb_service.knowledge_base.fit_document import tenth
from kb_service.people_records import Choice
from kb_service.web.answers import Document, Part, part, shaped, with_coverage

EVIDENCE = ("complete", "enough", "short")
"""How much is known of what somebody's post asks for, the most first."""
TRAININGS_SHOWN = 10


def teams(view: View, limit: int, offset: int) -> Part:
    """Each team with how many of its members are judged how, and on how much evidence.

    A count is None where it is of too few people for the caller to be told. Who reads of some
    people alone is told of the teams that those are in.
    """
    figures = _Figures(view)
    known = figures.teams_in_sight()
    rows = [figures.of_team(id, choice) for id, choice in known[offset : offset + limit]]
    return Part(rows, limit, offset, len(known) > offset + limit)


def team(view: View, team: str, model: str | None, limit: int, offset: int) -> Document:
    """A team: its verdicts and evidence, members against a position, training, and nine boxes.

    The position is by default the one that most members hold or seek. Raises UnknownThingError for a
    team that does not exist, and for a position that no member in reach holds or seeks.
    """
    if team not in view.teams:
        raise UnknownThingError("team", team)
    positions = _rows(view, "positions-of-team", team=team)
    chosen = _chosen(positions, model)
    return {
        **_Figures(view).of_team(team, view.teams[team]),
        "asOf": view.as_of.isoformat(),
        "positions": positions,
        "model": chosen,
        "requirements": _requirements(view, chosen),
        "members": _members(view, team, chosen, limit, offset).as_json(),
        "trainings": _trainings(view, "members-helped-per-hour", team=team),
        "nineBox": [shaped(row) for row in view.ask("nine-box-of-team", team=team).rows],
    }


def organisation(view: View, model: str | None, limit: int, offset: int) -> Document:
    """Everybody in reach: verdicts by position, gaps by team, training, and nine boxes.

    Gaps are of those who hold one position, by default the one that most people hold.
    """
    positions = _positions(view)
    chosen = _chosen(sorted(positions, key=lambda row: -(row["holders"] or 0)), model)
    return {
        "asOf": view.as_of.isoformat(),
        "positions": positions,
        "model": chosen,
        "requirements": _requirements(view, chosen),
        "teams": _gaps(view, chosen, limit, offset).as_json(),
        "trainings": _trainings(view, "people-helped-per-hour"),
        "nineBox": _boxes(view),
    }


class _Figures:
    """Counts of people by team, as one caller may be told them."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._kinds = [row["verdict"] for row in _rows(view, "verdicts")]
        self._verdicts = _grouped(_rows(view, "verdicts-of-teams"), "team")
        self._evidence = _grouped(_rows(view, "evidence-of-teams"), "team")

    def teams_in_sight(self) -> list[tuple[str, Choice]]:
        """The teams that the caller may be told of, by id."""
        narrow = self._view.caller.rights.reads in (People.ONESELF, People.OWN_TEAM)
        every = sorted(self._view.teams.items())
        return [(id, team) for id, team in every if not narrow or id in self._verdicts]

    def of_team(self, id: str, team: Choice) -> Document:
        """One team with its counts."""
        verdicts = self._verdicts.get(id, [])
        return {
            "team": id,
            "label": {"zh": team.zh, "en": team.en},
            "judged": verdicts[0]["judged"] if verdicts else 0,
            "verdicts": _counts(verdicts, "verdict", self._kinds),
            "evidence": _counts(self._evidence.get(id, []), "evidence", EVIDENCE),
        }


def _rows(view: View, question: str, **things: str) -> list[Document]:
    return [shaped(row) for row in view.ask(question, limit=None, offset=None, **things).rows]


def _grouped(rows: Iterable[Document], by: str) -> Mapping[str, list[Document]]:
    found: dict[str, list[Document]] = {}
    for row in rows:
        found.setdefault(row[by], []).append(row)
    return found


def _counts(rows: Iterable[Document], kind: str, kinds: Iterable[str]) -> list[Document]:
    """How many people there are of each kind: 0 of a kind that no row is of."""
    known = {row[kind]: row["people"] for row in rows}
    return [{kind: each, "people": known.get(each, 0)} for each in kinds]


def _chosen(positions: list[Document], model: str | None) -> str | None:
    known = [str(row["model"]) for row in positions]
    if model is None:
        return known[0] if known else None
    if model not in known:
        raise UnknownThingError("model", model)
    return model


def _requirements(view: View, model: str | None) -> list[Document]:
    return [] if model is None else _rows(view, "columns-of-model", model=model)


def _trainings(view: View, question: str, **things: str) -> Document:
    """The trainings that help most people per hour, and how many others help anybody."""
    rows = _rows(view, question, **things)
    shown = [
        row | {"peoplePerHour": None if row["people"] is None else _per_hour(row)}
        for row in rows[:TRAININGS_SHOWN]
    ]
    return {"rows": shown, "total": len(rows)}


def _per_hour(row: Document) -> float | None:
    return tenth(row["people"] / row["hours"]) if row["hours"] else None


def _members(view: View, team: str, model: str | None, limit: int, offset: int) -> Part:
    """The members who hold or seek the position, each with where they fall short of it."""
    if model is None:
        return Part([], limit, offset, False)
    found = part(view, "members-for-position", limit, offset, team=team, model=model)
    rows = [
        with_coverage(row) | {"cells": _cells(view, row["person"], model)} for row in found.rows
    ]
    return Part(rows, limit, offset, found.more)


def _cells(view: View, person: str, model: str) -> dict[str, Document]:
    rows = map(shaped, view.ask("shortfalls-of-person", person=person, model=model).rows)
    return {row.pop("requirement"): row for row in rows}


def _positions(view: View) -> list[Document]:
    kinds = [row["verdict"] for row in _rows(view, "verdicts")]
    return [
        {
            "model": model,
            "modelLabel": rows[0]["modelLabel"],
            "holders": rows[0]["holders"],
            "verdicts": _counts(rows, "verdict", kinds),
        }
        for model, rows in _grouped(_rows(view, "verdicts-of-holders"), "model").items()
    ]


def _gaps(view: View, model: str | None, limit: int, offset: int) -> Part:
    """The teams that have holders of the position, with how many of them miss each requirement."""
    if model is None:
        return Part([], limit, offset, False)
    found = _grouped(_rows(view, "gaps-of-teams", model=model), "team")
    by_team = [(team, rows) for team, rows in found.items() if team in view.teams]
    rows = [_gaps_of_team(view, *each) for each in by_team[offset : offset + limit]]
    return Part(rows, limit, offset, len(by_team) > offset + limit)


def _gaps_of_team(view: View, team: str, rows: list[Document]) -> Document:
    label = view.teams[team]
    known = [row["holders"] for row in rows if row["holders"] is not None]
    return {
        "team": team,
        "label": {"zh": label.zh, "en": label.en},
        "holders": known[0] if known else None,
        "cells": {
            requirement: _short(members)
            for requirement, members in _grouped(rows, "requirement").items()
        },
    }


def _short(rows: list[Document]) -> Document:
    """How many fall short, of how many: 0 where all rows are of people who do not."""
    holders = rows[0]["holders"]
    short = [row["people"] for row in rows if row["fallsShort"]]
    return {"people": short[0] if short else 0 if holders else None, "holders": holders}


def _boxes(view: View) -> list[Document]:
    counted = {row["box"]: row["people"] for row in _rows(view, "people-in-nine-boxes")}
    return [row | {"people": counted.get(row["id"], 0)} for row in _rows(view, "nine-boxes")]
