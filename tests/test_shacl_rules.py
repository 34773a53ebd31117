"""Rules leave as SHACL and come back to the last letter; what is not ours is told what it lacks."""

from __future__ import annotations

from dataclasses import replace

import pyshacl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse
from rdflib import RDF, SH, Graph, URIRef

from kb_service.engine.rules import Rule, RuleBook, rule_book
from kb_service.engine.shacl_rules import rules_as_shacl, rules_from_shacl, shacl_turtle
from kb_service.findings import RefusedInput
from kb_service.vocabulary import NAMESPACES, A, iri
from tests.rule_reading import all_rules, rules

PREFIXES = "".join(f"@prefix {name}: <{space}> .\n" for name, space in NAMESPACES.items())


def in_turtle(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(PREFIXES + text, format=RdfFormat.TURTLE)]


def refusals(triples: list[Triple]) -> dict[str, str]:
    """What is said of rules that cannot be imported, by place."""
    with pytest.raises(RefusedInput) as refused:
        rules_from_shacl(triples)
    return {finding.where: finding.message["en"] for finding in refused.value.findings}


def without(predicate: NamedNode, rule: str) -> list[Triple]:
    return [
        t
        for t in rules_as_shacl(rules())
        if not (t.subject == iri("rule", rule) and t.predicate == predicate)
    ]


def test_the_rules_that_ship_come_back_as_they_were() -> None:
    assert rules_from_shacl(rules_as_shacl(rules())) == rules()


def test_they_come_back_from_turtle_too() -> None:
    quads = parse(shacl_turtle(rules()), format=RdfFormat.TURTLE)

    assert rules_from_shacl(quad.triple for quad in quads) == rules()


LETTERS = st.characters(codec="utf-8", exclude_characters="\0")
ODD = st.sampled_from(['"""', "'''", "\\", '"', "\r\n", "\t", " ", "\\u0041", "人岗", "\u2028"])
COMMENTS = st.lists(st.text(LETTERS, max_size=12) | ODD, max_size=6).map("".join)


@settings(deadline=None)
@given(comment=COMMENTS, stage=st.sampled_from(["05-early", "50-gaps", "95-late"]))
def test_a_text_comes_back_to_the_last_letter(comment: str, stage: str) -> None:
    rule = next(rule for rule in all_rules() if rule.name == "low-fit")
    odd = replace(rule, stage=stage, text=f"{rule.text}\n# {comment}")
    book = rule_book([odd])

    for triples in (
        rules_as_shacl(book),
        [quad.triple for quad in parse(shacl_turtle(book), format=RdfFormat.TURTLE)],
    ):
        back = rules_from_shacl(triples).by_iri[rule.iri.value]
        assert (back.text, back.stage, back.version) == (odd.text, stage, odd.version)


def test_there_are_no_blank_nodes_and_the_same_rules_give_the_same_triples() -> None:
    triples = rules_as_shacl(rules())

    assert [t for t in triples if BlankNode in (type(t.subject), type(t.object))] == []
    assert triples == rules_as_shacl(rules_from_shacl(triples))


def test_stages_and_their_rules_are_ordered_as_they_run() -> None:
    graph = Graph().parse(data=shacl_turtle(rules()), format="turtle")

    shapes = graph.subjects(RDF.type, SH.NodeShape)
    ordered = sorted(shapes, key=lambda shape: int(str(graph.value(shape, SH.order))))

    stages = [stage.name for stage in rules().shared + rules().people]
    assert [str(shape).rsplit("/", 1)[-1] for shape in ordered] == stages
    for shape in ordered:
        for rule in graph.objects(shape, SH.rule):
            assert graph.value(rule, SH.order) == graph.value(shape, SH.order)


def test_every_prefix_of_a_query_is_declared_as_shacl_wants_it() -> None:
    graph = Graph().parse(data=shacl_turtle(rules()), format="turtle")

    for rule in all_rules():
        (owner,) = graph.objects(URIRef(rule.iri.value), SH.prefixes)
        declared = {
            str(graph.value(each, SH.prefix)): str(graph.value(each, SH.namespace))
            for each in graph.objects(owner, SH.declare)
        }
        assert rule.query.prefixes.items() <= declared.items()


def test_rules_are_described_in_both_languages() -> None:
    said = {
        (t.predicate, t.object.language)
        for t in rules_as_shacl(rules())
        if t.subject == iri("rule", "low-fit") and isinstance(t.object, Literal)
    }

    assert {(iri("skos", "definition"), "zh"), (iri("skos", "definition"), "en")} <= said


