"""`rengang upgrade`: a data folder, or files, of an earlier release brought up to this one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from pyoxigraph import RdfFormat, parse

from kb_service.access.upgrading import carry_out
from kb_service.audit import BEGUN
from kb_service.cli.auditing import CommandAudit, audited
from kb_service.cli.backup import backups_told_apart, megabytes
from kb_service.cli.commands import Command, data_folder, option, with_shared_options
from kb_service.cli.failures import Failure
from kb_service.cli.findings import print_findings
from kb_service.cli.language import Words, say
from kb_service.cli.terminal import progress, remark
from kb_service.client.whole_files import write_whole
from kb_service.findings import violation
from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.migrations import Migration, read_migrations
from kb_service.knowledge_base.upgrading import Upgrade
from kb_service.knowledge_files import knowledge_root
from kb_service.store.backup import take_backup
from kb_service.turtle_layout import CannotFormat, decoded, format_turtle, turtle_of
from kb_service.vocabulary import BASE

_WORDS = Words(
    zh="""
    把较早版本写的数据文件夹升级到本版本；或改写作者自己的 Turtle 文件。

    不给文件就升级数据文件夹：先备份，再一次做完所有到期的改动，连同历史记录和结论；
    做不成就保持原样。请先停止服务。备份放在数据文件夹旁边，用 --backup 可另选地方；
    要退回去，用 rengang restore 备份 --data 数据 --force 和原来的版本。

    给了文件就按同样的改动改写文件，排成 rengang format 的样子；无须改动的文件不动。

    退出码：0 完成或无须升级；1 内容须先改正，什么都没有改；2 命令写法不对；
    4 数据文件夹被占用或不可用。

    示例：
      rengang upgrade --dry-run
      rengang upgrade --backup /mnt/backup/rengang
      rengang upgrade 岗位模型/*.ttl
    """,
    en="""
    Bring what an earlier release wrote up to this one: a data folder, or files.

    Without files, the data folder: it is backed up, then all changes that are due are
    made at once, with history and conclusions, or none of them. Stop the service
    first. The backup goes beside the data folder, or to where --backup says; to go
    back, use rengang restore BACKUP --data DATA --force and the release before.

    Turtle files of your own are changed in the same way and laid out as rengang format
    does. A file in which there is nothing to change stays as it is.

    Exit codes: 0 done, or nothing is due; 1 something must be corrected first and
    nothing was changed; 2 the command was not understood; 4 the data folder is in
    use or cannot be used.

    Examples:
      rengang upgrade --dry-run
      rengang upgrade --backup /mnt/backup/rengang
      rengang upgrade models/*.ttl
    """,
)


@click.command("upgrade", cls=Command, words=_WORDS)
@with_shared_options
@click.argument(
    "files",
    nargs=-1,
    metavar="[FILE]...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@option(
    "--backup",
    "backups",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    zh="备份放在这里；默认为数据文件夹旁边的 名称-backups。",
    en="Where the backup goes; NAME-backups beside the data folder by default.",
)
@option(
    "--dry-run",
    is_flag=True,
    zh="只说会做什么，什么都不改。",
    en="Say what would be done, and change nothing.",
)
def upgrade(files: tuple[Path, ...], backups: Path | None, dry_run: bool) -> None:
    """Run every migration that is due."""
    if files:
        _upgrade_files(files, dry_run)
        return
    folder = data_folder()
    kept = backups or folder.parent / f"{folder.name}-backups"
    with backups_told_apart(kept), _opened(folder, dry_run) as (base, audit):
        due = base.upgrading.due()
        if not due.migrations:
            click.echo(
                say("数据已是本版本的，无须升级。", "Nothing is due: the data is of this release.")
            )
            return
        _tell(due.migrations)
        if dry_run:
            base.upgrading.check(due)
            _tell_extent(due)
            remark(say("没有改动任何内容。", "Nothing was changed."))
            return
        _back_up(base, kept, audit)
        with audit.change(" ".join(each.id for each in due.migrations)):
            due = base.upgrading.due()
            with progress(say("升级", "Upgrading")) as step:
                concluded = carry_out(base, due, step)
    _tell_extent(due)
    click.echo(
        say(
            f"已升级，并为 {concluded} 人重新得出结论。",
            f"Upgraded, and concluded {concluded} people again.",
        )
    )


@contextmanager
def _opened(folder: Path, read_only: bool) -> Iterator[tuple[KnowledgeBase, CommandAudit]]:
    base = KnowledgeBase.open_to_upgrade(folder, read_only=read_only)
    try:
        with audited(base.store.data.audit) as audit:
            yield base, audit
    finally:
        base.close()


def _back_up(base: KnowledgeBase, kept: Path, audit: CommandAudit) -> None:
    audit.note_everybody(BEGUN, str(kept))
    taken = take_backup(base.store.data, kept)
    audit.note_everybody("done", f"{kept} {taken.backup.id}")
    size = megabytes(taken.all_bytes)
    click.echo(
        say(
            f"已备份到 {kept}（{taken.backup.id}，{size} MB）。",
            f"Backed up into {kept} ({taken.backup.id}, {size} MB).",
        )
    )


def _tell(migrations: Sequence[Migration]) -> None:
    for migration in migrations:
        click.echo(f"{migration.id}\t{say(migration.says_zh, migration.says)}")


def _tell_extent(due: Upgrade) -> None:
    """Say how much reads otherwise."""
    graphs = len(due.uploaded)
    click.echo(
        say(
            f"有改动的：上传的图 {graphs}，人员 {due.people}，研究 {due.studies}，"
            f"历史记录 {due.histories}。",
            f"Changed: uploaded graphs {graphs}, people {due.people}, studies {due.studies}, "
            f"histories {due.histories}.",
        )
    )


class _LeftAlone(Exception):
    """Why a file cannot be rewritten."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def _upgrade_files(files: Sequence[Path], dry_run: bool) -> None:
    """Rewrite each file in which there is something to change; end with 1 when one cannot be."""
    migrations = read_migrations(knowledge_root())
    refused = 0
    for path in files:
        try:
            done = _upgraded(path, migrations, dry_run)
        except _LeftAlone as reason:
            refused += 1
            print_findings([violation(reason.zh, reason.en, str(path))], on_stderr=True)
            continue
        nothing = say("无须改动", "nothing to change")
        click.echo(f"{path}\t{', '.join(each.id for each in done) or nothing}")
    if dry_run:
        remark(say("没有改动任何内容。", "Nothing was changed."))
    if refused:
        raise Failure(
            f"有 {refused} 个文件没有改写，内容保持原样。",
            f"{refused} of the files could not be rewritten and stay as they were.",
        )


def _upgraded(path: Path, migrations: Sequence[Migration], dry_run: bool) -> list[Migration]:
    """The migrations that changed a file, or would. Raises _LeftAlone."""
    if path.suffix != ".ttl":
        raise _LeftAlone(
            "只能改写 Turtle 文件（.ttl）；工作簿请从新的 rengang template 开始填写。",
            "Only Turtle files (.ttl) can be rewritten; for a workbook begin with a new "
            "rengang template.",
        )
    try:
        parser = parse(path.read_bytes(), format=RdfFormat.TURTLE, base_iri=BASE)
        triples, done = [quad.triple for quad in parser], list[Migration]()
        for migration in migrations:
            after = migration.over(triples)
            if set(after) != set(triples):
                triples, done = after, [*done, migration]
        if done and not dry_run:
            format_turtle(decoded(path.read_bytes()))  # it refuses where comments would be lost
            write_whole(path.resolve(), turtle_of(triples, parser.prefixes).encode())
    except SyntaxError as error:
        raise _LeftAlone(
            f"第 {error.lineno} 行不是 Turtle 语法：{error.msg}",
            f"line {error.lineno} is not Turtle: {error.msg}",
        ) from error
    except CannotFormat as error:
        raise _LeftAlone(
            f"第 {error.line} 行：{error.zh}" if error.line else error.zh, str(error)
        ) from error
    return done
