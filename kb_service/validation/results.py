"""A result of pySHACL as a finding in people's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rdflib import SH, BNode, Graph
from rdflib.term import IdentifiedNode

from kb_service.findings import Finding
from kb_service.validation.shapes import TargetedShape, first_iri
from kb_service.validation.text import LONGEST_NAME, shown

_MESSAGE, _PATH, _FOCUS, _VALUE = SH.resultMessage, SH.resultPath, SH.focusNode, SH.value


def as_finding(shape: TargetedShape, triples: Iterable[Any], shapes_graph: Graph) -> Finding:
    """One finding from the triples of one pySHACL result."""
    messages: list[str] = []
    facts: dict[Any, Any] = {}
    for _, predicate, value in triples:
        told = value[1] if isinstance(value, tuple) else value
        if predicate == _MESSAGE:
            messages.append(str(told))
        else:
            facts[predicate] = told
    path = facts.get(_PATH)
    return Finding(
        severity=shape.severity,
        message=_wording(shape, messages),
        focus=_named(facts[_FOCUS]),
        path=first_iri(shapes_graph, path if isinstance(path, IdentifiedNode) else None),
        value=shown(_value(facts)),
        shape=shape.iri,
    )


def _wording(shape: TargetedShape, messages: list[str]) -> dict[str, str]:
    spoken: dict[str, str] = {}
    for wording in shape.wordings:
        for message in messages:
            if (words := wording.spoken(message)) is not None:
                spoken.setdefault(wording.language, words)
    return spoken


def _value(facts: dict[Any, Any]) -> str:
    """The value complained of; a node that complains of itself has none."""
    value = facts.get(_VALUE)
    return "" if value is None or value == facts[_FOCUS] else _named(value)


def _named(node: Any) -> str:
    return shown(f"_:{node}" if isinstance(node, BNode) else str(node), LONGEST_NAME)
