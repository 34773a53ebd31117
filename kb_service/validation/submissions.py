"""Strangers' RDF as triples. Only for worker processes: bad enough input can end the process."""

from __future__ import annotations

from pathlib import PurePath

from pyoxigraph import RdfFormat, Triple, parse

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.validation.precautions import json_faults, turtle_faults, xml_faults
from kb_service.validation.syntax import syntax_fault
from kb_service.validation.text import shown

MOST_BYTES = 20_000_000
MOST_TRIPLES = 400_000
MEDIA_TYPES = {
    "text/turtle": RdfFormat.TURTLE,
    "application/x-turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
}
EXTENSIONS = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".jsonld": RdfFormat.JSON_LD,
    ".json": RdfFormat.JSON_LD,
    ".rdf": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
}
_PRECAUTIONS = {
    RdfFormat.JSON_LD: json_faults,
    RdfFormat.RDF_XML: xml_faults,
    RdfFormat.TURTLE: turtle_faults,
    RdfFormat.N_TRIPLES: turtle_faults,
}
_UTF8_MARK = b"\xef\xbb\xbf"


def parse_submission(data: bytes, media_type: str = "", filename: str = "") -> list[Triple]:
    """The triples of a document, each as it was written.

    The media type decides how to read it, or the file name where that says nothing. Raises
    RefusedInput: 415 for another kind of document, 413 for a longer one, 400 for one that cannot
    be read. Nothing is fetched from anywhere.
    """
    kind = rdf_format(media_type, filename)
    if kind is None:
        raise RefusedInput((_unknown_kind(media_type or filename),), 415)
    if len(data) > MOST_BYTES:
        raise RefusedInput((_too_long(),), 413)
    text = data.removeprefix(_UTF8_MARK)
    if faults := [*_encoding_faults(text), *_PRECAUTIONS[kind](text)]:
        raise RefusedInput(faults[:1], 400)
    triples = _parsed(text, kind)
    if not triples:
        raise RefusedInput((_empty(kind),), 400)
    return triples


def rdf_format(media_type: str, filename: str = "") -> RdfFormat | None:
    """How to read a document, None when it is none of the kinds that can be read."""
    essence = media_type.partition(";")[0].strip().lower()
    if essence in ("", "application/octet-stream", "binary/octet-stream", "text/plain"):
        return EXTENSIONS.get(PurePath(filename).suffix.lower())
    return MEDIA_TYPES.get(essence)


def _parsed(text: bytes, kind: RdfFormat) -> list[Triple]:
    triples: list[Triple] = []
    try:
        for quad in parse(text, format=kind, without_named_graphs=True, rename_blank_nodes=True):
            triples.append(quad.triple)
            if len(triples) > MOST_TRIPLES:
                raise RefusedInput((_too_long(),), 413)
    except SyntaxError as error:
        raise RefusedInput((syntax_fault(error, text),), 400) from error
    if any(isinstance(triple.object, Triple) for triple in triples):
        raise RefusedInput((_nested(),), 400)
    return triples


def _encoding_faults(text: bytes) -> list[Finding]:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        return [
            violation(
                f"第 {line} 行不是 UTF-8 编码；请在编辑器中选择“另存为 UTF-8”后再提交。",
                f"Line {line} is not UTF-8; save the file as UTF-8 in your editor and hand it in"
                " again.",
                f"line {line}",
            )
        ]
    return []


def _unknown_kind(given: str) -> Finding:
    return violation(
        "请提交 Turtle（.ttl，text/turtle）、JSON-LD（.jsonld，application/ld+json）、"
        "RDF/XML（.rdf，application/rdf+xml）或 N-Triples（.nt）文件；不收带命名图的 TriG 和 N-Quads。",
        "Hand in Turtle (.ttl, text/turtle), JSON-LD (.jsonld, application/ld+json), RDF/XML (.rdf,"
        " application/rdf+xml) or N-Triples (.nt); TriG and N-Quads with named graphs are not taken.",
        value=shown(given),
    )


def _too_long() -> Finding:
    megabytes, triples = MOST_BYTES // 1_000_000, f"{MOST_TRIPLES:,}"
    return violation(
        f"一次最多提交 {megabytes} MB、{triples} 条三元组；请分成几个文件提交。",
        f"One document may have {megabytes} MB and {triples} triples; hand it in as several.",
    )


def _empty(kind: RdfFormat) -> Finding:
    json = kind == RdfFormat.JSON_LD
    return violation(
        "文件里没有一条三元组"
        + ("；JSON 缺少 @context 时，字段名不会被当作属性。" if json else "。"),
        "There is not one triple in this document"
        + ("; without an @context the names of JSON fields mean nothing." if json else "."),
    )


def _nested() -> Finding:
    return violation(
        "这里不收关于三元组的三元组（<<( … )>>）；请为要说明的事物写一个地址。",
        "Triples about triples (<<( … )>>) are not taken here; give what you speak of an address.",
    )


__all__ = ["EXTENSIONS", "MEDIA_TYPES", "MOST_BYTES", "parse_submission", "rdf_format"]
