"""Draws the studies of the example: a fictional panel, interviews and answers, the same every time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kb_service.people_records import Choice
from kb_service.study_records.kinds import KINDS
from kb_service.study_records.records import Row, StudyRecord, Value
from tools.example_people import Chance

POSITION = "customer-service-representative"
EXPERTS, JUDGES, PERFORMERS, RESPONDENTS, RATERS = 18, 9, 12, 150, 12
_ROUNDS = ("1", "2")
_SCALE = (Decimal(1), Decimal(5))
_CONTESTED = "polite-phrases"
"""Asked about once more after the first round, and dropped after the second."""
_CANDIDATES: Mapping[str, tuple[str, str, str]] = {
    "typing-speed": ("skill", "打字速度", "Typing speed"),
    _CONTESTED: ("skill", "礼貌用语数量", "Number of polite phrases"),
    "dialect": ("knowledge", "方言", "Dialects"),
    "appearance": ("trait", "仪容仪表", "Appearance"),
    "seniority": ("knowledge", "从业年限", "Years in the job"),
}
"""What interviews suggested and the panel does not keep: the group, and the names."""
_SAATY = tuple(Decimal(n) for n in range(9, 0, -1)) + tuple(
    (Decimal(1) / n).quantize(Decimal("0.0001")) for n in range(2, 10)
)


@dataclass(frozen=True)
class Indicator:
    """A second-level indicator with the group that it is in."""

    dimension: Choice
    group: str


def example_studies(indicators: Sequence[Indicator], groups: Sequence[Choice]) -> list[StudyRecord]:
    """The studies but for the meeting that lead to the model of the customer service representative."""
    return [
        _interviews(indicators, groups),
        _panel(indicators, groups),
        _comparisons(indicators, groups),
        _questionnaire(indicators, groups),
        _appraisal(indicators, groups),
    ]


def about_study(id: str, zh: str, en: str, held: date, **further: Value) -> Row:
    """What is said of a fictional study as a whole."""
    return {
        "code": id,
        "label_zh": zh,
        "label_en": en,
        "position": POSITION,
        "conducted_on": held,
        "fictional": True,
        **further,
    }


def headings(groups: Sequence[Choice]) -> list[Row]:
    """The first-level indicators as items."""
    return [{"code": each.id, "label_zh": each.zh, "label_en": each.en} for each in groups]


def indicator_items(indicators: Sequence[Indicator], *, grouped: bool = True) -> list[Row]:
    """The second-level indicators as items, within their groups unless these are not wanted."""
    rows: list[Row] = []
    for each in indicators:
        row: dict[str, Value] = {
            "code": each.dimension.id,
            "label_zh": each.dimension.zh,
            "label_en": each.dimension.en,
            "dimension": each.dimension.id,
        }
        rows.append(row | ({"within": each.group} if grouped else {}))
    return rows


def _candidates(*, grouped: bool = True) -> list[Row]:
    rows: list[Row] = []
    for code, (group, zh, en) in _CANDIDATES.items():
        row: dict[str, Value] = {"code": code, "label_zh": zh, "label_en": en}
        rows.append(row | ({"within": group} if grouped else {}))
    return rows


def codes_of(letter: str, count: int, width: int = 2) -> list[str]:
    """So many codes of people, numbered from 1."""
    return [f"{letter}{number:0{width}}" for number in range(1, count + 1)]


# A Delphi panel of two rounds: the second rates what the first kept or wants revised


def _panel(indicators: Sequence[Indicator], groups: Sequence[Choice]) -> StudyRecord:
    chance = Chance("studies", "panel")
    experts = codes_of("E", EXPERTS)
    candidates = [
        row if row["code"] == _CONTESTED else {**row, "last_round": "1"} for row in _candidates()
    ]
    items = [*indicator_items(indicators), *candidates]
    ratings: list[Row] = [
        {"round": number, "expert": expert, "item": row["code"], "rating": rating}
        for number in _ROUNDS
        for expert in experts
        for place, row in enumerate(items)
        if not (number == "2" and row.get("last_round") == "1")
        for rating in [_importance(chance, row, place, number)]
    ]
    return StudyRecord(
        KINDS["delphi"],
        {
            "study": [
                about_study(
                    "csr-delphi",
                    "客服代表胜任力专家咨询",
                    "Panel on the competencies of customer service representatives",
                    date(2026, 4, 17),
                    lowest=_SCALE[0],
                    highest=_SCALE[1],
                )
            ],
            "experts": [expert_row(chance, code) for code in experts],
            "rounds": [{"code": number} for number in _ROUNDS],
            "items": [*headings(groups), *items],
            "ratings": ratings,
        },
    )


def _importance(chance: Chance, row: Row, place: int, number: str) -> Decimal:
    """Indicators are held important, more alike in the second round; candidates divide the panel."""
    if "dimension" in row:
        middle = 4.8 - 0.03 * (place * 7 % 23)
        return _rating(chance, middle, 0.6 if number == "1" else 0.45)
    if row["code"] == _CONTESTED and number == "1":
        return Decimal(chance.pick("5544432"))
    return Decimal(chance.pick("1222335"))


def _rating(chance: Chance, middle: float, spread: float) -> Decimal:
    """A whole rating from 1 to 5 around the middle."""
    return Decimal(min(5, max(1, round(middle + chance.bell(spread)))))


def expert_row(chance: Chance, code: str) -> Row:
    """An expert, with what their judgement rests on."""
    return {
        "code": code,
        "practice": chance.pick(["large", "large", "medium"]),
        "theory": chance.pick(["large", "medium", "medium"]),
        "peers": chance.pick(["medium", "small"]),
        "intuition": chance.pick(["medium", "small"]),
        "familiarity": chance.pick(["very-familiar", "very-familiar", "familiar"]),
    }


# Pairwise comparisons: every expert sees the same weights, each with slips of their own


def _comparisons(indicators: Sequence[Indicator], groups: Sequence[Choice]) -> StudyRecord:
    chance = Chance("studies", "comparisons")
    levels = [[each.id for each in groups]]
    levels += [[i.dimension.id for i in indicators if i.group == each.id] for each in groups]
    weights = {code: 1 + chance.below(300) / 150 for level in levels for code in level}
    experts = codes_of("E", JUDGES)
    judgements: list[Row] = [
        {
            "expert": expert,
            "first": first,
            "second": second,
            "ratio": _nearest(weights[first] / weights[second] * 2 ** chance.bell(slip)),
        }
        for number, expert in enumerate(experts)
        for slip in [1.3 if number == 0 else 0.25]
        for level in levels
        for first, second in _pairs(level)
    ]
    return StudyRecord(
        KINDS["ahp"],
        {
            "study": [
                about_study(
                    "csr-ahp",
                    "客服代表指标两两比较",
                    "Comparison of the indicators of customer service representatives",
                    date(2026, 5, 8),
                    priority_method="eigenvector",
                )
            ],
            "experts": [expert_row(chance, code) for code in experts],
            "items": [*headings(groups), *indicator_items(indicators)],
            "judgements": judgements,
        },
    )


def _pairs(level: Sequence[str]) -> Iterator[tuple[str, str]]:
    for place, first in enumerate(level):
        for second in level[place + 1 :]:
            yield first, second


def _nearest(ratio: float) -> Decimal:
    """The point of the scale from 9 to 1/9 that is nearest by proportion."""
    return min(_SAATY, key=lambda point: max(ratio / float(point), float(point) / ratio))


# Event interviews: excellent performers show the indicators more often, candidates nobody does


def _interviews(indicators: Sequence[Indicator], groups: Sequence[Choice]) -> StudyRecord:
    del groups
    chance = Chance("studies", "interviews")
    competencies = [*indicator_items(indicators, grouped=False), *_candidates(grouped=False)]
    performers: list[Row] = []
    events: list[Row] = []
    codes: list[Row] = []
    for number, code in enumerate(codes_of("P", 2 * PERFORMERS)):
        group = "excellent" if number < PERFORMERS else "average"
        length = Decimal(round(8000 + chance.bell(600)))
        performers.append({"code": code, "group": group, "length": length})
        for place, outcome in enumerate(("success", "success", "failure"), start=1):
            event = f"{code}-{place}"
            events.append({"code": event, "performer": code, "outcome": outcome})
            codes += _coded(chance, event, group, competencies)
    return StudyRecord(
        KINDS["bei"],
        {
            "study": [
                about_study(
                    "csr-bei",
                    "客服代表行为事件访谈",
                    "Event interviews with customer service representatives",
                    date(2026, 3, 6),
                )
            ],
            "items": competencies,
            "coders": [{"code": "C1"}, {"code": "C2"}],
            "performers": performers,
            "events": events,
            "codes": codes,
        },
    )


def _coded(chance: Chance, event: str, group: str, competencies: Sequence[Row]) -> Iterator[Row]:
    """What two coders see in an event; they agree on nine in ten."""
    for row in competencies:
        likely = 0.25
        if "dimension" in row:
            likely = 0.85 if group == "excellent" else 0.3
        if not chance.happens(likely):
            continue
        level = _rating(chance, 4 if group == "excellent" else 3, 0.5)
        missed = chance.pick(["C1", "C2"]) if chance.happens(0.1) else ""
        for coder in ("C1", "C2"):
            if coder != missed:
                yield {"coder": coder, "event": event, "item": row["code"], "level": level}


# A questionnaire: one disposition behind each group, and one behind all


def _questionnaire(indicators: Sequence[Indicator], groups: Sequence[Choice]) -> StudyRecord:
    chance = Chance("studies", "questionnaire")
    respondents = codes_of("R", RESPONDENTS, 3)
    answers: list[Row] = []
    for code in respondents:
        whole = chance.bell(0.35)
        own = {each.id: whole + chance.bell(0.6) for each in groups}
        answers += [
            {
                "respondent": code,
                "item": each.dimension.id,
                "answer": _rating(chance, 3.6 + own[each.group], 0.6),
            }
            for each in indicators
        ]
    return StudyRecord(
        KINDS["questionnaire"],
        {
            "study": [
                about_study(
                    "csr-questionnaire",
                    "客服代表指标问卷",
                    "Questionnaire on the indicators of customer service representatives",
                    date(2026, 6, 12),
                    lowest=_SCALE[0],
                    highest=_SCALE[1],
                )
            ],
            "items": [*headings(groups), *indicator_items(indicators)],
            "respondents": [{"code": code} for code in respondents],
            "answers": answers,
        },
    )


# A fuzzy appraisal of one fictional representative by the indicators that were found


def _appraisal(indicators: Sequence[Indicator], groups: Sequence[Choice]) -> StudyRecord:
    chance = Chance("studies", "appraisal")
    raters = codes_of("R", RATERS)
    sizes = {g.id: sum(i.group == g.id for i in indicators) for g in groups}
    first_level = [
        {**row, "weight": weight}
        for row, weight in zip(headings(groups), _equal_parts(len(groups)), strict=True)
    ]
    shares = {group: iter(_equal_parts(size)) for group, size in sizes.items()}
    items = [
        {**row, "weight": next(shares[str(row["within"])])} for row in indicator_items(indicators)
    ]
    votes: list[Row] = [
        {"rater": rater, "item": row["code"], "grade": chance.pick("ABBBCCD")}
        for rater in raters
        for row in items
    ]
    return StudyRecord(
        KINDS["fuzzy"],
        {
            "study": [
                about_study(
                    "csr-fuzzy",
                    "客服代表综合评价示例",
                    "Appraisal of a customer service representative",
                    date(2026, 9, 30),
                    operator="weighted-mean",
                    normalised=True,
                )
            ],
            "items": [*first_level, *items],
            "raters": [{"code": code} for code in raters],
            "votes": votes,
        },
    )


def _equal_parts(count: int) -> list[Decimal]:
    """So many weights with the sum 1, as equal as three decimals allow."""
    part = (Decimal(1) / count).quantize(Decimal("0.001"))
    return [part] * (count - 1) + [1 - part * (count - 1)]
