"""One page per kind of resource, showing what the API answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from kb_service.questions import questions
from kb_service.web import answers, performance_answers
from kb_service.web.api import asked, described, window
from kb_service.web.days import asked_day
from kb_service.web.explain_request import WhyNotAsked, why_not_document
from kb_service.web.explain_request import asked as asked_to_explain
from kb_service.web.explanations import concluded_by, explanation, rule_words
from kb_service.web.labels import person_of
from kb_service.web.problems import Problem
from kb_service.web.service import knowledge_base, service

pages = Blueprint("pages", __name__)

_P = ParamSpec("_P")
PARTS = ("direction", "ability", "motivation")


def page(api: str | None = None) -> Callable[[Callable[_P, str]], Callable[_P, Response]]:
    """A page whose address sends a client that wants JSON to the API's answer to the same."""

    def decorate(render: Callable[_P, str]) -> Callable[_P, Response]:
        @wraps(render)
        def view(*args: _P.args, **kwargs: _P.kwargs) -> Response:
            offered = ["text/html", "application/xhtml+xml", *(["application/json"] if api else [])]
            wanted = request.accept_mimetypes
            best = wanted.best_match(offered) if wanted else "text/html"
            if best is None:
                listed = ", ".join(offered)
                raise Problem(406, f"可选的格式：{listed}。", f"Accept one of these: {listed}.")
            if api and best == "application/json":
                values: dict[str, Any] = {**request.args.to_dict(), **kwargs}
                response = make_response(redirect(url_for(api, **values), 303))
            else:
                response = make_response(render(*args, **kwargs))
            response.vary.update(("Accept", "Accept-Language", "Cookie"))
            return response

        return view

    return decorate


def _by_part(requirements: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found = {part: [one for one in requirements if one["part"] == part] for part in PARTS}
    return {part: members for part, members in found.items() if members}


@pages.get("/people")
@page("api.people")
def people() -> str:
    """Who is in here."""
    kb = knowledge_base()
    return render_template(
        "people.html", people=answers.people(kb, *window()), total=kb.count_people()
    )


@pages.get("/people/<person>")
@page("api.person")
def person(person: str) -> str:
    """Somebody's fits and assessments."""
    kb = knowledge_base()
    return render_template(
        "person.html",
        person=answers.person(kb, person),
        fits=answers.fits(kb, person),
        appraisals=performance_answers.history(kb, person)["rows"],
        ratings=[answers.shaped(row) for row in kb.ask("ratings-of-person", person=person).rows],
        as_of=kb.as_of,
    )


@pages.get("/people/<person>/fit/<model>")
@page("api.fit")
def fit(person: str, model: str) -> str:
    """How somebody fits a position, why, and what would close the gaps."""
    kb = knowledge_base()
    shown = answers.fit(kb, person, model)
    words = {rule.name: rule_words(rule) for rule in kb.rules.by_iri.values()}
    reasons: dict[str, list[dict[str, Any]]] = {}
    for reason in shown["reasons"]:
        reasons.setdefault(reason["rule"], []).append(reason)
    return render_template(
        "fit.html",
        fit=shown,
        person=answers.person(kb, person),
        model=answers.position_model(kb, model),
        requirements=_by_part(shown["requirements"]),
        plan=answers.training_plan(shown),
        rules=words,
        rule=words[concluded_by(kb, person, shown["conclusion"])],
        reasons=reasons,
        assumptions=_by_kind(shown["assumptions"]),
        better=kb.better_verdicts(shown["verdict"]),
    )


def _by_kind(assumptions: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for assumption in assumptions:
        found.setdefault(assumption["kind"], []).append(assumption)
    return found


@pages.get("/explain")
@page("api.explain")
def explain() -> str:
    """Why something was concluded or was not, as a tree that opens step by step."""
    kb, labels = knowledge_base(), service().labels
    question = asked_to_explain(kb, request.args)
    if isinstance(question, WhyNotAsked):
        return render_template(
            "why_not.html",
            answer=why_not_document(kb, labels, question),
            person=answers.person(kb, question.person),
            asked=question,
        )
    tree = explanation(kb, labels, question, asked_day(kb))
    person = person_of(question.value)
    about = answers.person(kb, person) if person else None
    return render_template("explain.html", tree=tree, person=about)


@pages.get("/questions")
@page("api.list_of_questions")
def list_of_questions() -> str:
    """Every question, with a form for what it takes."""
    return render_template(
        "questions.html",
        questions=list(map(described, questions().values())),
        models=answers.position_models(knowledge_base()),
    )


@pages.get("/questions/<name>")
@page("api.question")
def question(name: str) -> str:
    """The answer to a question as a table, and the query that asks it."""
    limit, offset = window()
    known = questions().get(name)
    answer = None
    if known is None or set(known.takes) <= set(request.args):
        answer = asked(name, limit + 1, offset)
        known = answer.question
    rows = answer.rows[:limit] if answer else []
    found = answers.Part(
        list(map(dict, rows)), limit, offset, answer is not None and len(answer.rows) > limit
    )
    return render_template(
        "question.html",
        question=described(known),
        text=known.text,
        answer=answer,
        withheld=answers.counts_withheld(),
        part=found,
        models=answers.position_models(knowledge_base()),
    )
