"""Requests to the service: with a token, again where that may help, and with what is known already.

On urllib3, which needs no other package, keeps connections, streams, and knows `Retry-After`.
"""

from __future__ import annotations

import io
import json
import threading
import uuid
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, cast
from urllib.parse import urlencode, urlsplit

from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from kb_service.client.problems import Unavailable, problem

JSON = "application/json"
_RETRIED = (429, 503)
_LONGEST_WAIT = 60
_KNOWN_ANSWERS = 128
_KNOWN_BYTES = 1024 * 1024
"""Of an answer that is kept; longer ones are asked for anew."""


@dataclass(frozen=True)
class Answer:
    """The body of an answer, its media type, and the tag of the state that it shows."""

    status: int
    body: bytes
    media_type: str
    etag: str | None
    location: str | None = None
    """Where what was made can be found."""

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body) if self.body else None


class _Reader(io.RawIOBase):
    """An answer that is still arriving, as a file."""

    def __init__(self, response: BaseHTTPResponse) -> None:
        self._response = response

    def readable(self) -> bool:
        """Whether this can be read: it can."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next piece, nothing at the end. Raises Unavailable where the answer breaks off."""
        try:
            return self._response.read(None if size < 0 else size)
        except HTTPError as error:
            raise Unavailable(0, "Broken off", f"The answer broke off: {error}") from error


def read_from(response: BaseHTTPResponse) -> IO[bytes]:
    """An answer that is still arriving, as a file. Reading it raises Unavailable if it breaks off."""
    return cast(IO[bytes], _Reader(response))


class Connection:
    """What the client knows of its service. Threads may share one."""

    def __init__(
        self,
        url: str,
        token: str | None,
        language: str,
        timeout: float,
        attempts: int,
    ) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"{url!r} is no address; write http://127.0.0.1:8000")
        self.url = url.rstrip("/")
        self._headers = {"Accept-Language": language, "User-Agent": "rengang-client"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._pool = PoolManager(
            timeout=Timeout(connect=10, read=timeout),
            retries=Retry(
                total=attempts - 1,
                allowed_methods=None,
                status_forcelist=_RETRIED,
                backoff_factor=0.3,
                backoff_max=_LONGEST_WAIT,
                redirect=0,
                raise_on_status=False,
                raise_on_redirect=False,
                respect_retry_after_header=True,
            ),
        )
        self._known: OrderedDict[tuple[str, str], Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, path: str, given: Mapping[str, Any] | None = None, accept: str = JSON) -> Answer:
        """The answer to a GET; what is still as it was is not sent again."""
        address = _address(path, given)
        with self._lock:
            known = self._known.get((address, accept))
        asked = {"Accept": accept}
        if known and known.etag:
            asked["If-None-Match"] = known.etag
        answer = self._answered("GET", address, None, asked)
        if answer.status == 304 and known:
            return known
        self._remember((address, accept), answer)
        return answer

    def write(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        media_type: str = JSON,
        *,
        given: Mapping[str, Any] | None = None,
        if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> Answer:
        """The answer to a write, which is carried out once however often it has to be sent."""
        headers = {"Accept": JSON, "Idempotency-Key": str(uuid.uuid4())}
        if body:
            headers["Content-Type"] = media_type
        if if_match:
            headers["If-Match"] = if_match
        if if_none_match:
            headers["If-None-Match"] = if_none_match
        return self._answered(method, _address(path, given), body, headers)

    def post(
        self,
        path: str,
        body: bytes,
        media_type: str,
        *,
        given: Mapping[str, Any] | None = None,
        accept: str = JSON,
    ) -> Answer:
        """The answer to a POST that asks and stores nothing."""
        headers = {"Accept": accept, "Content-Type": media_type}
        return self._answered("POST", _address(path, given), body, headers)

    def stream(self, path: str, body: bytes, media_type: str, accept: str) -> BaseHTTPResponse:
        """An answer to be read piece by piece, and closed by whoever reads it."""
        headers = {"Accept": accept, "Content-Type": media_type}
        response = self._sent("POST", path, body, headers, preload=False)
        if response.status != 200:
            with response:
                raise problem(response.status, response.read())
        return response

    def _answered(
        self, method: str, address: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        response = self._sent(method, address, body, headers, preload=True)
        if response.status >= 300 and response.status != 304:
            raise problem(response.status, response.data)
        said = response.headers
        media_type = said.get("Content-Type", "").partition(";")[0]
        tag, location = said.get("ETag"), said.get("Location")
        return Answer(response.status, response.data, media_type, tag, location)

    def _sent(
        self,
        method: str,
        address: str,
        body: bytes | None,
        headers: Mapping[str, str],
        *,
        preload: bool,
    ) -> BaseHTTPResponse:
        try:
            return self._pool.request(
                method,
                self.url + address,
                body=body,
                headers={**self._headers, **headers},
                preload_content=preload,
            )
        except HTTPError as error:
            raise Unavailable(0, "No answer", f"{self.url} does not answer: {error}") from error

    def _remember(self, key: tuple[str, str], answer: Answer) -> None:
        if not answer.etag or len(answer.body) > _KNOWN_BYTES:
            return
        with self._lock:
            self._known[key] = answer
            self._known.move_to_end(key)
            while len(self._known) > _KNOWN_ANSWERS:
                self._known.popitem(last=False)

    def close(self) -> None:
        """Let go of every connection."""
        self._pool.clear()


def _address(path: str, given: Mapping[str, Any] | None) -> str:
    said = {name: value for name, value in (given or {}).items() if value is not None}
    return f"{path}?{urlencode(said)}" if said else path