def test_pyshacl_runs_an_exported_rule() -> None:
    data = Graph().parse(
        data=PREFIXES
        + """
        training:listening a learning:Training ; learning:develops ability:patience ;
          learning:entryLevel 3.0 ; learning:exitLevel 5.0 ; learning:hours 6.0 .
        training:waiting a learning:Training ; learning:develops ability:patience ;
          learning:entryLevel 5.0 ; learning:exitLevel 7.0 ; learning:hours 8.0 .""",
        format="turtle",
    )
    shapes = Graph().parse(data=shacl_turtle(rules()), format="turtle")

    pyshacl.shacl_rules(data, shacl_graph=shapes, advanced=True, iterate_rules=True, inplace=True)

    reach = URIRef(NAMESPACES["training"] + "listening/reach")
    level = data.value(reach, URIRef(iri("judgement", "level").value))
    assert str(level) == "7.0"


# What is refused


def test_a_rule_without_our_header_is_told_each_line_it_lacks() -> None:
    bare = in_turtle(
        """<https://example.org/shapes/s> a sh:NodeShape ; dcterms:identifier "50-gaps" ;
             sh:rule rule:bare .
           rule:bare a sh:SPARQLRule ;
             sh:construct "CONSTRUCT { ?x a judgement:Gap } WHERE { ?x a judgement:Gap }" ."""
    )

    with pytest.raises(RefusedInput) as refused:
        rules_from_shacl(bare)

    said = " ".join(finding.message["en"] for finding in refused.value.findings)
    for field in ("# Says:", "# 说明:", "# Because:", "# Reads:", "# Writes:", "has no title"):
        assert field in said


def test_a_rule_without_a_name_is_told_to_take_one() -> None:
    nameless = in_turtle('[ a sh:SPARQLRule ; sh:construct "CONSTRUCT {} WHERE {}" ] .')

    assert "name it, for example: rule:requirement-met" in " ".join(refusals(nameless).values())


def test_a_rule_of_triples_is_told_to_become_a_query() -> None:
    other = in_turtle("rule:x a sh:TripleRule ; sh:subject sh:this .")

    assert "write it as a sh:SPARQLRule" in " ".join(refusals(other).values())


def test_a_rule_in_no_stage_is_told_to_name_one() -> None:
    triples = [t for t in rules_as_shacl(rules()) if t.object != iri("rule", "low-fit")]

    assert 'dcterms:identifier "50-gaps"' in refusals(triples)["rule:low-fit"]


def test_a_rule_without_its_text_is_told_to_give_it() -> None:
    said = refusals(without(iri("sh", "construct"), "low-fit"))

    assert "exactly one sh:construct" in said["rule:low-fit"]


def test_words_changed_outside_the_header_are_not_lost_without_a_word() -> None:
    triples = without(iri("skos", "definition"), "low-fit")
    triples.append(
        Triple(
            iri("rule", "low-fit"),
            iri("skos", "definition"),
            Literal("Something new.", language="en"),
        )
    )

    assert "change the comment at the top of sh:construct" in refusals(triples)["rule:low-fit"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "low fit", ".hidden", "Low-Fit"])
def test_a_name_that_is_no_file_name_of_ours_is_refused(name: str) -> None:
    rule = next(rule for rule in all_rules() if rule.name == "low-fit")
    odd = iri("rule", name)
    triples = [
        Triple(
            odd if t.subject == rule.iri else t.subject,
            t.predicate,
            odd if t.object == rule.iri else t.object,
        )
        for t in rules_as_shacl(rule_book([rule]))
        if t.predicate != iri("dcterms", "identifier") or t.subject != rule.iri
    ]
    triples.append(Triple(odd, iri("dcterms", "identifier"), Literal(name)))

    assert refusals(triples)


def test_a_stage_that_leads_out_of_the_folder_is_refused() -> None:
    triples = [
        Triple(t.subject, t.predicate, Literal("../../80-plan"))
        if t.object == Literal("80-plan")
        else t
        for t in rules_as_shacl(rules())
    ]

    assert any("is no stage" in said for said in refusals(triples).values())


def test_a_file_without_rules_says_so() -> None:
    assert "There are no rules in it" in refusals(in_turtle("rule:x a judgement:Rule ."))[""]


def test_a_book_of_no_rules_gives_an_empty_graph_of_rules() -> None:
    triples = rules_as_shacl(RuleBook((), ()))

    assert [t for t in triples if t.predicate == A and t.object == iri("sh", "SPARQLRule")] == []


def test_a_rule_is_a_rule_of_our_ontology() -> None:
    rule: Rule = all_rules()[0]

    assert Triple(rule.iri, A, iri("judgement", "Rule")) in rules_as_shacl(rules())
