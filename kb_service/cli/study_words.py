"""What the commands about model-building studies say of themselves."""

from __future__ import annotations

from kb_service.cli.language import Words

BY_SERVICE = Words(
    "请改用 POST /api/v1/studies；", "Use POST /api/v1/studies while the service runs, "
)
STUDY = Words(
    zh="""
    建模研究：访谈、专家咨询、两两比较、问卷、综合评价。

    导入数据即算出全部统计量，并按规则决定每个项目的取舍；每一项决定都能说明理由。
    由研究可以得到岗位模型或绩效方案的草稿，层级和权重注明出自哪项研究、哪一轮、多少人。

    示例：
      rengang study import 专家咨询.xlsx
      rengang study show csr-delphi
      rengang study explain csr-delphi empathy
      rengang study draft csr-delphi --weights csr-ahp > 草稿.ttl
    """,
    en="""
    Model-building studies: interviews, panels, comparisons, questionnaires, appraisals.

    Importing the data computes every statistic, and rules decide on each item; each
    decision gives its reasons. Studies give the draft of a position model or of a
    performance plan, whose tiers and weights cite study, round and panel size.

    Examples:
      rengang study import panel.xlsx
      rengang study show csr-delphi
      rengang study explain csr-delphi empathy
      rengang study draft csr-delphi --weights csr-ahp > draft.ttl
    """,
)
CLOSING = Words(
    zh="""
导入所用的空白工作簿由 rengang template study 给出。
研究里没有姓名，参与者只以代号出现；虚构的研究请在工作簿里注明，凡引用处都会写出。
""",
    en="""
The blank workbook to import comes from `rengang template study`.
Studies hold no names: participants are known by codes. Say in the workbook that a
study is fictional, and whatever cites it says so.
""",
)
IMPORT = Words(
    zh="""
    导入一项或多项研究的工作簿；编号相同的研究整份替换。

    有一处错误，该工作簿就什么都不存，并逐格说明怎么改。

    示例：
      rengang study import 专家咨询.xlsx 两两比较.xlsx
    """,
    en="""
    Store studies from workbooks, each in place of one with the same id.

    With one fault nothing of that workbook is stored; each fault names its cell.

    Example:
      rengang study import panel.xlsx comparisons.xlsx
    """,
)
LIST = Words(
    zh="""
    列出全部研究。

    示例：
      rengang study list
    """,
    en="""
    List every study.

    Example:
      rengang study list
    """,
)
SHOW = Words(
    zh="""
    一项研究及由它决定的取舍。

    示例：
      rengang study show csr-delphi
    """,
    en="""
    A study and what was decided by it.

    Example:
      rengang study show csr-delphi
    """,
)
STATISTICS = Words(
    zh="""
    一项研究的全部统计量；算不出的说明原因。

    示例：
      rengang study statistics csr-delphi
      rengang study statistics csr-delphi --round 2 --item empathy
      rengang study statistics csr-delphi --kind concordance --json
    """,
    en="""
    Every statistic of a study; where there is no number, why.

    Examples:
      rengang study statistics csr-delphi
      rengang study statistics csr-delphi --round 2 --item empathy
      rengang study statistics csr-delphi --kind concordance --json
    """,
)
EXPLAIN = Words(
    zh="""
    说明一个项目为什么保留、修改、删除、列为候选或存疑，直到统计量和政策界限。

    --tier 说明建议的层级，--level 说明建议的要求等级；会议的标准用 --grade，
    会议的绩效目标以指标编号代替项目。没有得出决定的，说明哪一条界限没有达到。

    示例：
      rengang study explain csr-delphi empathy
      rengang study explain csr-delphi typing-speed --round 1
      rengang study explain csr-delphi empathy --tier
      rengang study explain csr-meeting affinity-trait --grade A
    """,
    en="""
    Say why an item is kept, revised, dropped, a candidate or in doubt, down to cuts.

    --tier and --level explain what is suggested; --grade a standard of a meeting, and the
    id of a KPI in place of an item its target. Where nothing was decided, it says which
    cut was missed.

    Examples:
      rengang study explain csr-delphi empathy
      rengang study explain csr-delphi typing-speed --round 1
      rengang study explain csr-delphi empathy --tier
      rengang study explain csr-meeting affinity-trait --grade A
    """,
)
DRAFT = Words(
    zh="""
    由研究写出岗位模型（或 --plan 绩效方案）的草稿，输出 Turtle。

    取德尔菲专家咨询最后一轮保留的项目。--weights 的层次分析给出权重，--interviews 的
    访谈给出候选和优秀者的等级，--questionnaire 的问卷剔除存疑的项目，--meeting 的会议
    给出要求等级（先于访谈）、等级标准和绩效目标。每一处都注明研究、轮次、人数和统计量。
    草稿不存入；请看过后用 rengang check 检查，再用 rengang model submit 提交。

    示例：
      rengang study draft csr-delphi --weights csr-ahp --meeting csr-meeting > 草稿.ttl
      rengang study draft csr-delphi --weights csr-ahp --plan > 方案.ttl
    """,
    en="""
    Write the draft of a position model, or with --plan of a performance plan, in Turtle.

    It has what the last round of a Delphi panel keeps. An AHP study named by --weights
    weighs it, --interviews give candidates and the level that the excellent reach,
    --questionnaire leaves out what it doubts, and --meeting gives required levels
    (before those of interviews), standards and targets. Each part cites study, round,
    number of people and statistic. Nothing is stored: look at it, run rengang check,
    and hand it in with rengang model submit.

    Examples:
      rengang study draft csr-delphi --weights csr-ahp --meeting csr-meeting > draft.ttl
      rengang study draft csr-delphi --weights csr-ahp --plan > plan.ttl
    """,
)
LOG = Words(
    zh="""
    一项研究何时由谁改过，改了哪些表里的多少行；最近的在前。

    示例：
      rengang study log csr-delphi
    """,
    en="""
    When a study was changed and by whom, and how many rows of which sheets.

    Example:
      rengang study log csr-delphi
    """,
)
REMOVE = Words(
    zh="""
    删除一项研究，连同统计量、决定和改动记录。

    已发布的模型或方案以它为依据时不能删除。

    示例：
      rengang study remove csr-delphi
    """,
    en="""
    Take a study back, with its statistics, decisions and log.

    It stays while a published model or plan rests on it.

    Example:
      rengang study remove csr-delphi
    """,
)
EXPORT = Words(
    zh="""
    把一项研究写成可以再导入的工作簿。

    示例：
      rengang study export csr-delphi 专家咨询.xlsx
    """,
    en="""
    Write a study as a workbook that can be imported again.

    Example:
      rengang study export csr-delphi panel.xlsx
    """,
)
