"""In another organisation made up by chance, queries, graphs and suppositions tell nobody more either."""

from __future__ import annotations

import pytest

from tests.slow.test_reach_of_roles import (
    organisation,
    test_a_query_sees_the_allowed_graphs_alone,
    test_no_check_of_a_document_tells_more,
    test_no_supposition_tells_more,
    test_the_comparison_is_of_something,
    test_the_graph_store_has_the_allowed_graphs_alone,
    test_whoever_comes_or_goes_a_query_sees_the_allowed_graphs_alone,
)

__all__ = [
    "organisation",
    "test_a_query_sees_the_allowed_graphs_alone",
    "test_no_check_of_a_document_tells_more",
    "test_no_supposition_tells_more",
    "test_the_comparison_is_of_something",
    "test_the_graph_store_has_the_allowed_graphs_alone",
    "test_whoever_comes_or_goes_a_query_sees_the_allowed_graphs_alone",
]


@pytest.fixture(scope="module")
def seed() -> int:
    """Another organisation than there."""
    return 2


def test_it_is_another_organisation(seed: int) -> None:
    assert seed != 1
