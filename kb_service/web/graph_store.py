"""The SPARQL 1.1 Graph Store HTTP Protocol: each graph as a document that can be read and replaced."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for
from pyoxigraph import NamedNode, Triple
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from kb_service.store.graph_content import GraphContent
from kb_service.store.update_syntax import UpdateText
from kb_service.store.update_worker import Worked
from kb_service.validation.document_worker import FORMATS, GraphDocument
from kb_service.web.bodies import unsupported
from kb_service.web.commits import answered, told, triples_of
from kb_service.web.dataset import current_dataset
from kb_service.web.graph_reading import graph_answer, no_graph
from kb_service.web.preconditions import WRITES
from kb_service.web.problems import Problem

graph_store = Blueprint("graph_store", __name__)

_UPDATE = "application/sparql-update"
_MULTIPART = "multipart/form-data"
_WITHOUT_TYPE = "application/rdf+xml"  # as the protocol has it


@graph_store.before_request
def refuse_readers() -> None:
    """Raise Problem 403 for a write of somebody who may write nothing, before it is read."""
    if request.method in WRITES:
        current_dataset().placement()


@graph_store.get("/data")
@graph_store.get("/data/<path:path>")
def read(path: str | None = None) -> Response:
    """The graph, in the format that the client accepts."""
    return graph_answer(_graph(path))


@graph_store.put("/data")
@graph_store.put("/data/<path:path>")
def replace(path: str | None = None) -> Response:
    """Make the graph hold what was sent, and nothing else."""
    graph = _graph(path)
    _refuse_union(graph)
    content = GraphContent(_name(graph), _sent(graph), replaces=True)
    return answered(content, _told(graph, 204), _condition())


@graph_store.post("/data")
@graph_store.post("/data/<path:path>")
def add(path: str | None = None) -> Response:
    """Add what was sent to the graph; sent to the graph store itself, it becomes a new graph."""
    graph = _new_graph() if path is None and not _indirect() else _graph(path)
    content = GraphContent(_name(graph), _sent(graph), replaces=False)
    return answered(content, _told(graph, 200), _condition())


@graph_store.delete("/data")
@graph_store.delete("/data/<path:path>")
def drop(path: str | None = None) -> Response:
    """Have the graph be no more; the default graph is emptied."""
    graph = _graph(path)
    _refuse_union(graph)

    def allowed(worked: Worked) -> None:
        _condition()(worked)
        if graph is not None and not worked.existed:
            raise no_graph()

    content = GraphContent(_name(graph), (), replaces=True, drops=True)
    return answered(content, lambda worked: told(worked, 200), allowed)


@graph_store.patch("/data")
@graph_store.patch("/data/<path:path>")
def change(path: str | None = None) -> Response:
    """Carry out an update to which this graph is the default graph and the only one."""
    graph = _graph(path)
    _refuse_union(graph)
    update = UpdateText(_update_sent(), request.base_url, only_graph=_name(graph))

    def allowed(worked: Worked) -> None:
        _condition()(worked)
        changes = (*worked.change.removed, *worked.change.added)
        if graph is not None and any(quad.graph_name != graph for quad in changes):
            raise Problem(
                422,
                "用 PATCH 提交的更新只能改动这一个图；没有保存任何内容。",
                "An update sent by PATCH may change this graph only; nothing was stored.",
            )

    return answered(update, told, allowed)


def _update_sent() -> str:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != _UPDATE or charset not in ("utf-8", "utf8", "us-ascii"):
        raise unsupported([_UPDATE])
    try:
        return request.get_data().decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(400, "更新应为 UTF-8 编码。", "Send the update as UTF-8.") from error


def _graph(path: str | None) -> NamedNode | None:
    """The graph that the request is about; None for the default graph."""
    names = request.args.getlist("graph")
    if path is not None:
        if _indirect():
            raise _which()
        return _named(lambda: current_dataset().graph_at(path, request.base_url))
    if len(names) + ("default" in request.args) != 1:
        raise _which()
    return _named(lambda: NamedNode(names[0])) if names else None


def _named(make: Callable[[], NamedNode]) -> NamedNode:
    try:
        return make()
    except ValueError as error:
        raise Problem(
            400,
            "图名应是完整的 IRI，例如 ?graph=https://example.org/graphs/1。",
            "The name of a graph is a whole IRI, such as ?graph=https://example.org/graphs/1.",
        ) from error


def _indirect() -> bool:
    return "graph" in request.args or "default" in request.args


def _which() -> Problem:
    return Problem(
        400,
        "请说明是哪个图：?graph=IRI，或 ?default，或 /data/ 后面的地址；只用一种。",
        "Say which graph: ?graph=IRI, or ?default, or an address below /data/; one of them only.",
    )


def _new_graph() -> NamedNode:
    path = f"graphs/{secrets.token_hex(8)}"
    address = url_for("graph_store.read", path=path, _external=True)
    return current_dataset().graph_at(path, address)


def _name(graph: NamedNode | None) -> str | None:
    return None if graph is None else graph.value


def _refuse_union(graph: NamedNode | None) -> None:
    if graph is None and current_dataset().default_is_union:
        raise Problem(
            403,
            "这里的默认图是所有可读图的并集，不能整体替换；请用 ?graph= 写明图名。",
            "The default graph is the union of all graphs that may be read and cannot be replaced "
            "as a whole; name a graph by ?graph=.",
        )


def _condition() -> Callable[[Worked], None]:
    """What the request asks of the graph beforehand, by If-Match: * and If-None-Match: *."""
    must_exist = request.headers.get("If-Match", "").strip() == "*"
    must_not = request.headers.get("If-None-Match", "").strip() == "*"

    def check(worked: Worked) -> None:
        if must_exist and not worked.existed:
            raise Problem(412, "还没有这个图。", "There is no such graph yet.")
        if must_not and worked.existed:
            raise Problem(412, "这个图已经存在。", "The graph exists already.")

    return check


def _told(graph: NamedNode | None, status: int) -> Callable[[Worked], Response]:
    """What answers a write of a graph: 201 with its address where it was not there before."""

    def answer(worked: Worked) -> Response:
        if worked.existed:
            return told(worked, status)
        return told(worked, 201, {"Location": _address(graph)})

    return answer


def _address(graph: NamedNode | None) -> str:
    """Where a graph is read: by itself where its name is an address of ours."""
    store = url_for("graph_store.read", _external=True)
    if graph is None:
        return f"{store}?default"
    address = current_dataset().address_of(graph, store)
    return address or f"{store}?{urlencode({'graph': graph.value})}"


def _sent(graph: NamedNode | None) -> tuple[Triple, ...]:
    """The triples that were sent, read in a process that may be killed."""
    base = request.base_url if graph is None else graph.value
    if request.mimetype == _MULTIPART:
        parts = [triples_of(part) for part in _parts(base)]
        return tuple(triple for part in parts for triple in part)
    media_type = request.mimetype or _WITHOUT_TYPE
    if media_type not in FORMATS:
        raise unsupported([*FORMATS, _MULTIPART])
    return triples_of(GraphDocument(request.get_data(), media_type, base))


def _parts(base: str) -> list[GraphDocument]:
    """The documents of a form; each part says what it is."""
    boundary = request.mimetype_params.get("boundary", "").encode("ascii", "ignore")
    decoder = MultipartDecoder(boundary, max_parts=100)
    decoder.receive_data(request.get_data())
    decoder.receive_data(None)
    parts: list[tuple[str, bytearray]] = []
    try:
        while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
            if isinstance(event, Field | File):
                given = event.headers.get("Content-Type", _WITHOUT_TYPE)
                parts.append((given.partition(";")[0].strip().lower(), bytearray()))
            elif isinstance(event, Data):
                parts[-1][1].extend(event.data)
    except ValueError as error:
        raise Problem(400, "这个表单读不下去。", "This form cannot be read.") from error
    if any(media_type not in FORMATS for media_type, _ in parts):
        raise unsupported([*FORMATS])
    return [GraphDocument(bytes(data), media_type, base) for media_type, data in parts]
