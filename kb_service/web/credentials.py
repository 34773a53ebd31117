"""What the requests of one app are let in by: its tokens, its sessions, the issuer it trusts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from flask import Flask, current_app

from kb_service.access.database import AccessDatabase
from kb_service.access.oidc import TokenVerifier, faults
from kb_service.access.sessions import Sessions
from kb_service.access.tokens import Tokens
from kb_service.configuration import AccessSettings, Configuration
from kb_service.store.data_folder import DataFolder

EXTENSION = "credentials"


@dataclass(frozen=True)
class Credentials:
    """The tokens and sessions of an installation."""

    tokens: Tokens
    sessions: Sessions

    @classmethod
    def of(cls, folder: DataFolder) -> Credentials:
        """Those that are kept in a data folder."""
        database = AccessDatabase(folder.access)
        tokens = Tokens(database)
        return cls(tokens, Sessions(database, tokens))


def register_credentials(app: Flask, folder: DataFolder) -> None:
    """Open the tokens of a data folder for the app.

    Raises ValueError when the app's configuration trusts an issuer by halves.
    """
    if found := faults(_settings(app)):
        raise ValueError("; ".join(en for _, en in found))
    app.extensions[EXTENSION] = Credentials.of(folder)


def credentials() -> Credentials:
    """The tokens and sessions that count for the current request."""
    return cast(Credentials, current_app.extensions[EXTENSION])


def settings() -> AccessSettings:
    """The access settings of the app as they are now."""
    return _settings(current_app)


def verifier() -> TokenVerifier | None:
    """What checks bearer tokens of the issuer that is trusted now; None when none is."""
    return _verifier(settings())


def _settings(app: Flask) -> AccessSettings:
    configuration: Configuration | None = app.config.get("RENGANG")
    return (configuration or Configuration()).access


@lru_cache(maxsize=8)
def _verifier(settings: AccessSettings) -> TokenVerifier | None:
    """Kept while the settings stay, so that keys are read once."""
    return TokenVerifier.configured(settings)
