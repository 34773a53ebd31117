"""Studies in which a panel rates or compares: Delphi and the analytic hierarchy process."""

from __future__ import annotations

from kb_service.study_records.common_tables import (
    expert_table,
    item_table,
    number,
    reference,
    scale_columns,
    study_table,
)
from kb_service.study_records.layout import Column, StudyKind, TablePlan, Takes
from kb_service.study_records.table_names import EXPERTS, ITEMS, JUDGEMENTS, RATINGS, ROUNDS
from kb_service.vocabulary import IDENTIFIER, iri


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


DELPHI = StudyKind(
    "delphi",
    "德尔菲专家咨询",
    "Delphi panel",
    (
        study_table(*scale_columns()),
        expert_table(),
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
                number(
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
AHP = StudyKind(
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
            Column(
                "random_index",
                "随机指标表",
                "Random indices by",
                Takes.CHOICE,
                iri("studies", "randomIndexTable"),
                "一致性比率用哪张随机指标表；留空则按政策。",
                "The table of random indices for the consistency ratio; empty for that of the policy.",
                "saaty-2004",
                needed=False,
                of=iri("studies", "RandomIndexTable"),
            ),
        ),
        expert_table(),
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
                number(
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
