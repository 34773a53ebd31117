"""Every conclusion explains itself, down to what somebody asserted."""

from __future__ import annotations

from functools import cache
from graphlib import TopologicalSorter

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from kb_service.engine.conclude import (
    conclude_shared,
    models_in,
    relevant,
    run_stages,
    workspace,
)
from kb_service.engine.explain import Explainer, Explanation, NothingConcludedError
from kb_service.engine.rules import RuleBook, read_rule_book
from kb_service.vocabulary import A, iri
from tests import example_organisation
from tests.explained_people import unexplained
from tests.small_organisation import ORGANISATION
from tests.small_rules import address, rule, world
from tests.worlds import people_facts, shared_facts

CONCLUDED_BY = iri("judgement", "concludedBy")


@cache
def rules() -> RuleBook:
    return read_rule_book()


@cache
def everything() -> Store:
    """The small organisation with all that follows."""
    shared = shared_facts(ORGANISATION)
    shared += conclude_shared(rules(), shared)
    base = relevant(rules().shared + rules().people, shared, frozenset({CONCLUDED_BY.value}))
    people, day = people_facts(ORGANISATION), ORGANISATION.as_of
    return workspace(rules(), base, people, day, models_in(base))


@cache
def explainer() -> Explainer:
    return Explainer(everything(), rules())


@cache
def explained(conclusion: NamedNode) -> Explanation:
    return explainer().explain(conclusion)


def conclusions() -> list[NamedNode]:
    found = everything().quads_for_pattern(None, CONCLUDED_BY, None)
    return sorted(
        {quad.subject for quad in found if isinstance(quad.subject, NamedNode)},
        key=lambda node: node.value,
    )


def is_concluded(node: object) -> bool:
    return isinstance(node, NamedNode) and any(
        everything().quads_for_pattern(node, CONCLUDED_BY, None)
    )


def verdict_of(person: str, model: str = "agent") -> Explanation:
    return explained(iri("person", f"{person}/verdict/{model}"))


def test_every_conclusion_rests_on_assertions_in_the_end() -> None:
    for conclusion in conclusions():
        tree = list(explained(conclusion).nodes())
        told = {node.conclusion for node in tree if not node.seen_before}

        for node in tree:
            assert node.facts or node.conclusions or node.seen_before, node.conclusion
            assert not node.seen_before or node.conclusion in told


def test_facts_of_an_explanation_are_known_and_no_conclusions() -> None:
    for conclusion in conclusions():
        for fact in explained(conclusion).assertions():
            assert Quad(fact.subject, fact.predicate, fact.object) in everything()
            assert not is_concluded(fact.subject)


def test_an_explanation_quotes_the_conclusion_and_its_rule() -> None:
    for conclusion in conclusions():
        explanation = explained(conclusion)
        held = everything().quads_for_pattern(conclusion, None, None)

        assert set(explanation.statements) == {quad.triple for quad in held}
        assert Triple(conclusion, CONCLUDED_BY, explanation.rule.iri) in explanation.statements


@pytest.mark.parametrize("person", [person.name for person in ORGANISATION.people])
def test_what_a_verdict_names_of_a_person_is_enough_to_conclude_it_again(person: str) -> None:
    for model in ORGANISATION.models:
        verdict = verdict_of(person, model.name)
        store = Store()
        facts = [*shared_facts(ORGANISATION), *verdict.assertions()]
        store.extend(Quad(t.subject, t.predicate, t.object) for t in facts)

        run_stages(store, rules().shared + rules().people)

        for triple in verdict.statements:
            assert Quad(triple.subject, triple.predicate, triple.object) in store


