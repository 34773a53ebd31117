"""Who was erased: digests of pseudonyms, so that a restored backup does not bring anybody back."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import unquote

from pyoxigraph import NamedNode

from kb_service.store.changes import Graph
from kb_service.store.data_folder import DataFolder
from kb_service.store.disk import sync
from kb_service.vocabulary import PEOPLE_GRAPHS, PEOPLE_HISTORY, PERSON_CONCLUSIONS


def digest_of(key: str) -> str:
    """What is remembered of an erased person's key."""
    return hashlib.sha256(key.encode()).hexdigest()


def remember(folder: Path, key: str) -> None:
    """Remember that this person was erased; on disk when it returns. Asked twice, once is kept."""
    remember_digests(DataFolder(folder).erased, [digest_of(key)])


def is_erased(folder: Path, key: str) -> bool:
    """Whether the person with this key was erased."""
    return digest_of(key) in erased_digests(DataFolder(folder).erased)


def erased_digests(file: Path) -> set[str]:
    """The digests in a list of erased people; none when there is no list."""
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return set()
    return {line for line in lines if len(line) == hashlib.sha256().digest_size * 2}


def remember_digests(file: Path, digests: Iterable[str]) -> None:
    """Add digests to a list of erased people; on disk when it returns."""
    known = erased_digests(file)
    new = [digest for digest in dict.fromkeys(digests) if digest not in known]
    if not new:
        return
    # A line that a power cut has torn is ended first, so that it spoils none after it.
    content = file.read_bytes() if file.exists() else b""
    torn = bool(content) and not content.endswith(b"\n")
    with file.open("a", encoding="ascii") as lines:
        lines.write("\n" * torn + "".join(f"{digest}\n" for digest in new))
        lines.flush()
        os.fsync(lines.fileno())
    sync(file.parent)


def person_of(graph: Graph) -> str | None:
    """The key of the person whom a graph is about, None for any other graph."""
    if isinstance(graph, NamedNode):
        for prefix in (PEOPLE_GRAPHS, PERSON_CONCLUSIONS, PEOPLE_HISTORY):
            if graph.value.startswith(prefix):
                return unquote(graph.value.removeprefix(prefix))
    return None


def unless_about(digests: set[str]) -> Callable[[Graph], bool]:
    """Whether a graph may be kept: it is about none of the people with these digests."""

    def may_be_kept(graph: Graph) -> bool:
        person = person_of(graph)
        return person is None or digest_of(person) not in digests

    return may_be_kept
