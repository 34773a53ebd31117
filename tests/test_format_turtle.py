"""The formatter changes the layout and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.format_turtle import CannotFormat, format_turtle, main

UNTIDY = """
@prefix c: <https://w3id.org/rengang/ontology/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
c:Tier skos:prefLabel "Tier"@en, "层级"@zh ; c:weight 0.80, 007 ; a owl:Class .
[] a owl:AllDisjointClasses ; owl:members (c:Tier c:Scale c:Ability) .
c:Ability owl:equivalentClass [ owl:onProperty c:part ; a owl:Restriction ; owl:hasValue
  <https://w3id.org/rengang/part/ability> ] .
<https://w3id.org/rengang/ontology/core> a owl:Ontology ; skos:note "two\\nlines, \\"quoted\\"" .
"""

TIDY = '''\
@prefix core: <https://w3id.org/rengang/ontology/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix part: <https://w3id.org/rengang/part/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<https://w3id.org/rengang/ontology/core>
    a owl:Ontology ;
    skos:note """two
lines, "quoted\\"""" ;
.

core:Ability
    owl:equivalentClass [
        a owl:Restriction ;
        owl:hasValue part:ability ;
        owl:onProperty core:part ;
    ] ;
.

core:Tier
    a owl:Class ;
    core:weight 0.80, 007 ;
    skos:prefLabel "层级"@zh, "Tier"@en ;
.

[]
    a owl:AllDisjointClasses ;
    owl:members ( core:Tier core:Scale core:Ability ) ;
.
'''


def test_header_subjects_predicates_and_sets_are_ordered_and_lists_are_not() -> None:
    assert format_turtle(UNTIDY) == TIDY


def test_a_formatted_file_is_left_as_it_is() -> None:
    assert format_turtle(TIDY) == TIDY


@pytest.mark.parametrize(
    "odd",
    [
        "_:a <x:p> _:b . _:b <x:p> _:a .",
        "<x:s> <x:p> _:shared . <x:t> <x:p> _:shared . _:shared <x:q> 1 .",
        "<x:s> <x:p> [] ; <x:q> ( [ <x:r> () ] ( 1 2.50 ) ) .",
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . <x:s> <x:p> _:l . "
        "_:l rdf:first 1 , 2 ; rdf:rest rdf:nil .",
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . "
        "_:l rdf:first 1 ; rdf:rest _:l .",
        r'<x:s> <x:p> "back\\slash \"\"\" and tab\t", "line\n\"\"\"\"", "end\\\n\\" .',
        "<x:s> <x:p> '# no comment', <x:#fragment>, '1.0E3'^^<x:double>, 1e3, true .",
        "",
    ],
)
def test_odd_graphs_survive_and_settle_at_once(odd: str) -> None:
    once = format_turtle(odd)

    assert format_turtle(once) == once


def test_what_would_be_lost_or_cannot_be_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "commented.ttl"
    file.write_text("<x:s> <x:p> 1 . # because\n", encoding="utf-8")

    assert main([str(file)]) == 2
    assert file.read_text(encoding="utf-8") == "<x:s> <x:p> 1 . # because\n"
    with pytest.raises(CannotFormat, match="line 1"):
        format_turtle("<x:s> <x:p> ")


def test_check_changes_nothing_and_names_the_cure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "untidy.ttl"
    file.write_text(UNTIDY, encoding="utf-8")

    assert main(["--check", str(file)]) == 1
    assert "make format" in capsys.readouterr().out
    assert file.read_text(encoding="utf-8") == UNTIDY

    assert main([str(file)]) == 0
    assert main(["--check", str(file)]) == 0
    assert file.read_text(encoding="utf-8") == TIDY
