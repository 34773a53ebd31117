"""The algebra of a query as far as rules may use it: patterns, and the expressions in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from rdflib import Literal, URIRef, Variable
from rdflib.term import Node

TriplePattern: TypeAlias = tuple[Node, Node, Node]


@dataclass(frozen=True)
class Call:
    """A function, operator or aggregate applied to expressions; its name is in capitals.

    A function that an IRI names is called by that IRI.
    """

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Exists:
    """EXISTS, or NOT EXISTS when it is negated."""

    pattern: Algebra
    negated: bool


Expression: TypeAlias = "Variable | URIRef | Literal | Call | Exists"


@dataclass(frozen=True)
class Triples:
    """Triple patterns that must all hold."""

    patterns: tuple[TriplePattern, ...]


@dataclass(frozen=True)
class Join:
    """Both."""

    left: Algebra
    right: Algebra


@dataclass(frozen=True)
class Optional:
    """The left, and the right where there is such under the condition."""

    left: Algebra
    right: Algebra
    condition: Expression | None


@dataclass(frozen=True)
class Union:
    """Either."""

    left: Algebra
    right: Algebra


@dataclass(frozen=True)
class Minus:
    """The left where there is no such right."""

    left: Algebra
    right: Algebra


@dataclass(frozen=True)
class Filter:
    """What meets a condition."""

    inner: Algebra
    condition: Expression


@dataclass(frozen=True)
class Bind:
    """A variable bound to the value of an expression, unbound if that is an error."""

    inner: Algebra
    variable: Variable
    value: Expression


@dataclass(frozen=True)
class SubSelect:
    """A SELECT in braces: only its columns are seen outside.

    `groups` is None where nothing is aggregated. Columns hold the aggregates in full.
    """

    inner: Algebra
    columns: tuple[tuple[Variable, Expression], ...]
    groups: tuple[Variable, ...] | None
    having: tuple[Expression, ...] = ()


@dataclass(frozen=True)
class Forbidden:
    """Something that no rule may use, by its keyword."""

    keyword: str


Algebra: TypeAlias = (
    "Triples | Join | Optional | Union | Minus | Filter | Bind | SubSelect | Forbidden"
)


def inputs(node: Algebra) -> tuple[Algebra, ...]:
    """The patterns directly beneath one."""
    if isinstance(node, Join | Optional | Union | Minus):
        return (node.left, node.right)
    if isinstance(node, Filter | Bind | SubSelect):
        return (node.inner,)
    return ()


def own_expressions(node: Algebra) -> tuple[Expression, ...]:
    """The expressions that stand directly in a pattern."""
    if isinstance(node, Filter):
        return (node.condition,)
    if isinstance(node, Bind):
        return (node.value,)
    if isinstance(node, Optional):
        return () if node.condition is None else (node.condition,)
    if isinstance(node, SubSelect):
        return tuple(value for _, value in node.columns) + node.having
    return ()


def parts(expression: Expression) -> Iterator[Expression]:
    """An expression and every one inside it, the patterns of EXISTS left out."""
    yield expression
    if isinstance(expression, Call):
        for argument in expression.arguments:
            yield from parts(argument)


def walk(node: Algebra) -> Iterator[Algebra]:
    """A pattern and every one beneath it, those of EXISTS too."""
    yield node
    for below in (*inputs(node), *(each.pattern for each in existences(node))):
        yield from walk(below)


def existences(node: Algebra) -> Iterator[Exists]:
    """Every EXISTS and NOT EXISTS that stands directly in a pattern."""
    for expression in own_expressions(node):
        yield from (part for part in parts(expression) if isinstance(part, Exists))


def expressions(node: Algebra) -> Iterator[Expression]:
    """Every expression of a pattern and of those beneath it."""
    for each in walk(node):
        yield from own_expressions(each)


def variables(expression: Expression) -> frozenset[Variable]:
    """The variables that an expression mentions, the patterns of EXISTS left out."""
    return frozenset(part for part in parts(expression) if isinstance(part, Variable))


def conjuncts(condition: Expression) -> tuple[Expression, ...]:
    """The conditions that `&&` joins."""
    if isinstance(condition, Call) and condition.name == "&&":
        return tuple(each for part in condition.arguments for each in conjuncts(part))
    return (condition,)


def visible(node: Algebra) -> frozenset[Variable]:
    """The variables that a pattern may bind for what stands beside it."""
    if isinstance(node, Triples):
        return frozenset(t for pattern in node.patterns for t in pattern if isinstance(t, Variable))
    if isinstance(node, SubSelect):
        return frozenset(variable for variable, _ in node.columns)
    if isinstance(node, Minus):
        return visible(node.left)
    found = frozenset[Variable]().union(*map(visible, inputs(node)))
    return found | {node.variable} if isinstance(node, Bind) else found
