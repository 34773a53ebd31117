"""What abilities come closest to in ESCO, O*NET and schema.org: well-formed, named, and noted."""

from __future__ import annotations

import re
from functools import cache

from kb_service.knowledge_base.terms import Alignment, Term, TermBook, read_terms
from kb_service.knowledge_files import knowledge_root, read_shared_knowledge, read_turtle
from kb_service.validation.checker import Checker
from kb_service.validation.shapes import own_shapes
from kb_service.vocabulary import iri
from tests.test_shapes import USUAL_DAY

FORMS = {
    "ESCO skills and competences, version 1.2.0": (
        r"http://data\.europa\.eu/esco/skill/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    ),
    "The O*NET content model": (
        r"https://www\.onetonline\.org/find/descriptor/result/[1-6](\.[A-Za-z0-9]+)+"
    ),
    "schema.org": r"https://schema\.org/[A-Z][A-Za-z]+",
}
STATED = (
    "time-management",
    "standard-setting",
    "patience",
    "dependability",
    "problem-solving",
    "adaptability",
    "information-gathering",
    "continuous-improvement",
    "service-orientation",
    "affinity",
    "conflict-resolution",
    "verbal-expression",
)


@cache
def book() -> TermBook:
    return read_terms(read_shared_knowledge())


def aligned() -> list[tuple[Term, Alignment]]:
    return [(term, each) for term in book().terms.values() for each in term.alignments]


def test_every_stated_ability_and_no_assumed_one_is_aligned() -> None:
    abilities = {
        term.local: term.support.evidence
        for term, _ in aligned()
        if term.near.classes == (iri("core", "Ability").value,)
    }

    assert abilities == dict.fromkeys(STATED, "stated")


def test_every_target_is_an_address_of_its_vocabulary_and_has_a_name() -> None:
    misshapen = [
        (term.name, each.target, each.scheme.get("en"))
        for term, each in aligned()
        if not re.fullmatch(FORMS.get(each.scheme.get("en", ""), ""), each.target) or not each.label
    ]

    assert misshapen == []
    assert {each.scheme["en"] for _, each in aligned()} == set(FORMS)


def test_every_alignment_says_what_it_rests_on_and_how_the_two_differ() -> None:
    silent = [
        (term.name, each.target)
        for term, each in aligned()
        if each.evidence != "assumed" or not each.note.get("zh") or not each.note.get("en")
    ]

    assert silent == []
    assert len(aligned()) > 30


def test_an_onet_element_is_numbered_as_in_its_address() -> None:
    elements = [each for _, each in aligned() if each.notation]

    assert len(elements) >= 10
    assert [e.target for e in elements if not e.target.endswith(f"/{e.notation}")] == []


def test_no_ability_is_said_to_be_the_very_same_as_an_entry_elsewhere() -> None:
    relations = {each.relation.rsplit("#", 1)[-1] for _, each in aligned()}

    assert relations == {"closeMatch", "broadMatch", "narrowMatch", "relatedMatch"}


def test_the_shapes_have_nothing_to_say_of_the_alignments() -> None:
    alignments = read_turtle(knowledge_root() / "ontology" / "alignments.ttl")
    checker = Checker(own_shapes(), read_shared_knowledge())

    found = checker.check(alignments, USUAL_DAY)

    assert [finding.message["en"] for finding in found] == []


def test_the_closest_alignment_comes_first() -> None:
    order = ["exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"]

    for term in book().terms.values():
        places = [order.index(each.relation.rsplit("#", 1)[-1]) for each in term.alignments]
        assert places == sorted(places)
