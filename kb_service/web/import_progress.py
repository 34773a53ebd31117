"""An import on its way: what it would store, its confirmation, how far it is, what it stored."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, url_for

from kb_service.web.answers import Part
from kb_service.web.api import window
from kb_service.web.callers import caller
from kb_service.web.import_previews import count_rows, preview_rows
from kb_service.web.imports import Result, size_of_import, store_import
from kb_service.web.pages import page
from kb_service.web.pending_imports import (
    PendingImport,
    State,
    pending_imports,
    register_pending_imports,
)
from kb_service.web.service import knowledge_base
from kb_service.web.sheet_imports import Stored
from kb_service.web.study_previews import study_preview

pending = Blueprint("pending", __name__)

_ROWS = 40


def register_import_progress(app: Flask) -> None:
    """Serve these pages, and keep what waits for them."""
    register_pending_imports(app)
    app.register_blueprint(pending)


@pending.get("/import/<pending>")
@page()
def shown(pending: str) -> str:
    """What a file would store, how far that has come, or what it stored."""
    made = _held(pending)
    if made.result is not None:
        return _stored(made, made.result)
    if made.state is State.STORING:
        return render_template("import_storing.html", made=made)
    if made.refusal is not None:
        return render_template("import_refused.html", made=made, findings=made.refusal.findings)
    return _preview(made)


def _preview(made: PendingImport) -> str:
    limit, offset = window(_ROWS)
    rows = preview_rows(knowledge_base(), made, limit, offset)
    count = count_rows(made.contents)
    part = Part([], limit, offset, offset + limit < count)
    return render_template(
        "import_preview.html",
        made=made,
        size=size_of_import(made.contents),
        rows=rows,
        count=count,
        part=part,
        study=study_preview(knowledge_base(), made.contents),
    )


def _stored(made: PendingImport, result: Result) -> str:
    limit, offset = window(_ROWS)
    people, names = (
        (list(result.people.items()), result.names) if isinstance(result, Stored) else ([], {})
    )
    view, shown_people = knowledge_base(), people[offset : offset + limit]
    view.note_people(view.names.keys(person for person, _ in shown_people).values())
    rows = [
        {"person": person, "name": names[person], "assessments": assessments}
        for person, assessments in shown_people
    ]
    return render_template(
        "import_stored.html",
        made=made,
        result=result,
        rows=rows,
        part=Part([], limit, offset, offset + limit < len(people)),
        assessments=sum(len(assessments) for _, assessments in people),
    )


@pending.post("/import/<pending>")
def confirm(pending: str) -> Response:
    """Store what waits, and go where it is told what became of it."""
    made = _held(pending)
    pending_imports().store(made, _store)
    return make_response(redirect(url_for("pending.shown", pending=made.id), 303))


def _store(made: PendingImport) -> Result:
    return store_import(made.contents, made.note_progress)


@pending.post("/import/<pending>/given-up")
def give_up(pending: str) -> Response:
    """Forget a file that waits, and go where another can be chosen."""
    pending_imports().give_up(_held(pending))
    return make_response(redirect(url_for("forms.import_form"), 303))


def _held(id: str) -> PendingImport:
    return pending_imports().get(id, caller().name)
