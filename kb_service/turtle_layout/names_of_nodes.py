"""Names for the blank nodes that cannot do without, made of what the nodes say."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable

from pyoxigraph import BlankNode

from kb_service.turtle_layout.refusal import CannotFormat
from kb_service.turtle_layout.structure import Structure

Colours = dict[BlankNode, str]

_MOST_WORK = 1_000_000
"""Looks at a node. A graph that needs more is made of look-alikes, which no editor writes."""


def names_of_nodes(structure: Structure) -> dict[BlankNode, str]:
    """A name for each blank node that needs one, whatever it was called before.

    It is made of what is said of the node itself, so that it stays while others change; nodes that
    say the same are numbered by what surrounds them. Raises CannotFormat when too many look alike.
    """
    if not structure.named:
        return {}
    linked = structure.blank_nodes - set(structure.digests)
    naming = _Naming(structure, sorted(linked, key=lambda node: node.value))
    order = sorted(naming.placed(), key=lambda placed: placed[:2])
    numbers: Counter[str] = Counter()
    names = {}
    for node in (node for _, _, node in order if node in structure.named):
        stem = naming.first[node][:8]
        numbers[stem] += 1
        names[node] = f"_:n{stem}" + (f"-{numbers[stem]}" if numbers[stem] > 1 else "")
    return names


class _Naming:
    """Colours for nodes, made finer by those of their neighbours until no two are alike."""

    def __init__(self, structure: Structure, nodes: list[BlankNode]) -> None:
        self._links: dict[BlankNode, list[tuple[str, BlankNode]]] = defaultdict(list)
        self._work = 0
        self.first: Colours = {}
        said: dict[BlankNode, list[str]] = {node: [] for node in nodes}
        for subject, statements in structure.statements.items():
            for predicate, objects in statements.items():
                for term in objects:
                    if isinstance(term, BlankNode) and term in said:
                        said[term].append(f"of {'_' if subject in said else subject} {predicate}")
                        if isinstance(subject, BlankNode):
                            self._links[subject].append((f"to {predicate}", term))
                            self._links[term].append((f"of {predicate}", subject))
                    value = "_"
                    if not (isinstance(term, BlankNode) and term in said):
                        value = structure.value(predicate, term, structure.digests)
                    if isinstance(subject, BlankNode) and subject in said:
                        said[subject].append(f"to {predicate} {value}")
        for node, lines in said.items():
            self.first[node] = _colour(lines)

    def placed(self) -> list[tuple[str, str, BlankNode]]:
        """Every node with what sorts it: its component, and its place in there."""
        found = []
        for component in self._components():
            colours = self._discrete(self._refined({node: self.first[node] for node in component}))
            signature = _colour(colours.values())
            found += [(signature, colours[node], node) for node in component]
        return found

    def _components(self) -> list[list[BlankNode]]:
        left = dict.fromkeys(self.first)
        components = []
        while left:
            waiting = [next(iter(left))]
            component: dict[BlankNode, None] = {}
            while waiting:
                node = waiting.pop()
                if node not in component:
                    component[node] = None
                    del left[node]
                    waiting += [other for _, other in self._links[node]]
            components.append(list(component))
        return components

    def _discrete(self, colours: Colours) -> Colours:
        """The same with a colour of its own for each node.

        Of several that look alike, the one comes first that makes the smallest picture of all.
        """
        while len(set(colours.values())) < len(colours):
            counts = Counter(colours.values())
            alike = min(colour for colour, count in counts.items() if count > 1)
            pictures = [
                self._refined({**colours, node: _colour(["first", alike])})
                for node, colour in colours.items()
                if colour == alike
            ]
            colours = min(pictures, key=_picture)
        return colours

    def _refined(self, colours: Colours) -> Colours:
        """The colours told apart as far as those of the neighbours do it."""
        kinds = len(set(colours.values()))
        while True:
            self._work += sum(1 + len(self._links[node]) for node in colours)
            if self._work > _MOST_WORK:
                raise CannotFormat(
                    "互相引用的空白节点太多而又彼此相似；请给它们起 IRI。",
                    "too many blank nodes refer to each other and look alike; give them IRIs",
                )
            colours = {
                node: _colour(
                    [colour, *(f"{how} {colours[other]}" for how, other in self._links[node])]
                )
                for node, colour in colours.items()
            }
            finer = len(set(colours.values()))
            if finer == kinds:
                return colours
            kinds = finer


def _picture(colours: Colours) -> list[str]:
    return sorted(colours.values())


def _colour(lines: Iterable[str]) -> str:
    """A short text, the same for the same lines in any order."""
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
