"""The app that every server is measured with: the plain dataset, and a page of 32 MiB."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kb_service.configuration import Configuration
from kb_service.store import KnowledgeStore
from kb_service.web.plain import create_plain_app
from tools.server_benchmark.candidates import FOLDER

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_PIECE = b"x" * 65536
_PIECES = 512

plain = create_plain_app(KnowledgeStore(Path(os.environ[FOLDER])), Configuration())


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The plain app, and at /large a page that no socket buffer holds."""
    if environ["PATH_INFO"] != "/large":
        return plain(environ, start_response)
    start_response("200 OK", [("Content-Type", "application/octet-stream")])
    return (_PIECE for _ in range(_PIECES))
