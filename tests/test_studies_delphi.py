"""A Delphi panel's figures, against published ones and a calculation by hand or in fractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import comb, erfc, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_service.findings import RefusedInput
from kb_service.studies.authority import AuthorityTables, Expert, PanelAuthority, panel_authority
from kb_service.studies.concordance import Missing
from kb_service.studies.delphi import (
    Round,
    RoundStatistics,
    Scale,
    item_statistics,
    round_statistics,
)
from kb_service.studies.results import Reason, Statistic
from kb_service.studies.stability import RoundChange, stability

LIKERT = Scale(1, 5)
TABLES = AuthorityTables(
    bases={
        "practice": {"large": 0.5, "medium": 0.4, "small": 0.3},
        "theory": {"large": 0.3, "medium": 0.2, "small": 0.1},
        "peers": {"large": 0.1, "medium": 0.1, "small": 0.1},
        "intuition": {"large": 0.1, "medium": 0.1, "small": 0.1},
    },
    familiarity={"very": 1.0, "quite": 0.8, "fairly": 0.6, "little": 0.4, "not": 0.2},
)


def asked(
    number: int, items: Sequence[str], ratings: Mapping[str, Sequence[float | None]]
) -> Round:
    """A round in which everybody who is named was invited; None is a rating that is missing."""
    return Round(
        number,
        list(ratings),
        items,
        {
            expert: {
                item: rating
                for item, rating in zip(items, given_ratings, strict=True)
                if rating is not None
            }
            for expert, given_ratings in ratings.items()
        },
    )


def statistics_of(this: Round) -> RoundStatistics:
    return round_statistics(this, LIKERT, Missing.DROP_RATERS)


def why(statistic: Statistic) -> str:
    assert statistic.why
    return statistic.why.name


def names(remarks: Sequence[Reason]) -> list[str]:
    return [remark.name for remark in remarks]


def test_the_figures_of_an_item_are_those_published() -> None:
    """33 experts, 5:20, 4:11, 3:1, 2:1: mean 4.5152, SD .7124, CV .1578, full scores .6061."""
    found = item_statistics([5] * 20 + [4] * 11 + [3] + [2], full_score=5)

    assert found.ratings == 33
    assert round(found.mean.number, 4) == 4.5152
    assert round(found.standard_deviation.number, 4) == 0.7124
    assert round(found.coefficient_of_variation.number, 4) == 0.1578
    assert round(found.full_score_frequency.number, 4) == 0.6061
    assert found.median.number == 5


def test_a_single_rating_has_a_mean_and_no_spread() -> None:
    found = item_statistics([4], full_score=5)

    assert found.mean.number == 4
    assert found.full_score_frequency.number == 0
    assert why(found.standard_deviation) == "one-rating-only"
    assert why(found.coefficient_of_variation) == "one-rating-only"


def test_an_item_that_nobody_rated_says_so() -> None:
    assert why(item_statistics([], full_score=5).mean) == "item-not-rated"


def test_ratings_that_are_no_numbers_are_named_and_left_out() -> None:
    found = item_statistics([4, float("nan"), 5, 1e300], full_score=5)

    assert (found.ratings, found.mean.number) == (2, 4.5)
    assert names(found.remarks) == ["numbers-left-out"]
    assert "nan, 1e+300" in found.remarks[0].en


@pytest.mark.parametrize(("lowest", "highest"), [(5, 1), (3, 3), (float("nan"), 5)])
def test_a_scale_that_does_not_rise_is_refused(lowest: float, highest: float) -> None:
    with pytest.raises(RefusedInput, match="has to be below the highest"):
        Scale(lowest, highest)


def test_an_answer_that_counts_for_no_number_leaves_the_expert_without_authority() -> None:
    tables = AuthorityTables({"basis": {"practice": 0.8}}, {"very": float("nan"), "quite": 0.8})

    found = panel_authority(
        [Expert(who, {"basis": "practice"}, who) for who in ("very", "quite")], tables
    )

    assert why(found.experts["very"].coefficient) == "worth-no-number"
    assert found.panel.coefficient.number == pytest.approx(0.8)


def test_ratings_around_zero_have_no_coefficient_of_variation() -> None:
    found = item_statistics([-1, 1], full_score=2)

    assert found.standard_deviation.number == pytest.approx(sqrt(2))
    assert why(found.coefficient_of_variation) == "mean-of-zero"


def test_equal_ratings_have_no_spread_and_no_concordance() -> None:
    found = statistics_of(asked(1, ["calm", "tact"], {"lin": [4, 4], "mo": [4, 4]}))

    assert found.items["calm"].coefficient_of_variation.number == 0
    assert why(found.concordance.w) == "ratings-all-equal"


def test_a_panel_of_one_has_means_and_says_what_it_lacks() -> None:
    found = statistics_of(asked(1, ["calm", "tact"], {"lin": [4, 5]}))

    assert found.response_rate.number == 1
    assert found.items["tact"].mean.number == 5
    assert why(found.items["tact"].standard_deviation) == "one-rating-only"
    assert why(found.concordance.w) == "one-rater-only"


def test_those_who_did_not_answer_lower_the_response_rate_and_are_named() -> None:
    found = statistics_of(
        asked(1, ["calm", "tact"], {"lin": [4, 5], "mo": [None, None], "qi": [3, None]})
    )

    assert (found.invited, found.answered) == (3, 2)
    assert found.response_rate.number == pytest.approx(2 / 3)
    assert names(found.remarks) == ["experts-did-not-answer"]
    assert "mo" in found.remarks[0].zh
    assert found.items["calm"].ratings == 2
    assert found.items["tact"].ratings == 1


def test_ratings_that_cannot_be_are_left_out_and_named() -> None:
    this = Round(
        2,
        ["lin", "mo"],
        ["calm"],
        {"lin": {"calm": 4, "tact": 5}, "mo": {"calm": 55}, "qi": {"calm": 1}},
    )

    found = statistics_of(this)

    assert found.response_rate.number == 0.5
    assert found.items["calm"].mean.number == 4
    assert "tact" not in found.items
    assert names(found.remarks) == [
        "experts-not-invited",
        "items-not-asked",
        "ratings-outside-scale",
        "experts-did-not-answer",
    ]
    assert "mo calm 55" in found.remarks[2].en


def test_a_round_sent_to_nobody_has_no_response_rate() -> None:
    found = statistics_of(Round(1, [], ["calm"], {}))

    assert why(found.response_rate) == "nobody-invited"
    assert why(found.items["calm"].mean) == "item-not-rated"


def panel(
    theory: Sequence[tuple[str, int]], familiarity: Sequence[tuple[str, int]]
) -> PanelAuthority:
    """Sixteen experts who all rely on practice to a large degree."""
    degrees = [degree for degree, count in theory for _ in range(count)]
    levels = [level for level, count in familiarity for _ in range(count)]
    rest = {"practice": "large", "peers": "small", "intuition": "medium"}
    return panel_authority(
        [
            Expert(f"expert-{place}", {**rest, "theory": degree}, level)
            for place, (degree, level) in enumerate(zip(degrees, levels, strict=True))
        ],
        TABLES,
    )


def test_the_authority_of_a_panel_is_that_of_a_published_study() -> None:
    """Sixteen experts: 7·.3 + 9·.2 for theory; 1, 12 and 3 of them very, quite, fairly familiar.

    A two-round Delphi study in BMJ Open printed Ca .944, Cs .775, Cr .860.
    """
    found = panel([("large", 7), ("medium", 9)], [("very", 1), ("quite", 12), ("fairly", 3)])

    assert found.panel.judgement.number == pytest.approx(0.94375)
    assert found.panel.familiarity.number == pytest.approx(0.775)
    assert found.panel.coefficient.number == pytest.approx(0.859375)


@pytest.mark.parametrize(
    ("expert", "name", "told"),
    [
        (Expert("lin", {"practice": "large"}, "very"), "judgement-basis-missing", "theory"),
        (Expert("lin", dict.fromkeys(TABLES.bases, "huge"), "very"), "answer-not-in-table", "huge"),
        (
            Expert("lin", dict.fromkeys(TABLES.bases, "large"), "well"),
            "answer-not-in-table",
            "well",
        ),
        (Expert("lin", dict.fromkeys(TABLES.bases, "large")), "familiarity-missing", "very"),
        (
            Expert("lin", {**dict.fromkeys(TABLES.bases, "large"), "stars": "large"}, "very"),
            "answer-not-in-table",
            "stars",
        ),
    ],
)
def test_an_expert_without_authority_is_told_what_lacks_and_the_panel_keeps_the_others(
    expert: Expert, name: str, told: str
) -> None:
    whole = Expert("mo", dict.fromkeys(TABLES.bases, "large"), "quite")

    found = panel_authority([expert, whole], TABLES)

    assert why(found.experts["lin"].coefficient) == name
    assert found.experts["lin"].coefficient.why
    assert told in found.experts["lin"].coefficient.why.en
    assert found.panel.coefficient.number == pytest.approx(0.9)
    assert names(found.remarks) == ["experts-without-authority"]


def test_a_questionnaire_that_asks_for_one_basis_is_a_table_of_one() -> None:
    tables = AuthorityTables({"basis": {"practice": 0.8, "theory": 0.6}}, {"very": 1.0})

    found = panel_authority([Expert("lin", {"basis": "practice"}, "very")], tables)

    assert found.experts["lin"].coefficient.number == pytest.approx(0.9)


def test_a_panel_of_nobody_has_no_authority() -> None:
    assert why(panel_authority([], TABLES).panel.coefficient) == "no-expert-answered"


def change(earlier: Sequence[float], later: Sequence[float], scale: Scale = LIKERT) -> RoundChange:
    """How experts 0, 1, … moved on one item."""
    rounds = [
        asked(number, ["calm"], {str(place): [rating] for place, rating in enumerate(ratings)})
        for number, ratings in ((1, earlier), (2, later))
    ]
    return stability(rounds, scale).changes[0]


def test_matched_pairs_are_compared_as_hollander_and_wolfe_did() -> None:
    """Depression of nine patients at two visits (1973), page 29: p of both sides .03906."""
    found = change(
        (1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30),
        (0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29),
        Scale(0, 5),
    ).items["calm"]

    assert found.pairs == 9
    assert found.w.number == 5
    assert found.p.number == pytest.approx(0.03906, abs=0.000005)


def test_moves_of_one_size_are_ties_whatever_their_last_digits() -> None:
    """Two up and one down by .3 share the ranks 1 to 3, so W is 2."""
    assert change((3.1, 3.4, 3.0), (3.4, 3.7, 2.7)).items["calm"].w.number == 2


def test_the_share_of_opinion_that_moved_is_counted_whatever_the_panels_size() -> None:
    """By hand: from 2 of 4 on 3 and 2 on 4, to 1 of 2 on 4 and 1 on 5: half moved."""
    found = change((3, 3, 4, 4), (4, 5))

    item = found.items["calm"]
    assert item.distribution.number == 0.5
    assert item.mean.number == 1
    assert found.experts_in_both == 2
    assert names(found.remarks) == ["panels-differ"]
    assert "2, 3" in found.remarks[0].en


def test_whoever_answered_one_of_the_rounds_only_is_named() -> None:
    rounds = [
        asked(1, ["calm"], {"lin": [3], "mo": [4]}),
        asked(2, ["calm"], {"lin": [4], "qi": [5]}),
    ]

    found = stability(rounds, LIKERT).changes[0]

    assert found.experts_in_both == 1
    assert "mo, qi" in found.remarks[0].en


def test_the_change_of_variation_is_the_later_less_the_earlier() -> None:
    found = change((2, 4), (4, 4)).items["calm"]

    assert found.coefficient_of_variation.number == pytest.approx(-sqrt(2) / 3)


def test_experts_who_kept_their_ratings_have_nothing_to_test() -> None:
    found = change((3, 4, 5), (3, 4, 5)).items["calm"]

    assert found.mean.number == found.distribution.number == 0
    assert why(found.p) == "no-rating-changed"


def test_rounds_answered_by_different_people_are_compared_without_pairs() -> None:
    rounds = [
        asked(1, ["calm"], {"lin": [3], "mo": [4]}),
        asked(2, ["calm"], {"qi": [5], "zhou": [4]}),
    ]

    found = stability(rounds, LIKERT).changes[0].items["calm"]

    assert found.mean.number == 1
    assert why(found.p) == "no-expert-in-both-rounds"


def test_an_item_of_one_round_only_is_not_compared() -> None:
    rounds = [asked(1, ["calm"], {"lin": [3]}), asked(2, ["tact"], {"lin": [5]})]

    found = stability(rounds, LIKERT).changes[0]

    assert {why(item.mean) for item in found.items.values()} == {"item-not-in-both-rounds"}


def test_one_round_says_nothing_of_stability() -> None:
    found = stability([asked(1, ["calm"], {"lin": [3]})], LIKERT)

    assert not found.changes
    assert names(found.remarks) == ["one-round-only"]


def test_a_missing_round_is_named_and_its_neighbours_are_compared() -> None:
    rounds = [asked(3, ["calm"], {"lin": [5]}), asked(1, ["calm"], {"lin": [3]})]

    found = stability(rounds, LIKERT)

    assert [(each.earlier, each.later) for each in found.changes] == [(1, 3)]
    assert found.changes[0].items["calm"].mean.number == 2
    assert names(found.remarks) == ["rounds-missing"]
    assert "2" in found.remarks[0].en


@given(st.lists(st.integers(1, 5), min_size=2, max_size=12))
def test_the_figures_of_an_item_are_those_of_a_calculation_in_fractions(
    ratings: list[int],
) -> None:
    found = item_statistics(ratings, full_score=5)

    mean = Fraction(sum(ratings), len(ratings))
    variance = sum((rating - mean) ** 2 for rating in ratings) / (len(ratings) - 1)
    assert found.mean.number == pytest.approx(float(mean))
    assert found.standard_deviation.number == pytest.approx(sqrt(variance))
    assert found.coefficient_of_variation.number == pytest.approx(sqrt(variance / mean**2))
    assert item_statistics(ratings[::-1], full_score=5) == found


@settings(max_examples=30)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=9), st.data())
def test_opinion_moves_as_far_back_as_it_moved(earlier: list[int], data: st.DataObject) -> None:
    same = len(earlier)
    later = data.draw(st.lists(st.integers(1, 5), min_size=same, max_size=same))

    there, back = change(earlier, later).items["calm"], change(later, earlier).items["calm"]

    assert there.mean.number == pytest.approx(-back.mean.number)
    assert there.distribution == back.distribution
    assert 0 <= there.distribution.number <= 1
    assert (there.p.value is None) == (earlier == later)
    assert there.p.value == back.p.value


def test_those_who_kept_their_rating_make_p_no_rougher() -> None:
    """By hand: of thirteen who moved by 1, two down or fewer, 2·(1 + 13 + 78) of 8192."""
    found = change([3] * 16, [4] * 11 + [2] * 2 + [3] * 3).items["calm"]

    assert found.pairs == 16
    assert found.p.number == pytest.approx(2 * 92 / 8192)


@pytest.mark.parametrize(("moved", "down"), [(14, 3), (30, 5), (50, 20)])
def test_p_of_up_to_fifty_moves_is_exact_though_all_are_ties(moved: int, down: int) -> None:
    """Moves of one size share a rank, so that it is the sign test: as few heads of so many tosses."""
    found = change([3] * moved, [2] * down + [4] * (moved - down)).items["calm"]

    fewer = sum(comb(moved, tosses) for tosses in range(down + 1))
    assert found.p.number == pytest.approx(2 * fewer / 2**moved)


def test_p_of_more_moves_is_that_of_the_normal_approximation_with_its_corrections() -> None:
    """51 ranks of 26: the variance is 51·26² / 4, and ½ is taken off for continuity."""
    found = change([3] * 51, [2] * 20 + [4] * 31).items["calm"]

    distance = 51 * 26 / 2 - 20 * 26 - 0.5
    assert found.w.number == 20 * 26
    assert found.p.number == pytest.approx(erfc(distance / sqrt(51 * 26**2 / 4) / sqrt(2)))


moves = st.lists(st.integers(-2, 2), min_size=2, max_size=7).filter(any)


@settings(max_examples=30)
@given(moves)
def test_p_of_matched_pairs_is_that_of_all_signs_the_moves_could_have_had(moved: list[int]) -> None:
    """Those who kept their rating have no sign and are not among them."""
    found = change([3] * len(moved), [3 + move for move in moved]).items["calm"]

    sizes = [abs(move) for move in moved if move]
    ranks = [
        Fraction(sum(other < size for other in sizes) * 2 + sizes.count(size) + 1, 2)
        for size in sizes
    ]
    upwards = sum(
        (rank for rank, move in zip(ranks, filter(None, moved), strict=True) if move > 0), 0
    )
    possible = [
        sum((rank for rank, up in zip(ranks, signs, strict=True) if up), 0)
        for signs in product((False, True), repeat=len(ranks))
    ]
    as_low = Fraction(sum(each <= upwards for each in possible), len(possible))
    as_high = Fraction(sum(each >= upwards for each in possible), len(possible))
    assert found.w.number == min(upwards, sum(ranks) - upwards)
    assert found.p.number == pytest.approx(float(min(Fraction(1), 2 * min(as_low, as_high))))
