"""The id by which a request is found again in the log, in the audit trail and at the caller."""

from __future__ import annotations

import re
import secrets
from typing import cast

from flask import Flask, Response, g, request

HEADER = "X-Request-ID"
# A UUID, or as many hexadecimal digits: nothing that names a person, such as an identity card
# number, passes for one.
_WELL_FORMED = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def register_request_ids(app: Flask) -> None:
    """Answer every request with its id."""
    app.after_request(_with_id)


def request_id() -> str:
    """The id of the current request: the caller's `X-Request-ID` if it is one, else a new one."""
    if "request_id" not in g:
        g.request_id = id_from(request.headers.get(HEADER, ""))
    return cast(str, g.request_id)


def id_from(given: str) -> str:
    """The id that a caller gave if it is one, else a new one."""
    return given if _WELL_FORMED.fullmatch(given) else secrets.token_hex(16)


def _with_id(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    return response
