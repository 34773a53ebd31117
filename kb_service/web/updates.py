"""SPARQL updates by the protocol: what the request says, handed on to be worked out and committed."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response, request

from kb_service.store.update_syntax import UpdateText
from kb_service.web.commits import answered, told
from kb_service.web.problems import Problem

_OURS = {"update", "using-graph-uri", "using-named-graph-uri"}
_OF_QUERIES = {"query", "default-graph-uri", "named-graph-uri"}


def answer_update(parameters: Iterable[tuple[str, str]]) -> Response:
    """Carry out the update that a request's parameters name; 204, or 200 with counts.

    Raises Problem: 400 for another method than POST, for no update or several, and for parameters
    of a query beside it; and what `commit` raises.
    """
    given = list(parameters)
    if request.method != "POST":
        raise Problem(
            400, "更新请用 POST 提交。", "Send an update by POST; GET must not change anything."
        )
    if any(name in _OF_QUERIES for name, _ in given):
        raise Problem(
            400,
            f"更新的参数只有 {'、'.join(sorted(_OURS))}。",
            f"An update takes only the parameters {', '.join(sorted(_OURS))}.",
        )
    return answered(_update(given), told)


def _update(given: list[tuple[str, str]]) -> UpdateText:
    texts = [value for name, value in given if name == "update"]
    if len(texts) != 1:
        raise Problem(
            400,
            "请用参数 update 给出一个 SPARQL 更新。",
            "Give exactly one SPARQL update as the parameter update.",
        )
    using = tuple(value for name, value in given if name == "using-graph-uri")
    named = tuple(value for name, value in given if name == "using-named-graph-uri")
    dataset = (using, named) if using or named else (None, None)
    return UpdateText(texts[0], request.base_url, *dataset)
