"""Why something was concluded: the rule, what it read, and the same for every conclusion read.

Nothing about explanations is stored. The rule that a conclusion names is run again, the solutions
that give this very conclusion are picked, and their triple patterns are the facts it rests on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple
from pyoxigraph import QuerySolution as Row
from rdflib import URIRef, Variable

from kb_service.engine.patterns import Pattern
from kb_service.engine.rules import Rule, RuleBook
from kb_service.sparql import select
from kb_service.vocabulary import iri

_CONCLUDED_BY = iri("judgement", "concludedBy")
_DEFAULT = DefaultGraph()

Bindings = Mapping[str, NamedNode | BlankNode | Literal | Triple]


class NothingConcludedError(LookupError):
    """No rule concludes this from the facts at hand."""


@dataclass(frozen=True)
class Explanation:
    """A conclusion, the rule that made it, the assertions it read and the conclusions it read.

    `seen_before` marks a conclusion that stands elsewhere in the same tree, where it is explained.
    """

    conclusion: NamedNode
    statements: tuple[Triple, ...]
    rule: Rule
    facts: tuple[Triple, ...] = ()
    conclusions: tuple[Explanation, ...] = ()
    seen_before: bool = False

    def assertions(self) -> Iterator[Triple]:
        """Every assertion that the conclusion rests on in the end."""
        yield from self.facts
        for child in self.conclusions:
            yield from child.assertions()


class Explainer:
    """Explains conclusions in one store that holds knowledge, a person and all that follows."""

    def __init__(self, store: Store, rules: RuleBook) -> None:
        self._store = store
        self._rules = rules
        self._rows: dict[str, dict[str, list[Row]]] = {}

    def explain(self, conclusion: NamedNode) -> Explanation:
        """The whole tree of reasons, down to assertions.

        Raises NothingConcludedError when the store holds no such conclusion.
        """
        return self._explain(conclusion, set())

    def _explain(self, conclusion: NamedNode, seen: set[NamedNode]) -> Explanation:
        rule = self._rule_of(conclusion)
        if rule is None:
            raise NothingConcludedError(conclusion.value)
        statements = tuple(quad.triple for quad in self._quads(conclusion))
        if conclusion in seen:
            return Explanation(conclusion, statements, rule, seen_before=True)
        seen.add(conclusion)
        facts: list[Triple] = []
        children: dict[NamedNode, None] = {}
        for triple in self._read_by(rule, conclusion):
            subject = triple.subject
            if isinstance(subject, NamedNode) and self._rule_of(subject):
                if subject != conclusion:
                    children[subject] = None
            elif triple not in facts:
                facts.append(triple)
        explained = tuple(self._explain(child, seen) for child in children)
        return Explanation(conclusion, statements, rule, tuple(facts), explained)

    def _quads(self, subject: NamedNode) -> Iterator[Quad]:
        return self._store.quads_for_pattern(subject, None, None, _DEFAULT)

    def _holds(self, triple: Triple) -> bool:
        return Quad(triple.subject, triple.predicate, triple.object, _DEFAULT) in self._store

    def _rule_of(self, node: NamedNode) -> Rule | None:
        for quad in self._store.quads_for_pattern(node, _CONCLUDED_BY, None, _DEFAULT):
            if isinstance(quad.object, NamedNode):
                return self._rules.by_iri.get(quad.object.value)
        return None

    def _read_by(self, rule: Rule, conclusion: NamedNode) -> Iterator[Triple]:
        patterns = rule.reading.body
        for row in self._solutions(rule, conclusion):
            found = {name: row[name] for name in _names(patterns, 0) if _bound(row, name)}
            yield from self._facts(patterns, 0, found)
            yield from self._facts_of_sub_selects(rule, row)

    def _facts_of_sub_selects(self, rule: Rule, outer: Row) -> Iterator[Triple]:
        """What the aggregates of a rule read for one solution; of a MAX or MIN, what attains it."""
        for scope, sub in enumerate(rule.query.sub_selects, start=1):
            given = {group: outer[group] for group in sub.groups}
            given |= {inner: outer[name] for inner, name in sub.extremes}
            columns = " ".join(f"?{name}" for name in given)
            values = " ".join(str(value) for value in given.values())
            query = (
                f"{rule.query.prologue}\nSELECT * WHERE {{ "
                f"{{ {sub.body} }} VALUES ({columns}) {{ ({values}) }} }}"
            )
            for row in select(self._store, query):
                names = _names(rule.reading.body, scope)
                found = {name: row[name] for name in names if _bound(row, name)}
                yield from self._facts(rule.reading.body, scope, found)

    def _solutions(self, rule: Rule, conclusion: NamedNode) -> list[Row]:
        """The rule's solutions that give this conclusion; each rule is run once for all of them."""
        if rule.name not in self._rows:
            by_conclusion: dict[str, list[Row]] = {}
            query = f"{rule.query.prologue}\nSELECT * WHERE {{ {rule.query.body} }}"
            for row in select(self._store, query):
                by_conclusion.setdefault(str(row[rule.conclusion_variable]), []).append(row)
            self._rows[rule.name] = by_conclusion
        return self._rows[rule.name].get(str(conclusion), [])

    def _facts(
        self, patterns: tuple[Pattern, ...], scope: int, found: Bindings
    ) -> Iterator[Triple]:
        for pattern in patterns:
            if pattern.scope == scope and pattern.kind != "absent":
                triple = _instance(pattern, found)
                if triple and self._holds(triple):
                    yield triple


def _names(patterns: tuple[Pattern, ...], scope: int) -> set[str]:
    return {
        str(term)
        for pattern in patterns
        if pattern.scope == scope
        for term in (pattern.subject, pattern.predicate, pattern.object)
        if isinstance(term, Variable)
    }


def _bound(row: Row, name: str) -> bool:
    try:
        return row[name] is not None
    except KeyError:
        return False


def _instance(pattern: Pattern, found: Bindings) -> Triple | None:
    """The triple that a pattern stands for under these bindings, if they make it one."""
    subject, predicate, value = (
        found.get(str(term)) if isinstance(term, Variable) else NamedNode(str(term))
        for term in (pattern.subject, pattern.predicate, pattern.object)
        if isinstance(term, Variable | URIRef)
    )
    if isinstance(subject, NamedNode) and isinstance(predicate, NamedNode) and value is not None:
        return Triple(subject, predicate, value)
    return None
