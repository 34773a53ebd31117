"""What the example organisation is made of: teams, posts, invented names and what each post favours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

AS_OF = date(2026, 11, 20)


@dataclass(frozen=True)
class ExampleTeam:
    """A team and how many people hold which post in it."""

    id: str
    zh: str
    en: str
    posts: tuple[tuple[str, int], ...]


LEADER, AGENT, REPRESENTATIVE = (
    "team-leader",
    "customer-service-specialist",
    "customer-service-representative",
)
TEAMS: tuple[ExampleTeam, ...] = (
    ExampleTeam("hotline-1", "热线一组", "Hotline team 1", ((LEADER, 2), (AGENT, 26))),
    ExampleTeam("hotline-2", "热线二组", "Hotline team 2", ((LEADER, 1), (AGENT, 27))),
    ExampleTeam("hotline-3", "热线三组", "Hotline team 3", ((LEADER, 2), (AGENT, 25))),
    ExampleTeam(
        "power-service-1",
        "供电服务一组",
        "Power service team 1",
        ((LEADER, 1), (REPRESENTATIVE, 20), (AGENT, 2)),
    ),
    ExampleTeam(
        "power-service-2",
        "供电服务二组",
        "Power service team 2",
        ((LEADER, 1), (REPRESENTATIVE, 20), (AGENT, 2)),
    ),
    ExampleTeam(
        "outbound", "外呼营销组", "Outbound sales team", ((LEADER, 1), ("sales-agent", 25))
    ),
    ExampleTeam(
        "back-office",
        "后台处理组",
        "Back-office team",
        ((LEADER, 1), ("back-office-specialist", 24)),
    ),
    ExampleTeam(
        "quality-and-planning",
        "质检与运营组",
        "Quality and planning team",
        ((LEADER, 1), ("quality-monitor", 9), ("trainer", 6), ("workforce-scheduler", 4)),
    ),
)

CANDIDATES: tuple[tuple[str, tuple[str, ...], int], ...] = (
    (AGENT, ("team-leader",), 9),
    (AGENT, ("team-leader", "trainer"), 3),
    (AGENT, ("quality-monitor",), 6),
    (AGENT, ("trainer",), 4),
    (AGENT, ("back-office-specialist",), 4),
    (AGENT, ("workforce-scheduler",), 2),
    (AGENT, ("sales-agent",), 2),
    (REPRESENTATIVE, ("customer-service-specialist",), 8),
    (REPRESENTATIVE, ("team-leader",), 2),
    ("sales-agent", ("team-leader",), 4),
    ("sales-agent", ("customer-service-specialist", "trainer"), 4),
    ("back-office-specialist", ("workforce-scheduler",), 3),
    ("back-office-specialist", ("quality-monitor", "customer-service-specialist"), 3),
    ("quality-monitor", ("trainer",), 3),
    ("quality-monitor", ("team-leader",), 1),
    ("trainer", ("team-leader", "quality-monitor"), 2),
)
"""Present post, posts applied for, how many people: sixty in all."""

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余"
    "叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段"
)
GIVEN_FIRST = "雨晓思嘉子文明若欣佳志俊泽梓诗雅宇浩静慧婉立建海春秋云书亦可安宁景远承启知行乐"
GIVEN_SECOND = "晴彤琪涵萱怡妍洁颖婷菲琳霞燕蓉峰磊军强伟博轩睿辰阳鹏飞杰凯松柏航源川舟"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


DIRECTIONS = _words(
    "administrative operational technical planning inventive artistic "
    "humanistic service social influencing pioneering controlling"
)
ABILITIES = _words(
    "time-management standard-setting rule-compliance attention-to-detail patience dependability "
    "hands-on-execution stress-tolerance problem-solving adaptability information-gathering "
    "continuous-improvement logical-analysis systems-thinking strategic-planning risk-foresight "
    "distinct-perspective innovation in-depth-inquiry abstract-reasoning imagination "
    "aesthetic-sense emotional-expression perfectionism people-centredness empathy value-guidance "
    "cultural-awareness service-orientation affinity conflict-resolution active-listening "
    "relationship-building teamwork interpersonal-insight networking verbal-expression persuasion "
    "inspiring negotiation initiative market-insight risk-taking resource-integration "
    "decision-making organising-and-coordinating monitoring-and-control developing-others"
)
MOTIVATIONS = _words(
    "work affection honour reward security growth power autonomy balance contribution"
)
INDICATORS = _words(
    "power-business-knowledge tariff-and-policy-knowledge service-standard-knowledge "
    "system-operation-knowledge customer-psychology-knowledge emergency-handling-knowledge "
    "listening-skill verbal-expression-skill problem-solving-skill complaint-handling-skill "
    "information-processing-skill multitasking-skill learning-skill adaptability-skill "
    "teamwork-skill service-awareness responsibility patience-trait affinity-trait "
    "stress-tolerance-trait initiative-trait integrity achievement-motivation"
)

FAVOURED: dict[str, frozenset[str]] = {
    post: frozenset(dimensions.split())
    for post, dimensions in {
        AGENT: "technical operational service administrative influencing time-management "
        "standard-setting patience dependability problem-solving adaptability "
        "information-gathering continuous-improvement service-orientation affinity "
        "conflict-resolution verbal-expression work affection honour",
        LEADER: "controlling influencing service social administrative developing-others inspiring "
        "organising-and-coordinating monitoring-and-control decision-making conflict-resolution "
        "time-management teamwork interpersonal-insight active-listening verbal-expression "
        "rule-compliance power growth honour",
        "quality-monitor": "administrative controlling technical service attention-to-detail "
        "rule-compliance standard-setting monitoring-and-control active-listening decision-making "
        "information-gathering continuous-improvement problem-solving time-management "
        "developing-others conflict-resolution work honour security",
        "trainer": "humanistic influencing controlling technical social developing-others empathy "
        "inspiring verbal-expression people-centredness interpersonal-insight teamwork "
        "continuous-improvement information-gathering adaptability value-guidance persuasion "
        "relationship-building growth contribution honour",
        "back-office-specialist": "operational administrative technical attention-to-detail "
        "rule-compliance dependability hands-on-execution time-management information-gathering "
        "patience problem-solving standard-setting stress-tolerance security work balance",
        "sales-agent": "influencing pioneering operational service persuasion verbal-expression "
        "negotiation initiative market-insight stress-tolerance active-listening dependability "
        "affinity service-orientation risk-taking patience conflict-resolution reward honour "
        "autonomy",
        "workforce-scheduler": "planning administrative controlling social logical-analysis "
        "attention-to-detail time-management organising-and-coordinating systems-thinking "
        "risk-foresight decision-making rule-compliance monitoring-and-control standard-setting "
        "teamwork relationship-building work autonomy balance",
        REPRESENTATIVE: "power-business-knowledge service-standard-knowledge listening-skill "
        "verbal-expression-skill problem-solving-skill service-awareness responsibility integrity",
    }.items()
}
"""By post, the dimensions in which its holders tend to be stronger."""

EVERYDAY_ABILITIES = _words(
    "time-management standard-setting rule-compliance attention-to-detail patience dependability "
    "stress-tolerance problem-solving adaptability information-gathering continuous-improvement "
    "service-orientation affinity conflict-resolution active-listening teamwork verbal-expression "
    "decision-making"
)
"""What every short test battery covers, whatever the post."""

AGENT_LEVELS: dict[str, tuple[str, int, int]] = {
    dimension: (part, level, weight)
    for part, level, weight, dimensions in (
        ("direction", 8, 3, "service technical operational"),
        ("direction", 6, 2, "administrative influencing"),
        ("ability", 8, 3, "time-management standard-setting patience dependability"),
        (
            "ability",
            7,
            2,
            "problem-solving adaptability information-gathering continuous-improvement",
        ),
        ("ability", 6, 1, "service-orientation affinity conflict-resolution verbal-expression"),
        ("motivation", 8, 3, "work"),
        ("motivation", 7, 2, "affection"),
        ("motivation", 6, 1, "honour"),
    )
    for dimension in dimensions.split()
}
"""What the post of a customer service specialist asked for when the edge cases were drawn up."""

MONITORED = _words(
    "verbal-expression active-listening service-orientation rule-compliance problem-solving patience"
)
MONITORED_INDICATORS = _words(
    "service-standard-knowledge listening-skill verbal-expression-skill problem-solving-skill "
    "complaint-handling-skill information-processing-skill service-awareness patience-trait"
)
SUPERVISED = _words(
    "dependability teamwork time-management adaptability initiative stress-tolerance "
    "continuous-improvement problem-solving"
)
