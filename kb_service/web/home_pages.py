"""The first page, and the search over everything; each beside its JSON."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, jsonify, render_template, request

from kb_service.web.api import window
from kb_service.web.overview import overview
from kb_service.web.pages import page
from kb_service.web.searching import LONGEST_SEARCH, found
from kb_service.web.service import knowledge_base

home_pages = Blueprint("home_pages", __name__)

_ROWS = 8


def register_home_pages(app: Flask) -> None:
    """Serve the home page and the search."""
    app.register_blueprint(home_pages)


@home_pages.get("/api/v1/overview")
def overview_document() -> Response:
    """What is in here, and what needs attention."""
    return jsonify(overview(knowledge_base()))


@home_pages.get("/api/v1/search")
def search_document() -> Response:
    """What has the words of `?q=` in its name, at most `?limit=` of each kind."""
    groups = found(knowledge_base(), _asked(), window(_ROWS)[0])
    return jsonify(query=_asked(), groups=[group.as_json() for group in groups])


@home_pages.get("/")
@page("home_pages.overview_document")
def home() -> str:
    """What is in here, what needs attention, and where to look something up."""
    return render_template("home.html", overview=overview(knowledge_base()))


@home_pages.get("/search")
@page("home_pages.search_document")
def search() -> str:
    """The same search as a page."""
    groups = found(knowledge_base(), _asked(), window(_ROWS)[0])
    return render_template("search.html", asked=_asked(), groups=groups)


def _asked() -> str:
    return request.args.get("q", "")[:LONGEST_SEARCH].strip()
