"""What a rule reads and writes, as triple patterns, scope by scope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kb_service.engine.body.groups import (
    Absent,
    Bind,
    Element,
    Filter,
    Group,
    Optional,
    PatternTerm,
    Present,
    Star,
    SubSelect,
    Union,
)
from kb_service.engine.body.reader import body_of, existence_in, head_of
from kb_service.engine.rules import Rule


@dataclass(frozen=True)
class Pattern:
    """One triple pattern of a body.

    `scope` counts the sub-selects, 0 being the outermost; `kind` is `required`, `optional` (inside
    OPTIONAL, EXISTS or a branch of UNION) or `absent` (inside MINUS or NOT EXISTS). `block` numbers
    the groups that are matched as a whole or not at all, 0 being what is required.
    """

    subject: PatternTerm
    predicate: PatternTerm
    object: PatternTerm
    scope: int
    kind: str
    block: int = 0


@dataclass(frozen=True)
class Reading:
    """A rule seen as patterns: those that it writes, and those of its body."""

    head: tuple[tuple[PatternTerm, PatternTerm, PatternTerm], ...]
    body: tuple[Pattern, ...]


@lru_cache(maxsize=4096)
def reading_of(rule: Rule) -> Reading:
    """What a rule reads and writes. Raises ValueError, naming the rule, for what no rule may use."""
    head = tuple((each.subject, each.predicate, each.object) for each in head_of(rule))
    walk = _Walk(rule)
    return Reading(head, tuple(walk.group(body_of(rule), 0, "required")))


class _Walk:
    """Numbers the sub-selects and the blocks as they are met."""

    def __init__(self, rule: Rule) -> None:
        self._prefixes = rule.query.prefixes
        self._scopes = 0
        self._blocks = 0

    def group(self, group: Group, scope: int, kind: str, block: int = 0) -> Iterator[Pattern]:
        for element in group.elements:
            yield from self._element(element, scope, kind, block)

    def _element(self, element: Element, scope: int, kind: str, block: int) -> Iterator[Pattern]:
        if isinstance(element, Star):
            for each in element.patterns:
                yield Pattern(each.subject, each.predicate, each.object, scope, kind, block)
        elif isinstance(element, Absent):
            yield from self._block(element.group, scope, kind, "absent")
        elif isinstance(element, Optional | Present):
            yield from self._block(element.group, scope, kind, "optional")
        elif isinstance(element, Union) and len(element.branches) == 1:
            yield from self.group(element.branches[0], scope, kind, block)
        elif isinstance(element, Union):
            for branch in element.branches:
                yield from self._block(branch, scope, kind, "optional")
        elif isinstance(element, SubSelect):
            self._scopes += 1
            scope = self._scopes
            yield from self.group(element.group, scope, kind, block)
            yield from self._expression(f"{element.head} {element.modifiers}", scope, kind)
        elif isinstance(element, Filter | Bind):
            yield from self._expression(element.expression, scope, kind)

    def _expression(self, text: str, scope: int, kind: str) -> Iterator[Pattern]:
        """What an expression asks to exist, or not to."""
        for element in existence_in(text, self._prefixes):
            yield from self._element(element, scope, kind, 0)

    def _block(self, group: Group, scope: int, outer: str, kind: str) -> Iterator[Pattern]:
        """What is matched as a whole or not at all; inside something absent all is absent."""
        self._blocks += 1
        inner = "absent" if outer == "absent" else kind
        yield from self.group(group, scope, inner, self._blocks)
