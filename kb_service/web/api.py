"""The JSON API: each GET answers a question."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from kb_service.engine.explanation_provenance import FORMATS
from kb_service.knowledge_base import Answer, UnknownThingError
from kb_service.questions import Question, questions
from kb_service.store.result_formats import best_type
from kb_service.web import answers
from kb_service.web.days import asked_day
from kb_service.web.explain_request import document as explained
from kb_service.web.problems import Problem
from kb_service.web.service import knowledge_base, service

MOST_ROWS = 5000
DEFAULT_ROWS = 500

api = Blueprint("api", __name__, url_prefix="/api/v1")


@api.before_request
def acceptable() -> None:
    """Refuse a client that takes no JSON; reports and workbooks are negotiated where they are."""
    accepted = request.accept_mimetypes
    if request.endpoint in ("documents.validate", "documents.template", "api.explain"):
        return
    if accepted and not accepted.best_match(["application/json", "application/problem+json"]):
        raise Problem(406, "这里只提供 application/json。", "This is answered as application/json.")


def window(rows: int = DEFAULT_ROWS) -> tuple[int, int]:
    """`limit` and `offset` of the request. Raises Problem 400 when they are no such numbers."""
    return _number("limit", rows, 1, MOST_ROWS), _number("offset", 0, 0, 10_000_000)


def _number(name: str, default: int, least: int, most: int) -> int:
    text = request.args.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) <= 9 and least <= int(text) <= most:
        return int(text)
    raise Problem(
        400,
        f"参数 {name} 应为 {least} 到 {most} 的整数。",
        f"Give the parameter {name} as a whole number from {least} to {most}.",
    )


@api.get("/position-models")
def position_models() -> Response:
    """Every position model."""
    return jsonify(rows=answers.position_models(knowledge_base()))


@api.get("/position-models/<model>")
def position_model(model: str) -> Response:
    """A position model with its duties and requirements."""
    return jsonify(answers.position_model(knowledge_base(), model))


@api.get("/position-models/<model>/candidates")
def candidates(model: str) -> Response:
    """The people judged for a position, best fit first."""
    found = answers.candidates(knowledge_base(), model, narrowing(), *window())
    return jsonify(found.part.as_json() | {"total": found.total})


def narrowing() -> dict[str, str]:
    """What the request narrows the people judged for a position by; empty words narrow nothing."""
    known = questions()["ranking-of-model"].may_take
    return {name: value for name in known if (value := request.args.get(name, ""))}


@api.get("/people")
def people() -> Response:
    """Who is in here."""
    kb = knowledge_base()
    return jsonify(answers.people(kb, *window()).as_json() | {"total": kb.count_people()})


@api.get("/people/<person>")
def person(person: str) -> Response:
    """Who somebody is and how they were assessed."""
    return jsonify(answers.person(knowledge_base(), person))


@api.get("/people/<person>/fit")
def fits(person: str) -> Response:
    """How somebody fits each position, best first."""
    return jsonify(person=person, rows=answers.fits(knowledge_base(), person))


@api.get("/people/<person>/fit/<model>")
def fit(person: str, model: str) -> Response:
    """How somebody fits a position, with everything the judgement rests on; `asOf` a past day."""
    kb = knowledge_base()
    return jsonify(answers.fit(kb, person, model, asked_day(kb)))


@api.get("/people/<person>/training-plan/<model>")
def training_plan(person: str, model: str) -> Response:
    """The trainings that close somebody's gaps for a position, in order."""
    return jsonify(answers.training_plan(answers.fit(knowledge_base(), person, model)))


@api.get("/explain")
def explain() -> Response:
    """Why something was concluded, as JSON or as provenance; or why something was not."""
    offered = ["application/json", *FORMATS]
    chosen = best_type(request.headers.get("Accept", ""), offered)
    if chosen is None:
        listed = ", ".join(offered)
        raise Problem(406, f"可选的格式：{listed}。", f"Accept one of these: {listed}.")
    kb = knowledge_base()
    found = explained(kb, service().labels, request.args, chosen, asked_day(kb))
    answer = Response(found, mimetype=chosen) if isinstance(found, bytes) else jsonify(found)
    answer.vary.add("Accept")
    return answer


@api.get("/questions")
def list_of_questions() -> Response:
    """Every question with what it takes."""
    return jsonify(rows=[described(question) for question in questions().values()])


@api.get("/questions/<name>")
def question(name: str) -> Response:
    """The answer to a question, its columns and rows named as in its query."""
    limit, offset = window(MOST_ROWS)
    answer = asked(name, limit + 1, offset)
    more = len(answer.rows) > limit
    note = {"note": answers.counts_withheld()} if answer.withheld else {}
    return jsonify(
        question=name,
        columns=answer.columns,
        rows=answer.rows[:limit],
        limit=limit,
        offset=offset,
        nextOffset=offset + limit if more else None,
        **note,
    )


def asked(name: str, limit: int, offset: int) -> Answer:
    """The answer to a question about what the parameters of the request name."""
    known = questions().get(name)
    if known is None:
        raise UnknownThingError("question", name)
    given = {
        word: value
        for word, value in request.args.items()
        if word not in ("limit", "offset", "lang")
    }
    for word in given:
        if word not in known.takes and word not in known.may_take:
            raise UnknownThingError("parameter", word)
    return knowledge_base().ask(name, limit=limit, offset=offset, **given)


def described(question: Question) -> dict[str, Any]:
    """A question in its own words."""
    return {
        "name": question.name,
        "title": question.title,
        "asks": {"zh": question.asks_zh, "en": question.asks},
        "takes": dict(question.takes),
        "mayTake": dict(question.may_take),
    }
