"""Updates that say themselves what they change, whatever is stored. Only for worker processes."""

from __future__ import annotations

from pyoxigraph import DefaultGraph, NamedNode, Quad

from kb_service.store.placement import Place
from kb_service.store.quad_state import TooManyQuads, in_graph
from kb_service.store.sparql_update import QuadChange
from kb_service.store.templates import quads_of
from kb_service.store.update_syntax import UpdateText, operations_of
from kb_service.store.update_text import DataOperation


def stated_change(update: UpdateText, default_is_union: bool, most: int) -> QuadChange | None:
    """What an update of INSERT DATA and DELETE DATA removes and then adds.

    None for an update that has to look at what is stored: for any other operation, and for data
    whose place in a union is yet to be found. Raises UpdateProblem, and TooManyQuads.
    """
    data = []
    for operation in operations_of(update):
        if not isinstance(operation, DataOperation):
            return None
        data.append(operation)
    default: Place = DefaultGraph() if update.only_graph is None else NamedNode(update.only_graph)
    removed, added = dict[Quad, None](), dict[Quad, None]()
    for operation in data:
        gone, new = (removed, added) if operation.inserts else (added, removed)
        for quad in quads_of(operation.prologue, operation.block, update.base):
            if isinstance(quad.graph_name, DefaultGraph):
                quad = in_graph(quad.triple, default)
            if default_is_union and isinstance(quad.graph_name, DefaultGraph):
                return None
            gone.pop(quad, None)
            new[quad] = None
        if len(removed) + len(added) > most:
            raise TooManyQuads
    return QuadChange(tuple(removed), tuple(added))
