"""Statements that the form has no field for, each as a line of N-Triples that any cell can hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kb_service.findings import Finding
from kb_service.position_models.plain_text import UNWRITABLE
from kb_service.position_models.written import Written

_RESOURCE = r"(<[^<>\"\s]*>|_:\S+)"
_TEXT = r'"(?:[^"\\]|\\.)*"[^\s"]*'
_STATEMENT = re.compile(rf'{_RESOURCE}\s+<[^<>"\s]*>\s+({_RESOURCE}|{_TEXT})\s*\.', re.DOTALL)


def write_statements(triples: Iterable[Triple]) -> list[str]:
    """The statements in a settled order; characters that a cell would change are escaped."""
    return sorted(UNWRITABLE.sub(_escaped, f"{triple} .") for triple in triples)


def _escaped(found: re.Match[str]) -> str:
    """The escapes of a match: of its first character, which is enough to break a pattern."""
    first, rest = found[0][0], found[0][1:]
    return f"\\u{ord(first):04X}{rest}"


def read_statements(
    written: Written, findings: list[Finding], nodes: dict[str, BlankNode]
) -> frozenset[Triple]:
    """The statements in a row of lines; what is none is added to the findings.

    Blank nodes are new ones, the same for the same label in `nodes`.
    """
    if written.value is not None and not isinstance(written.value, tuple):
        findings.append(
            written.fault("这里应是文字的列表 […]。", "Give a list of texts here, as in […].")
        )
    found: set[Triple] = set()
    for line in written.items:
        if line.is_empty:
            continue
        try:
            found.update(_renamed(_triples(line.value), nodes))
        except (SyntaxError, ValueError):
            findings.append(
                line.fault(
                    "这不是一句 N-Triples；请写成 <主语> <属性> “值” . 的样子，"
                    '例如 <https://example.org/a> <https://example.org/b> "c"@zh .',
                    "This is no statement in N-Triples; write subject, property and value with a "
                    'full stop, such as <https://example.org/a> <https://example.org/b> "c"@en .',
                )
            )
    return frozenset(found)


def _triples(line: object) -> Sequence[Triple]:
    if not isinstance(line, str) or not _STATEMENT.fullmatch(line.strip()):
        raise ValueError("no statement")
    return [quad.triple for quad in parse(line.strip(), format=RdfFormat.N_TRIPLES)]


def _renamed(triples: Iterable[Triple], nodes: dict[str, BlankNode]) -> Iterable[Triple]:
    def fresh(term: NamedNode | BlankNode | Literal | Triple) -> object:
        return nodes.setdefault(term.value, BlankNode()) if isinstance(term, BlankNode) else term

    for triple in triples:
        yield Triple(fresh(triple.subject), triple.predicate, fresh(triple.object))  # type: ignore[arg-type]
