"""Which variables of a pattern are about the same person, as far as its joins show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rdflib.term import Node


@dataclass(frozen=True)
class Partition:
    """Groups of terms; whatever stands in no group stands alone."""

    groups: frozenset[frozenset[Node]] = frozenset()

    @classmethod
    def of(cls, pairs: Iterable[tuple[Node, Node]]) -> Partition:
        """The groups that these pairs tie together."""
        return cls().joined(cls(frozenset(frozenset(pair) for pair in pairs)))

    def joined(self, other: Partition) -> Partition:
        """The groups when what either ties is tied."""
        groups: list[frozenset[Node]] = []
        for group in self.groups | other.groups:
            apart = []
            for known in groups:
                if known & group:
                    group |= known
                else:
                    apart.append(known)
            groups = [*apart, group]
        return Partition(frozenset(groups))

    def common(self, other: Partition) -> Partition:
        """The groups when only what both tie is tied."""
        both = (one & two for one in self.groups for two in other.groups)
        return Partition(frozenset(group for group in both if len(group) > 1))

    def among(self, terms: frozenset[Node]) -> Partition:
        """The groups of these terms only."""
        kept = (group & terms for group in self.groups)
        return Partition(frozenset(group for group in kept if len(group) > 1))

    def are_tied(self, one: Node, other: Node) -> bool:
        """Whether both are of the same group."""
        return one == other or any(one in group and other in group for group in self.groups)
