"""Answers sent small: data is compressed where the client takes it, pages and secrets are not."""

from __future__ import annotations

from flask import Flask
from flask_compress import Compress

from kb_service.store.result_formats import GRAPH_TYPES, RESULT_TYPES

_OTHERS = ("application/openapi+json", "image/svg+xml", "text/css", "text/javascript")
_ENCODINGS = ["zstd", "br", "gzip"]
LEAST_COMPRESSED = 1024
"""Bytes; what is smaller is sent as it is."""


def register_compression(app: Flask) -> None:
    """Compress data in formats of results and graphs, whether it is sent whole or in pieces.

    Pages repeat what was typed into a form beside what only the reader may see; the length of such
    a page, compressed, tells whether the two are alike, so pages are sent as they are. Register
    this before whatever sets the tags of answers, so that it runs after that.
    """
    app.config.update(
        COMPRESS_MIMETYPES=[*RESULT_TYPES, *GRAPH_TYPES, *_OTHERS],
        COMPRESS_ALGORITHM=_ENCODINGS,
        COMPRESS_ALGORITHM_STREAMING=_ENCODINGS,
        COMPRESS_MIN_SIZE=LEAST_COMPRESSED,
        COMPRESS_LEVEL=5,
        COMPRESS_EVALUATE_CONDITIONAL_REQUEST=False,
    )
    Compress(app)
