"""What SPARQL has and rules do without, because it hides what is read or depends on more than facts."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import BNode, URIRef, Variable
from rdflib.term import Node

from kb_service.engine.checker.algebra import (
    Algebra,
    Bind,
    Call,
    Expression,
    Forbidden,
    Minus,
    TriplePattern,
    Triples,
    expressions,
    parts,
    visible,
    walk,
)
from kb_service.engine.checker.texts import BODY, HEAD, RuleText
from kb_service.engine.tokens import tokens
from kb_service.findings import Finding
from kb_service.vocabulary import NAMESPACES, iri

_BY_CHANCE = {"NOW", "RAND", "UUID", "STRUUID", "BNODE", "SAMPLE", "GROUP_CONCAT"}
_CASTS = iri("xsd").value
_FOCUS_NODE = "this"
"""The variable to which SHACL gives the focus node before a rule runs; the engine gives it nothing."""


def prefix_faults(source: RuleText) -> Iterator[Finding]:
    """Prefixes that stand for something else than everywhere in this project."""
    for prefix, namespace in source.prefixes.items():
        meant = NAMESPACES.get(prefix)
        if meant is not None and meant != namespace:
            yield source.violation(
                source.line_of_word("PREFIX", f"{prefix}:"),
                f"前缀 {prefix}: 在这里指向了别处；请写 PREFIX {prefix}: <{meant}>",
                f"The prefix {prefix}: stands for something else here; write"
                f" PREFIX {prefix}: <{meant}>",
                namespace,
            )


def language_faults(
    source: RuleText, head: tuple[TriplePattern, ...], body: Algebra
) -> Iterator[Finding]:
    """Every use of something that no rule may use."""
    yield from _blank_nodes(source, head, body)
    yield from _comments(source)
    yield from _focus_node(source)
    if any(token.text.upper() == "FROM" for token in source.tokens):
        yield _forbidden(source, "FROM")
    for node in walk(body):
        if isinstance(node, Forbidden):
            yield _forbidden(source, node.keyword)
        elif isinstance(node, Triples):
            for pattern in node.patterns:
                yield from _hidden_predicates(source, pattern)
        elif isinstance(node, Bind) and node.variable in visible(node.inner):
            yield _bound_twice(source, node.variable)
        elif isinstance(node, Minus) and not visible(node.left) & visible(node.right):
            yield _takes_nothing_away(source, node.right)
    for whole in expressions(body):
        for part in parts(whole):
            yield from _functions(source, part)


def _blank_nodes(
    source: RuleText, head: tuple[TriplePattern, ...], body: Algebra
) -> Iterator[Finding]:
    if any(isinstance(term, BNode) for triple in head for term in triple):
        yield source.violation(
            _line_of_blank_node(source, HEAD),
            "结论部分有空白节点，每运行一次就会多出一个；请用 BIND (IRI(CONCAT(…)) AS ?结论) 造出固定的 IRI。",
            "The head has a blank node, of which every run would add another; make an IRI from what"
            " the conclusion rests on: BIND (IRI(CONCAT(…)) AS ?conclusion).",
        )
    patterns = [p for node in walk(body) if isinstance(node, Triples) for p in node.patterns]
    if any(isinstance(term, BNode) for pattern in patterns for term in pattern):
        yield source.violation(
            _line_of_blank_node(source, BODY),
            "条件部分有空白节点，说明理由时指不出它是什么；请给它一个变量名，例如：?rating。",
            "The body has a blank node, which an explanation cannot point at; give it a variable,"
            " for example: ?rating.",
        )


def _line_of_blank_node(source: RuleText, part: str) -> int:
    start = source.line_of_word("WHERE" if part == BODY else "CONSTRUCT")
    lines = (t.line for t in source.tokens if t.text == "[" or t.kind == "blank")
    return next((line for line in lines if line >= start), start)


def _hidden_predicates(source: RuleText, pattern: TriplePattern) -> Iterator[Finding]:
    subject, predicate, _ = pattern
    if isinstance(predicate, Variable):
        yield source.violation(
            source.line_of(predicate, BODY),
            f"?{predicate} 处在谓词的位置，看不出读的是什么；请写明属性，例如：judgement:rating。",
            f"?{predicate} stands for a predicate, which hides what is read; name the property, for"
            " example: judgement:rating.",
            f"?{predicate}",
        )
    elif not isinstance(predicate, Node):
        yield source.violation(
            source.line_of(subject, BODY),
            "不能使用属性路径（/ | * + ? ^）；请逐步写出三元组模式，每一步一个变量。",
            "Property paths (/ | * + ? ^) cannot be used; write the steps as triple patterns with a"
            " variable each.",
        )


def _forbidden(source: RuleText, keyword: str) -> Finding:
    return source.violation(
        source.line_of_word(*keyword.split()),
        f"规则不能使用 {keyword}；规则只从给定的事实得出结论，数据和顺序都不由它挑选。",
        f"Rules do without {keyword}: they conclude from the facts given and choose neither data"
        " nor order. Remove it.",
        keyword,
    )


def _comments(source: RuleText) -> Iterator[Finding]:
    """Comments that do not begin their line: the engine puts a rule in one line before it runs."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        comments = [t for t in tokens(line) if t.kind == "comment"]
        if comments and not line.startswith("#"):
            yield source.violation(
                number,
                "注释要写在文件头；规则里面的注释只能从行首的 # 开始。",
                "Comments belong in the header; inside a rule one can only begin its line with #.",
            )


