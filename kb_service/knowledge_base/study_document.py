"""A study as JSON documents: what it is, its statistics, and what was decided by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.knowledge_base.study_said import (
    About,
    Term,
    last,
    nodes,
    one,
    pairs,
    said_of,
    texts,
    whole,
)
from kb_service.study_records.records import StudyRecord, part_iri
from kb_service.study_records.table_names import ITEMS, ROUNDS
from kb_service.vocabulary import LABEL, NAMESPACES, A, iri, local_id

Row = dict[str, Any]
Label = Mapping[str, str]
_NAMED_FROM = tuple(NAMESPACES[name] for name in ("statistic", "study-decision", "policy"))
_MET, _CUT = iri("studies", "isMet"), iri("studies", "byCut")
_OF_STATISTIC, _VERDICT = iri("studies", "ofStatistic"), iri("studies", "itemVerdict")


def shared_labels(facts: Iterable[Triple]) -> dict[str, dict[str, str]]:
    """What kinds of statistic, verdicts and cuts are called, by IRI and language."""
    labels: dict[str, dict[str, str]] = {}
    for fact in facts:
        if (
            fact.predicate == LABEL
            and isinstance(fact.subject, NamedNode)
            and isinstance(fact.object, Literal)
            and fact.object.language
            and fact.subject.value.startswith(_NAMED_FROM)
        ):
            labels.setdefault(fact.subject.value, {})[fact.object.language] = fact.object.value
    return labels


def study_row(record: StudyRecord) -> Row:
    """A study in a list of studies."""
    about = record.about
    held = about["conducted_on"]
    return {
        "id": record.id,
        "kind": record.kind.id,
        "kindLabel": {"zh": record.kind.zh, "en": record.kind.en},
        "label": {"zh": about["label_zh"], "en": about["label_en"]},
        "position": about["position"],
        "conductedOn": held.isoformat() if isinstance(held, date) else str(held),
        "fictional": about["fictional"],
        "rows": {plan.name: len(record.rows(plan.name)) for plan in record.kind.tables},
    }


@dataclass(frozen=True)
class StudyConclusions:
    """What follows from a study, with the names of all that it is about."""

    record: StudyRecord
    conclusions: Sequence[Triple]
    labels: Mapping[str, Label]

    def statistics(self) -> list[Row]:
        """Every statistic: its value or why it has none, and which cuts it meets."""
        return list(self._statistics)

    @cached_property
    def _statistics(self) -> list[Row]:
        said = self.said
        against: dict[str, list[Row]] = {}
        for about in said.values():
            if _OF_STATISTIC in about:
                of = one(about, _OF_STATISTIC)
                against.setdefault(of, []).append(self._against(about))
        rows = [
            self._statistic(node, about, against.get(node.value, []))
            for node, about in said.items()
            if iri("studies", "Statistic") in about.get(A, ())
        ]
        return sorted(rows, key=self.order)

    def decisions(self) -> list[Row]:
        """What becomes of each item after each round, in their order."""
        rows = [
            {
                "item": local_id(item),
                "itemLabel": self.item_label(local_id(item)),
                "round": local_id(round_),
                "verdict": local_id(verdict),
                "verdictLabel": self.labels.get(verdict.value),
                "conclusion": node.value,
            }
            for node, about in self.said.items()
            if _VERDICT in about
            for verdict in nodes(about, _VERDICT)
            for item in nodes(about, iri("studies", "ofItem"))
            for round_ in nodes(about, iri("studies", "ofRound"))
        ]
        return sorted(rows, key=self.order)

    def candidates(self) -> list[Row]:
        """The competencies that set excellent performers apart."""
        rows = [
            {
                "item": local_id(item),
                "itemLabel": self.item_label(local_id(item)),
                "conclusion": node.value,
            }
            for node, about in self.said.items()
            if iri("studies", "CandidateCompetency") in about.get(A, ())
            for item in nodes(about, iri("studies", "ofItem"))
        ]
        return sorted(rows, key=self.order)

    def names(self) -> dict[str, Label]:
        """What statistics and rounds are called in explanations, by IRI."""
        names = {row["statistic"]: _statistic_name(row) for row in self.statistics()}
        for code in self.record.codes(ROUNDS):
            node = part_iri(self.record.id, "round", code)
            names[node.value] = {"zh": f"第 {code} 轮", "en": f"round {code}"}
        names |= self._names_in_rounds()
        about = self.record.about
        names[self.record.iri.value] = {"zh": str(about["label_zh"]), "en": str(about["label_en"])}
        return names

    def _names_in_rounds(self) -> dict[str, Label]:
        """What items are called as they stood in a round, by IRI."""
        names: dict[str, Label] = {}
        for node, about in self.said.items():
            if iri("studies", "ItemInRound") in about.get(A, ()):
                item = self.item_label(last(about, iri("studies", "ofItem")) or "") or {}
                round_ = last(about, iri("studies", "ofRound"))
                names[node.value] = {
                    "zh": f"{item.get('zh', '')} · 第 {round_} 轮",
                    "en": f"{item.get('en', '')} · round {round_}",
                }
        return names

    def tiers(self, round_: str) -> dict[str, str]:
        """By item, the tier that a round suggests for it."""
        return {
            local_id(item): local_id(tier)
            for about in self.said.values()
            for tier in nodes(about, iri("studies", "suggestedTier"))
            if round_ in [local_id(each) for each in nodes(about, iri("studies", "ofRound"))]
            for item in nodes(about, iri("studies", "ofItem"))
        }

    def values(self, kind: str, round_: str = "") -> dict[str, tuple[Decimal, NamedNode]]:
        """By item, the value of a kind of statistic and its IRI; of one round if one is named."""
        found = {}
        for node, about in self.said.items():
            if iri("statistic", kind) not in about.get(iri("studies", "statisticKind"), ()):
                continue
            rounds = [local_id(each) for each in nodes(about, iri("studies", "ofRound"))]
            items = nodes(about, iri("studies", "ofItem"))
            value = one(about, iri("studies", "value"))
            if items and value and rounds == ([round_] if round_ else []):
                found[local_id(items[0])] = Decimal(value), node
        return found

    @cached_property
    def said(self) -> dict[NamedNode, dict[NamedNode, list[Term]]]:
        """What is said of each figure and conclusion."""
        return said_of(self.conclusions)

    def _statistic(self, node: NamedNode, about: About, cuts: list[Row]) -> Row:
        kind = nodes(about, iri("studies", "statisticKind"))[0]
        items = [local_id(each) for each in nodes(about, iri("studies", "ofItem"))]
        value, count = (one(about, iri("studies", name)) for name in ("value", "count"))
        reason = one(about, iri("studies", "reasonName"))
        row: Row = {
            "statistic": node.value,
            "kind": local_id(kind),
            "kindLabel": self.labels.get(kind.value),
            "round": last(about, iri("studies", "ofRound")),
            "item": items[0] if items else None,
            "itemLabel": self.item_label(items[0]) if items else None,
            "with": last(about, iri("studies", "comparedWith")),
            "participants": sorted(map(local_id, nodes(about, iri("studies", "ofParticipant")))),
            "grade": last(about, iri("studies", "ofGrade")),
            "kpi": last(about, iri("studies", "ofKPI")),
            "factor": whole(one(about, iri("studies", "factor"))),
            "value": float(value) if value else None,
            "count": whole(count),
            "why": {"name": reason, **texts(about, "reason")} if reason else None,
            "remarks": list(pairs(about, "remark")),
            "cuts": sorted(cuts, key=lambda each: str(each["cut"])),
        }
        return row

    def _against(self, about: About) -> Row:
        cut = nodes(about, _CUT)[0]
        return {
            "cut": local_id(cut),
            "cutLabel": self.labels.get(cut.value),
            "met": one(about, _MET) == "true",
        }

    def item_label(self, code: str) -> Label | None:
        """What an item is called, None for a code of none."""
        return self._items.get(code)

    @cached_property
    def _items(self) -> dict[str, Label]:
        """What each item is called, by its code and in the order of the study."""
        return {
            str(row["code"]): {"zh": str(row["label_zh"]), "en": str(row["label_en"])}
            for row in self.record.rows(ITEMS)
        }

    @cached_property
    def _places(self) -> dict[str, int]:
        """Where each item stands in the study."""
        return {code: place for place, code in enumerate(self._items)}

    def order(self, row: Row) -> tuple[int, int, str, str]:
        """Where a row stands: by round, then by item as the study lists them, then by kind."""
        place = self._places.get(row.get("item") or "", -1)
        rounds = self.record.codes(ROUNDS) if self.record.rows(ROUNDS) else []
        at = rounds.index(row["round"]) if row.get("round") in rounds else -1
        return at, place, str(row.get("kind", "")), str(row.get("statistic", ""))


def _statistic_name(row: Row) -> Label:
    """The kind of a statistic with what it is of."""
    kind, item = row["kindLabel"] or {}, row["itemLabel"] or {}
    pieces: dict[str, list[str]] = {"zh": [], "en": []}
    for language, told in pieces.items():
        told.append(str(kind.get(language, row["kind"])))
        if item:
            told.append(item[language])
        if row["round"]:
            told.append({"zh": f"第 {row['round']} 轮", "en": f"round {row['round']}"}[language])
        told += [*filter(None, (row["grade"], row["kpi"])), *row["participants"]]
    return {language: " · ".join(told) for language, told in pieces.items()}


def last_round(record: StudyRecord) -> str:
    """The code of the last round; empty for a study without rounds."""
    codes = record.codes(ROUNDS)
    return max(codes, key=int) if codes else ""
