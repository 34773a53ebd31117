"""Every rule concludes what its cases claim, and stays silent at its edges."""

from __future__ import annotations

from collections import Counter

import pytest
from pyoxigraph import NamedNode

from kb_service.engine.rules import Rule
from kb_service.vocabulary import local_id
from tests.rule_cases import (
    CASES,
    Case,
    all_rules,
    cases,
    concluded,
    holds,
    is_upheld,
    read_case,
    stage_of,
)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.title)
def test_case(case: Case) -> None:
    store = concluded(case, stage_of(case))

    assert not case.then or holds(store, case.then), "this should follow"
    assert not case.never or not holds(store, case.never), "this should not follow"
    without = [rule for rule in stage_of(case) if rule.iri.value != case.rule]
    assert not case.then or not is_upheld(case, without), "it follows without the rule exercised"


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_every_rule_has_a_case_that_fires_and_one_at_its_edge(rule: Rule) -> None:
    own = [case for case in cases() if case.rule == rule.iri.value]

    assert [case.title for case in own if case.then]
    assert [case.title for case in own if case.never]


def test_every_case_has_a_title_of_its_own() -> None:
    counted = Counter(case.title for case in cases())

    assert [title for title, count in counted.items() if count > 1] == []


def test_every_case_lies_in_the_folder_of_its_rule() -> None:
    for path in sorted(CASES.rglob("*.trig")):
        assert local_id(NamedNode(read_case(path).rule)) == path.parent.name