def _focus_node(source: RuleText) -> Iterator[Finding]:
    """The variable that a SHACL engine would bind: the rule would conclude less there than here."""
    for token in source.tokens:
        if token.kind == "variable" and token.text[1:] == _FOCUS_NODE:
            yield source.violation(
                token.line,
                f"{token.text} 在 SHACL 里由引擎事先赋值，规则导出后得出的结论会不一样；请换一个变量名，例如：?person。",
                f"SHACL gives {token.text} a value of its own before a rule runs, so that as SHACL this"
                " rule would conclude something else; choose another name, for example: ?person.",
                token.text,
            )
            return


def _takes_nothing_away(source: RuleText, right: Algebra) -> Finding:
    names = ", ".join(sorted(f"?{each}" for each in visible(right)))
    lines = (source.line_of(each, BODY, absent=True) for each in visible(right))
    return source.violation(
        min(lines, default=source.line_of_word("MINUS")),
        f"MINUS 里的 {names} 在外面都没有出现，这个 MINUS 什么也排除不了；请用上外面的变量，例如 ?person。",
        f"No variable of this MINUS ({names}) occurs outside it, so it takes nothing away; use one"
        " that does, for example ?person.",
    )


def _functions(source: RuleText, part: Expression) -> Iterator[Finding]:
    if not isinstance(part, Call):
        return
    if part.name in _BY_CHANCE:
        cure_zh, cure_en = "改用确定的值", "use a value that is settled"
        if part.name == "NOW":
            cure_zh = "请读 judgement:clock judgement:asOf ?today"
            cure_en = "read judgement:clock judgement:asOf ?today"
        yield source.violation(
            source.line_of_word(part.name),
            f"{part.name} 的结果会随时间、运气或顺序而变；{cure_zh}。",
            f"What {part.name} answers depends on time, chance or order; {cure_en}.",
            part.name,
        )
    elif ":" in part.name and not part.name.startswith(_CASTS):
        yield source.violation(
            source.line_of(URIRef(part.name), BODY),
            f"推理引擎没有函数 {part.name}；请用 SPARQL 1.1 自带的函数。",
            f"The engine has no function {part.name}; use one that SPARQL 1.1 has.",
            part.name,
        )


def _bound_twice(source: RuleText, variable: Variable) -> Finding:
    return source.violation(
        source.line_of_word("AS", f"?{variable}"),
        f"?{variable} 已经有值，不能再用 BIND 赋值；请换一个变量名。",
        f"?{variable} has a value already, so BIND cannot give it another; choose another name.",
        f"?{variable}",
    )
