"""How far coders agree, against published figures and a calculation in fractions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import erfc, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_service.studies.agreement import CoderAgreement, Coding, coder_agreement, reliability
from kb_service.studies.kappa import cohen_kappa, fleiss_kappa

CONFIDENCE = 0.95
FLEISS_1971 = (
    (0, 0, 0, 6, 0),
    (0, 3, 0, 0, 3),
    (0, 1, 4, 0, 1),
    (0, 0, 0, 0, 6),
    (0, 3, 0, 3, 0),
    (2, 0, 4, 0, 0),
    (0, 0, 4, 0, 2),
    (2, 0, 3, 1, 0),
    (2, 0, 0, 4, 0),
    (0, 0, 0, 0, 6),
    (1, 0, 0, 5, 0),
    (1, 1, 0, 4, 0),
    (0, 3, 3, 0, 0),
    (1, 0, 0, 5, 0),
    (0, 2, 0, 3, 1),
    (0, 0, 5, 0, 1),
    (3, 0, 0, 1, 2),
    (5, 1, 0, 0, 0),
    (0, 2, 0, 4, 0),
    (1, 0, 2, 0, 3),
    (0, 0, 0, 0, 6),
    (0, 1, 0, 5, 0),
    (0, 2, 0, 1, 3),
    (2, 0, 0, 4, 0),
    (1, 0, 0, 4, 1),
    (0, 5, 0, 1, 0),
    (4, 0, 0, 0, 2),
    (0, 2, 0, 4, 0),
    (1, 0, 5, 0, 0),
    (0, 0, 0, 0, 6),
)
"""Thirty patients by six psychiatrists: depression, personality disorder, schizophrenia, neurosis,
other. Fleiss (1971), table 1."""
CATEGORIES = ("calm", "empathy", "persistence")


def agreement_of(**codings: Coding) -> CoderAgreement:
    return coder_agreement(codings, CONFIDENCE)


def names(found: CoderAgreement) -> list[str]:
    return [remark.name for remark in found.remarks]


@pytest.mark.parametrize(
    ("counts", "kappa"),
    [
        ([[20, 5], [10, 15]], 0.40),
        ([[45, 15], [25, 15]], 0.1304),
        ([[25, 35], [5, 35]], 0.2593),
    ],
)
def test_kappa_of_two_coders_is_that_of_the_textbook(counts: list[list[int]], kappa: float) -> None:
    found = cohen_kappa(counts, CONFIDENCE)

    assert found.kappa.number == pytest.approx(kappa, abs=0.00005)


def test_the_errors_of_kappa_are_those_of_fleiss_levin_and_paik() -> None:
    """Statistical Methods for Rates and Proportions (2003), table 18.1: κ .68, z 8.88, error .087."""
    found = cohen_kappa([[75, 1, 4], [5, 4, 1], [0, 0, 10]], CONFIDENCE)

    assert found.kappa.number == pytest.approx(0.676, abs=0.0005)
    assert found.z.number == pytest.approx(8.88, abs=0.005)
    assert found.standard_error.number == pytest.approx(0.087, abs=0.001)
    assert found.interval.low.number == pytest.approx(0.676 - 1.96 * 0.0877, abs=0.001)
    assert found.interval.high.number == pytest.approx(0.676 + 1.96 * 0.0877, abs=0.001)


def test_a_wider_confidence_makes_a_wider_interval() -> None:
    usual = cohen_kappa([[20, 5], [10, 15]], 0.95).interval
    wide = cohen_kappa([[20, 5], [10, 15]], 0.99).interval

    assert wide.low.number < usual.low.number < usual.high.number < wide.high.number


def test_kappa_of_six_psychiatrists_is_that_of_fleiss() -> None:
    """κ .430; z 17.65, as R's package irr prints it for the same table."""
    found = fleiss_kappa(FLEISS_1971)

    assert (found.units, found.coders) == (30, 6)
    assert found.observed.number == pytest.approx(0.5556, abs=0.00005)
    assert found.expected.number == pytest.approx(0.2199, abs=0.0001)
    assert found.kappa.number == pytest.approx(0.430, abs=0.0005)
    assert found.z.number == pytest.approx(17.65, abs=0.005)


@pytest.mark.parametrize(
    ("category", "kappa", "z"),
    [
        (0, 0.245, 5.192),
        (1, 0.245, 5.192),
        (2, 0.520, 11.031),
        (3, 0.471, 9.994),
        (4, 0.566, 12.009),
    ],
)
def test_kappa_of_each_diagnosis_is_that_of_fleiss(category: int, kappa: float, z: float) -> None:
    found = fleiss_kappa([(row[category], 6 - row[category]) for row in FLEISS_1971])

    assert found.kappa.number == pytest.approx(kappa, abs=0.0005)
    assert found.z.number == pytest.approx(z, abs=0.0005)


