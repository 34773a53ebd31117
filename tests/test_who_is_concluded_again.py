"""A change has those concluded again whom it can concern, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kb_service.engine.deriver import Deriver
from kb_service.engine.rules import read_rule_book, rule_book
from kb_service.knowledge_base.checking import Change as ToStore
from kb_service.knowledge_base.checking import Steps
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_files import knowledge_root
from kb_service.store import KnowledgeStore
from kb_service.vocabulary import (
    BASE,
    LABEL,
    ORGANISATION_GRAPH,
    POLICY_GRAPH,
    iri,
    person_conclusions_graph,
)
from tests.small_organisation import (
    AGENT,
    HONOUR,
    ORGANISATION,
    PATIENCE,
    PEOPLE,
    TODAY,
    TRAININGS,
    WARMTH,
    ratings,
)
from tests.test_incremental import kept_for, with_other_words
from tests.worlds import Assessment, Dimension, World, people_facts, policy, shared_facts

WORLD_GRAPH = NamedNode(BASE + "world")
EVERYBODY = {person.name for person in PEOPLE}


class Change:
    """The small organisation, one thing of which is changed; `concluded` says whose time is new."""

    def __init__(self, folder: Path) -> None:
        self.store = KnowledgeStore(folder)
        self.keeper = Keeper(self.store, knowledge_root(), Deriver(processes=0))
        self.keeper.replace_shared(graphs(ORGANISATION), rules=read_rule_book())
        facts = people_facts(ORGANISATION)
        people: dict[str, ToStore] = {
            name: ([], facts[iri("person", name)]) for name in sorted(EVERYBODY)
        }
        self.keeper.store_people(people, Steps(None, 1))
        self._times = self._told()

    def _told(self) -> dict[str, str]:
        at = iri("prov", "generatedAtTime")
        return {
            name: str(triple.object)
            for name in EVERYBODY
            for triple in self.store.graph(person_conclusions_graph(name))
            if triple.predicate == at
        }

    @property
    def concluded(self) -> set[str]:
        """Who was concluded since the beginning."""
        now = self._told()
        return {name for name in EVERYBODY if now[name] != self._times[name]}

    def of_the_world(self, world: World) -> set[str]:
        self.keeper.replace_shared(graphs(world))
        return self.concluded

    def of_the_policy(self, name: str, value: str, predicate: str = "value") -> set[str]:
        node, told = iri("policy", name), iri("judgement", predicate)
        [old] = [t for t in policy() if (t.subject, t.predicate) == (node, told)]
        assert isinstance(old.object, Literal)
        new = Triple(node, told, Literal(value, datatype=old.object.datatype))
        self.keeper.replace_shared({POLICY_GRAPH: [*(t for t in policy() if t != old), new]})
        return self.concluded


def graphs(world: World) -> dict[NamedNode, list[Triple]]:
    day = Literal(world.as_of.isoformat(), datatype=iri("xsd", "date"))
    return {
        WORLD_GRAPH: [*kept_for(), *(t for t in shared_facts(world) if t not in policy())],
        POLICY_GRAPH: list(policy()),
        ORGANISATION_GRAPH: [
            Triple(NamedNode(BASE + "organisation"), iri("judgement", "asOf"), day)
        ],
    }


def rated_in(dimension: Dimension) -> set[str]:
    return {p.name for p in PEOPLE for a in p.assessments if dimension.name in a.ratings}


@pytest.fixture
def change(tmp_path: Path) -> Iterator[Change]:
    made = Change(tmp_path / "data")
    yield made
    made.store.close()


def test_a_rating_concerns_the_person_rated(change: Change) -> None:
    assessment = Assessment("A9", "test", TODAY, ratings(patience="2"))
    wang = replace(PEOPLE[0], assessments=(assessment,))
    facts = people_facts(World(TODAY, (), (wang,)))[iri("person", "wang")]

    change.keeper.store_people({"wang": ([], facts)}, Steps(None, 1))

    assert change.concluded == {"wang"}


def test_a_name_that_no_rule_reads_concerns_nobody(change: Change) -> None:
    name = Triple(iri("model", "agent"), LABEL, Literal("Agent", language="en"))

    change.keeper.replace_shared({WORLD_GRAPH: [*graphs(ORGANISATION)[WORLD_GRAPH], name]})

    assert change.concluded == set()


def test_the_same_said_again_concerns_nobody(change: Change) -> None:
    assert change.of_the_world(ORGANISATION) == set()


def test_a_training_concerns_whoever_was_rated_in_what_it_develops(change: Change) -> None:
    *others, smiling = TRAININGS
    world = replace(ORGANISATION, trainings=(*others, replace(smiling, exit=Decimal("4.5"))))

    assert rated_in(WARMTH) < EVERYBODY
    assert change.of_the_world(world) <= rated_in(WARMTH)
    assert change.concluded


def test_a_required_level_concerns_whoever_was_rated_there(change: Change) -> None:
    needs = [
        replace(need, level=Decimal("8.5")) if need.dimension == PATIENCE else need
        for need in AGENT.requirements
    ]
    agent = replace(AGENT, requirements=tuple(needs))
    world = replace(ORGANISATION, models=(agent, *ORGANISATION.models[1:]))

    assert rated_in(PATIENCE) < EVERYBODY
    assert change.of_the_world(world) == rated_in(PATIENCE)


def test_a_weight_concerns_everybody_because_coverage_does(change: Change) -> None:
    needs = [
        replace(need, weight=Decimal("1.5")) if need.dimension == HONOUR else need
        for need in AGENT.requirements
    ]
    agent = replace(AGENT, requirements=tuple(needs))
    world = replace(ORGANISATION, models=(agent, *ORGANISATION.models[1:]))

    assert change.of_the_world(world) == EVERYBODY


def test_a_bound_of_the_policy_concerns_whoever_stands_between_old_and_new(
    change: Change,
) -> None:
    rows = change.store.select(
        """PREFIX judgement: <https://w3id.org/rengang/ontology/judgements#>
        SELECT ?person ?percent WHERE { ?fit a judgement:Fit ; judgement:ofPerson ?person ;
          judgement:percent ?percent }"""
    )
    fits = [(str(r["person"]).strip("<>").split("/")[-1], r["percent"]) for r in rows]
    between = {
        name for name, fit in fits if isinstance(fit, Literal) and 80 <= Decimal(fit.value) < 99
    }

    concluded = change.of_the_policy("fit-for-fit", "99")

    assert between and between < EVERYBODY
    assert concluded == between


def test_a_coverage_that_nobody_falls_below_concerns_nobody(change: Change) -> None:
    assert change.of_the_policy("coverage-minimum", "0.801") == set()


def test_words_of_a_rule_concern_nobody_and_its_meaning_everybody(change: Change) -> None:
    rules = dict(read_rule_book().by_iri)
    fit = next(rule for rule in rules.values() if rule.name == "fit")
    words = [with_other_words(rule) if rule == fit else rule for rule in rules.values()]
    meaning = [
        replace(rule, text=rule.text.replace("0.5 *", "0.4 *")) if rule == fit else rule
        for rule in rules.values()
    ]

    change.keeper.replace_shared({}, rules=rule_book(words))
    after_words = change.concluded
    change.keeper.replace_shared({}, rules=rule_book(meaning))

    assert after_words == set()
    assert change.concluded == EVERYBODY


@pytest.mark.parametrize("days", [0, 1, 2, 30])
def test_a_day_concerns_whoever_has_a_rating_that_ages(change: Change, days: int) -> None:
    """Zhang's ratings expire on the day itself, Li's of two years ago at its end."""
    until = TODAY + timedelta(days=days)

    concluded = change.of_the_world(replace(ORGANISATION, as_of=until))

    assert concluded == ({"zhang", "li"} if days else set())


def test_a_day_that_goes_back_concerns_whoever_is_judged_for_a_later_one(change: Change) -> None:
    before = date(2026, 5, 15)

    concluded = change.of_the_world(replace(ORGANISATION, as_of=before))

    assert {"chen", "zhao", "wu", "sun", "li"} <= concluded


def test_a_model_for_another_position_concerns_everybody(change: Change) -> None:
    facts = [
        Triple(t.subject, t.predicate, iri("position", "other"))
        if t.predicate == iri("core", "forPosition") and t.subject == iri("model", "agent")
        else t
        for t in graphs(ORGANISATION)[WORLD_GRAPH]
    ]

    change.keeper.replace_shared({WORLD_GRAPH: facts})

    assert change.concluded == EVERYBODY
