"""What a rule reads and writes, as far as its text alone tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from pyoxigraph import NamedNode
from rdflib import RDF, URIRef, Variable
from rdflib.term import Node

from kb_service.engine.patterns import Pattern
from kb_service.engine.rules import Rule, RuleBook, read_rule_book
from kb_service.vocabulary import NAMESPACES, iri
from tests.shared_knowledge import knowledge

_CONCLUSIONS = NAMESPACES["judgement"]


@dataclass(frozen=True)
class Star:
    """What is read of one thing: its classes and properties, in one scope and manner."""

    subject: Node
    scope: int
    absent: bool
    classes: frozenset[str]
    properties: frozenset[str]

    @property
    def tells_of_a_conclusion(self) -> bool:
        """Whether only a conclusion or a policy can be meant, by class or property."""
        return any(term.startswith(_CONCLUSIONS) for term in self.classes | self.properties)


@cache
def rules() -> RuleBook:
    return read_rule_book()


def all_rules() -> list[Rule]:
    return list(rules().by_iri.values())


def stars(rule: Rule) -> list[Star]:
    """What the body reads, thing by thing; what is optional only where nothing else is read."""
    found: dict[tuple[Node, int, str], list[Pattern]] = defaultdict(list)
    for pattern in rule.reading.body:
        found[pattern.subject, pattern.scope, pattern.kind].append(pattern)
    return [
        Star(
            subject,
            scope,
            kind == "absent",
            frozenset(str(p.object) for p in patterns if p.predicate == RDF.type),
            frozenset(str(p.predicate) for p in patterns if p.predicate != RDF.type),
        )
        for (subject, scope, kind), patterns in found.items()
        if kind != "optional" or (subject, scope, "required") not in found
    ]


def written_by(rule: Rule) -> Star:
    """What the head says of the conclusion."""
    subject = Variable(rule.conclusion_variable)
    return Star(
        subject,
        0,
        False,
        frozenset(str(o) for s, p, o in rule.reading.head if s == subject and p == RDF.type),
        frozenset(str(p) for s, p, _ in rule.reading.head if s == subject and p != RDF.type),
    )


def writers(star: Star) -> list[Rule]:
    """The rules whose conclusions such a reading can meet."""
    if not star.tells_of_a_conclusion:
        return []
    return [
        rule
        for rule in all_rules()
        for made in [written_by(rule)]
        if star.properties <= made.properties
        and star.classes <= {broader for each in made.classes for broader in with_broader(each)}
    ]


def stage_number(rule: Rule) -> int:
    return [stage.name for stage in rules().shared + rules().people].index(rule.stage)


def names(reads: str) -> list[str]:
    """The terms of a `Reads:` or `Writes:` line, in full."""
    return [iri(*name.strip().split(":", 1)).value for name in reads.split(",")]


def declared() -> frozenset[str]:
    """Everything that ontology or policy says something about."""
    found = (quad.subject for quad in knowledge().quads_for_pattern(None, None, None, None))
    return frozenset(term.value for term in found if isinstance(term, NamedNode))


@cache
def with_broader(name: str) -> frozenset[str]:
    """A class and all it is declared to be a subclass of."""
    return frozenset([name]).union(*map(with_broader, _related(name, "subClassOf")))


def domains(name: str) -> frozenset[str]:
    return frozenset(_related(name, "domain"))


def ranges(name: str) -> frozenset[str]:
    return frozenset(_related(name, "range"))


def _related(name: str, by: str) -> Iterable[str]:
    found = knowledge().quads_for_pattern(NamedNode(name), iri("rdfs", by), None, None)
    return [quad.object.value for quad in found if isinstance(quad.object, NamedNode)]


def bound_in_body(rule: Rule) -> frozenset[str]:
    """The variables that every solution binds: in patterns that must hold, BINDs and sub-selects."""
    required = {
        str(term)
        for p in rule.reading.body
        if p.scope == 0 and p.kind == "required"
        for term in (p.subject, p.object)
        if isinstance(term, Variable)
    }
    grouped = {group for sub in rule.query.sub_selects for group in sub.groups}
    return frozenset(required | grouped | set(computed(rule)))


def computed(rule: Rule) -> list[str]:
    """The variables that a BIND or a sub-select computes."""
    words = rule.query.body.replace(")", " ) ").split()
    return [
        after[1:]
        for word, after in zip(words, words[1:], strict=False)
        if word == "AS" and after.startswith("?")
    ]


def terms(rule: Rule) -> frozenset[str]:
    """Every IRI in head and body."""
    everything: list[Node] = [term for triple in rule.reading.head for term in triple]
    for pattern in rule.reading.body:
        everything += [pattern.subject, pattern.predicate, pattern.object]
    return frozenset(str(term) for term in everything if isinstance(term, URIRef))
