"""Published figures come out for whoever fills in a workbook: typed in, read back, computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from io import BytesIO
from itertools import product

import pytest

from kb_service.sheets.study_reading import read_study_workbook
from kb_service.sheets.study_template import write_study_workbook
from kb_service.study_records.computing import figures_of
from kb_service.study_records.figures import Figure
from kb_service.study_records.records import Row, StudyRecord, Value
from tests.example_studies import TODAY, choices, item, panel, policy, study

Figures = Mapping[tuple[str, str], Figure]
SCALE = {"lowest": Decimal(1), "highest": Decimal(10)}


def computed(record: StudyRecord) -> Figures:
    """The figures of a study that was written down in a workbook, by kind and what they are of."""
    book = BytesIO()
    write_study_workbook(book, record.kind, choices(), record)
    read = read_study_workbook(book.getvalue(), "study.xlsx", choices(), TODAY).record
    return {
        (each.kind, " ".join(code for _, code in each.about)): each
        for each in figures_of(read, policy())
    }


def rounded(found: Figures, kind: str, of: Sequence[str], digits: int) -> list[float]:
    return [round(found[kind, each].statistic.number, digits) for each in of]


# Saaty's choice of a leader: The Analytic Hierarchy Process (1980) and later by many


CRITERIA = ("experience", "education", "charisma", "age")
PEOPLE = ("tom", "dick", "harry")
LEADER = {
    ("experience", "education"): "4",
    ("experience", "charisma"): "3",
    ("experience", "age"): "7",
    ("education", "charisma"): "0.333333333333",
    ("education", "age"): "3",
    ("charisma", "age"): "5",
}
ON_EXPERIENCE = {("tom", "dick"): "0.25", ("tom", "harry"): "4", ("dick", "harry"): "9"}


def leader(*experts: str, **further: Value) -> StudyRecord:
    """The choice of a leader by criteria, and of three people on experience."""
    judged = {**LEADER, **ON_EXPERIENCE}
    return study(
        "ahp",
        {
            "experts": [{"code": expert} for expert in experts],
            "items": [
                *(item(code) for code in CRITERIA),
                *(item(code, within="experience") for code in PEOPLE),
            ],
            "judgements": [
                {"expert": expert, "first": first, "second": second, "ratio": Decimal(ratio)}
                for expert, ((first, second), ratio) in product(experts, judged.items())
            ],
        },
        **{"priority_method": "eigenvector", **further},
    )


def test_the_choice_of_a_leader_has_the_published_weights_and_ratios() -> None:
    found = computed(leader("E01", random_index="saaty-2004"))

    assert rounded(found, "weight", CRITERIA, 3) == [0.548, 0.127, 0.270, 0.056]
    assert rounded(found, "weight", PEOPLE, 3) == [0.217, 0.717, 0.066]
    assert round(found["consistency-ratio", "experience"].statistic.number, 3) == 0.035
    assert found["consistency-ratio", ""].statistic.number == pytest.approx(0.044, abs=6e-4)


def test_a_study_without_a_table_of_its_own_takes_that_of_the_policy_and_says_so() -> None:
    own, usual = computed(leader("E01", random_index="saaty-2004")), computed(leader("E01"))

    by_own, by_policy = (each["consistency-ratio", "experience"] for each in (own, usual))

    assert round(usual["consistency-ratio", ""].statistic.number, 3) == 0.044
    assert by_own.statistic.number == pytest.approx(by_policy.statistic.number * 0.58 / 0.52)
    assert "saaty-2004, chosen by the study" in by_own.remarks[0].en
    assert "saaty-1980, chosen by the policy" in by_policy.remarks[0].en


def test_the_way_in_which_weights_are_found_is_told_beside_them() -> None:
    eigenvector = computed(leader("E01"))["weight", "tom"]
    mean = computed(leader("E01", priority_method="geometric-mean"))["weight", "tom"]

    assert [each.remarks[0].name for each in (eigenvector, mean)] == [
        "eigenvector",
        "geometric-mean",
    ]
    # Of three items both ways give the same weights (Crawford and Williams 1985).
    assert mean.statistic.number == pytest.approx(eigenvector.statistic.number)


def test_each_expert_has_weights_and_both_aggregations_are_told_apart() -> None:
    record = leader("E01", "E02")
    others = [
        {**row, "ratio": Decimal(1)} if row["expert"] == "E02" else row
        for row in record.rows("judgements")
    ]
    found = computed(StudyRecord(record.kind, {**record.tables, "judgements": others}))

    one, two = (
        [found["expert-weight", f"{e} {p}"].statistic.number for p in PEOPLE]
        for e in ("E01", "E02")
    )
    means = [(a * b) ** 0.5 for a, b in zip(one, two, strict=True)]
    expected = [each / sum(means) for each in means]

    assert two == pytest.approx([1 / 3] * 3)
    by_priorities = [found["weight-by-priorities", each].statistic.number for each in PEOPLE]
    assert by_priorities == pytest.approx(expected)
    assert one[0] < found["weight", "tom"].statistic.number < two[0]


# Panels


def test_siegels_rankings_have_the_published_concordance() -> None:
    rankings = ((1, 6, 3, 2, 5, 4), (1, 5, 6, 4, 2, 3), (6, 3, 2, 5, 4, 1))
    record = panel(
        {code: column for code, *column in zip("abcdef", *rankings, strict=True)},
    )
    wide = StudyRecord(record.kind, {**record.tables, "study": ({**record.about, **SCALE},)})

    found = computed(wide)

    assert round(found["concordance", "1"].statistic.number, 2) == 0.16
    assert found["concordance-degrees-of-freedom", "1"].statistic.number == 5


def test_counts_of_a_likert_item_have_the_published_figures() -> None:
    found = computed(panel({"patience": [5] * 20 + [4] * 11 + [3, 2]}))

    published = {
        "mean": 4.5152,
        "standard-deviation": 0.7124,
        "coefficient-of-variation": 0.1578,
        "full-score-frequency": 0.6061,
    }
    assert {kind: rounded(found, kind, ["1 patience"], 4)[0] for kind in published} == published


# Coders


YES, NO = "empathy", "speed"


def coded(counts: Mapping[tuple[str, str], int], **further: Value) -> StudyRecord:
    """Interviews in which both coders gave each event one of two competencies, so many times each.

    The excellent are those in whom the first coder saw empathy.
    """
    pairs = [pair for pair, count in counts.items() for _ in range(count)]
    events = [f"P{n:02}-1" for n in range(1, len(pairs) + 1)]
    return study(
        "bei",
        {
            "items": [item("empathy"), item("speed")],
            "coders": [{"code": "C1"}, {"code": "C2"}],
            "performers": [
                {"code": event[:3], "group": "excellent" if pair[0] == YES else "average"}
                for event, pair in zip(events, pairs, strict=True)
            ],
            "events": [
                {"code": event, "performer": event[:3], "outcome": "success"} for event in events
            ],
            "codes": list(_codes(events, pairs)),
        },
        **further,
    )


def _codes(events: Sequence[str], pairs: Sequence[tuple[str, str]]) -> Iterator[Row]:
    for event, pair in zip(events, pairs, strict=True):
        for coder, seen in zip(("C1", "C2"), pair, strict=True):
            yield {"coder": coder, "event": event, "item": seen}


TABLE = {(YES, YES): 20, (YES, NO): 5, (NO, YES): 10, (NO, NO): 15}


def test_kappa_of_the_published_table_comes_with_its_interval() -> None:
    found = computed(coded(TABLE))

    low, kappa, high = (
        found[kind, "C1 C2"].statistic.number
        for kind in ("cohen-kappa-low", "cohen-kappa", "cohen-kappa-high")
    )

    assert kappa == pytest.approx(0.40)
    assert (low, high) == pytest.approx((0.1511, 0.6489), abs=1e-3)
    assert found["cohen-kappa-p", "C1 C2"].statistic.number < 0.05


def test_each_difference_tells_its_test_with_degrees_of_freedom() -> None:
    found = computed(coded(TABLE))

    test = found["occurrence-test", "empathy"]

    assert test.remarks[0].name == "chi-square"
    assert found["occurrence-degrees-of-freedom", "empathy"].statistic.number == 1
    lacking = found["frequency-degrees-of-freedom", "empathy"].statistic.why
    assert found["frequency-test", "empathy"].remarks[0].name == "mann-whitney-u"
    assert lacking is not None and lacking.name == "rank-test"


def test_a_study_may_name_how_it_corrects_for_many_tests() -> None:
    usual = computed(coded(TABLE))
    own = computed(coded(TABLE, correction="benjamini-hochberg"))

    single = [usual["occurrence-p-single", each].statistic.number for each in (YES, NO)]
    holm, other = (
        [of["occurrence-p", e].statistic.number for e in (YES, NO)] for of in (usual, own)
    )

    assert single[0] < single[1] < 0.05
    assert holm == pytest.approx([2 * single[0], max(single[1], 2 * single[0])])
    assert other == pytest.approx([min(single[1], 2 * single[0]), single[1]])
    assert "holm, chosen by the policy" in usual["occurrence-p", YES].remarks[0].en
    assert "benjamini-hochberg, chosen by the study" in own["occurrence-p", YES].remarks[0].en


# Judges: Shrout and Fleiss (1979), Psychological Bulletin 86, 420-428


SHROUT_FLEISS = (
    (9, 2, 5, 8),
    (6, 1, 3, 2),
    (8, 4, 6, 8),
    (7, 1, 2, 6),
    (10, 5, 6, 9),
    (6, 2, 4, 7),
)
FORMS = ("icc-1-1", "icc-2-1", "icc-3-1", "icc-1-k", "icc-2-k", "icc-3-k")


def test_six_targets_and_four_judges_have_the_published_correlations_in_all_forms() -> None:
    judges, targets = ("R1", "R2", "R3", "R4"), "abcdef"
    record = study(
        "questionnaire",
        {
            "items": [item(code) for code in targets],
            "respondents": [{"code": judge} for judge in judges],
            "answers": [
                {"respondent": judge, "item": target, "answer": Decimal(answer)}
                for target, row in zip(targets, SHROUT_FLEISS, strict=True)
                for judge, answer in zip(judges, row, strict=True)
            ],
        },
        **SCALE,
    )

    found = computed(record)

    values = [round(found[form, ""].statistic.number, 2) for form in FORMS]
    assert values == [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    for form in FORMS:
        low, high = (found[f"{form}-{end}", ""].statistic.number for end in ("low", "high"))
        assert low < found[form, ""].statistic.number < high
    # The interval of ICC(2,1) that the authors give for these ratings.
    assert rounded(found, "icc-2-1-low", [""], 2) == [0.02]
    assert rounded(found, "icc-2-1-high", [""], 2) == [0.76]


# Fuzzy evaluation, memberships typed in


WEIGHTS = {"a": "0.25", "b": "0.2", "c": "0.25", "d": "0.3"}
MATRIX = {
    "a": ("0.1", "0.5", "0.4", "0", "0"),
    "b": ("0.2", "0.5", "0.2", "0.1", "0"),
    "c": ("0.2", "0.5", "0.3", "0", "0"),
    "d": ("0.2", "0.6", "0.2", "0", "0"),
}


def appraisal(items: Sequence[Row], **further: Value) -> StudyRecord:
    return study(
        "fuzzy",
        {
            "items": items,
            "memberships": [
                {"item": code, "grade": grade, "membership": Decimal(membership)}
                for code, row in MATRIX.items()
                for grade, membership in zip("ABCDE", row, strict=True)
            ],
        },
        **{"operator": "weighted-mean", "normalised": False, **further},
    )


def one_level() -> list[Row]:
    return [item(code, weight=Decimal(weight)) for code, weight in WEIGHTS.items()]


def test_memberships_that_are_typed_in_give_the_published_evaluation() -> None:
    found = computed(appraisal(one_level()))

    assert rounded(found, "membership", "ABCDE", 6) == [0.175, 0.53, 0.275, 0.02, 0]
    assert "weighted mean" in found["fuzzy-score", ""].remarks[0].en


def test_the_same_memberships_by_the_maximum_of_minima() -> None:
    found = computed(appraisal(one_level(), operator="max-min"))

    expected = [
        float(max(min(Decimal(WEIGHTS[code]), Decimal(row[place])) for code, row in MATRIX.items()))
        for place in range(5)
    ]
    assert rounded(found, "membership", "ABCDE", 6) == expected == [0.2, 0.3, 0.25, 0.1, 0]
    assert "maximum of minima" in found["fuzzy-score", ""].remarks[0].en


def test_memberships_on_two_levels_are_put_together_level_by_level() -> None:
    groups = {"one": "0.4", "two": "0.6"}
    within = {"a": ("one", "0.5"), "b": ("one", "0.5"), "c": ("two", "0.25"), "d": ("two", "0.75")}
    items = [
        *(item(code, weight=Decimal(weight)) for code, weight in groups.items()),
        *(item(code, weight=Decimal(w), within=group) for code, (group, w) in within.items()),
    ]

    found = computed(appraisal(items))

    assert rounded(found, "membership", [f"two {grade}" for grade in "ABC"], 6) == [
        0.2,
        0.575,
        0.225,
    ]
    assert rounded(found, "membership", "ABC", 6) == [0.18, 0.545, 0.255]
