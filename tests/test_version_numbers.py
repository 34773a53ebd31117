"""Version numbers are those of semantic versioning, and have its order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_service.knowledge_base.model_versions.numbers import is_number, precedence

# The order of the specification of semantic versioning, clause 11.
IN_ORDER = (
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "1.2.0",
    "1.10.0",
    "2.0.0",
)
WHOLE = st.integers(0, 10**6)


@pytest.mark.parametrize("text", [*IN_ORDER, "0.1.0", "1.0.0+build.5", "1.0.0-rc.1+build"])
def test_a_version_number_is_recognised(text: str) -> None:
    assert is_number(text)


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.0", "v1.0.0", "1.0.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0 ", "１.0.0"],
)
def test_what_is_no_version_number_is_not_taken_for_one(text: str) -> None:
    assert not is_number(text)


def test_versions_have_the_order_that_the_specification_gives_as_its_example() -> None:
    backwards = list(IN_ORDER[::-1])

    backwards.sort(key=precedence)

    assert backwards == list(IN_ORDER)


def test_what_follows_a_plus_sign_changes_no_order() -> None:
    assert precedence("1.0.0+one") == precedence("1.0.0+two")


def test_a_text_that_is_no_version_number_comes_before_every_one() -> None:
    assert precedence("summer edition") < precedence("0.0.0-alpha")


@given(st.tuples(WHOLE, WHOLE, WHOLE), st.tuples(WHOLE, WHOLE, WHOLE))
def test_numbers_are_compared_as_numbers_from_left_to_right(
    one: tuple[int, int, int], other: tuple[int, int, int]
) -> None:
    texts = [".".join(map(str, each)) for each in (one, other)]

    assert all(map(is_number, texts))
    assert (precedence(texts[0]) < precedence(texts[1])) == (one < other)
