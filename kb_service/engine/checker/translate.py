"""From rdflib's algebra, which is untyped, to ours."""

from __future__ import annotations

from typing import Any, cast

from rdflib import Literal, URIRef, Variable
from rdflib.plugins.sparql.parserutils import CompValue

from kb_service.engine.checker.algebra import (
    Algebra,
    Bind,
    Call,
    Exists,
    Expression,
    Filter,
    Forbidden,
    Join,
    Minus,
    Optional,
    SubSelect,
    Triples,
    Union,
)

_ARGUMENTS = ("arg", "arg1", "arg2", "arg3", "text", "pattern", "replacement", "flags")
_FORBIDDEN = {
    "Graph": "GRAPH",
    "ServiceGraphPattern": "SERVICE",
    "values": "VALUES",
    "Slice": "LIMIT",
    "OrderBy": "ORDER BY",
    "Reduced": "REDUCED",
}


def translate(node: Any) -> Algebra:
    """The pattern that rdflib has for a group of a query."""
    match node.name:
        case "BGP":
            return Triples(tuple((s, p, o) for s, p, o in node.triples))
        case "Join":
            return Join(translate(node.p1), translate(node.p2))
        case "LeftJoin":
            always = isinstance(node.expr, CompValue) and node.expr.name == "TrueFilter"
            condition = None if always else expression(node.expr)
            return Optional(translate(node.p1), translate(node.p2), condition)
        case "Union":
            return Union(translate(node.p1), translate(node.p2))
        case "Minus":
            return Minus(translate(node.p1), translate(node.p2))
        case "Filter":
            return Filter(translate(node.p), expression(node.expr))
        case "Extend":
            return Bind(translate(node.p), node.var, expression(node.expr))
        case "ToMultiSet":
            return _sub_select(node.p)
        case name:
            return Forbidden(_FORBIDDEN.get(name, name))


def _sub_select(node: Any) -> Algebra:
    while node.name == "Distinct":
        node = node.p
    if node.name != "Project":
        return Forbidden(_FORBIDDEN.get(node.name, node.name))
    asked: list[Variable] = list(node.PV)
    values: dict[Variable, Expression] = {}
    having: list[Expression] = []
    inner = node.p
    while inner.name in ("Extend", "Filter") and _over_aggregates(inner):
        if inner.name == "Extend":
            values[inner.var] = expression(inner.expr)
        else:
            having.append(expression(inner.expr))
        inner = inner.p
    if inner.name != "AggregateJoin":
        columns = tuple((variable, cast(Expression, variable)) for variable in asked)
        return SubSelect(translate(inner), columns, None)
    aggregates = {each.res: _aggregate(each) for each in inner.A}
    groups = tuple(each for each in inner.p.expr or () if isinstance(each, Variable))
    return SubSelect(
        translate(inner.p.p),
        tuple((each, _in_full(values.get(each, each), aggregates)) for each in asked),
        groups,
        tuple(_in_full(each, aggregates) for each in having),
    )


def _over_aggregates(node: Any) -> bool:
    while node.name in ("Extend", "Filter"):
        node = node.p
    return bool(node.name == "AggregateJoin")


def _aggregate(node: Any) -> Expression:
    name = node.name.removeprefix("Aggregate_").upper().replace("GROUPCONCAT", "GROUP_CONCAT")
    if name == "SAMPLE" and isinstance(node.vars, Variable):
        return node.vars
    return Call(name, () if node.vars == "*" else (expression(node.vars),))


def _in_full(value: Expression, aggregates: dict[Variable, Expression]) -> Expression:
    if isinstance(value, Variable):
        return aggregates.get(value, value)
    if isinstance(value, Call):
        return Call(value.name, tuple(_in_full(each, aggregates) for each in value.arguments))
    return value


def expression(node: Any) -> Expression:
    """The expression that rdflib has for a condition or a value."""
    if isinstance(node, Variable | URIRef | Literal):
        return node
    if not isinstance(node, CompValue):
        raise TypeError(f"no expression: {node!r}")
    match node.name:
        case "RelationalExpression":
            many = isinstance(node.other, list)
            others = node.other if many else [node.other]
            return Call(str(node.op), tuple(map(expression, [node.expr, *others])))
        case "ConditionalAndExpression":
            return Call("&&", tuple(map(expression, [node.expr, *node.other])))
        case "ConditionalOrExpression":
            return Call("||", tuple(map(expression, [node.expr, *node.other])))
        case "AdditiveExpression" | "MultiplicativeExpression":
            found = expression(node.expr)
            for operator, other in zip(node.op, node.other, strict=True):
                found = Call(str(operator), (found, expression(other)))
            return found
        case "UnaryNot":
            return Call("!", (expression(node.expr),))
        case "UnaryMinus":
            return Call("-", (expression(node.expr),))
        case "UnaryPlus":
            return expression(node.expr)
        case "Builtin_EXISTS" | "Builtin_NOTEXISTS":
            return Exists(translate(node.graph), node.name == "Builtin_NOTEXISTS")
        case "Function":
            return Call(str(node.iri), tuple(map(expression, node.expr or ())))
        case name:
            return Call(name.removeprefix("Builtin_").upper(), _arguments(node))


def _arguments(node: Any) -> tuple[Expression, ...]:
    found: list[Expression] = []
    for name in node:
        if name in _ARGUMENTS and (given := node[name]) is not None:
            found += map(expression, given if isinstance(given, list) else [given])
    return tuple(found)
