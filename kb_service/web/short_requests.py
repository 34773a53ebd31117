"""A short query as most programs send it, read from the bytes that came; whatever else is no such."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

_LONGEST = 8192
_REQUEST = re.compile(
    rb"GET (?P<path>/sparql)\?(?P<query>query=[!$%'-~]*) HTTP/1\.1\r\n"
    rb"(?P<head>(?:[A-Za-z-]+:[ \t]*[!-~][ -~]*\r\n){1,12})\r\n"
)
_HALF_AN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]{1,5})?")
_TAKEN = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "authorization",
        "connection",
        "host",
        "user-agent",
        "x-request-id",
    }
)
_PLAIN_TEXTS = frozenset({"text/csv", "text/tab-separated-values", "text/turtle"})


@dataclass(frozen=True)
class ShortRequest:
    """One query in the address of a GET, and headers that are understood without more ado."""

    path: str
    query_string: str
    query: str
    host: str
    headers: Mapping[str, str]
    """By name in lower case; each of them came once."""
    head: bytes = field(default=b"", repr=False)
    """The headers as they came."""

    def header(self, name: str) -> str:
        """The value of a header, empty where it did not come."""
        return self.headers.get(name, "")


def short_request(data: bytes, before: ShortRequest | None = None) -> ShortRequest | None:
    """What these bytes ask if they are one whole short query; None for anything else.

    Nothing is refused here: what is longer, has other headers or any of them twice, or is written in
    a way that could be read otherwise, is for the server's own parser. A program sends the same
    headers with each query: those that came `before` on its connection are not read again.
    """
    found = _REQUEST.fullmatch(data) if len(data) <= _LONGEST else None
    if found is None:
        return None
    head = found["head"]
    headers = before.headers if before and before.head == head else _headers(head.decode("ascii"))
    query = _decoded(found["query"].removeprefix(b"query="))
    if headers is None or not query:
        return None
    return ShortRequest(
        found["path"].decode("ascii"),
        found["query"].decode("ascii"),
        query,
        headers["host"],
        headers,
        head,
    )


def _headers(head: str) -> dict[str, str] | None:
    """The headers; None when one is not known here, comes twice, or wants something special."""
    headers: dict[str, str] = {}
    for line in head.splitlines():
        name, _, value = line.partition(":")
        name = name.lower()
        if name not in _TAKEN or name in headers:
            return None
        headers[name] = value.strip(" \t")
    stays = headers.get("connection", "keep-alive").lower() == "keep-alive"
    has_host = _HOST.fullmatch(headers.get("host", "")) is not None
    return headers if stays and has_host and _is_for_programs(headers) else None


def _is_for_programs(headers: Mapping[str, str]) -> bool:
    """Whether no page is wanted."""
    accept = headers.get("accept", "").lower()
    return "text/" not in accept or accept in _PLAIN_TEXTS


def _decoded(value: bytes) -> str | None:
    """A value of the query string as text; None when it is no UTF-8 or has half an escape."""
    try:
        if _HALF_AN_ESCAPE.search(value):
            return None
        return unquote_to_bytes(value.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        return None
