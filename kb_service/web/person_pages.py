"""The pages of people: all of them, one, how one fits a position and why, and what if."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, render_template, request

from kb_service.access.view import View
from kb_service.knowledge_base import UnknownThingError
from kb_service.web import answers, performance_answers
from kb_service.web.answers import Document
from kb_service.web.api import acceptable, window
from kb_service.web.days import asked_day
from kb_service.web.explain_request import WhyNotAsked, why_not_document
from kb_service.web.explain_request import asked as asked_to_explain
from kb_service.web.explanations import explanation, rule_words
from kb_service.web.labels import person_of
from kb_service.web.pages import PARTS, page
from kb_service.web.radar import Radar, radars
from kb_service.web.service import knowledge_base, service
from kb_service.web.standings import standings, wanted
from kb_service.web.supposing import sliders, supposed
from kb_service.web.training_timeline import timeline

person_pages = Blueprint("person_pages", __name__)

_ROWS = 25
_STRONGEST = 3


def register_person_pages(app: Flask) -> None:
    """Give the app the pages of people."""
    app.register_blueprint(person_pages)


@person_pages.get("/api/v1/standings")
def standings_document() -> Response:
    """The people whom the parameters look for, and how each fits the post they hold."""
    acceptable()
    part, total = standings(knowledge_base(), wanted(request.args), *window(_ROWS))
    return jsonify(part.as_json() | {"total": total})


@person_pages.get("/people")
@page("person_pages.standings_document")
def people() -> str:
    """Whom somebody looks for, page by page, and how each fits the post they hold."""
    kb = knowledge_base()
    part, total = standings(kb, wanted(request.args), *window(_ROWS))
    return render_template(
        "people.html",
        people=part,
        total=total,
        everybody=kb.count_people(),
        teams=sorted(kb.teams.values(), key=lambda team: team.id),
        models=answers.position_models(kb),
        verdicts=[answers.shaped(row) for row in kb.ask("verdicts").rows],
    )


@person_pages.get("/people/<person>")
@page("api.person")
def person(person: str) -> str:
    """Somebody's fits, their profile beside what a position asks for, and their assessments."""
    kb = knowledge_base()
    fits = answers.fits(kb, person)
    compared = request.args.get("model") or (fits[0]["model"] if fits else "")
    return render_template(
        "person.html",
        person=answers.person(kb, person),
        fits=fits,
        profile=_profile(kb, person, compared) if compared else None,
        appraisals=performance_answers.history(kb, person)["rows"],
        ratings=[answers.shaped(row) for row in kb.ask("ratings-of-person", person=person).rows],
        as_of=kb.as_of,
    )


def _profile(kb: View, person: str, model: str) -> Document:
    """Somebody's ratings beside what a position asks for."""
    rows = kb.ask("requirements-of-fit", person=person, model=model).rows
    shown = _model(kb, model)
    requirements = list(map(answers.shaped, rows))
    return {
        "model": shown,
        "requirements": requirements,
        "radars": _radars(kb, shown, requirements),
    }


def _model(kb: View, model: str) -> Document:
    """What a position model is called, and in which framework it asks."""
    rows = kb.ask("position-model", model=model).rows
    if not rows:
        raise UnknownThingError("model", model)
    return answers.shaped(rows[0])


def _radars(kb: View, model: Document, requirements: list[Document]) -> list[Radar]:
    scales = kb.catalogue.dimensions[model["framework"]]
    tops = [float(scales[each["dimension"]].maximum) for each in requirements]
    return radars(requirements, max(tops, default=0.0))


