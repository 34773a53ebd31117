"""Assertions that tell a reasoner nothing new, and individuals of whom one stands for all alike."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.reasoning.profile import BUILT_IN, Term
from kb_service.vocabulary import BASE, A, iri

_DOMAIN, _RANGE = iri("rdfs", "domain"), iri("rdfs", "range")
_FUNCTIONAL = iri("owl", "FunctionalProperty")
_PLAIN_KINDS = {iri("owl", "ObjectProperty"), iri("owl", "DatatypeProperty"), _FUNCTIONAL}
_STAND_INS = BASE + "ontology/stand-in#"


def without_idle(facts: Sequence[Triple]) -> list[Triple]:
    """The facts without assertions from which nothing follows, whatever else is said.

    Of their property no more is said than a domain, a range and that it is functional; the subject
    and the value are said to be of these classes, and the subject has no second value. A period is
    closed, for one: nothing follows from that by the meaning of words.
    """
    told: dict[Term, set[Term]] = defaultdict(set)
    values: dict[tuple[Term, Term], set[Term]] = defaultdict(set)
    for subject, predicate, value in facts:
        values[subject, predicate].add(value)
        if predicate == A:
            told[subject].add(value)
    plain = _plain_properties(facts)

    def is_idle(fact: Triple) -> bool:
        if fact.predicate not in plain:
            return False
        domains, ranges = (values[fact.predicate, each] for each in (_DOMAIN, _RANGE))
        kinds = {fact.object.datatype} if isinstance(fact.object, Literal) else told[fact.object]
        is_second = _FUNCTIONAL in told[fact.predicate] and (
            len(values[fact.subject, fact.predicate]) > 1
        )
        return domains <= told[fact.subject] and ranges <= kinds and not is_second

    return [fact for fact in facts if not is_idle(fact)]


def _plain_properties(facts: Sequence[Triple]) -> set[Term]:
    """The properties of which axioms say no more than a named domain, a named range and functional."""
    plain: set[Term] = {
        fact.subject for fact in facts if fact.predicate == A and fact.object in _PLAIN_KINDS
    }
    for subject, predicate, value in facts:
        plain.discard(value)
        says_little = (predicate == A and value in _PLAIN_KINDS) or (
            predicate in (_DOMAIN, _RANGE) and isinstance(value, NamedNode)
        )
        if not says_little:
            plain.discard(subject)
    return plain


@dataclass(frozen=True)
class StandIns:
    """Facts in which one individual stands for all of whom nothing but the same classes is said.

    The same follows of each of them, since nothing keeps them from being one and the same. So what
    follows is known already when there is one more.
    """

    facts: tuple[Triple, ...]
    members: Mapping[Term, Sequence[NamedNode]] = field(
        default_factory=lambda: MappingProxyType({})
    )

    @classmethod
    def of(cls, facts: Sequence[Triple]) -> StandIns:
        """These facts, with stand-ins for individuals that are alike."""
        classes = _only_classified(facts)
        alike: dict[frozenset[NamedNode], list[NamedNode]] = defaultdict(list)
        for individual, kinds in classes.items():
            alike[frozenset(kinds)].append(individual)
        named = {_name(kinds): kinds for kinds in alike}
        rest = [fact for fact in facts if fact.subject not in classes]
        rest += (
            Triple(stand_in, A, kind)
            for stand_in, kinds in named.items()
            for kind in sorted(kinds, key=str)
        )
        members: dict[Term, Sequence[NamedNode]] = {
            stand_in: sorted(alike[kinds], key=str) for stand_in, kinds in named.items()
        }
        return cls(tuple(rest), members)

    def told(self, triple: Triple) -> Iterator[tuple[Triple, NamedNode | None]]:
        """What a triple says of each whom its subject or its object stands for, with who that is."""
        stand_in = next((t for t in (triple.subject, triple.object) if t in self.members), None)
        if stand_in is None:
            yield triple, None
            return
        for member in self.members[stand_in]:
            yield self.said_of(member, triple), member

    def said_of(self, member: NamedNode | None, triple: Triple) -> Triple:
        """What a triple about stand-ins says of one whom they stand for."""
        if member is None:
            return triple
        subject, predicate, value = triple
        subject = member if subject in self.members else subject
        return Triple(subject, predicate, member if value in self.members else value)


def _only_classified(facts: Iterable[Triple]) -> dict[NamedNode, set[NamedNode]]:
    """The classes of individuals of whom nothing else is said, and who are named nowhere else."""
    found: dict[NamedNode, set[NamedNode]] = defaultdict(set)
    others: set[Term] = set()
    for subject, predicate, value in facts:
        others.update((predicate, value))
        if (
            predicate == A
            and isinstance(subject, NamedNode)
            and isinstance(value, NamedNode)
            and not value.value.startswith(BUILT_IN)
        ):
            found[subject].add(value)
        else:
            others.add(subject)
    return {individual: kinds for individual, kinds in found.items() if individual not in others}


def _name(kinds: Iterable[NamedNode]) -> NamedNode:
    """The same for the same classes, whoever belongs to them."""
    listed = "\n".join(sorted(kind.value for kind in kinds))
    return NamedNode(_STAND_INS + hashlib.sha256(listed.encode()).hexdigest()[:16])
