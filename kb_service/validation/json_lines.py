"""On which line of a JSON text the value stands that a pointer leads to."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\],:]|\n|[^\s{}\[\],:"]+', re.DOTALL)


@dataclass
class _Inside:
    """An object or an array that has been entered, and where in it reading stands."""

    pointer: str
    is_array: bool
    number: int = 0
    key: str = ""
    expects_key: bool = True

    def here(self) -> str:
        """The pointer of the value that comes next."""
        name = str(self.number) if self.is_array else self.key
        return f"{self.pointer}/{name}"


def json_lines(text: str, pointers: Collection[str]) -> dict[str, int]:
    """The lines of these JSON pointers, as far as the text has them.

    The text is read word by word in one pass, however deep it goes; what is no JSON gives what was
    found up to there.
    """
    wanted, found = set(pointers), {"": 1}
    stack: list[_Inside] = []
    line = 1
    for match in _TOKENS.finditer(text):
        word = match[0]
        if word == "\n":
            line += 1
            continue
        within = stack[-1] if stack else None
        if word in "}]":
            if stack:
                stack.pop()
        elif word == ",":
            if within:
                within.number += 1
                within.expects_key = True
        elif word == ":":
            if within:
                within.expects_key = False
        elif within and not within.is_array and within.expects_key:
            within.key = _escaped(word)
            found.setdefault(within.here(), line)
        else:
            pointer = within.here() if within else ""
            found.setdefault(pointer, line)
            if word in "{[":
                stack.append(_Inside(pointer, word == "["))
            line += word.count("\n")
    return {pointer: place for pointer, place in found.items() if pointer in wanted}


def _escaped(word: str) -> str:
    """The name of a field as pointers write it."""
    try:
        name = str(json.loads(word))
    except ValueError:
        name = word.strip('"')
    return name.replace("~", "~0").replace("/", "~1")
