"""The figures of studies: published ones come out, cuts are exact, and what is lacking is told."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal

from kb_service.sheets.study_reading import read_study_workbook
from kb_service.study_records.computing import figures_of
from kb_service.study_records.figures import Figure, figure_triples
from kb_service.study_records.records import StudyRecord
from kb_service.vocabulary import A, iri
from tests.example_studies import (
    NAMES,
    TODAY,
    choices,
    comparisons,
    example,
    item,
    panel,
    policy,
    shared,
    study,
)

LIKERT = [5] * 20 + [4] * 11 + [3, 2]


def figures(record: StudyRecord) -> dict[tuple[str, str], Figure]:
    """Every figure by its kind and what it is of."""
    return {
        (each.kind, " ".join(code for _, code in each.about)): each
        for each in figures_of(record, policy())
    }


def value(record: StudyRecord, kind: str, of: str) -> float:
    return figures(record)[kind, of].statistic.number


def why(record: StudyRecord, kind: str, of: str = "") -> str:
    reason = figures(record)[kind, of].statistic.why
    assert reason is not None
    return reason.name


@pytest.mark.parametrize(
    ("kind", "published"),
    [
        ("mean", 4.5152),
        ("standard-deviation", 0.7124),
        ("coefficient-of-variation", 0.1578),
        ("full-score-frequency", 0.6061),
    ],
)
def test_a_panel_of_33_gives_the_published_figures_of_its_item(kind: str, published: float) -> None:
    record = panel({"patience": LIKERT})

    assert round(value(record, kind, "1 patience"), 4) == published


def test_saatys_choice_of_a_leader_gives_the_published_weights() -> None:
    judged = {
        ("experience", "education"): "4",
        ("experience", "charisma"): "3",
        ("experience", "age"): "7",
        ("education", "charisma"): "0.333333333333",
        ("education", "age"): "3",
        ("charisma", "age"): "5",
    }
    items = ("experience", "education", "charisma", "age")
    record = comparisons(judged, items)

    weights = [round(value(record, "global-weight", each), 3) for each in items]

    assert weights == [0.548, 0.127, 0.270, 0.056]
    assert round(value(record, "consistency-ratio", ""), 3) == 0.044


def test_the_judgement_that_departs_most_from_the_weights_is_named_first() -> None:
    judged = {("a", "b"): "2", ("b", "c"): "2", ("a", "c"): "0.25"}
    record = comparisons(judged, ("a", "b", "c"))

    found = [each for each in figures_of(record, policy()) if each.kind == "judgement-deviation"]

    assert found[0].statistic.number == max(each.statistic.number for each in found)
    assert "Judged" in found[0].remarks[0].en
    assert len(found) == policy().number("judgements-named-maximum")


@given(st.lists(st.integers(1, 5), min_size=2, max_size=40))
def test_mean_and_variation_agree_with_exact_fractions(given: list[int]) -> None:
    record = panel({"patience": given})

    mean = Fraction(sum(given), len(given))
    spread = sum((each - mean) ** 2 for each in given) / (len(given) - 1)
    expected = float(spread) ** 0.5 / float(mean)

    assert value(record, "mean", "1 patience") == pytest.approx(float(mean), abs=1e-12)
    assert value(record, "coefficient-of-variation", "1 patience") == pytest.approx(expected)


def test_a_number_on_a_cut_is_stored_exactly_on_it() -> None:
    thirds = panel({"patience": [3, 4, 3, 4, 3, 4]})

    stored = {
        triple.object
        for triple in figure_triples("small", figures_of(thirds, policy()), [])
        if triple.subject == iri("study", "small/statistic/mean/round/1/item/patience")
        and triple.predicate == iri("studies", "value")
    }

    assert stored == {Literal("3.500000000000", datatype=iri("xsd", "decimal"))}


def test_a_panel_of_one_has_a_mean_and_says_why_it_has_no_variation() -> None:
    record = panel({"patience": [4], "speed": [5]})

    assert value(record, "mean", "1 patience") == 4
    assert why(record, "coefficient-of-variation", "1 patience") == "one-rating-only"
    assert why(record, "concordance", "1") == "one-rater-only"


def test_an_item_that_nobody_rated_says_so_and_the_others_are_computed() -> None:
    record = panel({"patience": [4, 5], "speed": [None, None]})

    assert why(record, "mean", "1 speed") == "item-not-rated"
    assert value(record, "mean", "1 patience") == 4.5


def test_equal_ratings_of_everything_rank_nothing() -> None:
    record = panel({"patience": [4, 4], "speed": [4, 4]})

    assert why(record, "concordance", "1") == "ratings-all-equal"


def test_one_round_says_that_stability_cannot_be_seen() -> None:
    assert why(panel({"patience": [4, 5]}), "moved-share") == "one-round-only"


def test_an_expert_who_did_not_answer_lowers_the_response_rate() -> None:
    record = panel({"patience": [4, 5, None, 4]})

    found = figures(record)["response-rate", "1"]

    assert found.statistic.number == 0.75
    assert [remark.name for remark in found.remarks] == ["experts-did-not-answer"]


def test_a_panel_that_was_not_asked_for_its_authority_has_none() -> None:
    kinds = {kind for kind, _ in figures(panel({"patience": [4, 5]}))}

    assert "authority-coefficient" not in kinds


def test_the_authority_of_an_expert_follows_from_the_policys_tables() -> None:
    answers = {"practice": "large", "theory": "medium", "peers": "small", "intuition": "small"}
    record = panel({"patience": [4, 5]})
    experts = [{"code": "E01", "familiarity": "familiar", **answers}, {"code": "E02"}]
    asked = StudyRecord(record.kind, {**record.tables, "experts": experts})

    assert value(asked, "expert-authority", "E01") == pytest.approx((0.9 + 0.8) / 2)
    assert value(asked, "authority-coefficient", "") == pytest.approx(0.85)
    assert why(asked, "expert-authority", "E02") == "judgement-basis-missing"


def test_items_that_no_expert_compared_say_so() -> None:
    record = comparisons({}, ("a", "b"))

    assert why(record, "weight", "a") == "items-not-compared"


def interviews(codes: Sequence[tuple[str, str, str]]) -> StudyRecord:
    """Interviews with six excellent and six average performers of one event each."""
    people = [f"P{n:02}" for n in range(1, 13)]
    return study(
        "bei",
        {
            "items": [item("empathy"), item("speed")],
            "coders": [{"code": "C1"}, {"code": "C2"}],
            "performers": [
                {"code": code, "group": "excellent" if n < 6 else "average"}
                for n, code in enumerate(people)
            ],
            "events": [
                {"code": f"{code}-1", "performer": code, "outcome": "success"} for code in people
            ],
            "codes": [
                {"coder": coder, "event": event, "item": seen, "level": Decimal(3)}
                for coder, event, seen in codes
            ],
        },
    )


def test_a_behaviour_counts_when_more_than_half_of_the_coders_saw_it() -> None:
    seen = [("C1", "P01-1", "empathy"), ("C2", "P01-1", "empathy"), ("C1", "P02-1", "empathy")]
    record = interviews([*seen, ("C2", "P07-1", "speed")])

    assert value(record, "frequency-excellent", "empathy") == pytest.approx(1 / 6)


def test_coders_who_agree_on_everything_are_wholly_reliable() -> None:
    codes = [(c, f"P{n:02}-1", "empathy") for n in range(1, 7) for c in ("C1", "C2")]
    record = interviews([*codes, ("C1", "P07-1", "speed"), ("C2", "P07-1", "speed")])

    assert value(record, "coding-reliability", "") == 1
    assert value(record, "cohen-kappa", "C1 C2") == 1


def test_a_coder_who_coded_nothing_is_named() -> None:
    record = interviews([("C1", "P01-1", "empathy")])

    found = figures(record)["category-agreement", ""]

    assert found.statistic.why is not None
    assert any("C2" in remark.en for remark in found.remarks)


def test_a_small_sample_says_why_it_has_no_factors_and_has_alpha_all_the_same() -> None:
    rows = [("R1", 4, 5), ("R2", 2, 3), ("R3", 5, 5), ("R4", 3, 2)]
    record = study(
        "questionnaire",
        {
            "items": [item("a"), item("b")],
            "respondents": [{"code": code} for code, *_ in rows],
            "answers": [
                {"respondent": code, "item": name, "answer": Decimal(answer)}
                for code, *given in rows
                for name, answer in zip(("a", "b"), given, strict=True)
            ],
        },
        lowest=Decimal(1),
        highest=Decimal(5),
    )

    found = figures(record)["factor-count", ""]

    assert found.statistic.why is not None
    assert found.statistic.why.name == "too-few-respondents"
    assert 0 < value(record, "alpha", "") < 1


def test_an_appraisal_gives_the_published_memberships() -> None:
    votes = {"a": "1540", "b": "2521", "c": "2530", "d": "2620"}
    weights = {"a": "0.25", "b": "0.2", "c": "0.25", "d": "0.3"}
    raters = [f"R{n:02}" for n in range(1, 11)]
    given = {
        code: "".join(grade * int(count) for grade, count in zip("ABCD", counts, strict=True))
        for code, counts in votes.items()
    }
    record = study(
        "fuzzy",
        {
            "items": [item(code, weight=Decimal(weight)) for code, weight in weights.items()],
            "raters": [{"code": code} for code in raters],
            "votes": [
                {"rater": rater, "item": code, "grade": grade}
                for code, grades in given.items()
                for rater, grade in zip(raters, grades, strict=True)
            ],
        },
        operator="weighted-mean",
        normalised=True,
    )

    found = [round(value(record, "membership", grade), 3) for grade in "ABCDE"]

    assert found == [0.175, 0.53, 0.275, 0.02, 0]


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_figure_has_a_name_in_the_ontology(name: str) -> None:
    book = example(name).read_bytes()
    record = read_study_workbook(book, f"{name}.xlsx", choices(), TODAY).record
    named = {
        fact.subject
        for fact in shared()
        if fact.predicate == A and fact.object == iri("studies", "StatisticKind")
    }

    kinds = {iri("statistic", figure.kind) for figure in figures_of(record, policy())}

    assert kinds and kinds <= named, kinds - named
