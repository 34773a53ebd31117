"""Killed at any moment, a service loses nothing acknowledged and halves nothing."""

from __future__ import annotations

from pathlib import Path

from tests.killed_writer import losses


def test_a_few_killings_lose_nothing_and_leave_facts_and_conclusions_consistent(
    tmp_path: Path,
) -> None:
    assert losses(tmp_path / "data", 3) == []
