"""Reliability, agreement and adequacy come out as pingouin and factor_analyzer compute them.

Both are under the GPL, so that they are compared with here and not part of what is installed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pingouin
import pytest
from factor_analyzer import Rotator, calculate_bartlett_sphericity, calculate_kmo

from kb_service.studies.answers import Array, MissingAnswers
from kb_service.studies.factor_solution import Extraction, Rotation, factor_solution
from kb_service.studies.intraclass import intraclass_correlations
from kb_service.studies.reliability import cronbach_alpha
from kb_service.studies.sampling_adequacy import sampling_adequacy

SEEDS = range(25)


def questionnaire(seed: int, respondents: int = 60, items: int = 8) -> Array:
    """Answers from 1 to 5 that two traits have a part in."""
    draw = np.random.default_rng(seed)
    traits = np.repeat(draw.standard_normal((respondents, 2)), items // 2, axis=1)
    answers: Array = np.clip(np.round(3 + traits + draw.standard_normal(traits.shape)), 1, 5)
    return answers


def by_respondent(values: Array) -> dict[str, dict[str, float]]:
    return {
        str(row): {str(column): float(each) for column, each in enumerate(line) if each == each}
        for row, line in enumerate(values)
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_alpha_and_its_interval_are_those_of_pingouin(seed: int) -> None:
    values = questionnaire(seed)

    found = cronbach_alpha(by_respondent(values), [*"01234567"], MissingAnswers.LISTWISE, 0.95)

    alpha, interval = pingouin.cronbach_alpha(pd.DataFrame(values))
    assert found.alpha.number == pytest.approx(alpha)
    assert [found.interval.low.number, found.interval.high.number] == pytest.approx(
        interval, abs=6e-4
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("missing", list(MissingAnswers))
def test_alpha_with_missing_answers_is_that_of_pingouin(seed: int, missing: MissingAnswers) -> None:
    values = questionnaire(seed)
    values[np.random.default_rng(seed).random(values.shape) < 0.05] = np.nan

    found = cronbach_alpha(by_respondent(values), [*"01234567"], missing, 0.95)

    alpha, _ = pingouin.cronbach_alpha(pd.DataFrame(values), nan_policy=missing.value)
    assert found.alpha.number == pytest.approx(alpha)


@pytest.mark.parametrize("seed", SEEDS)
def test_intraclass_correlations_are_those_of_pingouin(seed: int) -> None:
    values = questionnaire(seed, respondents=12)
    long = pd.DataFrame(values).reset_index().melt(id_vars="index")
    by_judge = {
        str(judge): {str(target): float(each) for target, each in enumerate(column)}
        for judge, column in enumerate(values.T)
    }

    found = intraclass_correlations(by_judge, [str(target) for target in range(12)], 0.95)

    table = pingouin.intraclass_corr(long, "index", "variable", "value")
    for each, (_, row) in zip(found.forms, table.iterrows(), strict=True):
        assert each.value.number == pytest.approx(row["ICC"])
        assert each.f.number == pytest.approx(row["F"])
        assert each.p.number == pytest.approx(row["pval"])
        assert each.degrees_of_freedom == (row["df1"], row["df2"])


@pytest.mark.parametrize("seed", SEEDS)
def test_adequacy_and_sphericity_are_those_of_factor_analyzer(seed: int) -> None:
    values = questionnaire(seed)
    correlations = np.atleast_2d(np.corrcoef(values, rowvar=False))

    found = sampling_adequacy(correlations, [*"01234567"], len(values))

    by_item, overall = calculate_kmo(values)
    chi_square, p = calculate_bartlett_sphericity(values)
    assert found.kmo.number == pytest.approx(overall)
    assert [each.adequacy.number for each in found.by_item] == pytest.approx(by_item)
    assert (found.chi_square.number, found.p.number) == pytest.approx((chi_square, p))


@pytest.mark.parametrize("seed", SEEDS)
def test_rotated_loadings_are_those_of_factor_analyzer(seed: int) -> None:
    correlations = np.atleast_2d(np.corrcoef(questionnaire(seed), rowvar=False))
    unrotated, rotated = (
        np.array(
            [
                each.loadings
                for each in factor_solution(
                    correlations, [*"01234567"], 2, Extraction.PRINCIPAL_COMPONENTS, turn
                ).items
            ]
        )
        for turn in (Rotation.NONE, Rotation.VARIMAX)
    )

    expected = Rotator(method="varimax", max_iter=2000, tol=1e-12).fit_transform(unrotated)

    signed = expected * np.where(expected.sum(axis=0) < 0, -1, 1)
    order = np.argsort(np.abs(signed)[0])
    assert np.abs(rotated[:, np.argsort(np.abs(rotated)[0])]) == pytest.approx(
        np.abs(signed[:, order]), abs=1e-4
    )
