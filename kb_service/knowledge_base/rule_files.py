"""The rules of a knowledge folder, once nothing in them keeps them from being run."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kb_service.engine.checker import check_rule_texts, read_ontology, read_rule_texts
from kb_service.engine.rules import RuleBook, read_rule_book
from kb_service.findings import RefusedInput
from kb_service.knowledge_files import (
    knowledge_digest,
    read_shared_knowledge,
    read_turtle,
    shape_files,
)


def checked_rules(root: Path, cache: Path) -> RuleBook:
    """The rules in the files of a knowledge folder.

    Raises RefusedInput when the rule checker objects to one of them. That takes seconds, so `cache`
    remembers by their content which files were found sound.
    """
    sound = cache / f"{_digest(root)}.sound"
    if not sound.exists():
        knowledge = [t for triples in read_shared_knowledge(root).values() for t in triples]
        shapes = [triple for path in shape_files(root) for triple in read_turtle(path)]
        texts, unreadable = read_rule_texts(root)
        findings = [*unreadable, *check_rule_texts(texts, read_ontology(knowledge, shapes))]
        if any(finding.severity == "violation" for finding in findings):
            raise RefusedInput(tuple(findings))
        cache.mkdir(parents=True, exist_ok=True)
        sound.touch()
    return read_rule_book(root)


def _digest(root: Path) -> str:
    """What the checker reads, as a digest: rules, ontology, policy and shapes."""
    digest = hashlib.sha256(knowledge_digest(root).encode())
    for path in shape_files(root):
        digest.update(path.read_bytes())
    return digest.hexdigest()
