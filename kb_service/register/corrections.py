"""What the register said of a person before it was put right: who changed it, when and why."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

TABLE = """
CREATE TABLE IF NOT EXISTS correction (
  number INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  reason TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL
) STRICT"""


@dataclass(frozen=True)
class Correction:
    """A change of somebody's name or contact data; `before` and `after` hold what differs."""

    key: str
    at: str
    by: str
    reason: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def remember(run: sqlite3.Connection, correction: Correction) -> None:
    """Write a correction down."""
    run.execute(
        "INSERT INTO correction (key, at, by, reason, before, after) VALUES (?, ?, ?, ?, ?, ?)",
        (
            correction.key,
            correction.at,
            correction.by,
            correction.reason,
            _written(correction.before),
            _written(correction.after),
        ),
    )


def corrections_of(run: sqlite3.Connection, key: str) -> list[Correction]:
    """What was put right about the person with this key, earliest first."""
    rows = run.execute(
        "SELECT key, at, by, reason, before, after FROM correction WHERE key = ? ORDER BY number",
        (key,),
    )
    return [
        Correction(key, at, by, reason, json.loads(before), json.loads(after))
        for key, at, by, reason, before, after in rows
    ]


def forget(run: sqlite3.Connection, keys: Iterable[str]) -> None:
    """Remove what was remembered of these people."""
    run.executemany("DELETE FROM correction WHERE key = ?", [(key,) for key in keys])


def _written(said: Mapping[str, Any]) -> str:
    return json.dumps(dict(said), ensure_ascii=False)
