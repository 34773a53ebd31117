"""The command `rengang`, which holds all others."""

from __future__ import annotations

import click

from kb_service.cli.ask import ask
from kb_service.cli.audit import audit
from kb_service.cli.backup import backup, restore, verify
from kb_service.cli.check import check
from kb_service.cli.commands import Group, with_shared_options
from kb_service.cli.conclude import conclude
from kb_service.cli.config import config
from kb_service.cli.explain import explain
from kb_service.cli.export import export
from kb_service.cli.fit import fit
from kb_service.cli.folders import pull, push
from kb_service.cli.formatting import format_files
from kb_service.cli.importing import import_files
from kb_service.cli.language import Words
from kb_service.cli.model import model
from kb_service.cli.performance import performance
from kb_service.cli.period import period
from kb_service.cli.person import person
from kb_service.cli.plan import plan
from kb_service.cli.reason import reason
from kb_service.cli.rules import rules
from kb_service.cli.serving import serve
from kb_service.cli.study import study
from kb_service.cli.template import template
from kb_service.cli.token import token
from kb_service.cli.upgrade import upgrade
from kb_service.cli.what_if import what_if

_WORDS = Words(
    zh="""
    人岗：能说明理由的胜任力知识库。

    谁适合哪个岗位、为什么、差距靠什么培训弥补、什么能激励谁。

    示例：
      rengang serve --example          带示例机构的服务
      rengang template 测评.xlsx       供填写的模板
      rengang import 测评.xlsx
      rengang fit p001 customer-service-specialist
    """,
    en="""
    Rengang, a competency knowledge base that explains its judgements.

    Who fits which position and why, what training closes which gap, what motivates
    whom.

    Examples:
      rengang serve --example             the service with the example organisation
      rengang template assessments.xlsx   the workbook to fill in
      rengang import assessments.xlsx
      rengang fit p001 customer-service-specialist
    """,
)
_CLOSING = Words(
    zh="""
退出码：
  0  正常
  1  有必须改的问题，或输入被拒绝，什么都没有存
  2  命令写法不对
  3  没有这个人、岗位模型、问题或图
  4  数据文件夹被占用、不可用或须先升级，或服务没有回答

fit、performance、plan、explain、what-if、ask、export、person export、check、rules、reason、
token、audit、config 和 backup 在服务运行时也能用；写入的命令不能。
""",
    en="""
Exit codes:
  0  fine
  1  findings that must be corrected, or refused input: nothing was stored
  2  the command was not understood
  3  there is no such person, position model, question or graph
  4  the data folder is in use, cannot be used or has to be upgraded first,
     or the service does not answer

fit, performance, plan, explain, what-if, ask, export, person export, check, rules,
reason, token, audit, config and backup work while a service runs; commands that
write do not.
""",
)


@click.group(
    "rengang",
    cls=Group,
    words=_WORDS,
    closing=_CLOSING,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@with_shared_options
@click.version_option(package_name="rengang", message="%(prog)s %(version)s")
def main() -> None:
    """Run one of the commands."""


for _command in (
    serve,
    template,
    import_files,
    check,
    conclude,
    fit,
    performance,
    explain,
    what_if,
    ask,
    export,
    person,
    period,
    plan,
    study,
    model,
    rules,
    reason,
    format_files,
    pull,
    push,
    token,
    config,
    audit,
    backup,
    restore,
    verify,
    upgrade,
):
    main.add_command(_command)
