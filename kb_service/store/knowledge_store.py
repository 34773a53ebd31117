"""The knowledge on disk: named graphs, one writer, and checkpoints for whoever reads beside it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TypeAlias

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QuerySolutions,
    Store,
    Triple,
)

from kb_service.store.checkpoints import Checkpoints, Snapshot, remove_abandoned
from kb_service.store.data_folder import DataFolder
from kb_service.store.pending_change import PendingChange

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple

_ATTEMPTS = 20
_LOGGED_TRIPLES = 20_000
_HELD_BY_ANOTHER = ("lock hold by current process", "Resource temporarily unavailable")


class StoreInUse(RuntimeError):
    """Another process writes this data folder; open it read-only, or stop the other."""


class KnowledgeStore:
    """Named graphs on disk, written by one process and by one thread of it at a time.

    What a call has acknowledged is on disk and survives a power cut. Reading goes on meanwhile and
    sees whole commits only. `generation` counts the commits since the store was opened.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        """Open the data folder, made when it is missing or empty.

        Read-only, the store is the state of this moment, whether or not a writer goes on beside
        it. Raises NotADataFolder or StoreInUse.
        """
        self.generation = 0
        self._logged = 0
        self._writing = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._checkpoints: Checkpoints | None = None
        self._before: Store | None = None
        self._held = ExitStack()
        self._opened: Store | None
        if read_only:
            data = DataFolder.open(folder)
            remove_abandoned(data.snapshots)
            self._snapshot, self._opened = _snapshot(data)
        else:
            data = DataFolder.create_or_open(folder)
            self._opened = _open_to_write(data)
        self.data = data
        self._tables = data.store
        self._pending = PendingChange(data.pending)
        if not read_only:
            self._finish_pending()
            self._checkpoints = Checkpoints(data.checkpoints)
            remove_abandoned(data.snapshots)

    def __enter__(self) -> KnowledgeStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.data.path

    @property
    def _store(self) -> Store:
        """What is written."""
        if self._opened is None:
            raise ValueError("the store is closed")
        return self._opened

    @property
    def _readable(self) -> Store:
        """What is read: the state before a large change for as long as it is being carried out."""
        return self._before or self._store

    def replace_graphs(
        self,
        graphs: Mapping[NamedNode, Iterable[Triple]],
        additions: Mapping[NamedNode, Iterable[Triple]] | None = None,
        *,
        stored: Mapping[NamedNode, Iterable[Triple]] | None = None,
    ) -> None:
        """Make each named graph hold exactly these triples, all of them in one transaction.

        `additions` go to graphs whose other triples stay. `stored` is what graphs hold now, where
        the one caller who writes them has read it already. An empty iterable drops the graph. Only differences are written. Memory grows with the
        triples that differ, by about 3 KB each: give a large import in batches.
        """
        if self._checkpoints is None:
            raise ValueError("the store was opened read-only")
        with self._writing:
            self._settle()
            change = _Change.towards(
                graphs, self._store, additions=additions or {}, known=stored or {}
            )
            if not change.size:
                return
            try:
                self._store.update(change.text)
                self._make_durable(change.size)
            finally:
                self.generation += 1

    def replace_many(self, graphs: Iterable[tuple[NamedNode, Iterable[Triple]]]) -> int:
        """The same for more graphs than memory holds; answers how many triples differed.

        Readers go on seeing the state before until all of it is there, and so does whoever opens
        the store after a crash, unless the change was decided by then: it is then carried out.
        Nothing changes when `graphs` raises on the way. Each name may be given once.
        """
        if self._checkpoints is None:
            raise ValueError("the store was opened read-only")
        with self._writing:
            self._settle()
            self._pending.begin()
            try:
                size, updates = self._write_down(graphs)
                if size > _LOGGED_TRIPLES:
                    self._carry_out_pending(self._checkpoints)
            finally:
                self._pending.abandon()
            if 0 < size <= _LOGGED_TRIPLES:
                try:
                    self._store.update(" ;\n".join(updates))
                    self._make_durable(size)
                finally:
                    self.generation += 1
            return size

    def _write_down(
        self, graphs: Iterable[tuple[NamedNode, Iterable[Triple]]]
    ) -> tuple[int, list[str]]:
        """How many triples differ, and the updates while they are few."""
        size, few = 0, list[str]()
        for number, (name, triples) in enumerate(graphs):
            change = _Change.towards({name: triples}, self._store, first=number)
            if not change.size:
                continue
            size += change.size
            self._pending.add(change.text)
            if size <= _LOGGED_TRIPLES:
                few.append(change.text)
        return size, few

    def _carry_out_pending(self, checkpoints: Checkpoints) -> None:
        """Decide the change that was written down, and carry it out behind the readers' backs."""
        before = self._held.enter_context(checkpoints.reading(self.generation, self._store.backup))
        opened = Store.read_only(str(before))
        self._pending.commit(before)
        self._before = opened
        self._settle()

    def _settle(self) -> None:
        """Finish a large change that a failure such as a full disk has interrupted, if any."""
        self._finish_pending()
        if self._before is not None:
            self._before = None
            self.generation += 1
            self._held.close()

    def _finish_pending(self) -> None:
        """Carry out a change that counts already, if there is one."""
        if not self._pending.is_committed:
            return
        for update in self._pending.updates():
            self._store.update(update)
        self._store.flush()
        self._logged = 0
        self._pending.finish()

    def graph(self, name: NamedNode) -> list[Triple]:
        """The triples of one graph; none when there is no such graph."""
        return [quad.triple for quad in self._readable.quads_for_pattern(None, None, None, name)]

    def graph_names(self, prefix: str = "") -> list[NamedNode]:
        """The names of all graphs whose IRI begins with `prefix`, in order."""
        names = (name for name in self._readable.named_graphs() if isinstance(name, NamedNode))
        return sorted(
            (name for name in names if name.value.startswith(prefix)), key=lambda name: name.value
        )

    def graphs_with(self, predicate: NamedNode, value: Term) -> set[NamedNode]:
        """The names of the graphs in which something has this value."""
        quads = self._readable.quads_for_pattern(None, predicate, value, None)
        return {quad.graph_name for quad in quads if isinstance(quad.graph_name, NamedNode)}

    def select(self, query: str) -> list[dict[str, Term]]:
        """Every row of one of our own SELECT queries; a variable without a value is left out.

        The default graph is the union of all graphs. For a stranger's query, see `run_query`.
        """
        solutions = self._readable.query(query, use_default_graph_as_union=True)
        if not isinstance(solutions, QuerySolutions):
            raise TypeError("this is not a SELECT query")
        names = [variable.value for variable in solutions.variables]
        return [
            {name: term for name, term in zip(names, row, strict=True) if term is not None}
            for row in solutions
        ]

    @contextmanager
    def checkpoint(self) -> Iterator[Path]:
        """A folder that any process can open read-only, with every commit made so far.

        It stays while the `with` block runs and may go afterwards.
        """
        if self._snapshot is not None:
            yield self._snapshot.path
        elif self._checkpoints is not None:
            store = self._store
            with self._checkpoints.reading(self.generation, store.backup) as path:
                yield path

    def _make_durable(self, size: int) -> None:
        """Return once the commit is on disk.

        The engine appends a commit to its log and leaves it to the kernel. Syncing the log takes a
        few milliseconds where `flush`, which writes new tables, takes tens; so tables are written
        once the log is so long that reading it again would delay the next start.
        """
        self._logged += size
        if self._logged > _LOGGED_TRIPLES:
            self._store.flush()
            self._logged = 0
            return
        for path in [*self._tables.glob("*.log"), self._tables]:
            with suppress(FileNotFoundError):  # its commits are in tables by now, and synced
                _sync(path)

    def close(self) -> None:
        """Let go of the folder, so that another process can write it."""
        with self._writing:
            if self._opened is not None and self._checkpoints is not None:
                self._opened.flush()
            self._opened = None
        if self._snapshot is not None:
            self._snapshot.remove()
        if self._checkpoints is not None:
            self._checkpoints.close()


