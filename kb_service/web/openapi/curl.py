"""A request as somebody would type it in a shell."""

from __future__ import annotations

import json
import shlex
from urllib.parse import urlencode

from kb_service.web.openapi.operations import Example


def curl(method: str, address: str, example: Example) -> str:
    """The command that carries out an example at an address."""
    if example.query:
        address += "?" + urlencode(example.query)
    words = ["curl", "-s"]
    if method != "GET":
        words += ["-X", method]
    words.append(address)
    if example.accept:
        words += ["-H", f"Accept: {example.accept}"]
    text = example.text
    if example.body is not None:
        text = json.dumps(example.body, ensure_ascii=False)
    if text:
        words += ["-H", f"Content-Type: {example.type or 'application/json'}"]
        words += ["--data-binary", text]
    return shlex.join(words)
