"""Changes of single triples in the knowledge base: checked, and committed with all that follows."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, Store, Triple

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.knowledge_base.checking import Change, Checker, Steps
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.model_versions.protection import (
    published_anew,
    refuse_foreign,
    refuse_settled,
)
from kb_service.knowledge_base.performance.closing import refuse_change_of_closed
from kb_service.knowledge_base.rater_faults import faults_of_rater_graphs
from kb_service.knowledge_base.sorting import sort_facts
from kb_service.knowledge_base.words import WORDS
from kb_service.people_records import id_faults, person_iri
from kb_service.people_records.performance_facts import CORRECTION_REASON
from kb_service.people_records.raters import raters_to_be
from kb_service.store.changes import change_of
from kb_service.store.knowledge_placement import GraphKind, kind_of
from kb_service.vocabulary import (
    ORGANISATION_GRAPH,
    PEOPLE_GRAPHS,
    RATER_GRAPHS,
    iri,
    people_graph,
    rater_graph,
)

MOST_PEOPLE = 1000
"""Whose facts one change may touch: they are checked and concluded while others wait to write."""
_NAME = iri("schema", "name")


@dataclass(frozen=True)
class Rewritten:
    """What the graphs that a change touches will hold, people by the last part of their IRI."""

    shared: Mapping[NamedNode, list[Triple]]
    people: Mapping[str, list[Triple]]
    removed: tuple[Quad, ...]
    """What is there and will not be."""
    added: tuple[Quad, ...]
    """What is not there and will be, as it was submitted."""

    @property
    def differs(self) -> bool:
        """Whether anything will be other than it is."""
        return bool(self.removed or self.added)

    def added_to_shared(self) -> dict[NamedNode, list[Triple]]:
        """What is not in graphs of shared knowledge yet and will be."""
        found: dict[NamedNode, list[Triple]] = {name: [] for name in self.shared}
        for quad in self.added:
            if isinstance(quad.graph_name, NamedNode) and quad.graph_name in found:
                found[quad.graph_name].append(quad.triple)
        return found

    @property
    def forgotten(self) -> list[str]:
        """The people of whom nothing will be left."""
        return [person for person, facts in self.people.items() if not facts]


class GraphWrites:
    """Writes graphs as a whole change, under the keeper's lock."""

    def __init__(self, keeper: Keeper, checker: Checker) -> None:
        self._keeper = keeper
        self._checker = checker

    @property
    def lock(self) -> threading.RLock:
        """Held while anything in the knowledge base changes."""
        return self._keeper.lock

    def shipped_graphs(self) -> frozenset[NamedNode]:
        """The graphs that are filled from the knowledge files."""
        return frozenset(self._keeper.shipped_graphs())

    def rewritten(self, removed: Iterable[Quad], added: Iterable[Quad]) -> Rewritten:
        """What graphs will hold once these quads are gone and those are there, where that differs.

        Raises RefusedInput 413 for a change that touches too many people.
        """
        gone, new = _by_graph(removed), _by_graph(added)
        shared: dict[NamedNode, list[Triple]] = {}
        of_people: dict[NamedNode, list[Triple]] = {}
        lost, come = list[Quad](), list[Quad]()
        for name in {**gone, **new}:
            stored = Store()
            stored.extend(self._keeper.store.quads(name))
            change = change_of(gone[name], new[name], stored)
            if not change.size:
                continue
            lost += change.removed
            come += change.added
            left = set(change.removed)
            facts = [quad.triple for quad in stored if quad not in left]
            facts += [quad.triple for quad in change.added]
            if kind_of(name, frozenset()) is GraphKind.PERSON:
                of_people[name] = facts
            else:
                shared[name] = facts
            if len(of_people) > 2 * MOST_PEOPLE:
                raise RefusedInput((_too_many_people(),), 413)
        people = self._people(of_people)
        if len(people) > MOST_PEOPLE:
            raise RefusedInput((_too_many_people(),), 413)
        return Rewritten(shared, people, tuple(lost), tuple(come))

    def _people(self, graphs: Mapping[NamedNode, list[Triple]]) -> dict[str, list[Triple]]:
        """The facts about people, once these graphs of theirs hold this; who rated them included.

        Of a form that is gone, nothing is said any more.
        """
        people: dict[str, list[Triple]] = {}
        for person in {_person_of(name): None for name in graphs}:
            about, raters = people_graph(person), rater_graph(person)
            facts = graphs[about] if about in graphs else self._keeper.facts_about(person)
            if raters in graphs:
                told = graphs[raters]
            else:
                told = raters_to_be(facts, self._keeper.store.graph(raters))
            people[person] = [*facts, *told]
        return people

    def check(self, rewritten: Rewritten) -> None:
        """Nothing, when the graphs may be written so; raises RefusedInput with every finding."""
        knowledge = self._keeper.knowledge.graphs
        refuse_settled(rewritten.shared, knowledge)
        refuse_foreign(rewritten.added_to_shared(), knowledge)
        self.check_content(rewritten)

    def check_content(self, rewritten: Rewritten) -> None:
        """The same whatever became of position models: only by what the graphs say."""
        said = [*_graph_names(rewritten.added), *_names(rewritten.added), *_words(rewritten.added)]
        said += faults_of_rater_graphs(rewritten.added, rewritten.people)
        if faults := [*said, *_misplaced(rewritten.people)]:
            raise RefusedInput(faults[:20])
        self._refuse_change_of_closed(rewritten)
        knowledge = self._keeper.knowledge.graphs
        names = (*self._keeper.uploaded_graphs(), ORGANISATION_GRAPH)
        uploaded = {name: knowledge[name] for name in names if name in knowledge}
        beside = [t for name in uploaded if name not in rewritten.shared for t in uploaded[name]]
        shared = [triple for triples in rewritten.shared.values() for triple in triples]
        today = self._keeper.latest_day
        if shared:
            findings = self._checker.triples(shared, beside, today)["findings"]
            if any(finding.severity == "violation" for finding in findings):
                raise RefusedInput(tuple(findings))
        people: dict[str, Change] = {
            person: ([], facts) for person, facts in rewritten.people.items() if facts
        }
        self._checker.people(people, today, Steps(None, 0), [*beside, *shared])

    def _refuse_change_of_closed(self, rewritten: Rewritten) -> None:
        """Raise RefusedInput 409 when facts about a closed period change; erasing is none."""
        of_people = [
            quad.triple
            for quad in (*rewritten.removed, *rewritten.added)
            if isinstance(quad.graph_name, NamedNode)
            and kind_of(quad.graph_name, frozenset()) is GraphKind.PERSON
            and rewritten.people.get(_person_of(quad.graph_name))
        ]
        known = [triple for facts in rewritten.people.values() for triple in facts]
        choices = self._keeper.knowledge.performance
        refuse_change_of_closed(of_people, [*known, *of_people], choices)

    def refuse_settled(self, graph: NamedNode) -> None:
        """Raise RefusedInput 409 for a graph whose position model was published."""
        refuse_settled((graph,), self._keeper.knowledge.graphs)

    def publishes(self, rewritten: Rewritten) -> list[NamedNode]:
        """The position models that would come to judge people without having been reviewed."""
        return published_anew(rewritten.shared, self._keeper.knowledge.graphs)

    def store(self, rewritten: Rewritten) -> None:
        """Write the graphs and all that follows from them, in one commit or not at all."""
        self._keeper.replace(rewritten.shared, rewritten.people)


