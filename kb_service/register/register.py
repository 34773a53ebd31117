"""The register as a file: read by several threads and processes, written so that nothing lingers."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kb_service.database_files import make_private, transaction
from kb_service.register import corrections, words
from kb_service.register.corrections import Correction
from kb_service.register.entries import Entry, new_key
from kb_service.register.words import Words

_PATIENCE = 30.0
"""Seconds to wait for another process that is writing."""

_TABLE = """
CREATE TABLE IF NOT EXISTS person (
  key TEXT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  contact TEXT NOT NULL,
  settled INTEGER NOT NULL
) STRICT, WITHOUT ROWID"""
_FIELDS = "key, id, name, contact"
_LIKE = re.compile(r"[!%_]")
"""What has a meaning of its own in a pattern of LIKE."""


class IdTaken(ValueError):
    """Somebody else has this id."""


class Register:
    """Pseudonyms and who is behind them.

    An entry is settled while something is stored about its person. Before that, and while its
    person is being removed, it is not: should what was to be stored be refused, or the machine
    stop, `settle` decides by what is stored. `writing` is held until that is decided.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self.writing = threading.RLock()

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Register:
        """The register in a file, which only its owner may read; made when it is missing.

        Read-only, no file is made: where there is none, nobody is registered.
        """
        if read_only and not path.exists():
            register = cls(_connected(":memory:"))
        elif read_only:
            # A writer that stopped halfway leaves work that only who may write can take back.
            mode = "rw" if os.access(path, os.W_OK) else "ro"
            return cls(_connected(f"{path.resolve().as_uri()}?mode={mode}"))
        else:
            make_private(path)
            register = cls(_connected(path.resolve().as_uri()))
        with register._transaction() as run:
            run.execute(_TABLE)
            run.execute(corrections.TABLE)
            run.execute(words.TABLE)
            run.execute(words.INDEX)
        return register

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def key_of(self, id: str) -> str | None:
        """The pseudonym of whoever has this id; None when nobody is known to have it."""
        return self.keys_of([id]).get(id)

    def keys_of(self, ids: Iterable[str]) -> dict[str, str]:
        """The pseudonyms by id of those that are known, by one query."""
        query = "SELECT id, key FROM person WHERE id IN (SELECT value FROM json_each(?))"
        return dict(self._rows(query, json.dumps(list(ids))))

    def entry(self, key: str) -> Entry | None:
        """Who is behind a pseudonym; None when it is not known."""
        return self.entries([key]).get(key)

    def entries(self, keys: Iterable[str]) -> dict[str, Entry]:
        """Who is behind each of these pseudonyms, as far as they are known, by one query."""
        query = f"SELECT {_FIELDS} FROM person WHERE key IN (SELECT value FROM json_each(?))"
        return {row[0]: _entry(*row) for row in self._rows(query, json.dumps(list(keys)))}

    def matching(self, words: Sequence[str]) -> list[Entry]:
        """Everybody whose name and id, taken together, have all of these words, in order of id.

        Case does not count in Latin letters. Chinese names are written without spaces, so a word
        may be any part of one.
        """
        asked = " AND ".join(["(name LIKE ? ESCAPE '!' OR id LIKE ? ESCAPE '!')"] * len(words))
        patterns = [_anywhere(word) for word in words for _ in ("name", "id")]
        query = f"SELECT {_FIELDS} FROM person WHERE {asked or 'FALSE'} ORDER BY id"
        return [_entry(*row) for row in self._rows(query, *patterns)]

    def ids(self) -> dict[str, str]:
        """The id of everybody by pseudonym, by one query."""
        return dict(self._rows("SELECT key, id FROM person"))

    def all(self) -> list[Entry]:
        """Everybody, in the order of their ids."""
        return [_entry(*row) for row in self._rows(f"SELECT {_FIELDS} FROM person ORDER BY id")]

    def key_for(self, id: str) -> str:
        """The pseudonym of whoever has this id, a new one when nobody has."""
        return self.keys_for({id: (id, {})})[id]

    def keys_for(self, people: Mapping[str, tuple[str, Mapping[str, str]]]) -> dict[str, str]:
        """The pseudonyms by id; who is new is entered with a name and contact, and not settled."""
        rows = [(new_key(), id, name, _written(contact)) for id, (name, contact) in people.items()]
        with self._transaction() as run:
            run.executemany("INSERT OR IGNORE INTO person VALUES (?, ?, ?, ?, 0)", rows)
        return self.keys_of(people)

    def put(self, id: str, name: str, contact: Mapping[str, str]) -> str:
        """Enter what somebody with this id is called and reached by; answers their pseudonym.

        A person who is new is settled at once.
        """
        with self.writing:
            key = self.key_for(id)
            self.replace([Entry(key, id, name, contact)])
            return key

    def replace(self, entries: Iterable[Entry]) -> None:
        """Make entries say this of whoever has their keys, and settle them; all or none.

        Raises IdTaken when somebody else has one of the ids.
        """
        with self._transaction() as run:
            _replace(run, entries)

    def unsettle(self, key: str) -> None:
        """Note that whoever is behind a pseudonym is about to be removed; see `settle`."""
        with self._transaction() as run:
            run.execute("UPDATE person SET settled = 0 WHERE key = ?", (key,))

    def forget(self, key: str) -> None:
        """Remove whoever is behind a pseudonym, so that nothing of them is left in the file."""
        self.forget_all([key])

    def forget_all(self, keys: Iterable[str]) -> None:
        """The same for several."""
        gone = list(keys)
        with self._transaction() as run:
            run.executemany("DELETE FROM person WHERE key = ?", [(key,) for key in gone])
            corrections.forget(run, gone)
            words.forget(run, gone)
        with self._lock:
            self._connection.execute("VACUUM")

    def correct(self, entry: Entry, correction: Correction) -> None:
        """Put right what is said of somebody, and remember what was said before.

        Raises IdTaken when somebody else has the id.
        """
        with self._transaction() as run:
            _replace(run, [entry])
            corrections.remember(run, correction)

    def corrections_of(self, key: str) -> list[Correction]:
        """What was put right about somebody, earliest first."""
        with self._lock:
            return corrections.corrections_of(self._connection, key)

    # What people said in words

    def note_words(self, said: Iterable[Words]) -> list[int]:
        """Write texts down before what they are about is stored; answers their numbers.

        They are not settled until `settle_words` finds what they are about.
        """
        with self._transaction() as run:
            return words.note(run, said)

    def words_of(self, key: str) -> list[Words]:
        """What was said in words about somebody, earliest first; of one thing the last counts."""
        with self._lock:
            return words.words_of(self._connection, key)

    def settle_words(
        self, is_stored: Callable[[Words], bool], among: Iterable[int] | None = None
    ) -> None:
        """Keep the texts of which what they are about turned out to be stored; the others go.

        Only texts that are not settled are looked at, of them those `among` these numbers.
        """
        with self._lock:
            found = words.waiting(self._connection)
        if among is not None:
            chosen = set(among)
            found = [each for each in found if each.number in chosen]
        stay, go = list[Words](), list[Words]()
        for each in found:
            (stay if is_stored(each) else go).append(each)
        if found:
            with self._transaction() as run:
                words.settle(run, stay, go)

    @property
    def has_words_of_earlier_versions(self) -> bool:
        """Whether the words that earlier versions kept elsewhere were all brought here."""
        with self._lock:
            return bool(self._connection.execute("PRAGMA user_version").fetchone()[0])

    def note_words_of_earlier_versions(self) -> None:
        """Note that they were."""
        with self._transaction() as run:
            run.execute("PRAGMA user_version = 1")

    def turned_back(self) -> None:
        """Note that the store is another one than was known: what was said has to be settled anew."""
        with self._transaction() as run:
            run.execute("UPDATE words SET settled = 0")
            run.execute("PRAGMA user_version = 0")

    def settle(self, is_stored: Callable[[str], bool], among: Iterable[str] | None = None) -> None:
        """Keep the entries whose person turned out to be stored, and remove the others.

        Only entries that are not settled are looked at, of them those `among` these keys.
        """
        waiting = {key for (key,) in self._rows("SELECT key FROM person WHERE settled = 0")}
        if among is not None:
            waiting &= set(among)
        stored = {key for key in waiting if is_stored(key)}
        if stored:
            with self._transaction() as run:
                run.executemany(
                    "UPDATE person SET settled = 1 WHERE key = ?", [(key,) for key in stored]
                )
        if waiting - stored:
            self.forget_all(waiting - stored)

    def _rows(self, query: str, *values: str) -> list[Any]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, transaction(self._connection) as run:
            yield run


def _replace(run: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    rows = [(e.key, e.id, e.name, _written(e.contact)) for e in entries]
    try:
        run.executemany(
            "INSERT INTO person VALUES (?, ?, ?, ?, 1) ON CONFLICT (key) DO UPDATE SET"
            " id = excluded.id, name = excluded.name, contact = excluded.contact, settled = 1",
            rows,
        )
    except sqlite3.IntegrityError as error:
        raise IdTaken("somebody else has this id") from error


def _anywhere(word: str) -> str:
    """The pattern of LIKE for every text with a word in it."""
    return f"%{_LIKE.sub(lambda sign: '!' + sign[0], word)}%"


def _connected(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        address, _PATIENCE, isolation_level=None, check_same_thread=False, uri=True
    )
    # What is deleted is overwritten; journals are emptied, and copies are made in memory only.
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA journal_mode = TRUNCATE")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def _written(contact: Mapping[str, str]) -> str:
    return json.dumps(dict(contact), ensure_ascii=False)


def _entry(key: str, id: str, name: str, contact: str) -> Entry:
    return Entry(key, id, name, json.loads(contact))