@pytest.mark.parametrize(
    ("agreement", "coders", "expected"), [(0.6, 2, 0.75), (0.5, 3, 0.75), (1, 4, 1), (0, 2, 0)]
)
def test_reliability_grows_with_the_number_of_coders(
    agreement: float, coders: int, expected: float
) -> None:
    assert reliability(agreement, coders) == pytest.approx(expected)


def test_category_agreement_counts_a_code_twice_that_both_gave_twice() -> None:
    """2·3 / (4 + 4): both saw calm twice and empathy once."""
    found = agreement_of(
        lin={"e1": ["calm", "calm", "empathy"], "e2": ["persistence"]},
        zhou={"e1": ["calm", "empathy", "calm"], "e2": ["calm"]},
    )

    pair = found.pairs[0]
    assert (pair.first_codes, pair.second_codes, pair.same_codes) == (4, 4, 3)
    assert found.category_agreement.number == 0.75
    assert found.reliability.number == pytest.approx(6 / 7)


def test_kappa_takes_the_units_with_one_category_and_says_which_it_leaves_out() -> None:
    found = agreement_of(
        lin={"e1": ["calm"], "e2": ["empathy"], "e3": ["calm", "empathy"], "e4": []},
        zhou={"e1": ["calm"], "e2": ["calm"], "e3": ["calm"], "e4": ["calm"]},
    )

    assert found.pairs[0].kappa.units == found.kappa.units == 2
    assert names(found) == ["units-without-one-category"]
    assert "e3, e4" in found.remarks[0].en
    assert found.categories["empathy"].units == 4


def test_a_coder_who_coded_nothing_is_named_and_the_others_still_agree() -> None:
    found = agreement_of(
        lin={"e1": ["calm"], "e2": ["empathy"]},
        mo={"e1": [], "e2": []},
        zhou={"e1": ["calm"], "e2": ["empathy"]},
    )

    with_mo = [pair for pair in found.pairs if "mo" in (pair.first, pair.second)]
    assert {
        pair.category_agreement.why.name for pair in with_mo if pair.category_agreement.why
    } == {"coder-coded-nothing"}
    assert names(found) == ["coder-coded-nothing"]
    assert "mo" in found.remarks[0].zh
    assert found.category_agreement.number == found.reliability.number == 1
    assert found.kappa.kappa.number == 1
    assert found.kappa.coders == 2


def test_one_coder_has_nobody_to_agree_with() -> None:
    found = agreement_of(lin={"e1": ["calm"]})

    assert found.codes == {"lin": 1}
    assert found.category_agreement.why and found.category_agreement.why.name == "too-few-coders"
    assert found.kappa.kappa.why and found.kappa.kappa.why.name == "too-few-coders"


def test_coders_of_different_material_share_nothing() -> None:
    found = agreement_of(lin={"e1": ["calm"]}, zhou={"e2": ["calm"]})

    assert found.category_agreement.why
    assert found.category_agreement.why.name == "nothing-coded-by-both"
    assert names(found) == ["units-not-coded-by-all"]


def test_codes_of_one_category_have_no_kappa_but_an_observed_agreement() -> None:
    found = agreement_of(
        lin={"e1": ["calm"], "e2": ["calm"]}, zhou={"e1": ["calm"], "e2": ["calm"]}
    )

    for kappa in (found.kappa, found.pairs[0].kappa):
        assert kappa.kappa.why and kappa.kappa.why.name == "one-category-only"
        assert kappa.observed.number == 1
    assert found.category_agreement.number == 1


def test_a_coder_who_knows_one_category_only_leaves_no_test() -> None:
    found = cohen_kappa([[3, 2], [0, 0]], CONFIDENCE)

    assert found.kappa.number == 0
    assert found.p.why and found.p.why.name == "coder-without-variation"
    assert found.interval.low.why == found.p.why


def test_a_test_that_rounding_leaves_nothing_of_says_so_and_kappa_stays() -> None:
    found = cohen_kappa([[10**15, 0, 2], [1, 2, 10], [0, 1, 0]], CONFIDENCE)

    assert 0 < found.kappa.number < 1
    assert found.z.why and found.z.why.name == "codes-nearly-all-alike"


@pytest.mark.parametrize("counts", [[[1, 2]], [[1, -1], [0, 2]]])
def test_no_table_of_two_coders_is_refused(counts: list[list[int]]) -> None:
    with pytest.raises(ValueError):
        cohen_kappa(counts, CONFIDENCE)


def test_units_of_unequally_many_coders_are_refused() -> None:
    with pytest.raises(ValueError, match="same number of coders"):
        fleiss_kappa([[2, 1], [2, 0]])


