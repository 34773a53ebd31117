"""Findings have the line or JSON pointer of what they complain of."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from kb_service.knowledge_files import ontology_files, shape_files
from kb_service.validation.json_places import json_places
from kb_service.validation.statement_places import StatementPlaces
from kb_service.validation.turtle_places import turtle_places
from kb_service.validation.xml_places import xml_places
from kb_service.vocabulary import NAMESPACES

EX = "https://example.org/"
TURTLE = """@prefix ex: <https://example.org/> .

ex:model a ex:Model ;
    ex:requires ex:one ,
        ex:two ;
    ex:label "a # no comment ; and . no end"@en , '''over
two lines''' ;
    ex:named [ ex:weight 2.0 ;
        ex:level 7 ] .

# ex:one ex:weight 9.0 .
ex:one ex:weight 3.0 ; ex:dimension ex:patience .
ex:two ex:dimension
    ex:patience .
"""
FORMATS: dict[RdfFormat, Callable[[bytes, list[Triple]], StatementPlaces]] = {
    RdfFormat.TURTLE: turtle_places,
    RdfFormat.N_TRIPLES: turtle_places,
    RdfFormat.JSON_LD: json_places,
    RdfFormat.RDF_XML: xml_places,
}


def triples_of(text: bytes, kind: RdfFormat) -> list[Triple]:
    return [quad.triple for quad in parse(text, format=kind, rename_blank_nodes=True)]


def name(term: object) -> str:
    if isinstance(term, BlankNode):
        return f"_:{term.value}"
    assert isinstance(term, NamedNode | Literal)
    return term.value


def said(triples: list[Triple]) -> set[tuple[str, str, str]]:
    return {(name(t.subject), t.predicate.value, name(t.object)) for t in triples}


def placed(places: StatementPlaces) -> set[tuple[str, str, str]]:
    return {(each.subject, each.predicate, each.object) for each in places.statements}


def turtle_place(focus: str, path: str = "", value: str = "") -> str:
    text = TURTLE.encode()
    places = turtle_places(text, triples_of(text, RdfFormat.TURTLE))
    return places.place(EX + focus, EX + path if path else "", value)


@pytest.mark.parametrize(
    ("focus", "path", "value", "line"),
    [
        ("one", "weight", "3.0", "line 12"),
        ("model", "requires", EX + "two", "line 5"),
        ("model", "label", "a # no comment ; and . no end", "line 6"),
        ("two", "dimension", EX + "patience", "line 14"),
        ("two", "weight", "", "line 13"),
        ("model", "nothing", "", "line 3"),
        ("patience", "", "", "line 14"),
        ("nobody", "weight", "3.0", ""),
    ],
    ids=["value", "one of two", "text", "next line", "missing", "unsaid", "object", "unknown"],
)
def test_a_finding_stands_on_the_line_of_what_it_complains_of(
    focus: str, path: str, value: str, line: str
) -> None:
    assert turtle_place(focus, path, value) == line


def test_a_value_that_the_focus_points_at_is_found_where_it_is_said_last() -> None:
    assert turtle_place("model", "requires", EX + "patience") == "line 14"


def test_a_fault_of_pointing_is_found_where_the_thing_is_pointed_at() -> None:
    assert turtle_place("two", "requires") == "line 5"


def test_a_blank_node_has_the_line_that_it_is_written_on() -> None:
    text = TURTLE.encode()
    triples = triples_of(text, RdfFormat.TURTLE)
    blank = next(name(t.subject) for t in triples if isinstance(t.subject, BlankNode))

    places = turtle_places(text, triples)

    assert places.place(blank, EX + "level", "7") == "line 9"
    assert places.place(blank, EX + "rank", "") == "line 8"


@pytest.mark.parametrize("kind", FORMATS, ids=str)
def test_everything_that_our_own_files_say_has_a_place(kind: RdfFormat) -> None:
    for path in [*ontology_files(), *shape_files()]:
        text = path.read_bytes()
        if kind != RdfFormat.TURTLE:
            own = triples_of(text, RdfFormat.TURTLE)
            prefixes = NAMESPACES if kind != RdfFormat.N_TRIPLES else {}
            text = serialize(own, format=kind, prefixes=prefixes) or b""
        triples = triples_of(text, kind)

        places = FORMATS[kind](text, triples)

        assert placed(places) == said(triples), path.name


IRIS = st.sampled_from(["a", "b", "ü", "c.d", "e-f", "g:h"]).map(
    lambda local: NamedNode(EX + local)
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
LITERALS = st.one_of(
    TEXTS.map(Literal),
    TEXTS.map(lambda text: Literal(text, language="zh")),
    st.integers().map(Literal),
    st.booleans().map(Literal),
)


@given(st.lists(st.builds(Triple, IRIS, IRIS, st.one_of(IRIS, LITERALS)), max_size=12))
def test_every_statement_of_any_turtle_has_a_place(statements: list[Triple]) -> None:
    text = serialize(statements, format=RdfFormat.TURTLE, prefixes={"ex": EX}) or b""

    assert placed(turtle_places(text)) == said(triples_of(text, RdfFormat.TURTLE))


@given(st.text("[]();,.\"'<>@^\\ex: a1#\n", max_size=60))
def test_no_text_makes_the_reader_of_turtle_fail(text: str) -> None:
    turtle_places(text.encode())


@pytest.mark.parametrize(
    "end",
    ['"' + '\\"' * 300_000, "<" + "a" * 300_000, "'''" + "''" * 300_000],
    ids=["text", "address", "long text"],
)
def test_what_has_no_end_has_no_place_and_does_no_harm(end: str) -> None:
    """A search that went back over it would take hours."""
    assert turtle_places(f"<ex:a> <ex:b> 1 . <ex:c> <ex:d> {end}".encode()).statements != ()


def test_brackets_without_end_have_no_place_and_do_no_harm() -> None:
    assert turtle_places(b"<ex:a> <ex:b> " + b"[ <ex:c> " * 50_000).statements == ()


def test_json_ld_has_pointers_whatever_its_context_calls_things() -> None:
    text = b"""{"@context": {"ex": "https://example.org/", "@vocab": "https://example.org/",
      "id": "@id", "asks": {"@id": "ex:requires", "@type": "@id"}},
      "@graph": [{"id": "ex:model", "asks": ["ex:one", "ex:two"], "we/ight": 2}]}"""
    places = json_places(text, triples_of(text, RdfFormat.JSON_LD))

    assert places.place(EX + "model", EX + "requires", EX + "two") == "/@graph/0/asks/1"
    assert places.place(EX + "model", EX + "we/ight", "2") == "/@graph/0/we~1ight"
    assert places.place(EX + "model", EX + "label", "") == "/@graph/0"


def test_rdf_xml_has_the_lines_of_its_elements() -> None:
    text = f"""<rdf:RDF xmlns:rdf="{NAMESPACES["rdf"]}" xmlns:ex="{EX}">
  <ex:Model rdf:about="{EX}model">
    <ex:requires rdf:resource="{EX}one"/>
    <ex:weight>3.0</ex:weight>
  </ex:Model>
</rdf:RDF>""".encode()
    places = xml_places(text, triples_of(text, RdfFormat.RDF_XML))

    assert places.place(EX + "model", EX + "requires", EX + "one") == "line 3"
    assert places.place(EX + "model", EX + "weight", "3.0") == "line 4"
    assert places.place(EX + "model", EX + "label", "") == "line 2"
