"""Changes that a release makes to what was written for an earlier one, as SPARQL in files."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import b32encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from kb_service.engine.header import whole_header
from kb_service.store import Term, as_stored
from kb_service.vocabulary import BASE, NAMESPACES, STORE_GRAPH, iri

CARRIED_OUT = iri("dcterms", "conformsTo")
"""From a store to each migration that it need not go through any more."""

Opaque = Callable[[Term], Literal]

_OPAQUE = NamedNode(BASE + "function/opaque")
_LETTERS = 26
_MIGRATIONS = BASE + "migration/"
_FIELDS = ("Says", "说明", "Because", "Reads")
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_NAME = re.compile(r"\d{2}-[a-z0-9-]+")


@dataclass(frozen=True)
class Migration:
    """A SPARQL update of one graph at a time, whatever the graph is called.

    Run again over what it made it changes nothing: a file does not tell what was done with it.
    """

    version: str
    name: str
    says: str
    says_zh: str
    reads: frozenset[str]
    """The terms of which it needs one to find anything in a graph."""
    text: str

    @property
    def id(self) -> str:
        """The release and the name, as in `0.1.0/01-version-of-position-models`."""
        return f"{self.version}/{self.name}"

    @property
    def iri(self) -> NamedNode:
        """The name by which a store remembers it."""
        return NamedNode(_MIGRATIONS + self.id)

    @cached_property
    def _order(self) -> tuple[tuple[int, ...], str]:
        return tuple(map(int, self.version.split("."))), self.name

    def __lt__(self, other: Migration) -> bool:
        return self._order < other._order

    def concerns(self, triples: Iterable[Triple]) -> bool:
        """Whether one of the terms that it reads is in a graph."""
        return any(
            isinstance(term, NamedNode) and term.value in self.reads
            for triple in triples
            for term in (triple.subject, triple.predicate, triple.object)
        )

    def over(self, triples: Sequence[Triple], opaque: Opaque | None = None) -> list[Triple]:
        """What a graph says afterwards; the triples that stay are written as they were.

        `opaque` gives the names that the update asks for by `function:opaque`; where graphs belong
        together, it is the same for all of them. Raises ValueError when the update reaches beyond the graph.
        """
        if not self.concerns(triples):
            return list(triples)
        graph = Store()
        graph.extend(_in_default_graph(triples))
        before = set(graph)
        graph.update(self.text, custom_functions={_OPAQUE: opaque or opaque_names()})
        after = set(graph)
        if any(quad.graph_name != DefaultGraph() for quad in after):
            raise ValueError(f"{self.id}: an update of one graph may not name another")
        if before == after:
            return list(triples)
        gone = {quad.triple for quad in before - after}
        stays = [triple for triple in triples if not gone.intersection(as_stored([triple]))]
        return [*stays, *(quad.triple for quad in after - before)]


def opaque_names() -> Opaque:
    """A function that gives each text a name from which nobody can tell it: always the same one.

    Another call gives another function, since the names hang on a key that is told to nobody.
    """
    key = secrets.token_bytes(32)

    def name(text: Term, /) -> Literal:
        assert isinstance(text, Literal)
        digest = hmac.new(key, text.value.encode(), hashlib.sha256).digest()
        return Literal(b32encode(digest).decode()[:_LETTERS].lower())

    return name


def _in_default_graph(triples: Iterable[Triple]) -> list[Quad]:
    return [Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in triples]


def read_migrations(root: Path) -> list[Migration]:
    """The migrations of a knowledge folder, those of earlier releases first.

    Raises ValueError, naming the file and what it lacks.
    """
    files = sorted((root / "ontology" / "migrations").glob("*/*.ru"))
    return sorted(map(_read, files))


def _read(path: Path) -> Migration:
    version, name = path.parent.name, path.stem
    if not (_VERSION.fullmatch(version) and _NAME.fullmatch(name)):
        raise ValueError(f"{path}: name it as in ontology/migrations/0.1.0/01-what-it-changes.ru")
    text = path.read_text(encoding="utf-8")
    said = whole_header(path, text, _FIELDS).fields
    return Migration(
        version=version,
        name=name,
        says=said["Says"],
        says_zh=said["说明"],
        reads=_terms(path, said["Reads"]),
        text=text,
    )


def _terms(path: Path, text: str) -> frozenset[str]:
    found = set()
    for name in re.split(r"[,\s]+", text.strip()):
        prefix, _, local = name.partition(":")
        if prefix not in NAMESPACES:
            raise ValueError(f"{path}: {name} under Reads has no known prefix")
        found.add(NAMESPACES[prefix] + local)
    return frozenset(found)


def waiting(
    migrations: Iterable[Migration], facts_of_the_store: Iterable[Triple]
) -> list[Migration]:
    """The migrations that a store has yet to go through, by what it says of itself."""
    done = {fact.object for fact in facts_of_the_store if fact.predicate == CARRIED_OUT}
    return [migration for migration in migrations if migration.iri not in done]


def marks(migrations: Iterable[Migration]) -> list[Triple]:
    """What a store says of itself that went through these."""
    return [Triple(STORE_GRAPH, CARRIED_OUT, migration.iri) for migration in migrations]


def marks_to_keep(root: Path, facts_of_the_store: Sequence[Triple]) -> list[Triple]:
    """What a store that is filled from a knowledge folder says of migrations from then on.

    A new store has nothing that was written for an earlier release.
    """
    if not facts_of_the_store:
        return marks(read_migrations(root))
    return [fact for fact in facts_of_the_store if fact.predicate == CARRIED_OUT]


class UpgradeDue(RuntimeError):
    """The data folder is of an earlier release; `rengang upgrade` brings it up to this one."""

    def __init__(self, migrations: Sequence[Migration]) -> None:
        super().__init__(", ".join(migration.id for migration in migrations))
        self.migrations = tuple(migrations)
