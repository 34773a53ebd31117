"""The tables that several kinds of study have: the study itself, its experts, its items."""

from __future__ import annotations

from kb_service.study_records.layout import Column, TablePlan, Takes
from kb_service.study_records.table_names import EXPERTS, ITEMS, STUDY
from kb_service.vocabulary import IDENTIFIER, LABEL, iri

_CODE_HELP = (
    "字母、数字、点、下划线或连字符，不含空格；同一张表里不重复。",
    "Letters, digits, dots, underscores or hyphens, without spaces; each once in this sheet.",
)
_PSEUDONYM_HELP = (
    "代号，最多三个字母加数字，例如 E01；请勿填写姓名或工号。",
    "A code of at most three letters and then digits, such as E01; no name and no staff number.",
)


def code(zh: str, en: str, example: str) -> Column:
    """The column of a thing's own code."""
    return Column("code", zh, en, Takes.CODE, IDENTIFIER, *_CODE_HELP, example)


def pseudonym(zh: str, en: str, example: str) -> Column:
    """The column of the code by which a person is known in the study."""
    return Column("code", zh, en, Takes.PSEUDONYM, IDENTIFIER, *_PSEUDONYM_HELP, example)


def reference(name: str, zh: str, en: str, table: str, example: str) -> Column:
    """A column that names a row of another table; its property is called like the column."""
    return Column(
        name,
        zh,
        en,
        Takes.REFERENCE,
        iri("studies", _PROPERTIES[name]),
        f"“{zh}”表里的代号，例如 {example}。" if name in _SAME_NAME else f"代号，例如 {example}。",
        f"A code of the sheet about {table}, such as {example}.",
        example,
        table=table,
    )


_PROPERTIES = {
    "expert": "byExpert",
    "round": "inRound",
    "item": "ofItem",
    "first": "firstItem",
    "second": "secondItem",
    "performer": "ofPerformer",
    "coder": "byCoder",
    "event": "ofEvent",
    "respondent": "byRespondent",
    "rater": "byRater",
}
_SAME_NAME = frozenset({"expert", "round", "item", "coder", "event"})


def number(name: str, zh: str, en: str, about: tuple[str, str], example: str) -> Column:
    """A column for the number that its table is about."""
    return Column(name, zh, en, Takes.NUMBER, iri("studies", _NUMBERS[name]), *about, example)


_NUMBERS = {
    "rating": "rating",
    "ratio": "ratio",
    "answer": "rating",
    "weight": "weight",
    "membership": "membership",
    "in_favour": "inFavour",
    "threshold": "proposedThreshold",
    "target": "proposedTarget",
    "stretch": "proposedStretch",
}


def label(language: str, needed: bool = True) -> Column:
    """The column of what something is called in a language."""
    zh, en = {"zh": ("中文名称", "Name in Chinese"), "en": ("英文名称", "Name in English")}[
        language
    ]
    return Column(
        f"label_{language}",
        zh,
        en,
        Takes.TEXT,
        LABEL,
        "页面和说明里这样称呼它。",
        "What pages and explanations call it.",
        {"zh": "情绪管理", "en": "Emotional control"}[language],
        needed=needed,
        language=language,
    )


def study_table(*further: Column) -> TablePlan:
    """The table about the study, of one row; `further` are the columns that only this kind has."""
    return TablePlan(
        STUDY,
        "",
        "研究",
        "Study",
        iri("studies", "Study"),
        ("code",),
        (
            code("研究编号", "Study id", "csr-delphi-1"),
            label("zh"),
            label("en"),
            Column(
                "position",
                "岗位",
                "Position",
                Takes.POSITION,
                iri("studies", "forPosition"),
                "为哪个岗位建模，从下拉列表选。",
                "The position that is being modelled; choose it from the list.",
                "customer-service-representative",
            ),
            Column(
                "conducted_on",
                "完成日期",
                "Completed on",
                Takes.DAY,
                iri("studies", "conductedOn"),
                "最后一次收集数据的日期。",
                "The day on which the last answer came in.",
                "2026-05-04",
            ),
            Column(
                "fictional",
                "是否虚构",
                "Fictional",
                Takes.YES_NO,
                iri("studies", "isFictional"),
                "示例和演练填“是”；凡引用处都会注明。",
                "Yes for examples and exercises; whatever cites the study says so.",
                "否 / no",
            ),
            *further,
        ),
    )


def scale_columns() -> tuple[Column, Column]:
    """The lowest and the highest rating that may be given."""
    return (
        Column(
            "lowest",
            "最低分",
            "Lowest rating",
            Takes.NUMBER,
            iri("studies", "lowestRating"),
            "量表的最低分；变异系数以均值为分母，最好从 1 开始。",
            "The low end of the scale; the coefficient of variation divides by the mean, so 1 is best.",
            "1",
        ),
        Column(
            "highest",
            "满分",
            "Highest rating",
            Takes.NUMBER,
            iri("studies", "highestRating"),
            "量表的最高分，满分频率按它计算。",
            "The high end of the scale, which the full-score frequency counts.",
            "5",
        ),
    )


def item_table(*further: Column) -> TablePlan:
    """The items of a study: what is rated, compared, asked or coded."""
    return TablePlan(
        ITEMS,
        "item",
        "项目",
        "Items",
        iri("studies", "Item"),
        ("code",),
        (
            code("项目代号", "Item code", "emotional-control"),
            label("zh"),
            label("en"),
            Column(
                "dimension",
                "对应维度",
                "Dimension",
                Takes.DIMENSION,
                iri("studies", "measures"),
                "框架里已有的指标或能力；还没有的候选项目留空。",
                "The indicator or ability of a framework that it is; empty for a candidate that none has.",
                "emotional-control",
                needed=False,
            ),
            Column(
                "within",
                "上级项目",
                "Within",
                Takes.REFERENCE,
                iri("studies", "within"),
                "属于哪个一级项目；一级项目留空。",
                "The first-level item it belongs to; empty for one of the first level.",
                "trait",
                needed=False,
                table=ITEMS,
            ),
            *further,
        ),
    )


def expert_table() -> TablePlan:
    """The panel: each expert's code, what their judgement rests on, and how familiar they are."""
    bases = (
        ("practice", "实践经验", "Practice", "practiceInfluence"),
        ("theory", "理论分析", "Theory", "theoryInfluence"),
        ("peers", "同行了解", "Peers", "peersInfluence"),
        ("intuition", "直觉", "Intuition", "intuitionInfluence"),
    )
    return TablePlan(
        EXPERTS,
        "expert",
        "专家",
        "Experts",
        iri("studies", "Expert"),
        ("code",),
        (
            pseudonym("专家代号", "Expert code", "E01"),
            *(
                Column(
                    name,
                    zh,
                    en,
                    Takes.CHOICE,
                    iri("studies", property),
                    "这项判断依据对其评分的影响程度：大、中、小。",
                    "How far this basis of judgement influenced their ratings: large, medium, small.",
                    "large",
                    needed=False,
                    of=iri("studies", "Influence"),
                )
                for name, zh, en, property in bases
            ),
            Column(
                "familiarity",
                "熟悉程度",
                "Familiarity",
                Takes.CHOICE,
                iri("studies", "familiarity"),
                "对研究内容的熟悉程度，五级。",
                "How familiar they are with the subject, in five degrees.",
                "very-familiar",
                needed=False,
                of=iri("studies", "Familiarity"),
            ),
        ),
    )
