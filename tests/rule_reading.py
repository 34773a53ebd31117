"""The rules that ship, read once for all tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pyoxigraph import Triple

from kb_service.engine.checker import Book, Ontology, RuleText, read_book, read_ontology
from kb_service.engine.checker.folders import read_rule_texts
from kb_service.engine.rules import Rule, RuleBook, read_rule_book
from kb_service.knowledge_files import (
    knowledge_root,
    read_shared_knowledge,
    read_turtle,
    shape_files,
)

ROOT = knowledge_root()
BROKEN = Path(__file__).parent / "rules_broken"


@cache
def rules() -> RuleBook:
    return read_rule_book()


def all_rules() -> list[Rule]:
    return list(rules().by_iri.values())


@cache
def book() -> Book:
    """The rules as the checker sees them."""
    found, faults = read_book(ROOT)
    assert faults == []
    return found


@cache
def shared_knowledge() -> tuple[Triple, ...]:
    return tuple(triple for graph in read_shared_knowledge().values() for triple in graph)


@cache
def shapes() -> tuple[Triple, ...]:
    return tuple(triple for path in shape_files() for triple in read_turtle(path))


@cache
def ontology() -> Ontology:
    return read_ontology(shared_knowledge(), shapes())


@cache
def shipped_texts() -> tuple[RuleText, ...]:
    texts, faults = read_rule_texts(ROOT)
    assert faults == []
    return tuple(texts)


def broken_texts(folder: str) -> list[RuleText]:
    """The broken rules of one folder of `tests/rules_broken`, as they would lie in `rules/`."""
    return [
        RuleText(path.parent.name, path.stem, f"rules/{path.parent.name}/{path.name}", text)
        for path in sorted((BROKEN / folder).rglob("*.rq"))
        for text in [path.read_text(encoding="utf-8")]
    ]
