"""Why something was concluded of a person, why something was not, and what would change that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from pyoxigraph import DefaultGraph, NamedNode, Store, Triple

from kb_service.engine.body.groups import Term
from kb_service.engine.body.reader import head_of
from kb_service.engine.deriver import Deriver
from kb_service.engine.explain import (
    ExplainConclusion,
    Explainer,
    Explanation,
    NothingConcludedError,
    Support,
    with_support,
)
from kb_service.engine.obstacles import WhyNot
from kb_service.engine.rules import RuleBook
from kb_service.engine.smallest_change import ChangesFound, SmallestChange
from kb_service.engine.smallest_grade_change import SmallestGradeChange
from kb_service.engine.sought import Sought, writers
from kb_service.engine.tasks import triples_written
from kb_service.engine.variants import Subject
from kb_service.engine.why_not import NoSuchRuleError, why_not
from kb_service.knowledge_base.judging import Knowledge
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.outcomes import UnknownThingError
from kb_service.knowledge_base.past import past
from kb_service.people_records import person_iri
from kb_service.people_records.raters import ON_FORM
from kb_service.reasoning.support import Reasons, support
from kb_service.vocabulary import NAMESPACES, A, iri, local_id, shorten

PARAMETERS = {
    "person": iri("judgement", "ofPerson"),
    "model": iri("judgement", "forModel"),
    "requirement": iri("judgement", "forRequirement"),
    "dimension": iri("judgement", "forDimension"),
    "training": iri("judgement", "training"),
    "motivation": iri("judgement", "motivation"),
    "incentive": iri("judgement", "incentive"),
    "period": iri("judgement", "onAppraisal"),
    "planGroup": iri("judgement", "onGroup"),
    "planItem": iri("judgement", "forItem"),
}
"""What a conclusion may be about: the name under which an id is given, and the property it is of.

