"""A sample of the hostile corpus against the service as it is run; `make test-slow` sends it all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.checks import attack_with
from tests.hostile.places import cases, places
from tests.hostile.raw_requests import raw_requests
from tests.hostile.runner import Outcome, send_all, send_raw
from tests.hostile.service import Attacked, attacked_service

STEP = 17


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """The service, watched, with a token for every role."""
    with attacked_service(tmp_path_factory.mktemp("hostile")) as service:
        yield service


def test_a_sample_of_attacks_harms_nobody(attacked: Attacked) -> None:
    canary = attacked.watch.canary

    def send() -> list[Outcome]:
        return [
            *send_all(attacked.served, canary, cases()[::STEP], attacked.callers),
            *send_raw(attacked.served, canary, raw_requests()[::STEP], attacked.callers),
        ]

    report = attack_with(attacked, send)

    assert report.faults() == []
    assert len({outcome.place for outcome in report.outcomes}) > len(places()) // 2
    assert {outcome.role for outcome in report.outcomes} == {who.role for who in attacked.callers}


def test_every_attack_has_a_name_of_its_own_at_its_place() -> None:
    for place in places():
        names = [one.name for one in place.attacks()]

        assert len(names) == len(set(names)), place.name
