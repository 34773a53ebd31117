"""Whether two answers say the same: rows in any order, blank nodes under any name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    RdfFormat,
    Store,
    Triple,
    parse,
    parse_query_results,
)

Term = NamedNode | BlankNode | Literal
Row = dict[str, Term]
Answer = bool | list[Row] | list[Triple]

_RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_OF = NamedNode(_RS + "of")
_RDF_FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".rdf": RdfFormat.RDF_XML,
    ".nt": RdfFormat.N_TRIPLES,
}
_ROW_FORMATS = {
    ".srx": QueryResultsFormat.XML,
    ".srj": QueryResultsFormat.JSON,
    ".tsv": QueryResultsFormat.TSV,
}


def read_triples(file: Path, base: str) -> list[Triple]:
    """The triples of a file, numbers written as the engine's store writes them."""
    quads = parse(
        path=str(file),
        format=_RDF_FORMATS[file.suffix],
        base_iri=base,
        rename_blank_nodes=True,
    )
    return stored(quad.triple for quad in quads)


def stored(triples: Iterable[Triple]) -> list[Triple]:
    """The triples with every literal in the form in which a store keeps it."""
    scratch = Store()
    scratch.extend(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in triples)
    return [quad.triple for quad in scratch]


def expected(file: Path, base: str) -> Answer:
    """The answer that a manifest's result file holds."""
    if file.suffix in _ROW_FORMATS:
        return parsed_rows(file.read_bytes(), _ROW_FORMATS[file.suffix])
    triples = read_triples(file, base)
    types = {t.object.value for t in triples if isinstance(t.object, NamedNode)}
    return _result_set(triples) if _RS + "ResultSet" in types else triples


def parsed_rows(data: bytes, form: QueryResultsFormat) -> bool | list[Row]:
    """The answer in one of the result formats."""
    found = parse_query_results(data, format=form)
    if isinstance(found, QueryBoolean):
        return bool(found)
    names = [variable.value for variable in found.variables]
    return [
        {name: _canonical(term) for name, term in zip(names, row, strict=True) if term is not None}
        for row in found
    ]


def csv_rows(data: bytes) -> list[tuple[str, ...]]:
    """The rows of a CSV answer in order, columns by name, blank nodes without their names."""
    rows = csv.DictReader(io.StringIO(data.decode()))
    return sorted(
        tuple(f"{name}={'_:' if row[name].startswith('_:') else row[name]}" for name in sorted(row))
        for row in rows
    )


def _canonical(term: Term) -> Term:
    if not isinstance(term, Literal):
        return term
    node = NamedNode("http://example.org/x")
    (triple,) = stored([Triple(node, node, term)])
    return _term(triple.object)


def _term(term: Term | Triple) -> Term:
    assert not isinstance(term, Triple), "the suites know no triple terms"
    return term


def _result_set(triples: list[Triple]) -> bool | list[Row]:
    by_subject: dict[Term, dict[str, list[Term]]] = {}
    for triple in triples:
        said = by_subject.setdefault(_term(triple.subject), {})
        values = said.setdefault(triple.predicate.value.removeprefix(_RS), [])
        values.append(_term(triple.object))
    rows: list[tuple[int, Row]] = []
    for said in by_subject.values():
        if "boolean" in said:
            return said["boolean"][0].value == "true"
        for solution in said.get("solution", []):
            about = by_subject[solution]
            index = int(about["index"][0].value) if "index" in about else 0
            bound = (by_subject[binding] for binding in about.get("binding", []))
            rows.append((index, {one["variable"][0].value: one["value"][0] for one in bound}))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def same(found: Answer, wanted: Answer, *, rows_may_repeat_less: bool = False) -> bool:
    """Whether two answers are the same but for the order of rows and names of blank nodes.

    REDUCED may drop any repetition, so rows may be compared as if none were repeated.
    """
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    once = rows_may_repeat_less
    return _graph(found, once=once) == _graph(wanted, once=once)


def _graph(answer: list[Row] | list[Triple], *, once: bool) -> Dataset:
    """The answer as a canonical graph, so that blank nodes are compared as those of graphs are."""
    graph = Dataset()
    seen = set()
    for row in answer:
        if isinstance(row, Triple):
            graph.add(Quad(row.subject, row.predicate, row.object))
            continue
        key = frozenset((name, str(term)) for name, term in row.items())
        if once and key in seen:
            continue
        seen.add(key)
        node = BlankNode()
        graph.add(Quad(node, _OF, _OF))
        for name, term in row.items():
            graph.add(Quad(node, NamedNode(f"urn:variable:{name}"), term))
    graph.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return graph
