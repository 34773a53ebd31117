"""Whatever changes, in whatever order: what is stored is what follows from nothing."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pyoxigraph import Literal, NamedNode, Triple

from kb_service.engine.deriver import Deriver
from kb_service.engine.premises import Premises
from kb_service.engine.rules import Rule, RuleBook, read_rule_book, rule_book
from kb_service.knowledge_base.checking import Steps
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_files import knowledge_root
from kb_service.store import KnowledgeStore, as_stored
from kb_service.vocabulary import (
    BASE,
    ORGANISATION_GRAPH,
    POLICY_GRAPH,
    SHARED_CONCLUSIONS,
    iri,
    people_graph,
    person_conclusions_graph,
)
from tests.random_worlds import DIMENSIONS, assessments, models, trainings
from tests.shared_knowledge import knowledge
from tests.worlds import Person, World, number, people_facts, policy, shared_facts

WORLD_GRAPH = NamedNode(BASE + "world")
ONTOLOGY_GRAPH = NamedNode(BASE + "ontology/judgements")
START = date(2026, 6, 30)
PEOPLE = ("ana", "bo", "cy", "di")
NUMBERS = {
    "coverage-minimum": ("0.5", "0.8", "0.95"),
    "fit-minimum": ("40", "65", "80"),
    "fit-for-fit": ("70", "80", "85"),
    "fit-for-strong-fit": ("85", "90", "95"),
    "rating-lifetime-months": ("6", "24", "25"),
    "motivations-considered": ("1", "3"),
    "strong-motivation-minimum": ("5", "6", "8"),
}
VALUE = iri("judgement", "value")


def kept_for() -> list[Triple]:
    """What the ontology says of which conclusions are kept."""
    quads = knowledge().quads_for_pattern(None, iri("judgement", "keptFor"), None, None)
    return [quad.triple for quad in quads]


def with_other_words(rule: Rule) -> Rule:
    """The same rule, explained otherwise."""
    text = rule.text.replace("# Because:", "# Because: as ever,", 1)
    return replace(rule, text=text, because=f"as ever, {rule.because}")


def stricter(rule: Rule) -> Rule:
    """A rule that asks for more than before wherever it compares with `>=`."""
    return replace(rule, text=rule.text.replace(" >= ", " > "))


class Organisation(RuleBasedStateMachine):
    """Facts about a few people, two models, some trainings, a policy and rules, all changing."""

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.store = KnowledgeStore(self.folder / "data")
        self.keeper = Keeper(self.store, knowledge_root(), Deriver(processes=0))
        self.day = START
        self.models = {name: data.draw(models(name)) for name in ("one", "two")}
        self.trainings = {name: data.draw(trainings(name)) for name in ("t1", "t2", "t3")}
        self.people: dict[str, Person] = {}
        self.extra: dict[str, list[Triple]] = {}
        self.policy = set(policy())
        self.rule_files = {rule.name: rule for rule in read_rule_book().by_iri.values()}
        self.keeper.replace_shared({ONTOLOGY_GRAPH: kept_for(), **self.shared()}, rules=self.book())

    def book(self) -> RuleBook:
        return rule_book(list(self.rule_files.values()))

    def shared(self) -> dict[NamedNode, list[Triple]]:
        world = World(
            self.day, tuple(self.models.values()), (), tuple(self.trainings.values()), DIMENSIONS
        )
        as_of = Literal(self.day.isoformat(), datatype=iri("xsd", "date"))
        own_day = Triple(NamedNode(BASE + "organisation"), iri("judgement", "asOf"), as_of)
        facts = [triple for triple in shared_facts(world) if triple not in policy()]
        return {
            WORLD_GRAPH: facts,
            POLICY_GRAPH: sorted(self.policy, key=str),
            ORGANISATION_GRAPH: [own_day],
        }

    def facts(self, name: str) -> list[Triple]:
        world = World(self.day, (), (self.people[name],))
        return [*people_facts(world)[iri("person", name)], *self.extra.get(name, [])]

    def store_person(self, name: str) -> None:
        self.keeper.store_people({name: ([], self.facts(name))}, Steps(None, 1))

    # What may happen

    @rule(data=st.data(), name=st.sampled_from(PEOPLE))
    def somebody_is_assessed(self, data: st.DataObject, name: str) -> None:
        needs = [need for model in self.models.values() for need in model.requirements]
        sheet = data.draw(assessments(data.draw(st.sampled_from(["A1", "A2"])), self.day, needs))
        before = self.people.get(name, Person(name))
        others = tuple(each for each in before.assessments if each.name != sheet.name)
        self.people[name] = replace(before, assessments=(*others, sheet))
        self.store_person(name)

    @rule(name=st.sampled_from(PEOPLE), which=st.integers(0, 1))
    def an_assessment_is_taken_back(self, name: str, which: int) -> None:
        if name in self.people:
            left = self.people[name].assessments
            self.people[name] = replace(
                self.people[name], assessments=tuple(a for n, a in enumerate(left) if n != which)
            )
            self.store_person(name)

    @rule(
        name=st.sampled_from(PEOPLE),
        post=st.sampled_from([None, "one", "two"]),
        sought=st.sampled_from([(), ("one",), ("two",)]),
    )
    def somebody_takes_a_post(self, name: str, post: str | None, sought: tuple[str, ...]) -> None:
        before = self.people.get(name, Person(name))
        self.people[name] = replace(before, post=post, candidate_for=sought)
        self.store_person(name)

    @rule(name=st.sampled_from(PEOPLE), value=st.integers(1, 99))
    def something_is_measured(self, name: str, value: int) -> None:
        if name in self.people:
            node = iri("person", f"{name}/measurement/m1")
            self.extra[name] = [
                Triple(node, iri("people", "ofPerson"), iri("person", name)),
                Triple(node, iri("performance", "measuredValue"), number(Decimal(value))),
            ]
            self.store_person(name)

    @rule(name=st.sampled_from(PEOPLE))
    def somebody_is_forgotten(self, name: str) -> None:
        self.people.pop(name, None)
        self.extra.pop(name, None)
        self.keeper.remove_people([name])

    @rule(data=st.data(), name=st.sampled_from(["one", "two"]))
    def a_model_is_written_anew(self, data: st.DataObject, name: str) -> None:
        self.models[name] = data.draw(models(name))
        self.keeper.replace_shared(self.shared())

    @rule(name=st.sampled_from(["one", "two"]), data=st.data())
    def one_requirement_is_changed(self, name: str, data: st.DataObject) -> None:
        if name not in self.models:
            return
        model = self.models[name]
        at = data.draw(st.integers(0, len(model.requirements) - 1))
        need = model.requirements[at]
        others = [
            replace(need, level=Decimal("6.5")),
            replace(need, weight=Decimal("1.5")),
            replace(need, floor=Decimal(3)),
            replace(need, level=None),
            replace(need, weight=None),
            replace(need, floor=None),
        ]
        needs = list(model.requirements)
        needs[at] = data.draw(st.sampled_from(others))
        self.models[name] = replace(model, requirements=tuple(needs))
        self.keeper.replace_shared(self.shared())

    @rule(name=st.sampled_from(["one", "two"]))
    def a_model_is_withdrawn(self, name: str) -> None:
        self.models.pop(name, None)
        self.keeper.replace_shared(self.shared())

    @rule(data=st.data(), name=st.sampled_from(["t1", "t2", "t3", "t4"]), gone=st.booleans())
    def a_training_is_changed(self, data: st.DataObject, name: str, gone: bool) -> None:
        if gone:
            self.trainings.pop(name, None)
        else:
            self.trainings[name] = data.draw(trainings(name))
        self.keeper.replace_shared(self.shared())

    @rule(data=st.data(), name=st.sampled_from(sorted(NUMBERS)))
    def a_policy_number_is_changed(self, data: st.DataObject, name: str) -> None:
        node = iri("policy", name)
        value = data.draw(st.sampled_from(NUMBERS[name]))
        kind = "integer" if name.endswith(("months", "considered")) else "decimal"
        self.policy = {t for t in self.policy if (t.subject, t.predicate) != (node, VALUE)}
        self.policy.add(Triple(node, VALUE, Literal(value, datatype=iri("xsd", kind))))
        self.keeper.replace_shared(self.shared())

    @rule(data=st.data())
    def any_policy_statement_is_changed(self, data: st.DataObject) -> None:
        names = ("weight", "requiredLevel", "precedence", "value")
        candidates = sorted((t for t in self.policy if t.predicate.value.endswith(names)), key=str)
        triple = data.draw(st.sampled_from(candidates))
        assert isinstance(triple.object, Literal)
        other = Literal(str(Decimal(triple.object.value) + 1), datatype=triple.object.datatype)
        self.policy = (self.policy - {triple}) | {Triple(triple.subject, triple.predicate, other)}
        self.keeper.replace_shared(self.shared())

    @rule(days=st.sampled_from([1, 31, 200, 400, -100]))
    def time_passes(self, days: int) -> None:
        self.day = max(START, self.day + timedelta(days=days))
        self.keeper.replace_shared(self.shared())

    @rule(data=st.data(), how=st.sampled_from([with_other_words, stricter, None]))
    def a_rule_is_changed(self, data: st.DataObject, how: object) -> None:
        shipped = {rule.name: rule for rule in read_rule_book().by_iri.values()}
        name = data.draw(st.sampled_from(sorted(shipped)))
        self.rule_files[name] = how(shipped[name]) if callable(how) else shipped[name]
        self.keeper.replace_shared({}, rules=self.book())

    @rule(data=st.data())
    def a_rule_is_dropped_or_comes_back(self, data: st.DataObject) -> None:
        shipped = {rule.name: rule for rule in read_rule_book().by_iri.values()}
        name = data.draw(st.sampled_from(sorted(shipped)))
        if self.rule_files.pop(name, None) is None:
            self.rule_files[name] = shipped[name]
        self.keeper.replace_shared({}, rules=self.book())

    @rule()
    def the_service_starts_again(self) -> None:
        self.store.close()
        self.store = KnowledgeStore(self.folder / "data")
        self.keeper = Keeper(self.store, knowledge_root(), Deriver(processes=0))

    # What must hold

    @invariant()
    def what_is_stored_is_what_follows_from_nothing(self) -> None:
        if not hasattr(self, "keeper"):
            return
        facts = [*kept_for(), *(t for triples in self.shared().values() for t in triples)]
        premises = Premises.of(self.book(), facts)

        assert conclusions(self.store, SHARED_CONCLUSIONS) == set(as_stored(premises.conclusions))
        assert self.store.graph_names(BASE + "people/") == sorted(
            map(people_graph, self.people), key=str
        )
        for name in self.people:
            node, own = iri("person", name), self.facts(name)
            day = self.keeper.knowledge.day_for(own)
            [(_, expected)] = premises.conclude({node: own}, day, asked=(), keep=premises.keep)
            stored = conclusions(self.store, person_conclusions_graph(name))
            assert stored == set(as_stored(expected)), name

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)


def conclusions(store: KnowledgeStore, graph: NamedNode) -> set[Triple]:
    """A graph of conclusions without what it says of itself."""
    return {triple for triple in store.graph(graph) if triple.subject != graph}


TestOrganisation = Organisation.TestCase
TestOrganisation.settings = settings(
    max_examples=10,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
