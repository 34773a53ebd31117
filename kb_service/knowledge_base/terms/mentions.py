"""Which rules, shapes and questions mention a term."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode

from kb_service.engine.rules import RuleBook
from kb_service.knowledge_base.terms.book import Texts
from kb_service.knowledge_base.terms.facts import Facts
from kb_service.knowledge_files import read_turtle, shape_files
from kb_service.questions import Question
from kb_service.vocabulary import A, iri, local_id

_PREFIX = re.compile(r"PREFIX\s+([\w-]*):\s*<([^>]*)>", re.IGNORECASE)
_NAME = re.compile(r"(?<![\w<?$])([A-Za-z][\w-]*):([A-Za-z_](?:[\w./-]*[\w-])?)")
_SHAPES = (iri("sh", "NodeShape"), iri("sh", "PropertyShape"))
_SELECT = iri("sh", "select")
_DECLARED, _PREFIXED, _NAMESPACE = (iri("sh", name) for name in ("declare", "prefix", "namespace"))


@dataclass(frozen=True)
class Mention:
    """A rule, shape or question by its name, and what it says."""

    name: str
    says: Texts


@dataclass(frozen=True)
class Mentions:
    """From the IRI of a term to what mentions it."""

    read_by: Mapping[str, tuple[Mention, ...]]
    """Rules whose conditions ask for the term."""
    written_by: Mapping[str, tuple[Mention, ...]]
    """Rules whose conclusions use it."""
    checked_by: Mapping[str, tuple[Mention, ...]]
    """Shapes."""
    asked_by: Mapping[str, tuple[Mention, ...]]
    """Questions."""


def read_mentions(
    rules: RuleBook, questions: Iterable[Question], root: Path | None = None
) -> Mentions:
    """What mentions each term: rules, questions, and the shapes of a knowledge folder."""
    read: list[tuple[Mention, Iterable[str]]] = []
    written: list[tuple[Mention, Iterable[str]]] = []
    for rule in rules.by_iri.values():
        mention = Mention(rule.name, {"zh": rule.says_zh, "en": rule.says})
        read.append((mention, rule.query.mentioned_in(rule.query.body)))
        written.append((mention, rule.query.mentioned_in(rule.query.head)))
    asked = [
        (Mention(each.name, {"zh": each.asks_zh, "en": each.asks}), _mentioned(each.text))
        for each in questions
    ]
    return Mentions(_by_term(read), _by_term(written), _by_term(_shapes(root)), _by_term(asked))


def _by_term(
    mentions: Iterable[tuple[Mention, Iterable[str]]],
) -> Mapping[str, tuple[Mention, ...]]:
    found: dict[str, list[Mention]] = defaultdict(list)
    for mention, terms in mentions:
        for term in terms:
            found[term].append(mention)
    return {
        term: tuple(sorted(listed, key=lambda each: each.name)) for term, listed in found.items()
    }


def _mentioned(query: str, prefixes: Mapping[str, str] | None = None) -> set[str]:
    """The IRIs that a query writes as prefixed names."""
    known = {**(prefixes or {}), **dict(_PREFIX.findall(query))}
    text = "\n".join(line for line in query.splitlines() if not line.startswith("#"))
    return {known[p] + local for p, local in _NAME.findall(text) if p in known}


def _shapes(root: Path | None) -> Iterator[tuple[Mention, Iterable[str]]]:
    for path in shape_files(root):
        facts = Facts(read_turtle(path))
        prefixes = _declared_prefixes(facts)
        named = {
            triple.subject
            for triple in facts.triples
            if triple.predicate == A and triple.object in _SHAPES
        }
        for shape in sorted(named, key=str):
            if isinstance(shape, NamedNode):
                says = facts.texts(shape, iri("sh", "description"))
                yield Mention(local_id(shape), says), _reached(shape, facts, prefixes)


def _declared_prefixes(facts: Facts) -> Mapping[str, str]:
    return {
        facts.text(node, _PREFIXED): facts.text(node, _NAMESPACE)
        for triple in facts.triples
        if triple.predicate == _DECLARED and isinstance(node := triple.object, BlankNode)
    }


def _reached(shape: NamedNode, facts: Facts, prefixes: Mapping[str, str]) -> set[str]:
    """The IRIs in the description of a shape, and in the queries there."""
    found = set[str]()
    waiting: list[NamedNode | BlankNode] = [shape]
    passed = set[NamedNode | BlankNode]()
    while waiting:
        node = waiting.pop()
        passed.add(node)
        for predicate, values in facts.of(node).items():
            for value in values:
                if isinstance(value, NamedNode):
                    found.add(value.value)
                elif isinstance(value, BlankNode) and value not in passed:
                    waiting.append(value)
                elif isinstance(value, Literal) and predicate == _SELECT:
                    found |= _mentioned(value.value, prefixes)
    return found
