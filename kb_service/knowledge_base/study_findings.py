"""What a draft takes from studies: the items that a panel kept, and what they weigh."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.knowledge_base.study_document import StudyConclusions, last_round
from kb_service.study_records.table_names import ITEMS
from kb_service.vocabulary import IDENTIFIER, LABEL, A, iri

_KEEP = "keep"
_SHOWN = Decimal("0.001")


@dataclass(frozen=True)
class KeptItem:
    """An item that the last round of a panel kept, with the figures that speak for it.

    `weight` is what the comparisons of another study give it, locally and on the whole. `source` is
    the id of the work that a draft cites for it.
    """

    code: str
    dimension: str
    within: str
    tier: str
    mean: Decimal
    source: str
    words: Mapping[str, str]
    statistics: tuple[NamedNode, ...]
    local: Decimal | None = None
    weight: Decimal | None = None


@dataclass(frozen=True)
class Findings:
    """What studies found for a position: the items kept, the groups' weights, what is left out."""

    position: str
    evidence: str
    panel: StudyConclusions
    items: tuple[KeptItem, ...]
    groups: Mapping[str, Decimal]
    notes: tuple[Finding, ...]


def findings_of(panel: StudyConclusions, weighing: StudyConclusions | None) -> Findings:
    """What a panel kept, weighed by the comparisons of another study if there is one.

    Raises RefusedInput when the panel is of another kind or kept nothing, or when the studies are
    about different positions.
    """
    _check(panel, weighing)
    kept = [row["item"] for row in panel.decisions() if _is_kept(panel, row)]
    rows = {str(row["code"]): row for row in panel.record.rows(ITEMS)}
    named = [code for code in kept if "dimension" in rows[code]]
    if not named:
        raise RefusedInput([_nothing_kept(panel)])
    tiers, local, whole = panel.tiers(last_round(panel.record)), _values(weighing, "weight"), {}
    if weighing is not None:
        whole = _values(weighing, "global-weight")
    words = _Words(panel, weighing)
    items = tuple(
        words.item(
            code,
            dimension=str(rows[code]["dimension"]),
            within=str(rows[code].get("within", "")),
            tier=tiers.get(code, ""),
            local=local.get(code),
            weight=whole.get(code),
        )
        for code in named
    )
    parents = {item.within for item in items}
    fictional = [each for each in (panel, weighing) if each and each.record.about["fictional"]]
    return Findings(
        position=str(panel.record.about["position"]),
        evidence="assumed" if fictional else "stated",
        panel=panel,
        items=items,
        groups={code: weight for code, weight in local.items() if code in parents},
        notes=tuple(_left_out(panel, [code for code in kept if code not in named])),
    )


def source_triples(found: Findings) -> list[Triple]:
    """The works that a draft cites, one for each item: its study, round, panel and statistics."""
    return [triple for item in found.items for triple in _work(item, found.evidence)]


def _work(item: KeptItem, evidence: str) -> Iterator[Triple]:
    work = iri("work", item.source)
    yield Triple(work, A, iri("dcterms", "BibliographicResource"))
    yield Triple(work, A, iri("owl", "NamedIndividual"))
    yield Triple(work, A, iri("prov", "Entity"))
    yield Triple(work, IDENTIFIER, Literal(item.source))
    yield Triple(work, iri("core", "evidence"), iri("evidence", evidence))
    for language, text in item.words.items():
        yield Triple(work, LABEL, Literal(text, language=language))
        yield Triple(work, iri("skos", "definition"), Literal(text, language=language))
    for statistic in item.statistics:
        yield Triple(work, iri("prov", "wasDerivedFrom"), statistic)


