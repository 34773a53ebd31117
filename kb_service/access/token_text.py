"""What a token looks like: a prefix that scanners know, 256 random bits, and a checksum."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import zlib

PREFIX = "rengang_"
_SECRET_BYTES = 32
_CHECKSUM_BYTES = 4
_TOKEN = re.compile(PREFIX + r"[a-z2-7]{58}")


def new_token() -> str:
    """A token that nobody has yet."""
    secret = secrets.token_bytes(_SECRET_BYTES)
    return PREFIX + _written(secret + _checksum(secret))


def is_token(text: str) -> bool:
    """Whether this can be one of our tokens: it looks like one and its checksum is right.

    So a token that lost a letter on the way is told apart without a look into the database, and a
    scanner for leaked secrets raises no false alarm.
    """
    if not _TOKEN.fullmatch(text):
        return False
    letters = text.removeprefix(PREFIX)
    content = base64.b32decode(letters.upper() + "=" * (-len(letters) % 8))
    secret, checksum = content[:_SECRET_BYTES], content[_SECRET_BYTES:]
    return checksum == _checksum(secret) and _written(content) == letters


def digest_of(text: str) -> bytes:
    """What is kept of a token or a session: enough to know it again, not to use it.

    One SHA-256 is right here, and no slow hash with salt as for passwords: those make guessing
    dear because people choose from few passwords. There is no guessing 256 random bits, however
    fast the hash, and no two tokens are alike, so a salt would tell nothing apart.
    """
    return hashlib.sha256(text.encode("utf-8")).digest()


def _checksum(secret: bytes) -> bytes:
    return zlib.crc32(PREFIX.encode() + secret).to_bytes(_CHECKSUM_BYTES, "big")


def _written(content: bytes) -> str:
    return base64.b32encode(content).decode("ascii").rstrip("=").lower()
