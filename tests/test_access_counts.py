"""Counts of people for those who may see nobody: what is told, and what could be worked out."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from kb_service.access.counts import Row, Value, withhold
from kb_service.questions import Counted

ALONE = Counted("people")
PARTS = Counted("people", "judged", "model")


def trainings(**people: int) -> list[Row]:
    return [{"training": name, "people": count} for name, count in people.items()]


def verdicts(model: str, **people: int) -> list[Row]:
    judged = sum(people.values())
    return [
        {"model": model, "verdict": verdict, "people": count, "judged": judged}
        for verdict, count in people.items()
    ]


def told(rows: list[dict[str, Value]]) -> dict[Value, Value]:
    return {row["verdict"]: row["people"] for row in rows}


def test_a_count_of_too_few_people_is_withheld_and_others_are_told() -> None:
    counts = withhold(trainings(listening=9, waiting=5, smiling=4), ALONE, 5)

    assert counts.withheld
    assert counts.rows == [
        {"training": "listening", "people": 9},
        {"training": "waiting", "people": 5},
        {"training": "smiling", "people": None},
    ]


def test_the_order_of_withheld_counts_tells_nothing() -> None:
    one = withhold(trainings(waiting=4, smiling=1), ALONE, 5)
    other = withhold(trainings(smiling=4, waiting=1), ALONE, 5)

    assert one == other


def test_nothing_is_withheld_where_everybody_hides_in_a_crowd() -> None:
    rows = verdicts("agent", fit=5, trainable=8)

    counts = withhold(rows, PARTS, 5)

    assert not counts.withheld
    assert counts.rows == [dict(row) for row in rows]


def test_a_whole_from_which_one_could_subtract_is_withheld_too() -> None:
    counts = withhold(verdicts("agent", fit=20, trainable=3, unsuitable=4), PARTS, 5)

    assert told(counts.rows) == {"fit": 20, "trainable": None, "unsuitable": None}
    assert [row["judged"] for row in counts.rows] == [None, None, None]


def test_a_single_small_part_takes_the_next_smallest_with_it() -> None:
    counts = withhold(verdicts("agent", fit=20, trainable=2, unsuitable=7), PARTS, 5)

    assert told(counts.rows) == {"fit": 20, "trainable": None, "unsuitable": None}


def test_one_position_withholds_nothing_of_another() -> None:
    rows = verdicts("agent", fit=20, trainable=1) + verdicts("clerk", fit=11, trainable=10)

    counts = withhold(rows, PARTS, 5)

    clerk = [row for row in counts.rows if row["model"] == "clerk"]
    assert clerk == [dict(row) for row in rows[2:]]


@given(
    st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=5), max_size=4),
    st.integers(1, 8),
)
def test_whoever_knows_the_whole_cannot_work_out_a_small_part(
    groups: list[list[int]], least: int
) -> None:
    rows = [
        row
        for number, sizes in enumerate(groups)
        for row in verdicts(f"m{number}", **{f"v{place}": size for place, size in enumerate(sizes)})
    ]

    counts = withhold(rows, PARTS, least)

    sizes_of = {(row["model"], row["verdict"]): int(row["people"] or 0) for row in rows}
    hidden: dict[object, list[int]] = defaultdict(list)
    for row in counts.rows:
        size = sizes_of[row["model"], row["verdict"]]
        assert row["people"] in (None, size)
        if row["people"] is None:
            hidden[row["model"]].append(size)
        else:
            assert size >= least
    assert len(counts.rows) == len(rows)
    assert counts.withheld == bool(hidden)
    for row in counts.rows:
        assert (row["judged"] is None) == (row["model"] in hidden)
    for model, sizes in hidden.items():
        every = [size for (of, _), size in sizes_of.items() if of == model]
        assert sum(sizes) >= least or len(sizes) == len(every)
