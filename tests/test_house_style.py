"""OWL 2 DL as the OWL API understands it, and the house style, of the ontologies that ship."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from kb_service.knowledge_files import knowledge_root, read_shared_knowledge
from kb_service.reasoning.house_style import house_style_faults
from kb_service.vocabulary import NAMESPACES

GOOD = """
    core:Knack a owl:Class ; skos:prefLabel "Knack"@en, "诀窍"@zh ;
      skos:definition "A way of doing something well."@en, "把事做好的办法。"@zh .
    core:knackOf a owl:ObjectProperty ; skos:prefLabel "knack of"@en, "谁的诀窍"@zh ;
      skos:definition "Relates a way to who has it."@en, "这办法是谁的。"@zh .
    <https://w3id.org/rengang/knack/quick-look> a core:Knack ; core:evidence evidence:assumed ;
      dcterms:identifier "quick-look" ; skos:prefLabel "Quick look"@en, "一眼看出"@zh ;
      skos:definition "Seeing it at once."@en, "一看便知。"@zh .
"""


def in_turtle(text: str) -> list[Triple]:
    prefixes = "".join(f"@prefix {name}: <{space}> . " for name, space in NAMESPACES.items())
    return [quad.triple for quad in parse(prefixes + text, format=RdfFormat.TURTLE)]


def profile(folder: Path) -> list[list[str]]:
    """What the OWL API finds against OWL 2 DL in the files of a folder: file, kind, words."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.owl_profile", str(folder)],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


def test_every_module_with_its_imports_is_owl_2_dl_to_the_owl_api() -> None:
    assert profile(knowledge_root() / "ontology") == []


@pytest.mark.parametrize(
    ("slip", "kind"),
    [
        ("ex:since a owl:DatatypeProperty ; rdfs:range xsd:date .", "UseOfUndeclaredDatatype"),
        (
            "ex:p a owl:ObjectProperty, owl:TransitiveProperty, owl:FunctionalProperty .",
            "UseOfNonSimplePropertyInFunctionalPropertyAxiom",
        ),
        ("ex:thing ex:colour ex:red .", "UseOfUndeclaredAnnotationProperty"),
    ],
)
def test_the_owl_api_finds_what_is_outside_the_profile(
    tmp_path: Path, slip: str, kind: str
) -> None:
    prefixes = "".join(
        f"@prefix {name}: <{NAMESPACES[name]}> . " for name in ("owl", "rdfs", "xsd")
    )
    text = (
        f"{prefixes} @prefix ex: <https://example.org/> . <https://example.org/> a owl:Ontology . "
    )
    (tmp_path / "slip.ttl").write_text(text + slip, encoding="utf-8")

    assert kind in {found for _, found, _ in profile(tmp_path)}


def test_what_ships_keeps_to_the_house_style() -> None:
    everything = (t for triples in read_shared_knowledge().values() for t in triples)

    assert [finding.message["en"] for finding in house_style_faults(everything)] == []


def test_terms_in_the_house_style_are_let_be() -> None:
    assert house_style_faults(in_turtle(GOOD)) == []


@pytest.mark.parametrize(
    ("good", "bad", "focus", "advice"),
    [
        ("core:Knack ", "core:knack ", "core:knack", "Name a class by a noun in the singular"),
        ("core:Knack ", "core:Knacks ", "core:Knacks", "looks like a plural"),
        ("core:knackOf", "core:Knack_of", "core:Knack_of", "Begin the name of a property"),
        ("/quick-look>", "/QuickLook>", "QuickLook", "Name an individual by words in small"),
        (
            '"诀窍"@zh',
            '"诀窍"@en',
            "core:Knack",
            "lacks a skos:prefLabel with the language tag @zh",
        ),
        ('"诀窍"@zh', '"诀窍"@zh, "窍门"@zh', "core:Knack", "has 2 skos:prefLabel in @zh"),
        ('"Knack"@en', '"Knack"@en, "Kniff"@de', "core:Knack", "are tagged @zh and @en only"),
        ('"把事做好的办法。"@zh', '"x"@en', "core:Knack", "lacks a skos:definition with the"),
        ("A way of doing", "A knack of doing", "core:Knack", "uses its own label"),
        ('r "quick-look"', 'r "quick"', "quick-look", 'write dcterms:identifier "quick-look"'),
        ("; core:evidence evidence:assumed", "", "quick-look", "rests on, for example core:evid"),
        ("core:knackOf a", "core:knackOf owl:inverseOf core:x ; a", "core:knackOf", "no inverse"),
        ("core:knackOf a", 'core:knackOf rdfs:label "x" ; a', "core:knackOf", "skos:prefLabel; ch"),
    ],
)
def test_each_breach_of_the_house_style_is_named_with_its_cure(
    good: str, bad: str, focus: str, advice: str
) -> None:
    assert good in GOOD

    found = house_style_faults(in_turtle(GOOD.replace(good, bad)))

    told = [each for each in found if advice in each.message["en"]]
    assert len(told) == 1, [each.message["en"] for each in found]
    assert told[0].severity == "info"
    assert told[0].message["zh"]
    prefix, _, local = focus.rpartition(":")
    assert told[0].focus.endswith(local)
    assert not prefix or told[0].focus == NAMESPACES[prefix] + local


def test_an_individual_away_from_its_kind_is_sent_home() -> None:
    second = (
        GOOD
        + """
        <https://w3id.org/rengang/knack/long-look> a core:Knack ; core:evidence evidence:assumed ;
          skos:prefLabel "Long look"@en, "细看"@zh ;
          skos:definition "Seeing it in the end."@en, "看久便知。"@zh .
        ability:far-look a core:Knack ; core:evidence evidence:assumed ;
          skos:prefLabel "Far look"@en, "远望"@zh ;
          skos:definition "Seeing it from afar."@en, "远远看出。"@zh .
    """
    )

    found = house_style_faults(in_turtle(second))

    assert [each.focus for each in found] == [NAMESPACES["ability"] + "far-look"]
    assert "have names below https://w3id.org/rengang/knack/" in found[0].message["en"]


def test_words_of_others_keep_their_own_style() -> None:
    foreign = in_turtle("prov:Things a owl:Class . schema:Some_Thing a owl:ObjectProperty .")

    assert house_style_faults(foreign) == []
