"""Rule texts parsed: what could be made harmful to a parser is refused before one runs."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import rdflib
from pyoxigraph import Literal, Store
from pyparsing import ParseBaseException
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.term import Node

from kb_service.engine.checker.algebra import (
    Algebra,
    Call,
    Exists,
    Expression,
    TriplePattern,
    Triples,
    inputs,
    own_expressions,
    walk,
)
from kb_service.engine.checker.header import rule_header
from kb_service.engine.checker.language import language_faults, prefix_faults
from kb_service.engine.checker.texts import RuleText
from kb_service.engine.checker.translate import translate
from kb_service.engine.header import Header
from kb_service.engine.patterns import reading_of
from kb_service.engine.rules import Rule, rule_of
from kb_service.findings import Finding

MOST_CHARACTERS = 16_000
MOST_NESTING = 16
MOST_PATTERNS = 60
MOST_STEPS = 120
"""Up to here both parsers answer in about a second; the longest rule that ships has 18 patterns."""

_PARSING = threading.Lock()
"""rdflib's first parse in several threads at once breaks its parser for the life of the process."""


@dataclass(frozen=True)
class ParsedRule:
    """A rule as text, as its header and as algebra."""

    source: RuleText
    header: Header
    head: tuple[TriplePattern, ...]
    body: Algebra
    rule: Rule = field(repr=False)

    @property
    def name(self) -> str:
        """The name of the rule, which is that of its file."""
        return self.source.name


