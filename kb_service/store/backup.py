"""A backup of a data folder, taken while a service may be writing it."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kb_service.store.backup_folder import Backup, BackupFolder, StoredFile
from kb_service.store.data_folder import DataFolder
from kb_service.store.journal import Segment, note_covered, scan, settled_number
from kb_service.store.opening import open_snapshot

_DATABASE = ".sqlite"
_LINES = ".jsonl"


@dataclass(frozen=True)
class Taken:
    """A backup that was taken, what it cost, and how many old ones went."""

    backup: Backup
    new_bytes: int
    all_bytes: int
    removed: int


def take_backup(data: DataFolder, folder: Path, keep_days: int | None = None) -> Taken:
    """Back up a data folder; only what no earlier backup holds is copied.

    Backups older than `keep_days` go afterwards, but never the newest. Raises NotABackupFolder,
    BackupInUse, BackupDamaged, or OSError.
    """
    backups = BackupFolder.create_or_open(folder)
    with backups.locked():
        before = {path.name for path in (backups.path / "files").rglob("*")}
        backup = _copy(data, backups)
        backups.add(backup)
        note_covered(data.journal, backup.lineage, backup.through)
        stored = backup.files.values()
        new = {file.sha256: file.size for file in stored if file.sha256 not in before}
        removed = 0
        if keep_days is not None:
            removed = backups.remove_older_than(datetime.now(UTC) - timedelta(days=keep_days))
        return Taken(backup, sum(new.values()), sum(file.size for file in stored), removed)


def _copy(data: DataFolder, backups: BackupFolder) -> Backup:
    """Copy everything; the store first, then the journal, which so holds all that the store does."""
    last = backups.backups()[-1:]
    known = last[0].tables if last else {}
    # Read before the store is: what is in tables now is in those that are copied.
    lineage, settled = settled_number(data.journal)
    files, tables = _copy_store(data, backups, known)
    taken = datetime.now(UTC)
    through = settled
    for segment in Segment.all(data.journal):
        with suppress(FileNotFoundError):  # the writer needs it no more, and a backup has it
            found = scan(segment)
            stored = backups.keep(segment.path, found.end)
            files[str(segment.path.relative_to(data.path))] = stored
            through, lineage = max(through, found.number), segment.lineage
    for path in _others(data):
        files[str(path.relative_to(data.path))] = _keep_other(path, backups)
    return Backup(f"{taken:%Y%m%dT%H%M%S.%fZ}", taken, lineage, settled, through, files, tables)


def _copy_store(
    data: DataFolder, backups: BackupFolder, known: Mapping[str, StoredFile]
) -> tuple[dict[str, StoredFile], dict[str, StoredFile]]:
    """Copy the store as it is at this moment; a table that was copied before is not read again."""
    snapshot, _ = open_snapshot(data)
    try:
        files, tables = dict[str, StoredFile](), dict[str, StoredFile]()
        for path in sorted(snapshot.path.iterdir()):
            if path.suffix == ".sst":
                about = path.stat()
                identity = f"{path.name} {about.st_size} {about.st_mtime_ns} {about.st_ino}"
                stored = known.get(identity)
                if stored is None or not backups.has(stored):
                    stored = backups.keep(path)
                files[f"store/{path.name}"] = tables[identity] = stored
            elif path.suffix == ".log" or path.name.startswith(("MANIFEST", "CURRENT")):
                files[f"store/{path.name}"] = backups.keep(path)
        return files, tables
    finally:
        snapshot.close()


def _others(data: DataFolder) -> Iterator[Path]:
    """The files beside store and journal that are worth keeping.

    Answers to repeated requests are not: restored, they would tell of writes that are undone.
    """
    passing = {
        data.store, data.checkpoints, data.shared, data.snapshots, data.cache, data.journal,
        data.pending, data.rebuilding, data.requests, data.probe, data.watched, data.but_raters,
    }  # fmt: skip
    for entry in sorted(data.path.iterdir()):
        is_unfinished = entry.name.endswith((".new", ".old", "-wal", "-shm", "-journal"))
        if entry in passing or is_unfinished:
            continue
        yield from (path for path in sorted([entry, *entry.rglob("*")]) if path.is_file())


def _keep_other(path: Path, backups: BackupFolder) -> StoredFile:
    if path.suffix == _DATABASE:
        return _keep_database(path, backups)
    if path.suffix == _LINES:  # a line that is being written is not there yet
        return backups.keep(path, path.read_bytes().rfind(b"\n") + 1)
    return backups.keep(path)


def _keep_database(path: Path, backups: BackupFolder) -> StoredFile:
    """Copy a database that others may be writing, as of its last transaction."""
    with tempfile.TemporaryDirectory(dir=backups.path / "files", prefix="new-") as scratch:
        copy = Path(scratch) / path.name
        copy_database(path, copy)
        return backups.keep(copy)


def copy_database(source: Path, target: Path) -> None:
    """Copy an SQLite database as of its last transaction; raises sqlite3.Error."""
    address = f"{source.resolve().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True)) as database,
        closing(sqlite3.connect(target)) as copy,
    ):
        database.backup(copy)
    target.chmod(0o600)
