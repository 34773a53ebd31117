"""What is read of the words of the ontologies: texts, neighbours, mentions, drawings, search."""

from __future__ import annotations

from functools import cache
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kb_service.engine.rules import read_rule_book
from kb_service.knowledge_base.terms import (
    Kind,
    Mentions,
    Neighbourhood,
    Term,
    TermBook,
    draw,
    neighbourhood,
    overview,
    read_mentions,
    read_terms,
    search,
)
from kb_service.knowledge_files import read_shared_knowledge
from kb_service.questions import questions
from kb_service.vocabulary import NAMESPACES, iri

SVG = "{http://www.w3.org/2000/svg}"


@cache
def book() -> TermBook:
    return read_terms(read_shared_knowledge())


@cache
def mentions() -> Mentions:
    return read_mentions(read_rule_book(), questions().values())


def term(prefix: str, local: str) -> Term:
    return book().terms[iri(prefix, local).value]


def graph(name: str, turtle: str) -> dict[NamedNode, list[Triple]]:
    prefixes = "".join(f"@prefix {each}: <{space}> . " for each, space in NAMESPACES.items())
    text = f"{prefixes} @prefix ex: <https://example.org/> . ex:{name} a owl:Ontology . {turtle}"
    triples = [quad.triple for quad in parse(text, format=RdfFormat.TURTLE)]
    return {NamedNode(f"https://example.org/{name}"): triples}


def small(turtle: str) -> TermBook:
    return read_terms(graph("small", turtle))


def names(drawn: Neighbourhood) -> set[str]:
    return {box.term.rsplit("/", 1)[-1] for box in drawn.boxes}


# Terms


def test_an_ability_is_told_in_both_languages_with_what_it_rests_on() -> None:
    patience = term("ability", "patience")

    assert patience.kind is Kind.INDIVIDUAL
    assert patience.texts.label == {"zh": "耐心坚持", "en": "Patience and persistence"}
    assert patience.texts.definition["zh"].startswith("在冗长")
    assert (patience.support.evidence, patience.support.definition) == ("stated", "assumed")
    assert patience.support.sources == (iri("work", "t12-position-model").value,)
    assert book().module_of(patience).path == "t12"


def test_a_class_knows_what_is_above_below_and_beside_it() -> None:
    dimension = term("core", "Dimension")

    assert iri("core", "Ability").value in dimension.near.below
    assert term("core", "Ability").near.above == (iri("core", "Dimension").value,)
    assert iri("core", "dimension").value in dimension.near.in_range_of
    assert iri("ability", "patience").value in term("core", "Ability").near.members


def test_a_restriction_is_said_in_words() -> None:
    said = {sentence["en"] for sentence in term("core", "Ability").sentences}

    assert "every “Ability” has a value of “career type” that is a “Career type”" in said
    assert all(sentence["zh"] for sentence in term("core", "Ability").sentences)


def test_a_domain_that_is_a_union_is_each_of_its_classes() -> None:
    found = small(
        "ex:A a owl:Class . ex:B a owl:Class . ex:p a owl:ObjectProperty ; "
        "rdfs:domain [ a owl:Class ; owl:unionOf ( ex:A ex:B ) ] ."
    )

    assert found.terms["https://example.org/p"].near.domain == (
        "https://example.org/A",
        "https://example.org/B",
    )
    assert found.terms["https://example.org/B"].near.in_domain_of == ("https://example.org/p",)


def test_a_term_counts_the_position_models_that_use_it() -> None:
    using = {name.rsplit("/", 1)[-1] for name in term("ability", "patience").models}

    assert "customer-service-specialist" in using
    assert "trainer" not in using
    assert len(term("core", "requires").models) == len(book().group("models"))


def test_a_deprecated_term_says_what_takes_its_place() -> None:
    found = small(
        "ex:Old a owl:Class ; owl:deprecated true ; dcterms:isReplacedBy ex:New . ex:New a owl:Class ."
    )

    old = found.terms["https://example.org/Old"]
    assert old.deprecated
    assert old.replaced_by == ("https://example.org/New",)
    assert not found.terms["https://example.org/New"].deprecated


def test_a_requirement_is_called_by_whose_it_is_and_what_it_is_about() -> None:
    unlabelled = term("requirement", "customer-service-specialist.patience")

    assert unlabelled.texts.label["en"].endswith(": Patience and persistence")
    assert unlabelled.texts.label["zh"].endswith("：耐心坚持")


def test_a_foreign_word_belongs_to_the_module_that_imports_least() -> None:
    assert book().module_of(term("dcterms", "source")).path == "core"


def test_every_term_has_a_page_name_of_its_own_even_where_case_does_not_count() -> None:
    places = [f"{t.prefix}/{t.kind}/{t.local}".casefold() for t in book().terms.values()]

    assert len(places) > 900
    assert len(set(places)) == len(places)


