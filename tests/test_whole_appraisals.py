"""A whole appraisal comes to what fractions make of it, from the figures to the nine boxes.

`tests/slow/test_many_appraisals.py` asks the same of very many more.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from tests.appraisal_oracle import appraise
from tests.appraised_worlds import AppraisedWorld
from tests.concluded_appraisals import concluded_of
from tests.random_appraisals import worlds


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(worlds(people=5))
def test_a_whole_appraisal_comes_to_what_is_worked_out_by_hand(
    people: list[AppraisedWorld],
) -> None:
    assert concluded_of(people) == [appraise(each) for each in people]
