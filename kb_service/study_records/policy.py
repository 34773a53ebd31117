"""The numbers and ways of the policy that statistics are computed by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.studies.results import Reason
from kb_service.study_records.records import StudyRecord
from kb_service.vocabulary import IDENTIFIER, A, iri, local_id

_VALUE = iri("judgement", "value")
_CHOICE = iri("studies", "choice")
_BASIS, _INFLUENCE = iri("studies", "basis"), iri("studies", "influence")
_FAMILIARITY = iri("studies", "familiarityOf")
_GRADE, _GRADE_VALUE = iri("performance", "Grade"), iri("performance", "value")


class PolicyLacks(LookupError):
    """A number that statistics need and the policy does not have; says which."""


@dataclass(frozen=True)
class StudyPolicy:
    """What the policy says to computations: numbers and ways by their ids, and tables of worth.

    `bases` gives by basis of judgement what each degree of influence counts for.
    """

    numbers: Mapping[str, Decimal]
    ways: Mapping[str, str]
    bases: Mapping[str, Mapping[str, float]]
    familiarity: Mapping[str, float]
    grades: Mapping[str, float]

    def number(self, id: str) -> float:
        """The number with this id. Raises PolicyLacks."""
        if id not in self.numbers:
            raise PolicyLacks(id)
        return float(self.numbers[id])

    def way(self, id: str) -> str:
        """The way that is taken. Raises PolicyLacks."""
        if id not in self.ways:
            raise PolicyLacks(id)
        return self.ways[id]


@dataclass(frozen=True)
class ChosenWay:
    """A way of computing, and whether the study itself names it or the policy does."""

    name: str
    by_study: bool

    def remark(self, zh: str, en: str) -> Reason:
        """That `zh` and `en`, such as the table of random indices, is of this name, and by whom."""
        who_zh, who_en = ("研究", "the study") if self.by_study else ("政策", "the policy")
        return Reason(
            "way-of-computing",
            f"{zh}：{self.name}（由{who_zh}选定）。",
            f"{en}: {self.name}, chosen by {who_en}.",
        )


def chosen_way(record: StudyRecord, column: str, policy: StudyPolicy, id: str) -> ChosenWay:
    """What the study names in a column, else what the policy has under `id`. Raises PolicyLacks."""
    if column in record.about:
        return ChosenWay(str(record.about[column]), by_study=True)
    return ChosenWay(policy.way(id), by_study=False)


def read_policy(facts: Iterable[Triple]) -> StudyPolicy:
    """What shared knowledge says that statistics are computed by."""
    texts, grades = _texts(facts)
    numbered = [said for said in texts.values() if _VALUE in said]
    bases: dict[str, dict[str, float]] = {}
    for said in numbered:
        if _BASIS in said and _INFLUENCE in said:
            bases.setdefault(said[_BASIS], {})[said[_INFLUENCE]] = float(said[_VALUE])
    return StudyPolicy(
        numbers={
            said[IDENTIFIER]: Decimal(said[_VALUE]) for said in numbered if IDENTIFIER in said
        },
        ways={said[IDENTIFIER]: said[_CHOICE] for said in texts.values() if _CHOICE in said},
        bases=bases,
        familiarity={
            said[_FAMILIARITY]: float(said[_VALUE]) for said in numbered if _FAMILIARITY in said
        },
        grades={
            local_id(grade): float(texts[grade][_GRADE_VALUE])
            for grade in grades
            if _GRADE_VALUE in texts.get(grade, {})
        },
    )


_Texts = dict[NamedNode, dict[NamedNode, str]]


def _texts(facts: Iterable[Triple]) -> tuple[_Texts, set[NamedNode]]:
    """What each thing says, things by their ids and labels left out; and which things are grades."""
    texts: _Texts = {}
    grades: set[NamedNode] = set()
    for fact in facts:
        if not isinstance(fact.subject, NamedNode):
            continue
        if fact.predicate == A and fact.object == _GRADE:
            grades.add(fact.subject)
        elif isinstance(fact.object, Literal):
            if not fact.object.language:
                texts.setdefault(fact.subject, {})[fact.predicate] = fact.object.value
        elif isinstance(fact.object, NamedNode):
            texts.setdefault(fact.subject, {})[fact.predicate] = local_id(fact.object)
    return texts, grades
