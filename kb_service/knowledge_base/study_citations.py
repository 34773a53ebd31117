"""What a draft cites: for each item, standard and target the studies, rounds, people and figures behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.knowledge_base.study_choice import ChosenStudies
from kb_service.knowledge_base.study_document import StudyConclusions, last_round
from kb_service.knowledge_base.study_said import one
from kb_service.study_records.records import Row, part_iri
from kb_service.study_records.table_names import EXPERTS, PERFORMERS, RESPONDENTS
from kb_service.vocabulary import IDENTIFIER, LABEL, A, iri

_SHOWN = Decimal("0.001")


@dataclass(frozen=True)
class Citation:
    """A work that a draft cites: its id, what it says in both languages, and its statistics."""

    id: str
    words: Mapping[str, str]
    statistics: tuple[NamedNode, ...]


@dataclass(frozen=True)
class _Piece:
    """What one study says of something, and by which statistics."""

    zh: str
    en: str
    statistics: tuple[NamedNode, ...]


class Citations:
    """Says of items and proposals which figures of which studies speak for them."""

    def __init__(self, chosen: ChosenStudies) -> None:
        self._chosen = chosen
        self._round = last_round(chosen.panel.record)

    def of_item(self, code: str) -> Citation:
        """What all studies say of an item that the panel kept."""
        pieces = [self._importance(code), *filter(None, (say(self, code) for say in _SAY))]
        id = f"study.{self._chosen.panel.record.id}.round-{self._round}.{code}"
        return _joined(id, pieces)

    def of_proposal(self, about: str, proposal: Row) -> Citation:
        """How many of a meeting were in favour of a proposal, which `about` tells from others."""
        meeting = self._chosen.meeting
        assert meeting is not None
        experts = len(meeting.record.codes(EXPERTS))
        favour = Decimal(str(proposal["in_favour"]))
        kind, *codes = ("item", "grade") if "item" in proposal else ("kpi",)
        path = [part for role in (kind, *codes) for part in (role, str(proposal[role]))]
        statistic = part_iri(meeting.record.id, "statistic", "approval", *path)
        share = one(meeting.said[statistic], iri("studies", "value"))
        said = _Piece(
            f"{_name(meeting, 'zh')}，{experts} 位专家：{favour:f} 人赞成（赞成率 {_short(Decimal(share))}）",
            f"{_name(meeting, 'en')}, {experts} experts: {favour:f} in favour "
            f"({_short(Decimal(share))})",
            (statistic,),
        )
        return _joined(f"study.{meeting.record.id}.{about}", [said])

    def _importance(self, code: str) -> _Piece:
        panel, round_ = self._chosen.panel, self._round
        mean, mean_node = panel.values("mean", round_)[code]
        variation, variation_node = panel.values("coefficient-of-variation", round_)[code]
        size = int(
            one(
                panel.said[part_iri(panel.record.id, "statistic", "panel-size", "round", round_)],
                iri("studies", "value"),
            ).split(".")[0]
        )
        return _Piece(
            f"{_name(panel, 'zh')}，第 {round_} 轮，{size} 位专家："
            f"重要性均值 {_short(mean)}，变异系数 {_short(variation)}",
            f"{_name(panel, 'en')}, round {round_}, {size} experts: mean importance "
            f"{_short(mean)}, coefficient of variation {_short(variation)}",
            (mean_node, variation_node),
        )

    def _weight(self, code: str) -> _Piece | None:
        found = _figures(self._chosen.weighing, ("global-weight",), code)
        if found is None or (study := self._chosen.weighing) is None:
            return None
        (weight,), nodes = found
        experts = len(study.record.codes(EXPERTS))
        return _Piece(
            f"{_name(study, 'zh')}，{experts} 位专家：总权重 {_short(weight)}",
            f"{_name(study, 'en')}, {experts} experts: global weight {_short(weight)}",
            nodes,
        )

    def _performers(self, code: str) -> _Piece | None:
        study = self._chosen.interviews
        kinds = ("frequency-excellent", "frequency-average", "frequency-p", "frequency-effect")
        found = _figures(study, kinds, code)
        if found is None or study is None:
            return None
        (excellent, average, p, effect), nodes = found
        people = len(study.record.codes(PERFORMERS))
        level = _figures(study, ("level-excellent",), code)
        zh = "" if level is None else f"，优秀组平均等级 {_short(level[0][0])}"
        en = "" if level is None else f", mean level of the excellent {_short(level[0][0])}"
        return _Piece(
            f"{_name(study, 'zh')}，{people} 位受访者：优秀组人均 {_short(excellent)} 次，"
            f"一般组 {_short(average)} 次，p {_short(p)}，效应量 {_short(effect)}{zh}",
            f"{_name(study, 'en')}, {people} performers: shown {_short(excellent)} times by the "
            f"excellent and {_short(average)} times by the average, p {_short(p)}, effect size "
            f"{_short(effect)}{en}",
            nodes + (level[1] if level else ()),
        )

    def _reliability(self, code: str) -> _Piece | None:
        study = self._chosen.questionnaire
        found = _figures(study, ("item-total",), code)
        if found is None or study is None:
            return None
        (total,), nodes = found
        people = len(study.record.codes(RESPONDENTS))
        alpha_node = part_iri(study.record.id, "statistic", "alpha")
        alpha = one(study.said.get(alpha_node, {}), iri("studies", "value"))
        zh = f"，α {_short(Decimal(alpha))}" if alpha else ""
        en = f", alpha {_short(Decimal(alpha))}" if alpha else ""
        return _Piece(
            f"{_name(study, 'zh')}，{people} 份答卷：题总相关 {_short(total)}{zh}",
            f"{_name(study, 'en')}, {people} respondents: item-total correlation "
            f"{_short(total)}{en}",
            nodes + ((alpha_node,) if alpha else ()),
        )

    def _level(self, code: str) -> _Piece | None:
        study = self._chosen.meeting
        found = _figures(study, ("level-median", "level-quartile-range"), code)
        if found is None or study is None:
            return None
        (median, spread), nodes = found
        votes = one(study.said[nodes[0]], iri("studies", "count"))
        return _Piece(
            f"{_name(study, 'zh')}，{votes} 位专家：要求等级中位数 {_short(median)}，"
            f"四分位距 {_short(spread)}",
            f"{_name(study, 'en')}, {votes} experts: median of required levels {_short(median)}, "
            f"quartile range {_short(spread)}",
            nodes,
        )


_SAY = (Citations._weight, Citations._performers, Citations._reliability, Citations._level)


def citation_triples(citations: Iterable[Citation], evidence: str) -> list[Triple]:
    """The works that a draft cites as facts, derived from their statistics."""
    return [triple for each in citations for triple in _work(each, evidence)]


def _work(cited: Citation, evidence: str) -> Iterator[Triple]:
    work = iri("work", cited.id)
    yield Triple(work, A, iri("dcterms", "BibliographicResource"))
    yield Triple(work, A, iri("owl", "NamedIndividual"))
    yield Triple(work, A, iri("prov", "Entity"))
    yield Triple(work, IDENTIFIER, Literal(cited.id))
    yield Triple(work, iri("core", "evidence"), iri("evidence", evidence))
    for language, text in cited.words.items():
        yield Triple(work, LABEL, Literal(text, language=language))
        yield Triple(work, iri("skos", "definition"), Literal(text, language=language))
    for statistic in cited.statistics:
        yield Triple(work, iri("prov", "wasDerivedFrom"), statistic)


def _joined(id: str, pieces: Iterable[_Piece]) -> Citation:
    every = list(pieces)
    words = {"zh": "；".join(each.zh for each in every), "en": "; ".join(each.en for each in every)}
    return Citation(id, words, tuple(node for each in every for node in each.statistics))


def _figures(
    study: StudyConclusions | None, kinds: tuple[str, ...], code: str
) -> tuple[tuple[Decimal, ...], tuple[NamedNode, ...]] | None:
    """The values of all these kinds of statistic of an item, and their IRIs; None where one lacks."""
    if study is None:
        return None
    found = [study.values(kind).get(code) for kind in kinds]
    known = [each for each in found if each is not None]
    if len(known) < len(found):
        return None
    return tuple(value for value, _ in known), tuple(node for _, node in known)


def _name(study: StudyConclusions, language: str) -> str:
    about = study.record.about
    name = str(about[f"label_{language}"])
    if not about["fictional"]:
        return name
    return f"{name}（虚构）" if language == "zh" else f"{name} (fictional)"


def _short(value: Decimal) -> str:
    return f"{value.quantize(_SHOWN):f}"
