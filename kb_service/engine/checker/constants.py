"""Numbers and days that somebody may want to change: they belong in the policy, not in a rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from rdflib import Literal

from kb_service.engine.checker.algebra import Call, Triples, expressions, parts, walk
from kb_service.engine.checker.parsing import ParsedRule
from kb_service.engine.checker.reading import Book
from kb_service.findings import Finding

ARITHMETIC = {
    Decimal(0): "nought, below which nothing is",
    Decimal("0.5"): "rounding half up",
    Decimal(1): "the next in order",
    Decimal(10): "one decimal",
    Decimal(12): "months of a year",
    Decimal(1000): "percent with one decimal; and source ranks sorted as text",
    Decimal(10000): "ratio with four decimals",
}
"""Numbers that no organisation would set otherwise; all others belong in the policy."""

_COMPARISONS = {"=", "!=", "<", ">", "<=", ">=", "IN", "NOT IN"}
_HIDDEN = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*|-?\d{4}-\d{2}(-\d{2}.*)?")


def constant_faults(book: Book) -> Iterator[Finding]:
    """Every number or day in a rule that belongs in the policy."""
    for rule in book.rules:
        yield from _unusual_numbers(rule)
        yield from _hidden_in_text(rule)
        yield from _compared(rule)


def _unusual_numbers(rule: ParsedRule) -> Iterator[Finding]:
    for token in rule.source.tokens:
        if token.kind == "number" and Decimal(token.text) not in ARITHMETIC:
            yield _belongs_in_policy(rule, token.line, token.text)


def _hidden_in_text(rule: ParsedRule) -> Iterator[Finding]:
    for token in rule.source.tokens:
        if token.kind == "string" and _HIDDEN.fullmatch(token.text.strip("\"'")):
            yield _belongs_in_policy(rule, token.line, token.text)


def _compared(rule: ParsedRule) -> Iterator[Finding]:
    """Constants that something read is compared with: nought is no threshold, any other is."""
    for whole in expressions(rule.body):
        for part in parts(whole):
            if isinstance(part, Call) and part.name in _COMPARISONS:
                yield from (_threshold(rule, c) for c in part.arguments if _is_threshold(c))
    patterns = [p for node in walk(rule.body) if isinstance(node, Triples) for p in node.patterns]
    yield from (_threshold(rule, o) for _, _, o in patterns if _is_threshold(o) or o == Literal(0))


def _is_threshold(term: object) -> bool:
    return (
        isinstance(term, Literal)
        and isinstance(term.value, int | float | Decimal)
        and not isinstance(term.value, bool)
        and term.value != 0
    )


def _threshold(rule: ParsedRule, term: object) -> Finding:
    lines = (t.line for t in rule.source.tokens if t.kind == "number" and t.text == str(term))
    return _belongs_in_policy(rule, next(lines, rule.source.line_of_word("WHERE")), str(term))


def _belongs_in_policy(rule: ParsedRule, line: int, number: str) -> Finding:
    return rule.source.violation(
        line,
        f"{number} 是可以调整的数值，应写在 rules/policy.ttl 里；请给它起名，再在这里读取："
        "policy:… judgement:value ?limit .",
        f"{number} is something an organisation may want to change, so it belongs in"
        " rules/policy.ttl; name it there and read it here: policy:… judgement:value ?limit .",
        number,
    )
