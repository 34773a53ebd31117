"""Whose turn it is when more requests wait than there are threads."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from kb_service.web.request_lines import RequestLines, lines_of_parts


@pytest.fixture
def lines() -> RequestLines[Any]:
    """The lines of an app with four parts."""
    app = Flask(__name__)
    for rule in ("/data", "/data/<path:path>", "/healthz", "/people", "/people/<person>", "/<odd>"):
        app.add_url_rule(rule, rule, str)
    return lines_of_parts(app)


def wait(lines: RequestLines[Any], *paths: str | None) -> None:
    """Have requests wait; None is one that could not be read."""
    for path in paths:
        request = SimpleNamespace() if path is None else SimpleNamespace(path=path)
        lines.append(SimpleNamespace(requests=[request]))


def served(lines: RequestLines[Any]) -> list[str | None]:
    """The paths of all that wait, as they are taken."""
    taken = []
    while lines:
        taken.append(getattr(lines.popleft().requests[0], "path", None))
    return taken


def test_requests_of_a_part_are_taken_as_they_came(lines: RequestLines[Any]) -> None:
    wait(lines, "/people/a", "/people", "/people/b")

    assert len(lines) == 3
    assert served(lines) == ["/people/a", "/people", "/people/b"]


def test_many_of_one_part_let_every_other_part_go_first(lines: RequestLines[Any]) -> None:
    wait(lines, *["/data"] * 3, "/healthz", "/people", "/people/a")

    assert served(lines) == ["/data", "/healthz", "/people", "/data", "/people/a", "/data"]


def test_a_part_that_comes_back_does_not_go_before_those_that_wait(
    lines: RequestLines[Any],
) -> None:
    wait(lines, "/data", "/data", "/people", "/people")

    first = [lines.popleft(), lines.popleft()]
    wait(lines, "/healthz")

    assert [channel.requests[0].path for channel in first] == ["/data", "/people"]
    assert served(lines) == ["/data", "/people", "/healthz"]


def test_addresses_that_do_not_exist_share_a_line(lines: RequestLines[Any]) -> None:
    wait(lines, "/x/1", None, "/y", "/people")

    assert served(lines) == ["/x/1", "/people", None, "/y"]


def test_who_is_put_back_comes_first_in_a_line_that_goes_last() -> None:
    lines = RequestLines[str](lambda one: one[0])
    for one in ("a1", "a2", "b1"):
        lines.append(one)

    lines.put_back(lines.popleft())

    assert [lines.popleft() for _ in range(len(lines))] == ["b1", "a1", "a2"]


def test_a_line_that_nobody_waits_in_any_more_has_no_turn() -> None:
    lines = RequestLines[str](lambda one: one[0])
    for one in ("a1", "b1", "b2"):
        lines.append(one)

    lines.remove("a1")

    assert (lines.lines, list(lines), lines.popleft()) == (1, ["b1", "b2"], "b1")
