"""The columns that stand before the dimensions, and how the labels of a sheet are recognised."""

from __future__ import annotations

from dataclasses import dataclass

from kb_service.people_records import plain

ASSESSMENTS_SHEETS = {"t12": "人员与测评", "grid": "电网指标"}
GUIDE_SHEET = "说明"
LISTS_SHEET = "选项"


@dataclass(frozen=True)
class Column:
    """A column about the person or the assessment; `key` is its machine id.

    One that is not `usual` is understood wherever it stands, and written only when it says something.
    """

    key: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    example: str
    width: float
    required: bool = False
    aliases: tuple[str, ...] = ()
    usual: bool = True


COLUMNS: tuple[Column, ...] = (
    Column(
        "person",
        "工号",
        "Person id",
        "人员的唯一编号：字母、数字、点、下划线、连字符，不超过 64 个字符。每一行都要填。",
        "Identifies the person: letters, digits, dots, underscores and hyphens, at most 64. "
        "Every row has it.",
        "p001",
        10,
        required=True,
        aliases=("人员编号", "员工编号", "员工号", "person", "employee id", "staff id"),
    ),
    Column(
        "name",
        "姓名",
        "Name",
        "人员的姓名。同一个人有多行时，只在一行填写即可。",
        "The person's name. When a person has several rows, one of them is enough.",
        "王小明",
        11,
        aliases=("员工姓名", "person name", "employee name"),
    ),
    Column(
        "team",
        "班组",
        "Team",
        "所在班组的名称或编号，例如「热线一组」。新名称会成为新的班组。",
        "The name or id of the team, such as Hotline team 1. A new name becomes a new team.",
        "热线一组",
        23,
        aliases=("所在班组", "团队", "team id"),
    ),
    Column(
        "post",
        "岗位",
        "Post",
        "现在的岗位，从下拉列表中选择。",
        "The post held today; choose from the list.",
        "客服专员",
        36,
        aliases=("现岗位", "现任岗位", "职位", "position", "current post"),
    ),
    Column(
        "candidate-for",
        "竞聘岗位",
        "Candidate for",
        "正在竞聘的岗位；有多个时用分号隔开。没有就留空。",
        "The post applied for; separate several with semicolons. Empty when there is none.",
        "班组长",
        36,
        aliases=("应聘岗位", "候选岗位", "candidatefor", "candidate"),
    ),
    Column(
        "email",
        "邮箱",
        "E-mail",
        "电子邮箱，可以没有这一列。与姓名一样单独存放，查询看不到。",
        "The e-mail address; the column may be left out. Kept apart like the name, out of queries.",
        "wang@example.org",
        24,
        aliases=("电子邮箱", "电子邮件", "email", "e-mail address", "email address", "mail"),
        usual=False,
    ),
    Column(
        "phone",
        "电话",
        "Telephone",
        "电话号码，可以没有这一列。与姓名一样单独存放，查询看不到。",
        "The telephone number; the column may be left out. Kept apart like the name.",
        "+86 10 5555 0100",
        18,
        aliases=("手机", "手机号", "电话号码", "联系电话", "phone", "phone number", "mobile"),
        usual=False,
    ),
    Column(
        "assessment",
        "测评编号",
        "Assessment id",
        "本次测评的编号，可以留空。同一来源同一天有两次测评时，请分别编号。",
        "Identifies the assessment; may stay empty. When one source assesses twice on a day, "
        "give each its own.",
        "A1",
        13,
        aliases=("assessment",),
    ),
    Column(
        "date",
        "日期",
        "Date",
        "测评的日期，不能晚于今天。",
        "The day of the assessment, not after today.",
        "2026-05-04",
        12,
        aliases=("测评日期", "评价日期", "assessment date", "assessed on"),
    ),
    Column(
        "source",
        "来源",
        "Source",
        "谁给出的评分，从下拉列表中选择。",
        "Who gave the ratings; choose from the list.",
        "测验",
        21,
        aliases=("评分来源", "测评来源", "rating source"),
    ),
    Column(
        "expires",
        "有效期至",
        "Expires",
        "评分有效的最后一天。留空时按默认期限计算。",
        "The last day on which the ratings count. When empty, the usual term applies.",
        "2027-05-04",
        12,
        aliases=("失效日期", "到期日", "valid until", "expires on", "expiry"),
    ),
    Column(
        "scale",
        "量表",
        "Scale",
        "评分所用的量表编号；留空时用各维度自己的量表。",
        "The id of the scale the ratings are on; when empty, each dimension's own.",
        "percent",
        10,
        aliases=("评分量表",),
        usual=False,
    ),
)
BY_KEY = {column.key: column for column in COLUMNS}


def fixed_spellings() -> dict[str, str]:
    """From each way to write the header of a column before the dimensions to its key."""
    return {
        plain(label): column.key
        for column in COLUMNS
        for label in (
            *(column.key, column.zh, column.en, f"{column.zh} {column.en}"),
            *column.aliases,
        )
    }
