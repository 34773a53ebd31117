"""The rules that ship pass every check of rules, and read of people only what they may."""

from __future__ import annotations

import re

from pyoxigraph import NamedNode
from rdflib import RDF, URIRef

from kb_service.engine.checker import check_rules
from kb_service.engine.checker.algebra import Triples, walk
from kb_service.engine.checker.parsing import ParsedRule
from kb_service.engine.rule_pages import readme
from kb_service.vocabulary import NAMESPACES, A, iri
from tests.rule_reading import ROOT, book
from tests.worlds import policy

READ_OF_PEOPLE = {
    iri("org", "holds").value,
    *(iri("people", name).value for name in ("Person", "ofPosition", "candidateFor")),
    *(iri("people", name).value for name in ("ofPerson", "source", "assessedOn", "expiresOn")),
    *(iri("people", name).value for name in ("inAssessment", "value")),
    *(iri("people", name).value for name in ("Objection", "raisedFor", "raisedOn", "contests")),
    iri("people", "outcome").value,
}
"""All that rules may read of people: posts, who rated them when and how, and that they object."""


def test_the_rules_that_ship_break_no_rule_for_rules() -> None:
    found = check_rules(ROOT)

    assert [f for f in found if f.severity != "warning"] == []


def test_only_two_pairs_are_left_to_experience_to_show_that_they_agree() -> None:
    """Both pairs build on conclusions of their own class, step by step, which no text tells."""
    found = [finding for finding in check_rules(ROOT) if finding.severity == "warning"]

    assert [finding.message["en"].partition(" may draw")[0] for finding in found] == [
        "training-path-of-one and training-path-extended",
        "plan-step-next and plan-step-first",
    ]


def test_rules_read_of_people_only_what_they_may() -> None:
    of_people = (NAMESPACES["people"], NAMESPACES["org"], NAMESPACES["schema"])

    read = {term for rule in book().rules for term in terms_read(rule)}

    assert {term for term in read if term.startswith(of_people)} - READ_OF_PEOPLE == set()


def test_every_number_of_the_policy_is_read_by_some_rule_question_or_statistic() -> None:
    read = {term for rule in book().rules for term in terms_read(rule)}
    for question in (ROOT / "kb_service" / "questions").glob("*.rq"):
        named = re.findall(r"\bpolicy:([a-z-]+)", question.read_text(encoding="utf-8"))
        read |= {iri("policy", name).value for name in named}
    for figures in (ROOT / "kb_service" / "study_records").glob("*_figures.py"):
        asked = r'(?:\.(?:number|way)\(|\bchosen_way\(.*, policy, )"([a-z-]+)"\)'
        named = re.findall(asked, figures.read_text(encoding="utf-8"))
        read |= {iri("policy", name).value for name in named}
    read |= {iri("studies", name).value for name in ("BasisWorth", "FamiliarityWorth")}

    for name, kinds in policy_statements().items():
        assert name in read or kinds & read, name


def test_the_page_of_the_rules_is_what_their_headers_make() -> None:
    page = (ROOT / "rules" / "README.md").read_text(encoding="utf-8")

    assert page == readme(book()), "rengang rules readme"


def test_the_example_in_the_manual_is_the_rule_itself() -> None:
    manual = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")

    assert (ROOT / "rules" / "80-plan" / "low-fit.rq").read_text(encoding="utf-8") in manual


def terms_read(rule: ParsedRule) -> set[str]:
    """Every IRI in the body of a rule."""
    patterns = [p for node in walk(rule.body) if isinstance(node, Triples) for p in node.patterns]
    return {str(t) for p in patterns for t in p if isinstance(t, URIRef) and t != RDF.type}


def policy_statements() -> dict[str, set[str]]:
    """Each number of the policy with its classes; a single value is read by its own name.

    Protected attributes are read by the checks of rules and by no rule, and who may take which step
    with a position model by its life cycle.
    """
    found: dict[str, set[str]] = {}
    for triple in policy():
        assert isinstance(triple.subject, NamedNode)
        if triple.predicate == A and isinstance(triple.object, NamedNode):
            found.setdefault(triple.subject.value, set()).add(triple.object.value)
    others = {iri("judgement", kind).value for kind in ("ProtectedAttribute", "SeparationOfDuties")}
    return {name: kinds for name, kinds in found.items() if not kinds & others}
