"""What the commands of `rengang person` say of themselves."""

from __future__ import annotations

from kb_service.cli.language import Words

PERSON = Words(
    zh="""
    本人权利：导出、异议、更正、删除。

    示例：
      rengang person export p001
      rengang person object p001 "我五月已通过复测。" --model team-leader
      rengang person rectify p001 --name 王小明 --reason 姓名录入有误
      rengang person erase p001
    """,
    en="""
    The rights of a person: to have what is held, to object, to have it put right or
    erased.

    Examples:
      rengang person export p001
      rengang person object p001 "I passed the second test in May." --model team-leader
      rengang person rectify p001 --name "Wang Ming" --reason "the name was mistyped"
      rengang person erase p001
    """,
)
CLOSING = Words(
    zh="""
export 在服务运行时也能用；其余命令写入数据文件夹，服务运行时请用 /api/v1/people/{编号} 下的接口
或页面 /people/{编号}/rights。
""",
    en="""
export works while a service runs. The others write the data folder; while a
service runs, use what is below /api/v1/people/{id}, or the page /people/{id}/rights.
""",
)
EXPORT = Words(
    zh="""
    导出保存和得出的关于一个人的全部。

    包括登记、事实、判断及其理由、异议、更改和访问记录。

    得到一个压缩包：网页和表格供人阅读，JSON 和 TriG 供程序读取。

    示例：
      rengang person export p001 -o 王小明.zip
    """,
    en="""
    Everything that is held and concluded about a person.

    Register, facts, judgements with their reasons, objections, changes, and who
    accessed them, in a zip: a page and a workbook to be read, JSON and TriG for
    programs.

    Examples:
      rengang person export p001 -o wang-ming.zip
    """,
)
OBJECT = Words(
    zh="""
    登记一项异议。

    相应的判断和考核从此标明有异议，直到了结。

    示例：
      rengang person object p001 "我五月已通过复测。" --model team-leader
      rengang person object p001 "漏记了两个月的通话。" --period 2026-q3
      rengang person object p001 "不同意由程序评判。" --date 2026-06-12
    """,
    en="""
    Enter an objection to judgements and appraisals.

    They are marked as contested until it is settled.

    Examples:
      rengang person object p001 "I passed the second test in May." --model team-leader
      rengang person object p001 "Two months of calls are missing." --period 2026-q3
      rengang person object p001 "No program should judge me." --date 2026-06-12
    """,
)
SETTLE = Words(
    zh="""
    了结一项异议：withdrawn 已撤回，dismissed 不予采纳，remedied 已改正。

    示例：
      rengang person settle p001 o1 remedied --words 已按复测成绩更正。
    """,
    en="""
    Bring an objection to an end: withdrawn, dismissed or remedied.

    Examples:
      rengang person settle p001 o1 remedied --words "The rating was corrected."
    """,
)
RECTIFY = Words(
    zh="""
    更正一个人的登记或事实。

    更正前的内容连同缘由留在沿革里，结论随之更新。

    示例：
      rengang person rectify p001 --email wang@example.org --reason 换了邮箱
      rengang person rectify p001 --assessment A1 --rating patience=7 --reason 录入有误
      rengang person rectify p001 --assessment A2 --remove --reason 评的是别人
    """,
    en="""
    Put right what is registered or asserted of a person.

    What was said before stays in the history with the reason; conclusions follow.

    Examples:
      rengang person rectify p001 --email wang@example.org --reason "a new address"
      rengang person rectify p001 --assessment A1 --rating patience=7 --reason "a slip"
      rengang person rectify p001 --assessment A2 --remove --reason "of somebody else"
    """,
)
ERASE = Words(
    zh="""
    删除关于一个人或几个人的一切。

    各文件里的文字也不留；恢复旧备份时不会回来。

    一次删除几个人，比逐个删除快得多。

    评价人离职或要求删除时用 --rater：代号处处换成随机的，其评价属于被评价的人，予以保留。

    示例：
      rengang person erase p001
      rengang person erase p001 p002 --yes
      rengang person erase --rater r0123
    """,
    en="""
    Erase everything about people, for good.

    No file has their strings any more, and restoring an older backup does not bring
    them back. Erasing several at once takes hardly longer than one.

    For a rater who leaves or asks for it there is --rater: the code is replaced by one
    made by chance, everywhere. What they said is held about others, and stays.

    Examples:
      rengang person erase p001
      rengang person erase p001 p002 --yes
      rengang person erase --rater r0123
    """,
)
