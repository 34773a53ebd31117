"""The folder that holds everything of one installation, and the mark that says it is one."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

_MARK = "rengang-data.json"
_UNFINISHED_MARK = _MARK + ".new"
_CONFIGURATION = "rengang.toml"
_FORMAT = "rengang data folder"
_VERSION = 1


class NotADataFolder(ValueError):
    """The folder holds something else, nothing at all, or data of a newer version."""


@dataclass(frozen=True)
class DataFolder:
    """Where each thing lies below the folder that the user named."""

    path: Path

    @property
    def store(self) -> Path:
        """The files of the store itself."""
        return self.path / "store"

    @property
    def checkpoints(self) -> Path:
        """Hard-linked copies that query workers read, one for each generation in use."""
        return self.path / "checkpoints"

    @property
    def shared(self) -> Path:
        """A store that holds nothing but shared graphs, made anew at each start."""
        return self.path / "shared"

    @property
    def but_raters(self) -> Path:
        """A store that holds all but who rated whom, made when somebody who may not know that asks."""
        return self.path / "but-raters"

    @property
    def rebuilding(self) -> Path:
        """There while the store is being written anew."""
        return self.path / "rebuilding"

    @property
    def probe(self) -> Path:
        """Written for a moment to find out whether the disk can be written again."""
        return self.path / "probe"

    @property
    def snapshots(self) -> Path:
        """Hard-linked copies that other processes read, made by themselves."""
        return self.path / "snapshots"

    @property
    def pending(self) -> Path:
        """There while a large change is half carried out: where the state before it can be read."""
        return self.path / "pending"

    @property
    def cache(self) -> Path:
        """What took long to find out, by the content it was found out of."""
        return self.path / "cache"

    @property
    def watched(self) -> Path:
        """Copies of a knowledge folder that is edited while the service runs."""
        return self.path / "watched"

    @property
    def register(self) -> Path:
        """Names, contact data and ids of people by pseudonym: a database that no query sees."""
        return self.path / "register.sqlite"

    @property
    def access(self) -> Path:
        """Tokens, hashed."""
        return self.path / "access.sqlite"

    @property
    def requests(self) -> Path:
        """Writes that were answered, by idempotency key."""
        return self.path / "requests.sqlite"

    @property
    def audit(self) -> Path:
        """The folder of the audit trail."""
        return self.path / "audit"

    @property
    def journal(self) -> Path:
        """The folder of the journal: every commit since the last backup and some before."""
        return self.path / "journal"

    @property
    def erased(self) -> Path:
        """Digests of the pseudonyms of people who were erased, to be erased again on restore."""
        return self.path / "erased"

    @classmethod
    def create_or_open(cls, path: Path) -> DataFolder:
        """The folder, made and marked when it is missing or empty.

        Raises NotADataFolder when it holds something else, or data of a newer version.
        """
        if path.exists() and not path.is_dir():
            raise NotADataFolder(f"{path} is a file. Name a folder.")
        path.mkdir(parents=True, exist_ok=True)
        if not (path / _MARK).exists():
            if {entry.name for entry in path.iterdir()} - {_UNFINISHED_MARK, _CONFIGURATION}:
                raise NotADataFolder(
                    f"{path} holds files of something else. Name an empty or a new folder."
                )
            _write_mark(path)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> DataFolder:
        """The folder, which must exist and carry the mark of a version that we read."""
        try:
            mark = json.loads((path / _MARK).read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            raise NotADataFolder(f"{path} holds no data of ours yet.") from None
        except ValueError:
            mark = None
        if not isinstance(mark, dict) or mark.get("format") != _FORMAT:
            raise NotADataFolder(f"{path / _MARK} is damaged. Restore it from a backup.")
        if mark.get("version") != _VERSION:
            raise NotADataFolder(
                f"{path} has data of format {mark.get('version')}; this version reads format "
                f"{_VERSION}. Start the version that wrote it."
            )
        return cls(path.resolve())


def _write_mark(path: Path) -> None:
    """Write the mark so that it is there whole or not at all, even after a power cut."""
    unfinished = path / _UNFINISHED_MARK
    with unfinished.open("w", encoding="utf-8") as file:
        json.dump({"format": _FORMAT, "version": _VERSION}, file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path / _MARK)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
