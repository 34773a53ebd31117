"""`rengang backup`, `rengang restore` and `rengang verify`: what to do before and after a disk fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from kb_service.audit import BEGUN
from kb_service.cli.auditing import audited
from kb_service.cli.commands import Command, data_folder, option, with_shared_options
from kb_service.cli.failures import Failure, Unavailable, told_apart
from kb_service.cli.findings import print_findings
from kb_service.cli.language import Words, say
from kb_service.cli.restored_people import agree_on_people
from kb_service.cli.terminal import remark
from kb_service.store.backup import take_backup
from kb_service.store.backup_folder import (
    BackupDamaged,
    BackupFolder,
    BackupInUse,
    NotABackupFolder,
)
from kb_service.store.data_folder import DataFolder
from kb_service.store.restoring import CannotRestore
from kb_service.store.restoring import restore as restore_folder
from kb_service.store.verifying import verify_backups, verify_data

_BACKUP = Words(
    zh="""
    把数据文件夹备份到 FOLDER；服务运行时也可以。

    每次只复制新增的内容，但每个备份都是完整的。请把 FOLDER 放在另一块磁盘上。
    备份含有姓名和令牌摘要，只有当前用户可读。--keep 删除更早的备份，最新的总会保留；
    被删除的人员在旧备份的文件里仍有记录，直到那些备份被删除，但恢复时不会再出现。

    示例：
      rengang backup /mnt/backup/rengang
      rengang backup /mnt/backup/rengang --keep 30
    """,
    en="""
    Back up the data folder into FOLDER, also while a service runs.

    Only what is new is copied each time, yet every backup is whole. Put FOLDER on
    another disk. It holds names and digests of tokens, and only you can read it.
    --keep removes earlier backups, but never the newest. People who were erased are
    still in the files of old backups until those go, but no restore brings them back.

    Examples:
      rengang backup /mnt/backup/rengang
      rengang backup /mnt/backup/rengang --keep 30
    """,
)
_RESTORE = Words(
    zh="""
    用 FOLDER 里的备份重建 --data 指定的数据文件夹。

    默认恢复到已知的最后一次写入。--at 恢复到某一时刻：取此前最新的备份，再按日志重做到
    该时刻。--data 应为空文件夹或新文件夹；加 --force 可替换已有的文件夹（请先停止服务），
    旧文件夹在新的就绪之前一直保留。被删除的人员不会恢复。令牌和审计记录保持最新，不回退。

    示例：
      rengang restore /mnt/backup/rengang --data 新文件夹
      rengang restore /mnt/backup/rengang --data 数据 --force --at 2026-05-04T18:00
    """,
    en="""
    Make the data folder that --data names from the backups in FOLDER.

    Without --at, as of the last write that is known. With it, as of that moment: from
    the newest backup before it, and the journal up to it. --data should be new or
    empty. --force replaces a folder that is there (stop the service first), which is
    kept until the new one stands. People who were erased do not come back. Tokens and
    the audit trail stay the newest there are; they are not turned back.

    Examples:
      rengang restore /mnt/backup/rengang --data new-folder
      rengang restore /mnt/backup/rengang --data data --force --at 2026-05-04T18:00
    """,
)
_VERIFY = Words(
    zh="""
    核对数据文件夹，或 FOLDER 里的备份：所有内容都会读一遍。

    服务运行时也可以。完好时退出码为 0，有损坏为 1，无法打开为 4。

    示例：
      rengang verify
      rengang verify /mnt/backup/rengang
    """,
    en="""
    Whether the data folder is whole, or the backups in FOLDER: everything is read.

    It works while a service runs. The exit code is 0 when all is well, 1 when
    something is damaged, 4 when it cannot be opened.

    Examples:
      rengang verify
      rengang verify /mnt/backup/rengang
    """,
)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("backup", cls=Command, words=_BACKUP)
@with_shared_options
@click.argument("folder", type=_FOLDER)
@option(
    "--keep",
    "days",
    metavar="DAYS",
    type=click.IntRange(min=1),
    zh="删除早于这么多天的备份。",
    en="Remove backups older than so many days.",
)
def backup(folder: Path, days: int | None) -> None:
    """Back up the data folder."""
    with backups_told_apart(folder):
        data = DataFolder.open(data_folder())
        with audited(data.audit) as audit:
            audit.note_everybody(BEGUN, str(folder))
            taken = take_backup(data, folder, days)
            audit.note_everybody("done", f"{folder} {taken.backup.id}")
    new, whole = megabytes(taken.new_bytes), megabytes(taken.all_bytes)
    click.echo(
        say(
            f"已备份 {taken.backup.id}：共 {whole} MB，新增 {new} MB。",
            f"Backed up as {taken.backup.id}: {whole} MB, of which {new} MB are new.",
        )
    )
    if taken.removed:
        remark(
            say(f"已删除 {taken.removed} 个旧备份。", f"Removed {taken.removed} earlier backups.")
        )


@click.command("restore", cls=Command, words=_RESTORE)
@with_shared_options
@click.argument("folder", type=_FOLDER)
@option(
    "--at",
    "moment",
    metavar="TIME",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]),
    zh="恢复到这一时刻，本地时间，如 2026-05-04T18:00。",
    en="As of this moment in local time, such as 2026-05-04T18:00.",
)
@option(
    "--force",
    is_flag=True,
    zh="替换已有的数据文件夹。",
    en="Replace a data folder that is there.",
)
def restore(folder: Path, moment: datetime | None, force: bool) -> None:
    """Make a data folder from a backup."""
    target = data_folder()
    at = moment.astimezone() if moment else None
    with backups_told_apart(folder):
        done = restore_folder(folder, target, at=at, force=force, finish=agree_on_people)
        # Only now: what is replaced may be on a disk that takes no entry any more.
        with audited(DataFolder.open(target).audit) as audit:
            audit.note_everybody("done", f"{folder} {done.backup.id}")
    until = done.until.astimezone().isoformat(sep=" ", timespec="seconds")
    click.echo(
        say(
            f"已恢复 {target}：最后一次写入为 {until}（备份 {done.backup.id}）。",
            f"Restored {target} as of its last write at {until} (backup {done.backup.id}).",
        )
    )


@click.command("verify", cls=Command, words=_VERIFY)
@with_shared_options
@click.argument("folder", required=False, type=_FOLDER)
def verify(folder: Path | None) -> None:
    """Check a data folder or backups."""
    place = folder or data_folder()
    with backups_told_apart(place):
        findings = list((verify_backups if _holds_backups(place) else verify_data)(place))
    if findings:
        print_findings(findings)
        raise Failure(f"{place} 有损坏。", f"{place} is damaged.")
    click.echo(say(f"{place} 完好。", f"{place} is whole."))


def _holds_backups(folder: Path) -> bool:
    try:
        BackupFolder(folder)
    except NotABackupFolder:
        return False
    return True


@contextmanager
def backups_told_apart(folder: Path) -> Iterator[None]:
    """Turn what goes wrong with backups into failures with exit codes."""
    with told_apart(data_folder()):
        try:
            yield
        except NotABackupFolder as error:
            raise Unavailable(
                f"{folder} 里没有本产品的备份，也不是空文件夹。",
                f"{folder} holds no backups of ours and is not empty.",
            ) from error
        except BackupInUse as error:
            raise Unavailable(
                f"{folder} 正在写入另一个备份，请稍后再试。",
                f"Another backup is being written into {folder}. Try again when it is done.",
            ) from error
        except BackupDamaged as error:
            raise Failure(
                f"备份已损坏：{error}请用 rengang verify {folder} 查看，或用 --at 取更早的备份。",
                f"The backup is damaged: {error} Look with rengang verify {folder}, or take an"
                " earlier one with --at.",
            ) from error
        except CannotRestore as error:
            raise Failure(error.zh, error.en) from error
        except OSError as error:
            raise Unavailable(
                f"无法读写文件：{error}", f"Files cannot be read or written: {error}"
            ) from error


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f}"
