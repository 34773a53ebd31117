"""Files that are there whole or not at all, even after a power cut."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_PROBE_BYTES = 1024 * 1024


def sync(path: Path) -> None:
    """Return once the file or folder is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: bytes) -> None:
    """Make the file hold exactly this, or leave it as it was."""
    unfinished = path.with_name(path.name + ".new")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    sync(path.parent)


def sync_everything(folder: Path) -> None:
    """Return once every file below the folder, and the folder itself, is on disk."""
    for path in folder.rglob("*"):
        if not path.is_symlink():
            sync(path)
    sync(folder)


def probe(path: Path) -> None:
    """Return when the disk can be written, by writing a file that goes again; raises OSError."""
    try:
        with path.open("wb") as file:
            file.write(bytes(_PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    finally:
        with suppress(OSError):
            path.unlink()
