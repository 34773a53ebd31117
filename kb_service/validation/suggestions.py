"""What somebody meant who named a thing that does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from urllib.parse import unquote

from pyoxigraph import NamedNode
from rdflib import SKOS, Graph, URIRef

from kb_service.findings import Finding
from kb_service.vocabulary import BASE, local_id, shorten

_LIKENESS = 0.8
_LIKENESS_ELSEWHERE = 0.9
_MOST = 100
_LONGEST = 80
_ONTOLOGIES = BASE + "ontology/"


def with_suggestions(findings: Iterable[Finding], known: Graph) -> list[Finding]:
    """The findings, those about a thing of ours that nobody describes with the one that was meant.

    It is looked for by id among things of the same kind first, then by id or label among all.
    """
    told: list[Finding] = []
    names: _Names | None = None
    for finding in findings:
        if len(told) < _MOST and _is_unknown(finding.value, known):
            names = names or _Names(known)
            finding = _suggesting(finding, names.meant(NamedNode(finding.value), finding.focus))
        told.append(finding)
    return told


def _is_unknown(value: str, known: Graph) -> bool:
    if not value.startswith(BASE) or value.startswith(_ONTOLOGIES) or value.endswith("…"):
        return False
    return (URIRef(value), None, None) not in known


def _suggesting(finding: Finding, meant: str) -> Finding:
    if not meant:
        return finding
    message = {
        "zh": f"{finding.message['zh']}是否想写 {meant}？",
        "en": f"{finding.message['en']} Did you mean {meant}?",
    }
    return replace(finding, message=message)


def _is_thing(node: str) -> bool:
    """Whether this is something of ours that may be spoken about: no word, and no document."""
    return node.startswith(BASE) and not node.startswith(_ONTOLOGIES)


class _Names:
    """Everything of ours that is described, by id and by label."""

    def __init__(self, known: Graph) -> None:
        self._nodes = [
            NamedNode(node)
            for node in set(known.subjects())
            if isinstance(node, URIRef) and _is_thing(node)
        ]
        self._nodes.sort(key=str)
        self._labels = {
            str(label): NamedNode(node)
            for node, label in known.subject_objects(SKOS.prefLabel)
            if isinstance(node, URIRef) and _is_thing(node)
        }

    def meant(self, written: NamedNode, focus: str) -> str:
        """The thing that was most likely meant, as it is written in Turtle; empty if none is.

        What is said of the thing `focus` hardly means that itself, even if it is called the same.
        """
        id = unquote(local_id(written))[:_LONGEST]
        kind = written.value[: -len(local_id(written))]
        of_kind = {local_id(n): n for n in self._nodes if n.value == kind + local_id(n)}
        by_id = {local_id(node): node for node in self._nodes if node.value != focus}
        anything = {**self._labels, **by_id, **of_kind}
        for names, likeness in ((of_kind, _LIKENESS), (anything, _LIKENESS_ELSEWHERE)):
            if close := get_close_matches(id, names, n=1, cutoff=likeness):
                return shorten(names[close[0]])
        return ""
