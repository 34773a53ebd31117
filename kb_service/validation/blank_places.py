"""Blank nodes of a document under the labels that a parser gave them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.validation.statement_places import PlacedStatement

_Spoken: TypeAlias = tuple[str, str, str]
_Blanks: TypeAlias = Mapping[str, Mapping[str, list[str]]]
"""The blank nodes that each subject points at by each predicate, in order."""


def with_labels_of(
    statements: Sequence[PlacedStatement], triples: Sequence[Triple]
) -> tuple[PlacedStatement, ...]:
    """The statements with blank nodes as `triples` call them, which say the same in like order.

    A parser may nest what it tells of blank nodes otherwise than the text does, but not the order
    of those that one subject points at by one predicate, nor of those that nobody points at. One
    that cannot be told that way keeps its own label.
    """
    written = [(each.subject, each.predicate, each.object) for each in statements]
    parsed = list(dict.fromkeys(map(_spoken, triples)))
    labels = _labels(written, parsed)
    return tuple(
        replace(
            each,
            subject=labels.get(each.subject, each.subject),
            object=labels.get(each.object, each.object),
        )
        for each in statements
    )


def _labels(written: Sequence[_Spoken], parsed: Sequence[_Spoken]) -> dict[str, str]:
    ours, theirs = _pointed_at(written), _pointed_at(parsed)
    labels: dict[str, str] = {}
    waiting = [(subject, subject) for subject in ours if not _is_blank(subject)]
    roots = _unpointed(written), _unpointed(parsed)
    if len(roots[0]) == len(roots[1]):
        waiting += zip(*roots, strict=True)
        labels.update(zip(*roots, strict=True))
    while waiting:
        one, other = waiting.pop()
        for predicate, nodes in ours.get(one, {}).items():
            named = theirs.get(other, {}).get(predicate, [])
            if len(nodes) != len(named):
                continue
            for node, name in zip(nodes, named, strict=True):
                if node not in labels:
                    labels[node] = name
                    waiting.append((node, name))
    return labels


def _pointed_at(spoken: Iterable[_Spoken]) -> _Blanks:
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, object in spoken:
        if _is_blank(object):
            found[subject][predicate].append(object)
    return found


def _unpointed(spoken: Sequence[_Spoken]) -> list[str]:
    """The blank nodes that nobody points at, as they are first spoken of."""
    objects = {object for _, _, object in spoken}
    subjects = (subject for subject, _, _ in spoken)
    return [one for one in dict.fromkeys(subjects) if _is_blank(one) and one not in objects]


def _is_blank(name: str) -> bool:
    return name.startswith("_:")


def _spoken(triple: Triple) -> _Spoken:
    return _name(triple.subject), triple.predicate.value, _name(triple.object)


def _name(term: NamedNode | BlankNode | Literal | Triple) -> str:
    if isinstance(term, BlankNode):
        return f"_:{term.value}"
    return str(term) if isinstance(term, Triple) else term.value
