"""The knowledge on disk: named graphs, one writer, and checkpoints for whoever reads beside it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from types import TracebackType

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Store, Triple

from kb_service.store.apart import Apart
from kb_service.store.changes import Change, Term, change_of, change_towards
from kb_service.store.checkpoints import Held, Snapshot, remove_abandoned
from kb_service.store.chosen_graphs import ChosenGraphs
from kb_service.store.commit_queue import Request
from kb_service.store.data_folder import DataFolder
from kb_service.store.journal import JournalPolicy
from kb_service.store.opening import InPlace, open_snapshot
from kb_service.store.reach import ALL_BUT_RATERS, EVERYTHING, SHARED, Reach, Readable
from kb_service.store.readers import Readers
from kb_service.store.selections import LONGEST_SELECTION, Row, rows_of, select_here
from kb_service.store.store_state import (
    OPENED_READ_ONLY,
    StoreDamaged,
    StoreState,
    is_damage,
    state_after,
)
from kb_service.store.writer import Writer


class KnowledgeStore:
    """Named graphs on disk, written by one process and by one thread of it at a time.

    What a call has acknowledged is on disk and survives a power cut. Reading goes on meanwhile and
    sees whole commits only, each once it is on disk.
    """

    def __init__(
        self,
        folder: Path,
        *,
        read_only: bool = False,
        journal: JournalPolicy | None = None,
    ) -> None:
        """Open the data folder, made when it is missing or empty.

        Read-only, the store is the state of this moment, whether or not a writer goes on beside
        it. On a disk that cannot be written it opens all the same, and `state` says why it takes
        no writes. Raises NotADataFolder, StoreInUse or StoreDamaged.
        """
        self._instance = secrets.token_hex(6)
        self.apart: Apart | None = None
        self._snapshot: Snapshot | InPlace | None = None
        self._copied: Store | None = None
        self._writer: Writer | None = None
        self._names: tuple[int, dict[str, list[NamedNode]]] = (-1, {})
        if read_only:
            self.data = DataFolder.open(folder)
            shared = self._open_to_read()
            self._readers = Readers(self.data, shared)
        else:
            self.data = DataFolder.create_or_open(folder)
            self._readers = Readers(self.data)
            self._writer = Writer(self.data, journal or JournalPolicy(), self._readers)
            remove_abandoned(self.data.snapshots)

    def _open_to_read(self) -> Path | None:
        """Open a copy, or the files as they lie where no copy can be made; where files may go."""
        try:
            remove_abandoned(self.data.snapshots)
            self._snapshot, self._copied = open_snapshot(self.data)
            return self._snapshot.path / "shared"
        except OSError:
            self._snapshot = InPlace(self.data, is_ours=False)
            self._copied = self._snapshot.store
            return None

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
    def generation(self) -> int:
        """How many commits were made since the store was opened."""
        return self._readers.generation

    @property
    def tag(self) -> str:
        """A name of the committed state: another one after every commit and every start."""
        return f"{self._instance}-{self.generation}"

    @property
    def state(self) -> StoreState:
        """Whether writes are taken, and if not, why; asking tries whether the cause is gone."""
        return OPENED_READ_ONLY if self._writer is None else self._writer.state

    # Writing

    def replace_graphs(
        self,
        graphs: Mapping[NamedNode, Iterable[Triple]],
        additions: Mapping[NamedNode, Iterable[Triple]] | None = None,
        *,
        stored: Mapping[NamedNode, Iterable[Triple]] | None = None,
    ) -> None:
        """Make each named graph hold exactly these triples, all of them in one transaction.

        `additions` go to graphs whose other triples stay. `stored` is what graphs hold now, where
        the one caller who writes them has read it already. An empty iterable drops the graph. Only
        differences are written. Memory grows with the triples that differ, by about 3 KB each: give
        a large import in batches. Raises StoreReadOnly when it cannot be written.
        """
        whole = {name: list(triples) for name, triples in graphs.items()}
        more = {name: list(triples) for name, triples in (additions or {}).items()}
        known = {name: list(triples) for name, triples in (stored or {}).items()}
        self._to_write().commit(
            Request(
                frozenset((*whole, *more)),
                lambda store: change_towards(whole, store, additions=more, known=known),
            )
        )

    def apply(self, removed: Iterable[Quad], added: Iterable[Quad]) -> Change:
        """Remove quads, then add quads, all of them in one transaction; answers what that changed.

        Blank nodes are the nodes that the store has under that name. What is removed and not there,
        or added and there already, changes nothing. Work and memory grow with what is given, not
        with the graphs. Raises StoreReadOnly when it cannot be written.
        """
        gone, new = tuple(removed), tuple(added)
        graphs = frozenset(quad.graph_name for quad in (*gone, *new))
        made = Change()

        def work_out(store: Store) -> Change:
            nonlocal made
            made = change_of(gone, new, store)
            return made

        # What removes may empty a graph, so it has to look at the whole of it.
        quads = None if gone else frozenset(new)
        self._to_write().commit(Request(graphs, work_out, quads))
        return made

    def replace_many(self, graphs: Iterable[tuple[NamedNode, Iterable[Triple]]]) -> int:
        """The same for more graphs than memory holds; answers how many triples differed.

        Readers go on seeing the state before until all of it is there, and so does whoever opens
        the store after a crash, unless the change was decided by then: it is then carried out.
        Nothing changes when `graphs` raises on the way. Each name may be given once.
        """
        return self._to_write().commit_many(graphs)

    def rebuild(self) -> None:
        """Write the store anew, so that what was deleted is in none of its files any more.

        What was erased of people (see `erasures`) goes from the store and its journal. Writers wait
        meanwhile, readers do not; it is safe to be interrupted, and done again at the next start.
        """
        self._to_write().rebuild()

    def _to_write(self) -> Writer:
        if self._writer is None:
            raise ValueError("the store was opened read-only")
        return self._writer

    # Reading

    @property
    def _read(self) -> Store:
        """What is read now; a store without quads is false, so that `or` will not do."""
        if self._copied is not None:
            return self._copied
        before = self._readers.before
        if before is not None:
            return before
        if self._writer is None:
            raise ValueError("the store is closed")
        return self._writer.store

    @contextmanager
    def _readable(self) -> Iterator[Store]:
        """What is read: the state before a large change for as long as it is being carried out.

        Raises StoreDamaged when a file does not hold what was written into it.
        """
        with self._damage_told():
            yield self._read

    @contextmanager
    def _damage_told(self) -> Iterator[None]:
        """Raise StoreDamaged where a file is damaged, be that known already or met meanwhile."""
        # At a block that cannot be read the engine groups and sorts for ever: never a second time.
        if self._writer is not None and (damage := self._writer.damage):
            raise StoreDamaged(damage)
        try:
            yield
        except (OSError, RuntimeError) as error:
            if not is_damage(error):
                raise
            raise self.damaged(error) from error

    def damaged(self, error: Exception) -> StoreDamaged:
        """Take no writes from now on, since a reader met this; answers what to raise."""
        if self._writer is not None:
            self._writer.fail(error)
        return StoreDamaged(state_after(error))

    def graph(self, name: NamedNode) -> list[Triple]:
        """The triples of one graph; none when there is no such graph."""
        with self._readable() as store:
            return [quad.triple for quad in store.quads_for_pattern(None, None, None, name)]

    def matching(
        self,
        graph: NamedNode,
        *,
        subject: NamedNode | BlankNode | Triple | None = None,
        predicate: NamedNode | None = None,
        value: Term | None = None,
    ) -> list[Triple]:
        """The triples of one graph that have these terms."""
        with self._readable() as store:
            quads = store.quads_for_pattern(subject, predicate, value, graph)
            return [quad.triple for quad in quads]

    def quads(self, graph: NamedNode | DefaultGraph, most: int | None = None) -> list[Quad]:
        """The quads of one graph, no more than `most` of them."""
        with self._readable() as store:
            return list(islice(store.quads_for_pattern(None, None, None, graph), most))

    def graph_names(self, prefix: str = "") -> list[NamedNode]:
        """The names of all graphs whose IRI begins with `prefix`, in order.

        They are looked for after a commit only: every person has several.
        """
        generation = self.generation
        if self._names[0] != generation:
            self._names = (generation, {})
        known = self._names[1]
        if prefix not in known:
            with self._readable() as store:
                names = [name for name in store.named_graphs() if isinstance(name, NamedNode)]
            found = (name for name in names if name.value.startswith(prefix))
            known[prefix] = sorted(found, key=lambda name: name.value)
        return list(known[prefix])

    def graphs_with(self, predicate: NamedNode, value: Term) -> set[NamedNode]:
        """The names of the graphs in which something has this value."""
        with self._readable() as store:
            quads = store.quads_for_pattern(None, predicate, value, None)
            return {quad.graph_name for quad in quads if isinstance(quad.graph_name, NamedNode)}

    def select(self, query: str, reach: Reach = EVERYTHING) -> list[Row]:
        """Every row of one of our own SELECT queries; a variable without a value is left out.

        The default graph is the union of all graphs that may be read, and no other graph exists for
        the query. For a stranger's query, see `run_query`. Raises StoreDamaged, and QuestionStopped
        after `run_apart`.
        """
        if self.apart is not None:
            with self.reading(reach) as readable:
                return self.apart.select(readable, query)
        if reach == SHARED:
            with self._damage_told():
                shared = self._readers.shared().store(self._copy)
                return rows_of(select_here(shared, query, None))
        if reach == ALL_BUT_RATERS:
            with self.reading(reach) as readable:
                return rows_of(select_here(Store.read_only(str(readable.path)), query, None))
        with self._readable() as store:
            graphs = None if reach.everything else self._graphs_within(reach)
            return rows_of(select_here(store, query, graphs))

    def select_of_nobody(self, query: str, reach: Reach = EVERYTHING) -> list[Row]:
        """Every row of a SELECT query about nobody, asked of the small store of the shared graphs.

        Where that cannot be made, as on a full disk, the query is asked within `reach`.
        """
        try:
            return self.select(query, SHARED)
        except OSError:
            return self.select(query, reach)

    @property
    def quads_counted(self) -> int | None:
        """How many quads there are; None while they are counted, which the first question begins."""
        return self._readers.count.now(self._at_rest)

    @contextmanager
    def _at_rest(self, noted: Callable[[], None]) -> Iterator[Path]:
        """A checkpoint, and `noted` called at a moment when that is all there is."""
        with ExitStack() as held:
            with self._writer.at_rest() if self._writer is not None else nullcontext():
                path = held.enter_context(self.checkpoint())
                noted()
            yield path

    def run_apart(self, seconds: float = LONGEST_SELECTION) -> None:
        """From now on have our own queries run by processes that may be killed, until `close`.

        Damage on disk can keep a query going for ever, and nothing in this process interrupts it.
        """
        self.apart = Apart(self.checkpoint, self.damaged, seconds)

    def suspect(self) -> None:
        """Have the files looked at soon, as a query was stopped, which damage may have caused."""
        if self.apart is not None:
            self.apart.inspections.soon()

    @contextmanager
    def checkpoint(self) -> Iterator[Path]:
        """A folder that any process can open read-only, with every commit made so far.

        It stays while the `with` block runs and may go afterwards. Raises StoreDamaged.
        """
        if self._snapshot is not None:
            yield self._snapshot.path
            return
        writer = self._to_write()
        with (
            self._damage_told(),
            self._readers.checkpoint(lambda: writer.store, writer.fail) as path,
        ):
            yield path

    @contextmanager
    def reading(self, reach: Reach) -> Iterator[Readable]:
        """What any process may read within this reach, with every commit made so far.

        Whoever may read shared graphs only, or all but who rated whom, is given a store that holds
        nothing else. It stays while the `with` block runs and may go afterwards. Raises StoreDamaged.
        """
        if (chosen := self._chosen(reach)) is not None:
            with self._damage_told(), chosen.reading(self._copy) as path:
                yield Readable(path)
            return
        with self.checkpoint() as path:
            yield Readable(path, None if reach.everything else self._graphs_within(reach))

    def at_hand(self, reach: Reach) -> tuple[Readable, Held] | None:
        """The same where nothing has to be made first, until what is held is let go; else None.

        Raises StoreDamaged.
        """
        if self._snapshot is not None or self._writer is None:
            return None
        chosen = self._chosen(reach)
        if chosen is None and not (reach.everything or self._readers.shared().is_current):
            return None
        held = self._readers.hold() if chosen is None else chosen.hold()
        if held is None:
            return None
        try:
            everything = chosen is not None or reach.everything
            with self._damage_told():
                graphs = None if everything else self._graphs_within(reach)
        except BaseException:
            held.release()
            raise
        return Readable(held.path, graphs), held

    def _chosen(self, reach: Reach) -> ChosenGraphs | None:
        """The store of just these graphs; None where there is none."""
        if reach == SHARED:
            return self._readers.shared()
        return self._readers.but_raters() if reach == ALL_BUT_RATERS else None

    def _graphs_within(self, reach: Reach) -> tuple[str, ...]:
        """The names of the shared graphs and of those listed."""
        shared = self._readers.shared().store(self._copy).named_graphs()
        names = {name.value for name in shared} | {name.value for name in reach.graphs}
        return tuple(sorted(names))

    def _copy(self) -> Store:
        """The whole store as of now, which stays so."""
        with self.checkpoint() as path:
            return Store.read_only(str(path))

    def close(self) -> None:
        """Let go of the folder, so that another process can write it."""
        if self.apart is not None:
            self.apart.close()
        if self._writer is not None:
            self._writer.close()
        self._readers.close()
        self._copied = None
        if self._snapshot is not None:
            self._snapshot.close()
