"""Whose facts an answer shows: found in its bytes, whatever the format."""

from __future__ import annotations

import re
from urllib.parse import unquote

from kb_service.vocabulary import NAMESPACES, OF_PEOPLE

_BEGINNINGS = (NAMESPACES["person"], *OF_PEOPLE)
_PERSON = re.compile(
    b"(?:%b)([^/\\s\"'<>#?,;|\\\\^`{}&]+)"
    % b"|".join(re.escape(beginning.encode()) for beginning in _BEGINNINGS)
)
_LONGEST = 512


class PeopleInAnswer:
    """Reads an answer piece by piece and remembers the keys of the people that it names.

    An aggregate names nobody; of it only the graphs that were in reach tell anything.
    """

    def __init__(self) -> None:
        self._found: set[bytes] = set()
        self._tail = b""

    def read(self, piece: bytes) -> None:
        """See the next piece; an IRI that it cuts in two is found in the next one."""
        text = self._tail + piece
        self._found.update(match[1] for match in _PERSON.finditer(text) if match.end() < len(text))
        self._tail = text[-_LONGEST:]

    def keys(self, last: bytes = b"") -> frozenset[str]:
        """The keys in all that was read and in the last piece."""
        self._found.update(match[1] for match in _PERSON.finditer(self._tail + last))
        return frozenset(unquote(key.decode("utf-8", "replace")) for key in self._found)
