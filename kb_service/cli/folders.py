"""`rengang pull` and `rengang push`: the graphs of a running service as a folder of files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import click

from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.documents import in_file
from kb_service.cli.findings import print_findings
from kb_service.cli.language import Words, say
from kb_service.cli.remote import with_service
from kb_service.cli.terminal import remark
from kb_service.client import Rengang
from kb_service.client.exchanging import Outcome, Step
from kb_service.client.pulling import pull as pull_graphs
from kb_service.client.pushing import push as push_graphs

_PULL = Words(
    zh="""
    把服务里的本体、框架、培训目录和岗位模型写成 FOLDER 里的 Turtle 文件。

    一个图一个文件，排版与 rengang format 相同，布局与 ontology/ 相同；用 Protégé 打开
    rengang.ttl 即可。您改过的文件不会被覆盖：两边都改了同一个图时，什么都不写，并说明是哪些。
    服务里已经没有的图，加 --delete 才删去文件；改过的文件总会保留。

    退出码：0 完成；1 两边都有改动，或文件读不出；2 命令写法不对；4 服务没有回答，或文件写不了。

    示例：
      rengang pull 我的本体
      RENGANG_TOKEN=… rengang pull 我的本体 --url https://hr.example.org
      rengang pull 我的本体 --dry-run
    """,
    en="""
    Write ontologies, frameworks, trainings and models of a service into FOLDER.

    Each graph is a Turtle file, in the layout of rengang format and at the place that it
    has in ontology/: open rengang.ttl in Protégé. A file that you changed is never
    overwritten: where both sides changed a graph nothing is written, and you are told
    which. Files of graphs that the service has no more go only with --delete, and
    never when you changed them.

    Exit codes: 0 done; 1 changed on both sides, or a file that cannot be read;
    2 the command was not understood; 4 no answer, or files cannot be written.

    Examples:
      rengang pull my-ontology
      RENGANG_TOKEN=… rengang pull my-ontology --url https://hr.example.org
      rengang pull my-ontology --dry-run
    """,
)
_PUSH = Words(
    zh="""
    把 FOLDER 里改过的文件送回服务；没改的不送。

    每个文件先由服务检查，再单独存入，连同由此得出的一切。岗位模型不会直接覆盖已发布的版本：
    它作为新版本的草稿提交，经审核、批准后发布。随产品发布的图不能改，会逐个说明。
    服务那边也改了同一个图时，什么都不送，并说明是哪些。删掉的文件，加 --delete 才在服务上删除。

    退出码：0 完成；1 有图没有送成（两边都有改动、未通过检查、不许写入）；2 命令写法不对；
    4 服务没有回答，或文件读不了。

    示例：
      rengang push 我的本体 --dry-run
      rengang push 我的本体
    """,
    en="""
    Send back to the service what was changed in FOLDER, and nothing else.

    The service checks each file, then stores it with all that follows from it, each by
    itself. A position model never overwrites the published one: it is handed in as
    the draft of a new version, to be reviewed, approved and published. Graphs that
    ship with the product cannot be changed; you are told which. Where the service
    changed a graph as well nothing is sent, and you are told which. A file that was
    removed is deleted on the service only with --delete.

    Exit codes: 0 done; 1 something was not sent (changed on both sides, refused by
    the check, not allowed); 2 the command was not understood; 4 no answer, or files
    cannot be read.

    Examples:
      rengang push my-ontology --dry-run
      rengang push my-ontology
    """,
)
_STEPS = {
    Step.WRITTEN: Words("写入", "wrote"),
    Step.RENEWED: Words("更新", "updated"),
    Step.REMOVED: Words("删去文件", "removed"),
    Step.SENT: Words("送出", "sent"),
    Step.SUBMITTED: Words("提交为新版本", "submitted as a new version"),
    Step.DELETED: Words("在服务上删除", "deleted on the service"),
    Step.CHANGED_HERE: Words("只在这里改过，未动", "changed here only, left alone"),
    Step.NEW_HERE: Words("只在这里有，未动", "only here, left alone"),
    Step.MISSING_HERE: Words(
        "这里没有文件，服务上保留（--delete 才删除）",
        "no file here, kept on the service (--delete removes it there)",
    ),
    Step.MISSING_THERE: Words(
        "服务已没有，文件保留（--delete 才删去）",
        "gone from the service, file kept (--delete removes it)",
    ),
    Step.WAITING: Words("已提交过，等待发布", "submitted before, waits to be published"),
    Step.CONFLICT: Words("两边都改过", "changed on both sides"),
    Step.SHIPPED: Words(
        "随产品发布，不能在服务上修改；请把您的内容写进自己的文件，用自己的文件头",
        "ships with the product and cannot be changed on a service; "
        "write what is yours into a file with a header of its own",
    ),
    Step.REFUSED: Words("未通过检查，没有送出", "refused, not sent"),
    Step.FORBIDDEN: Words("您的令牌不许写入", "your token may not write it"),
    Step.NOT_DONE: Words("没有做", "not done"),
}
_Connect = Callable[[], AbstractContextManager[Rengang]]


def _shared_options(zh: str, en: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """What both commands take: the folder, the service, `--delete`, `--dry-run`."""

    def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
        function = option(
            "--dry-run",
            is_flag=True,
            zh="只说会做什么，什么都不改。",
            en="Say what would be done, and change nothing.",
        )(function)
        function = option("--delete", is_flag=True, zh=zh, en=en)(function)
        return with_service(function)

    return decorated


@click.command("pull", cls=Command, words=_PULL)
@with_shared_options
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@_shared_options("服务里已没有的图，删去它的文件。", "Remove files of graphs that are gone.")
def pull(folder: Path, connect: _Connect, delete: bool, dry_run: bool) -> None:
    """Bring the folder up to the service, and say what was done with each file."""
    with connect() as service:
        outcomes = pull_graphs(service, folder, delete=delete, dry_run=dry_run)
    _tell(outcomes, folder, dry_run)
    if conflicts := _conflicts(outcomes):
        remark(
            say(
                f"有 {conflicts} 个图在两边都改过，因此什么都没有写。请把服务里的内容拉取到另一个"
                "文件夹（rengang pull 新文件夹），在那里并入您的改动，再从那里推送。",
                f"{conflicts} changed on both sides, so nothing was written. Pull into another "
                "folder (rengang pull NEW-FOLDER), bring your changes in there, and push from there.",
            )
        )
    _end(outcomes)


@click.command("push", cls=Command, words=_PUSH)
@with_shared_options
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_shared_options("没有文件的图，在服务上删除。", "Delete graphs of which there is no file.")
def push(folder: Path, connect: _Connect, delete: bool, dry_run: bool) -> None:
    """Send what was changed in the folder, and say what was done with each file."""
    with connect() as service:
        outcomes = push_graphs(service, folder, delete=delete, dry_run=dry_run)
    _tell(outcomes, folder, dry_run)
    if conflicts := _conflicts(outcomes):
        remark(
            say(
                f"有 {conflicts} 个图在服务上也改过，没有覆盖。请拉取到另一个文件夹"
                "（rengang pull 新文件夹），在那里并入您的改动，再从那里推送。",
                f"{conflicts} changed on the service as well and not overwritten. Pull into another "
                "folder (rengang pull NEW-FOLDER), bring your changes in there, and push from there.",
            )
        )
    _end(outcomes)


def _tell(outcomes: Sequence[Outcome], folder: Path, dry_run: bool) -> None:
    """Print what became of each graph, but for those that are the same; then how many."""
    for outcome in outcomes:
        if outcome.step is not Step.SAME:
            parts = (outcome.file, str(_STEPS[outcome.step]), outcome.detail)
            click.echo("\t".join(part for part in parts if part))
        print_findings(in_file(outcome.findings, folder / outcome.file), on_stderr=True)
    same = sum(outcome.step is Step.SAME for outcome in outcomes)
    changed = sum(outcome.step.changes for outcome in outcomes)
    if dry_run:
        remark(
            say(
                f"没有改动任何内容；可做 {changed} 处，{same} 个图两边相同。",
                f"Nothing was changed; {changed} could be, {same} are the same on both sides.",
            )
        )
    else:
        remark(
            say(
                f"做了 {changed} 处，{same} 个图两边相同。",
                f"{changed} done, {same} are the same on both sides.",
            )
        )


def _conflicts(outcomes: Sequence[Outcome]) -> int:
    return sum(outcome.step is Step.CONFLICT for outcome in outcomes)


def _end(outcomes: Sequence[Outcome]) -> None:
    if any(outcome.step.fails for outcome in outcomes):
        click.get_current_context().exit(1)
