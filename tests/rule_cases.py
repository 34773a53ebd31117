"""Cases of rules: what is given, what must follow, what must not.

A case is one file in `tests/rules/<rule>/`: its title is the test's name, `case:given` all that is
known (facts, policy, the day, and what earlier stages would have concluded), `case:then` what must
follow and `case:never` what must not; a blank node there means "some". Only the stage of the rule
that the case exercises is run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, Quad, QueryBoolean, RdfFormat, Store, Triple, parse

from kb_service.engine.conclude import RulesDoNotSettleError, run_stages
from kb_service.engine.rules import Rule, RuleBook, read_rule_book, rule_book
from kb_service.vocabulary import iri

CASES = Path(__file__).parent / "rules"
CASE = "https://w3id.org/rengang/test/case#"
GIVEN, THEN, NEVER = (NamedNode(CASE + name) for name in ("given", "then", "never"))


@dataclass(frozen=True)
class Case:
    """One claim about one rule."""

    title: str
    rule: str
    given: tuple[Triple, ...]
    then: str
    never: str


@cache
def rules() -> RuleBook:
    return read_rule_book()


def all_rules() -> list[Rule]:
    return list(rules().by_iri.values())


@cache
def cases() -> tuple[Case, ...]:
    return tuple(read_case(path) for path in sorted(CASES.rglob("*.trig")))


def read_case(path: Path) -> Case:
    quads = list(parse(path.read_bytes(), format=RdfFormat.TRIG, base_iri=path.as_uri()))
    claim = {q.predicate: q.object for q in quads if q.subject == NamedNode(path.as_uri())}
    rule, title = claim[NamedNode(CASE + "exercises")], claim[iri("dcterms", "title")]
    assert isinstance(rule, NamedNode) and not isinstance(title, Triple)
    return Case(
        title=title.value,
        rule=rule.value,
        given=tuple(quad.triple for quad in quads if quad.graph_name == GIVEN),
        then=_pattern(quad for quad in quads if quad.graph_name == THEN),
        never=_pattern(quad for quad in quads if quad.graph_name == NEVER),
    )


def _pattern(quads: Iterable[Quad]) -> str:
    """The triples as a graph pattern, blank nodes as variables."""
    return " ".join(
        " ".join(
            f"?b{term.value}" if isinstance(term, BlankNode) else str(term)
            for term in (quad.subject, quad.predicate, quad.object)
        )
        + " ."
        for quad in quads
    )


def concluded(case: Case, stage: Iterable[Rule]) -> Store:
    """What is given, and what the rules of one stage make of it."""
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in case.given)
    book = rule_book(list(stage))
    run_stages(store, book.shared + book.people)
    return store


def stage_of(case: Case) -> list[Rule]:
    """The rules that stand in one folder with the one exercised."""
    return [rule for rule in all_rules() if rule.stage == rules().by_iri[case.rule].stage]


def holds(store: Store, pattern: str) -> bool:
    answer = store.query(f"ASK {{ {pattern} }}")
    assert isinstance(answer, QueryBoolean)
    return bool(answer)


def is_upheld(case: Case, stage: Iterable[Rule]) -> bool:
    try:
        store = concluded(case, stage)
    except RulesDoNotSettleError:
        return False
    return not (case.then and not holds(store, case.then)) and not (
        case.never and holds(store, case.never)
    )
