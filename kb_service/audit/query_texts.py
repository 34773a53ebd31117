"""The texts of queries, each under its digest beside the trail, so that one can be forgotten."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote_plus

from kb_service.audit.entries import without_keys
from kb_service.audit.segments import sync

_MOST_BYTES = 64 * 1024
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def keep_text(folder: Path, text: str) -> tuple[str, bool]:
    """The digest under which the text is kept, and whether it is new there and has yet to be synced.

    Keys of people are left out, and so is what goes beyond 64 KiB.
    """
    kept = without_keys(text).encode("utf-8", "replace")
    if len(kept) > _MOST_BYTES:
        kept = kept[:_MOST_BYTES] + f"\n# … {len(kept)} bytes in all\n".encode()
    digest = hashlib.sha256(kept).hexdigest()
    path = folder / digest
    if path.exists():
        return digest, False
    unfinished = folder / f".{digest}.{os.getpid()}.{threading.get_ident()}"
    unfinished.write_bytes(kept)
    unfinished.replace(path)
    return digest, True


def sync_texts(folder: Path, digests: Collection[str]) -> None:
    """Have these texts on disk; those that were forgotten meanwhile need not be."""
    for digest in digests:
        with suppress(FileNotFoundError):
            sync(folder / digest)
    if digests:
        sync(folder)


def forget_texts(folder: Path, strings: Iterable[str]) -> list[str]:
    """The digests of the texts that held one of the strings, however it was escaped; now gone."""
    sought = [string.casefold() for string in strings if string.strip()]
    found = [
        path
        for path in sorted(folder.iterdir())
        if any(string in readings for string in sought for readings in _readings(path))
    ]
    for path in found:
        path.unlink()
    if found:
        sync(folder)
    return [path.name for path in found if not path.name.startswith(".")]


def _readings(path: Path) -> tuple[str, ...]:
    text = path.read_bytes().decode("utf-8", "replace").casefold()
    unescaped = _ESCAPE.sub(_character, text).casefold()
    return text, unescaped, unquote_plus(text).casefold()


def _character(found: re.Match[str]) -> str:
    code = int(found[1] or found[2], 16)
    return chr(code) if code < 0x110000 else found[0]
