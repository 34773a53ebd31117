"""The body of a query of ours as SPARQL's grammar has it: groups of patterns and conditions."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple, Variable

from kb_service.vocabulary import A

Term = NamedNode | BlankNode | Literal | Triple
PatternTerm = NamedNode | Literal | Variable
Bindings = Mapping[str, Term]

_JOINED = sys.maxsize
"""The variety of a variable that other patterns bind."""


@dataclass(frozen=True)
class TriplePattern:
    """A triple of which any part may be a variable."""

    subject: PatternTerm
    predicate: PatternTerm
    object: PatternTerm

    def __str__(self) -> str:
        return f"{self.subject} {self.predicate} {self.object} ."

    @property
    def variables(self) -> frozenset[str]:
        """The names of its variables."""
        terms = (self.subject, self.predicate, self.object)
        return frozenset(term.value for term in terms if isinstance(term, Variable))

    def triple(self, known: Bindings) -> Triple | None:
        """The triple that it stands for under these bindings, None if they do not make it one."""
        subject, predicate, value = (
            known.get(term.value) if isinstance(term, Variable) else term
            for term in (self.subject, self.predicate, self.object)
        )
        if isinstance(subject, NamedNode) and isinstance(predicate, NamedNode) and value:
            return Triple(subject, predicate, value)
        return None


@dataclass(frozen=True)
class Star:
    """Patterns that stand together and are about the same subject."""

    patterns: tuple[TriplePattern, ...]

    def __str__(self) -> str:
        return " ".join(map(str, self.patterns))

    @property
    def subject(self) -> PatternTerm:
        """What the patterns are about."""
        return self.patterns[0].subject

    @property
    def variables(self) -> frozenset[str]:
        """The names of its variables."""
        return frozenset().union(*(pattern.variables for pattern in self.patterns))


@dataclass(frozen=True)
class Filter:
    """A condition over variables, as it is written."""

    expression: str

    def __str__(self) -> str:
        return f"FILTER ({self.expression})"


@dataclass(frozen=True)
class Bind:
    """A variable that an expression computes."""

    expression: str
    variable: str

    def __str__(self) -> str:
        return f"BIND ({self.expression} AS ?{self.variable})"


@dataclass(frozen=True)
class InlineData:
    """A VALUES block as it is written."""

    variables: frozenset[str]
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Optional:
    """A group that may find nothing."""

    group: Group


@dataclass(frozen=True)
class Absent:
    """A group that must find nothing, after MINUS or FILTER NOT EXISTS."""

    group: Group
    keyword: str


@dataclass(frozen=True)
class Present:
    """A group after FILTER EXISTS, which must find something."""

    group: Group


@dataclass(frozen=True)
class Union:
    """Groups of which any may find something; a group in braces is a union of one."""

    branches: tuple[Group, ...]


@dataclass(frozen=True)
class SubSelect:
    """A SELECT inside a body.

    `columns` are the variables it hands on as they are, which is what it groups by when it has
    aggregates. `extremes` maps variables of its pattern to those that are their MAX or MIN; it is
    empty when it also aggregates otherwise, because then more than what attains them counts.
    """

    head: str
    group: Group
    modifiers: str
    columns: frozenset[str]
    aliases: frozenset[str]
    extremes: tuple[tuple[str, str], ...]


Element = Star | Filter | Bind | InlineData | Optional | Absent | Present | Union | SubSelect


@dataclass(frozen=True)
class Group:
    """What stands between braces, in order."""

    elements: tuple[Element, ...]

    @property
    def variables(self) -> frozenset[str]:
        """The names of the variables that its patterns can bind, sub-selects by what they hand on."""
        return frozenset().union(*map(_bound_by, self.elements))

    @property
    def computed(self) -> frozenset[str]:
        """The names of the variables that its own expressions compute."""
        return frozenset(each.variable for each in self.elements if isinstance(each, Bind))


def _bound_by(element: Element) -> frozenset[str]:
    if isinstance(element, Star | InlineData):
        return element.variables
    if isinstance(element, Optional):
        return element.group.variables | element.group.computed
    if isinstance(element, Union):
        parts = (branch.variables | branch.computed for branch in element.branches)
        return frozenset().union(*parts)
    return element.columns if isinstance(element, SubSelect) else frozenset()


@dataclass(frozen=True)
class Given:
    """What variables are already known to be: rows of values, None where one is not known."""

    names: tuple[str, ...] = ()
    rows: tuple[tuple[Term | None, ...], ...] = ((),)

    @classmethod
    def of(cls, bindings: Iterable[Bindings]) -> Given:
        """The same as rows of all variables that any of the bindings has."""
        found = list(bindings)
        names = tuple(sorted({name for each in found for name in each}))
        return cls(names, tuple(tuple(each.get(name) for name in names) for each in found))

    @property
    def variety(self) -> dict[str, int]:
        """How many different values each variable has."""
        columns = zip(*self.rows, strict=True) if self.rows else ()
        return {n: len(set(column)) for n, column in zip(self.names, columns, strict=True)}

    def only(self, names: frozenset[str]) -> Given:
        """What is known of some of the variables."""
        kept = [place for place, name in enumerate(self.names) if name in names]
        rows = dict.fromkeys(tuple(row[place] for place in kept) for row in self.rows)
        return Given(tuple(self.names[place] for place in kept), tuple(rows))

    def __str__(self) -> str:
        if not self.names:
            return ""
        columns = " ".join(f"?{name}" for name in self.names)
        rows = (" ".join("UNDEF" if term is None else str(term) for term in r) for r in self.rows)
        return f"VALUES ({columns}) {{ {' '.join(f'({row})' for row in rows)} }}"


def text_of(group: Group, given: Given) -> str:
    """The group as SPARQL, what is known put into every group inside it that can bind it.

    A store joins what stands outermost last: a rule bound there alone takes a hundred times as
    long. It follows the patterns much as they stand, so those that narrow most come first.
    """
    known = given.only(group.variables - group.computed)
    parts = [str(known)]
    run: list[TriplePattern] = []
    variety = known.variety
    for element in group.elements:
        if isinstance(element, Star):
            run += element.patterns
            continue
        parts += _narrowest_first(run, variety)
        run = []
        parts.append(_text(element, given))
        variety |= dict.fromkeys(_bound_by(element) - variety.keys(), _JOINED)
    return " ".join([*parts, *_narrowest_first(run, variety)])


def _narrowest_first(patterns: Iterable[TriplePattern], variety: dict[str, int]) -> list[str]:
    """The patterns, each narrowed as far as can be by what is known and by those before it.

    `variety` says how many values each known variable has: a variable with many tells things apart,
    one with a single value, such as the person, may be common to all. The variables of the patterns
    are added to it.
    """
    left = list(patterns)
    ordered = []
    while left:
        pattern = min(left, key=lambda each: _breadth(each, variety))
        left.remove(pattern)
        ordered.append(str(pattern))
        for name in pattern.variables:
            variety.setdefault(name, _JOINED)
    return ordered


def _breadth(pattern: TriplePattern, variety: Mapping[str, int]) -> tuple[int, int]:
    """How much a pattern lets through, as far as one can tell without looking."""

    def is_known(term: PatternTerm) -> bool:
        return not isinstance(term, Variable) or term.value in variety

    if is_known(pattern.subject):
        return (0 if is_known(pattern.object) else 1), 0
    if not is_known(pattern.object):
        return 5, 0
    if isinstance(pattern.object, Variable):
        return 2, -variety[pattern.object.value]
    return (4 if pattern.predicate == A else 3), 0


def _text(element: Element, given: Given) -> str:
    if isinstance(element, Star | Filter | Bind | InlineData):
        return str(element)
    if isinstance(element, Union):
        return " UNION ".join(f"{{ {text_of(branch, given)} }}" for branch in element.branches)
    if isinstance(element, SubSelect):
        inside = text_of(element.group, given.only(element.columns))
        return f"{{ SELECT {element.head} WHERE {{ {inside} }} {element.modifiers} }}"
    inside = f"{{ {text_of(element.group, given)} }}"
    if isinstance(element, Optional):
        return f"OPTIONAL {inside}"
    return f"{element.keyword if isinstance(element, Absent) else 'FILTER EXISTS'} {inside}"


def stars_of(elements: Sequence[Element]) -> list[Star]:
    """The patterns among some elements, those in OPTIONAL and UNION with them."""
    found: list[Star] = []
    for element in elements:
        if isinstance(element, Star):
            found.append(element)
        elif isinstance(element, Optional):
            found += stars_of(element.group.elements)
        elif isinstance(element, Union):
            found += [star for branch in element.branches for star in stars_of(branch.elements)]
    return found


def every_star(group: Group) -> Iterator[Star]:
    """All patterns of a group, those in sub-selects and in what must be absent with them."""
    for element in group.elements:
        if isinstance(element, Star):
            yield element
        elif isinstance(element, Union):
            for branch in element.branches:
                yield from every_star(branch)
        elif isinstance(element, Optional | Absent | Present | SubSelect):
            yield from every_star(element.group)
