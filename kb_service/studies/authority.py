"""How far a panel may be relied on: the authority of its experts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from kb_service.studies.listing import listed
from kb_service.studies.results import Reason, Statistic, known, known_or, unknown


@dataclass(frozen=True)
class AuthorityTables:
    """What answers about one's own authority count for.

    `bases` gives for each basis of judgement (practice, theory, …) what each degree of its
    influence (large, medium, small) counts for. A questionnaire that asks for one basis only has
    one entry here, whose degrees are the bases to choose from.
    """

    bases: Mapping[str, Mapping[str, float]]
    familiarity: Mapping[str, float]


@dataclass(frozen=True)
class Expert:
    """What an expert says their judgement rests on, and how familiar they are with the subject."""

    name: str
    bases: Mapping[str, str] = field(default_factory=dict)
    familiarity: str | None = None


@dataclass(frozen=True)
class Authority:
    """Judgement coefficient Ca, familiarity coefficient Cs, and authority coefficient Cr."""

    judgement: Statistic
    familiarity: Statistic
    coefficient: Statistic


@dataclass(frozen=True)
class PanelAuthority:
    """The authority of each expert, and the mean of those of the panel who have one."""

    experts: Mapping[str, Authority]
    panel: Authority
    remarks: tuple[Reason, ...] = ()


def panel_authority(experts: Sequence[Expert], tables: AuthorityTables) -> PanelAuthority:
    """Ca, Cs and Cr = (Ca + Cs) / 2 of each expert and, as means, of the panel.

    Ca is the sum of what the expert's bases of judgement count for: 曾光 (1994), 现代流行病学方法与
    应用, 250–270. An expert of whom a part is unknown counts for the parts that are known, so the
    panel's Cr is the mean of its Ca and Cs only where all answered both.
    """
    found = {expert.name: _authority(expert, tables) for expert in experts}
    panel = Authority(
        _mean([each.judgement for each in found.values()]),
        _mean([each.familiarity for each in found.values()]),
        _mean([each.coefficient for each in found.values()]),
    )
    lacking = [name for name, each in found.items() if each.coefficient.why]
    return PanelAuthority(found, panel, (_without_coefficient(lacking),) if lacking else ())


def _authority(expert: Expert, tables: AuthorityTables) -> Authority:
    judgement, familiarity = _judgement(expert, tables), _familiarity(expert, tables)
    if judgement.value is None or familiarity.value is None:
        return Authority(
            judgement, familiarity, judgement if judgement.value is None else familiarity
        )
    return Authority(judgement, familiarity, known((judgement.value + familiarity.value) / 2))


def _judgement(expert: Expert, tables: AuthorityTables) -> Statistic:
    unrated = [basis for basis in tables.bases if basis not in expert.bases]
    if unrated:
        return unknown(_basis_missing(expert.name, unrated))
    for basis, degree in expert.bases.items():
        degrees = tables.bases.get(basis)
        if degrees is None:
            return unknown(_not_in_table(expert.name, basis, tables.bases))
        if degree not in degrees:
            return unknown(_not_in_table(expert.name, degree, degrees))
    worth = sum(tables.bases[basis][degree] for basis, degree in expert.bases.items())
    return known_or(worth, _WORTH_NO_NUMBER)


def _familiarity(expert: Expert, tables: AuthorityTables) -> Statistic:
    if expert.familiarity is None:
        return unknown(
            Reason(
                "familiarity-missing",
                f"{expert.name}没有填写熟悉程度；请从中选一项：{listed(tables.familiarity)[0]}。",
                f"{expert.name} gave no familiarity; choose one of {listed(tables.familiarity)[1]}.",
            )
        )
    if expert.familiarity not in tables.familiarity:
        return unknown(_not_in_table(expert.name, expert.familiarity, tables.familiarity))
    return known_or(tables.familiarity[expert.familiarity], _WORTH_NO_NUMBER)


def _mean(statistics: Sequence[Statistic]) -> Statistic:
    values = [each.value for each in statistics if each.value is not None]
    return known(fmean(values)) if values else unknown(_NO_EXPERT)


def _basis_missing(expert: str, bases: Sequence[str]) -> Reason:
    zh, en = listed(bases)
    return Reason(
        "judgement-basis-missing",
        f"{expert}没有填写这些判断依据的影响程度：{zh}。",
        f"{expert} did not say how far their judgement rests on: {en}.",
    )


def _not_in_table(expert: str, answer: str, answers: Mapping[str, object]) -> Reason:
    zh, en = listed(answers)
    return Reason(
        "answer-not-in-table",
        f"{expert}填写的“{answer}”不在赋值表中；表中有：{zh}。",
        f"{expert} answered {answer!r}, which the table does not have; it has {en}.",
    )


def _without_coefficient(experts: Sequence[str]) -> Reason:
    zh, en = listed(experts)
    return Reason(
        "experts-without-authority",
        f"没有权威系数、未计入其均值的专家：{zh}。",
        f"Experts without an authority coefficient, who are not in its mean: {en}.",
    )


_WORTH_NO_NUMBER = Reason(
    "worth-no-number",
    "赋值表中这一项的分值不是数；请改正赋值表。",
    "The table does not say by a number what this answer counts for; correct the table.",
)
_NO_EXPERT = Reason(
    "no-expert-answered",
    "没有一位专家有这个系数；请补上判断依据和熟悉程度。",
    "No expert has this coefficient; add what their judgements rest on and how familiar they are.",
)