@person_pages.get("/people/<person>/fit/<model>")
@page("api.fit")
def fit(person: str, model: str) -> str:
    """How somebody fits a position, why, and what would close the gaps."""
    kb = knowledge_base()
    shown = answers.fit(kb, person, model)
    asked_of, plan = _model(kb, model), answers.training_plan(shown)
    words = {rule.name: rule_words(rule) for rule in kb.rules.by_iri.values()}
    strongest = kb.ask("strongest-reasons-of-verdict", limit=_STRONGEST, person=person, model=model)
    better = kb.ask("better-fits-of-person", person=person, model=model)
    return render_template(
        "fit.html",
        fit=shown,
        person=answers.person(kb, person),
        model=asked_of,
        requirements=_by_part(shown["requirements"]),
        radars=_radars(kb, asked_of, shown["requirements"]),
        plan=plan,
        timeline=timeline(plan["steps"]),
        rules=words,
        rule=words[shown["verdictRule"]],
        strongest=list(map(answers.shaped, strongest.rows)),
        reasons=_grouped(shown["reasons"], "rule"),
        assumptions=_grouped(shown["assumptions"], "kind"),
        verdicts_above=kb.better_verdicts(shown["verdict"]),
        better=[answers.with_coverage(answers.shaped(row)) for row in better.rows],
    )


def _by_part(requirements: list[Document]) -> dict[str, list[Document]]:
    found = _grouped(requirements, "part")
    return {part: found[part] for part in PARTS if part in found}


def _grouped(documents: list[Document], by: str) -> dict[str, list[Document]]:
    """The documents by what a field of theirs says, in the order in which they come."""
    found: dict[str, list[Document]] = {}
    for document in documents:
        found.setdefault(document[by], []).append(document)
    return found


@person_pages.get("/people/<person>/fit/<model>/what-if")
@page()
def what_if(person: str, model: str) -> str:
    """How somebody would fit a position if they were rated as the sliders say."""
    kb = knowledge_base()
    shown, asked_of = answers.fit(kb, person, model), _model(kb, model)
    given = sliders(kb, asked_of["framework"], shown["requirements"], request.args)
    judged, differences = supposed(kb, shown, asked_of["framework"], given)
    rules: dict[str, Any] = {rule.name: rule_words(rule) for rule in kb.rules.by_iri.values()}
    return render_template(
        "what_if.html",
        fit=shown,
        person=answers.person(kb, person),
        model=asked_of,
        sliders={
            part: [each for each in given if each.requirement["part"] == part]
            for part in _by_part(shown["requirements"])
        },
        moved=[each for each in given if each.is_moved],
        supposed=judged,
        differences=_grouped(differences, "kind"),
        radars=_radars(kb, asked_of, judged["requirements"]),
        rule=rules[judged["verdictRule"]],
    )


@person_pages.get("/explain")
@page("api.explain")
def explain() -> str:
    """Why something was concluded or was not, as a tree that opens step by step.

    The smallest change that would do is looked for when somebody asks, as that takes seconds.
    """
    kb, labels = knowledge_base(), service().labels
    question = asked_to_explain(kb, {"seconds": "0", **request.args.to_dict()})
    if isinstance(question, WhyNotAsked):
        return render_template(
            "why_not.html",
            answer=why_not_document(kb, labels, question),
            person=answers.person(kb, question.person),
            asked=question,
        )
    as_of, about = asked_day(kb), person_of(question.value)
    if about is not None:
        kb.prepare([about], as_of)
    tree = explanation(kb, labels, question, as_of)
    return render_template(
        "explain.html",
        tree=tree,
        person=answers.person(kb, about) if about else None,
        verdict=_verdict_explained(kb, tree, about, as_of),
    )


def _verdict_explained(
    kb: View, tree: Document, person: str | None, as_of: date | None
) -> Document | None:
    """The coverage and assumptions of the verdict that is explained; None of anything else."""
    model = tree["model"]
    if person is None or model is None:
        return None
    things = {"person": person, "model": model}
    rows = kb.ask_as_of(as_of, "fit-of-person", **things).rows
    if not rows or rows[0]["judgement"] != tree["conclusion"]:
        return None
    assumptions = kb.ask_as_of(as_of, "assumptions-of-fit", **things).rows
    return answers.with_coverage(answers.shaped(rows[0])) | {"assumptions": len(assumptions)}
