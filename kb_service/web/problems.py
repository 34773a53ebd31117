"""Every error as RFC 9457 problem details, or as a page for a person at a browser."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable, Sequence

from flask import Flask, Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from kb_service.access.refusals import NotAllowed
from kb_service.engine.explain import NothingConcludedError
from kb_service.findings import Finding, RefusedInput
from kb_service.knowledge_base import UnknownThingError
from kb_service.store import StoreUnavailable
from kb_service.store.query_problems import QueryProblem
from kb_service.web.language import language, said
from kb_service.web.problem_words import DETAILS, FORBIDDEN, KINDS, QUERY_DETAILS, TITLES
from kb_service.workers import WorkerBusy, WorkerDied, WorkerFailed, WorkerTimedOut

_LOG = logging.getLogger("kb_service.web")
_RETRY_SECONDS = "5"


class Problem(Exception):
    """Why a request is not answered: an HTTP status, and what to do in both languages."""

    def __init__(
        self,
        status: int,
        zh: str,
        en: str,
        findings: Sequence[Finding] = (),
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        super().__init__(status, en)
        self.status = status
        self.detail = {"zh": zh, "en": en}
        self.findings = tuple(findings)
        self.headers = tuple(headers)

    @property
    def title(self) -> dict[str, str]:
        """What kind of problem it is, in a few words."""
        zh, en = TITLES.get(self.status, TITLES[self.status // 100 * 100])
        return {"zh": zh, "en": en}


def register_problems(app: Flask) -> None:
    """Answer every exception of the app with a problem."""
    app.register_error_handler(Exception, _answered)


def _answered(error: Exception) -> Response:
    problem = _as_problem(error)
    if problem.status == 500:
        _log_without_data(error)
    response = _page(problem) if wants_page() else problem_details(problem)
    for name, value in problem.headers:
        response.headers[name] = value
    if problem.status == 503:
        response.headers["Retry-After"] = _RETRY_SECONDS
    response.headers["Content-Language"] = language()
    response.vary.update(("Accept", "Accept-Language", "Cookie"))
    return response


def wants_page() -> bool:
    """Whether the request comes from a person at a browser, in an app that has pages."""
    if "pages" not in current_app.blueprints or request.path.startswith(("/api/", "/healthz")):
        return False
    if "text/" not in request.headers.get("Accept", "").lower():
        return False
    offered = ["application/problem+json", "application/json", "text/html"]
    return request.accept_mimetypes.best_match(offered) == "text/html"


def problem_details(problem: Problem) -> Response:
    """The problem as `application/problem+json`."""
    body = {
        "type": "about:blank",
        "title": said(problem.title),
        "status": problem.status,
        "detail": said(problem.detail),
    }
    if problem.findings:
        body["findings"] = [finding.as_json() for finding in problem.findings]
    return Response(
        current_app.json.dumps(body), problem.status, mimetype="application/problem+json"
    )


def _page(problem: Problem) -> Response:
    page = render_template("problem.html", problem=problem)
    return make_response(page, problem.status)


def _as_problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, RefusedInput):
        return refused(error)
    if isinstance(error, UnknownThingError):
        return _unknown(error)
    if isinstance(error, NotAllowed):
        return Problem(403, *FORBIDDEN[error.right])
    if isinstance(error, NothingConcludedError):
        return Problem(
            404, "没有得出这一结论。", "Nothing of this kind is concluded; check the IRI."
        )
    if isinstance(error, QueryProblem):
        words = query_words(error)
        return Problem(error.status, words["zh"], words["en"])
    if isinstance(error, StoreUnavailable):
        return Problem(503, error.state.zh, error.state.en)
    if isinstance(error, WorkerTimedOut | WorkerDied | WorkerBusy | WorkerFailed):
        return _stopped(error)
    if isinstance(error, HTTPException):
        return _http(error)
    return Problem(500, *DETAILS[500])


def query_words(error: QueryProblem) -> dict[str, str]:
    """Why a query has no answer, in both languages."""
    zh = QUERY_DETAILS.get(error.status, "查询没有执行。")
    return {"zh": error.zh or f"{zh}详情（英文）：{error.detail}", "en": error.detail}


def refused(error: RefusedInput) -> Problem:
    """The problem of an input that was not stored."""
    first = error.findings[0].message if error.findings else None
    zh, en = (first["zh"], first["en"]) if first else DETAILS[400]
    if (more := len(error.findings) - 1) > 0:
        zh, en = f"{zh}（另有 {more} 处，见下。）", f"{en} (And {more} more, listed below.)"
    return Problem(error.status, zh, en, error.findings)


def _unknown(error: UnknownThingError) -> Problem:
    name = error.id if len(error.id) <= 80 else error.id[:79] + "…"
    if error.kind == "value for parameter":
        return Problem(
            400, f"请给出参数「{name}」的值。", f"Give a value for the parameter {name!r}."
        )
    if error.kind == "parameter":
        return Problem(
            400, f"这个问题没有参数「{name}」。", f"This question has no parameter {name!r}."
        )
    if error.kind == "appraisal of":
        return Problem(404, f"「{name}」没有考核记录。", f"There is no appraisal of {name!r}.")
    zh = KINDS.get(error.kind, "内容")
    return Problem(404, f"没有编号为「{name}」的{zh}。", f"There is no {error.kind} {name!r}.")


def _stopped(error: Exception) -> Problem:
    if isinstance(error, WorkerDied):
        return Problem(
            400,
            "处理这份输入所需的内存或嵌套层数超出限度，已停止；没有保存任何内容。请拆分后再提交。",
            "This input takes more memory or nesting than is allowed, so reading it was stopped; "
            "nothing was stored. Split it and hand it in again.",
        )
    if isinstance(error, WorkerTimedOut):
        return Problem(
            503,
            "处理时间过长，已停止；没有保存任何内容。请拆分成较小的部分再提交。",
            "This took too long and was stopped; nothing was stored. Hand it in in smaller parts.",
        )
    if isinstance(error, WorkerBusy):
        return Problem(
            503,
            "正在处理的请求太多，请稍后再试。",
            "Too many requests are being worked on; try again in a moment.",
        )
    _LOG.error("a worker failed: %s", str(error).partition(":")[0])
    return Problem(
        503,
        "处理进程出错，没有保存任何内容；请稍后再试。",
        "The process that works on this failed, nothing was stored; try again in a moment.",
    )


def _http(error: HTTPException) -> Problem:
    status = error.code or 500
    headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    zh, en = DETAILS.get(status, TITLES.get(status, TITLES[status // 100 * 100]))
    return Problem(status, zh, en, headers=headers)


def _log_without_data(error: Exception) -> None:
    """Say where it happened; messages of exceptions may carry personal data, so they stay out."""
    where = "".join(traceback.format_tb(error.__traceback__))
    rule = request.url_rule.rule if request.url_rule else "?"
    _LOG.error("%s at %s %s\n%s", type(error).__name__, request.method, rule, where)
