"""What every rule file must be like, whatever it concludes."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from pyoxigraph import NamedNode
from rdflib import RDF, BNode, URIRef, Variable

from kb_service.engine.rules import Rule
from kb_service.vocabulary import NAMESPACES, A, iri
from tests.rule_reading import (
    Star,
    all_rules,
    bound_in_body,
    declared,
    domains,
    names,
    ranges,
    stage_number,
    stars,
    terms,
    with_broader,
    writers,
    written_by,
)
from tests.worlds import policy

NAME = re.compile(r"[a-z]+:[A-Za-z]+(-[a-z]+)*")
NUMBER = re.compile(r"(?<![\w:.#?-])\d+(?:\.\d+)?")
NUMBERS_OF_ARITHMETIC = {
    Decimal(0): "nought, below which nothing is",
    Decimal("0.5"): "rounding half up",
    Decimal(1): "the next in order",
    Decimal(10): "one decimal",
    Decimal(12): "months of a year",
    Decimal(1000): "percent with one decimal; and source ranks sorted as text",
    Decimal(10000): "ratio with four decimals",
}
"""Numbers that no organisation would set otherwise; all others belong into the policy."""

PROTECTED = {
    *("age", "birth", "belief", "birthday", "children", "colour", "disability", "ethnicity"),
    *("family", "gender", "hukou", "health", "marital", "married", "nationality", "native"),
    *("origin", "orientation", "party", "photo", "political", "pregnancy", "race", "religion"),
    *("sex", "union", "name", "surname", "age"),
}
"""Words of attributes that no judgement of a person may rest on."""

READ_OF_PEOPLE = {
    iri("org", "holds").value,
    *(iri("people", name).value for name in ("Person", "ofPosition", "candidateFor")),
    *(iri("people", name).value for name in ("ofPerson", "source", "assessedOn", "expiresOn")),
    *(iri("people", name).value for name in ("inAssessment", "value")),
}
"""All that rules may read of people: their posts, and who rated them, when and how."""

every_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)


def test_every_rule_has_a_name_of_its_own() -> None:
    rule_names = [rule.name for rule in all_rules()]
    titles = [rule.title for rule in all_rules()]

    assert sorted(rule_names) == sorted(set(rule_names))
    assert sorted(titles) == sorted(set(titles))


@every_rule
def test_header_says_everything_in_both_languages(rule: Rule) -> None:
    assert rule.title and rule.because.endswith(".")
    assert rule.says.endswith(".")
    assert rule.says_zh.endswith("。")
    assert re.search("[\u4e00-\u9fff]", rule.says_zh)


@every_rule
def test_header_names_terms_in_one_piece(rule: Rule) -> None:
    listed = [name.strip() for name in f"{rule.reads}, {rule.writes}".split(",")]

    assert [name for name in listed if not NAME.fullmatch(name)] == []


@every_rule
def test_header_names_what_the_rule_writes(rule: Rule) -> None:
    assert names(rule.writes) == sorted(written_by(rule).classes)


@every_rule
def test_header_names_everything_that_the_rule_reads(rule: Rule) -> None:
    listed = set(names(rule.reads))
    read = {name for star in stars(rule) for name in classes_read(star)}
    individuals = {
        term
        for star in stars(rule)
        if isinstance(star.subject, URIRef)
        for term in [str(star.subject)]
    }

    assert {name for name in read if not with_broader(name) & listed} == set()
    assert individuals - listed == set()


@every_rule
def test_header_names_nothing_that_the_rule_does_not_read(rule: Rule) -> None:
    read = {name for star in stars(rule) for name in classes_read(star)}
    broader = {name for each in read for name in with_broader(each)}
    properties = {name for star in stars(rule) for name in star.properties}
    facts = {kind for name in properties for kind in domains(name) | ranges(name)}
    subjects = {str(star.subject) for star in stars(rule)}

    assert set(names(rule.reads)) - read - broader - properties - facts - subjects == set()


def classes_read(star: Star) -> set[str]:
    """The classes named, or for want of them those of the conclusions that are met."""
    met = {name for rule in writers(star) for name in written_by(rule).classes}
    return set(star.classes) or met


@every_rule
def test_nothing_is_read_before_it_can_have_been_written(rule: Rule) -> None:
    own = stage_number(rule)
    later = {
        f"{writer.name} in {writer.stage}"
        for star in stars(rule)
        for writer in writers(star)
        if stage_number(writer) > own
    }

    assert later == set()


@every_rule
def test_negation_and_aggregates_read_only_what_earlier_stages_wrote(rule: Rule) -> None:
    own = stage_number(rule)
    early = {
        f"?{star.subject} meets {writer.name} in {writer.stage}"
        for star in stars(rule)
        if (star.absent or star.scope) and not restates(rule, star)
        for writer in writers(star)
        if stage_number(writer) >= own
    }

    assert early == set()


def restates(rule: Rule, star: Star) -> bool:
    """Whether a negated reading only says again what must hold of the same thing outside it."""
    return star.absent and any(
        outer.subject == star.subject
        and not outer.absent
        and outer.scope == star.scope
        and star.classes <= outer.classes
        and star.properties <= outer.properties
        for outer in stars(rule)
    )


@every_rule
def test_numbers_that_people_may_change_are_in_the_policy(rule: Rule) -> None:
    text = re.sub(r'<[^>]*>|"[^"]*"', "", f"{rule.query.head} {rule.query.body}")
    found = {Decimal(number) for number in NUMBER.findall(text)}

    assert found - NUMBERS_OF_ARITHMETIC.keys() == set()


@every_rule
def test_no_blank_nodes_are_read_or_written(rule: Rule) -> None:
    head = [term for triple in rule.reading.head for term in triple]
    body = [term for p in rule.reading.body for term in (p.subject, p.predicate, p.object)]

    assert [term for term in [*head, *body] if isinstance(term, BNode)] == []


@every_rule
def test_everything_in_the_head_is_bound_by_the_body(rule: Rule) -> None:
    used = {str(t) for triple in rule.reading.head for t in triple if isinstance(t, Variable)}

    assert used - bound_in_body(rule) == set()


@every_rule
def test_patterns_name_their_predicates(rule: Rule) -> None:
    assert rule.reading.predicates()


@every_rule
def test_no_protected_attribute_is_read(rule: Rule) -> None:
    local = {re.split("[#/]", term)[-1] for term in terms(rule)}
    words = {word.lower() for name in local for word in re.findall("[A-Z]?[a-z]+", name)}
    ours = tuple(space for space in NAMESPACES.values() if space.startswith("https://w3id.org/"))
    of_people = {t for t in terms(rule) if t.startswith((NAMESPACES["people"], NAMESPACES["org"]))}

    assert words & PROTECTED == set()
    assert {t for t in terms(rule) - of_people if not t.startswith((*ours, str(RDF)))} == set()
    assert of_people - READ_OF_PEOPLE == set()


@every_rule
def test_every_term_is_declared(rule: Rule) -> None:
    ours = {term for term in terms(rule) if term not in (str(RDF.type), rule.iri.value)}

    assert ours - declared() == set()


@every_rule
def test_conclusion_names_its_rule_and_is_declared_as_a_conclusion(rule: Rule) -> None:
    subject = Variable(rule.conclusion_variable)
    by = URIRef(iri("judgement", "concludedBy").value)
    told = [o for s, p, o in rule.reading.head if s == subject and p == by]

    assert told == [URIRef(rule.iri.value)]
    assert {s for s, _, _ in rule.reading.head} == {subject}
    for name in written_by(rule).classes:
        assert iri("judgement", "Conclusion").value in with_broader(name)


@every_rule
def test_properties_of_a_conclusion_are_declared_for_its_class(rule: Rule) -> None:
    made = written_by(rule)
    own = {name for each in made.classes for name in with_broader(each)}
    foreign = {
        f"{name} is declared for {kind}"
        for name in made.properties
        for kind in domains(name)
        if kind not in own
    }

    assert foreign == set()


def test_every_policy_statement_is_read_by_some_rule() -> None:
    read = {term for rule in all_rules() for term in terms(rule)}

    for name, kinds in policy_statements().items():
        assert name in read or kinds & read, name


def policy_statements() -> dict[str, set[str]]:
    """Each statement of the policy with its classes; a single value is read by its own name."""
    found: dict[str, set[str]] = {}
    for triple in policy():
        assert isinstance(triple.subject, NamedNode)
        if triple.predicate == A and isinstance(triple.object, NamedNode):
            found.setdefault(triple.subject.value, set()).add(triple.object.value)
    return found
