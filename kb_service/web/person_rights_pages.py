"""The page on which people, or HR for them, object, have things put right, exported and erased."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)

from kb_service.access.erasure import erase
from kb_service.access.personal_export import changes_document, objection_document
from kb_service.access.personal_requests import (
    parse_objection,
    parse_rectification,
    parse_settlement,
)
from kb_service.findings import RefusedInput
from kb_service.web import answers
from kb_service.web.auditing import note_change
from kb_service.web.callers import known_caller
from kb_service.web.forgetting import elsewhere
from kb_service.web.pages import page
from kb_service.web.person_rights import models, outcomes, rights, settled
from kb_service.web.problems import Problem, refused
from kb_service.web.service import knowledge_base, service

person_rights_pages = Blueprint("person_rights_pages", __name__)

Given = Mapping[str, str]


def register_person_rights_pages(app: Flask) -> None:
    """Add the page, and let every page know for whom it is."""
    app.register_blueprint(person_rights_pages)
    app.add_template_global(_may_see_to, "may_see_to")
    app.add_template_global(_may_decide, "may_decide")


@person_rights_pages.get("/people/<person>/rights")
@page("person_rights.objections")
def rights_of(person: str) -> str:
    """Somebody's objections and what was changed about them, with forms for whatever they ask."""
    return _shown(person)


@person_rights_pages.post("/people/<person>/rights/objections")
def raise_objection(person: str) -> Response:
    """Object, as the form says."""

    def carry_out(given: Given) -> None:
        body: dict[str, Any] = {"grounds": given.get("grounds", "")}
        if given.get("model"):
            body["models"] = [given["model"]]
        if given.get("period"):
            body["periods"] = [given["period"]]
        if given.get("date"):
            body["date"] = given["date"]
        asked = parse_objection(body, models(), rights().appraised_in(person), date.today())
        note_change()
        rights().object_to(person, asked)

    return _done(person, carry_out)


@person_rights_pages.post("/people/<person>/rights/objections/<objection>")
def settle_objection(person: str, objection: str) -> Response:
    """Bring an objection to an end, as the form says."""

    def carry_out(given: Given) -> None:
        body = {name: given[name] for name in ("outcome", "words", "date") if given.get(name)}
        asked = parse_settlement(body, outcomes(), date.today())
        note_change()
        settled(person, objection, asked)

    return _done(person, carry_out)


@person_rights_pages.post("/people/<person>/rights/corrections")
def rectify(person: str) -> Response:
    """Put right what the form says; what it leaves empty stays."""

    def carry_out(given: Given) -> None:
        asked = parse_rectification(_correction_in(given), knowledge_base().catalogue)
        note_change()
        rights().rectify(person, asked)

    return _done(person, carry_out)


@person_rights_pages.post("/people/<person>/rights/erasure")
def erase_person(person: str) -> Response:
    """Erase somebody whose id was typed once more."""
    if request.form.get("confirmed") != person:
        raise Problem(
            400,
            f"没有删除任何内容：请在表单中再输入一次编号 {person} 以确认。",
            f"Nothing was erased: type the id {person} once more in the form to confirm.",
        )
    note_change()
    erase(knowledge_base(), [person], elsewhere())
    return make_response(redirect(url_for("person_pages.people"), 303))


def _done(person: str, carry_out: Callable[[Given], None]) -> Response:
    """The page as it is afterwards, or with what was wrong with the form."""
    try:
        carry_out({name: text.strip() for name, text in request.form.items()})
    except RefusedInput as error:
        return make_response(_shown(person, refused(error)), error.status)
    return make_response(redirect(url_for("person_rights_pages.rights_of", person=person), 303))


def _shown(person: str, problem: Problem | None = None) -> str:
    view = knowledge_base()
    done = rights().put_right(person)
    return render_template(
        "rights.html",
        person=answers.person(view, person),
        objections=[objection_document(each) for each in rights().objections(person)],
        changes=changes_document(done, service().labels.about(view, person).of),
        models=answers.position_models(view),
        periods=rights().appraised_in(person),
        outcomes=sorted(outcomes()),
        problem=problem,
    )


def _correction_in(given: Given) -> dict[str, Any]:
    """The fields of the form as the API has them."""
    body: dict[str, Any] = {"reason": given.get("reason", "")}
    if given.get("name"):
        body["name"] = given["name"]
    if contact := {name: given[name] for name in ("email", "phone") if given.get(name)}:
        body["contact"] = contact
    if assessment := given.get("assessment"):
        said: dict[str, Any] = {
            name: given[name] for name in ("date", "source", "expires") if given.get(name)
        }
        if given.get("dimension"):
            said["ratings"] = {given["dimension"]: _number(given.get("rating", ""))}
        body["assessments"] = {assessment: None if given.get("remove") else said}
    return body


def _number(text: str) -> Decimal | str | None:
    """The number that a text is; nothing for no text, which takes the rating back."""
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _may_see_to() -> bool:
    """Whether the reader may see to the rights of the people whom they see."""
    caller = known_caller()
    return caller is not None and caller.rights.sees_to_rights


def _may_decide() -> bool:
    """Whether the reader may settle objections, put things right and erase."""
    caller = known_caller()
    return caller is not None and caller.rights.writes_people
