"""People are judged in batches that stay small, however much is known of each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from kb_service.knowledge_base.judging import batches

_SAID = NamedNode("https://example.org/said")


def people_with(sizes: list[int]) -> dict[str, list[Triple]]:
    """People of whom so many facts are known."""
    return {
        str(number): [
            Triple(NamedNode(f"https://example.org/{number}"), _SAID, Literal(each))
            for each in range(size)
        ]
        for number, size in enumerate(sizes)
    }


@given(st.lists(st.integers(0, 12), max_size=30), st.integers(1, 5), st.integers(1, 20))
def test_everybody_is_in_one_batch_in_order_and_no_batch_holds_too_much(
    sizes: list[int], most_people: int, most_facts: int
) -> None:
    people = people_with(sizes)

    found = list(batches(people.items(), most_people, most_facts))

    assert [each for batch in found for each in batch.items()] == list(people.items())
    assert all(1 <= len(batch) <= most_people for batch in found)
    assert all(sum(map(len, b.values())) <= most_facts or len(b) == 1 for b in found)


def test_who_is_known_best_is_judged_alone_and_others_together() -> None:
    people = people_with([5, 5, 30, 5])

    found = [list(batch) for batch in batches(people.items(), 50, 10)]

    assert found == [["0", "1"], ["2"], ["3"]]
