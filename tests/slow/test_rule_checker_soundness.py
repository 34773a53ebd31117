"""What the checks of rules promise holds on random bodies over random facts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from zlib import crc32

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple
from rdflib import Variable
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery

from kb_service.engine.checker import Book, Ontology, RuleText, read_ontology
from kb_service.engine.checker.binding import certain, types_in
from kb_service.engine.checker.parsing import Unreadable, parse_rule
from kb_service.engine.checker.persons import person_faults
from kb_service.engine.checker.translate import translate
from kb_service.engine.checker.values import Known
from kb_service.engine.rules import Rule
from kb_service.sparql import select
from kb_service.vocabulary import A, iri
from tests.rule_reading import book, broken_texts, ontology

EX = "https://example.org/"
ANA, BEN = iri("person", "ana"), iri("person", "ben")

# Variables that have a value in every solution


def tiny_ontology() -> Ontology:
    """Things point at things by `p` and have numbers by `v`."""
    p, v = NamedNode(EX + "p"), NamedNode(EX + "v")
    return read_ontology(
        [
            Triple(p, A, iri("owl", "ObjectProperty")),
            Triple(v, A, iri("owl", "DatatypeProperty")),
            Triple(v, iri("rdfs", "range"), iri("xsd", "decimal")),
        ],
        [],
    )


TINY = tiny_ontology()
THINGS = st.sampled_from(["?x", "?y", "?z"])
NUMBERS = st.sampled_from(["?m", "?n", "?k"])
VALUES = st.one_of(
    st.builds("{} {} {}".format, NUMBERS, st.sampled_from("+-*/"), NUMBERS),
    st.builds("COALESCE({}, {})".format, NUMBERS, NUMBERS),
    st.builds("COALESCE({} / {}, 1)".format, NUMBERS, NUMBERS),
    st.builds("IF(BOUND({}), {}, 1)".format, NUMBERS, NUMBERS),
    st.builds("IF({} > 0, 1 / {}, {})".format, NUMBERS, NUMBERS, NUMBERS),
    st.builds("STR({})".format, THINGS),
    st.builds("CONCAT(STR({}), STR({}))".format, THINGS, NUMBERS),
)
CONDITIONS = st.one_of(
    st.builds("{} > {}".format, NUMBERS, NUMBERS),
    st.builds("{} > 0".format, NUMBERS),
    st.builds("{} != 0".format, NUMBERS),
    st.builds("BOUND({})".format, THINGS | NUMBERS),
    st.builds("!BOUND({})".format, THINGS | NUMBERS),
    st.builds("{} > 0 || BOUND({})".format, NUMBERS, THINGS),
    st.builds("{} > 0 || {} < {}".format, NUMBERS, NUMBERS, NUMBERS),
    st.builds("!({} = 0)".format, NUMBERS),
    st.builds("COALESCE({}, 1) > 0".format, NUMBERS),
)
PATTERNS = st.one_of(
    st.builds("{} ex:p {} .".format, THINGS, THINGS),
    st.builds("{} ex:v {} .".format, THINGS, NUMBERS),
)


def larger(groups: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(
        st.one_of(
            PATTERNS,
            st.builds("OPTIONAL {{ {} }}".format, groups),
            st.builds("{{ {} }} UNION {{ {} }}".format, groups, groups),
            st.builds("MINUS {{ {} }}".format, groups),
            st.builds("FILTER ({})".format, CONDITIONS),
            st.builds("FILTER NOT EXISTS {{ {} }}".format, groups),
            st.builds("BIND ({} AS ?new)".format, VALUES),
            st.builds(
                "{{ SELECT {0} (MAX({1}) AS ?new) (COUNT({1}) AS ?many) WHERE {{ {2} }} GROUP BY {0} }}".format,
                THINGS,
                NUMBERS,
                groups,
            ),
            st.builds(
                "{{ SELECT {0} (SUM({1} / {2}) AS ?new) WHERE {{ {3} }} GROUP BY {0} }}".format,
                THINGS,
                NUMBERS,
                NUMBERS,
                groups,
            ),
        ),
        min_size=1,
        max_size=4,
    ).map(_numbered)


def _numbered(parts: list[str]) -> str:
    """The parts together, each new variable with a name of its own."""
    numbered = []
    for number, part in enumerate(parts):
        own = f"{number}_{crc32(part.encode())}"
        numbered.append(part.replace("?new", f"?new{own}").replace("?many", f"?many{own}"))
    return " ".join(numbered)


BODIES = st.recursive(PATTERNS, larger, max_leaves=8)
FACTS = st.sets(
    st.one_of(
        st.tuples(st.integers(0, 3), st.just("p"), st.integers(0, 3)),
        st.tuples(st.integers(0, 3), st.just("v"), st.sampled_from(["0", "1", "2.5"])),
    ),
    max_size=14,
)


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(body=BODIES, facts=FACTS)
def test_a_variable_held_to_be_bound_is_bound_in_every_solution(
    body: str, facts: set[tuple[int, str, int | str]]
) -> None:
    query = f"PREFIX ex: <{EX}> SELECT * WHERE {{ ?x ex:v ?m . ?y ex:v ?n . {body} }}"
    try:
        solutions = list(select(_store(facts), query))
    except SyntaxError:
        assume(False)
    pattern = translate(translateQuery(parseQuery(query)).algebra.p.p)

    bound = certain(pattern, Known(types=types_in(pattern, TINY)))

    event(f"{len(bound)} bound, {min(len(solutions), 3)} solutions")
    for solution in solutions:
        for variable in bound:
            assert solution[str(variable)] is not None, variable


def _store(facts: set[tuple[int, str, int | str]]) -> Store:
    store = Store()
    for subject, name, value in facts:
        node = (
            NamedNode(f"{EX}{value}")
            if name == "p"
            else Literal(str(value), datatype=iri("xsd", "decimal"))
        )
        store.add(Quad(NamedNode(f"{EX}{subject}"), NamedNode(EX + name), node))
    return store


# One person at a time

RATED = st.builds(
    "{} a judgement:CurrentRating ; judgement:ofPerson {} ; judgement:forDimension {} ;"
    " judgement:rating {} .".format,
    st.sampled_from(["?c", "?d"]),
    st.sampled_from(["?person", "?other"]),
    st.sampled_from(["?dimension", "?else"]),
    st.sampled_from(["?rating", "?more"]),
)
OF_NOBODY = st.builds(
    "{} a judgement:CurrentRating ; judgement:forDimension {} ; judgement:rating {} .".format,
    st.sampled_from(["?c", "?d"]),
    st.sampled_from(["?dimension", "?else"]),
    st.sampled_from(["?rating", "?more"]),
)
GAPS = st.builds(
    "{} a judgement:Gap ; judgement:onRating {} ; judgement:gap ?gap .".format,
    st.sampled_from(["?g", "?h"]),
    st.sampled_from(["?c", "?d", "?first"]),
)
PERSONAL = st.one_of(RATED, OF_NOBODY, GAPS)


def personal_groups(groups: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(
        st.one_of(
            PERSONAL,
            st.builds("OPTIONAL {{ {} }}".format, groups),
            st.builds("{{ {} }} UNION {{ {} }}".format, groups, groups),
            st.builds("MINUS {{ {} }}".format, groups),
            st.builds("FILTER NOT EXISTS {{ {} }}".format, groups),
            st.builds("FILTER EXISTS {{ {} }}".format, groups),
            st.just("FILTER (?person = ?other)"),
            st.builds(
                "{{ SELECT {} (MAX(?rating) AS ?most) WHERE {{ {} }} GROUP BY {} }}".format,
                *[st.shared(st.sampled_from(["?person", "?dimension", "?other"]), key="g")],
                groups,
                st.shared(st.sampled_from(["?person", "?dimension", "?other"]), key="g"),
            ),
        ),
        min_size=1,
        max_size=3,
    ).map(" ".join)


PERSONAL_BODIES = st.recursive(PERSONAL, personal_groups, max_leaves=5)
RATINGS = st.lists(
    st.tuples(st.sampled_from("de"), st.sampled_from(["1", "2"]), st.booleans()), max_size=3
)
HEADER = "\n".join(
    [
        "# Random",
        "#",
        "# Says:    A random thing.",
        "# 说明:    随机的。",
        "# Because: Chance.",
        "# Reads:   judgement:CurrentRating",
        "# Writes:  judgement:StrongMotivation",
        "",
        "PREFIX judgement: <https://w3id.org/rengang/ontology/judgements#>",
        "PREFIX rule: <https://w3id.org/rengang/rule/>",
    ]
)


def random_rule(body: str) -> RuleText:
    """A rule about people whose body begins with somebody's rating and goes on at random."""
    text = f"""{HEADER}
CONSTRUCT {{ ?it a judgement:StrongMotivation ; judgement:ofPerson ?person ;
  judgement:rating ?has ; judgement:concludedBy rule:random . }}
WHERE {{
  ?first a judgement:CurrentRating ; judgement:ofPerson ?person ; judgement:rating ?has .
  {body}
  BIND (IRI(CONCAT(STR(?person), "/random")) AS ?it)
}}"""
    return RuleText("60-parts", "random", "rules/60-parts/random.rq", text)


