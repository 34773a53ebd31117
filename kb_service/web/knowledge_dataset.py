"""The knowledge base as a dataset: who may read and write which graph, and what a write entails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import quote, unquote

from pyoxigraph import NamedNode, Quad

from kb_service.access.reaches import reach_of
from kb_service.access.roles import Caller, Rights
from kb_service.knowledge_base.graph_writes import Rewritten
from kb_service.knowledge_base.history import because
from kb_service.knowledge_base.model_versions.protection import refuse_unreviewed
from kb_service.store.knowledge_placement import GraphKind, KnowledgePlacement, kind_of
from kb_service.store.placement import Place, Placement
from kb_service.store.reach import Reach
from kb_service.store.sparql_update import QuadChange
from kb_service.vocabulary import BASE
from kb_service.web.auditing import note_change, note_object, note_people
from kb_service.web.callers import caller
from kb_service.web.problems import Problem
from kb_service.web.service import Service
from kb_service.web.writing_order import held

_IN_NAMES = "/.-_~!$&'()*+,;=:@"
_Words = tuple[int, str, str]
_REFUSALS: Mapping[GraphKind, _Words] = {
    GraphKind.PERSON: (
        403,
        "您的角色不能修改人员的图 {}。",
        "Your role may not change the graph {} of a person.",
    ),
    GraphKind.STUDY: (
        403,
        "研究的图 {} 只能整份导入；请用 POST /api/v1/studies 或 rengang study import。",
        "{}, the graph of a study, is imported as a whole; use POST /api/v1/studies or "
        "rengang study import.",
    ),
    GraphKind.MODEL: (
        403,
        "您的角色不能修改本体和岗位模型的图 {}。",
        "Your role may not change {}, the graph of an ontology or model.",
    ),
    GraphKind.ORGANISATION: (
        403,
        "描述本机构的图 {} 只有管理员可以修改。",
        "Only administrators may change {}, which describes the organisation.",
    ),
    GraphKind.SHIPPED: (
        409,
        "{} 随产品发布，不能修改；请给您的内容另起一个图名。",
        "{} ships with the product and cannot be changed; give what you write a graph of its own.",
    ),
    GraphKind.OURS: (
        403,
        "{} 由服务自己写入（推理结论、历史记录等），不能直接修改；请修改它所依据的事实。",
        "{} is written by the service itself, such as conclusions and history; change the facts "
        "that it follows from.",
    ),
}


class KnowledgeDataset:
    """Everything that the caller may read; what they write is checked and concluded from."""

    default_is_union = True

    def __init__(self, service: Service) -> None:
        self.store = service.knowledge_base.store
        self._register = service.register
        self._writes = service.knowledge_base.graph_writes

    def readable_by(self, caller: Caller) -> Reach:
        """What a caller may read."""
        return reach_of(caller, self.store, self._register)

    def readable(self) -> Reach:
        """What the caller of the current request may read."""
        return self.readable_by(caller())

    def placement(self) -> Placement:
        """The default graph as the union; raises Problem 403 for a caller who may write nothing."""
        writable = _writable(caller().rights)
        if not writable:
            raise Problem(
                403,
                "您的角色只能读取，不能写入。",
                "Your role may read and not write.",
            )
        return KnowledgePlacement(writable, self._writes.shipped_graphs())

    @contextmanager
    def writing(self, *, together: bool = False) -> Iterator[None]:
        """While the `with` block runs, nobody else writes. Raises Problem 503 after a long wait.

        What follows from a change is concluded alone, so nothing is written `together`. The
        register comes first, as wherever people are written.
        """
        with held(self._register.writing), held(self._writes.lock):
            yield

    def quads(self, graph: Place, most: int) -> list[Quad]:
        """The quads of a named graph, up to `most`; none where the caller may not read."""
        assert isinstance(graph, NamedNode)
        if not self.readable().contains(graph):
            return []
        return self.store.quads(graph, most)

    def write(self, change: QuadChange) -> QuadChange:
        """Commit a change with all that follows from it, or nothing at all; answers what differs.

        Raises RefusedInput with what the shapes say, and Problem 403 or 409 for a graph that the
        caller may not write.
        """
        self._refuse_graphs([*change.removed, *change.added])
        rewritten = self._writes.rewritten(change.removed, change.added)
        if rewritten.differs:
            self._writes.check(rewritten)
            if not caller().rights.administers:
                refuse_unreviewed(self._writes.publishes(rewritten))
            self._note(rewritten)
            with because(caller().name):
                self._store(rewritten)
        return QuadChange(rewritten.removed, rewritten.added)

    def empty_graphs(self) -> frozenset[NamedNode]:
        """None: a graph exists by what it holds."""
        return frozenset()

    def graph_at(self, path: str, address: str) -> NamedNode:
        """The graph whose name goes on with the path after the base of all our names."""
        return NamedNode(BASE + quote(path, safe=_IN_NAMES))

    def address_of(self, graph: NamedNode, store: str) -> str | None:
        """The address that goes on as the graph's name does after the base of all our names."""
        path = graph.value.removeprefix(BASE)
        if path == graph.value or self.graph_at(unquote(path), "") != graph:
            return None
        return f"{store}/{path}"

    def _refuse_graphs(self, quads: Iterable[Quad]) -> None:
        writable, shipped = _writable(caller().rights), self._writes.shipped_graphs()
        for graph in dict.fromkeys(quad.graph_name for quad in quads):
            assert isinstance(graph, NamedNode)
            kind = kind_of(graph, shipped)
            if kind not in writable:
                if kind is GraphKind.SHIPPED and GraphKind.MODEL in writable:
                    self._writes.refuse_settled(graph)
                status, zh, en = _REFUSALS[kind]
                raise Problem(status, zh.format(graph), en.format(graph))

    def _note(self, rewritten: Rewritten) -> None:
        """Tell the audit before anything changes."""
        note_people(rewritten.people)
        if rewritten.shared:
            note_object(" ".join(sorted(name.value for name in rewritten.shared)))
        note_change()

    def _store(self, rewritten: Rewritten) -> None:
        """Store the graphs; whoever is gone from them is gone from the register as well."""
        forgotten = rewritten.forgotten
        for person in forgotten:
            self._register.unsettle(person)
        self._writes.store(rewritten)
        if forgotten:
            self._register.forget_all(forgotten)


def _writable(rights: Rights) -> frozenset[GraphKind]:
    """The kinds of graph that somebody with these rights may write."""
    kinds = {
        GraphKind.PERSON: rights.writes_people,
        GraphKind.MODEL: rights.writes_models,
        GraphKind.ORGANISATION: rights.administers,
    }
    return frozenset(kind for kind, allowed in kinds.items() if allowed)
