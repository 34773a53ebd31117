"""What the body of a SPARQL query reads, scope by scope, from its algebra."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rdflib import URIRef
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

_PARSING = threading.Lock()
"""rdflib's first parse in several threads at once breaks its parser for the life of the process."""


@dataclass(frozen=True)
class Pattern:
    """One triple pattern of a body.

    `scope` counts the sub-selects, 0 being the outermost; `kind` is `required`, `optional` (inside
    OPTIONAL, EXISTS or a branch of UNION) or `absent` (inside MINUS or NOT EXISTS). `block` numbers
    the groups that are matched as a whole or not at all, 0 being what is required.
    """

    subject: Node
    predicate: Node
    object: Node
    scope: int
    kind: str
    block: int = 0


@dataclass(frozen=True)
class Reading:
    """A query seen as patterns: those of the CONSTRUCT template, if any, and those of the body."""

    head: tuple[tuple[Node, Node, Node], ...]
    body: tuple[Pattern, ...]

    def predicates(self) -> frozenset[str]:
        """The IRIs of every predicate that the body mentions.

        Raises ValueError for a variable predicate or a property path, which hide what is read.
        """
        found = set()
        for pattern in self.body:
            if not isinstance(pattern.predicate, URIRef):
                raise ValueError(f"name the predicate instead of {pattern.predicate}")
            found.add(str(pattern.predicate))
        return frozenset(found)


@lru_cache(maxsize=512)
def read_query(text: str) -> Reading:
    """The patterns of a query of ours.

    Raises a pyparsing error with line and column when the text is not SPARQL 1.1.
    """
    with _PARSING:
        algebra = translateQuery(parseQuery(text)).algebra
    head = tuple((s, p, o) for s, p, o in algebra.get("template") or ())
    walk = _Walk()
    return Reading(head, tuple(walk.patterns(algebra.p, 0, "required")))


class _Walk:
    """Numbers the sub-selects and the blocks as they are met."""

    def __init__(self) -> None:
        self.scopes = 0
        self.blocks = 0

    def patterns(self, node: Any, scope: int, kind: str, block: int = 0) -> Iterator[Pattern]:
        if isinstance(node, list | tuple):
            for part in node:
                yield from self.patterns(part, scope, kind, block)
        if not isinstance(node, CompValue):
            return
        if node.name == "BGP":
            for subject, predicate, value in node.triples:
                yield Pattern(subject, predicate, value, scope, kind, block)
        elif node.name == "LeftJoin":
            yield from self.patterns(node.p1, scope, kind, block)
            yield from self._block((node.p2, node.expr), scope, kind, "optional")
        elif node.name == "Union":
            yield from self._block(node.p1, scope, kind, "optional")
            yield from self._block(node.p2, scope, kind, "optional")
        elif node.name == "Minus":
            yield from self.patterns(node.p1, scope, kind, block)
            yield from self._block(node.p2, scope, kind, "absent")
        elif node.name == "Builtin_NOTEXISTS":
            yield from self._block(node.graph, scope, kind, "absent")
        elif node.name == "Builtin_EXISTS":
            yield from self._block(node.graph, scope, kind, "optional")
        elif node.name == "ToMultiSet":
            self.scopes += 1
            yield from self.patterns(node.p, self.scopes, kind, block)
        else:
            for part in node.values():
                yield from self.patterns(part, scope, kind, block)

    def _block(self, node: Any, scope: int, outer: str, kind: str) -> Iterator[Pattern]:
        """What is matched as a whole or not at all; inside something absent all is absent."""
        self.blocks += 1
        yield from self.patterns(node, scope, "absent" if outer == "absent" else kind, self.blocks)
