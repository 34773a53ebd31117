"""The W3C's query and update suites of SPARQL 1.0 and 1.1, over HTTP against a plain service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.endpoint import Endpoint
from tests.conformance.run import failures
from tests.conformance.server import plain_service
from tests.conformance.suites import fetch_suites

_FETCHES = "LOAD and SERVICE are refused on purpose"
_NUMBERS = "the store keeps a number in its canonical form: 01 and 1 are one term"
_RDF_11 = "since RDF 1.1 a plain literal is an xsd:string; the suite has a newer test beside it"
_CUSTOM = "the query calls a function that only its author has: it is parsed, then refused"
_SPARQL_10 = "the grammar of SPARQL 1.1 decides otherwise than that of 1.0"
_ONE_GRAPH = "a graph read as default and as named graph is one graph, with its blank nodes"

KNOWN = {
    "sparql11/aggregates": {"agg-empty-group": "by the errata no rows make no group"},
    "sparql11/csv-tsv-res": {"csv03": _NUMBERS},
    "sparql11/functions": {
        "bnode01": "the engine gives one blank node to a label in all rows of an answer",
        "strdt03": _RDF_11,
        "strlang03": _RDF_11,
    },
    "sparql11/syntax-fed": dict.fromkeys(("test_1", "test_2", "test_3"), _FETCHES),
    "sparql11/syntax-query": {"test_4": _CUSTOM},
    "sparql11/syntax-update-1": dict.fromkeys(
        ("test_1", "test_2", "test_3", "test_4", "test_37"), _FETCHES
    ),
    "sparql11/update-silent": dict.fromkeys(("load-silent", "load-into-silent"), _FETCHES),
    "dawg-data-r2/basic": {"term-6": _SPARQL_10, "term-7": _SPARQL_10},
    "dawg-data-r2/dataset": dict.fromkeys(
        ("dawg-dataset-09", "dawg-dataset-10", "dawg-dataset-12"), _ONE_GRAPH
    ),
    "dawg-data-r2/distinct": {
        "distinct-1": _NUMBERS,
        "distinct-2": _RDF_11,
        "distinct-9": f"{_NUMBERS}; {_RDF_11}",
    },
    "dawg-data-r2/expr-builtin": {
        "dawg-datatype-2": _RDF_11,
        **dict.fromkeys(
            ("dawg-str-1", "dawg-str-2", "sameTerm-simple", "sameTerm-eq", "sameTerm-not-eq"),
            _NUMBERS,
        ),
    },
    "dawg-data-r2/expr-equals": {"eq-graph-1": _NUMBERS, "eq-graph-2": _NUMBERS},
    "dawg-data-r2/open-world": {
        "date-2": "the engine compares xsd:date, which SPARQL 1.0 did not know",
        "open-eq-01": _NUMBERS,
    },
    "dawg-data-r2/optional-filter": {
        "dawg-optional-filter-005-simplified": "another reading of the standard, which the suite "
        "holds beside the one that the engine follows"
    },
    "dawg-data-r2/syntax-sparql1": {
        "syntax-lit-08": _SPARQL_10,
        **dict.fromkeys(("syntax-expr-05", "syntax-order-05", "syntax-order-06"), _CUSTOM),
    },
    "dawg-data-r2/syntax-sparql2": {
        "syntax-esc-04": _SPARQL_10,
        "syntax-esc-05": _SPARQL_10,
        **{f"syntax-function-0{number}": _CUSTOM for number in (1, 2, 3, 4)},
    },
    "dawg-data-r2/syntax-sparql3": {"syn-bad-26": _SPARQL_10},
}
"""The tests of each folder that fail, and why."""
LEFT_OUT = {
    "entailment": "the service entails by its own rules, not in a query",
    "service": "SERVICE is refused on purpose",
    "protocol": "told apart by requests, which tests/test_w3c_protocol.py makes",
    "service-description": "the same",
}


@pytest.fixture(scope="module")
def suites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The suites, fetched from the package registry."""
    return fetch_suites(tmp_path_factory.mktemp("suites"))


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """A plain service with nothing in it."""
    with plain_service(tmp_path_factory.mktemp("plain") / "data") as started:
        yield started


@pytest.mark.parametrize("suite", ["sparql11", "dawg-data-r2"])
def test_every_test_passes_but_those_with_a_reason(
    suites: Path, endpoint: Endpoint, suite: str
) -> None:
    folders = sorted(path.parent.name for path in (suites / suite).glob("*/manifest.ttl"))
    assert len(folders) > 20

    failed = {
        f"{suite}/{folder}": found
        for folder in folders
        if folder not in LEFT_OUT and (found := failures(endpoint, suites, f"{suite}/{folder}"))
    }

    known = {name: tests for name, tests in KNOWN.items() if name.startswith(suite)}
    assert {name: set(tests) for name, tests in failed.items()} == {
        name: set(tests) for name, tests in known.items()
    }, failed
