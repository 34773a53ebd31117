"""No text that stands in the place of a rule makes the checker fail, hang or answer nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb_service.engine.checker import RuleText, check_rule_texts
from tests.rule_reading import ontology, shipped_texts

DEEP = [
    "FILTER (" + "(" * 5000 + "1" + ")" * 5000 + ")",
    "{" * 5000 + "}" * 5000,
    "?a ?b " + "[" * 5000 + "]" * 5000 + " .",
    "FILTER (" + "1 + " * 3500 + "1 > 0)",
    "FILTER (" + "!" * 9000 + "true)",
    "?a <x:y>" + "/<x:y>" * 2000 + " ?b .",
    "".join(f"?a{n} <x:y> ?b{n} . " for n in range(700)),
    "?s ?p ?o OPTIONAL { ?s ?p ?x } " * 400,
    "{ ?s ?p ?o } UNION " * 600 + "{ ?s ?p ?o }",
    'BIND ("' + "x" * 15_000 + '" AS ?x)',
    "BIND (" + "9" * 15_000 + " AS ?x)",
]


@pytest.mark.parametrize("body", DEEP, ids=lambda body: body[:20])
def test_a_text_that_would_exhaust_a_parser_is_refused_before_one_runs(body: str) -> None:
    text = shipped_texts()[0]
    hostile = replace(text, text=text.text.replace("WHERE {", "WHERE { " + body))

    found = check_rule_texts([hostile], ontology())

    assert [f for f in found if f.severity == "violation"]


WORDS = (
    "{ } ( ) [ ] . ; , ?x ?person ?requirement a core:part judgement:Gap judgement:ofPerson"
    " OPTIONAL MINUS UNION FILTER BIND BOUND COALESCE IF IRI CONCAT STR NOT EXISTS SELECT"
    " WHERE GROUP BY MAX COUNT AS CONSTRUCT PREFIX <x:y> 'text' \"open 1 0.5 = < > && || ! - +"
    " * / ^^ @zh # \\ VALUES GRAPH SERVICE FROM _:b $this"
)
PIECES = st.sampled_from(WORDS.split())


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    rule=st.sampled_from(shipped_texts()),
    cuts=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 60), PIECES), max_size=6),
)
def test_whatever_a_rule_is_changed_into_the_check_answers(
    rule: RuleText, cuts: list[tuple[int, int, str]]
) -> None:
    text = rule.text
    for start, length, piece in cuts:
        text = text[:start] + f" {piece} " + text[start + length :]

    found = check_rule_texts([replace(rule, text=text)], ontology())

    assert all(finding.where.startswith(rule.path) for finding in found)
