"""How it stands with the knowledge that is served, for those who edit it."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template

from kb_service.access.roles import People
from kb_service.access.view import View
from kb_service.findings import Finding
from kb_service.watching import Watch
from kb_service.web.callers import caller
from kb_service.web.pages import page
from kb_service.web.service import service

status = Blueprint("status", __name__)
_EXTENSION = "watch"


def show_status_of(app: Flask, watch: Watch | None) -> None:
    """Have the status page of an app tell of a watch over a folder; None when there is none."""
    app.extensions[_EXTENSION] = watch


@status.get("/api/v1/status")
def status_document() -> Response:
    """The version of the knowledge that is served, and what came of the latest edits."""
    response = jsonify(_status())
    response.headers["Cache-Control"] = "no-store"
    return response


@status.get("/status")
@page("status.status_document")
def status_page() -> str:
    """The same as a page, which renews itself while a folder is watched."""
    return render_template("status.html", status=_status())


def findings_in_sight(view: View) -> list[Finding] | None:
    """What this page tells is still to be put right; None to who may not open it."""
    if not view.caller.rights.writes_models:
        return None
    watch = _watch()
    latest = watch.status.rounds[:1] if watch else ()
    return [*view.knowledge_base.missing(), *(found for each in latest for found in each.findings)]


def _watch() -> Watch | None:
    return cast(Watch | None, current_app.extensions.get(_EXTENSION))


def _status() -> dict[str, Any]:
    base = service().knowledge_base
    watch = _watch()
    return {
        "knowledge": base.knowledge_version,
        "asOf": base.as_of.isoformat(),
        "people": len(base.people_ids()) if caller().rights.reads is People.EVERYBODY else None,
        "missing": [finding.as_json() for finding in base.missing()],
        "watch": watch.status.as_json() if watch else None,
    }