class Unreadable(ValueError):
    """A text that is no rule; says why."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(finding.message["en"] for finding in findings))
        self.findings = findings


@lru_cache(maxsize=1024)
def parse_rule(source: RuleText) -> ParsedRule:
    """The rule in a text, parsed once however often it is checked.

    Raises Unreadable for a text that is too large, too deep, or no query that rules may be.
    """
    if faults := (*_faults_of_text(source), *prefix_faults(source)):
        raise Unreadable(*faults)
    algebra = _algebra(source)
    if algebra.name != "ConstructQuery" or algebra.get("template") is None:
        raise Unreadable(_no_construct(source))
    head = tuple((s, p, o) for s, p, o in algebra.template)
    body = _body(source, algebra)
    if faults := tuple(language_faults(source, head, body)):
        raise Unreadable(*faults)
    header = rule_header(source.text)
    parsed = ParsedRule(
        source, header, head, body, rule_of(source.name, source.stage, header, source.text)
    )
    _refuse_what_the_engine_cannot_read(parsed)
    return parsed


def _faults_of_text(source: RuleText) -> Iterator[Finding]:
    if len(source.text) > MOST_CHARACTERS:
        yield source.violation(
            1,
            f"规则文件超过 {MOST_CHARACTERS} 个字符；请拆成几条规则，一个文件一条。",
            f"The file is longer than {MOST_CHARACTERS} characters; split it into several rules,"
            " one to a file.",
        )
        return
    depth = 0
    for token in source.tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        if depth > MOST_NESTING:
            yield source.violation(
                token.line,
                f"括号嵌套超过 {MOST_NESTING} 层；请写得扁平一些，或拆成几条规则。",
                f"Brackets are nested deeper than {MOST_NESTING} levels; write this flatter, or as"
                " several rules.",
            )
            return
        if token.kind == "unended":
            yield source.violation(
                token.line,
                "这个字符串没有结束；请补上引号。",
                "This string has no end; close its quotation mark.",
            )


def _algebra(source: RuleText) -> Any:
    try:
        with _PARSING:
            return translateQuery(parseQuery(source.text)).algebra
    except ParseBaseException as error:
        raise Unreadable(_no_sparql(source, error.lineno, error.column, error.line)) from error
    except RecursionError as error:
        raise Unreadable(_too_much(source)) from error
    except Exception as error:  # rdflib raises bare Exception for what the grammar cannot say
        raise Unreadable(_not_understood(source, str(error))) from error


def _body(source: RuleText, algebra: Any) -> Algebra:
    query = algebra.p
    while query.name in ("Project", "Distinct"):
        query = query.p
    try:
        body = translate(query)
    except RecursionError as error:
        raise Unreadable(_too_much(source)) from error
    if _is_deeper(body, MOST_STEPS):
        raise Unreadable(_too_much(source))
    if sum(len(each.patterns) for each in walk(body) if isinstance(each, Triples)) > MOST_PATTERNS:
        raise Unreadable(_too_much(source))
    return body


def _is_deeper(node: Algebra | Expression, steps: int) -> bool:
    """Whether more than so many steps lie one inside the other."""
    if steps == 0:
        return True
    below: tuple[Algebra | Expression, ...]
    if isinstance(node, Call):
        below = node.arguments
    elif isinstance(node, Exists):
        below = (node.pattern,)
    elif isinstance(node, Node):
        return False
    else:
        below = (*inputs(node), *own_expressions(node))
    return any(_is_deeper(each, steps - 1) for each in below)


def _refuse_what_the_engine_cannot_read(parsed: ParsedRule) -> None:
    """Let the engine parse the query and nothing more: what it answers is not looked at."""
    try:
        Store().query(parsed.source.text)
        _ = parsed.rule.update, parsed.rule.conclusion_variable
    except SyntaxError as error:
        raise Unreadable(_not_understood(parsed.source, str(error))) from error
    except ValueError as error:
        raise Unreadable(_not_as_rules_are(parsed.source, str(error))) from error
    if not _is_read_as_it_is_meant(parsed):
        raise Unreadable(_misread(parsed.source))


def _is_read_as_it_is_meant(parsed: ParsedRule) -> bool:
    """Whether what tells whom a change concerns sees the patterns that the query has."""
    try:
        read = reading_of(parsed.rule).body
    except ValueError:
        return False
    meant = (p for node in walk(parsed.body) if isinstance(node, Triples) for p in node.patterns)
    seen = ((each.subject, each.predicate, each.object) for each in read)
    return Counter(map(_line, seen)) == Counter(map(_line, meant))


def _line(pattern: Iterable[object]) -> tuple[str, ...]:
    """A pattern in a form that both parsers share; which literal stands there does not matter."""
    return tuple(
        "literal"
        if isinstance(term, Literal | rdflib.Literal)
        else getattr(term, "value", str(term))
        for term in pattern
    )


def _no_sparql(source: RuleText, line: int, column: int, text: str) -> Finding:
    return source.violation(
        line,
        f"从第 {column} 列起不是 SPARQL 1.1；请改正此处或它之前的符号、前缀或括号：{text.strip()}",
        f"From column {column} on this is not SPARQL 1.1; correct the sign, prefix or bracket here"
        f" or just before: {text.strip()}",
    )


def _not_understood(source: RuleText, reason: str) -> Finding:
    return source.violation(
        source.line_of_word("CONSTRUCT"),
        f"推理引擎读不懂这条查询：{reason[:200]}",
        f"The engine cannot read this query: {reason[:200]}",
    )


def _misread(source: RuleText) -> Finding:
    return source.violation(
        source.line_of_word("WHERE"),
        '条件部分的写法推理引擎会读错；每个三元组模式请写成“主语 属性 值 .”，字符串用一对 " 括起来，写在一行里。',
        "The engine would misread these conditions; write every triple pattern as subject, property"
        ' and value, and each string in one line between a pair of ".',
    )


def _not_as_rules_are(source: RuleText, reason: str) -> Finding:
    return source.violation(
        source.line_of_word("CONSTRUCT"),
        "规则要写成 CONSTRUCT { ?结论 a judgement:… ; … } WHERE { … }，结论和它的类写在最前面"
        f"（{reason[:200]}）。",
        "Write a rule as CONSTRUCT { ?conclusion a judgement:… ; … } WHERE { … }, the conclusion"
        f" and its class first ({reason[:200]}).",
    )


def _too_much(source: RuleText) -> Finding:
    return source.violation(
        source.line_of_word("WHERE"),
        f"规则过大：最多 {MOST_PATTERNS} 个三元组模式、{MOST_STEPS} 个步骤；请拆成几条规则。",
        f"The rule is too large: at most {MOST_PATTERNS} triple patterns and {MOST_STEPS} steps;"
        " split it into several rules.",
    )


def _no_construct(source: RuleText) -> Finding:
    line = next((t.line for t in source.tokens if t.text.upper() != "PREFIX"), 1)
    return source.violation(
        max(line, source.line_of_word("SELECT")),
        "规则只能是 CONSTRUCT { … } WHERE { … } 查询。",
        "A rule is a query of the form CONSTRUCT { … } WHERE { … } and nothing else.",
    )
