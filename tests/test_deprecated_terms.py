"""A deprecated term is pointed out wherever it is used, and nothing that ships uses one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kb_service.engine.checker import check_rule_texts
from kb_service.findings import Finding
from kb_service.knowledge_base.migrations import read_migrations
from kb_service.knowledge_files import knowledge_root, read_shared_knowledge
from kb_service.validation.checker import validate_graph
from kb_service.vocabulary import iri, shorten
from tests.rule_reading import ontology, shared_knowledge, shipped_texts
from tests.shared_knowledge import column, rows

DEPRECATED, REPLACED = iri("owl", "deprecated"), iri("dcterms", "isReplacedBy")
NAME = re.compile(r"\b[a-z][a-z-]*:[A-Za-z](?:[\w.-]*\w)?")
GONE = (
    Triple(iri("core", "tier"), DEPRECATED, Literal(True)),
    Triple(iri("core", "tier"), REPLACED, iri("core", "rank")),
)
"""As if this term of ours were deprecated, which rules, questions and models use."""


def of_deprecated_terms(findings: Iterable[Finding]) -> list[Finding]:
    return [each for each in findings if "deprecated" in each.message["en"]]


def test_a_rule_that_uses_a_deprecated_term_is_warned_with_line_and_replacement() -> None:
    terms = replace(
        ontology(), replaced={iri("core", "tier").value: frozenset({iri("core", "rank").value})}
    )

    found = of_deprecated_terms(check_rule_texts(shipped_texts(), terms))

    users = {text.path for text in shipped_texts() if "core:tier" in text.text}
    assert {finding.where.rpartition(":")[0] for finding in found} == users
    first = found[0]
    path, _, line = first.where.rpartition(":")
    text = next(each.text for each in shipped_texts() if each.path == path)
    assert "core:tier" in text.splitlines()[int(line) - 1]
    assert (first.severity, dict(first.message)) == (
        "warning",
        {
            "zh": "core:tier 已停用；请改写为 core:rank。",
            "en": "core:tier is deprecated; write core:rank instead.",
        },
    )


@pytest.mark.parametrize("graph", ["ontology/models/trainer", "policy"])
def test_models_and_the_policy_are_warned_once_for_each_thing_that_uses_it(graph: str) -> None:
    (facts,) = (
        triples
        for name, triples in read_shared_knowledge().items()
        if name.value == f"https://w3id.org/rengang/{graph}"
    )
    users = {fact.subject for fact in facts if fact.predicate == iri("core", "tier")}

    found = validate_graph(facts, [*shared_knowledge(), *GONE], date(2026, 6, 30))

    warned = [each for each in found if each.shape.endswith("/Thing-term-current")]
    assert {each.focus for each in warned} == {subject.value for subject in users}  # type: ignore[union-attr]
    assert len(warned) == len(users) > 0
    assert {each.severity for each in warned} == {"warning"}


def test_every_deprecated_term_has_a_replacement_and_a_migration_that_looks_for_it() -> None:
    deprecated = rows("""
        SELECT ?term (COALESCE(STR(?other), "") AS ?instead) {
          ?term owl:deprecated true OPTIONAL { ?term dcterms:isReplacedBy ?other }
        }""")
    looked_for = {
        shorten(NamedNode(term))
        for migration in read_migrations(knowledge_root())
        for term in migration.reads
    }

    assert [term for term, instead in deprecated if not instead] == []
    assert {term for term, _ in deprecated} <= looked_for


def test_nothing_that_ships_uses_a_deprecated_term() -> None:
    deprecated = set(column("SELECT ?term { ?term owl:deprecated true }"))

    assert uses_of(deprecated) == set()
    assert ("trainer.ttl", "core:tier") in uses_of({"core:tier"})


def uses_of(terms: set[str]) -> set[tuple[str, str]]:
    """Which files that ship use one of these terms, and which."""
    root = knowledge_root()
    files = [
        *(root / "rules").rglob("*.rq"),
        *(root / "rules").glob("*.ttl"),
        *(root / "shapes").rglob("*.ttl"),
        *(root / "ontology" / "models").glob("*.ttl"),
        *(root / "examples").glob("*.ttl"),
        *(root / "kb_service" / "questions").glob("*.rq"),
    ]
    return {
        (path.name, name)
        for path in files
        for name in terms & set(NAME.findall(path.read_text(encoding="utf-8")))
    }
