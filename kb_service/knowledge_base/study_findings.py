"""What a draft takes from studies: items kept, their weight, level and standards, and targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.knowledge_base.study_advice import advice
from kb_service.knowledge_base.study_choice import ChosenStudies
from kb_service.knowledge_base.study_citations import Citation, Citations
from kb_service.knowledge_base.study_document import StudyConclusions, last_round
from kb_service.knowledge_base.study_suggestions import levels, questionnaire, standards, targets
from kb_service.study_records.records import Row
from kb_service.study_records.table_names import ITEMS, STANDARDS, TARGETS

_KEEP = "keep"


@dataclass(frozen=True)
class AgreedStandard:
    """The behaviour that a meeting adopted for a grade of an item."""

    grade: str
    behaviour: Mapping[str, str]
    citation: Citation


@dataclass(frozen=True)
class AgreedTarget:
    """The figures that a meeting adopted for a key performance indicator."""

    kpi: str
    threshold: Decimal
    target: Decimal
    stretch: Decimal
    citation: Citation


@dataclass(frozen=True)
class KeptItem:
    """An item that the last round of a panel kept, with what other studies say of it.

    `local` and `weight` are what comparisons give it among its neighbours and on the whole, `level`
    is the required level that a meeting or interviews suggest.
    """

    code: str
    dimension: str
    within: str
    tier: str
    mean: Decimal
    citation: Citation
    local: Decimal | None = None
    weight: Decimal | None = None
    level: Decimal | None = None
    standards: tuple[AgreedStandard, ...] = ()


@dataclass(frozen=True)
class Findings:
    """What studies found for a position: items, the groups' weights, targets, and what to bear in mind."""

    chosen: ChosenStudies
    items: tuple[KeptItem, ...]
    groups: Mapping[str, Decimal]
    targets: tuple[AgreedTarget, ...]
    notes: tuple[Finding, ...]

    @property
    def position(self) -> str:
        """The id of the position."""
        return self.chosen.position

    @property
    def evidence(self) -> str:
        """What everything in a draft by these studies rests on."""
        return self.chosen.evidence

    @property
    def panel(self) -> StudyConclusions:
        """The panel that kept the items."""
        return self.chosen.panel

    def citations_of_model(self) -> Iterator[Citation]:
        """Everything that the draft of a model cites."""
        for item in self.items:
            yield item.citation
            yield from (each.citation for each in item.standards)

    def citations_of_plan(self) -> Iterator[Citation]:
        """Everything that the draft of a plan cites."""
        yield from (item.citation for item in self.items)
        yield from (each.citation for each in self.targets)


def findings_of(chosen: ChosenStudies) -> Findings:
    """What a panel kept, with what the other studies say of it.

    Raises RefusedInput when the panel kept nothing that is a dimension.
    """
    panel = chosen.panel
    last = last_round(panel.record)
    rows = {str(row["code"]): row for row in panel.record.rows(ITEMS)}
    kept = [
        str(row["item"])
        for row in panel.decisions()
        if row["verdict"] == _KEEP and row["round"] == last
    ]
    doubted = _doubted(chosen.questionnaire)
    taken = [code for code in kept if "dimension" in rows[code] and code not in doubted]
    if not taken:
        raise RefusedInput([_nothing_kept(panel)])
    drawn = _Drawn(chosen)
    items = tuple(drawn.item(code, rows[code]) for code in taken)
    parents = {item.within for item in items}
    return Findings(
        chosen,
        items,
        {code: weight for code, weight in drawn.local.items() if code in parents},
        tuple(_targets(chosen.meeting, drawn.citations)),
        tuple(advice(chosen, kept, taken)),
    )


class _Drawn:
    """What the chosen studies say, item by item."""

    def __init__(self, chosen: ChosenStudies) -> None:
        self.citations = Citations(chosen)
        self._chosen = chosen
        last = last_round(chosen.panel.record)
        self._tiers = chosen.panel.tiers(last)
        self._means = _numbers(chosen.panel, "mean", last)
        self.local = _numbers(chosen.weighing, "weight")
        self._whole = _numbers(chosen.weighing, "global-weight")
        # What experts settled on comes before what interviews suggest.
        self._levels = {**_levels(chosen.interviews), **_levels(chosen.meeting)}

    def item(self, code: str, row: Row) -> KeptItem:
        """A kept item with everything that is said of it."""
        return KeptItem(
            code,
            dimension=str(row["dimension"]),
            within=str(row.get("within", "")),
            tier=self._tiers.get(code, ""),
            mean=self._means[code],
            citation=self.citations.of_item(code),
            local=self.local.get(code),
            weight=self._whole.get(code),
            level=self._levels.get(code),
            standards=tuple(_standards(self._chosen.meeting, code, self.citations)),
        )


def _numbers(study: StudyConclusions | None, kind: str, round_: str = "") -> dict[str, Decimal]:
    if study is None:
        return {}
    return {code: value for code, (value, _) in study.values(kind, round_).items()}


def _levels(study: StudyConclusions | None) -> dict[str, Decimal]:
    return {row["item"]: Decimal(str(row["level"])) for row in levels(study)} if study else {}


def _doubted(study: StudyConclusions | None) -> set[str]:
    return {row["item"] for row in questionnaire(study) if not row["confirmed"]} if study else set()


def _standards(
    meeting: StudyConclusions | None, code: str, citations: Citations
) -> Iterator[AgreedStandard]:
    if meeting is None:
        return
    proposed = {(str(r["item"]), str(r["grade"])): r for r in meeting.record.rows(STANDARDS)}
    for row in standards(meeting):
        if row["item"] == code:
            proposal = proposed[code, row["grade"]]
            behaviour = {each: str(proposal[f"behaviour_{each}"]) for each in ("zh", "en")}
            yield AgreedStandard(
                row["grade"], behaviour, citations.of_proposal(f"{code}.{row['grade']}", proposal)
            )


def _targets(meeting: StudyConclusions | None, citations: Citations) -> Iterator[AgreedTarget]:
    if meeting is None:
        return
    proposed = {str(row["kpi"]): row for row in meeting.record.rows(TARGETS)}
    for each in targets(meeting):
        row = proposed[each["kpi"]]
        threshold, target, stretch = (
            Decimal(str(row[name])) for name in ("threshold", "target", "stretch")
        )
        citation = citations.of_proposal(each["kpi"], row)
        yield AgreedTarget(each["kpi"], threshold, target, stretch, citation)


def _nothing_kept(panel: StudyConclusions) -> Finding:
    return violation(
        f"研究 {panel.record.id} 的最后一轮没有保留任何可写进草稿的项目；请在“对应维度”一列填写维度，或再问一轮。",
        f"The last round of {panel.record.id} keeps no item that can go into a draft; fill in the "
        "column Dimension, or ask for another round.",
        value=panel.record.id,
    )
