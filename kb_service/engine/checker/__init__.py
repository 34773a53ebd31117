"""The rules as a language: what every rule file must be like, whatever it concludes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from pyoxigraph import Quad, Store, Triple

from kb_service.engine.checker.binding import binding_faults
from kb_service.engine.checker.cases import case_faults
from kb_service.engine.checker.conclusions import conclusion_faults
from kb_service.engine.checker.conflicts import conflict_faults
from kb_service.engine.checker.constants import constant_faults
from kb_service.engine.checker.dead import dead_faults
from kb_service.engine.checker.folders import (
    naming_faults,
    placing_faults,
    read_rule_texts,
    stage_faults,
)
from kb_service.engine.checker.header import header_faults, rule_header
from kb_service.engine.checker.observed import doubled_values
from kb_service.engine.checker.ontology import Ontology, read_ontology
from kb_service.engine.checker.parsing import ParsedRule, Unreadable, parse_rule
from kb_service.engine.checker.persons import person_faults
from kb_service.engine.checker.reading import Book, Feed
from kb_service.engine.checker.strata import cycle_faults, stratum_faults
from kb_service.engine.checker.terms import (
    agreement_faults,
    deprecated_faults,
    protected_faults,
    undeclared_faults,
)
from kb_service.engine.checker.texts import RuleText
from kb_service.engine.rules import RuleBook
from kb_service.findings import Finding
from kb_service.knowledge_files import read_shared_knowledge, read_turtle, shape_files

__all__ = [
    "Book",
    "Feed",
    "Ontology",
    "RuleText",
    "check_conclusions",
    "check_rule_book",
    "check_rule_texts",
    "check_rules",
    "read_book",
    "read_ontology",
    "read_rule_texts",
]

_CHECKS: tuple[Callable[[Book], Iterator[Finding]], ...] = (
    stage_faults,
    undeclared_faults,
    deprecated_faults,
    agreement_faults,
    conclusion_faults,
    binding_faults,
    constant_faults,
    person_faults,
    protected_faults,
    stratum_faults,
    cycle_faults,
    dead_faults,
    conflict_faults,
)


def check_rules(root: Path) -> list[Finding]:
    """Everything that is wrong with the rules of a knowledge folder, file by file and line by line.

    Raises SyntaxError or ValueError where ontology, policy or shapes cannot be read.
    """
    book, found = read_book(root)
    found = [*found, *(fault for check in _CHECKS for fault in check(book))]
    are_sound = all(finding.severity != "violation" for finding in found)
    return _in_order([*found, *case_faults(book, root, run=are_sound)])


def check_rule_book(
    rules: RuleBook, knowledge: Iterable[Triple], shapes: Iterable[Triple]
) -> list[Finding]:
    """The same for rules in memory, beside the shared knowledge and shapes they are meant for.

    Cases are not looked at. A finding shows the path that the rule would have as a file.
    """
    texts = [
        RuleText(rule.stage, rule.name, f"rules/{rule.stage}/{rule.name}.rq", rule.text)
        for rule in rules.by_iri.values()
    ]
    return check_rule_texts(texts, read_ontology(knowledge, shapes))


def check_rule_texts(texts: Sequence[RuleText], ontology: Ontology) -> list[Finding]:
    """The same for texts that need not be rules yet, beside an ontology that was read before."""
    book, found = _parsed(texts, ontology)
    return _in_order([*found, *(fault for check in _CHECKS for fault in check(book))])


def check_conclusions(book: Book, conclusions: Iterable[Triple], place: str) -> list[Finding]:
    """A violation for whatever was concluded to have two values where it can have one.

    This finds what the text of the rules cannot show. `place` says from which facts they were drawn.
    """
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in conclusions)
    return _in_order(doubled_values(book, store, place))


def read_book(root: Path) -> tuple[Book, list[Finding]]:
    """The rules of a knowledge folder that can be parsed, and what is wrong with the others."""
    knowledge = [triple for triples in read_shared_knowledge(root).values() for triple in triples]
    shapes = [triple for path in shape_files(root) for triple in read_turtle(path)]
    texts, unread = read_rule_texts(root)
    book, found = _parsed(texts, read_ontology(knowledge, shapes))
    return book, [*unread, *found]


def _parsed(texts: Sequence[RuleText], ontology: Ontology) -> tuple[Book, list[Finding]]:
    rules: dict[str, ParsedRule] = {}
    found: list[Finding] = [*naming_faults(texts)]
    for source in texts:
        found += placing_faults(source)
        found += header_faults(source, rule_header(source.text))
        try:
            rules.setdefault(source.name, parse_rule(source))
        except Unreadable as error:
            found += error.findings
    return Book(tuple(rules.values()), ontology), found


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by file and line, each once."""
    each = {(finding.where, finding.message["en"]): finding for finding in findings}
    return sorted(each.values(), key=_place)


def _place(finding: Finding) -> tuple[str, int]:
    path, _, line = finding.where.rpartition(":")
    return (path, int(line)) if line.isdecimal() else (finding.where, 0)
