"""A data folder made from a backup and the journal, as it was at a moment; who was erased stays so."""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pyoxigraph import Store

from kb_service.store import journal as journals
from kb_service.store.backup import copy_database
from kb_service.store.backup_folder import Backup, BackupFolder
from kb_service.store.data_folder import DataFolder, NotADataFolder
from kb_service.store.disk import sync, sync_everything
from kb_service.store.erasures import Keeping, erased_digests, person_of, remember_digests
from kb_service.store.journal import Commit, Segment, commits, scan
from kb_service.store.opening import NEW, in_use, switch
from kb_service.store.rebuilding import write_anew

_RESTORING, _REPLACED = ".restoring", ".replaced"


@dataclass(frozen=True)
class Unfinished:
    """A restored folder before it counts, for whoever knows the register and the audit trail."""

    data: DataFolder
    register_then: Path | None
    """The register that the backup has; that of the folder is the newest there is."""
    people: frozenset[str]
    """The keys of the people who are in the store."""
    erased: frozenset[str]
    """The digests of the keys of those who were erased."""


Finish = Callable[[Unfinished], None]


class CannotRestore(RuntimeError):
    """Why there is nothing to restore, or not to that moment, or not there: `zh` and `en`."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True)
class Restored:
    """From which backup a folder was made, and the time of the last commit in it."""

    backup: Backup
    until: datetime


def restore(
    folder: Path, target: Path, *, at: datetime | None = None, force: bool = False, finish: Finish
) -> Restored:
    """Make the data folder as it was at a moment, or as late as is known.

    With `force` it replaces one that is there, which stays until the new one stands, and whose
    journal is read too as far as it is whole. Raises CannotRestore, NotABackupFolder,
    BackupDamaged, StoreInUse, NotADataFolder, or OSError.
    """
    backups = BackupFolder(folder)
    with backups.locked():
        old = _replaced(target, force)
        backup = _chosen(backups.backups(), at)
        work = target.with_name(target.name + _RESTORING)
        shutil.rmtree(work, ignore_errors=True)
        _take_out(backups, backup, work)
        data = DataFolder.open(work)
        digests = _all_erased(backups, [data, old] if old else [data], work)
        following = _following(backups, backup, old, at)
        last = _bring_forward(data, following, Keeping(digests))
        people = _without_erased(data, digests)
        remember_digests(data.erased, sorted(digests))
        register_then = _set_aside(data.register)
        _take_newest(backups, old, data)
        finish(Unfinished(data, register_then, frozenset(people), frozenset(digests)))
        if register_then is not None:
            register_then.unlink()
        journals.begin(data.journal, last.number if last else backup.settled)
        sync_everything(work)
        _put_in_place(work, target)
    return Restored(backup, last.time if last else backup.taken)


def _replaced(target: Path, force: bool) -> DataFolder | None:
    """The folder that is to be replaced, None where there is none."""
    if not target.exists() or not any(target.iterdir()):
        return None
    if not force:
        raise CannotRestore(
            f"{target} 不是空文件夹。请另指定一个，或用 --force 替换它。",
            f"{target} is not empty. Name another folder, or replace it with --force.",
        )
    try:
        data = DataFolder.open(target)
    except NotADataFolder:
        if not (target / "store").is_dir():
            raise  # a damaged mark is reason to restore, a folder of something else is none
        data = DataFolder(target.resolve())
    lock = data.store / "LOCK"
    if lock.exists():
        with lock.open("r+b") as file:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise in_use(data) from error
    return data


def _chosen(backups: Sequence[Backup], at: datetime | None) -> Backup:
    """The newest backup that was taken before the moment."""
    before = [backup for backup in backups if at is None or backup.taken <= at]
    if before:
        return before[-1]
    if not backups:
        raise CannotRestore(
            "还没有备份。请先运行 rengang backup。",
            "There is no backup yet. Take one with rengang backup.",
        )
    oldest = _told(backups[0].taken)
    raise CannotRestore(
        f"最早的备份是 {oldest} 的。请用 --at 给出此后的时刻。",
        f"The oldest backup is of {oldest}. Give a later moment with --at.",
    )


def _take_out(backups: BackupFolder, backup: Backup, work: Path) -> None:
    """Copy what the backup holds; the journal is read where it lies."""
    for name, stored in backup.files.items():
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.parent.name != "journal":
            backups.take_out(stored, path)
    shutil.rmtree(work / "journal", ignore_errors=True)


def _all_erased(backups: BackupFolder, folders: Sequence[DataFolder], work: Path) -> set[str]:
    """The digests of everybody who was erased, by any list that there is."""
    digests = {digest for data in folders for digest in erased_digests(data.erased)}
    scratch = work / "erased.new"
    for backup in backups.backups():
        if stored := backup.files.get("erased"):
            backups.take_out(stored, scratch)
            digests |= erased_digests(scratch)
    scratch.unlink(missing_ok=True)
    return digests


# The journal


def _following(
    backups: BackupFolder, backup: Backup, old: DataFolder | None, at: datetime | None
) -> Iterator[Commit]:
    """The commits since the backup up to the moment, from every journal that goes on from it."""
    number = backup.settled
    for segment in _segments(backups, backup, old):
        for commit in commits(segment.path, number):
            if at is not None and commit.time > at:
                return
            if commit.number != number + 1:
                raise _interrupted(number, backup)
            number = commit.number
            yield commit
    if number < backup.through:
        raise _interrupted(number, backup)


def _interrupted(number: int, backup: Backup) -> CannotRestore:
    return CannotRestore(
        f"日志缺少第 {number} 次提交之后的内容。可以恢复到 {_told(backup.taken)}，或另一个备份的时刻。",
        f"The journal lacks what follows commit {number}. Restore as of {_told(backup.taken)}, or as"
        " of another backup.",
    )


def _told(moment: datetime) -> str:
    return moment.astimezone().isoformat(timespec="seconds")


def _segments(backups: BackupFolder, backup: Backup, old: DataFolder | None) -> list[Segment]:
    """The segments of the backup's lineage in order; of several copies, the one that goes furthest."""
    copies = [
        Segment(backups.file(stored), *Segment.parsed(Path(name)))
        for other in backups.backups()
        for name, stored in other.files.items()
        if name.startswith("journal/")
    ]
    if old is not None:
        copies += Segment.all(old.journal)
    furthest: dict[int, tuple[int, Segment]] = {}
    for segment in copies:
        if segment.lineage == backup.lineage and segment.path.exists():
            reach = scan(segment).number
            if reach > furthest.get(segment.first, (0, segment))[0]:
                furthest[segment.first] = reach, segment
    return [segment for _, (_, segment) in sorted(furthest.items())]


