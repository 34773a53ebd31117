"""Graphs about people under other ids: facts, conclusions, and what was remembered of changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from kb_service.access.translation import renamed, without_names
from kb_service.vocabulary import (
    HISTORY_GRAPHS,
    OF_PEOPLE,
    RATER_HISTORY,
    iri,
    people_graph,
    rater_graph,
)

_OF_GRAPH = iri("history", "ofGraph")
WRITTEN_TRIPLES = {iri("history", name) for name in ("added", "removed", "before")}
_REVISION = HISTORY_GRAPHS + "revision/"


def person_of_graph(name: NamedNode) -> str | None:
    """The id of the person whom a graph is about; None when it is about nobody in particular."""
    for space in OF_PEOPLE:
        if name.value.startswith(space):
            return name.value.removeprefix(space)
    return None


def renamed_graph(name: NamedNode, ids: Mapping[str, str]) -> NamedNode:
    """The name that a graph about a person has under another id; other graphs keep theirs."""
    person = person_of_graph(name)
    if person is None or person not in ids:
        return name
    return NamedNode(name.value.removesuffix(person) + quote(ids[person], safe=""))


def renamed_content(
    name: NamedNode, triples: Iterable[Triple], ids: Mapping[str, str]
) -> list[Triple]:
    """What a graph says under other ids of people, without what they are called."""
    person = person_of_graph(name)
    if person is not None and person in ids and name.value.startswith(HISTORY_GRAPHS):
        of = rater_graph if name.value.startswith(RATER_HISTORY) else people_graph
        return list(_history(triples, person, ids[person], of))
    new = renamed_graph(name, ids)
    return [
        Triple(new, triple.predicate, triple.object) if triple.subject == name else triple
        for triple in renamed(without_names(triples), ids)
    ]


def _history(
    history: Iterable[Triple], old_id: str, new_id: str, of: Callable[[str], NamedNode]
) -> Iterator[Triple]:
    """What was remembered of a graph about a person, which tells of triples in texts."""
    old, new = of(old_id).value, of(new_id).value
    begins, begun = (f"{_REVISION}{quote(graph, safe='')}/" for graph in (old, new))
    for triple in history:
        subject, value = triple.subject, triple.object
        if isinstance(subject, NamedNode) and subject.value.startswith(begins):
            subject = NamedNode(begun + subject.value.removeprefix(begins))
        if isinstance(value, Literal) and triple.predicate == _OF_GRAPH and value.value == old:
            value = Literal(new, datatype=value.datatype)
        elif isinstance(value, Literal) and triple.predicate in WRITTEN_TRIPLES:
            value = Literal(_rewritten(value.value, {old_id: new_id}))
        yield Triple(subject, triple.predicate, value)


def _rewritten(text: str, ids: Mapping[str, str]) -> str:
    told = [quad.triple for quad in parse(text, format=RdfFormat.N_TRIPLES)]
    left = renamed(without_names(told), ids)
    return (serialize(sorted(left, key=str), format=RdfFormat.N_TRIPLES) or b"").decode()
