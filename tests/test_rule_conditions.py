"""Every condition in a rule matters: without it, some case of the rule fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from kb_service.engine.rules import Rule
from tests.rule_cases import all_rules, cases, is_upheld, stage_of

_START = re.compile(r"\bFILTER NOT EXISTS\s*(?=\{)|\bFILTER\s*(?=\()|\bMINUS\s*(?=\{)")
_CLOSES = {"{": "}", "(": ")"}


@dataclass(frozen=True)
class Condition:
    """A FILTER or MINUS of a rule, or one side of an `&&` in it."""

    rule: Rule
    term: str
    text_without: str


def conditions(rule: Rule) -> Iterator[Condition]:
    """Every FILTER, MINUS and NOT EXISTS of a rule, those joined by `&&` one by one."""
    text = rule.text
    for match in _START.finditer(text):
        end = _end_of_block(text, match.end())
        block = text[match.end() + 1 : end - 1]
        terms = _terms(block) if text[match.end()] == "(" else [block]
        for term in terms:
            rest = " && ".join(other for other in terms if other != term)
            kept = f"FILTER ({rest})" if rest else ""
            yield Condition(rule, " ".join(term.split()), text[: match.start()] + kept + text[end:])


def _terms(block: str) -> list[str]:
    """The sides of every `&&` that stands outside brackets."""
    terms, depth, start = [], 0, 0
    for at, char in enumerate(block):
        depth += (char == "(") - (char == ")")
        if depth == 0 and block.startswith("&&", at):
            terms.append(block[start:at].strip())
            start = at + 2
    return [*terms, block[start:].strip()]


def _end_of_block(text: str, start: int) -> int:
    opening, depth = text[start], 0
    for at in range(start, len(text)):
        depth += (text[at] == opening) - (text[at] == _CLOSES[opening])
        if depth == 0:
            return at + 1
    raise ValueError("close every bracket")


@pytest.mark.parametrize(
    "condition",
    [each for rule in all_rules() for each in conditions(rule)],
    ids=lambda condition: f"{condition.rule.name}: {condition.term}",
)
def test_some_case_fails_without_a_condition_of_its_rule(
    condition: Condition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb_service.engine.conclude.MOST_ROUNDS", 10)
    rule = condition.rule
    weaker = replace(rule, text=condition.text_without)
    own = [case for case in cases() if case.rule == rule.iri.value]

    assert not all(
        is_upheld(case, [weaker if each == rule else each for each in stage_of(case)])
        for case in own
    ), "no case of the rule notices that this condition is gone"
