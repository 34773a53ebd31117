"""What is known of each request once it has ended: for the log and for the metrics."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request

from kb_service.access.roles import Caller, Role
from kb_service.web.callers import known_caller
from kb_service.web.request_ids import request_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

EXTENSION = "observers"
_KEY = "rengang.request"
_METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}


@dataclass(frozen=True)
class Observation:
    """A request without anything personal: its route is a template, never the address itself."""

    id: str
    method: str
    route: str
    status: int
    seconds: float
    bytes: int
    """How many bytes of a body were handed to the server."""
    caller: str = ""
    audit: str = ""
    """Number and digest of the entry in the audit trail, so that the log bears it witness."""


Observer = Callable[[Observation], None]


def register_observing(app: Flask, observers: Iterable[Observer]) -> None:
    """Tell the observers of every request of the app when its answer has been handed over.

    Register it before whatever answers requests, so that it knows what those have found out.
    """
    app.extensions[EXTENSION] = tuple(observers)
    app.after_request(_remember)
    app.wsgi_app = _Observed(app.wsgi_app, app.extensions[EXTENSION])  # type: ignore[method-assign]


def _remember(response: Response) -> Response:
    known = known_caller()
    request.environ[_KEY] = {
        "id": request_id(),
        "route": request.url_rule.rule if request.url_rule else "",
        "caller": name_in_log(known),
        "audit": g.get("audit_anchor", ""),
    }
    return response


def name_in_log(known: Caller | None) -> str:
    """The name of the caller; of somebody who asks about themselves only that it is somebody."""
    if known is None:
        return ""
    return str(known.role) if known.role is Role.SELF else known.name


class _Observed:
    """The app, with a clock and a count of bytes around it."""

    def __init__(self, wsgi_app: WSGIApplication, observers: tuple[Observer, ...]) -> None:
        self._app = wsgi_app
        self._observers = observers

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun = time.perf_counter()
        statuses: list[int] = []

        def started(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            statuses.append(int(status.partition(" ")[0]))
            return start_response(status, headers, error)

        def ended(sent: int) -> None:
            method = environ.get("REQUEST_METHOD", "")
            observation = Observation(
                method=method if method in _METHODS else "other",
                status=statuses[-1] if statuses else 500,
                seconds=time.perf_counter() - begun,
                bytes=sent,
                **environ.get(_KEY, {"id": "", "route": ""}),
            )
            for observe in self._observers:
                observe(observation)

        try:
            body = self._app(environ, started)
        except BaseException:
            ended(0)
            raise
        return _Counted(body, ended)


class _Counted:
    """The body of an answer, counted while it is handed over."""

    def __init__(self, body: Iterable[bytes], ended: Callable[[int], None]) -> None:
        self._body = body
        self._pieces = iter(body)
        self._sent = 0
        self._ended: Callable[[int], None] | None = ended

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = next(self._pieces)
        self._sent += len(piece)
        return piece

    def __enter__(self) -> _Counted:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Tell that the request has ended, however it did."""
        ended, self._ended = self._ended, None
        try:
            if (close := getattr(self._body, "close", None)) is not None:
                close()
        finally:
            if ended is not None:
                ended(self._sent)