def test_a_verdict_names_every_rating_with_its_assessment() -> None:
    told = set(verdict_of("wang").assertions())
    wang = ORGANISATION.people[0].assessments[0]
    assessment = iri("person", "wang/assessment/A1")

    for need in ORGANISATION.models[0].requirements:
        rating = iri("person", f"wang/assessment/A1/rating/{need.dimension.name.split('/')[1]}")
        value = Literal(str(wang.ratings[need.dimension.name]), datatype=iri("xsd", "decimal"))
        assert Triple(rating, iri("people", "value"), value) in told
        assert Triple(rating, iri("people", "inAssessment"), assessment) in told
    assert Triple(assessment, iri("people", "source"), iri("source", "test")) in told
    day = Literal("2026-05-01", datatype=iri("xsd", "date"))
    assert Triple(assessment, iri("people", "assessedOn"), day) in told


@pytest.mark.parametrize(
    ("person", "model", "policy"),
    [
        ("wang", "agent", "fit-for-strong-fit"),
        ("wang", "agent", "share-of-ability"),
        ("zhao", "agent", "fit-for-fit"),
        ("wu", "agent", "fit-minimum"),
        ("chen", "agent", "coverage-minimum"),
        ("li", "agent", "rating-lifetime-months"),
        ("li", "agent", "share-of-motivation"),
    ],
)
def test_a_verdict_names_the_policy_it_rests_on(person: str, model: str, policy: str) -> None:
    told = verdict_of(person, model).assertions()

    assert [fact for fact in told if fact.subject == iri("policy", policy)]


def test_a_level_from_the_policy_is_named_as_such() -> None:
    told = set(verdict_of("wang").assertions())
    default = iri("policy", "default-ability-main")

    assert {fact.predicate for fact in told if fact.subject == default} >= {
        iri("core", "requiredLevel"),
        iri("core", "weight"),
    }


def test_only_the_rating_that_counts_is_named_and_not_the_older_one() -> None:
    current = explainer().explain(iri("person", "li/current-rating/ability/patience"))
    named = {fact.subject for fact in current.assertions()}

    assert iri("person", "li/assessment/A1/rating/patience") in named
    assert iri("person", "li/assessment/A2/rating/patience") not in named


def test_explaining_twice_says_the_same() -> None:
    again = Explainer(everything(), rules())

    for conclusion in conclusions():
        assert again.explain(conclusion) == explained(conclusion)


@pytest.mark.parametrize("local", ["wang", "wang/verdict/nothing", "nobody/verdict/agent"])
def test_what_no_rule_concluded_is_not_explained(local: str) -> None:
    with pytest.raises(NothingConcludedError):
        explainer().explain(iri("person", local))


def test_a_verdict_tells_what_had_to_be_absent_and_which_rules_could_have_concluded_it() -> None:
    verdict = verdict_of("li")

    absent = {absence.things[0].kind: absence for absence in verdict.absences}

    assert verdict.rule.name == "trainable"
    bar = absent[iri("judgement", "TrainingBar")]
    assert bar.things[0].known == (
        (A, iri("judgement", "TrainingBar")),
        (iri("judgement", "ofPerson"), iri("person", "li")),
        (iri("judgement", "forModel"), iri("model", "agent")),
    )
    assert [rule.name for rule in bar.rules] == ["open-ability-gap-bars-training"]
    assert set(absent) == {
        iri("judgement", kind)
        for kind in (
            "StrongFitReached",
            "FitReached",
            "EvidenceShortage",
            "Disqualification",
            "TrainingBar",
        )
    }


def test_what_had_to_be_absent_may_be_an_assertion() -> None:
    [valid] = [
        derived
        for name in conclusions()
        if name.value.endswith("/li/assessment/A2/valid")
        for derived in [explained(name)]
    ]

    [absence] = valid.absences

    assert absence.rules == ()
    [expiry] = absence.things
    assert expiry.subject == iri("person", "li/assessment/A2")
    assert expiry.statements == ((iri("people", "expiresOn"), None),)


def test_a_fact_tells_the_assertions_that_it_was_inferred_from() -> None:
    inferred = Triple(iri("ability", "patience"), iri("core", "part"), iri("part", "ability"))
    axiom = Triple(iri("core", "Ability"), iri("rdfs", "subClassOf"), iri("core", "Dimension"))
    telling = Explainer(everything(), rules(), lambda fact: [axiom] if fact == inferred else [])

    tree = telling.explain(iri("requirement", "agent.patience/effective"))

    [fact] = [fact for fact in tree.facts if fact.triple == inferred]
    assert fact.inferred_from == (axiom,)
    assert axiom in set(tree.assertions()) and inferred not in set(tree.assertions())


