"""An explanation in the terms of PROV-O says the same, and is provenance by PROV's own rules."""

from __future__ import annotations

from functools import cache
from graphlib import TopologicalSorter

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, serialize
from rdflib import DCTERMS, PROV, RDF, RDFS, XSD, Graph, Literal, URIRef

from kb_service.engine.explain import Explainer, Explanation
from kb_service.engine.explanation_provenance import (
    ENGINE,
    FORMATS,
    REASONER,
    KnownOf,
    Origin,
    provenance,
    written,
)
from kb_service.vocabulary import iri
from tests.rule_reading import rules
from tests.test_rule_bodies import everything

VERDICT = iri("person", "li/verdict/agent")
RATING = iri("person", "li/assessment/A1/rating/patience")
INFERRED = Triple(iri("ability", "patience"), iri("core", "part"), iri("part", "ability"))
AXIOM = Triple(iri("core", "Ability"), iri("rdfs", "subClassOf"), iri("core", "Dimension"))
KNOWN = KnownOf(
    lambda thing: (
        Origin(iri("source", "test"), iri("evidence", "stated"), "2024-06-30")
        if thing == RATING
        else Origin()
    ),
    lambda thing: (
        {"zh": "培养的障碍", "en": "Training bar"} if "TrainingBar" in thing.value else {}
    ),
)


@cache
def explained() -> Explanation:
    telling = Explainer(everything(), rules(), lambda f: [AXIOM] if f == INFERRED else [])
    return telling.explain(VERDICT)


@cache
def graph() -> Graph:
    return Graph().parse(
        data=written(provenance(explained(), KNOWN), "text/turtle"), format="turtle"
    )


def ref(node: NamedNode) -> URIRef:
    return URIRef(node.value)


def statement(subject: NamedNode, predicate: NamedNode) -> URIRef:
    """The one reified fact with this subject and predicate."""
    [found] = [
        node
        for node in graph().subjects(RDF.subject, ref(subject))
        if (node, RDF.predicate, ref(predicate)) in graph()
    ]
    assert isinstance(found, URIRef)
    return found


def test_each_conclusion_was_generated_by_the_run_of_its_rule_which_used_all_that_it_read() -> None:
    told = [node for node in explained().nodes() if not node.seen_before]

    for node in told:
        conclusion = ref(node.conclusion)
        [run] = graph().objects(conclusion, PROV.wasGeneratedBy)
        [association] = graph().objects(run, PROV.qualifiedAssociation)
        used = set(graph().objects(run, PROV.used))
        assert (association, PROV.hadPlan, ref(node.rule.iri)) in graph()
        assert (association, PROV.agent, ref(ENGINE)) in graph()
        assert (run, PROV.wasAssociatedWith, ref(ENGINE)) in graph()
        assert used == set(graph().objects(conclusion, PROV.wasDerivedFrom))
        assert {ref(child.conclusion) for child in node.conclusions} <= used
        assert len(used) == len(node.conclusions) + len(node.facts)


def test_facts_can_be_read_from_the_provenance_alone() -> None:
    facts = {
        triple
        for node in explained().nodes()
        for fact in node.facts
        for triple in (fact.triple, *fact.inferred_from)
    }

    parts = (RDF.subject, RDF.predicate, RDF.object)
    told = {
        tuple(graph().value(each, part) for part in parts)
        for each in graph().subjects(RDF.type, RDF.Statement)
    }
    as_they_are = serialize(facts, format=RdfFormat.N_TRIPLES)
    assert told == set(Graph().parse(data=as_they_are, format="nt"))


def test_an_assertion_has_its_source_its_evidence_and_its_day() -> None:
    rating = statement(RATING, iri("people", "value"))

    said = dict(graph().predicate_objects(rating))
    assert said[DCTERMS.source] == ref(iri("source", "test"))
    assert said[ref(iri("core", "evidence"))] == ref(iri("evidence", "stated"))
    assert said[DCTERMS.date] == Literal("2024-06-30", datatype=XSD.date)
    assert said[PROV.generatedAtTime] == Literal("2024-06-30T00:00:00", datatype=XSD.dateTime)


def test_an_inferred_fact_is_derived_from_the_assertions_it_was_inferred_from() -> None:
    fact = statement(iri("ability", "patience"), iri("core", "part"))
    axiom = statement(iri("core", "Ability"), iri("rdfs", "subClassOf"))

    [inference] = graph().objects(fact, PROV.wasGeneratedBy)
    assert (fact, PROV.wasDerivedFrom, axiom) in graph()
    assert (inference, PROV.used, axiom) in graph()
    assert (inference, PROV.wasAssociatedWith, ref(REASONER)) in graph()


def test_a_rule_is_a_plan_in_its_own_words_in_both_languages() -> None:
    rule = explained().rule

    words = set(graph().objects(ref(rule.iri), RDFS.comment))
    assert words == {Literal(rule.says, lang="en"), Literal(rule.says_zh, lang="zh")}
    assert (ref(rule.iri), RDF.type, PROV.Plan) in graph()


def test_what_had_to_be_absent_is_remarked_on_the_run() -> None:
    [run] = graph().objects(ref(VERDICT), PROV.wasGeneratedBy)

    remarks = {str(remark) for remark in graph().objects(run, RDFS.comment)}
    assert {"没有找到：培养的障碍", "Found no: Training bar"} <= remarks


def test_the_document_keeps_the_constraints_of_prov() -> None:
    kinds = {kind: set(graph().subjects(RDF.type, kind)) for kind in (PROV.Entity, PROV.Activity)}
    entities, activities = kinds[PROV.Entity], kinds[PROV.Activity]
    agents = set(graph().subjects(RDF.type, PROV.SoftwareAgent))
    derived = {e: set(graph().objects(e, PROV.wasDerivedFrom)) for e in entities}

    assert not entities & activities and not activities & agents
    assert all(len(set(graph().objects(e, PROV.wasGeneratedBy))) <= 1 for e in entities)
    assert set(graph().subjects(PROV.wasGeneratedBy)) <= entities
    assert set(graph().objects(None, PROV.wasGeneratedBy)) == activities
    assert set(graph().objects(None, PROV.used)) <= entities
    assert set(graph().objects(None, PROV.hadPlan)) <= set(graph().subjects(RDF.type, PROV.Plan))
    assert set(graph().objects(None, PROV.wasAssociatedWith)) == agents
    assert set().union(*derived.values()) <= entities
    TopologicalSorter(derived).prepare()


def test_only_terms_that_prov_o_defines_are_used_of_it() -> None:
    used = {str(term) for triple in graph() for term in triple if str(term).startswith(str(PROV))}

    assert used and used <= set(map(str, dir(PROV)))


@pytest.mark.parametrize("media_type", FORMATS)
def test_every_format_says_the_same_without_blank_nodes(media_type: str) -> None:
    data = written(provenance(explained(), KNOWN), media_type)

    parsed = Graph().parse(data=data, format=media_type)
    assert set(parsed) == set(graph())
    assert not any(term.n3().startswith("_:") for triple in parsed for term in triple)
