"""What people said in words, of an objection or a correction: kept here, since names may be in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

TABLE = """
CREATE TABLE IF NOT EXISTS words (
  number INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  about TEXT NOT NULL,
  property TEXT NOT NULL,
  text TEXT NOT NULL,
  settled INTEGER NOT NULL
) STRICT"""
INDEX = "CREATE INDEX IF NOT EXISTS words_of_person ON words (key)"


@dataclass(frozen=True)
class Words:
    """A text on a thing in the graphs of the person with this key, both named by their IRIs.

    `number` tells one text from another; it is 0 for what is not in the register.
    """

    key: str
    about: str
    property: str
    text: str
    number: int = field(default=0, compare=False)


def note(run: sqlite3.Connection, words: Iterable[Words]) -> list[int]:
    """Write texts down, not settled yet; answers their numbers."""
    return [
        run.execute(
            "INSERT INTO words (key, about, property, text, settled) VALUES (?, ?, ?, ?, 0)",
            (each.key, each.about, each.property, each.text),
        ).lastrowid
        or 0
        for each in words
    ]


def words_of(run: sqlite3.Connection, key: str) -> list[Words]:
    """What was said in words about the person with this key, earliest first."""
    if not _is_there(run):
        return []
    rows = run.execute(
        "SELECT key, about, property, text, number FROM words WHERE key = ? ORDER BY number",
        (key,),
    )
    return [Words(*row) for row in rows]


def _is_there(run: sqlite3.Connection) -> bool:
    """Whether there is the table; opened to read only, a register of an earlier version has none."""
    return bool(run.execute("SELECT 1 FROM sqlite_schema WHERE name = 'words'").fetchone())


def waiting(run: sqlite3.Connection) -> list[Words]:
    """The texts that are not settled."""
    rows = run.execute(
        "SELECT key, about, property, text, number FROM words WHERE settled = 0 ORDER BY number"
    )
    return [Words(*row) for row in rows]


def settle(run: sqlite3.Connection, stay: Iterable[Words], go: Iterable[Words]) -> None:
    """Keep some texts for good, and remove others."""
    run.executemany(
        "UPDATE words SET settled = 1 WHERE number = ?", [(each.number,) for each in stay]
    )
    run.executemany("DELETE FROM words WHERE number = ?", [(each.number,) for each in go])


def forget(run: sqlite3.Connection, keys: Iterable[str]) -> None:
    """Remove what was said about these people."""
    run.executemany("DELETE FROM words WHERE key = ?", [(key,) for key in keys])
