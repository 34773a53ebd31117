"""The conditions of a rule, and the rule without each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb_service.engine.rules import Rule

_START = re.compile(r"\bFILTER NOT EXISTS\s*(?=\{)|\bFILTER\s*(?=\()|\bMINUS\s*(?=\{)")
_CLOSES = {"{": "}", "(": ")"}


@dataclass(frozen=True)
class Condition:
    """A FILTER or MINUS of a rule, or one side of an `&&` in it."""

    rule: Rule
    words: str
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
            words = " ".join((match[0].strip() if len(terms) == 1 else "FILTER", *term.split()))
            yield Condition(rule, words, text[: match.start()] + kept + text[end:])


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
