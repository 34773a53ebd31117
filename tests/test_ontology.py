"""What must be true of the ontology: it is sound OWL 2 DL, opens offline, says what it means."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kb_service.knowledge_files import knowledge_root, ontology_files, read_turtle
from kb_service.reasoning import (
    ReasonerFailed,
    check_consistency,
    contradictions,
    key_clashes,
    profile_faults,
)
from kb_service.turtle_layout import format_turtle
from kb_service.vocabulary import NAMESPACES, iri
from tests.shared_knowledge import column, rows

FOLDER = knowledge_root() / "ontology"
IMPORTS = iri("owl", "imports")
FILES = [path.relative_to(FOLDER).as_posix() for path in ontology_files()]


@cache
def facts(file: str) -> tuple[Triple, ...]:
    return tuple(read_turtle(FOLDER / file))


def everything() -> list[Triple]:
    return [triple for file in FILES for triple in facts(file)]


def in_turtle(text: str) -> list[Triple]:
    prefixes = "".join(f"@prefix {name}: <{space}> . " for name, space in NAMESPACES.items())
    return [quad.triple for quad in parse(prefixes + text, format=RdfFormat.TURTLE)]


def catalogued() -> dict[str, Path]:
    """What the catalog says: the file of each ontology."""
    entries = ElementTree.parse(FOLDER / "catalog-v001.xml").getroot()
    return {entry.attrib["name"]: FOLDER / entry.attrib["uri"] for entry in entries}


def header(file: str) -> str:
    return next(
        triple.subject.value
        for triple in facts(file)
        if triple.object == iri("owl", "Ontology") and isinstance(triple.subject, NamedNode)
    )


def with_imports(file: str) -> list[Triple]:
    """What Protégé sees after opening the file: it and all it imports, through the catalog."""
    waiting, seen = [file], set[str]()
    while waiting:
        seen.add(name := waiting.pop())
        waiting += {
            catalogued()[t.object.value].relative_to(FOLDER).as_posix()
            for t in facts(name)
            if t.predicate == IMPORTS and isinstance(t.object, NamedNode)
        } - seen
    return [triple for name in seen for triple in facts(name)]


# Sound


def test_all_files_together_are_sound_owl() -> None:
    assert check_consistency(everything()) == []


def test_an_ability_of_two_career_types_is_a_contradiction() -> None:
    two_homes = in_turtle("ability:patience core:careerType type:service .")

    found = contradictions([*facts("core.ttl"), *facts("frameworks/t12.ttl"), *two_homes])

    assert [finding.focus for finding in found] == [""]
    assert "contradicts itself" in found[0].message["en"]


def test_a_class_that_nothing_can_belong_to_is_named() -> None:
    impossible = in_turtle(
        "core:Knack a owl:Class ; rdfs:subClassOf core:Ability, core:Motivation ."
    )

    found = contradictions([*facts("core.ttl"), *impossible])

    assert [finding.focus for finding in found] == [NAMESPACES["core"] + "Knack"]


def test_a_reasoner_that_gives_up_is_not_taken_for_a_yes() -> None:
    outside_owl = in_turtle(
        "core:since a owl:DatatypeProperty ; rdfs:range xsd:date ."
        'tier:main core:since "2026-01-01"^^xsd:date .'
    )

    with pytest.raises(ReasonerFailed, match="date"):
        contradictions([*facts("core.ttl"), *outside_owl])


@pytest.mark.parametrize(
    ("slip", "advice"),
    [
        ("tier:main core:colour tier:first .", "Declare the property core:colour"),
        ("tier:main a core:Colour .", "Declare the class core:Colour"),
        ("core:Thing a owl:Class ; rdfs:subClassOf core:Colour .", "Declare the class core:Colour"),
        ("core:rank a owl:ObjectProperty .", "Keep one of them"),
        ("core:Tier a owl:AnnotationProperty .", "both a class and a property"),
        ("core:rank rdfs:range xsd:date .", "OWL 2 DL has no datatype xsd:date"),
        ('tier:main core:rank "2026-01-01"^^xsd:date .', "OWL 2 DL has no datatype xsd:date"),
        ("ability:x core:careerType 'service' .", "must be a thing"),
        ("tier:main core:rank tier:first .", "must be a text or a number"),
        ("ability:x core:tier tier:prime .", "tier:prime is referred to but described nowhere"),
    ],
)
def test_what_owl_tools_misread_without_a_word_is_found(slip: str, advice: str) -> None:
    found = profile_faults([*facts("core.ttl"), *in_turtle(slip)])

    assert [advice in finding.message["en"] for finding in found] == [True]
    assert found[0].message["zh"]


def test_two_tiers_with_one_identifier_are_found() -> None:
    twin = in_turtle('tier:chief a core:Tier ; dcterms:identifier "main" .')

    found = key_clashes([*facts("core.ttl"), *twin])

    assert [finding.message["en"].split(" have ")[0] for finding in found] == [
        "tier:chief, tier:main"
    ]


# Opens in Protégé without a network


@pytest.mark.parametrize("file", FILES)
def test_a_file_and_what_it_imports_declare_every_term_they_use(file: str) -> None:
    assert [finding.message["en"] for finding in profile_faults(with_imports(file))] == []


def test_the_catalog_knows_every_ontology_and_every_import() -> None:
    imported = {str(triple.object)[1:-1] for triple in everything() if triple.predicate == IMPORTS}

    assert catalogued() == {header(file): FOLDER / file for file in FILES}
    assert imported <= set(catalogued())


def test_the_root_imports_every_other_ontology() -> None:
    imported = {str(t.object) for t in facts("rengang.ttl") if t.predicate == IMPORTS}

    assert imported == {f"<{header(file)}>" for file in FILES if file != "rengang.ttl"}


@pytest.mark.parametrize("folder", ["frameworks", "models"])
def test_a_catalog_beside_the_file_leads_to_the_one_above(folder: str) -> None:
    (entry,) = ElementTree.parse(FOLDER / folder / "catalog-v001.xml").getroot()

    assert (FOLDER / folder / entry.attrib["catalog"]).resolve() == FOLDER / "catalog-v001.xml"


@pytest.mark.parametrize("file", FILES)
def test_a_file_is_in_the_one_layout(file: str) -> None:
    text = (FOLDER / file).read_text(encoding="utf-8")

    assert format_turtle(text) == text, "make format"


# Says what it means


TERM = """
    VALUES ?kind { owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty }
    ?term a ?kind .
    FILTER (STRSTARTS(STR(?term), "https://w3id.org/rengang/"))