codes = st.lists(st.sampled_from(CATEGORIES), max_size=3)
units = st.sampled_from([f"e{number}" for number in range(6)])
codings = st.lists(st.dictionaries(units, codes, max_size=6), min_size=2, max_size=4).map(
    lambda each: {f"coder-{place}": coding for place, coding in enumerate(each)}
)


@given(codings)
def test_category_agreement_is_that_of_a_calculation_in_fractions(
    given_codings: dict[str, dict[str, list[str]]],
) -> None:
    found = coder_agreement(given_codings, CONFIDENCE)

    active = [coding for coding in given_codings.values() if any(coding.values())]
    expected = [_agreement(one, two) for one, two in combinations(active, 2)]
    if not expected or None in expected:
        assert found.category_agreement.why
        return
    mean = sum(each for each in expected if each is not None) / len(expected)
    assert found.category_agreement.number == pytest.approx(float(mean))
    assert found.reliability.number == pytest.approx(
        float(len(active) * mean / (1 + (len(active) - 1) * mean))
    )


def _agreement(one: Coding, two: Coding) -> Fraction | None:
    """CA counted code by code: each takes a partner out of the other's."""
    same = total = 0
    for unit in one.keys() & two.keys():
        left = list(two[unit])
        total += len(one[unit]) + len(left)
        for category in one[unit]:
            if category in left:
                left.remove(category)
                same += 1
    return Fraction(2 * same, total) if total else None


@given(codings)
def test_the_order_of_coders_units_and_codes_means_nothing(
    given_codings: dict[str, dict[str, list[str]]],
) -> None:
    shuffled = {
        coder: {unit: sorted(seen, reverse=True) for unit, seen in reversed(list(coding.items()))}
        for coder, coding in reversed(list(given_codings.items()))
    }

    found = coder_agreement(given_codings, CONFIDENCE)
    again = coder_agreement(shuffled, CONFIDENCE)

    assert (again.category_agreement.value is None) == (found.category_agreement.value is None)
    if found.category_agreement.value is not None:
        assert again.category_agreement.number == pytest.approx(found.category_agreement.number)
    assert (again.kappa.kappa.value is None) == (found.kappa.kappa.value is None)
    if found.kappa.kappa.value is not None:
        assert again.kappa.kappa.number == pytest.approx(found.kappa.kappa.number)
    assert again.categories.keys() == found.categories.keys()


tables = st.lists(
    st.lists(st.sampled_from(CATEGORIES), min_size=3, max_size=3), min_size=2, max_size=8
)


@given(tables)
def test_kappa_of_several_coders_is_that_of_a_calculation_in_fractions(
    coded: Sequence[Sequence[str]],
) -> None:
    found = fleiss_kappa([[codes.count(category) for category in CATEGORIES] for codes in coded])

    pairs = [one == two for codes in coded for one, two in combinations(codes, 2)]
    observed = Fraction(sum(pairs), len(pairs))
    times = Counter(category for codes in coded for category in codes)
    chance = sum(Fraction(count, times.total()) ** 2 for count in times.values())
    if chance == 1:
        assert found.kappa.why and found.kappa.why.name == "one-category-only"
    else:
        assert found.kappa.number == pytest.approx(float((observed - chance) / (1 - chance)))
        assert -1 <= found.kappa.number <= 1
        assert found.p.number == pytest.approx(erfc(abs(found.z.number) / sqrt(2)))


@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=3))
def test_kappa_of_two_coders_is_that_of_a_calculation_in_fractions(counts: list[list[int]]) -> None:
    found = cohen_kappa(counts, CONFIDENCE)
    swapped = cohen_kappa([list(column) for column in zip(*counts, strict=True)], CONFIDENCE)

    total = sum(map(sum, counts))
    if not total:
        assert found.kappa.why and found.kappa.why.name == "no-common-unit"
        return
    observed = Fraction(sum(counts[place][place] for place in range(3)), total)
    chance = sum(
        Fraction(sum(counts[place]) * sum(row[place] for row in counts), total * total)
        for place in range(3)
    )
    if chance == 1:
        assert found.kappa.why and found.kappa.why.name == "one-category-only"
        return
    assert found.kappa.number == pytest.approx(float((observed - chance) / (1 - chance)), abs=1e-12)
    assert swapped.kappa.number == pytest.approx(found.kappa.number, abs=1e-12)


@given(st.lists(st.sampled_from(CATEGORIES), min_size=2, max_size=10))
def test_coders_who_code_alike_agree_entirely(seen: list[str]) -> None:
    coding = {f"e{place}": [category] for place, category in enumerate(seen)}

    found = agreement_of(lin=coding, mo=coding, zhou=coding)

    assert found.category_agreement.number == found.reliability.number == 1
    if len(set(seen)) > 1:
        assert found.kappa.kappa.number == pytest.approx(1)