def as_stored(triples: Iterable[Triple]) -> list[Triple]:
    """The triples as they come back from a store, which writes numbers in one canonical form."""
    scratch = Store()
    scratch.extend(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in triples)
    return [quad.triple for quad in scratch]


def _snapshot(data: DataFolder) -> tuple[Snapshot, Store]:
    """A copy of the last whole state; while a large change is carried out, of that before it."""
    pending = PendingChange(data.pending)
    for _ in range(_ATTEMPTS):
        seen = data.path.stat().st_mtime_ns
        with suppress(FileNotFoundError):
            source = pending.before if pending.is_committed else data.store
            snapshot, opened = Snapshot.take(
                source, data.snapshots, lambda path: Store.read_only(str(path))
            )
            if data.path.stat().st_mtime_ns == seen:
                return snapshot, opened
            del opened
            snapshot.remove()
    raise OSError(f"{data.path} changes too fast to be copied; try again")


def _open_to_write(data: DataFolder) -> Store:
    """The store, opened by this process alone."""
    try:
        store = Store(data.store)
    except OSError as error:
        if any(reason in str(error) for reason in _HELD_BY_ANOTHER):
            raise StoreInUse(
                f"{data.path} is in use by another process that writes it. "
                "Stop that one, or name another data folder."
            ) from error
        raise
    _sync(data.path)
    return store


