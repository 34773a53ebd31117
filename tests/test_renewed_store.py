"""A store whose quads come and go holds what is there, however many were there before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from kb_service.validation.renewed_store import RenewedStore

NUMBERS = st.sets(st.integers(0, 30))


def quads(numbers: range | set[int]) -> list[Quad]:
    """A quad for each number."""
    name = NamedNode("urn:n")
    return [Quad(name, name, Literal(number), DefaultGraph()) for number in numbers]


@given(NUMBERS, st.lists(st.tuples(NUMBERS, NUMBERS)))
def test_it_holds_what_was_added_and_not_removed_since(
    first: set[int], steps: list[tuple[set[int], set[int]]]
) -> None:
    renewed, expected = RenewedStore(quads(first)), set(quads(first))

    for added, removed in steps:
        renewed.extend(quads(added))
        renewed.remove(quads(removed))
        expected = (expected | set(quads(added))) - set(quads(removed))

    assert set(renewed.store) == expected


def test_what_is_gone_is_left_behind_before_it_is_much_more_than_what_is_there() -> None:
    renewed = RenewedStore(quads(range(10)))
    stores: list[Store] = []

    for _ in range(100):
        renewed.extend(quads(range(10, 310)))
        renewed.remove(quads(range(10, 310)))
        if not any(renewed.store is store for store in stores):
            stores.append(renewed.store)

    assert len(stores) > 100 * 300 // 6000
    assert set(renewed.store) == set(quads(range(10)))
