"""Checks of a submission that need what is stored of people: one SPARQL file each.

The header of a file is what it says, in both languages; `About` is the statement of the submission
that it is about, whose subject and object it is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.findings import Finding
from kb_service.knowledge_files import knowledge_root
from kb_service.validation.text import LONGEST_NAME, shown
from kb_service.vocabulary import iri

_FIELD = re.compile(r"^# (Severity|Do|怎么办|Because|因为|About):\s*(.*)$", re.MULTILINE)
_ABOUT = re.compile(r"\?this (\w+):(\w+) \?value")
_PLACEHOLDER = re.compile(r"\{\?(\w+)\}")
_WHERE = "WHERE {"


@dataclass(frozen=True)
class PeopleCheck:
    """One question about a submission and the people stored; whatever it finds is a finding."""

    iri: str
    severity: str
    message: Mapping[str, str]
    description: Mapping[str, str]
    """Why it matters."""
    predicate: NamedNode
    """Of the statements that it is about."""
    query: str

    def asked(self, submitted: Iterable[Triple]) -> str:
        """The query about these statements; empty when none of them concerns it."""
        pairs = dict.fromkeys(
            (triple.subject, triple.object)
            for triple in submitted
            if triple.predicate == self.predicate
            and isinstance(triple.subject, NamedNode)
            and isinstance(triple.object, NamedNode)
        )
        if not pairs:
            return ""
        rows = " ".join(f"({subject} {value})" for subject, value in pairs)
        # Innermost: put in front of a group it would be joined only after that was worked out.
        values = f"{_WHERE} VALUES (?this ?value) {{ {rows} }}"
        return self.query.replace(_WHERE, values, 1)

    def finding(self, row: Mapping[str, object]) -> Finding:
        """What a row of the answer says."""
        words = {name: _text(term) for name, term in row.items()}
        filled = {
            language: _PLACEHOLDER.sub(lambda found: shown(words.get(found[1], "")), text)
            for language, text in self.message.items()
        }
        return Finding(
            self.severity,
            filled,
            focus=shown(words["this"], LONGEST_NAME),
            path=self.predicate.value,
            value=shown(words["value"]),
            shape=self.iri,
        )


@cache
def people_checks(root: Path | None = None) -> tuple[PeopleCheck, ...]:
    """Every check of a knowledge folder, by name. Raises ValueError for a file without its header."""
    folder = (root or knowledge_root()) / "shapes" / "beside-people"
    return tuple(_check(path) for path in sorted(folder.glob("*.rq")))


def _check(path: Path) -> PeopleCheck:
    query = path.read_text(encoding="utf-8")
    header = dict(_FIELD.findall(query))
    about = _ABOUT.fullmatch(header.get("About", ""))
    if about is None or not header.keys() >= {"Severity", "Do", "怎么办", "Because", "因为"}:
        raise ValueError(f"{path}: the header lacks a line, or About is not `?this p:q ?value`")
    return PeopleCheck(
        iri=iri("shape", path.stem).value,
        severity=header["Severity"],
        message={"zh": header["怎么办"], "en": header["Do"]},
        description={"zh": header["因为"], "en": header["Because"]},
        predicate=iri(about[1], about[2]),
        query=query,
    )


def _text(term: object) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else ""
