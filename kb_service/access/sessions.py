"""Sessions of people at a browser: opened with a token, ended by its end or by signing out."""

from __future__ import annotations

import secrets
from datetime import timedelta

from kb_service.access.database import AccessDatabase, written
from kb_service.access.token_text import digest_of
from kb_service.access.tokens import Clock, Token, Tokens, now

_MOST_LETTERS = 64


class Sessions:
    """The open sessions of one installation; what opens one is kept as a hash, as a token is."""

    def __init__(self, database: AccessDatabase, tokens: Tokens, clock: Clock = now) -> None:
        self._database = database
        self._tokens = tokens
        self._clock = clock

    def open(self, token: Token, life: timedelta) -> str:
        """A new session of whoever showed this token: random letters for the browser to show."""
        text = secrets.token_urlsafe(32)
        moment = self._clock()
        expires = min(moment + life, token.expires)
        with self._database.writing() as connection:
            connection.execute("DELETE FROM sessions WHERE expires < ?", (written(moment),))
            connection.execute(
                "INSERT INTO sessions (digest, token, expires) VALUES (?, ?, ?)",
                (digest_of(text), token.name, written(expires)),
            )
        return text

    def known(self, text: str) -> Token | None:
        """The token that a session was opened with, while both are good; None otherwise."""
        if not 0 < len(text) <= _MOST_LETTERS:
            return None
        with self._database.reading() as connection:
            if connection is None:
                return None
            row = connection.execute(
                "SELECT token FROM sessions WHERE digest = ? AND expires > ?",
                (digest_of(text), written(self._clock())),
            ).fetchone()
        token = self._tokens.named(row[0]) if row else None
        return token if token and token.is_good(self._clock()) else None

    def end(self, text: str) -> None:
        """End a session, if it is one."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM sessions WHERE digest = ?", (digest_of(text),))
