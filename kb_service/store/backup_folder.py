"""A folder of backups: every file once, by what it holds, and for each backup a list of its files."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from kb_service.store.disk import sync, write_whole

_MARK = "rengang-backups.json"
_FORMAT = {"format": "rengang backups", "version": 1}
_PIECE = 1024 * 1024


class NotABackupFolder(ValueError):
    """The folder holds something else, or no backup at all."""


class BackupDamaged(RuntimeError):
    """A file of a backup is missing or does not hold what was written into it."""


class BackupInUse(RuntimeError):
    """Another backup is being written into the folder."""


@dataclass(frozen=True)
class StoredFile:
    """A file of a backup: its digest, which is its name, and its size."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Backup:
    """One backup: the data folder as it was at a moment, and where its store stood.

    The store holds the commits up to `settled` for certain, and those that were made before `taken`.
    """

    id: str
    taken: datetime
    lineage: str
    settled: int
    through: int
    """The last commit that the journal in it holds."""
    files: Mapping[str, StoredFile]
    """By their paths in the data folder."""
    tables: Mapping[str, StoredFile] = field(default_factory=dict)
    """Tables of the store by their identity on disk, so that none is read twice."""

    def document(self) -> dict[str, object]:
        """The backup as JSON has it."""
        return {
            "id": self.id,
            "taken": self.taken.isoformat(),
            "lineage": self.lineage,
            "settled": self.settled,
            "through": self.through,
            "files": {name: [file.sha256, file.size] for name, file in self.files.items()},
            "tables": {name: [file.sha256, file.size] for name, file in self.tables.items()},
        }

    @classmethod
    def read(cls, path: Path) -> Backup:
        """The backup that a list of files describes; raises BackupDamaged."""
        try:
            text = json.loads(path.read_bytes())
            files, tables = (
                {name: StoredFile(*entry) for name, entry in text[part].items()}
                for part in ("files", "tables")
            )
            return cls(
                text["id"],
                datetime.fromisoformat(text["taken"]),
                text["lineage"],
                text["settled"],
                text["through"],
                files,
                tables,
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BackupDamaged(f"{path} is damaged: {error}") from error


class BackupFolder:
    """Where backups are kept."""

    def __init__(self, path: Path) -> None:
        """Open the folder; raises NotABackupFolder."""
        try:
            mark = json.loads((path / _MARK).read_bytes())
        except (OSError, ValueError):
            mark = None
        if mark != _FORMAT:
            raise NotABackupFolder(f"{path} holds no backups of ours.")
        self.path = path.resolve()

    @classmethod
    def create_or_open(cls, path: Path) -> BackupFolder:
        """The folder, made when it is missing or empty; raises NotABackupFolder."""
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not any(path.iterdir()):
            for part in ("backups", "files"):
                (path / part).mkdir(mode=0o700)
            write_whole(path / _MARK, json.dumps(_FORMAT).encode())
        return cls(path)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else writes here while the block runs; raises BackupInUse."""
        descriptor = os.open(self.path / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BackupInUse(f"{self.path}: another backup is being written.") from error
            yield
        finally:
            os.close(descriptor)

    def lists(self) -> list[Path]:
        """The lists of files of all backups, oldest first."""
        return sorted((self.path / "backups").glob("*.json"))

    def backups(self) -> list[Backup]:
        """All backups, oldest first; raises BackupDamaged."""
        return sorted(map(Backup.read, self.lists()), key=lambda backup: backup.taken)

    def file(self, stored: StoredFile) -> Path:
        """Where a file lies."""
        return self.path / "files" / stored.sha256[:2] / stored.sha256

    def has(self, stored: StoredFile) -> bool:
        """Whether a file is there in its whole size."""
        path = self.file(stored)
        return path.exists() and path.stat().st_size == stored.size

    def keep(self, source: Path, length: int | None = None) -> StoredFile:
        """Copy a file, or so many bytes of its beginning; on disk when it returns.

        What is there already is not written again.
        """
        unfinished = self.path / "files" / f"new-{secrets.token_hex(8)}"
        try:
            stored = _copied(source, unfinished, length)
            if not self.has(stored):
                target = self.file(stored)
                target.parent.mkdir(exist_ok=True, mode=0o700)
                sync(unfinished)
                unfinished.replace(target)
                sync(target.parent)
            return stored
        finally:
            unfinished.unlink(missing_ok=True)

    def add(self, backup: Backup) -> None:
        """Make a backup count, whose files are all here."""
        sync(self.path / "files")
        document = json.dumps(backup.document(), indent=1, ensure_ascii=False)
        write_whole(self.path / "backups" / f"{backup.id}.json", document.encode())

    def take_out(self, stored: StoredFile, target: Path) -> None:
        """Copy a file out of here; raises BackupDamaged when it is not what was put in."""
        try:
            found = _copied(self.file(stored), target, None)
        except FileNotFoundError as error:
            raise BackupDamaged(f"{self.file(stored)} is missing.") from error
        if found != stored:
            raise BackupDamaged(f"{self.file(stored)} does not hold what was written into it.")

    def check(self, stored: StoredFile) -> str | None:
        """What is wrong with a file, None when nothing is."""
        path = self.file(stored)
        if not path.exists():
            return f"{path} is missing."
        if StoredFile(_digest(path), path.stat().st_size) != stored:
            return f"{path} does not hold what was written into it."
        return None

    def remove_older_than(self, moment: datetime) -> int:
        """Remove backups taken before a moment, but never the newest; answers how many."""
        old = [backup for backup in self.backups()[:-1] if backup.taken < moment]
        for backup in old:
            (self.path / "backups" / f"{backup.id}.json").unlink()
        sync(self.path / "backups")
        wanted = {file.sha256 for backup in self.backups() for file in backup.files.values()}
        for path in (self.path / "files").rglob("*"):
            if path.is_file() and path.name not in wanted:
                path.unlink()
        return len(old)


def _copied(source: Path, target: Path, length: int | None) -> StoredFile:
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as input_file, target.open("wb") as output:
        os.fchmod(output.fileno(), 0o600)
        while piece := input_file.read(_PIECE if length is None else min(_PIECE, length - size)):
            digest.update(piece)
            output.write(piece)
            size += len(piece)
    return StoredFile(digest.hexdigest(), size)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
