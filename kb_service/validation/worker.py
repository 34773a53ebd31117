"""The worker process that reads strangers' RDF and checks it against the shapes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat, Triple, parse, serialize

from kb_service.findings import Finding, RefusedInput
from kb_service.knowledge_files import read_shared_knowledge
from kb_service.validation.checker import Checker
from kb_service.validation.document_places import document_places
from kb_service.validation.shapes import own_shapes
from kb_service.validation.submissions import parse_submission

Request = Mapping[str, Any]
Response = dict[str, Any]


def start(root: str | None = None) -> Callable[[Request], Response]:
    """What answers requests, with shapes and shared knowledge of a knowledge folder in memory.

    `{"kind": "rdf", "data", "media_type", "filename"?, "today"}` reads a document and checks it,
    `{"kind": "triples", "ntriples", "today"}` checks facts of our own making, either of them beside
    `"context_ntriples"` if there are any; `{"kind": "read", "data", …}` only reads. The answer has
    `findings`, `status`, and of what is faultless `triples` (how many) and `ntriples`.
    `{"kind": "places", "data", …, "ntriples", "findings"}` answers with the `findings` about what
    was read as these triples, each with its place in the document.
    """
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
    folder = Path(root) if root else None
    checker = Checker(own_shapes(folder), read_shared_knowledge(folder))

    def answer(request: Request) -> Response:
        if request["kind"] == "places":
            return {"findings": _placed(request)}
        try:
            data, beside = _triples(request)
        except RefusedInput as refused:
            return _response(refused.findings) | {"status": refused.status}
        findings: list[Finding] = []
        if request["kind"] != "read":
            findings = checker.check(data, date.fromisoformat(request["today"]), beside)
        faultless = all(finding.severity != "violation" for finding in findings)
        return _response(findings) | {
            "status": 200 if faultless else 422,
            "triples": len(data),
            "ntriples": serialize(data, format=RdfFormat.N_TRIPLES) if faultless else b"",
        }

    return answer


def _triples(request: Request) -> tuple[list[Triple], list[Triple]]:
    beside = _ntriples(request.get("context_ntriples", b""))
    if request["kind"] == "triples":
        return _ntriples(request["ntriples"]), beside
    if request["kind"] in ("rdf", "read"):
        return parse_submission(*_document(request)), beside
    raise ValueError(f"unknown kind of request: {request['kind']!r}")


def _placed(request: Request) -> list[Finding]:
    """The findings with their places, as far as they have none."""
    places = document_places(*_document(request), _ntriples(request["ntriples"]))
    found: list[Finding] = request["findings"]
    return [
        replace(one, where=one.where or places.place(one.focus, one.path, one.value))
        for one in found
    ]


def _document(request: Request) -> tuple[bytes, str, str]:
    return request["data"], request.get("media_type", ""), request.get("filename", "")


def _ntriples(text: bytes) -> list[Triple]:
    return [quad.triple for quad in parse(text, format=RdfFormat.N_TRIPLES)]


def _response(findings: Sequence[Finding]) -> Response:
    return {"findings": list(findings), "triples": 0, "ntriples": b""}