"""
INDIVIDUAL = """
    ?term a ?class . ?class a owl:Class .
    FILTER (STRSTARTS(STR(?term), "https://w3id.org/rengang/"))
    FILTER NOT EXISTS { ?class rdfs:subClassOf? judgement:PolicyStatement }
"""
NAMED_INDIVIDUAL = INDIVIDUAL + (
    "FILTER (?class NOT IN (core:Requirement, performance:Standard, performance:KPIItem,"
    " performance:BehaviourItem, performance:RaterWeight))"
)


def languages_of(pattern: str, predicate: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for term, language, _ in rows(
        f"""SELECT DISTINCT ?term (LANG(?text) AS ?language) ?text {{
              {pattern} OPTIONAL {{ ?term {predicate} ?text }}
            }} ORDER BY ?language"""
    ):
        found.setdefault(term, []).append(language)
    return found


@pytest.mark.parametrize("predicate", ["skos:prefLabel", "skos:definition"])
@pytest.mark.parametrize("pattern", [TERM, NAMED_INDIVIDUAL], ids=["terms", "individuals"])
def test_what_has_a_name_has_it_once_in_chinese_and_once_in_english(
    pattern: str, predicate: str
) -> None:
    languages = languages_of(pattern, predicate)

    assert len(languages) > 100
    assert {term: found for term, found in languages.items() if found != ["en", "zh"]} == {}


def test_no_two_terms_of_a_kind_share_a_label() -> None:
    twins = rows(
        f"""SELECT ?term ?other ?label {{
              {TERM} ?other a ?kind .
              ?term skos:prefLabel ?label . ?other skos:prefLabel ?label .
              FILTER (STR(?term) < STR(?other))
              FILTER (STRBEFORE(STR(?term), "#") = STRBEFORE(STR(?other), "#"))
            }}"""
    )

    assert twins == []


def test_an_english_definition_does_not_repeat_the_term() -> None:
    repeating = [
        (label, definition)
        for label, definition in rows(
            """SELECT DISTINCT ?label ?definition {
                 ?term a owl:Class ; skos:prefLabel ?label ; skos:definition ?definition .
                 FILTER (LANG(?label) = "en" && LANG(?definition) = "en")
               }"""
        )
        if label.lower() in definition.lower()
    ]

    assert repeating == []


def test_every_individual_says_what_it_rests_on() -> None:
    assert column(f"SELECT ?term {{ {INDIVIDUAL} MINUS {{ ?term core:evidence ?any }} }}") == []


def test_what_is_stated_cites_its_source_and_nothing_else_does() -> None:
    uncited = column(
        f"""SELECT ?term {{
              {INDIVIDUAL} ?term core:evidence evidence:stated .
              MINUS {{ ?term dcterms:source ?work }} MINUS {{ ?term a dcterms:BibliographicResource }}
            }}"""
    )
    misattributed = column(
        """SELECT ?term {
             ?term dcterms:source ?work ; core:evidence ?evidence
             FILTER (?evidence != evidence:stated)
           }"""
    )

    assert (uncited, misattributed) == ([], [])


def test_a_definition_we_wrote_for_a_name_that_is_not_ours_says_so() -> None:
    silent = column(
        """SELECT ?term {
             VALUES ?class { core:Ability core:CareerField core:CareerType core:Framework
               core:Motivation core:PositionModel core:Position performance:Grade performance:KPI }
             ?term a ?class ; core:evidence ?evidence . FILTER (?evidence != evidence:assumed)
             FILTER NOT EXISTS { ?term core:definitionEvidence evidence:assumed }
           }"""
    )

    assert silent == []


def test_an_identifier_is_the_last_part_of_the_name() -> None:
    differing = column(
        f"""SELECT ?term {{
              {NAMED_INDIVIDUAL} OPTIONAL {{ ?term dcterms:identifier ?id }}
              FILTER (!BOUND(?id) || REPLACE(STR(?term), "^.*[/#]", "") != ?id)
            }}"""
    )

    assert differing == []
