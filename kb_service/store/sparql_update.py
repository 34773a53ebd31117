"""A SPARQL update worked out to the exact quads it removes and adds. Only for worker processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import DefaultGraph, NamedNode, Quad

from kb_service.store.placement import Place, Placement, UpdateProblem
from kb_service.store.quad_state import QuadState, TooManyQuads, in_graph, solutions
from kb_service.store.templates import ReadTemplate, quads_of
from kb_service.store.update_syntax import UpdateText, operations_of
from kb_service.store.update_text import (
    EVERY_KIND,
    Clearing,
    Creation,
    DataOperation,
    Modification,
    Operation,
    Transfer,
)

_ANYTHING = "urn:x-rengang:anything"


@dataclass(frozen=True)
class QuadChange:
    """What a write takes away and adds, worked out against the last committed state.

    `created` and `dropped` are graphs that exist, or do not, whatever quads they hold.
    """

    removed: Sequence[Quad] = ()
    added: Sequence[Quad] = ()
    created: frozenset[NamedNode] = frozenset()
    dropped: frozenset[NamedNode] = frozenset()


@dataclass
class Existence:
    """Which graphs exist though they hold nothing, and what the update has changed in that."""

    empty: frozenset[NamedNode]
    created: set[NamedNode] = field(default_factory=set)
    dropped: set[NamedNode] = field(default_factory=set)

    def create(self, graph: NamedNode) -> None:
        """Have a graph exist."""
        self.created.add(graph)
        self.dropped.discard(graph)

    def drop(self, graph: NamedNode) -> None:
        """Have a graph exist no more."""
        self.dropped.add(graph)
        self.created.discard(graph)

    def without_quads(self) -> set[NamedNode]:
        """The graphs that exist whatever quads there are."""
        return (set(self.empty) | self.created) - self.dropped


class UpdateEvaluator:
    """Carries out the operations of one update, one after another, each seeing those before."""

    def __init__(
        self,
        update: UpdateText,
        state: QuadState,
        placement: Placement,
        readable: tuple[str, ...] | None,
        existence: Existence,
        most: int,
    ) -> None:
        self._update = update
        self._state = state
        self._placement = placement
        self._readable = None if readable is None else [NamedNode(name) for name in readable]
        self._existence = existence
        self._most = most
        only = update.only_graph
        self._default: Place = DefaultGraph() if only is None else NamedNode(only)

    def change(self) -> QuadChange:
        """What the update comes to. Raises UpdateProblem, and TooManyQuads."""
        carry_out: dict[type[Operation], Callable[[Any], None]] = {
            DataOperation: self._data,
            Modification: self._modify,
            Clearing: self._clear,
            Creation: self._create,
            Transfer: self._transfer,
        }
        for operation in operations_of(self._update):
            carry_out[type(operation)](operation)
        state, existence = self._state, self._existence
        return QuadChange(
            tuple(state.removed),
            tuple(state.added),
            frozenset(existence.created),
            frozenset(existence.dropped),
        )

    def _data(self, operation: DataOperation) -> None:
        quads = quads_of(operation.prologue, operation.block, self._update.base)
        quads = [self._in_default(quad) for quad in quads]
        if operation.inserts:
            self._carry_out((), quads)
        else:
            self._carry_out(quads, ())

    def _in_default(self, quad: Quad) -> Quad:
        """The quad, in the graph that is this update's default graph where it names none."""
        if isinstance(quad.graph_name, DefaultGraph):
            return in_graph(quad.triple, self._default)
        return quad

    def _modify(self, operation: Modification) -> None:
        if operation.names_its_dataset and self._update.using is not None:
            raise UpdateProblem(
                400,
                "请求已用 using-graph-uri 或 using-named-graph-uri 指定数据集，更新文本里就不能再写 "
                "WITH 或 USING。",
                "The request names the dataset by using-graph-uri or using-named-graph-uri; the "
                "update must not say WITH or USING then.",
            )
        default: Place = self._default
        if operation.graph:
            default = self._named(operation.prologue, operation.graph)
        base = self._update.base
        deletes, inserts = (
            template and ReadTemplate(operation.prologue, template, base, default)
            for template in (operation.deletes, operation.inserts)
        )
        names = dict.fromkeys(
            [*(deletes.names if deletes else ()), *(inserts.names if inserts else ())]
        )
        chosen = " ".join(f"?{name}" for name in names) or "*"
        rows = solutions(
            self._state.store.query(
                f"{operation.prologue}SELECT {chosen} WHERE {operation.pattern}",
                base_iri=base,
                **self._dataset(operation),
            )
        )
        gone, new = dict[Quad, None](), dict[Quad, None]()
        for row in rows:
            solution = {name: term for name in names if (term := row[name]) is not None}
            if deletes:
                gone.update(dict.fromkeys(deletes.filled(solution)))
            if inserts:
                new.update(dict.fromkeys(inserts.filled(solution)))
            if len(gone) + len(new) > 2 * self._most:
                raise TooManyQuads
        self._carry_out(gone, new)

    def _dataset(self, operation: Modification) -> dict[str, Any]:
        """What the pattern is asked of, as arguments of the engine's query."""
        update, prologue = self._update, operation.prologue
        if operation.using or operation.using_named:
            return self._restricted(
                [self._named(prologue, text) for text in operation.using],
                [self._named(prologue, text) for text in operation.using_named],
            )
        if update.using is not None:
            return self._restricted(
                [NamedNode(name) for name in update.using],
                [NamedNode(name) for name in update.using_named or ()],
            )
        if operation.graph:
            return self._restricted([self._named(prologue, operation.graph)], self._every_graph())
        if isinstance(self._default, NamedNode):
            return self._restricted([self._default], [self._default])
        if not self._placement.is_union:
            return {}
        if self._readable is None:
            return {"use_default_graph_as_union": True}
        return {"default_graph": self._readable, "named_graphs": self._readable}

    def _every_graph(self) -> list[NamedNode] | None:
        return (
            self._readable
            if self._update.only_graph is None
            else [NamedNode(self._update.only_graph)]
        )

    def _restricted(
        self, default: Sequence[NamedNode], named: Sequence[NamedNode] | None
    ) -> dict[str, Any]:
        """The dataset of these graphs, as far as they may be read; all named graphs for None."""
        only = self._update.only_graph
        allowed = self._readable if only is None else [NamedNode(only)]
        if allowed is not None:
            may = set(allowed)
            default = [graph for graph in default if graph in may]
            named = [graph for graph in (allowed if named is None else named) if graph in may]
        found: dict[str, Any] = {"default_graph": list(default)}
        return found if named is None else {**found, "named_graphs": list(named)}

    def _clear(self, operation: Clearing) -> None:
        if operation.target in EVERY_KIND:
            graphs = self._graphs_of_kind(operation.target)
        else:
            named = self._named(operation.prologue, operation.target)
            graphs = [named] if self._exists(named) else []
        gone = [quad for graph in graphs for quad in self._quads(graph)]
        self._carry_out(gone, ())
        for graph in graphs:
            if isinstance(graph, NamedNode):
                (self._existence.drop if operation.drops else self._existence.create)(graph)

    def _graphs_of_kind(self, kind: str) -> list[Place]:
        """The graphs that ALL, DEFAULT or NAMED stands for."""
        if kind == "DEFAULT":
            self._refuse_union(self._default)
        default = [] if kind == "NAMED" or self._is_union(self._default) else [self._default]
        if kind == "DEFAULT" or self._update.only_graph is not None:
            return [*default]
        named = {name for name in self._state.store.named_graphs() if isinstance(name, NamedNode)}
        named |= self._existence.without_quads()
        found = sorted(named - self._existence.dropped, key=lambda name: name.value)
        return [*default, *(name for name in found if self._may_read(name))]

    def _create(self, operation: Creation) -> None:
        graph = self._named(operation.prologue, operation.graph)
        if not self._exists(graph):
            self._existence.create(graph)
        elif not operation.silent:
            raise UpdateProblem(
                409,
                f"图 <{graph.value}> 已经存在。",
                f"The graph <{graph.value}> exists already.",
            )

    def _transfer(self, operation: Transfer) -> None:
        source, target = (
            self._default if text == "DEFAULT" else self._named(operation.prologue, text)
            for text in (operation.source, operation.target)
        )
        if not self._exists(source):
            if not operation.silent:
                raise _no_graph(source)
            return
        if source == target:
            return
        if operation.verb != "ADD":
            self._refuse_union(target)
        if operation.verb == "MOVE":
            self._refuse_union(source)
        moved = [quad.triple for quad in self._quads(source)]
        new = [in_graph(triple, target) for triple in moved]
        if operation.verb != "ADD":
            self._carry_out(self._quads(target), ())
        self._carry_out((), new)
        if isinstance(target, NamedNode):
            self._existence.create(target)
        if operation.verb == "MOVE":
            self._carry_out([in_graph(triple, source) for triple in moved], ())
            if isinstance(source, NamedNode):
                self._existence.drop(source)

    def _carry_out(self, gone: Iterable[Quad], new: Iterable[Quad]) -> None:
        """Remove, then add, where each quad of the default graph belongs."""
        state = self._state
        gone, new = list(gone), list(new)
        unplaced = [quad.triple for quad in new if isinstance(quad.graph_name, DefaultGraph)]
        homes = self._placement.homes(unplaced, state) if unplaced else {}
        held = [held for quad in gone for held in self._held(quad)]
        state.remove(held)
        for quad in new:
            home = quad.graph_name
            if isinstance(home, DefaultGraph):
                home = homes[quad.triple]
            state.add([in_graph(quad.triple, home)])
            if isinstance(home, NamedNode) and home in self._existence.dropped:
                self._existence.create(home)

    def _held(self, quad: Quad) -> Iterator[Quad]:
        if not isinstance(quad.graph_name, DefaultGraph):
            yield quad
            return
        for graph in self._placement.holders(quad.triple, self._state):
            yield in_graph(quad.triple, graph)

    def _quads(self, graph: Place) -> list[Quad]:
        """The quads of a graph; of the default graph, where it is a union, every readable quad."""
        union = self._is_union(graph)
        found = []
        for quad in self._state.matches(graph=None if union else graph):
            if union:
                if not self._may_read(quad.graph_name):
                    continue
                quad = in_graph(quad.triple, DefaultGraph())
            elif not self._may_read(graph):
                return []
            found.append(quad)
            if len(found) > self._most:
                raise TooManyQuads
        return list(dict.fromkeys(found))

    def _is_union(self, graph: Place) -> bool:
        return isinstance(graph, DefaultGraph) and self._placement.is_union

    def _refuse_union(self, graph: Place) -> None:
        """Raise UpdateProblem 403 where everything that may be written would be emptied."""
        if self._is_union(graph):
            raise UpdateProblem(
                403,
                "这里的默认图是所有图的并集，不能整体清空或替换；请写明图名。",
                "The default graph is the union of all graphs and cannot be emptied or replaced as "
                "a whole; name a graph.",
            )

    def _exists(self, graph: Place) -> bool:
        if isinstance(graph, DefaultGraph) or graph == self._default:
            return True
        if not self._may_read(graph) or graph in self._existence.dropped:
            return False
        if graph in self._existence.without_quads():
            return True
        return self._state.store.contains_named_graph(graph)

    def _may_read(self, graph: object) -> bool:
        only = self._update.only_graph
        if only is not None:
            return graph == self._default
        return self._readable is None or graph in self._readable or graph == DefaultGraph()

    def _named(self, prologue: str, text: str) -> NamedNode:
        """The graph that a piece of the update names."""
        (quad,) = quads_of(prologue, f"{{ <{_ANYTHING}> <{_ANYTHING}> {text} }}", self._update.base)
        assert isinstance(quad.object, NamedNode)
        return quad.object


def _no_graph(graph: object) -> UpdateProblem:
    return UpdateProblem(
        404,
        f"没有图 {graph}；写 SILENT 可以略过。",
        f"There is no graph {graph}; SILENT passes over it.",
    )
