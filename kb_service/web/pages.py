"""One page per kind of resource, showing what the API answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from kb_service.questions import TellsOf, questions
from kb_service.web import answers
from kb_service.web.api import asked, described, window
from kb_service.web.authorisation import may_ask
from kb_service.web.problems import Problem
from kb_service.web.service import knowledge_base
from kb_service.web.sparql_page import is_for_editor

pages = Blueprint("pages", __name__)

_P = ParamSpec("_P")
_ROWS_ON_PAGE = 100
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
                asked_for = urlencode(list(request.args.items(multi=True)))
                address = f"{url_for(api, **(request.view_args or {}))}{'?' if asked_for else ''}{asked_for}"
                response = make_response(redirect(address, 303))
            else:
                response = make_response(render(*args, **kwargs))
            response.vary.update(("Accept", "Accept-Language", "Cookie"))
            return response

        return view

    return decorate


@pages.get("/questions")
@page("api.list_of_questions")
def list_of_questions() -> str:
    """Every question that the caller may ask, by whom it tells of."""
    groups = {
        tells_of: [
            described(known)
            for known in questions().values()
            if known.tells_of is tells_of and may_ask(known)
        ]
        for tells_of in TellsOf
    }
    return render_template(
        "questions.html",
        groups={tells_of.name: members for tells_of, members in groups.items() if members},
    )


@pages.get("/questions/<name>")
@page("api.question")
def question(name: str) -> str:
    """The answer to a question as a table, and the query that asks it."""
    limit, offset = window(_ROWS_ON_PAGE)
    known = questions().get(name)
    answer = None
    if known is None or set(known.takes) <= set(request.args):
        answer = asked(name, limit + 1, offset)
        known = answer.question
    rows = answer.rows[:limit] if answer else []
    columns = answers.shaped(dict.fromkeys(answer.columns)) if answer else {}
    more = answer is not None and len(answer.rows) > limit
    found = answers.Part(list(map(answers.shaped, rows)), limit, offset, more)
    return render_template(
        "question.html",
        question=described(known),
        text=known.text,
        answer=answer,
        columns=list(columns),
        people=known.people,
        is_in_editor=is_for_editor(known),
        withheld=answers.counts_withheld(),
        part=found,
        models=answers.position_models(knowledge_base()),
    )
