"""The whole hostile corpus, at every place that takes text, in every role, eight at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.checks import attack_with
from tests.hostile.places import cases, places
from tests.hostile.raw_requests import raw_requests
from tests.hostile.runner import Outcome, send_all, send_raw
from tests.hostile.service import Attacked, attacked_service


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """The service, watched, with a token for every role."""
    with attacked_service(tmp_path_factory.mktemp("hostile")) as service:
        yield service


def test_every_attack_at_every_place_harms_nobody(attacked: Attacked) -> None:
    canary = attacked.watch.canary

    def send() -> list[Outcome]:
        return send_all(attacked.served, canary, cases(), attacked.callers)

    report = attack_with(attacked, send)

    print(report.summary())
    assert report.faults() == []


def test_every_query_in_every_role_harms_nobody(attacked: Attacked) -> None:
    canary = attacked.watch.canary
    place = next(place for place in places() if place.name == "query, posted")

    sent = [(attack, place) for attack in place.attacks()]

    def send() -> list[Outcome]:
        by_role = [send_all(attacked.served, canary, sent, [who]) for who in attacked.callers]
        return [outcome for outcomes in by_role for outcome in outcomes]

    report = attack_with(attacked, send)

    assert report.faults() == []


def test_every_malformed_request_harms_nobody(attacked: Attacked) -> None:
    canary = attacked.watch.canary

    report = attack_with(
        attacked, lambda: send_raw(attacked.served, canary, raw_requests(), attacked.callers)
    )

    assert report.faults() == []
