"""The kinds of study there are, each with its tables."""

from __future__ import annotations

from collections.abc import Mapping

from kb_service.study_records.common_tables import (
    EXPERTS,
    ITEMS,
    code,
    expert_table,
    item_table,
    pseudonym,
    reference,
    scale_columns,
    study_table,
)
from kb_service.study_records.layout import Column, StudyKind, TablePlan, Takes
from kb_service.vocabulary import IDENTIFIER, iri

ROUNDS = "rounds"
RATINGS = "ratings"
JUDGEMENTS = "judgements"
PERFORMERS = "performers"
CODERS = "coders"
EVENTS = "events"
CODES = "codes"
RESPONDENTS = "respondents"
ANSWERS = "answers"
RATERS = "raters"
VOTES = "votes"


def _number(name: str, zh: str, en: str, about: tuple[str, str], example: str) -> Column:
    """A column for the number that its table is about."""
    return Column(name, zh, en, Takes.NUMBER, iri("studies", _NUMBERS[name]), *about, example)


_NUMBERS = {
    "rating": "rating",
    "ratio": "ratio",
    "answer": "rating",
    "weight": "weight",
}


def _of_rounds(name: str, zh: str, en: str, property: str) -> Column:
    return Column(
        name,
        zh,
        en,
        Takes.REFERENCE,
        iri("studies", property),
        "轮次；每一轮都问到的留空。",
        "A round; empty for an item that every round asked about.",
        "1",
        needed=False,
        table=ROUNDS,
    )


