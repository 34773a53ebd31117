"""Whether whoever reaches the service may do everything, because nobody was given a token."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address

from kb_service.access.database import AccessDatabase
from kb_service.access.tokens import Tokens
from kb_service.configuration import AccessSettings
from kb_service.store.data_folder import DataFolder


def is_open(folder: DataFolder, settings: AccessSettings) -> bool:
    """Whether no token was ever given out and no issuer of identities is trusted."""
    if settings.oidc_keys is not None:
        return False
    database = AccessDatabase(folder.access)
    try:
        return not Tokens(database).any_given_out()
    finally:
        database.close()


@lru_cache(maxsize=1024)
def is_loopback(host: str) -> bool:
    """Whether an address or host name can be reached from this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
