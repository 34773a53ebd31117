"""How it stands with the service and the knowledge that it serves, for those who edit it."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any, cast

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    jsonify,
    redirect,
    render_template,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from kb_service.access.refusals import require
from kb_service.access.roles import People
from kb_service.access.view import View
from kb_service.findings import Finding
from kb_service.knowledge_base import KnowledgeBase
from kb_service.watching import Watch
from kb_service.web.answers import Document
from kb_service.web.health import health_document
from kb_service.web.last_import import last_import
from kb_service.web.ontology_pages import reader
from kb_service.web.pages import page
from kb_service.web.rule_firings import register_rule_firings
from kb_service.web.rule_table import rule_table
from kb_service.web.service import knowledge_base
from kb_service.web.whole_checks import WholeCheck, register_whole_checks, whole_checks

status = Blueprint("status", __name__)
_EXTENSION = "watch"
_MOST_FINDINGS = 100
"""That are shown of a check; how many there are of each severity is told of all."""


def register_status(app: Flask, kb: KnowledgeBase) -> None:
    """Serve the status, and make the checks and counts that it tells of."""
    register_rule_firings(app, kb)
    register_whole_checks(app, kb)
    app.register_blueprint(status)


def show_status_of(app: Flask, watch: Watch | None) -> None:
    """Have the status page of an app tell of a watch over a folder; None when there is none."""
    app.extensions[_EXTENSION] = watch


@status.get("/api/v1/status")
def status_document() -> Response:
    """Whether the service is well, what it serves, and what came of the latest edits and checks."""
    response = jsonify(_status(knowledge_base()))
    response.headers["Cache-Control"] = "no-store"
    return response


@status.post("/api/v1/status/check")
def begin_check() -> tuple[Response, int]:
    """Begin to check everything in here, unless that is under way; the status tells what comes of it."""
    return jsonify(check=_check(_checking())), 202


@status.get("/status")
@page("status.status_document")
def status_page() -> str:
    """The same as a page."""
    return render_template("status.html", status=_status(knowledge_base()))


@status.post("/status/check")
def begin_check_on_page() -> BaseResponse:
    """Begin a check, and show how far it is."""
    _checking()
    return redirect(f"{url_for('status.status_page')}#check", 303)


def findings_in_sight(view: View) -> list[Finding] | None:
    """What this page tells is still to be put right; None to who may not open it."""
    if not view.caller.rights.writes_models:
        return None
    watch = _watch()
    latest = watch.status.rounds[:1] if watch else ()
    return [
        *view.knowledge_base.missing(),
        *(found for each in latest for found in each.findings),
        *_found_by(whole_checks().latest(), view),
    ]


def _checking() -> View:
    view = knowledge_base()
    require(view.caller, "administers")
    whole_checks().begin()
    return view


def _watch() -> Watch | None:
    return cast(Watch | None, current_app.extensions.get(_EXTENSION))


def _status(view: View) -> Document:
    base = view.knowledge_base
    watch = _watch()
    reads_everybody = view.caller.rights.reads is People.EVERYBODY
    return {
        "health": health_document(),
        "knowledge": base.knowledge_version,
        "versions": _versions(),
        "asOf": base.as_of.isoformat(),
        "people": view.count_people() if reads_everybody else None,
        "lastImport": last_import(view),
        "missing": [finding.as_json() for finding in base.missing()],
        "check": _check(view),
        **rule_table(view),
        "watch": watch.status.as_json() if watch else None,
    }


def _versions() -> Document:
    """Of the software, and of each module of the ontology that states one."""
    modules = reader().book().modules.values()
    return {
        "rengang": version("rengang"),
        "pyoxigraph": version("pyoxigraph"),
        "python": platform.python_version(),
        "modules": [
            {"path": each.path, "title": dict(each.title) or None, "version": each.version}
            for each in modules
            if each.version
        ],
    }


def _check(view: View) -> Document:
    """The last check of everything and the one under way, as far as the caller may be told."""
    checks = whole_checks()
    running, latest = checks.running, checks.latest()
    return {
        "running": None if running is None else {"done": running.done, "people": running.total},
        "failed": checks.has_failed,
        "last": None if latest is None else _last(latest, view),
    }


def _last(latest: WholeCheck, view: View) -> dict[str, Any]:
    found = _found_by(latest, view)
    counts = {
        severity: sum(each.severity == severity for each in found)
        for severity in ("violation", "warning", "info")
    }
    tells_of_people = latest.of_people is not None and _hears_of_people(view)
    return {
        "at": latest.at.isoformat(timespec="seconds"),
        "seconds": round(latest.seconds, 1),
        "people": len(latest.people) if tells_of_people else None,
        "counts": counts,
        "findings": [finding.as_json() for finding in found[:_MOST_FINDINGS]],
    }


def _found_by(check: WholeCheck | None, view: View) -> list[Finding]:
    if check is None:
        return []
    of_people = check.of_people if _hears_of_people(view) else None
    return [*check.of_knowledge, *map(view.names.finding, of_people or ())]


def _hears_of_people(view: View) -> bool:
    """Whether the caller reads about everybody, as findings name anybody."""
    return view.caller.rights.reads is People.EVERYBODY
