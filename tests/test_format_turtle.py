"""The layout of Turtle changes the look and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize
from rdflib import Graph
from rdflib.compare import isomorphic

from kb_service.cli.formatting import format_files
from kb_service.turtle_layout import CannotFormat, decoded, format_turtle, turtle_of
from kb_service.vocabulary import iri

UNTIDY = """
@prefix c: <https://w3id.org/rengang/ontology/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
c:Tier skos:prefLabel "Tier"@en, "层级"@zh ; c:weight 0.80, 007 ; a owl:Class .
[] a owl:AllDisjointClasses ; owl:members (c:Tier c:Scale c:Ability) .
c:Ability owl:equivalentClass [ owl:onProperty c:part ; a owl:Restriction ; owl:hasValue
  <https://w3id.org/rengang/part/ability> ] .
<https://w3id.org/rengang/ontology/core> a owl:Ontology ;
  owl:imports <https://w3id.org/rengang/ontology/people> ; skos:note "two\\nlines, \\"quoted\\"" .
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
    owl:imports <https://w3id.org/rengang/ontology/people> ;
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
    owl:members ( core:Ability core:Scale core:Tier ) ;
.
'''


def laid_out(path: Path, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(format_files, [*options, str(path), "--lang", "en"])
    return done.exit_code, done.output


def test_header_subjects_predicates_and_sets_are_ordered() -> None:
    assert format_turtle(UNTIDY) == TIDY


def test_a_formatted_file_is_left_as_it_is() -> None:
    assert format_turtle(TIDY) == TIDY


SETS = {
    "owl:unionOf ( <x:a> <x:b> [ a owl:Class ] )",
    "owl:unionOf ( [ a owl:Class ] <x:b> <x:a> )",
    "owl:unionOf ( <x:b> [ a owl:Class ] <x:a> )",
}
LISTS = {text.replace("owl:unionOf", "owl:propertyChainAxiom") for text in SETS}


def in_owl(text: str) -> str:
    return format_turtle(f"@prefix owl: <http://www.w3.org/2002/07/owl#> . <x:s> {text} .")


def test_a_set_has_one_text_whatever_its_order_and_a_list_keeps_its_own() -> None:
    assert len({in_owl(text) for text in SETS}) == 1
    assert len({in_owl(text) for text in LISTS}) == 3


def test_a_set_keeps_its_order_where_a_member_has_no_name_that_lasts() -> None:
    shared = "<x:t> <x:p> _:shared . <x:s> owl:oneOf ( <x:b> _:shared <x:a> )"

    text = format_turtle(f"@prefix owl: <http://www.w3.org/2002/07/owl#> . {shared} .")

    assert "<x:b> _:" in text


def test_the_header_ends_with_what_some_versions_of_protege_read_nothing_after() -> None:
    text = format_turtle(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . <x:o> a owl:Ontology ; "
        "owl:imports <x:i> ; owl:versionIRI <x:v> ; owl:versionInfo '1' ."
    )

    order = [line.split()[0] for line in text.splitlines() if line.startswith("    ")]
    assert order == ["a", "owl:versionInfo", "owl:imports", "owl:versionIRI"]


def test_a_prefix_of_the_file_serves_where_the_product_has_none() -> None:
    text = format_turtle(
        "@prefix mine: <http://example.org/> . @prefix unused: <http://example.net/> . "
        "@prefix rengang: <https://w3id.org/rengang/ontology/core#> . "
        "mine:s mine:p rengang:Tier, <http://example.org/a/b> ."
    )

    assert text == (
        "@prefix core: <https://w3id.org/rengang/ontology/core#> .\n"
        "@prefix mine: <http://example.org/> .\n\n"
        "mine:s\n    mine:p <http://example.org/a/b>, core:Tier ;\n.\n"
    )


@pytest.mark.parametrize(
    "odd",
    [
        "_:a <x:p> _:b . _:b <x:p> _:a .",
        "<x:s> <x:p> _:shared . <x:t> <x:p> _:shared . _:shared <x:q> 1 .",
        "<x:s> <x:p> [] ; <x:q> ( [ <x:r> () ] ( 1 2.50 ) ) .",
        "<x:s> <x:p> [], [], [ <x:q> 1 ], [ <x:q> 1 ] . [] <x:q> 1 . [] <x:q> 1 .",
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . <x:s> <x:p> _:l . "
        "_:l rdf:first 1 , 2 ; rdf:rest rdf:nil .",
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . "
        "_:l rdf:first 1 ; rdf:rest _:l .",
        r'<x:s> <x:p> "back\\slash \"\"\" and tab\t", "line\n\"\"\"\"", "end\\\n\\" .',
        r'<x:s> <x:p> "unseen \u200B\u0007\uFEFF", "two\r\nlines", "" .',
        "<x:s> <x:p> '# no comment', <x:#fragment>, '1.0E3'^^<x:double>, 1e3, true, 'x'@en-GB .",
        "@prefix e: <http://example.org/> . e:耐心 e:a\\#b e:a.b, e: .",
        "",
    ],
)
def test_odd_graphs_survive_and_settle_at_once(odd: str) -> None:
    once = format_turtle(odd)

    assert isomorphic(in_rdflib(once), in_rdflib(odd))
    assert format_turtle(once) == once


def in_rdflib(text: str) -> Graph:
    triples = [quad.triple for quad in parse(text, format=RdfFormat.TURTLE, base_iri="x:base")]
    graph = Graph()
    graph.parse(data=in_ntriples(triples), format="nt")
    return graph


def in_ntriples(triples: Sequence[Triple]) -> bytes:
    text = serialize(triples, format=RdfFormat.N_TRIPLES)
    assert text is not None
    return text


NODES = [
    *(NamedNode(f"x:{name}") for name in "abc"),
    *map(BlankNode, "stuvwxyz"),
    iri("rdf", "nil"),
]
PREDICATES = [NamedNode("x:p"), iri("rdf", "first"), iri("rdf", "rest")]
LITERALS = st.one_of(
    st.text(max_size=6).map(Literal),
    st.text("\"\\\n\r\t #'", max_size=6).map(Literal),
    st.sampled_from(
        [
            Literal("耐心", language="zh"),
            Literal("x", language="en"),
            Literal("007", datatype=iri("xsd", "integer")),
            Literal("1.", datatype=iri("xsd", "decimal")),
            Literal("TRUE", datatype=iri("xsd", "boolean")),
        ]
    ),
)
GRAPHS = st.lists(
    st.builds(
        Triple,
        st.sampled_from(NODES[:-1]),
        st.sampled_from(PREDICATES),
        st.one_of(st.sampled_from(NODES), LITERALS),
    ),
    max_size=14,
)


@settings(max_examples=400, deadline=None)
@given(GRAPHS, st.permutations(NODES[3:-1]))
def test_any_graph_keeps_its_meaning_and_has_one_text(
    triples: list[Triple], names: list[BlankNode]
) -> None:
    once = turtle_of(triples)

    assert isomorphic(in_rdflib(once), in_rdflib(in_ntriples(triples).decode()))
    assert format_turtle(once) == once
    other = dict(zip(NODES[3:-1], names, strict=True))
    renamed = [
        Triple(other.get(t.subject, t.subject), t.predicate, other.get(t.object, t.object))
        for t in reversed(triples)
    ]
    assert turtle_of(renamed) == once


@given(st.lists(st.one_of(st.sampled_from(NODES[:3]), LITERALS), max_size=5), st.randoms())
def test_the_members_of_a_set_are_all_kept_and_have_one_order(
    members: list[NamedNode | Literal], chance: Random
) -> None:
    shuffled = chance.sample(members, len(members))

    one, other = set_of(members), set_of(shuffled)

    assert turtle_of(one) == turtle_of(other)
    written = parse(turtle_of(one), format=RdfFormat.TURTLE)
    found = [quad.object for quad in written if quad.predicate == iri("rdf", "first")]
    assert sorted(map(str, found)) == sorted(map(str, members))


def set_of(members: Sequence[NamedNode | Literal]) -> list[Triple]:
    """A class that is the union of these, whatever sense that makes."""
    cells = [BlankNode() for _ in members] + [iri("rdf", "nil")]
    triples = [Triple(NamedNode("x:s"), iri("owl", "unionOf"), cells[0])]
    for cell, member, rest in zip(cells, members, cells[1:], strict=False):
        triples.append(Triple(cell, iri("rdf", "first"), member))
        triples.append(Triple(cell, iri("rdf", "rest"), rest))
    return triples


def test_the_name_of_a_shared_node_stays_while_others_change() -> None:
    shared = "<x:s> <x:p> _:m . <x:t> <x:p> _:m . _:m <x:q> 1 . "
    more = "<x:u> <x:p> _:a . <x:v> <x:p> _:a . _:a <x:q> 2 . "

    before, after = format_turtle(shared), format_turtle(more + shared)

    assert set(before.splitlines()) <= set(after.splitlines())


def test_look_alikes_that_no_editor_writes_are_refused_in_time() -> None:
    nodes = [f"_:n{number}" for number in range(60)]
    clique = " ".join(f"{a} <x:p> {b} ." for a in nodes for b in nodes if a != b)

    with pytest.raises(CannotFormat, match="give them IRIs"):
        format_turtle(clique)


def test_a_list_of_thousands_and_nodes_too_deep_to_write_are_no_trouble() -> None:
    text = format_turtle("<x:s> <x:p> (" + " 1" * 5000 + " ) .")

    assert text.count("1") == 5000
    with pytest.raises(CannotFormat, match="nested too deep"):
        format_turtle("<x:s> <x:p> " + "[ <x:p> " * 2000 + "1" + " ]" * 2000 + " .")


def test_what_protege_writes_between_the_lines_is_left_out_and_what_people_write_is_not() -> None:
    banner = "#" * 65
    by_protege = (
        f"{banner}\n#    Classes\n{banner}\n\n###  http://example.org/Skill\n<x:s> <x:p> 1 .\n\n"
        "###  Generated by the OWL API (version 4.5.29) https://github.com/owlcs/owlapi\n"
    )

    assert format_turtle(by_protege) == "<x:s>\n    <x:p> 1 ;\n.\n"
    for comment in ("# because", "### because", f"{banner}\n# Classes", "#    Classes"):
        with pytest.raises(CannotFormat, match="does not survive"):
            format_turtle(f"<x:s> <x:p> 1 .\n{comment}\n")


def test_what_would_be_lost_or_cannot_be_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "commented.ttl"
    file.write_text("<x:s> <x:p> 1 . # because\n", encoding="utf-8")

    code, output = laid_out(file)

    assert code == 1
    assert "commented.ttl:1: left as it was" in output
    assert file.read_text(encoding="utf-8") == "<x:s> <x:p> 1 . # because\n"
    with pytest.raises(CannotFormat, match="line 1"):
        format_turtle("<x:s> <x:p> ")


def test_check_changes_nothing_and_formatting_does(tmp_path: Path) -> None:
    file = tmp_path / "untidy.ttl"
    file.write_text(UNTIDY, encoding="utf-8")

    checked = laid_out(tmp_path, "--check")
    unchanged = file.read_text(encoding="utf-8")
    formatted = laid_out(tmp_path)

    assert checked == (1, f"{file}\tnot in the layout\n")
    assert unchanged == UNTIDY
    assert formatted == (0, f"{file}\tformatted\n")
    assert laid_out(tmp_path, "--check") == (0, "")
    assert file.read_text(encoding="utf-8") == TIDY


def test_a_byte_order_mark_and_line_ends_of_windows_are_taken_and_other_encodings_refused(
    tmp_path: Path,
) -> None:
    file = tmp_path / "windows.ttl"
    file.write_bytes(b"\xef\xbb\xbf" + TIDY.replace(".\n", ".\r\n").encode())

    assert laid_out(file) == (0, f"{file}\tformatted\n")
    assert file.read_bytes() == TIDY.encode()
    with pytest.raises(CannotFormat, match="line 2: this is not UTF-8"):
        decoded("<x:s>\n <x:p> '耐心' .".encode("gb18030"))
