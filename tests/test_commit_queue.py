"""Which changes go to disk together: those that have nothing to do with each other."""

from __future__ import annotations

import threading

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from kb_service.store.changes import Change
from kb_service.store.commit_queue import CommitQueue, Request

G, H = NamedNode("http://e/g"), NamedNode("http://e/h")
NODE = NamedNode("http://e/n")


def quad(number: int, graph: NamedNode = G) -> Quad:
    """One of many quads."""
    return Quad(NODE, NODE, Literal(number), graph)


def whole(graph: NamedNode, number: int) -> Request:
    """A change that reads all of a graph."""
    return Request(frozenset({graph}), lambda _: Change(added=(quad(number, graph),)))


def part(*quads: Quad) -> Request:
    """A change that looks at its own quads only."""
    graphs = frozenset(quad.graph_name for quad in quads)
    return Request(graphs, lambda _: Change(added=quads), frozenset(quads))


def batches(requests: list[Request]) -> list[int]:
    """How many of the requests, which come while somebody else writes, are made at a time."""
    queue, sizes = CommitQueue(), list[int]()

    def make_some() -> None:
        taken = queue.take(Store())
        sizes.append(len(taken))
        for request, _ in taken:
            request.end()

    threads = []
    with queue.turn():
        for request in requests:
            threads.append(threading.Thread(target=queue.make, args=(request, make_some)))
            threads[-1].start()
            while request not in queue._waiting:
                pass
    for thread in threads:
        thread.join()
    return sizes


@pytest.mark.parametrize(
    ("requests", "sizes"),
    [
        ([part(quad(1)), part(quad(2)), part(quad(3))], [3]),
        ([part(quad(1)), part(quad(2)), part(quad(1))], [2, 1]),
        ([part(quad(1)), whole(H, 1), part(quad(2))], [3]),
        ([part(quad(1)), whole(G, 2), part(quad(3))], [1, 1, 1]),
        ([whole(G, 1), part(quad(2), quad(2, H)), part(quad(3))], [1, 2]),
        ([whole(G, 1), whole(H, 1), whole(G, 2)], [2, 1]),
    ],
)
def test_changes_of_different_quads_share_a_sync(requests: list[Request], sizes: list[int]) -> None:
    assert batches(requests) == sizes


def test_the_default_graph_is_a_graph_like_others() -> None:
    unnamed = [Quad(NODE, NODE, Literal(number), DefaultGraph()) for number in range(2)]

    assert batches([part(unnamed[0]), part(unnamed[1])]) == [2]
