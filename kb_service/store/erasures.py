"""Who was erased: digests of pseudonyms, so that a restored backup does not bring anybody back."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from kb_service.store.changes import Change, Graph, Term
from kb_service.store.data_folder import DataFolder
from kb_service.store.disk import sync
from kb_service.vocabulary import OF_PEOPLE

# A person in an IRI, or a pseudonym wherever it stands, also in the middle of a text.
_MENTION = re.compile(r"/(?:person|people)/([A-Za-z0-9._~%-]+)|\b(p-[a-z2-7]{26})")


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
        for prefix in OF_PEOPLE:
            if graph.value.startswith(prefix):
                return unquote(graph.value.removeprefix(prefix))
    return None


class Keeping:
    """What may be kept of a store: what is about none of the people with these digests, nor names one."""

    def __init__(self, digests: Iterable[str]) -> None:
        self._digests = frozenset(digests)
        self._known: dict[str, bool] = {}

    def graph(self, name: Graph) -> bool:
        """Whether a graph may be kept: it is about none of them."""
        person = person_of(name)
        return person is None or not self._is_erased(person)

    def quad(self, quad: Quad) -> bool:
        """Whether a quad may be kept: it is in a graph that may, and no term mentions one of them."""
        return not self._digests or (
            self.graph(quad.graph_name) and not any(map(self._mentions, quad.triple))
        )

    def change(self, change: Change) -> Change:
        """What may be kept of a change."""
        return Change(
            tuple(filter(self.quad, change.removed)),
            tuple(filter(self.quad, change.added)),
            tuple(name for name in change.emptied if self.graph(name)),
        )

    def _mentions(self, term: Term) -> bool:
        if isinstance(term, Triple):
            return any(map(self._mentions, term))
        if isinstance(term, BlankNode):
            return False
        return any(self._is_erased(unquote(id or key)) for id, key in _MENTION.findall(term.value))

    def _is_erased(self, key: str) -> bool:
        if key not in self._known:
            self._known[key] = digest_of(key) in self._digests
        return self._known[key]
