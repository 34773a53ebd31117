"""Graphs as one caller may take them away: people by their ids, named and in their words, or by pseudonym."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.access.people_graphs import person_of_graph, renamed_content, renamed_graph
from kb_service.access.reading_view import ReadingView
from kb_service.access.translation import NAME
from kb_service.access.words import told_in
from kb_service.people_records import person_iri
from kb_service.vocabulary import (
    PEOPLE_GRAPHS,
    STUDY_CONCLUSIONS,
    STUDY_GRAPHS,
    STUDY_HISTORY,
    is_shared,
)

_STUDIES = (STUDY_GRAPHS, STUDY_CONCLUSIONS, STUDY_HISTORY)


def exported_names(view: ReadingView, names: Iterable[NamedNode]) -> dict[NamedNode, NamedNode]:
    """Those of the graphs that the caller may read, each with the name that it is exported under."""
    about = {name: person_of_graph(name) for name in names}
    readable = set(view.people_keys())
    shown = view.names.shown(key for key in about.values() if key in readable)
    ids = {key: each.id for key, each in shown.items()}
    return {
        name: renamed_graph(name, ids)
        for name, key in about.items()
        if (view.reach.contains(name) and key in readable)
        or (key is None and (is_shared(name.value) or _is_readable_study(view, name)))
    }


def _is_readable_study(view: ReadingView, graph: NamedNode) -> bool:
    return graph.value.startswith(_STUDIES) and view.reach.contains(graph)


def exported(view: ReadingView, name: NamedNode) -> list[Triple]:
    """What a graph that the caller may read says, with people called as the caller calls them."""
    triples = view.knowledge_base.store.graph(name)
    key = person_of_graph(name)
    if key is None:
        return triples
    view.note_people([key])
    shown = view.names.shown([key])[key]
    if view.caller.rights.sees_to_rights:
        triples += told_in(name, view.register.words_of(key))
    facts = renamed_content(name, triples, {key: shown.id})
    if shown.name is not None and name.value.startswith(PEOPLE_GRAPHS):
        facts.append(Triple(person_iri(shown.id), NAME, Literal(shown.name)))
    return facts