@dataclass(frozen=True)
class _Change:
    """One SPARQL update, and how many triples it deletes or inserts."""

    text: str
    size: int

    @classmethod
    def towards(
        cls,
        graphs: Mapping[NamedNode, Iterable[Triple]],
        store: Store,
        *,
        first: int = 0,
        additions: Mapping[NamedNode, Iterable[Triple]] = MappingProxyType({}),
        known: Mapping[NamedNode, Iterable[Triple]] = MappingProxyType({}),
    ) -> _Change:
        """What turns the graphs that are stored into those that are given.

        Terms write themselves, so nothing in them can be read as SPARQL. A graph with blank nodes
        is written anew: a blank node has no name by which one triple could be deleted.
        """
        operations, deletions, insertions, size = [], [], [], 0
        for number, (name, triples) in enumerate(graphs.items(), first):
            stored = set(known[name] if name in known else _triples(store, name))
            given = set(triples)
            gone, added = stored - given, given - stored
            size += len(gone) + len(added)
            if stored and (not given or any(map(_has_blank_node, gone))):
                operations.append(f"DROP SILENT GRAPH {name}")
                gone, added = set(), given
            if gone:
                deletions.append(_graph_block(name, gone, number))
            if added:
                insertions.append(_graph_block(name, added, number))
        for number, (name, triples) in enumerate(additions.items(), first + len(graphs)):
            added = set(triples)
            size += len(added)
            if added:
                insertions.append(_graph_block(name, added, number))
        if deletions:
            operations.append(f"DELETE DATA {{\n{''.join(deletions)}}}")
        if insertions:
            operations.append(f"INSERT DATA {{\n{''.join(insertions)}}}")
        return cls(" ;\n".join(operations), size)


def _triples(store: Store, name: NamedNode) -> list[Triple]:
    return [quad.triple for quad in store.quads_for_pattern(None, None, None, name)]


def _graph_block(name: NamedNode, triples: Iterable[Triple], number: int) -> str:
    """The triples as SPARQL; the number keeps blank nodes of different graphs apart."""
    labels: dict[BlankNode, str] = {}

    def written(term: Term) -> str:
        if isinstance(term, BlankNode):
            return labels.setdefault(term, f"_:g{number}n{len(labels)}")
        if isinstance(term, Triple):
            return f"<<( {' '.join(map(written, term))} )>>"
        return str(term)

    lines = (" ".join(map(written, triple)) + " .\n" for triple in triples)
    return f"GRAPH {name} {{\n{''.join(lines)}}}\n"


def _has_blank_node(triple: Triple) -> bool:
    return any(
        isinstance(term, BlankNode) or (isinstance(term, Triple) and _has_blank_node(term))
        for term in triple
    )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
