"""What a request says by the SPARQL protocol, wherever its kind carries it."""

from __future__ import annotations

from urllib.parse import parse_qsl

from flask import request

from kb_service.web.bodies import unsupported
from kb_service.web.problems import Problem

_FORM = "application/x-www-form-urlencoded"
_DIRECT = {"application/sparql-query": "query", "application/sparql-update": "update"}
_MOST_PARAMETERS = 2000

Parameters = list[tuple[str, str]]


def protocol_parameters() -> Parameters:
    """The parameters in the order sent, the text of a query or an update among them.

    Raises Problem: 415 for another media type or charset, 400 for what the protocol rules out.
    """
    in_address = _decoded(request.query_string)
    given = in_address if request.method != "POST" else _posted(in_address)
    _check(given)
    return given


def values(given: Parameters, name: str) -> tuple[str, ...]:
    """The values of all parameters of this name."""
    return tuple(value for found, value in given if found == name)


def _posted(in_address: Parameters) -> Parameters:
    if request.mimetype == _FORM:
        _require_utf8()
        if any(name in {"query", "update"} for name, _ in in_address):
            raise Problem(
                400,
                "用表单提交时，查询和更新应写在表单里，不写在地址里。",
                "With a form, put the query or update into the form, not into the address.",
            )
        return _decoded(request.get_data()) + in_address
    if request.mimetype not in _DIRECT:
        raise unsupported([*_DIRECT, _FORM])
    _require_utf8()
    try:
        text = request.get_data().decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8(400) from error
    return [(_DIRECT[request.mimetype], text), *in_address]


def _check(given: Parameters) -> None:
    names = [name for name, _ in given]
    if "query" in names and "update" in names:
        raise Problem(
            400,
            "一次请求只能是查询或更新，不能两者都有。",
            "A request is either a query or an update, not both.",
        )
    if names.count("version") > 1:
        raise Problem(400, "version 只能写一次。", "Give version once.")
    if request.method != "POST" and request.content_length:
        raise Problem(
            400,
            "GET 请求不应有正文；请把查询放进地址，或改用 POST。",
            "A GET request has no body; put the query into the address, or send it by POST.",
        )


def _decoded(form: bytes) -> Parameters:
    try:
        return parse_qsl(
            form.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except UnicodeDecodeError as error:
        raise _not_utf8(400) from error
    except ValueError as error:
        raise Problem(400, "参数太多。", "There are too many parameters.") from error


def _require_utf8() -> None:
    charset = request.mimetype_params.get("charset", "utf-8").strip().lower()
    if charset not in {"utf-8", "utf8", "us-ascii"}:
        raise _not_utf8(415)


def _not_utf8(status: int) -> Problem:
    return Problem(status, "查询和更新应为 UTF-8 编码。", "Send queries and updates as UTF-8.")
