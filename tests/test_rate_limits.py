"""How much each caller may ask, and what whoever asks too much is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from kb_service.access.roles import LOCAL, Caller, Role
from kb_service.configuration import AccessSettings, Configuration
from kb_service.web.callers import remember
from kb_service.web.problems import Problem, register_problems
from kb_service.web.rate_limits import RateLimits, admit, rate_limits, register_rate_limits

ANA = Caller("token:ana", Role.HR)
BO = Caller("token:bo", Role.HR)
TIGHT = AccessSettings(requests_per_minute=3, concurrent_requests=2, failures_per_minute=2)


def one_after_another(limits: RateLimits, caller: Caller, count: int) -> None:
    for _ in range(count):
        limits.admit(caller, TIGHT)()


def test_a_caller_may_ask_so_often_a_minute_and_then_hears_when_to_come_back() -> None:
    limits = RateLimits()
    one_after_another(limits, ANA, 3)

    with pytest.raises(Problem) as refused:
        limits.admit(ANA, TIGHT)

    headers = dict(refused.value.headers)
    assert refused.value.status == 429
    assert 1 <= int(headers["Retry-After"]) <= 60
    assert headers["RateLimit"].startswith('"requests";r=0;t=')


def test_one_caller_takes_nothing_from_another() -> None:
    limits = RateLimits()
    one_after_another(limits, ANA, 3)

    one_after_another(limits, BO, 3)


def test_a_request_that_does_not_end_counts_for_as_long_as_it_lasts() -> None:
    limits, roomy = RateLimits(), replace(TIGHT, requests_per_minute=100)
    stuck, other = limits.admit(ANA, roomy), limits.admit(ANA, roomy)
    with pytest.raises(Problem) as refused:
        limits.admit(ANA, roomy)

    other()
    other()

    limits.admit(ANA, roomy)
    with pytest.raises(Problem):
        limits.admit(ANA, roomy)
    stuck()
    assert refused.value.status == 429
    assert dict(refused.value.headers)["Retry-After"] == "1"


def test_who_is_refused_leaves_nothing_running() -> None:
    limits = RateLimits()
    one_after_another(limits, ANA, 3)
    for _ in range(10):
        with pytest.raises(Problem):
            limits.admit(ANA, TIGHT)

    roomy = replace(TIGHT, requests_per_minute=100)

    limits.admit(ANA, roomy)
    limits.admit(ANA, roomy)


def test_no_more_are_let_in_when_many_ask_in_the_same_moment() -> None:
    limits, let_in = RateLimits(), []
    together = threading.Barrier(20)
    roomy = AccessSettings(requests_per_minute=7, concurrent_requests=100)

    def ask() -> None:
        together.wait()
        try:
            limits.admit(ANA, roomy)
        except Problem:
            return
        let_in.append(1)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(let_in) == 7


def test_an_address_that_shows_wrong_tokens_has_to_wait() -> None:
    limits = RateLimits()
    limits.refuse_guessing("192.0.2.1", TIGHT)
    limits.note_failure("192.0.2.1", TIGHT)
    limits.refuse_guessing("192.0.2.1", TIGHT)
    limits.note_failure("192.0.2.1", TIGHT)

    with pytest.raises(Problem) as refused:
        limits.refuse_guessing("192.0.2.1", TIGHT)

    limits.refuse_guessing("192.0.2.2", TIGHT)
    assert refused.value.status == 429


def test_a_neighbour_in_the_same_network_of_one_customer_is_the_same_guesser() -> None:
    limits = RateLimits()
    for ending in ("1", "2"):
        limits.note_failure(f"2001:db8:0:1::{ending}", TIGHT)

    with pytest.raises(Problem):
        limits.refuse_guessing("2001:db8:0:1:ffff::3", TIGHT)
    limits.refuse_guessing("2001:db8:0:2::3", TIGHT)


@pytest.fixture
def app() -> Iterator[Flask]:
    """An app of two routes, one of which answers bit by bit."""
    app = Flask("tests")
    app.config["RENGANG"] = Configuration(access=TIGHT)
    register_problems(app)
    register_rate_limits(app)
    app.extensions["who"] = ANA

    @app.before_request
    def let_in() -> None:
        caller: Caller = app.extensions["who"]
        remember(caller)
        admit(caller)

    app.add_url_rule("/whole", "whole", lambda: "whole")
    app.add_url_rule("/broken", "broken", lambda: str(1 // 0))
    app.add_url_rule("/stream", "stream", lambda: Response(iter(["a", "b"])))
    yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_every_answer_tells_what_is_left(client: FlaskClient) -> None:
    first, second = client.get("/whole"), client.get("/whole")

    assert first.headers["RateLimit-Policy"] == (
        '"requests";q=3;w=60, "at-a-time";q=2;qu="concurrent-requests"'
    )
    assert first.headers["RateLimit"].startswith('"requests";r=2;t=')
    assert second.headers["RateLimit"].startswith('"requests";r=1;t=')


def test_the_answer_to_one_request_too_many_is_a_problem_that_says_when(
    client: FlaskClient,
) -> None:
    for _ in range(3):
        client.get("/whole")

    refused = client.get("/whole")

    assert refused.status_code == 429
    assert refused.mimetype == "application/problem+json"
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.headers["RateLimit"].startswith('"requests";r=0;t=')


def test_a_stream_counts_until_it_is_closed_and_an_error_ends_at_once(
    app: Flask, client: FlaskClient
) -> None:
    app.config["RENGANG"] = Configuration(access=replace(TIGHT, requests_per_minute=100))
    streams = [client.get("/stream") for _ in range(2)]
    refused = client.get("/whole").status_code

    for stream in streams:
        stream.close()
    after = [client.get(path).status_code for path in ("/broken", "/whole") for _ in range(5)]

    assert refused == 429
    assert after == [500] * 5 + [200] * 5


def test_new_limits_count_at_once(app: Flask, client: FlaskClient) -> None:
    for _ in range(3):
        client.get("/whole")

    app.config["RENGANG"] = Configuration(access=replace(TIGHT, requests_per_minute=100))

    assert client.get("/whole").status_code == 200


def test_whoever_is_at_this_machine_hinders_nobody_else(app: Flask, client: FlaskClient) -> None:
    app.extensions["who"] = LOCAL

    answers = [client.get("/stream") for _ in range(10)]

    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0].headers


def test_the_limits_are_those_of_the_app(app: Flask) -> None:
    with app.app_context():
        assert isinstance(rate_limits(), RateLimits)