def facts_about(person: NamedNode, ratings: list[tuple[str, str, bool]]) -> Iterator[Quad]:
    """Current ratings of a person, some with a gap."""
    for number, (dimension, value, short) in enumerate(ratings):
        rating = NamedNode(f"{person.value}/rating/{number}")
        yield Quad(rating, A, iri("judgement", "CurrentRating"))
        yield Quad(rating, iri("judgement", "ofPerson"), person)
        yield Quad(rating, iri("judgement", "forDimension"), NamedNode(EX + dimension))
        yield Quad(rating, iri("judgement", "rating"), _number(value))
        if short:
            gap = NamedNode(f"{person.value}/gap/{number}")
            yield Quad(gap, A, iri("judgement", "Gap"))
            yield Quad(gap, iri("judgement", "ofPerson"), person)
            yield Quad(gap, iri("judgement", "onRating"), rating)
            yield Quad(gap, iri("judgement", "rating"), _number(value))
            yield Quad(gap, iri("judgement", "gap"), _number(value))


def _number(value: str) -> Literal:
    return Literal(str(Decimal(value)), datatype=iri("xsd", "decimal"))


def concluded(rule: Rule, facts: list[Quad]) -> set[str]:
    """What the rule adds to facts."""
    store = Store()
    store.extend(facts)
    store.update(rule.update)
    return {str(quad) for quad in store} - {str(quad) for quad in facts}


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(body=PERSONAL_BODIES, ana=RATINGS, ben=RATINGS)
def test_a_rule_that_passes_concludes_of_each_person_the_same_in_company_as_alone(
    body: str, ana: list[tuple[str, str, bool]], ben: list[tuple[str, str, bool]]
) -> None:
    try:
        parsed = parse_rule(random_rule(body))
    except Unreadable:
        assume(False)
    passes = not list(person_faults(Book((*book().rules, parsed), ontology())))
    event("passes" if passes else "is refused")
    assume(passes)
    facts = [list(facts_about(ANA, ana)), list(facts_about(BEN, ben))]

    together = concluded(parsed.rule, facts[0] + facts[1])

    assert together == concluded(parsed.rule, facts[0]) | concluded(parsed.rule, facts[1])


