"""A query of ours taken apart as text: prologue, head, body and sub-selects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

_TOKEN = re.compile(
    r"""(?P<iri><[^<>"{}|^`\\\s]*>)
      | (?P<string>"(?:[^"\\\n]|\\.)*")
      | (?P<comment>\#[^\n]*)
      | (?P<open>\{) | (?P<close>\})
      | (?P<name>[A-Za-z][\w-]*:[A-Za-z_](?:[\w.-]*[\w-])?)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_PREFIX = re.compile(r"PREFIX\s+([\w-]*):\s*<([^>]*)>", re.IGNORECASE)
_GROUP = re.compile(r"\s*GROUP BY((?:\s*\?\w+)+)")


def squeezed(text: str) -> str:
    """The text with single spaces for all white space outside strings; it parses in half the time."""
    return re.sub(r'("(?:[^"\\\n]|\\.)*")|\s+', lambda match: match[1] or " ", text)


@dataclass(frozen=True)
class SubSelect:
    """An aggregate inside a body: its pattern, and what it groups by."""

    body: str
    groups: tuple[str, ...]


class QueryText:
    """A CONSTRUCT or SELECT that we wrote, with its parts as text."""

    def __init__(self, text: str) -> None:
        self._text = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
        start = re.search(r"\b(CONSTRUCT|SELECT)\b", self._text)
        if start is None:
            raise ValueError("write a CONSTRUCT or SELECT query")
        self.prologue = self._text[: start.start()].strip()
        self.prefixes = dict(_PREFIX.findall(self.prologue))
        where = re.compile(r"\bWHERE\s*(?=\{)").search(self._text, start.end())
        if where is None:
            raise ValueError("write WHERE { … }")
        self.head = self._text[start.end() : where.start()].strip().strip("{}").strip()
        self.body = self._block(where.end())[1:-1]

    def _block(self, start: int) -> str:
        """The text from the brace at `start` to the one that closes it."""
        depth = 0
        for token in _TOKEN.finditer(self._text, start):
            depth += (token.lastgroup == "open") - (token.lastgroup == "close")
            if depth == 0:
                return self._text[start : token.end()]
        raise ValueError("close every { with a }")

    def mentioned_in(self, part: str) -> frozenset[str]:
        """The IRIs that a part of the query mentions as prefixed names."""
        return frozenset(
            self.prefixes[prefix] + local
            for token in _TOKEN.finditer(part)
            if token.lastgroup == "name"
            for prefix, local in [token[0].split(":", 1)]
            if prefix in self.prefixes
        )

    @cached_property
    def classes_of_head(self) -> frozenset[str]:
        """The IRIs of the classes whose members the head adds."""
        return self.mentioned_in(" ".join(re.findall(r"\ba ([\w-]+:[\w-]+)", self.head)))

    @cached_property
    def negations(self) -> tuple[str, ...]:
        """The text of every MINUS and NOT EXISTS block."""
        starts = re.finditer(r"\b(?:MINUS|NOT\s+EXISTS)\s*(?=\{)", self._text)
        return tuple(self._block(match.end()) for match in starts)

    @cached_property
    def sub_selects(self) -> tuple[SubSelect, ...]:
        """The aggregates of the body, in the order in which they stand."""
        found = []
        for match in re.finditer(r"\bSELECT\b(.*?)\bWHERE\s*(?=\{)", self._text, re.DOTALL):
            if match.start() < self._text.index(self.body):
                continue
            block = self._block(match.end())
            group = _GROUP.match(self._text, match.end() + len(block))
            variables = re.findall(r"\?(\w+)", group[1]) if group else []
            found.append(SubSelect(block[1:-1], tuple(variables)))
        return tuple(found)
