"""Whether a data folder or a backup holds what was written into it: everything in it is read."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from pyoxigraph import Store

from kb_service.findings import Finding, violation
from kb_service.store.backup_folder import Backup, BackupDamaged, BackupFolder
from kb_service.store.data_folder import DataFolder
from kb_service.store.index_reading import exactly, read_every_index
from kb_service.store.journal import Segment, scan
from kb_service.store.opening import InPlace, open_snapshot
from kb_service.store.store_state import is_damage


def verify_data(folder: Path) -> Iterator[Finding]:
    """What is damaged in a data folder, whether or not a service writes it.

    Raises NotADataFolder.
    """
    data = DataFolder.open(folder)
    yield from _journal_findings(Segment.all(data.journal))
    for path in sorted(data.path.glob("*.sqlite")):
        yield from _database_findings(path, str(path))
    try:
        snapshot, store = open_snapshot(data)
    except (OSError, RuntimeError) as error:
        yield from _where_it_lies(data, error)
        return
    try:
        yield from _store_findings(store, str(data.store))
    finally:
        del store
        snapshot.close()


def _where_it_lies(data: DataFolder, reason: Exception) -> Iterator[Finding]:
    """The findings of a store of which no copy can be made."""
    try:
        place = InPlace(data, is_ours=False)
    except (OSError, RuntimeError) as error:
        yield _unreadable(str(data.store), error if is_damage(error) else reason)
        return
    try:
        yield from _store_findings(place.store, str(data.store))
    finally:
        place.close()


def verify_backups(folder: Path) -> Iterator[Finding]:
    """What is damaged in a folder of backups; the store of the newest one is read whole.

    Raises NotABackupFolder.
    """
    backups = BackupFolder(folder)
    seen: set[str] = set()
    found = False
    readable: list[Backup] = []
    for path in backups.lists():
        try:
            backup = Backup.read(path)
        except BackupDamaged as error:
            yield _unreadable(str(path), error)
            continue
        readable.append(backup)
        for name, stored in backup.files.items():
            if stored.sha256 not in seen and (fault := backups.check(stored)):
                found = True
                yield _broken_file(f"{backup.id}: {name}", fault)
            seen.add(stored.sha256)
    if not readable:
        yield violation(
            "这个文件夹里还没有可用的备份。请运行 rengang backup。",
            "There is no usable backup in this folder yet. Run rengang backup.",
            str(folder),
        )
    elif not found:
        yield from _newest_findings(backups, max(readable, key=lambda backup: backup.taken))


def _newest_findings(backups: BackupFolder, backup: Backup) -> Iterator[Finding]:
    """What is wrong with the store and the databases of a backup whose files are whole."""
    journal = []
    with tempfile.TemporaryDirectory(prefix="rengang-verify-") as scratch:
        data = DataFolder(Path(scratch))
        data.store.mkdir()
        for name, stored in backup.files.items():
            if name.startswith("store/"):
                backups.take_out(stored, data.path / name)
            elif name.startswith("journal/"):
                journal.append(Segment(backups.file(stored), *Segment.parsed(Path(name))))
            elif name.endswith(".sqlite"):
                yield from _database_findings(backups.file(stored), f"{backup.id}: {name}")
        yield from _journal_findings(sorted(journal, key=lambda segment: segment.first))
        try:
            store = Store.read_only(str(data.store))
        except (OSError, RuntimeError) as error:
            yield _unreadable(f"{backup.id}: store", error)
            return
        yield from _store_findings(store, f"{backup.id}: store")
        del store


def _journal_findings(segments: list[Segment]) -> Iterator[Finding]:
    for segment, following in zip(segments, [*segments[1:], None], strict=False):
        try:
            found = scan(segment)
        except FileNotFoundError:
            continue  # the writer has just dropped it
        if found.lost or (following and found.number != following.first - 1):
            yield violation(
                f"日志在第 {found.number} 次提交之后损坏。请用 rengang backup 重新备份；"
                "在此之前，只能恢复到损坏之前的时刻。",
                f"The journal is damaged after commit {found.number}. Take a new backup with rengang"
                " backup; until then only moments before the damage can be restored.",
                str(segment.path),
            )


def _database_findings(path: Path, name: str) -> Iterator[Finding]:
    try:
        address = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as database:
            rows = database.execute("PRAGMA integrity_check").fetchall()
        faults = [str(row[0]) for row in rows if row[0] != "ok"]
    except sqlite3.Error as error:
        faults = [str(error)]
    if faults:
        yield _broken_file(name, "; ".join(faults[:3]))


def _store_findings(store: Store, name: str) -> Iterator[Finding]:
    """What cannot be read, or is in one index of the store and not in another."""
    try:
        counts = read_every_index(store, exactly())
    except (OSError, RuntimeError) as error:
        yield _unreadable(name, error)
        return
    if len(set(counts.values())) > 1:
        yield violation(
            "存储的各个索引不一致。请用 rengang restore 从备份恢复。",
            "The indexes of the store differ. Restore a backup with rengang restore.",
            name,
            ", ".join(f"{index}: {count}" for index, count in counts.items()),
        )


def _unreadable(place: str, error: Exception) -> Finding:
    return _broken_file(place, str(error))


def _broken_file(place: str, reason: str) -> Finding:
    return violation(
        "文件已损坏。请用 rengang restore 从备份恢复；如果是备份损坏，请重新备份。",
        "The file is damaged. Restore a backup with rengang restore; if it is the backup that is"
        " damaged, take a new one.",
        place,
        reason,
    )
