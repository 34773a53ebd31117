"""The public keys of whoever issues identities, from a file that is read again when it changes."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_MOST_BYTES = 256 * 1024
_KEY_TYPES = {
    "RS256": ("RSA", None),
    "RS384": ("RSA", None),
    "RS512": ("RSA", None),
    "PS256": ("RSA", None),
    "PS384": ("RSA", None),
    "PS512": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
}
ALGORITHMS = tuple(_KEY_TYPES)
"""The signatures that are taken: with all of them, who can check one cannot make one."""

Key = Mapping[str, Any]


class UnusableKeys(Exception):
    """The file of keys cannot be read, or holds what it must not."""


@dataclass
class KeySet:
    """The keys in a JSON Web Key Set on disk; they are never fetched from anywhere."""

    path: Path
    _read: tuple[object, tuple[Key, ...]] = (None, ())
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keys(self) -> tuple[Key, ...]:
        """The keys in the file as it is now. Raises UnusableKeys."""
        try:
            found = self.path.stat()
        except OSError as error:
            raise UnusableKeys(f"{self.path}: {error.strerror}") from error
        state = (found.st_mtime_ns, found.st_size, found.st_ino)
        with self._lock:
            if self._read[0] != state:
                self._read = (state, _read_keys(self.path))
            return self._read[1]

    def key_for(self, algorithm: str, id: str | None) -> Key | None:
        """The one key that a signature by this algorithm, with this key id, can be checked with.

        A signature that names no key is checked where a single one comes into question. Raises
        UnusableKeys.
        """
        fitting = [key for key in self.keys() if _fits(key, algorithm)]
        if id is not None:
            fitting = [key for key in fitting if key.get("kid") == id]
        return fitting[0] if len(fitting) == 1 else None


def _read_keys(path: Path) -> tuple[Key, ...]:
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
        found = json.loads(text) if len(text) <= _MOST_BYTES else None
    except (OSError, ValueError, RecursionError) as error:
        raise UnusableKeys(f"{path}: {type(error).__name__}") from error
    keys = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise UnusableKeys(f'{path}: not a JSON Web Key Set, as in {{"keys": […]}}')
    if any("d" in key for key in keys):
        raise UnusableKeys(f"{path}: holds a private key; only public ones belong here")
    usable = tuple(key for key in keys if _is_for_signatures(key))
    if not usable:
        raise UnusableKeys(f"{path}: no public key for signatures by {', '.join(ALGORITHMS)}")
    return usable


def _is_for_signatures(key: Key) -> bool:
    operations = key.get("key_ops")
    return (
        key.get("use", "sig") == "sig"
        and (operations is None or (isinstance(operations, list) and "verify" in operations))
        and any(_fits(key, algorithm) for algorithm in ALGORITHMS)
    )


def _fits(key: Key, algorithm: str) -> bool:
    kind, curve = _KEY_TYPES[algorithm]
    return (
        key.get("kty") == kind
        and (curve is None or key.get("crv") == curve)
        and key.get("alg", algorithm) == algorithm
    )