def _bring_forward(
    data: DataFolder, following: Iterator[Commit], keeping: Keeping
) -> Commit | None:
    """Carry out what followed; answers the last commit. What the backup had already stays so."""
    store = Store(data.store)
    last = None
    for last in following:
        for change in last.changes():
            keeping.change(change).carry_out(store)
    store.flush()
    return last


def _without_erased(data: DataFolder, digests: set[str]) -> set[str]:
    """Write the store anew without those who were erased; answers who is left in it."""
    if digests:
        new = data.store.with_name(data.store.name + NEW)
        write_anew(Store.read_only(str(data.store)), new, Keeping(digests))
        switch(data.store)
    names = Store.read_only(str(data.store)).named_graphs()
    return {person for name in names if (person := person_of(name)) is not None}


# The end


def _set_aside(path: Path) -> Path | None:
    """Another name for a file, None where there is none."""
    if not path.exists():
        return None
    return path.replace(path.with_name(path.name + ".then"))


def _take_newest(backups: BackupFolder, old: DataFolder | None, data: DataFolder) -> None:
    """Names, tokens and the audit trail as they were last: they are never turned back.

    A token that was revoked stays revoked, and what was done since is not forgotten. They come
    from the folder that is replaced, and from the newest backup where it cannot be read.
    """
    newest = backups.backups()[-1]
    for path in (data.register, data.access, data.audit):
        name = str(path.relative_to(data.path))
        if old is not None and _taken_over(old.path / name, path):
            continue
        for file, stored in newest.files.items():
            if Path(file).parts[0] == name:
                (data.path / file).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                backups.take_out(stored, data.path / file)


def _taken_over(source: Path, target: Path) -> bool:
    """Whether a database or a folder could be copied in place of the one that is there."""
    unfinished = target.with_name(target.name + ".new")
    try:
        if source.is_dir():
            shutil.copytree(source, unfinished)
            shutil.rmtree(target, ignore_errors=True)
        else:
            copy_database(source, unfinished)
        unfinished.replace(target)
    except (OSError, sqlite3.Error):
        return False
    return True


def _put_in_place(work: Path, target: Path) -> None:
    """Let the restored folder take the place of what is there, which goes once it stands."""
    old = target.with_name(target.name + _REPLACED)
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    work.rename(target)
    sync(target.parent)
    shutil.rmtree(old, ignore_errors=True)
