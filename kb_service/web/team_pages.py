"""The pages of teams, of the organisation, and of the people behind their figures."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, jsonify, render_template, request

from kb_service.knowledge_base import UnknownThingError
from kb_service.questions import questions
from kb_service.web import answers, team_figures
from kb_service.web.api import acceptable, described, window
from kb_service.web.pages import page
from kb_service.web.service import knowledge_base

team_api = Blueprint("team_api", __name__, url_prefix="/api/v1")
team_api.before_request(acceptable)
team_pages = Blueprint("team_pages", __name__)

TEAMS, MEMBERS, PEOPLE = 50, 15, 50
"""How many of each a page shows: of members, each of whom is asked about, the fewest."""
BEHIND = frozenset(
    {
        "holders-with-verdict",
        "members-by-evidence",
        "members-for-training",
        "members-short-of",
        "members-with-verdict",
        "people-for-training",
        "people-in-nine-box",
    }
)
"""The questions that list the people behind a figure."""


def register_team_pages(app: Flask) -> None:
    """Give the app the pages, and the JSON that they show."""
    app.register_blueprint(team_api)
    app.register_blueprint(team_pages)


@team_api.get("/teams")
def teams_document() -> Response:
    """Each team with how its members are judged, and on how much evidence."""
    return jsonify(team_figures.teams(knowledge_base(), *window()).as_json())


@team_api.get("/teams/<team>")
def team_document(team: str) -> Response:
    """A team: its members against a position, verdicts, evidence, training and nine boxes."""
    return jsonify(_team(team))


@team_api.get("/organisation")
def organisation_document() -> Response:
    """Verdicts by position, gaps by team, training and nine boxes."""
    return jsonify(_organisation())


@team_pages.get("/teams")
@page("team_api.teams_document")
def teams() -> str:
    """Every team, with its verdicts and its evidence drawn beside the counts."""
    kb = knowledge_base()
    shown = team_figures.teams(kb, *window(TEAMS))
    return render_template("teams.html", teams=shown, kinds=_verdicts())


@team_pages.get("/teams/<team>")
@page("team_api.team_document")
def team(team: str) -> str:
    """A team as a map of members by requirements."""
    return render_template(
        "team.html", team=_team(team), kinds=_verdicts(), boxes=_rows("nine-boxes")
    )


@team_pages.get("/organisation")
@page("team_api.organisation_document")
def organisation() -> str:
    """The organisation as a map of teams by requirements."""
    return render_template("organisation.html", shown=_organisation(), kinds=_verdicts())


@team_pages.get("/organisation/people/<name>")
@page("api.question")
def behind(name: str) -> str:
    """The people behind a figure, each with verdict, coverage and reasons."""
    known = questions().get(name)
    if known is None or name not in BEHIND:
        raise UnknownThingError("question", name)
    things = {word: request.args[word] for word in known.takes if word in request.args}
    limit, offset = window(PEOPLE)
    found = answers.part(knowledge_base(), name, limit, offset, **things)
    rows = [answers.with_coverage(things | row) for row in found.rows]
    return render_template(
        "people_behind.html",
        question=described(known),
        takes=known.takes,
        things=things,
        part=answers.Part(rows, limit, offset, found.more),
    )


def _team(team: str) -> answers.Document:
    return team_figures.team(knowledge_base(), team, request.args.get("model"), *window(MEMBERS))


def _organisation() -> answers.Document:
    return team_figures.organisation(knowledge_base(), request.args.get("model"), *window(TEAMS))


def _verdicts() -> list[dict[str, Any]]:
    return _rows("verdicts")


def _rows(question: str) -> list[dict[str, Any]]:
    return [answers.shaped(row) for row in knowledge_base().ask(question).rows]
