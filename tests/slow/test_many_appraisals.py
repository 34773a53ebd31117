"""Very many whole appraisals come to what fractions make of them."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from tests.appraisal_oracle import appraise
from tests.appraised_worlds import AppraisedWorld
from tests.concluded_appraisals import concluded_of
from tests.random_appraisals import worlds


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(worlds(people=10))
def test_many_appraisals_come_to_what_is_worked_out_by_hand(people: list[AppraisedWorld]) -> None:
    assert concluded_of(people) == [appraise(each) for each in people]
