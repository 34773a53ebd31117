"""What was found in files, for whoever writes a report of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode

from kb_service.findings import Finding
from kb_service.knowledge_files import read_turtle, shape_files
from kb_service.validation.people_checks import people_checks
from kb_service.vocabulary import iri, local_id

SEVERITIES = ("violation", "warning", "info")
READING = "reading"
"""The rule that a finding of no shape breaks: a document can be read and is of one piece."""
HOUSE_STYLE = "house-style"
"""The rule that ontologies and models are named and labelled alike."""
_LINE = re.compile(r"line (\d+)(?:, column (?:(\d+)|\D.*))?")
_DESCRIPTION = iri("sh", "description")
_ABOUT_READING = {
    "zh": "文件要能读，其中的词要有定义，整份文件要写全。",
    "en": "A document can be read, its words are known, and it is complete.",
}
_ABOUT_STYLE = {
    "zh": "名称、标签和释义的写法一致，读的人才好找、好比。",
    "en": "What is named, labelled and defined in one way is easier to find and to compare.",
}


@dataclass(frozen=True)
class CheckedFile:
    """A file, what was found in it, and how much of what was in it: triples, people."""

    name: str
    findings: Sequence[Finding]
    size: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The report as the API shows it; it conforms, as in SHACL, when nothing was found."""
        counts = {
            f"{severity}s": sum(finding.severity == severity for finding in self.findings)
            for severity in SEVERITIES
        }
        return {
            "conforms": not self.findings,
            **counts,
            "checked": dict(self.size),
            "findings": [finding.as_json() for finding in self.findings],
        }


@dataclass(frozen=True)
class LinePlace:
    """A line of a text, and the column where that is known."""

    line: int
    column: int | None


def line_of(where: str) -> LinePlace | None:
    """The line that a finding stands in; None for a cell of a workbook, a pointer, or no place."""
    found = _LINE.fullmatch(where)
    if found is None:
        return None
    return LinePlace(int(found[1]), int(found[2]) if found[2] else None)


def rule_of(finding: Finding) -> str:
    """The name of the rule that a finding is about: that of its shape, or READING."""
    return local_id(NamedNode(finding.shape)) if finding.shape else READING


@lru_cache(maxsize=4)
def rule_descriptions(root: Path | None = None) -> Mapping[str, Mapping[str, str]]:
    """Why each rule is there, by its name and language."""
    own = {READING: _ABOUT_READING, HOUSE_STYLE: _ABOUT_STYLE}
    return {**own, **dict(_of_shapes(root)), **dict(_of_people_checks(root))}


def _of_shapes(root: Path | None) -> Iterator[tuple[str, dict[str, str]]]:
    found: dict[str, dict[str, str]] = {}
    for path in shape_files(root):
        for triple in read_turtle(path):
            told = triple.object
            if (
                triple.predicate == _DESCRIPTION
                and isinstance(triple.subject, NamedNode)
                and isinstance(told, Literal)
            ):
                found.setdefault(local_id(triple.subject), {})[told.language or "en"] = told.value
    yield from found.items()


def _of_people_checks(root: Path | None) -> Iterator[tuple[str, Mapping[str, str]]]:
    for check in people_checks(root):
        yield local_id(NamedNode(check.iri)), check.description