_DELPHI = StudyKind(
    "delphi",
    "德尔菲专家咨询",
    "Delphi panel",
    (
        study_table(*scale_columns()),
        expert_table(needed=False),
        TablePlan(
            ROUNDS,
            "round",
            "轮次",
            "Rounds",
            iri("studies", "Round"),
            ("code",),
            (
                Column(
                    "code",
                    "轮次",
                    "Round",
                    Takes.ORDINAL,
                    IDENTIFIER,
                    "从 1 起的整数，按先后次序。",
                    "A whole number from 1, in their order.",
                    "1",
                ),
            ),
        ),
        item_table(
            _of_rounds("first_round", "首次提问", "First round", "firstRound"),
            _of_rounds("last_round", "末次提问", "Last round", "lastRound"),
        ),
        TablePlan(
            RATINGS,
            "rating",
            "评分",
            "Ratings",
            iri("studies", "ImportanceRating"),
            ("round", "expert", "item"),
            (
                reference("round", "轮次", "Round", ROUNDS, "1"),
                reference("expert", "专家", "Expert", EXPERTS, "E01"),
                reference("item", "项目", "Item", ITEMS, "emotional-control"),
                _number(
                    "rating",
                    "重要性评分",
                    "Importance",
                    (
                        "专家认为它对岗位有多重要；没有评分就不写这一行。",
                        "How important the expert holds it; leave the row out where there is none.",
                    ),
                    "5",
                ),
                Column(
                    "comment",
                    "意见",
                    "Comment",
                    Takes.TEXT,
                    iri("rdfs", "comment"),
                    "专家的修改意见；请勿写入姓名。",
                    "What the expert would change; without names, please.",
                    needed=False,
                ),
            ),
        ),
    ),
)
_AHP = StudyKind(
    "ahp",
    "层次分析法",
    "Analytic hierarchy process",
    (
        study_table(
            Column(
                "priority_method",
                "求权重的方法",
                "Priorities by",
                Takes.CHOICE,
                iri("studies", "priorityMethod"),
                "特征向量法或几何平均法。",
                "The eigenvector or the geometric mean.",
                "eigenvector",
                of=iri("studies", "PriorityMethod"),
            ),
        ),
        expert_table(needed=False),
        item_table(),
        TablePlan(
            JUDGEMENTS,
            "judgement",
            "两两比较",
            "Judgements",
            iri("studies", "PairwiseJudgement"),
            ("expert", "first", "second"),
            (
                reference("expert", "专家", "Expert", EXPERTS, "E01"),
                reference("first", "前一项目", "First item", ITEMS, "knowledge"),
                reference("second", "后一项目", "Second item", ITEMS, "skill"),
                _number(
                    "ratio",
                    "重要性之比",
                    "Ratio",
                    (
                        "前一项目的重要性是后一项目的几倍：1 到 9，反之写小数，例如 0.5；"
                        "只比较同一上级项目之下的。",
                        "How many times as important the first is as the second, 1 to 9, or a "
                        "fraction such as 0.5; only items within the same one are compared.",
                    ),
                    "3",
                ),
            ),
        ),
    ),
)
_BEI = StudyKind(
    "bei",
    "行为事件访谈",
    "Behavioural event interviews",
    (
        study_table(),
        item_table(),
        TablePlan(
            CODERS,
            "coder",
            "编码者",
            "Coders",
            iri("studies", "Coder"),
            ("code",),
            (pseudonym("编码者代号", "Coder code", "C1"),),
        ),
        TablePlan(
            PERFORMERS,
            "performer",
            "受访者",
            "Performers",
            iri("studies", "Performer"),
            ("code",),
            (
                pseudonym("受访者代号", "Performer code", "P01"),
                Column(
                    "group",
                    "绩效组",
                    "Group",
                    Takes.CHOICE,
                    iri("studies", "inGroup"),
                    "优秀组或一般组。",
                    "Excellent or average performers.",
                    "excellent",
                    of=iri("studies", "PerformerGroup"),
                ),
                Column(
                    "length",
                    "访谈字数",
                    "Length",
                    Takes.NUMBER,
                    iri("studies", "transcriptLength"),
                    "访谈文本的字数；两组长短不同，次数就不好比。",
                    "Words of the transcript; where lengths differ, frequencies differ for that alone.",
                    "8200",
                    needed=False,
                ),
            ),
        ),
        TablePlan(
            EVENTS,
            "event",
            "事件",
            "Events",
            iri("studies", "CriticalEvent"),
            ("code",),
            (
                code("事件代号", "Event code", "P01-1"),
                reference("performer", "受访者", "Performer", PERFORMERS, "P01"),
                Column(
                    "outcome",
                    "成败",
                    "Outcome",
                    Takes.CHOICE,
                    iri("studies", "outcome"),
                    "成功或失败的事件。",
                    "Whether the event was a success or a failure.",
                    "success",
                    of=iri("studies", "EventOutcome"),
                ),
            ),
        ),
        TablePlan(
            CODES,
            "coding",
            "编码",
            "Codes",
            iri("studies", "CodedBehaviour"),
            ("coder", "event", "item"),
            (
                reference("coder", "编码者", "Coder", CODERS, "C1"),
                reference("event", "事件", "Event", EVENTS, "P01-1"),
                reference("item", "胜任特征", "Competency", ITEMS, "empathy"),
                Column(
                    "level",
                    "等级",
                    "Level",
                    Takes.NUMBER,
                    iri("studies", "rating"),
                    "行为表现到哪一级；没有分级就留空。",
                    "The level of the behaviour; empty where none is told.",
                    "3",
                    needed=False,
                ),
            ),
        ),
    ),
)
_QUESTIONNAIRE = StudyKind(
    "questionnaire",
    "问卷调查",
    "Questionnaire",
    (
        study_table(*scale_columns()),
        item_table(),
        TablePlan(
            RESPONDENTS,
            "respondent",
            "答卷人",
            "Respondents",
            iri("studies", "Respondent"),
            ("code",),
            (pseudonym("答卷代号", "Respondent code", "R001"),),
        ),
        TablePlan(
            ANSWERS,
            "answer",
            "答案",
            "Answers",
            iri("studies", "QuestionnaireAnswer"),
            ("respondent", "item"),
            (
                reference("respondent", "答卷", "Respondent", RESPONDENTS, "R001"),
                reference("item", "题目", "Item", ITEMS, "emotional-control"),
                _number(
                    "answer",
                    "答案",
                    "Answer",
                    (
                        "量表上的一个数；漏答就不写这一行。",
                        "A point of the scale; no row where unanswered.",
                    ),
                    "4",
                ),
            ),
        ),
    ),
)
_FUZZY = StudyKind(
    "fuzzy",
    "模糊综合评价",
    "Fuzzy comprehensive evaluation",
    (
        study_table(
            Column(
                "operator",
                "合成算子",
                "Operator",
                Takes.CHOICE,
                iri("studies", "fuzzyOperator"),
                "加权平均或取大取小。",
                "The weighted mean, or the maximum of minima.",
                "weighted-mean",
                of=iri("studies", "FuzzyOperator"),
            ),
            Column(
                "normalised",
                "归一化",
                "Normalised",
                Takes.YES_NO,
                iri("studies", "isNormalised"),
                "是否把合成的结果归一为 1。",
                "Whether what comes out is brought to a sum of 1.",
                "是 / yes",
            ),
        ),
        item_table(
            _number(
                "weight",
                "权重",
                "Weight",
                (
                    "在同一上级项目之下的权重，合计为 1。",
                    "Among the items of the same one; they sum to 1.",
                ),
                "0.25",
            ),
        ),
        TablePlan(
            RATERS,
            "rater",
            "评价人",
            "Raters",
            iri("studies", "Rater"),
            ("code",),
            (pseudonym("评价人代号", "Rater code", "R01"),),
        ),
        TablePlan(
            VOTES,
            "vote",
            "评语",
            "Votes",
            iri("studies", "GradeVote"),
            ("rater", "item"),
            (
                reference("rater", "评价人", "Rater", RATERS, "R01"),
                reference("item", "项目", "Item", ITEMS, "empathy"),
                Column(
                    "grade",
                    "等级",
                    "Grade",
                    Takes.CHOICE,
                    iri("studies", "votesFor"),
                    "E 到 A 五级。",
                    "One of the grades E to A.",
                    "B",
                    of=iri("performance", "Grade"),
                ),
            ),
        ),
    ),
)

KINDS: Mapping[str, StudyKind] = {
    kind.id: kind for kind in (_DELPHI, _AHP, _BEI, _QUESTIONNAIRE, _FUZZY)
}
"""The kinds by id."""
