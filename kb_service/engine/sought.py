"""Things that rules look for, and the rules that could have concluded them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Variable

from kb_service.engine.body.groups import Bindings, Star, Term
from kb_service.engine.body.reader import head_of
from kb_service.engine.rules import Rule
from kb_service.vocabulary import A

Statement = tuple[NamedNode, Term | None]


@dataclass(frozen=True)
class Sought:
    """A thing as far as it is known: its address, if any, and what it must say.

    A value of None may be anything.
    """

    subject: NamedNode | None
    statements: tuple[Statement, ...]

    @property
    def kind(self) -> NamedNode | None:
        """The class it must have, if one is named."""
        kinds = (value for predicate, value in self.statements if predicate == A)
        return next((kind for kind in kinds if isinstance(kind, NamedNode)), None)

    @property
    def known(self) -> tuple[tuple[NamedNode, Term], ...]:
        """What it must say of which the value is known."""
        return tuple((name, value) for name, value in self.statements if value is not None)


def sought(star: Star, known: Bindings) -> Sought:
    """What a star looks for when some variables are known."""

    def value(term: NamedNode | Literal | Variable) -> Term | None:
        return known.get(term.value) if isinstance(term, Variable) else term

    subject = value(star.subject)
    return Sought(
        subject if isinstance(subject, NamedNode) else None,
        tuple(
            (pattern.predicate, value(pattern.object))
            for pattern in star.patterns
            if isinstance(pattern.predicate, NamedNode)
        ),
    )


def writers(wanted: Sought, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that could conclude it, by what they write, in the order in which they are run."""
    able = (rule for rule in rules if _may_conclude(rule, wanted))
    return tuple(sorted(able, key=lambda rule: (rule.stage, rule.name)))


def _may_conclude(rule: Rule, wanted: Sought) -> bool:
    head = head_of(rule)
    return all(
        any(
            pattern.predicate == predicate
            and (isinstance(pattern.object, Variable) or value is None or pattern.object == value)
            for pattern in head
        )
        for predicate, value in wanted.statements
    )