CHAIN = "core:A core:about core:B . core:B core:about core:C . core:C core:about core:A ."
LINKED = rule(
    "linked",
    "a judgement:Gap ; judgement:dueTo ?first ; judgement:onGap ?last",
    """?first core:about ?last . BIND (IRI(CONCAT(STR(?first), "-", STRAFTER(STR(?last), "#"))) AS ?it)""",
)
JOINED = rule(
    "joined",
    "a judgement:Gap ; judgement:dueTo ?first ; judgement:onGap ?last",
    """?one a judgement:Gap ; judgement:dueTo ?first ; judgement:onGap ?middle .
    ?other a judgement:Gap ; judgement:dueTo ?middle ; judgement:onGap ?last .
    BIND (IRI(CONCAT(STR(?first), "-", STRAFTER(STR(?last), "#"))) AS ?it)""",
)


def test_no_conclusion_rests_on_itself_where_rules_go_in_circles() -> None:
    store, book = world(CHAIN, LINKED, JOINED)
    everywhere = [
        NamedNode(f"{address('core:' + first).value}-{last}") for first in "ABC" for last in "ABC"
    ]

    derived = Explainer(store, book).derivations(everywhere)

    assert set(derived) == set(everywhere)
    order = list(TopologicalSorter({n: each.read for n, each in derived.items()}).static_order())
    assert set(order) == set(everywhere)
    for each in derived.values():
        assert each.facts or each.read


BEST = rule(
    "best",
    "a judgement:Gap ; judgement:dueTo ?who ; judgement:value ?most",
    """{ SELECT ?who (MAX(?points) AS ?most) (COUNT(?points) AS ?count)
         WHERE { ?thing core:about ?who ; core:weight ?points . } GROUP BY ?who }
       BIND (IRI(CONCAT(STR(?who), "/best")) AS ?it)""",
)


def test_where_a_count_stands_beside_a_maximum_all_that_was_counted_is_told() -> None:
    store, book = world(
        "core:X core:about core:W ; core:weight 3.0 . core:Y core:about core:W ; core:weight 5.0 .",
        BEST,
    )

    told = Explainer(store, book).explain(NamedNode(address("core:W").value + "/best"))

    assert {fact.triple.subject for fact in told.facts} == {address("core:X"), address("core:Y")}


EITHER = rule(
    "either",
    "a judgement:Gap ; judgement:dueTo ?x",
    """{ ?x core:about ?y . } UNION { ?x core:tier ?y . }
       FILTER EXISTS { ?y core:weight ?weight . FILTER (?weight > 2) }
       OPTIONAL { ?x core:scale ?scale . }
       BIND (IRI(CONCAT(STR(?x), "/either")) AS ?it)""",
)


def test_unions_options_and_exists_tell_what_they_read_and_no_more() -> None:
    store, book = world(
        """core:X core:about core:Y ; core:tier core:Z ; core:scale core:S .
        core:Y core:weight 3.0 , 1.0 . core:Z core:weight 1.0 .""",
        EITHER,
    )

    told = Explainer(store, book).explain(NamedNode(address("core:X").value + "/either"))

    assert {(fact.triple.predicate, fact.triple.object) for fact in told.facts} == {
        (iri("core", "about"), address("core:Y")),
        (iri("core", "scale"), address("core:S")),
        (iri("core", "weight"), Literal("3", datatype=iri("xsd", "decimal"))),
    }


def test_what_is_concluded_of_people_in_the_example_explains_itself() -> None:
    """Of everybody, `tests/slow/test_every_explanation.py` asks the same."""
    some = [*example_organisation.people()][::20] + example_organisation.appraised()[::15]

    found, count = unexplained(some)

    assert count > 4_000
    assert found == []
