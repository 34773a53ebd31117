"""What the commands about position models say of themselves."""

from __future__ import annotations

from kb_service.cli.language import Words

MODEL = Words(
    zh="""
    岗位模型的版本：提交、审阅、发布、停用、比较。

    草稿不影响任何人；发布之后才按它判断人，发布过的版本不再改动，要改就提交更大的版本号。

    示例：
      rengang model submit team-leader.ttl --reason "降低书面表达的要求"
      rengang model diff team-leader team-leader@0.2.0
      rengang model review team-leader
      rengang model approve team-leader
      rengang model publish team-leader
    """,
    en="""
    Versions of position models: hand in, review, publish, retire, compare.

    A draft judges nobody. People are judged by what is published, and what was
    published is not changed any more: a change is a new, greater version.

    Examples:
      rengang model submit team-leader.ttl --reason "asks less of writing"
      rengang model diff team-leader team-leader@0.2.0
      rengang model review team-leader
      rengang model approve team-leader
      rengang model publish team-leader
    """,
)
CLOSING = Words(
    zh="""
MODEL 写作编号，例如 team-leader，或编号@版本，例如 team-leader@0.2.0。
不写版本时：走一步取可以走这一步的最大版本，查看取已发布的版本，没有则取最大的。
""",
    en="""
MODEL is an id such as team-leader, or id@version such as team-leader@0.2.0.
Without a version, a step takes the greatest version that it can be taken with, and
other commands the published version, or else the greatest.
""",
)
LIST = Words(
    zh="""
    列出岗位模型的版本和状态。

    示例：
      rengang model list
      rengang model list --status in-review
    """,
    en="""
    List the versions of position models and how far each has come.

    Examples:
      rengang model list
      rengang model list --status in-review
    """,
)
SHOW = Words(
    zh="""
    写出一个版本的全文（Turtle）。

    示例：
      rengang model show team-leader@0.2.0 > team-leader.ttl
    """,
    en="""
    Write the whole of a version, in Turtle.

    Example:
      rengang model show team-leader@0.2.0 > team-leader.ttl
    """,
)
LOG = Words(
    zh="""
    列出一个模型走过的每一步：哪一版、谁、何时、为什么。

    示例：
      rengang model log team-leader
    """,
    en="""
    List every step taken with a model: which version, who, when and why.

    Example:
      rengang model log team-leader
    """,
)
SUBMIT = Words(
    zh="""
    提交一个版本作为草稿；与同号的草稿内容不同时取而代之。

    示例：
      rengang model submit team-leader.ttl
    """,
    en="""
    Hand in a version as a draft, in place of the draft with the same number.

    Example:
      rengang model submit team-leader.ttl
    """,
)
REVIEW = Words(zh="请他人审阅一份草稿。", en="Ask others to look at a draft.")
APPROVE = Words(zh="审阅后认可一个版本。", en="Find a version good after looking at it.")
SEND_BACK = Words(zh="把一个版本退回作者修改。", en="Return a version to its author to be changed.")
PUBLISH = Words(
    zh="发布一个版本：从此以它判断人，先前发布的版本随之停用。",
    en="Publish a version: people are judged by it, and the one before is retired.",
)
RETIRE = Words(
    zh="停用一个模型：不再以它判断人，历史仍保留。",
    en="Retire a model: nobody is judged by it any more; its history is kept.",
)
DIFF = Words(
    zh="""
    比较同一模型的两个版本：要求有何增减改动，现有人员的结论会怎样变化。

    A 和 B 各为一个版本，或一个文件。什么都不会存入。

    示例：
      rengang model diff team-leader@0.1.0 team-leader@0.2.0
      rengang model diff team-leader team-leader.ttl
    """,
    en="""
    Compare two versions of a model: what is asked for otherwise, and who would be
    judged otherwise.

    A and B are versions, or files. Nothing is stored.

    Examples:
      rengang model diff team-leader@0.1.0 team-leader@0.2.0
      rengang model diff team-leader team-leader.ttl
    """,
)
BY_SERVICE = Words(
    zh="请改用服务：POST /api/v1/position-models 提交，POST /api/v1/position-models/{编号}/versions/"
    "{版本}/{步骤} 走下一步；",
    en="Use the service: hand in by POST /api/v1/position-models, and take a step by POST "
    "/api/v1/position-models/{id}/versions/{version}/{step}, ",
)
