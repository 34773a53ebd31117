"""The texts of queries, kept apart from the trail by their digests, so that one can be forgotten."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote_plus

from kb_service.audit.entries import without_keys
from kb_service.audit.segments import sync

_MOST_BYTES = 64 * 1024
_MOST_KNOWN = 10_000
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_ALONE = re.compile(r"[0-9a-f]{64}")
"""The name of a file that holds one text, as earlier versions kept them."""


def kept_text(text: str) -> tuple[str, str]:
    """What is kept of a text, and the digest that names it.

    Keys of people are left out, and so is what goes beyond 64 KiB.
    """
    whole = without_keys(text).encode("utf-8", "replace")
    kept = whole.decode()
    if len(whole) > _MOST_BYTES:
        kept = whole[:_MOST_BYTES].decode("utf-8", "ignore") + f"\n# … {len(whole)} bytes in all\n"
    return kept, hashlib.sha256(kept.encode()).hexdigest()


class QueryTexts:
    """Adds texts to a folder, a line each in a file for each month.

    Whoever asks it or adds sees to it that nobody else adds or forgets meanwhile, in any process.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known = OrderedDict[str, None]()
        self._seen = 0
        self._unsynced = set[str]()

    def holds(self, digest: str) -> bool:
        """Whether a text is known to be kept; one that is kept for long may be forgotten here."""
        if self._changed() != self._seen or digest not in self._known:
            return False
        self._known.move_to_end(digest)
        return True

    def add(self, text: str, digest: str, month: str) -> None:
        """Keep a text; it is on disk after `sync`."""
        if self._changed() != self._seen:  # something was forgotten, perhaps by another process
            self._known.clear()
        name = f"{month}.jsonl"
        _append(self.folder / name, _line(text, digest))
        self._seen = self._changed()
        self._unsynced.add(name)
        self._known[digest] = None
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)

    def sync(self) -> None:
        """Have on disk what was added before this call; others may add meanwhile."""
        names = set(self._unsynced)
        self._unsynced -= names
        try:
            for name in names:
                with suppress(FileNotFoundError):
                    sync(self.folder / name)
            if names:
                sync(self.folder)
        except OSError:
            self._unsynced |= names
            raise

    def _changed(self) -> int:
        """When a name in the folder was added, removed, or given to another file."""
        return self.folder.stat().st_mtime_ns


def texts_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every text that is kept, in UTF-8, after the digest that names it; one may come twice."""
    for path in sorted(folder.iterdir()):
        if _ALONE.fullmatch(path.name):
            yield path.name, path.read_bytes()
            continue
        for line in _lines(path):
            if (found := _read(line)) is not None:
                yield found[0], found[1].encode()


def forget_texts(folder: Path, strings: Iterable[str]) -> list[str]:
    """The digests of the texts that held one of the strings, however it was escaped; now gone."""
    sought = [string.casefold() for string in strings if string.strip()]
    gone: dict[str, None] = {}
    for path in sorted(folder.iterdir()):
        if _ALONE.fullmatch(path.name):
            if _mentions(_decoded(path.read_bytes()), sought):
                gone[path.name] = None
                path.unlink()
        else:
            gone.update(dict.fromkeys(_forget_lines(path, sought)))
    sync(folder)
    return list(gone)


def _forget_lines(path: Path, sought: Sequence[str]) -> list[str]:
    """The digests of the lines that held one of the strings; half a line of an earlier crash goes too."""
    gone, stays = [], []
    for line in _lines(path):
        found = _read(line)
        if found is None or _mentions(found[1], sought):
            gone.append(found[0] if found else "")
        else:
            stays.append(line)
    if gone:
        unfinished = path.with_name(f".{path.name}")
        unfinished.write_bytes(b"".join(stays))
        unfinished.chmod(0o600)
        sync(unfinished)
        unfinished.replace(path)
    return [digest for digest in gone if digest]


def _line(text: str, digest: str) -> bytes:
    fields = {"digest": digest, "text": text}
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _read(line: bytes) -> tuple[str, str] | None:
    try:
        fields = json.loads(line)
        return str(fields["digest"]), str(fields["text"])
    except (ValueError, KeyError, TypeError):
        return None


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file


def _append(path: Path, line: bytes) -> None:
    """Write the line at the end, whole or not at all, and apart from half a line of a crash."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line
        if os.write(descriptor, line) != len(line):
            os.ftruncate(descriptor, size)
            raise OSError(f"{path} took only part of a text")
    finally:
        os.close(descriptor)


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _mentions(text: str, sought: Sequence[str]) -> bool:
    read = text.casefold()
    readings = (read, _ESCAPE.sub(_character, read).casefold(), unquote_plus(read).casefold())
    return any(string in reading for string in sought for reading in readings)


def _character(found: re.Match[str]) -> str:
    code = int(found[1] or found[2], 16)
    return chr(code) if code < 0x110000 else found[0]
