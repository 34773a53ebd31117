"""Everything there is to say against a knowledge folder before the service takes it over."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kb_service.findings import WORST_FIRST, Finding, RefusedInput, violation
from kb_service.knowledge_base.checking import Checker
from kb_service.knowledge_base.rule_files import checked_rules
from kb_service.reasoning import (
    InconsistentOntology,
    contradictions,
    infer,
    key_clashes,
    profile_faults,
)
from kb_service.turtle_layout import CannotFormat, decoded, format_turtle
from kb_service.validation.document_places import document_places
from kb_service.validation.syntax import syntax_fault
from kb_service.vocabulary import BASE, A, iri

_TURTLE = "text/turtle"
_ONTOLOGY = iri("owl", "Ontology")
_LINE = re.compile(r"line (\d+)(?:, column (\d+))?")
Documents = Mapping[str, list[Triple]]
"""What Turtle files say, by their place in the knowledge folder."""


def check_folder(
    root: Path,
    changed: Collection[str],
    today: date,
    cache: Path,
    beside: Iterable[Triple] = (),
) -> tuple[Finding, ...]:
    """What is wrong with a knowledge folder, most basic first; of warnings those in changed files.

    Syntax and headers, then rules and shapes, then whether it is OWL 2 DL and free of
    contradictions: what comes later is asked only when nothing before it is violated. `cache` is
    for what takes long to find out; `beside` are facts that stay, whatever the folder says.
    Raises ReasonerFailed when the reasoner gives no answer, and the errors of workers.
    """
    documents, found = _read(root)
    found += _headers(documents)
    if not found:
        found += _rules(root, cache)
        found += _shapes(root, documents, today)
    if not _has_violation(found):
        found += _reasoned(root, documents, beside, cache)
    if not _has_violation(found):
        found += _layout(root, changed)
    worth_saying = (
        one
        for one in found
        if _is_violation(one) or not one.where or one.where.startswith((*changed,))
    )
    return tuple(sorted(worth_saying, key=_reading_order))


def _read(root: Path) -> tuple[dict[str, list[Triple]], list[Finding]]:
    """What the Turtle files say, and which of them are no Turtle."""
    documents: dict[str, list[Triple]] = {}
    found = []
    for path in sorted(root.glob("*/**/*.ttl")):
        place = path.relative_to(root).as_posix()
        if place.startswith("examples/"):
            continue
        data = path.read_bytes()
        try:
            quads = parse(decoded(data), format=RdfFormat.TURTLE, base_iri=BASE)
            documents[place] = [quad.triple for quad in quads]
        except CannotFormat as error:
            found.append(violation(error.zh, error.en, f"{place}:{error.line}"))
        except SyntaxError as error:
            found.append(in_file(syntax_fault(error, data), place))
    return documents, found


def _headers(documents: Documents) -> list[Finding]:
    """Ontology files without a header, and headers that two files have."""
    found = []
    seen: dict[NamedNode, str] = {}
    for place, triples in documents.items():
        if not place.startswith("ontology/"):
            continue
        headers = [
            triple.subject
            for triple in triples
            if triple.predicate == A
            and triple.object == _ONTOLOGY
            and isinstance(triple.subject, NamedNode)
        ]
        if len(headers) != 1:
            found.append(
                violation(
                    f"请写上恰好一个文件头，例如 <{BASE}ontology/x> a owl:Ontology .",
                    f"Give the file exactly one header, for example "
                    f"<{BASE}ontology/x> a owl:Ontology .",
                    place,
                )
            )
        for header in headers:
            if header in seen:
                found.append(
                    violation(
                        f"{seen[header]} 已有文件头 {header}；请改其中一个。",
                        f"{seen[header]} has the header {header} too; change one of them.",
                        place,
                    )
                )
            seen.setdefault(header, place)
    return found


def _rules(root: Path, cache: Path) -> list[Finding]:
    """What the rule checker says; a violation in a rule keeps all rules from being run."""
    try:
        checked_rules(root, cache / "rules")
    except RefusedInput as refused:
        return list(refused.findings)
    return []


def _shapes(root: Path, documents: Documents, today: date) -> list[Finding]:
    """What the shapes say of each ontology file and of the policy, line by line."""
    found: list[Finding] = []
    with closing(Checker(root)) as checker:
        for place in documents:
            if place.startswith("shapes/"):
                continue
            data = (root / place).read_bytes()
            checked = checker.document(data, _TURTLE, place, today, lambda triples: [])
            found += (in_file(one, place) for one in checked.findings)
    return found


def _reasoned(
    root: Path, documents: Documents, beside: Iterable[Triple], cache: Path
) -> list[Finding]:
    """What keeps the ontologies from being sound OWL 2 DL, each where the thing is described.

    The reasoner is asked what it will be asked again when the folder is loaded, and remembers it.
    """
    ontologies = {p: triples for p, triples in documents.items() if p.startswith("ontology/")}
    facts = list(dict.fromkeys(t for triples in ontologies.values() for t in triples))
    found = [*profile_faults(facts), *key_clashes(facts)]
    if not found:
        policy = documents.get("rules/policy.ttl", [])
        try:
            inferred = infer([*facts, *policy, *beside], cache=cache / "reasoning")
        except InconsistentOntology as error:
            found = list(error.findings)
        else:
            found = contradictions(facts) if inferred.unsatisfiable else list(inferred.notes)
    return [_described(one, root, ontologies) for one in found]


def _described(finding: Finding, root: Path, documents: Documents) -> Finding:
    """The finding where its subject is described, if it has one."""
    for place, triples in documents.items():
        if any(str(triple.subject) == f"<{finding.focus}>" for triple in triples):
            data = (root / place).read_bytes()
            where = document_places(data, _TURTLE, place, triples).place(
                finding.focus, finding.path, finding.value
            )
            return in_file(replace(finding, where=where), place)
    return finding


def _layout(root: Path, changed: Iterable[str]) -> list[Finding]:
    """Which changed Turtle files would make a large diff, or lose a comment."""
    found = []
    for path in (root / place for place in changed if place.endswith(".ttl")):
        if not path.is_file():
            continue
        place = path.relative_to(root).as_posix()
        text = decoded(path.read_bytes())
        try:
            if format_turtle(text) != text:
                found.append(
                    Finding(
                        "info",
                        {
                            "zh": f"提交前请运行 rengang format {path.name}，使差异只显示改了什么。",
                            "en": f"Run rengang format {path.name} before you commit it, "
                            "so that the diff shows what changed and nothing else.",
                        },
                        where=place,
                    )
                )
        except CannotFormat as error:
            where = f"{place}:{error.line}" if error.line else place
            found.append(Finding("info", {"zh": error.zh, "en": error.en}, where=where))
    return found


def in_file(finding: Finding, place: str) -> Finding:
    """The finding with its file, and its line in the way in which editors take one."""
    found = _LINE.fullmatch(finding.where)
    if not found:
        return replace(finding, where=" ".join(filter(None, (place, finding.where))))
    return replace(finding, where=":".join(filter(None, (place, *found.groups()))))


def _reading_order(finding: Finding) -> tuple[int, str, int]:
    """The worst first, then as one goes through the files."""
    place, _, line = finding.where.partition(":")
    number = re.match(r"\d+", line)
    return (WORST_FIRST.index(finding.severity), place, int(number[0]) if number else 0)


def _has_violation(findings: Iterable[Finding]) -> bool:
    return any(map(_is_violation, findings))


def _is_violation(finding: Finding) -> bool:
    return finding.severity == "violation"
