"""The texts of queries, kept apart from the trail by their digests, so that one can be forgotten."""

from __future__ import annotations

import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote_plus

from kb_service.audit.entries import compact, without_keys
from kb_service.audit.held_files import HeldFile
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

    Whoever adds sees to it that nobody else adds or forgets meanwhile, in any process; whoever
    asks, that no other thread does. Known are only texts in the file that is open: whoever forgets
    one of them puts another file in its place, which is noticed at once.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known = OrderedDict[str, None]()
        self._file: HeldFile | None = None
        self._unsynced = set[str]()

    def holds(self, digest: str) -> bool:
        """Whether a text is known to be kept; one that is kept for long may be forgotten here."""
        if digest not in self._known or self._file is None or not _is_whole(self._file):
            return False
        self._known.move_to_end(digest)
        return True

    def add(self, texts: Mapping[str, str], month: str) -> list[str]:
        """Keep texts, all or none, each under its digest; answers those that were not known yet.

        They are on disk after `sync`.
        """
        file = self._open(f"{month}.jsonl")
        new = [digest for digest in texts if digest not in self._known]
        if new:
            lines = b"".join(_line(texts[digest], digest) for digest in new)
            # Half a line of a crash spoils no other.
            file.append(lines if file.ends_a_line() else b"\n" + lines)
            self._unsynced.add(file.name)
        for digest in texts:
            self._known[digest] = None
            self._known.move_to_end(digest)
        while len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return new

    def take_back(self, new: Sequence[str]) -> None:
        """Undo the `add` that has just answered this."""
        if new and self._file is not None:
            self._file.take_back()
            for digest in new:
                self._known.pop(digest, None)

    def close(self) -> None:
        """Let go of the file, and of what is known of it."""
        self._known.clear()
        if self._file is not None:
            self._file.close()
            self._file = None

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

    def _open(self, name: str) -> HeldFile:
        """The file of that name; what was known of another, or of more of it, is known no more."""
        file = self._file
        if file is None or file.name != name or not _is_whole(file):
            self.close()
            file = self._file = HeldFile(self.folder / name)
        return file


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
    return f'{{"digest":"{digest}","text":{compact(text)}}}\n'.encode()


def _read(line: bytes) -> tuple[str, str] | None:
    try:
        fields = json.loads(line)
        return str(fields["digest"]), str(fields["text"])
    except (ValueError, KeyError, TypeError):
        return None


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file


def _is_whole(file: HeldFile) -> bool:
    """Whether a file still has all that was added to it, and its name."""
    return file.is_in_place() and file.size >= file.left_at


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _mentions(text: str, sought: Sequence[str]) -> bool:
    read = text.casefold()
    readings = (read, _ESCAPE.sub(_character, read).casefold(), unquote_plus(read).casefold())
    return any(string in reading for string in sought for reading in readings)


def _character(found: re.Match[str]) -> str:
    code = int(found[1] or found[2], 16)
    return chr(code) if code < 0x110000 else found[0]