Of a period it is the person's appraisal; groups and items are those of performance plans.
"""

MOST_SECONDS = 10.0
"""How long a search for the smallest change may take."""

_SHORT_NAMES = {"training": "RecommendedTraining"}
_OF_PLANS = {"planGroup": "plan-group", "planItem": "plan-item"}
_APPRAISAL = iri("performance", "Appraisal")
_GRADE = iri("performance", "Grade")
_IN_PERIOD = iri("performance", "inPeriod")
_RESULT_GRADE = iri("judgement", "resultGrade")
_PERSON = NAMESPACES["person"]
_VERDICT = iri("judgement", "verdict")
_VERDICT_KIND = iri("judgement", "VerdictKind")
_SLACK = 30.0


@dataclass(frozen=True)
class Asked:
    """A conclusion that was not drawn, as far as its rules write it, and what else is said of it."""

    thing: Sought
    also: tuple[tuple[NamedNode, Term], ...]


class Explaining:
    """Explains what is stored; nothing about explanations is stored.

    `workspace` gives everything that follows about one person.
    """

    def __init__(
        self, keeper: Keeper, deriver: Deriver, workspace: Callable[[str, date | None], Store]
    ) -> None:
        self._keeper = keeper
        self._deriver = deriver
        self._workspace = workspace
        self._support: tuple[Knowledge, Support] | None = None

    def explain(self, conclusion: NamedNode, as_of: date | None = None) -> Explanation:
        """Why something was concluded, down to assertions; with `as_of`, as of a past day.

        Raises NothingConcludedError when it does not follow from what is in here.
        """
        person = conclusion.value.removeprefix(_PERSON).split("/", 1)[0]
        knowledge = self._keeper.knowledge
        facts = self._keeper.facts_about(person) if conclusion.value.startswith(_PERSON) else []
        day = knowledge.day_for(facts)
        if as_of is not None:
            then = past(self._keeper, person, as_of)
            knowledge, facts, day = then.knowledge, then.facts, as_of
        supported = self._supported(knowledge)
        if not facts:
            return Explainer(knowledge.about_nobody(), knowledge.rules, supported).explain(
                conclusion
            )
        task = ExplainConclusion(conclusion, person_iri(person), triples_written(facts), day)
        explained = self._deriver.run(task, knowledge.premises)
        if explained is None:
            raise NothingConcludedError(conclusion.value)
        return with_support(explained, supported)

    def why_not(self, what: str, things: Mapping[str, str]) -> WhyNot:
        """Why something was not concluded, or that it was.

        `what` is a verdict or a grade by its id, `training` for a recommended training, or a class
        of conclusions; `things` are ids by the names of PARAMETERS, the person among them. Raises
        UnknownThingError for what is not in here, and for things that such conclusions are not
        about.
        """
        knowledge = self._keeper.knowledge
        if "person" not in things:
            raise UnknownThingError("value for parameter", "person")
        asked = self._asked(knowledge, what, things)
        store = self._workspace(things["person"], None)
        try:
            return why_not(
                store, knowledge.rules, asked.thing, asked.also, self._supported(knowledge)
            )
        except NoSuchRuleError as error:
            raise UnknownThingError("rule about these things", what) from error

    def is_about_raters(self, what: str) -> bool:
        """Whether a kind of conclusion is about single rating forms, and so about who gave them.

        Raises UnknownThingError for what is not in here.
        """
        kind, _ = _kind(self._keeper.knowledge, what)
        return ON_FORM in _written_by_rules_of(self._keeper.knowledge.rules, kind)

    def smallest_change(
        self, what: str, things: Mapping[str, str], seconds: float
    ) -> ChangesFound | None:
        """The smallest change that would give a verdict for a model, or a grade in a period.

        It is of one or two ratings, or indicators. A better one will do as well, unless there is
        a better one now. None for what is neither a verdict nor a grade, or names no model and no
        period. Raises UnknownThingError for what is not in here, RuleStoppedError when a rule was
        stopped.
        """
        knowledge = self._keeper.knowledge
        person = things["person"]
        facts = self._facts_about(person)
        subject = Subject(person_iri(person), tuple(facts), knowledge.day_for(facts))
        verdicts, grades = knowledge.ranks[_VERDICT_KIND], knowledge.ranks[_GRADE]
        seconds = min(seconds, MOST_SECONDS)
        task: SmallestChange | SmallestGradeChange
        if (verdict := iri("verdict", what)) in verdicts and "model" in things:
            model = self._existing(knowledge, "model", things["model"])
            now = self._now(person, iri("person", f"{person}/verdict/{things['model']}"), _VERDICT)
            best_first = {node: -rank for node, rank in verdicts.items()}
            wanted = _this_or_better(best_first, verdict, now)
            task = SmallestChange(subject, model, wanted, seconds)
        elif (grade := iri("grade", what)) in grades and "period" in things:
            appraisal = self._appraisal(person, things["period"])
            now = self._now(person, NamedNode(f"{appraisal.value}/graded-result"), _RESULT_GRADE)
            wanted = _this_or_better(grades, grade, now)
            task = SmallestGradeChange(subject, appraisal, wanted, seconds)
        else:
            return None
        return self._deriver.run(task, knowledge.premises, seconds + _SLACK)

    def _now(self, person: str, conclusion: NamedNode, said: NamedNode) -> Term | None:
        """What a conclusion about a person says now, None when there is none."""
        quads = self._workspace(person, None).quads_for_pattern(
            conclusion, said, None, DefaultGraph()
        )
        return next((quad.object for quad in quads), None)

    def better_verdicts(self, verdict: str) -> list[str]:
        """The ids of the verdicts that rank before one, the best first; none before no verdict."""
        ranks = self._keeper.knowledge.ranks[_VERDICT_KIND]
        own = ranks.get(iri("verdict", verdict), 0)
        better = sorted((rank, node.value, node) for node, rank in ranks.items() if rank < own)
        return [local_id(node) for _, _, node in better]

    def _asked(self, knowledge: Knowledge, what: str, things: Mapping[str, str]) -> Asked:
        kind, statements = _kind(knowledge, what)
        written = _written_by_rules_of(knowledge.rules, kind)
        also: list[tuple[NamedNode, Term]] = []
        for name, id in things.items():
            if name not in PARAMETERS:
                raise UnknownThingError("parameter", name)
            node = (
                self._appraisal(things["person"], id)
                if name == "period"
                else self._existing(knowledge, name, id)
            )
            said = (PARAMETERS[name], node)
            (statements if said[0] in written else also).append(said)
        return Asked(Sought(None, tuple(statements)), tuple(also))

    def _existing(self, knowledge: Knowledge, name: str, id: str) -> NamedNode:
        """The thing of this kind that has this id."""
        if name == "person":
            self._facts_about(id)
            return person_iri(id)
        if name == "dimension":
            for dimensions in knowledge.catalogue.dimensions.values():
                if id in dimensions:
                    return dimensions[id].iri
            raise UnknownThingError(name, id)
        node = iri(_OF_PLANS.get(name, name), id)
        if node not in knowledge.things:
            raise UnknownThingError(name, id)
        return node

    def _appraisal(self, person: str, period: str) -> NamedNode:
        """The appraisal of a person in a period."""
        wanted = self._existing(self._keeper.knowledge, "period", period)
        facts = self._facts_about(person)
        appraisals = {t.subject for t in facts if t.predicate == A and t.object == _APPRAISAL}
        of_period = (t.subject for t in facts if t.predicate == _IN_PERIOD and t.object == wanted)
        for node in of_period:
            if isinstance(node, NamedNode) and node in appraisals:
                return node
        raise UnknownThingError("appraisal of", period)

    def _facts_about(self, person: str) -> list[Triple]:
        facts = self._keeper.facts_about(person)
        if not facts:
            raise UnknownThingError("person", person)
        return facts

    def _supported(self, knowledge: Knowledge) -> Support:
        """What each fact was inferred from; remembered until the knowledge changes."""
        if self._support is None or self._support[0] is not knowledge:
            inferred = frozenset(knowledge.inferred)
            asserted = tuple(fact for graph in knowledge.graphs.values() for fact in graph)

            @cache
            def reasons() -> Reasons:
                return self._keeper.consequences.inferences(asserted).reasons or {}

            def supported(fact: Triple) -> tuple[Triple, ...]:
                return support(fact, asserted, reasons()) if fact in inferred else ()

            self._support = knowledge, cache(supported)
        return self._support[1]


def _kind(knowledge: Knowledge, what: str) -> tuple[NamedNode, list[tuple[NamedNode, Term | None]]]:
    """The class of conclusions that a word names, and what such a conclusion would say."""
    verdict = iri("verdict", what)
    if Triple(verdict, A, _VERDICT_KIND) in knowledge.premises.facts:
        kind = iri("judgement", "Verdict")
        return kind, [(A, kind), (_VERDICT, verdict)]
    grade = iri("grade", what)
    if Triple(grade, A, _GRADE) in knowledge.premises.facts:
        kind = iri("judgement", "PerformanceResult")
        return kind, [(A, kind), (_RESULT_GRADE, grade)]
    word = _SHORT_NAMES.get(what, what)
    classes = {
        pattern.object
        for rule in knowledge.rules.by_iri.values()
        for pattern in head_of(rule)
        if pattern.predicate == A and isinstance(pattern.object, NamedNode)
    }
    for each in sorted(classes, key=str):
        if word in (each.value, shorten(each), each.value.rsplit("#", 1)[-1]):
            return each, [(A, each)]
    raise UnknownThingError("kind of conclusion", what)


def _written_by_rules_of(rules: RuleBook, kind: NamedNode) -> set[NamedNode]:
    """The properties that every rule for a class of conclusions writes."""
    heads = [head_of(rule) for rule in writers(Sought(None, ((A, kind),)), rules.by_iri.values())]
    written = [{p.predicate for p in head if isinstance(p.predicate, NamedNode)} for head in heads]
    return set.intersection(*written) if written else set()


def _this_or_better(
    ranks: Mapping[NamedNode, int], wanted: NamedNode, now: Term | None
) -> frozenset[NamedNode]:
    """What is wanted, with what ranks above it, unless something above it is concluded now."""
    if isinstance(now, NamedNode) and ranks.get(now, ranks[wanted]) > ranks[wanted]:
        return frozenset({wanted})
    return frozenset(node for node, rank in ranks.items() if rank >= ranks[wanted])
