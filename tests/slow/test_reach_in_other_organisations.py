"""The same comparison of all roles and all ways to ask, in another organisation made up by chance."""

from __future__ import annotations

import pytest

from tests.slow.test_reach_of_roles import *  # noqa: F403


@pytest.fixture(scope="module")  # type: ignore[no-redef]
def seed() -> int:
    """Another organisation."""
    return 2


def test_chance_decided_otherwise_than_in_the_first(seed: int) -> None:
    assert seed != 1