def _person_of(graph: NamedNode) -> str:
    """The last part of the IRI of the person whose facts, or whose raters, a graph holds."""
    return graph.value.removeprefix(PEOPLE_GRAPHS).removeprefix(RATER_GRAPHS)


def _by_graph(quads: Iterable[Quad]) -> defaultdict[NamedNode, list[Quad]]:
    found: defaultdict[NamedNode, list[Quad]] = defaultdict(list)
    for quad in quads:
        assert isinstance(quad.graph_name, NamedNode)
        found[quad.graph_name].append(quad)
    return found


def _graph_names(added: Iterable[Quad]) -> list[Finding]:
    """Graphs that are named as those of people are, after something that can be nobody's id."""
    return [
        fault
        for graph in dict.fromkeys(quad.graph_name for quad in added)
        if isinstance(graph, NamedNode) and kind_of(graph, frozenset()) is GraphKind.PERSON
        for fault in id_faults(_person_of(graph), graph.value)
    ]


def _names(added: Iterable[Quad]) -> list[Finding]:
    """Names of people do not belong among the facts."""
    return [
        violation(
            "姓名和联系方式不存入 RDF；请用 PUT /api/v1/people/{编号} 登记姓名。",
            "Names and contact data are not kept in RDF; register the name by PUT "
            "/api/v1/people/{id}.",
            str(quad.subject),
        )
        for quad in added
        if quad.predicate == _NAME
        and isinstance(quad.graph_name, NamedNode)
        and quad.graph_name.value.startswith(PEOPLE_GRAPHS)
    ]


def _words(added: Iterable[Quad]) -> list[Finding]:
    """What is said in words of objections and corrections does not belong among the facts either."""
    return [
        violation(
            *(_REASON_ELSEWHERE if quad.predicate == CORRECTION_REASON else _OBJECTION_ELSEWHERE),
            str(quad.subject),
        )
        for quad in added
        if quad.predicate in WORDS
    ]


_OBJECTION_ELSEWHERE = (
    "异议的理由和处理说明不存入 RDF，其中可能有姓名；请用 POST /api/v1/people/{编号}/objections "
    "提出异议，用 PUT …/objections/{异议编号}/settlement 了结。",
    "What is said in words of an objection is not kept in RDF, since names may be in it; "
    "object by POST /api/v1/people/{id}/objections, and settle by "
    "PUT …/objections/{objection}/settlement.",
)
_REASON_ELSEWHERE = (
    "更正原因不存入 RDF，其中可能有姓名；请用 PUT /api/v1/people/{编号}/measurements/{周期}/{指标} "
    "更正数据，用 PUT …/rating-forms/{周期}/{评价人} 更正评价。",
    "Why something was corrected is not kept in RDF, since names may be in it; correct a figure by "
    "PUT /api/v1/people/{id}/measurements/{period}/{kpi}, and a grade by "
    "PUT …/rating-forms/{period}/{rater}.",
)


def _misplaced(people: Mapping[str, list[Triple]]) -> list[Finding]:
    """Facts in the graph of a person that are about somebody or something else."""
    faults: list[Finding] = []
    for person, facts in people.items():
        try:
            found = sort_facts(facts)
        except RefusedInput as refused:
            faults += refused.findings
            continue
        if found.shared or set(found.people) - {person}:
            faults.append(_not_about(person))
    return faults


def _not_about(person: str) -> Finding:
    node = person_iri(person).value
    return violation(
        f"图 {PEOPLE_GRAPHS}{person} 里只能有关于 <{node}> 的内容。",
        f"The graph {PEOPLE_GRAPHS}{person} may hold only what is about <{node}>.",
        node,
    )


def _too_many_people() -> Finding:
    return violation(
        f"一次更新最多改动 {MOST_PEOPLE:,} 人；请分成几次，或用表格导入。",
        f"One update may change {MOST_PEOPLE:,} people; do it in several, or import a sheet.",
    )