def test_modules_are_sorted_by_what_they_declare() -> None:
    groups = {name: {m.path for m in book().group(name)} for name in ("frameworks", "data")}

    assert groups["frameworks"] == {"grid", "t12"}
    assert "trainings" in groups["data"]
    assert all(module.path.startswith("models/") for module in book().group("models"))


# Mentions


def test_rules_shapes_and_questions_that_mention_a_term_are_found() -> None:
    tier = iri("core", "tier").value

    assert "effective-requirement" in {m.name for m in mentions().read_by[tier]}
    assert "Requirement-tier-one" in {m.name for m in mentions().checked_by[tier]}
    assert "requirements-of-model" in {m.name for m in mentions().asked_by[tier]}
    gap = iri("judgement", "Gap").value
    assert "gap-below-required-level" in {m.name for m in mentions().written_by[gap]}


def test_a_word_in_a_shapes_query_is_a_mention_too() -> None:
    exit_level = iri("learning", "exitLevel").value

    assert "Training-entryLevel-below-exitLevel" in {
        m.name for m in mentions().checked_by[exit_level]
    }


def test_most_words_of_core_serve_some_rule_shape_or_question() -> None:
    found = mentions()
    used = {*found.read_by, *found.written_by, *found.checked_by, *found.asked_by}
    words = [t for t in book().of(book().modules["core"], Kind.OBJECT_PROPERTY) if t.texts.label]

    assert len(words) > 15
    assert len([t for t in words if t.iri not in used]) < len(words) / 3


# Search


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("时间管理", "ability:time-management"),
        ("time management", "ability:time-management"),
        ("TIME Management", "ability:time-management"),
        ("core:Ability", "core:Ability"),
        ("manage time", "ability:time-management"),
    ],
)
def test_a_term_is_found_by_what_it_is_called(words: str, first: str) -> None:
    assert search(book(), words)[0].name == first


def test_every_word_must_occur_and_no_words_find_nothing() -> None:
    assert search(book(), "patience zebra") == []
    assert search(book(), "  ") == []


@given(st.text(max_size=30))
def test_whatever_is_sought_there_is_an_answer_of_bounded_size(words: str) -> None:
    found = search(book(), words, most=7)

    assert len(found) <= 7
    assert len({each.iri for each in found}) == len(found)


# Drawings


def test_the_drawing_of_a_class_has_its_kinds_and_relations() -> None:
    drawn = neighbourhood(book(), term("core", "PositionModel"))

    assert {"core#PositionModel", "core#requires", "core#Requirement"} <= names(drawn)
    (subject,) = [box for box in drawn.boxes if box.is_subject]
    assert subject.term == iri("core", "PositionModel").value


def test_what_does_not_fit_into_a_drawing_is_counted() -> None:
    ability = neighbourhood(book(), term("core", "Ability"))

    drawn = {box.term for box in ability.boxes} & set(term("core", "Ability").near.members)
    assert ability.left_out >= len(term("core", "Ability").near.members) - len(drawn) > 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_drawing_is_well_formed_links_to_pages_and_says_itself_in_words(language: str) -> None:
    drawn = neighbourhood(book(), term("core", "requires"))

    svg = draw(drawn, language, lambda named: f"page?{named.rsplit('#', 1)[-1]}&x")

    root = ElementTree.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))
    links = {link.attrib["href"] for link in root.iter(f"{SVG}a")}
    assert links == {"page?PositionModel&x", "page?Requirement&x"}
    model = {"zh": "岗位模型", "en": "Position model"}[language]
    assert model in root.attrib["aria-label"]
    assert "style" not in svg


def test_a_label_cannot_break_out_of_a_drawing() -> None:
    found = small(
        'ex:A a owl:Class ; skos:prefLabel "<b>\\"&"@en ; rdfs:subClassOf ex:B . ex:B a owl:Class .'
    )

    svg = draw(neighbourhood(found, found.terms["https://example.org/A"]), "en", lambda named: "")

    assert "<b>" not in svg
    assert "&lt;b&gt;" in svg
    ElementTree.fromstring(svg)


def test_a_term_with_nothing_beside_it_is_not_drawn() -> None:
    found = small("ex:A a owl:Class .")

    assert draw(neighbourhood(found, found.terms["https://example.org/A"]), "en", str) == ""


def test_a_module_is_drawn_with_its_own_classes_and_those_above() -> None:
    drawn = overview(book(), book().modules["people"])

    assert {"people#Assessment", "people#ofPerson", "people#Person"} <= names(drawn)
    assert overview(book(), book().modules["t12"]).boxes == ()


def test_classes_below_one_another_in_a_circle_end_the_tree() -> None:
    found = small(
        "ex:A a owl:Class ; rdfs:subClassOf ex:B . ex:B a owl:Class ; rdfs:subClassOf ex:A ."
    )

    assert found.terms["https://example.org/A"].near.above == ("https://example.org/B",)
    assert len(neighbourhood(found, found.terms["https://example.org/A"]).boxes) == 2
