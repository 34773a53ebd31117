"""What an inferred triple rests on: few asserted triples, from which it follows on its own."""

from __future__ import annotations

from collections.abc import Iterable

import owlrl
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from kb_service.reasoning import infer, support
from kb_service.reasoning.axioms import axioms_of
from kb_service.reasoning.derivation import clash
from kb_service.reasoning.owl_rl import closure
from kb_service.reasoning.reading import readable
from kb_service.reasoning.telling import telling
from tests.test_reasoning_inferences import BY_RULES, CREW, EX, lines, said, shipped, turtle


def closed(facts: Iterable[Triple]) -> set[Triple]:
    """Everything between named things that owlrl, used as documented, derives from the facts."""
    text = serialize(facts, format=RdfFormat.N_TRIPLES) or b""
    graph = rdflib.Graph().parse(data=text, format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    edges = (tuple(map(_named, edge)) for edge in graph)
    return {Triple(s, p, o) for s, p, o in edges if s and p and o}


def _named(term: object) -> NamedNode | None:
    return NamedNode(str(term)) if isinstance(term, rdflib.URIRef) else None


def without_one_axiom(facts: Iterable[Triple]) -> list[list[Triple]]:
    axioms = axioms_of(facts)
    return [
        [fact for axiom in axioms if axiom is not left_out for fact in axiom.triples]
        for left_out in axioms
    ]


def inferred_by_rules(facts: Iterable[Triple]) -> list[Triple]:
    read = readable(facts)
    return sorted(telling(closure(read).triples, read), key=str)


def test_whatever_is_inferred_from_the_shipped_knowledge_rests_on_assertions() -> None:
    facts = tuple(shipped())

    rests_on = {triple: support(triple, facts) for triple in infer(facts).triples}

    assert len(rests_on) > 200
    assert [
        triple for triple, why in rests_on.items() if not why or not set(why) <= set(facts)
    ] == []
    by_form: dict[tuple[str, ...], Triple] = {}
    for triple, why in rests_on.items():
        assert triple in closure(why).triples, triple
        by_form.setdefault((str(triple.object), *map(str, (t.predicate for t in why))), triple)
    for triple in by_form.values():
        assert triple in closed(rests_on[triple])


def test_each_inference_of_the_crew_rests_on_the_fewest_axioms() -> None:
    facts = tuple(turtle(CREW))
    triples = inferred_by_rules(facts)

    rests_on = {triple: support(triple, facts) for triple in triples}

    assert said(triples) == lines(BY_RULES)
    for triple, why in rests_on.items():
        assert set(why) <= set(facts)
        assert triple in closure(why).triples
        assert not any(triple in closure(part).triples for part in without_one_axiom(why)), triple


def test_a_chain_of_three_rests_on_its_links_and_the_chain() -> None:
    facts = tuple(turtle(CREW))
    (reports,) = turtle("ex:ann ex:reportsTo ex:zoe .")

    why = support(reports, facts)

    named = [line for line in said(why) if "_:" not in line]
    assert named == [
        "ex:ann ex:heads ex:desk",
        "ex:desk ex:partOf ex:floor",
        "ex:floor ex:partOf ex:house",
        "ex:heads rdfs:subPropertyOf ex:leads",
        "ex:house ex:ledBy ex:zoe",
        "ex:leads rdfs:subPropertyOf ex:memberOf",
        "ex:partOf rdf:type owl:TransitiveProperty",
    ]


def test_an_assertion_that_follows_from_the_others_is_not_among_them() -> None:
    facts = tuple(
        turtle(
            """ex:C owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( ex:A ex:B
                [ a owl:Restriction ; owl:onProperty ex:p ; owl:someValuesFrom ex:B ] ) ] .
            ex:A a owl:Class ; rdfs:subClassOf ex:B . ex:B a owl:Class . ex:C a owl:Class .
            ex:p a owl:ObjectProperty . ex:x a ex:A, ex:B ; ex:p ex:y . ex:y a ex:A ."""
        )
    )
    (member,) = turtle("ex:x a ex:C .")

    why = support(member, facts)

    assert [line for line in said(why) if "_:" not in line] == [
        "ex:A rdfs:subClassOf ex:B",
        "ex:x ex:p ex:y",
        "ex:x rdf:type ex:A",
        "ex:y rdf:type ex:A",
    ]


def test_what_rests_on_something_that_only_a_reasoner_sees_rests_on_its_reasons() -> None:
    facts = tuple(turtle(f"{CREW} ex:bob a ex:Boss ."))
    found = infer(facts)
    leads = next(
        triple for triple in found.triples if said([triple]) == ["ex:bob rdf:type ex:Lead"]
    )

    why = support(leads, facts, found.reasons)

    assert support(leads, facts) == ()
    assert set(why) <= set(facts)
    assert {"ex:bob rdf:type ex:Boss", "ex:Boss rdfs:subClassOf ex:Staff"} <= set(said(why))


def test_what_does_not_follow_rests_on_nothing() -> None:
    (never,) = turtle("ex:zoe a ex:Lead .")

    assert support(never, tuple(turtle(CREW))) == ()


CLASSES = [NamedNode(f"{EX}C{n}") for n in range(4)]
PROPERTIES = [NamedNode(f"{EX}p{n}") for n in range(3)]
THINGS = [NamedNode(f"{EX}i{n}") for n in range(3)]
DECLARED = " ".join(
    [f"{node} a owl:Class ." for node in CLASSES]
    + [f"{node} a owl:ObjectProperty ." for node in PROPERTIES]
)
a_class, a_property, a_thing = map(st.sampled_from, (CLASSES, PROPERTIES, THINGS))
STATEMENTS = st.one_of(
    st.builds("{} rdfs:subClassOf {} .".format, a_class, a_class),
    st.builds("{} owl:equivalentClass {} .".format, a_class, a_class),
    st.builds("{} rdfs:subPropertyOf {} .".format, a_property, a_property),
    st.builds("{} owl:inverseOf {} .".format, a_property, a_property),
    st.builds("{} rdfs:domain {} .".format, a_property, a_class),
    st.builds("{} rdfs:range {} .".format, a_property, a_class),
    st.builds("{} a owl:TransitiveProperty .".format, a_property),
    st.builds("{} a owl:SymmetricProperty .".format, a_property),
    st.builds("{} a owl:FunctionalProperty .".format, a_property),
    st.builds("{} owl:propertyChainAxiom ( {} {} ) .".format, *[a_property] * 3),
    st.builds("{} owl:propertyChainAxiom ( {} {} {} ) .".format, *[a_property] * 4),
    st.builds(
        "{} rdfs:subClassOf [ a owl:Class ; owl:unionOf ( {} {} ) ] .".format, *[a_class] * 3
    ),
    st.builds(
        "{} owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( {} {} ) ] .".format,
        *[a_class] * 3,
    ),
    st.builds(
        "{} owl:equivalentClass [ a owl:Restriction ; owl:onProperty {} ; owl:hasValue {} ] .".format,
        a_class,
        a_property,
        a_thing,
    ),
    st.builds(
        "{} owl:equivalentClass [ a owl:Restriction ; owl:onProperty {} ; owl:{} {} ] .".format,
        a_class,
        a_property,
        st.sampled_from(["someValuesFrom", "allValuesFrom"]),
        a_class,
    ),
    st.builds("{} owl:oneOf ( {} {} ) .".format, a_class, a_thing, a_thing),
    st.builds("{} owl:sameAs {} .".format, a_thing, a_thing),
    st.builds("{} a {} .".format, a_thing, a_class),
    st.builds("{} {} {} .".format, a_thing, a_property, a_thing),
)


OBJECTIONS = st.one_of(
    st.builds("{} owl:disjointWith {} .".format, a_class, a_class),
    st.builds("{} owl:complementOf {} .".format, a_class, a_class),
    st.builds("{} owl:differentFrom {} .".format, a_thing, a_thing),
    st.builds("{} a owl:AsymmetricProperty .".format, a_property),
    st.builds("{} a owl:IrreflexiveProperty .".format, a_property),
    st.builds("{} owl:propertyDisjointWith {} .".format, a_property, a_property),
    st.builds(
        "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual {} ; "
        "owl:assertionProperty {} ; owl:targetIndividual {} .".format,
        a_thing,
        a_property,
        a_thing,
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(STATEMENTS, min_size=2, max_size=10))
def test_in_any_ontology_what_the_rules_derive_rests_on_the_fewest_axioms(
    statements: list[str],
) -> None:
    facts = tuple(turtle(DECLARED + " ".join(statements)))
    declared = turtle(DECLARED)  # owlrl needs a declaration to see that a class is below itself

    for triple in inferred_by_rules(facts)[:8]:
        why = support(triple, facts)

        assert why and set(why) <= set(facts), triple
        assert triple in closure([*why, *declared]).triples
        assert not any(triple in closure(part).triples for part in without_one_axiom(why)), why


@settings(max_examples=40, deadline=None)
@given(st.lists(STATEMENTS, min_size=4, max_size=12))
def test_in_any_ontology_the_rules_say_the_same_without_what_goes_without_saying(
    statements: list[str],
) -> None:
    facts = readable(turtle(DECLARED + " ".join(statements)))

    triples = telling(closure(facts).triples, facts)

    assert triples == telling(closed(facts), facts)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(STATEMENTS, OBJECTIONS), min_size=4, max_size=12))
def test_in_any_ontology_the_rules_that_explain_see_the_contradictions_that_owlrl_sees(
    statements: list[str],
) -> None:
    facts = readable(turtle(DECLARED + " ".join(statements)))

    contradicting = clash(facts)

    assert bool(closure(facts).clashes) == (contradicting is not None)
    assert contradicting is None or closure(contradicting).clashes


@pytest.mark.parametrize("statement", ["ex:a a ex:C .", "ex:C rdfs:subClassOf ex:D ."])
def test_what_is_asserted_rests_on_itself(statement: str) -> None:
    facts = tuple(turtle(f"ex:C a owl:Class . ex:D a owl:Class . {statement}"))

    assert support(facts[-1], facts) == (facts[-1],)
