"""The tests of one folder, carried out: which of them fail, and how."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.endpoint import Endpoint, Refused
from tests.conformance.results import csv_rows, expected, read_triples, same
from tests.conformance.suites import BASE, Case, cases

NOT_RUN = {
    "ProtocolTest": "told apart by HTTP requests, which test_protocol.py makes",
    "ServiceDescriptionTest": "told apart by HTTP requests, which test_protocol.py makes",
}


def failures(endpoint: Endpoint, suites: Path, folder: str) -> dict[str, str]:
    """What is wrong with each test of a folder that fails, by its name."""
    found = {}
    for case in cases(suites, folder):
        if case.kind not in NOT_RUN and (wrong := _wrong(endpoint, case, folder)):
            found[case.name] = wrong
    return found


def _wrong(endpoint: Endpoint, case: Case, folder: str) -> str:
    if "Syntax" in case.kind:
        return _wrong_syntax(endpoint, case)
    try:
        endpoint.load(case.before, folder)
        if case.kind == "UpdateEvaluationTest":
            endpoint.update(case.text)
            return _wrong_state(endpoint, case, folder)
        return _wrong_answer(endpoint, case, folder)
    except Refused as refused:
        return f"refused: {refused}"


def _wrong_syntax(endpoint: Endpoint, case: Case) -> str:
    accepts = endpoint.update if "Update" in case.kind else endpoint.parse
    endpoint.update("DROP ALL")
    try:
        accepts(case.text)
    except Refused as refused:
        status, said = refused.args
        if "Negative" in case.kind:
            return "" if status == 400 else f"status {status} for wrong syntax"
        return f"refused: {status} {said}"
    return "wrong syntax was accepted" if "Negative" in case.kind else ""


def _wrong_state(endpoint: Endpoint, case: Case, folder: str) -> str:
    default = [
        triple
        for file in case.after.default
        for triple in read_triples(file, f"{BASE}{folder}/{file.name}")
    ]
    if not same(endpoint.graph(None), default):
        return f"the default graph is {endpoint.graph(None)}"
    wanted = {name: read_triples(file, name) for name, file in case.after.named}
    for name in {*wanted, *endpoint.graphs()}:
        if not same(endpoint.graph(name), wanted.get(name, [])):
            return f"the graph {name} is {endpoint.graph(name)}"
    return ""


def _wrong_answer(endpoint: Endpoint, case: Case, folder: str) -> str:
    assert case.result is not None, case
    if case.result.suffix == ".csv":
        found = endpoint.query_csv(case.text)
        return "" if found == csv_rows(case.result.read_bytes()) else f"{found}"
    answer = endpoint.query(case.text)
    wanted = expected(case.result, f"{BASE}{folder}/{case.result.name}")
    reduced = "REDUCED" in case.text.upper()
    return "" if same(answer, wanted, rows_may_repeat_less=reduced) else f"{answer} for {wanted}"
