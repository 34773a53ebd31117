"""Derivation in processes of its own: rules without end are stopped, named, and change nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil
import pytest
from pyoxigraph import NamedNode, Triple

from kb_service.engine.deriver import Deriver, RuleStoppedError
from kb_service.engine.premises import Premises
from kb_service.engine.rules import Rule, read_rule, read_rule_book, rule_book
from kb_service.engine.tasks import ConcludeBatch, by_person
from kb_service.knowledge_base.checking import Steps
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_files import knowledge_root
from kb_service.store import KnowledgeStore, as_stored
from kb_service.vocabulary import BASE, local_id, person_conclusions_graph
from tests.small_organisation import ORGANISATION
from tests.test_incremental import kept_for
from tests.worlds import people_facts, shared_facts

HEADER = """# A rule that somebody got wrong
#
# Says:    Something.
# 说明:    某事。
# Because: It was written in a hurry.
# Reads:   people:Person
# Writes:  judgement:Verdict

PREFIX judgement: <https://w3id.org/rengang/ontology/judgements#>
PREFIX people: <https://w3id.org/rengang/ontology/people#>
PREFIX rule: <https://w3id.org/rengang/rule/>
"""
CROSS_PRODUCT = (
    HEADER
    + """
CONSTRUCT {
  ?verdict a judgement:Verdict ; judgement:ofPerson ?person ;
    judgement:concludedBy rule:cross-product .
}
WHERE {
  ?person a people:Person .
  ?a people:value ?b . ?c people:value ?d . ?e people:value ?f . ?g people:value ?h .
  ?i people:value ?j . ?k people:value ?l .
  FILTER (?b + ?d + ?f + ?h + ?j + ?l < 0)
  BIND (IRI(CONCAT(STR(?person), "/verdict/crossed")) AS ?verdict)
}
"""
)
ENDLESS = (
    HEADER
    + """
CONSTRUCT {
  ?next a judgement:Verdict ; judgement:ofPerson ?person ;
    judgement:concludedBy rule:endless .
}
WHERE {
  { ?person a people:Person . BIND (?person AS ?before) }
  UNION { ?before a judgement:Verdict ; judgement:ofPerson ?person . }
  BIND (IRI(CONCAT(STR(?before), "/again")) AS ?next)
}
"""
)
DOUBLING = (
    HEADER
    + """
CONSTRUCT {
  ?next a judgement:Verdict ; judgement:ofPerson ?person ;
    judgement:concludedBy rule:doubling .
}
WHERE {
  { ?person a people:Person . BIND (?person AS ?before) }
  UNION { ?before a judgement:Verdict ; judgement:ofPerson ?person . }
  VALUES ?end { "/a" "/b" "/c" "/d" }
  BIND (IRI(CONCAT(STR(?before), ?end)) AS ?next)
}
"""
)


def written(folder: Path, name: str, text: str) -> Rule:
    path = folder / "95-verdict" / f"{name}.rq"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_rule(path)


@cache
def premises() -> Premises:
    return Premises.of(read_rule_book(), [*shared_facts(ORGANISATION), *kept_for()])


def task() -> ConcludeBatch:
    people = people_facts(ORGANISATION)
    return ConcludeBatch.of(people, dict.fromkeys(people, ORGANISATION.as_of))


def concluded(answer: bytes) -> dict[NamedNode, set[Triple]]:
    return {person: set(triples) for person, triples in by_person(answer).items()}


@pytest.fixture(scope="module")
def deriver() -> Iterator[Deriver]:
    made = Deriver(processes=2)
    yield made
    made.close()


def test_a_process_concludes_what_this_one_does(deriver: Deriver) -> None:
    answer = deriver.run(task(), premises())

    assert concluded(answer) == concluded(task().run(premises()))


def test_many_batches_come_back_in_their_order(deriver: Deriver) -> None:
    people = people_facts(ORGANISATION)
    tasks = [ConcludeBatch.of({p: people[p]}, {p: ORGANISATION.as_of}) for p in people]

    answers = list(deriver.map(tasks, premises()))

    assert [list(concluded(answer)) for answer in answers] == [[person] for person in people]


@pytest.mark.parametrize(
    ("name", "text", "seconds", "because"),
    [
        ("cross-product", CROSS_PRODUCT, 8, "was stopped after 8 s"),
        ("endless", ENDLESS, 120, "rounds"),
        ("doubling", DOUBLING, 120, "was stopped when it had used 700 MB"),
    ],
)
def test_a_rule_without_end_is_stopped_and_named_and_earlier_conclusions_stay(
    tmp_path: Path, name: str, text: str, seconds: float, because: str
) -> None:
    deriver = Deriver(processes=1, memory_mb=700, seconds=seconds)
    rules = [*read_rule_book().by_iri.values(), written(tmp_path, name, text)]
    people = people_facts(ORGANISATION)
    with KnowledgeStore(tmp_path / "data") as store:
        keeper = Keeper(store, knowledge_root(), deriver)
        shared = {NamedNode(BASE + "world"): [*shared_facts(ORGANISATION), *kept_for()]}
        keeper.replace_shared(shared)
        changes = {local_id(p): (list[Triple](), facts) for p, facts in people.items()}
        keeper.store_people(changes, Steps(None, 1))
        before = {graph: set(store.graph(graph)) for graph in store.graph_names()}

        with pytest.raises(RuleStoppedError) as stopped:
            keeper.replace_shared({}, rules=rule_book(rules))

        assert stopped.value.rule == name
        assert because in stopped.value.findings[0].message["en"]
        assert {graph: set(store.graph(graph)) for graph in store.graph_names()} == before
        wang = person_conclusions_graph("wang")
        keeper.conclude(["wang"])
        assert len(store.graph(wang)) == len(before[wang])
    deriver.close()


@dataclass(frozen=True)
class Suicide:
    """A task during which its process is killed."""

    def run(self, premises: Premises) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def test_after_a_process_was_killed_the_next_task_is_answered(deriver: Deriver) -> None:
    with pytest.raises(RuleStoppedError):
        deriver.run(Suicide(), premises())

    assert concluded(deriver.run(task(), premises()))


def test_processes_end_with_the_deriver() -> None:
    others = set(psutil.Process().children())
    made = Deriver(processes=2)
    made.warm(premises())
    mine = set(psutil.Process().children()) - others

    made.close()

    _, alive = psutil.wait_procs(list(mine), timeout=10)
    assert len(mine) == 2 and not alive


def test_premises_reach_a_process_as_they_are(deriver: Deriver) -> None:
    without_policy = premises().changed(
        [t for t in premises().facts if "policy/coverage-minimum" in str(t.subject)], []
    )

    answer = deriver.run(task(), without_policy)

    assert concluded(answer) == concluded(task().run(without_policy))
    assert concluded(answer) != concluded(deriver.run(task(), premises()))


def test_a_store_gives_back_what_it_was_given_in_one_form() -> None:
    facts = shared_facts(ORGANISATION)

    assert set(as_stored(as_stored(facts))) == set(as_stored(facts))
