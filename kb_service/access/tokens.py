"""API tokens: given out once, kept as hashes, good until they expire or are revoked."""

from __future__ import annotations

import hmac
import re
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from kb_service.access.database import AccessDatabase, State, written
from kb_service.access.roles import Caller, Role
from kb_service.access.token_text import digest_of, is_token, new_token

DEFAULT_LIFE = timedelta(days=90)
_NAME = re.compile(r"\w[\w.-]{0,63}")
_MOST_KEPT = 256
_COLUMNS = "name, digest, role, person, team, made, expires, last_used, revoked"

Clock = Callable[[], datetime]


class NameTaken(ValueError):
    """A token of this name was given out before; the audit must be able to tell them apart."""


class BadName(ValueError):
    """The name of a token needs letters, digits, dots, underscores or hyphens, 64 at most."""


@dataclass(frozen=True)
class Token:
    """What is known of a token that was given out; what it opens with is not."""

    name: str
    role: Role
    person: str
    team: str
    made: datetime
    expires: datetime
    last_used: date | None = None
    revoked: datetime | None = None

    @property
    def caller(self) -> Caller:
        """Whoever shows this token."""
        return Caller(f"token:{self.name}", self.role, self.person, self.team)

    def is_good(self, now: datetime) -> bool:
        """Whether it opens anything at this moment."""
        return self.revoked is None and now < self.expires


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


class Tokens:
    """The tokens of one installation."""

    def __init__(self, database: AccessDatabase, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock
        self._lately = _Lately()
        self._any: tuple[State, bool] | None = None

    def add(
        self,
        name: str,
        role: Role,
        *,
        person: str = "",
        team: str = "",
        expires: datetime | None = None,
    ) -> tuple[str, Token]:
        """A new token, the only time it is told, and what is kept of it.

        Raises BadName, and NameTaken even when the token of that name is revoked.
        """
        if not _NAME.fullmatch(name):
            raise BadName(name)
        made = self._clock().replace(microsecond=0)
        text = new_token()
        token = Token(name, role, person, team, made, expires or made + DEFAULT_LIFE)
        row = (name, digest_of(text), role.value, person, team)
        with self._database.writing() as connection:
            try:
                connection.execute(
                    "INSERT INTO tokens (name, digest, role, person, team, made, expires) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (*row, written(made), written(token.expires)),
                )
            except sqlite3.IntegrityError as error:
                raise NameTaken(name) from error
        return text, token

    def all(self) -> list[Token]:
        """Every token that was ever given out, by name."""
        with self._database.reading() as connection:
            if connection is None:
                return []
            rows = connection.execute(f"SELECT {_COLUMNS} FROM tokens ORDER BY name").fetchall()
        return [_token(row) for row in rows]

    def any_given_out(self) -> bool:
        """Whether a token was ever given out: from then on nobody is let in without.

        A revoked or expired one counts, lest the end of the last one open the door to everybody.
        """
        with self._database.reading() as connection:
            if connection is None:
                return False
            state = self._database.state(connection)
            if self._any is None or self._any[0] != state:
                [found] = connection.execute("SELECT EXISTS (SELECT 1 FROM tokens)").fetchone()
                self._any = state, bool(found)
            return self._any[1]

    def revoke(self, name: str) -> bool:
        """Make a token worthless from now on, and end its sessions; False when there is none."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM sessions WHERE token = ?", (name,))
            changed = connection.execute(
                "UPDATE tokens SET revoked = coalesce(revoked, ?) WHERE name = ?",
                (written(self._clock()), name),
            )
            return changed.rowcount > 0

    def named(self, name: str) -> Token | None:
        """What is known of the token with this name."""
        with self._database.reading() as connection:
            if connection is None:
                return None
            row = connection.execute(
                f"SELECT {_COLUMNS} FROM tokens WHERE name = ?", (name,)
            ).fetchone()
        return _token(row) if row else None

    def known(self, text: str) -> Token | None:
        """The good token that this text is; None for any other text.

        The database is searched for the hash, so how long that takes says nothing about a token:
        nobody can choose texts whose hashes come closer and closer to one that is kept. The
        comparison of the hash itself takes the same time for all.
        """
        digest = digest_of(text)
        with self._database.reading() as connection:
            if connection is None:
                return None
            token = self._lately.find(self._database.state(connection), digest)
            if token is None and is_token(text):
                row = connection.execute(
                    f"SELECT {_COLUMNS} FROM tokens WHERE digest = ?", (digest,)
                ).fetchone()
                if row is not None and hmac.compare_digest(row[1], digest):
                    token = self._lately.keep(digest, _token(row))
        if token is None or not token.is_good(self._clock()):
            return None
        self._note_use(token)
        return token

    def _note_use(self, token: Token) -> None:
        """Remember the day, once a day: enough to find tokens that nobody uses any more.

        More would write to disk at every request, and keep a record of when people work.
        """
        today = self._clock().date()
        if token.last_used == today:
            return
        # On a full or read-only disk the token is as good as before.
        with suppress(sqlite3.OperationalError), self._database.writing() as connection:
            connection.execute(
                "UPDATE tokens SET last_used = ? WHERE name = ?", (today.isoformat(), token.name)
            )


class _Lately:
    """The tokens that were shown lately, by their digests, as long as nothing is written."""

    def __init__(self) -> None:
        self._state: State | None = None
        self._tokens: dict[bytes, Token] = {}

    def find(self, state: State, digest: bytes) -> Token | None:
        """The token with this digest, if it was kept in this state of the database."""
        if state != self._state or len(self._tokens) >= _MOST_KEPT:
            self._state = state
            self._tokens.clear()
        return self._tokens.get(digest)

    def keep(self, digest: bytes, token: Token) -> Token:
        """The token, kept for whoever asks in the state that was last asked about."""
        self._tokens[digest] = token
        return token


def _token(row: tuple[str, ...]) -> Token:
    name, _, role, person, team, made, expires, last_used, revoked = row
    return Token(
        name,
        Role(role),
        person,
        team,
        datetime.fromisoformat(made),
        datetime.fromisoformat(expires),
        date.fromisoformat(last_used) if last_used else None,
        datetime.fromisoformat(revoked) if revoked else None,
    )
