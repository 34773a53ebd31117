"""A rule's body taken apart means what it meant, and less of it when something is known."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store, Variable

from kb_service.engine.body.conditions import sides, variables_in, with_values
from kb_service.engine.body.groups import Given, Star, every_star, text_of
from kb_service.engine.body.reader import body_of, head_of, read_group
from kb_service.engine.conclude import workspace
from kb_service.engine.premises import Premises
from kb_service.engine.rules import Rule
from kb_service.vocabulary import NAMESPACES, A, iri
from tests.rule_reading import all_rules, rules
from tests.small_appraisals import AS_OF, people_facts, shared_facts
from tests.small_rules import rule

Solution = frozenset[tuple[str, str]]

every_rule = pytest.mark.parametrize("each", all_rules(), ids=lambda each: each.name)


@cache
def everything() -> Store:
    """The small organisation, the appraised and the study, with all that follows."""
    premises = Premises.of(rules(), shared_facts())
    store = workspace(rules(), premises.base, people_facts(), AS_OF, premises.models)
    known = (*premises.facts, *premises.conclusions)
    store.extend(Quad(t.subject, t.predicate, t.object) for t in known)
    return store


def solutions(each: Rule, body: str) -> Counter[Solution]:
    """The solutions of a body in text, and how often each comes."""
    answer = everything().query(f"{each.query.prologue} SELECT * WHERE {{ {body} }}")
    assert isinstance(answer, QuerySolutions)
    names = [variable.value for variable in answer.variables]
    return Counter(
        frozenset((name, str(term)) for name, term in zip(names, row, strict=True) if term)
        for row in answer
    )


@every_rule
def test_a_body_taken_apart_and_put_together_has_the_same_solutions(each: Rule) -> None:
    put_together = text_of(body_of(each), Given())

    assert solutions(each, put_together) == solutions(each, each.query.body)


@every_rule
def test_what_is_known_leaves_the_solutions_that_agree_with_it(each: Rule) -> None:
    all_of_them = solutions(each, each.query.body)
    written = {p.object.value for p in head_of(each) if isinstance(p.object, Variable)}
    known = {
        (name, term)
        for name, term in min(all_of_them, key=sorted)
        if name in written & body_of(each).variables and term.startswith("<")
    }
    bindings = {name: NamedNode(term[1:-1]) for name, term in known}

    found = solutions(each, text_of(body_of(each), Given.of([bindings])))

    assert known
    assert found == Counter({row: n for row, n in all_of_them.items() if known <= row})


@pytest.mark.parametrize(
    ("body", "cure"),
    [
        ("?it core:requires / core:dimension ?d .", "no paths"),
        ("?it core:requires [ core:dimension ?d ] .", "no paths or blank nodes"),
        ("GRAPH ?g { ?it core:dimension ?d }", "do without GRAPH"),
        ("?it nowhere:dimension ?d .", "declare the prefix nowhere"),
        ("?it core:dimension ?d . ) ", "name a term in place of '\\)'"),
    ],
)
def test_what_rules_do_not_use_is_refused_with_the_name_of_the_rule(body: str, cure: str) -> None:
    written = rule("odd", "a judgement:Gap", body)

    with pytest.raises(ValueError, match=f"^odd: .*{cure}"):
        body_of(written)


def test_literals_are_read_as_the_terms_they_are() -> None:
    text = """?s ?p "a \\"b\\"", "c"@en, "2026-01-01"^^xsd:date, 3, 4.5, true ; a core:Scale ."""

    (star,) = every_star(read_group(text, NAMESPACES))

    assert [pattern.object for pattern in star.patterns] == [
        Literal('a "b"'),
        Literal("c", language="en"),
        Literal("2026-01-01", datatype=iri("xsd", "date")),
        Literal(3),
        Literal("4.5", datatype=iri("xsd", "decimal")),
        Literal(True),
        iri("core", "Scale"),
    ]
    assert star.patterns[-1].predicate == A


def test_every_kind_of_group_is_searched_for_patterns() -> None:
    text = """
      ?a core:tier ?b . # a remark with a } in it
      OPTIONAL { ?c core:tier ?d . } MINUS { ?e core:tier ?f . }
      FILTER NOT EXISTS { ?g core:tier ?h . } FILTER EXISTS { ?i core:tier ?j . }
      { ?k core:tier ?l . } UNION { ?m core:tier ?n . }
      { SELECT ?o (MAX(?q) AS ?r) WHERE { ?o core:tier ?q . } GROUP BY ?o }"""

    group = read_group(text, NAMESPACES)

    subjects = [star.subject for star in every_star(group) if isinstance(star, Star)]
    assert [str(subject) for subject in subjects] == [
        "?a",
        "?c",
        "?e",
        "?g",
        "?i",
        "?k",
        "?m",
        "?o",
    ]
    assert group.variables == {*"abcdklmno"}


NAMES = st.sampled_from(["?percent", "?needed", "?rating", '"a && b"', "(?x || ?y && ?z)", "4.5"])
COMPARED = st.builds(
    lambda left, sign, right: f"{left} {sign} {right}",
    NAMES,
    st.sampled_from(["<", "<=", "=", "!=", ">", ">="]),
    NAMES,
)


@given(st.lists(COMPARED, min_size=1, max_size=4))
def test_a_condition_falls_into_the_sides_that_it_joins(joined: list[str]) -> None:
    assert sides(" && ".join(joined)) == joined


def test_a_condition_tells_its_variables_and_takes_their_values() -> None:
    condition = 'STR(?month) = "?year" || ?month <  ?lifetime'

    assert variables_in(condition) == ("month", "lifetime")
    told = with_values(condition, {"month": "25", "lifetime": "24"})
    assert told == 'STR(25) = "?year" || 25 < 24'
