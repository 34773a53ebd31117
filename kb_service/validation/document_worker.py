"""The worker process that reads strangers' RDF into the triples of one graph, without judging it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pyoxigraph import RdfFormat, Triple, parse

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.validation.precautions import json_faults, turtle_faults, xml_faults
from kb_service.validation.syntax import syntax_fault

FORMATS: Mapping[str, RdfFormat] = {
    "text/turtle": RdfFormat.TURTLE,
    "application/x-turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "text/n3": RdfFormat.N3,
}
"""The kinds of document that describe one graph."""
_PRECAUTIONS: Mapping[RdfFormat, Callable[[bytes], list[Finding]]] = {
    RdfFormat.JSON_LD: json_faults,
    RdfFormat.RDF_XML: xml_faults,
    RdfFormat.TURTLE: turtle_faults,
    RdfFormat.N_TRIPLES: turtle_faults,
    RdfFormat.N3: turtle_faults,
}
_UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class GraphDocument:
    """A document that describes one graph; relative IRIs in it are resolved against `base`."""

    data: bytes
    media_type: str
    base: str


def start(most: int) -> Callable[[GraphDocument], tuple[Triple, ...] | RefusedInput]:
    """What reads a document of at most so many triples; its blank nodes are new ones."""

    def read(document: GraphDocument) -> tuple[Triple, ...] | RefusedInput:
        try:
            return tuple(_triples(document, most))
        except RefusedInput as refused:
            return refused

    return read


def _triples(document: GraphDocument, most: int) -> dict[Triple, None]:
    kind = FORMATS[document.media_type]
    text = document.data.removeprefix(_UTF8_MARK)
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8(text.count(b"\n", 0, error.start) + 1) from error
    if faults := _PRECAUTIONS[kind](text) if text.strip() else []:
        raise RefusedInput(faults[:1], 400)
    found: dict[Triple, None] = {}
    try:
        for quad in parse(
            text,
            format=kind,
            base_iri=document.base,
            without_named_graphs=True,
            rename_blank_nodes=True,
        ):
            found[quad.triple] = None
            if len(found) > most:
                raise _too_many(most)
    except SyntaxError as error:
        raise RefusedInput((syntax_fault(error, text),), 400) from error
    return found


def _not_utf8(line: int) -> RefusedInput:
    return RefusedInput(
        (
            violation(
                f"第 {line} 行不是 UTF-8 编码；请另存为 UTF-8 后再提交。",
                f"Line {line} is not UTF-8; save the document as UTF-8 and send it again.",
                f"line {line}",
            ),
        ),
        400,
    )


def _too_many(most: int) -> RefusedInput:
    return RefusedInput(
        (
            violation(
                f"一个图一次最多提交 {most:,} 条三元组；请分成几次用 POST 添加。",
                f"At most {most:,} triples are taken at a time; add the rest by POST.",
            ),
        ),
        413,
    )
