"""Which rule reads what, from the rules' own patterns: what a change touches and what it feeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pyoxigraph import BlankNode, Literal, NamedNode, Triple, Variable

from kb_service.engine.body.groups import PatternTerm
from kb_service.engine.patterns import Pattern, reading_of
from kb_service.engine.rules import Rule, Stage
from kb_service.vocabulary import A

Term = NamedNode | BlankNode | Literal | Triple
Bindings = dict[str, Term]


@dataclass(frozen=True)
class Star:
    """All that one block of a body reads of one subject.

    `beside` are the required patterns of the same subject and scope: what is optional or absent is
    so of a subject that meets them.
    """

    subject: PatternTerm
    scope: int
    kind: str
    block: int
    patterns: tuple[Pattern, ...]
    beside: tuple[Pattern, ...] = ()

    @cached_property
    def needs(self) -> frozenset[str]:
        """What the subject must have: its predicates, and its classes where they are named."""
        patterns = self.patterns + self.beside
        return frozenset(_term_read(pattern.predicate, pattern.object) for pattern in patterns)

    @property
    def variables(self) -> frozenset[str]:
        """The names of its variables."""
        terms = (t for p in self.patterns for t in (p.subject, p.predicate, p.object))
        return frozenset(term.value for term in terms if isinstance(term, Variable))


@lru_cache(maxsize=4096)
def stars(rule: Rule) -> tuple[Star, ...]:
    """The body of a rule, subject by subject."""
    found: dict[tuple[PatternTerm, int, str, int], list[Pattern]] = defaultdict(list)
    for pattern in reading_of(rule).body:
        found[pattern.subject, pattern.scope, pattern.kind, pattern.block].append(pattern)
    return tuple(
        Star(*key, tuple(patterns), () if key[2] == "required" else _required(rule, *key[:2]))
        for key, patterns in found.items()
    )


def _required(rule: Rule, subject: PatternTerm, scope: int) -> tuple[Pattern, ...]:
    return tuple(
        pattern
        for pattern in reading_of(rule).body
        if (pattern.subject, pattern.scope, pattern.kind) == (subject, scope, "required")
    )


@lru_cache(maxsize=4096)
def written(rule: Rule) -> frozenset[str]:
    """What a conclusion of the rule has: its classes and predicates."""
    return frozenset(_term_read(predicate, value) for _, predicate, value in reading_of(rule).head)


def _term_read(predicate: PatternTerm, value: PatternTerm) -> str:
    named = value if predicate == A and isinstance(value, NamedNode) else predicate
    return named.value


def can_meet(star: Star, rule: Rule) -> bool:
    """Whether what a star reads can be a conclusion of a rule.

    Raises ValueError for a variable predicate, which hides what is read.
    """
    if any(not isinstance(pattern.predicate, NamedNode) for pattern in star.patterns):
        raise ValueError(f"name the predicate instead of {star.patterns[0].predicate}")
    return not isinstance(star.subject, NamedNode) and star.needs <= written(rule)


@lru_cache(maxsize=65536)
def feeds(writer: Rule, reader: Rule) -> bool:
    """Whether some conclusion of one rule can be read by the other, which no earlier stage holds."""
    return writer.stage <= reader.stage and any(can_meet(star, writer) for star in stars(reader))


def matches(pattern: Pattern, triple: Triple) -> Bindings | None:
    """What a pattern's variables stand for if it is this triple; None if it cannot be."""
    found: Bindings = {}
    for term, value in zip(
        (pattern.subject, pattern.predicate, pattern.object),
        (triple.subject, triple.predicate, triple.object),
        strict=True,
    ):
        if isinstance(term, Variable):
            if found.setdefault(term.value, value) != value:
                return None
        elif not _same(term, value):
            return None
    return found


def _same(term: PatternTerm, value: Term) -> bool:
    """Whether a constant of a pattern may be this term; any literal may be any other's value."""
    return isinstance(value, Literal) if isinstance(term, Literal) else value == term


@dataclass(frozen=True)
class Touch:
    """A changed triple that a pattern of a rule reads."""

    rule: Rule
    star: Star
    pattern: Pattern
    triple: Triple
    bindings: Bindings


def touched(rules: Iterable[Rule], changed: Iterable[Triple]) -> Iterator[Touch]:
    """Every pattern of these rules that a changed triple can match."""
    by_predicate: dict[str, list[Triple]] = defaultdict(list)
    for triple in changed:
        by_predicate[triple.predicate.value].append(triple)
    for rule in rules:
        for star in stars(rule):
            for pattern in star.patterns:
                for triple in by_predicate.get(pattern.predicate.value, ()):
                    bindings = matches(pattern, triple)
                    if bindings is not None:
                        yield Touch(rule, star, pattern, triple, bindings)


def downstream(beginning: Iterable[Rule], among: Iterable[Rule]) -> list[Rule]:
    """These rules with every rule that their conclusions can reach, in the order of `among`.

    Rules that write one class go together, because a conclusion may be drawn by several.
    """
    everyone = list(among)
    reached = set(beginning)
    queue = list(reached)
    while queue:
        rule = queue.pop()
        classes = rule.query.classes_of_head
        for other in everyone:
            if other not in reached and (
                feeds(rule, other) or classes & other.query.classes_of_head
            ):
                reached.add(other)
                queue.append(other)
    return [rule for rule in everyone if rule in reached]


def only(stages: Iterable[Stage], rules: Iterable[Rule]) -> tuple[Stage, ...]:
    """The stages with these rules alone; empty stages are left out."""
    wanted = set(rules)
    found = (
        Stage(
            stage.name,
            tuple(rule for rule in stage.once if rule in wanted),
            tuple(rule for rule in stage.repeated if rule in wanted),
        )
        for stage in stages
    )
    return tuple(stage for stage in found if stage.rules)
