"""Explanations tell the same in the same order, in whatever order a store has what they read."""

from __future__ import annotations

import random
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple, Variable

from kb_service.engine.body.groups import Group, Star, TriplePattern
from kb_service.engine.body.solutions import Solver
from kb_service.engine.explain import Explainer
from kb_service.engine.sought import Sought, writers
from kb_service.engine.why_not import why_not
from kb_service.reasoning.support import support
from kb_service.store.term_order import in_order
from kb_service.vocabulary import A, iri
from tests.rule_reading import rules
from tests.test_rule_bodies import everything
from tests.test_why_not import about

CONCLUDED_BY = iri("judgement", "concludedBy")
SUB_CLASS = iri("rdfs", "subClassOf")


def shuffled(store: Store, seed: int) -> Store:
    """The same quads, put in in another order."""
    quads = list(store)
    random.Random(seed).shuffle(quads)
    found = Store()
    for start in range(0, len(quads), 1000):
        found.extend(quads[start : start + 1000])
    return found


@cache
def conclusions() -> list[NamedNode]:
    """Everything concluded in the small organisation."""
    quads = everything().quads_for_pattern(None, CONCLUDED_BY, None)
    return sorted({q.subject for q in quads if isinstance(q.subject, NamedNode)}, key=str)


@settings(max_examples=15, deadline=None)
@given(st.data(), st.integers(1))
def test_an_explanation_is_the_same_whatever_the_order_in_the_store(
    data: st.DataObject, seed: int
) -> None:
    node = data.draw(st.sampled_from(conclusions()))
    store = everything()

    told = [Explainer(each, rules()).explain(node) for each in (store, shuffled(store, seed))]

    assert told[0] == told[1]


@settings(max_examples=10, deadline=None)
@given(
    st.sampled_from(["strong-fit", "fit", "trainable", "unsuitable", "insufficient-evidence"]),
    st.sampled_from(["wu", "li", "chen"]),
    st.integers(1),
)
def test_why_not_is_told_the_same_whatever_the_order_in_the_store(
    verdict: str, person: str, seed: int
) -> None:
    store = everything()
    thing = about("Verdict", person, "agent", verdict=iri("verdict", verdict))

    told = [why_not(each, rules(), thing) for each in (store, shuffled(store, seed))]

    assert told[0] == told[1]


def test_rules_that_could_conclude_a_thing_are_told_in_the_order_in_which_they_are_run() -> None:
    wanted = Sought(None, ((A, iri("judgement", "Verdict")),))
    every = list(rules().by_iri.values())

    forth, back = writers(wanted, every), writers(wanted, reversed(every))

    assert forth == back and len(forth) > 2
    assert [(each.stage, each.name) for each in forth] == sorted((r.stage, r.name) for r in forth)


def test_solutions_are_in_the_order_of_what_the_group_names_first() -> None:
    store = Store()
    for subject, value in (("urn:b", 1), ("urn:a", 2), ("urn:b", 0), ("urn:a", 1)):
        store.add(Quad(NamedNode(subject), iri("core", "rank"), Literal(value)))
    pattern = TriplePattern(Variable("zebra"), iri("core", "rank"), Variable("ant"))

    rows = Solver(store, "").solutions(Group((Star((pattern,)),)), [{}])
    first = Solver(store, "").solutions(Group((Star((pattern,)),)), [{}], 2)

    found = [(str(row["zebra"]), int(row["ant"].value)) for row in rows]  # type: ignore[union-attr]
    assert found == [("<urn:a>", 1), ("<urn:a>", 2), ("<urn:b>", 0), ("<urn:b>", 1)]
    assert first == rows[:2]


@given(st.integers())
def test_the_same_axioms_are_told_of_an_inferred_fact_whatever_their_order(seed: int) -> None:
    ways = [iri("core", name) for name in ("X", "Y", "Z")]
    bottom, top = iri("core", "Bottom"), iri("core", "Top")
    facts = [Triple(bottom, SUB_CLASS, way) for way in ways]
    facts += [Triple(way, SUB_CLASS, top) for way in ways]
    inferred = Triple(bottom, SUB_CLASS, top)

    told = support(inferred, tuple(random.Random(seed).sample(facts, len(facts))))

    assert told == (Triple(bottom, SUB_CLASS, ways[0]), Triple(ways[0], SUB_CLASS, top))


def test_blank_nodes_do_not_count_by_their_names() -> None:
    of_one, of_another = (BlankNode(name) for name in ("zzz", "aaa"))
    rank = iri("core", "rank")

    ordered = in_order([Triple(of_another, rank, Literal(2)), Triple(of_one, rank, Literal(1))])

    assert [triple.object for triple in ordered] == [Literal(1), Literal(2)]
