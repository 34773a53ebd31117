"""A hundred killings at random moments lose nothing acknowledged."""

from __future__ import annotations

from pathlib import Path

from tests.killed_writer import losses


def test_a_hundred_killings_lose_nothing_and_leave_facts_and_conclusions_consistent(
    tmp_path: Path,
) -> None:
    assert losses(tmp_path / "data", 100) == []
