"""Findings as a SHACL validation report, for machines that read RDF."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from kb_service.findings import Finding
from kb_service.knowledge_files import read_turtle, shape_files
from kb_service.vocabulary import NAMESPACES, A, iri

REPORT_FORMATS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
}
_SEVERITIES = {"violation": "Violation", "warning": "Warning", "info": "Info"}
_BOOLEAN = iri("xsd", "boolean")

Resource = NamedNode | BlankNode
Paths = Mapping[Resource, Sequence[Triple]]


def report(
    findings: Sequence[Finding], media_type: str = "text/turtle", root: Path | None = None
) -> bytes:
    """The findings as `sh:ValidationReport`, in one of the REPORT_FORMATS.

    Raises KeyError for another media type.
    """
    prefixes = {
        name: NAMESPACES[name] for name in ("sh", "shape", "core", "people", "learning", "xsd")
    }
    written = serialize(
        report_triples(findings, root), format=REPORT_FORMATS[media_type], prefixes=prefixes
    )
    return written or b""


def report_triples(findings: Sequence[Finding], root: Path | None = None) -> Iterator[Triple]:
    """The triples of the report; it conforms when there is nothing to say, as SHACL has it."""
    whole = BlankNode()
    yield Triple(whole, A, iri("sh", "ValidationReport"))
    conforms = Literal(str(not findings).lower(), datatype=_BOOLEAN)
    yield Triple(whole, iri("sh", "conforms"), conforms)
    for finding in findings:
        result = BlankNode()
        yield Triple(whole, iri("sh", "result"), result)
        yield from _result(result, finding, _shape_triples(root))


def _result(result: Resource, finding: Finding, shapes: Paths) -> Iterator[Triple]:
    yield Triple(result, A, iri("sh", "ValidationResult"))
    severity = iri("sh", _SEVERITIES[finding.severity])
    yield Triple(result, iri("sh", "resultSeverity"), severity)
    for language, words in finding.message.items():
        yield Triple(result, iri("sh", "resultMessage"), Literal(words, language=language))
    if finding.focus:
        yield Triple(result, iri("sh", "focusNode"), _resource(finding.focus))
    if finding.value:
        yield Triple(result, iri("sh", "value"), Literal(finding.value))
    if not finding.shape:
        return
    shape = NamedNode(finding.shape)
    yield Triple(result, iri("sh", "sourceShape"), shape)
    for triple in shapes.get(shape, ()):
        if triple.predicate == iri("sh", "path"):
            yield Triple(result, iri("sh", "resultPath"), triple.object)
            yield from _below(triple.object, shapes)


def _below(node: object, shapes: Paths) -> Iterator[Triple]:
    """What a path made of blank nodes consists of."""
    if isinstance(node, BlankNode):
        for triple in shapes.get(node, ()):
            yield triple
            yield from _below(triple.object, shapes)


def _resource(name: str) -> Resource:
    """The node a finding names; one whose name was cut short is nobody in particular."""
    try:
        return BlankNode(name.removeprefix("_:")) if name.startswith("_:") else NamedNode(name)
    except ValueError:
        return BlankNode()


@lru_cache(maxsize=4)
def _shape_triples(root: Path | None) -> Paths:
    by_subject: dict[Resource, list[Triple]] = defaultdict(list)
    for path in shape_files(root):
        for triple in read_turtle(path):
            if isinstance(triple.subject, NamedNode | BlankNode):
                by_subject[triple.subject].append(triple)
    return by_subject
