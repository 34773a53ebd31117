"""Studies in which experts meet and settle levels, standards of behaviour and goals of performance."""

from __future__ import annotations

from dataclasses import replace

from kb_service.study_records.common_tables import (
    expert_table,
    item_table,
    number,
    reference,
    study_table,
)
from kb_service.study_records.layout import Column, StudyKind, TablePlan, Takes
from kb_service.study_records.table_names import EXPERTS, ITEMS, LEVELS, STANDARDS, TARGETS
from kb_service.vocabulary import iri

_GRADE = iri("performance", "Grade")


def _grade(property: str, about_zh: str, about_en: str) -> Column:
    return Column(
        "grade",
        "等级",
        "Grade",
        Takes.CHOICE,
        iri("studies", property),
        about_zh,
        about_en,
        "B",
        of=_GRADE,
    )


def _behaviour(language: str, zh: str, en: str, example: str) -> Column:
    return Column(
        f"behaviour_{language}",
        zh,
        en,
        Takes.TEXT,
        iri("skos", "definition"),
        "这一等级的人会怎么做；评价人照此评分。",
        "What somebody at this grade does; raters hold people against it.",
        example,
        language=language,
    )


_IN_FAVOUR = number(
    "in_favour",
    "赞成人数",
    "In favour",
    ("与会专家中有多少人赞成。", "How many of the experts are in favour."),
    "9",
)


def _figure(name: str, zh: str, en: str, example: str) -> Column:
    about = (
        "会议商定的数值，单位与该指标一致。",
        "The figure that the meeting settled on, in the unit of the indicator.",
    )
    return number(name, zh, en, about, example)


_LEVELS = TablePlan(
    LEVELS,
    "level",
    "要求等级",
    "Required levels",
    iri("studies", "LevelVote"),
    ("expert", "item"),
    (
        reference("expert", "专家", "Expert", EXPERTS, "E01"),
        reference("item", "项目", "Item", ITEMS, "empathy"),
        _grade(
            "votesFor",
            "该专家认为任职者至少应达到的等级，E 到 A。",
            "The grade, E to A, that the expert holds a holder of the position has to reach.",
        ),
    ),
    needed=False,
)
_STANDARDS = TablePlan(
    STANDARDS,
    "standard",
    "等级标准",
    "Standards",
    iri("studies", "StandardProposal"),
    ("item", "grade"),
    (
        reference("item", "项目", "Item", ITEMS, "empathy"),
        _grade("ofGrade", "标准属于哪一级，E 到 A。", "The grade, E to A, that it describes."),
        _behaviour("zh", "行为描述", "Behaviour in Chinese", "先复述客户的诉求，再答复。"),
        _behaviour(
            "en",
            "英文行为描述",
            "Behaviour in English",
            "Says back what the customer wants before answering.",
        ),
        _IN_FAVOUR,
    ),
    needed=False,
)
_TARGETS = TablePlan(
    TARGETS,
    "target",
    "绩效目标",
    "Targets",
    iri("studies", "TargetProposal"),
    ("kpi",),
    (
        Column(
            "kpi",
            "绩效指标",
            "Indicator",
            Takes.CHOICE,
            iri("studies", "ofKPI"),
            "目标针对哪个关键绩效指标，从下拉列表选。",
            "The key performance indicator that it is about; choose it from the list.",
            "complaint-rate",
            of=iri("performance", "KPI"),
        ),
        _figure("threshold", "门槛值", "Threshold", "5"),
        _figure("target", "目标值", "Target", "1"),
        _figure("stretch", "挑战值", "Stretch", "0.5"),
        _IN_FAVOUR,
    ),
    needed=False,
)
MEETING = StudyKind(
    "meeting",
    "专家会议",
    "Expert meeting",
    (
        study_table(),
        expert_table(),
        replace(item_table(), needed=False),
        _LEVELS,
        _STANDARDS,
        _TARGETS,
    ),
)