class _Words:
    """Says of kept items which figures speak for them, in both languages."""

    def __init__(self, panel: StudyConclusions, weighing: StudyConclusions | None) -> None:
        self._panel, self._weighing = panel, weighing
        self._round = last_round(panel.record)
        self._means = panel.values("mean", self._round)
        self._variations = panel.values("coefficient-of-variation", self._round)
        self._weights = weighing.values("global-weight") if weighing else {}
        self._size = next(
            (
                int(row["value"])
                for row in panel.statistics()
                if row["kind"] == "panel-size" and row["round"] == self._round
            ),
            0,
        )

    def item(
        self,
        code: str,
        *,
        dimension: str,
        within: str,
        tier: str,
        local: Decimal | None,
        weight: Decimal | None,
    ) -> KeptItem:
        """A kept item with what is said of it."""
        mean, mean_node = self._means[code]
        variation, variation_node = self._variations[code]
        study = self._panel.record.id
        zh = (
            f"{self._name('zh')}，第 {self._round} 轮，{self._size} 位专家："
            f"重要性均值 {_short(mean)}，变异系数 {_short(variation)}"
        )
        en = (
            f"{self._name('en')}, round {self._round}, {self._size} experts: mean importance "
            f"{_short(mean)}, coefficient of variation {_short(variation)}"
        )
        nodes = [mean_node, variation_node]
        if code in self._weights and self._weighing is not None:
            value, node = self._weights[code]
            about = self._weighing.record.about
            zh += f"；{about['label_zh']}：总权重 {_short(value)}"
            en += f"; {about['label_en']}: global weight {_short(value)}"
            nodes.append(node)
        source = f"study.{study}.round-{self._round}.{code}"
        words = {"zh": zh, "en": en}
        return KeptItem(
            code, dimension, within, tier, mean, source, words, tuple(nodes), local, weight
        )

    def _name(self, language: str) -> str:
        about = self._panel.record.about
        name = str(about[f"label_{language}"])
        if not about["fictional"]:
            return name
        return f"{name}（虚构）" if language == "zh" else f"{name} (fictional)"


def _short(value: Decimal) -> str:
    return f"{value.quantize(_SHOWN):f}"


def _is_kept(panel: StudyConclusions, row: Mapping[str, object]) -> bool:
    return row["verdict"] == _KEEP and row["round"] == last_round(panel.record)


def _values(study: StudyConclusions | None, kind: str) -> dict[str, Decimal]:
    return {code: value for code, (value, _) in study.values(kind).items()} if study else {}


def _check(panel: StudyConclusions, weighing: StudyConclusions | None) -> None:
    if panel.record.kind.id != "delphi":
        raise RefusedInput([_wrong_kind(panel, "delphi")])
    if weighing is None:
        return
    if weighing.record.kind.id != "ahp":
        raise RefusedInput([_wrong_kind(weighing, "ahp")])
    positions = [str(each.record.about["position"]) for each in (panel, weighing)]
    if positions[0] != positions[1]:
        raise RefusedInput(
            [
                violation(
                    f"两项研究的岗位不同：{positions[0]}、{positions[1]}；请选同一岗位的研究。",
                    f"The studies are about different positions, {positions[0]} and {positions[1]}; "
                    "choose studies of one.",
                )
            ]
        )


def _wrong_kind(study: StudyConclusions, wanted: str) -> Finding:
    id, kind = study.record.id, study.record.kind
    return violation(
        f"研究 {id} 是“{kind.zh}”；这里要的是 {wanted}。",
        f"The study {id} is of the kind {kind.id}; this takes one of the kind {wanted}.",
        value=id,
    )


def _nothing_kept(panel: StudyConclusions) -> Finding:
    return violation(
        f"研究 {panel.record.id} 的最后一轮没有保留任何对应到维度的项目；请在“对应维度”一列填写维度，或再问一轮。",
        f"The last round of {panel.record.id} keeps no item that is a dimension; fill in the column "
        "Dimension, or ask for another round.",
        value=panel.record.id,
    )


def _left_out(panel: StudyConclusions, codes: list[str]) -> Iterator[Finding]:
    for code in codes:
        yield Finding(
            "warning",
            {
                "zh": f"项目 {code} 获得保留，但没有对应的维度，没有写进草稿；请先在框架里添加这一维度。",
                "en": f"The item {code} is kept and is no dimension yet, so it is not in the draft; "
                "add it to the framework first.",
            },
            value=code,
        )
