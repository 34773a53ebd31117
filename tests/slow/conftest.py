"""The browser and the service that the tests of pages have, and which files begin."""

import pytest

from tests.browser.conftest import browser, chromium, served

__all__ = ["browser", "chromium", "served"]

_LONGEST = (
    "test_engines_on_the_example",
    "test_kill_writer",
    "test_increments",
    "test_every_page",
    "test_reach_of_roles",
    "test_reach_in_other_organisations",
    "test_model_life_cycle",
    "test_erasure",
    "test_watching",
    "test_fuzzing",
    "test_models_broken",
    "test_every_explanation",
    "test_wheel",
)
"""Files that take minutes; they come first, so that no process is left with one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files first that take longest."""
    rank = {name: place for place, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))
