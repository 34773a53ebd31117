"""Every rule concludes what its cases claim, and stays silent at its edges.

A case is one file in `tests/rules/<rule>/`: its title is the test's name, `case:given` all that is
known (facts, policy, the day, and what earlier stages would have concluded), `case:then` what must
follow and `case:never` what must not; a blank node there means "some". Only the stage of the rule
that the case exercises is run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, NamedNode, Quad, QueryBoolean, RdfFormat, Store, Triple, parse

from kb_service.engine.conclude import RulesDoNotSettleError, run_stages
from kb_service.engine.rules import Rule, RuleBook, read_rule_book, rule_book
from kb_service.vocabulary import iri, local_id
from tests.conditions import Condition, conditions

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


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.title)
def test_case(case: Case) -> None:
    store = concluded(case, stage_of(case))

    assert not case.then or holds(store, case.then), "this should follow"
    assert not case.never or not holds(store, case.never), "this should not follow"
    without = [rule for rule in stage_of(case) if rule.iri.value != case.rule]
    assert not case.then or not is_upheld(case, without), "it follows without the rule exercised"


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_every_rule_has_a_case_that_fires_and_one_at_its_edge(rule: Rule) -> None:
    own = [case for case in cases() if case.rule == rule.iri.value]

    assert [case.title for case in own if case.then]
    assert [case.title for case in own if case.never]


def test_every_case_has_a_title_of_its_own() -> None:
    counted = Counter(case.title for case in cases())

    assert [title for title, count in counted.items() if count > 1] == []


def test_every_case_lies_in_the_folder_of_its_rule() -> None:
    for path in sorted(CASES.rglob("*.trig")):
        assert local_id(NamedNode(read_case(path).rule)) == path.parent.name


@pytest.mark.parametrize(
    "condition",
    [condition for rule in all_rules() for condition in conditions(rule)],
    ids=lambda condition: f"{condition.rule.name}: {condition.words}",
)
def test_some_case_fails_without_a_condition_of_its_rule(condition: Condition) -> None:
    rule = condition.rule
    weaker = replace(rule, text=condition.text_without)
    own = [case for case in cases() if case.rule == rule.iri.value]

    assert not all(
        is_upheld(case, [weaker if each == rule else each for each in stage_of(case)])
        for case in own
    ), "no case of the rule notices that this condition is gone"
