"""Whether every solution of a body gives each variable of the head a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rdflib import RDF, URIRef, Variable

from kb_service.engine.checker.algebra import (
    Algebra,
    Bind,
    Call,
    Expression,
    Filter,
    Join,
    Minus,
    Optional,
    SubSelect,
    Triples,
    Union,
    visible,
    walk,
)
from kb_service.engine.checker.ontology import Ontology
from kb_service.engine.checker.parsing import ParsedRule
from kb_service.engine.checker.reading import Book
from kb_service.engine.checker.texts import HEAD, shown
from kb_service.engine.checker.values import (
    IRI,
    NUMBER,
    OTHER,
    TEXT,
    Known,
    fault_of,
    implied,
    not_nought,
    type_of,
)
from kb_service.findings import Finding
from kb_service.vocabulary import iri

_DATATYPES = {
    iri("xsd", "string").value: TEXT,
    **{iri("xsd", name).value: NUMBER for name in ("decimal", "integer", "double", "float")},
}

_INFIX = {"+", "-", "*", "/"}


def binding_faults(book: Book) -> Iterator[Finding]:
    """Every variable of a head that a solution may leave without a value, and why."""
    for rule in book.rules:
        types = types_in(rule.body, book.ontology)
        known = Known(certain(rule.body, Known(types=types)), types=types)
        used = dict.fromkeys(t for triple in rule.head for t in triple if isinstance(t, Variable))
        for variable in used:
            if variable not in known.bound:
                yield _may_be_unbound(rule, variable, types)
        for subject in {s for s, _, _ in rule.head if isinstance(s, Variable)}:
            if types.get(subject, OTHER) in (TEXT, NUMBER):
                yield _no_iri(rule, subject)


def certain(node: Algebra, known: Known) -> frozenset[Variable]:
    """The variables that have a value in every solution of a pattern.

    `known.nonzero` is what filters further out keep from being nought.
    """
    if isinstance(node, Triples):
        return visible(node)
    if isinstance(node, Join):
        return certain(node.left, known) | certain(node.right, known)
    if isinstance(node, Union):
        return certain(node.left, known) & certain(node.right, known)
    if isinstance(node, Optional | Minus):
        return certain(node.left, known)
    if isinstance(node, Filter):
        inside = Known(known.bound, known.nonzero | not_nought(node.condition), known.types)
        return certain(node.inner, inside) | implied(node.condition)
    if isinstance(node, Bind):
        below = certain(node.inner, known)
        fault = fault_of(node.value, Known(below, known.nonzero, known.types))
        return below | {node.variable} if fault is None else below
    if isinstance(node, SubSelect):
        return _certain_columns(node, known)
    return frozenset()


def _certain_columns(node: SubSelect, known: Known) -> frozenset[Variable]:
    below = certain(node.inner, Known(types=known.types))
    there = Known(below, types=known.types)
    return frozenset(name for name, value in node.columns if fault_of(value, there) is None)


def types_in(body: Algebra, ontology: Ontology) -> dict[Variable, str]:
    """What the values of variables are, from the properties that lead to them and from BINDs."""
    types: dict[Variable, str] = {}
    for node in walk(body):
        if isinstance(node, Triples):
            for subject, predicate, object_ in node.patterns:
                if isinstance(subject, Variable):
                    types[subject] = IRI
                if isinstance(object_, Variable) and predicate != RDF.type:
                    types.setdefault(object_, _type_at(ontology, str(predicate)))
    for node in reversed(list(walk(body))):
        for variable, value in _computed(node):
            if value != variable:
                types.setdefault(variable, type_of(value, types))
    return types


def _type_at(ontology: Ontology, predicate: str) -> str:
    if predicate in ontology.object_properties:
        return IRI
    found = {_DATATYPES.get(name, OTHER) for name in ontology.ranges.get(predicate, ())}
    return found.pop() if len(found) == 1 else OTHER


def _computed(node: Algebra) -> tuple[tuple[Variable, Expression], ...]:
    if isinstance(node, Bind):
        return ((node.variable, node.value),)
    return node.columns if isinstance(node, SubSelect) else ()


def _may_be_unbound(rule: ParsedRule, variable: Variable, types: Mapping[Variable, str]) -> Finding:
    reason_zh, reason_en = _reason(rule.body, variable, types)
    name = shown(variable)
    return rule.source.violation(
        rule.source.line_of(variable, HEAD),
        f"{name} 可能没有值：{reason_zh}；那时结论就会缺这一项。请用必须成立的模式给它值，或加上 FILTER (BOUND({name}))。",
        f"{name} may have no value: {reason_en}. The conclusion would then lack this; bind it in a"
        f" pattern that must hold, or add FILTER (BOUND({name})).",
        name,
    )


def _reason(body: Algebra, variable: Variable, types: Mapping[Variable, str]) -> tuple[str, str]:
    for node in walk(body):
        for name, value in _computed(node):
            if name == variable and value != variable:
                below = node.inner if isinstance(node, Bind | SubSelect) else node
                known = Known(certain(below, Known(types=types)), types=types)
                fault = fault_of(value, known)
                if fault is not None:
                    part = _written(fault)
                    if things := _things_taken_for_texts(fault, types):
                        texts = ", ".join(f"STR({name})" for name in things)
                        return (
                            f"{part} 里要的是文字，请写 {texts}",
                            f"{part} needs texts; write {texts}",
                        )
                    return f"算它用的 {part} 可能出错或没有值", f"{part} may be an error or missing"
    if any(variable in visible(node) for node in walk(body)):
        return (
            "只在 OPTIONAL、MINUS、子查询或 UNION 的某一支里出现",
            "it occurs only in OPTIONAL, MINUS, a sub-query or some branch of UNION",
        )
    return "条件部分没有提到它", "the body does not mention it"


def _things_taken_for_texts(fault: Expression, types: Mapping[Variable, str]) -> list[str]:
    """The variables of a text function that stand for things rather than for their names."""
    if not isinstance(fault, Call) or type_of(fault, types) != TEXT:
        return []
    return [shown(v) for v in fault.arguments if isinstance(v, Variable) and types.get(v) == IRI]


def _written(value: Expression) -> str:
    """An expression as one would write it."""
    if not isinstance(value, Call):
        return shown(value) if isinstance(value, Variable | URIRef) else str(value)
    inside = [_written(each) for each in value.arguments]
    if value.name not in _INFIX or len(inside) < 2:
        return f"{value.name}({', '.join(inside)})"
    are_infix = (isinstance(each, Call) and each.name in _INFIX for each in value.arguments)
    sides = (f"({t})" if infix else t for t, infix in zip(inside, are_infix, strict=True))
    return f" {value.name} ".join(sides)


def _no_iri(rule: ParsedRule, subject: Variable) -> Finding:
    name = shown(subject)
    return rule.source.violation(
        rule.source.line_of(subject, HEAD),
        f"{name} 不是 IRI，关于它的三元组会被默默丢掉；请写 BIND (IRI(CONCAT(…)) AS {name})。",
        f"{name} is no IRI, and triples about it are dropped without a word; write"
        f" BIND (IRI(CONCAT(…)) AS {name}).",
        name,
    )