@pytest.mark.parametrize(
    "folder",
    [
        "two-people-of-one-dimension",
        "minus-of-anybody",
        "not-exists-of-anybody",
        "optional-of-anybody",
        "tied-by-what-may-be-missing",
        "tied-in-one-branch-only",
        "mean-of-everybody",
    ],
)
def test_what_is_refused_for_mixing_people_up_does_mix_them_up(folder: str) -> None:
    (text,) = broken_texts(folder)
    rule = parse_rule(text).rule
    worlds = [
        (
            list(facts_about(ANA, [("motivation/honour", "3", False)])),
            list(facts_about(BEN, [("motivation/honour", others, short)])),
        )
        for others, short in (("5", False), ("3", True))
    ]

    together = [concluded(rule, ana + ben) for ana, ben in worlds]

    assert together != [concluded(rule, ana) | concluded(rule, ben) for ana, ben in worlds]


@pytest.mark.parametrize(
    ("body", "bound"),
    [
        ("?x ex:p ?y OPTIONAL { ?y ex:v ?m }", "x y"),
        ("?x ex:p ?y OPTIONAL { ?y ex:v ?m } FILTER (BOUND(?m))", "x y m"),
        ("?x ex:p ?y OPTIONAL { ?y ex:v ?m } FILTER (?m > 1)", "x y m"),
        ("?x ex:p ?y OPTIONAL { ?y ex:v ?m } FILTER (?m > 1 || ?x = ?y)", "x y"),
        ("?x ex:p ?y OPTIONAL { ?y ex:v ?m } FILTER (!BOUND(?m))", "x y"),
        ("{ ?x ex:p ?y } UNION { ?x ex:v ?m }", "x"),
        ("?x ex:p ?y MINUS { ?x ex:v ?m }", "x y"),
        ("?x ex:v ?m . ?y ex:v ?n BIND (?m - ?n AS ?z)", "x m y n z"),
        ("?x ex:v ?m . ?y ex:v ?n BIND (?m / ?n AS ?z)", "x m y n"),
        ("?x ex:v ?m . ?y ex:v ?n BIND (?m / ?n AS ?z) FILTER (?n > 0)", "x m y n z"),
        ("?x ex:v ?m . ?y ex:v ?n BIND (?m / ?n AS ?z) FILTER (?n != 0)", "x m y n z"),
        ("?x ex:v ?m . ?y ex:v ?n BIND (?m / ?n AS ?z) FILTER (?m > 0)", "x m y n"),
        ("?x ex:v ?m . ?y ex:v ?n BIND (IF(?n > 0, ?m / ?n, 0) AS ?z)", "x m y n z"),
        ("?x ex:v ?m . ?y ex:v ?n BIND (COALESCE(?m / ?n, 0) AS ?z)", "x m y n z"),
        ("?x ex:v ?m . ?y ex:v ?n BIND (COALESCE(?m / ?n, ?k) AS ?z)", "x m y n"),
        ("?x ex:p ?y BIND (CONCAT(?x, 'a') AS ?z)", "x y"),
        ("?x ex:p ?y BIND (CONCAT(STR(?x), 'a') AS ?z)", "x y z"),
        (
            "{ SELECT ?x (COUNT(?m) AS ?z) { ?x ex:p ?y OPTIONAL { ?x ex:v ?m } } GROUP BY ?x }",
            "x z",
        ),
        ("{ SELECT ?x (SUM(?m) AS ?z) { ?x ex:p ?y OPTIONAL { ?x ex:v ?m } } GROUP BY ?x }", "x"),
        ("{ SELECT ?x (SUM(?m) AS ?z) { ?x ex:v ?m } GROUP BY ?x }", "x z"),
    ],
)
def test_a_variable_is_bound_where_it_always_has_a_value(body: str, bound: str) -> None:
    query = f"PREFIX ex: <{EX}> SELECT * WHERE {{ {body} }}"
    pattern = translate(translateQuery(parseQuery(query)).algebra.p.p)

    found = certain(pattern, Known(types=types_in(pattern, TINY)))

    assert found == {Variable(name) for name in bound.split()}
