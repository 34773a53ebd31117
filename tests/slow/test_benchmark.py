"""The benchmark compares like with like, keeps its bounds, and says where it fell short."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.benchmark.changes import EXPLANATION, RATING_CHANGED, WHAT_IF
from tools.benchmark.fingerprint import Conclusions
from tools.benchmark.growth import Growth
from tools.benchmark.peers import ENGINES
from tools.benchmark.plan import FULL
from tools.benchmark.plot import draw
from tools.benchmark.report import SECTIONS
from tools.benchmark.runs import Ask, Bounds, Run, measured
from tools.benchmark.swrl import SWRL

IN_JOINING_ORDER = [name for name in ENGINES if name.endswith("ordered")]
STATEMENTS = st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3)))


def made_up(measurement: str, size: int) -> Run:
    """A run in which ours take a second for each person, all others ten."""
    seconds = size * (1.0 if "ours" in measurement else 10.0)
    actions = [
        f"{a}, {of}" for a in (RATING_CHANGED, EXPLANATION, WHAT_IF) for of in ("median", "p99")
    ]
    names = ("people", "conclusions", "triples", "peak", "start", "rows", "read", "check", "store")
    figures = dict.fromkeys((*names, "disk", *actions), 1000.0)
    return Run(measurement, size, {**figures, "seconds": seconds, "fingerprint": "the same"})


def short(measurement: str, size: int) -> Run:
    return Run(measurement, size, {}, "no answer in 900 s")


def lines(section: str, ask: Ask) -> list[str]:
    return [line for part in SECTIONS[section] for line in part(ask, FULL)]


@pytest.mark.parametrize("name", ["oxrdflib", *IN_JOINING_ORDER])
def test_another_engine_concludes_what_ours_does(name: str) -> None:
    theirs, ours = ENGINES[name](1), ENGINES["ours"](1)

    assert theirs["statements"] == ours["statements"]
    assert theirs["fingerprint"] == ours["fingerprint"]


def test_pellet_concludes_from_swrl_what_our_rules_do() -> None:
    theirs, ours = (measure(2) for measure in SWRL.values())

    assert theirs["fingerprint"] == ours["fingerprint"]
    assert theirs["statements"] == ours["statements"] != 0


@given(STATEMENTS, STATEMENTS)
def test_a_fingerprint_tells_statements_apart_whatever_their_order(
    some: set[tuple[int, int]], others: set[tuple[int, int]]
) -> None:
    def fingerprint(*portions: set[tuple[int, int]]) -> object:
        conclusions = Conclusions()
        for portion in portions:
            conclusions.add(portion)
        return conclusions.figures(0)["fingerprint"]

    assert fingerprint(some, others - some) == fingerprint(some | others)
    assert (fingerprint(some) == fingerprint(others)) == (some == others)


def test_a_measurement_that_takes_too_long_is_ended_and_reported() -> None:
    run = measured("everything, one core", 1_000_000, Bounds(seconds=3, memory_mb=2_000))

    assert run.figures == {}
    assert run.shortfall == "no answer in 3 s"


def test_a_measurement_that_takes_too_much_memory_is_reported() -> None:
    run = measured("ours", 200, Bounds(seconds=60, memory_mb=60))

    assert run.figures == {}
    assert run.shortfall == "more than 60 MB"


def test_a_measurement_answers_from_a_process_of_its_own() -> None:
    run = measured("the same rules of ours", 1, Bounds(seconds=60, memory_mb=2_000))

    assert run.shortfall == ""
    assert run.number("seconds") > 0
    assert run.figures["fingerprint"] == SWRL["the same rules of ours"](1)["fingerprint"]


@given(st.floats(0.1, 10), st.floats(1, 3), st.lists(st.integers(1, 99), min_size=2, unique=True))
def test_a_law_of_growth_is_found_and_never_promises_too_much(
    once: float, power: float, sizes: list[int]
) -> None:
    growth = Growth.of([(size, once * size**power) for size in sizes])

    assert growth.exponent == pytest.approx(power)
    assert growth.at(1000) <= once * 1000**power * 1.000001
    assert growth.at(max(sizes)) == pytest.approx(once * max(sizes) ** power)


def test_no_law_is_read_from_a_single_size() -> None:
    with pytest.raises(ValueError, match="two sizes"):
        Growth.of([(10, 1.0), (10, 1.1)])


def test_ratios_are_of_the_same_size_and_the_law_leads_to_the_size_compared_at() -> None:
    told = lines("engines", made_up)

    assert "| oxrdflib | 100 | 1,000.00 | 100.000 | 10 | yes | 1,000 MB |" in told
    assert "| oxrdflib | 100 | 1.00 | 10,000 | 1,000.0 | 10 |" in told


def test_a_sample_and_a_law_both_tell_how_long_everybody_would_take() -> None:
    told = lines("derivation", made_up)

    assert "| kept, one core | 1.00 | 1,000,000 s for 100,000, by the law |" in told
    assert "| kept, all cores, sampled |  | 100,000,000 s for 100,000, by the sample |" in told


def test_conclusions_that_differ_are_not_passed_over() -> None:
    def differing(measurement: str, size: int) -> Run:
        run = made_up(measurement, size)
        return replace(run, figures={**run.figures, "fingerprint": measurement})

    [row] = [line for line in lines("engines", differing) if line.startswith("| oxrdflib | 50 |")]

    assert "**no**" in row


@pytest.mark.parametrize("section", SECTIONS)
def test_every_table_says_what_fell_short(section: str) -> None:
    assert any("no answer in 900 s" in line for line in lines(section, short))
    assert not any("no answer in 900 s" in line for line in lines(section, made_up))


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("ask", [made_up, short])
def test_every_row_of_a_table_has_as_many_cells_as_its_head(section: str, ask: Ask) -> None:
    tables = "\n".join(lines(section, ask)).strip().split("\n\n")

    for table in tables:
        rows = [row for row in table.splitlines() if row.startswith("|")]
        assert len({row.count("|") for row in rows}) == 1


def test_the_plot_is_the_same_for_the_same_figures_and_names_every_engine(tmp_path: Path) -> None:
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"

    draw(made_up, FULL, first)
    draw(made_up, FULL, second)

    text = first.read_text(encoding="utf-8")
    assert text == second.read_text(encoding="utf-8")
    assert all(f">{name}</text>" in text for name in (*FULL.engines, "this engine", WHAT_IF))


def test_the_plot_leaves_out_what_fell_short(tmp_path: Path) -> None:
    def all_but_rdflib(measurement: str, size: int) -> Run:
        return (short if measurement == "rdflib" else made_up)(measurement, size)

    draw(all_but_rdflib, FULL, tmp_path / "plot.svg")

    text = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    assert ">rdflib</text>" not in text
    assert ">pySHACL</text>" in text
