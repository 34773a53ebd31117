"""The same comparison of all roles and all ways to ask, in more organisations made up by chance."""

from __future__ import annotations

import pytest

from tests.slow.test_reach_of_roles import *  # noqa: F403


@pytest.fixture(scope="module", name="seed", params=(2, 3))
def other_seed(request: pytest.FixtureRequest) -> int:
    """Another organisation each time."""
    chosen: int = request.param
    return chosen
