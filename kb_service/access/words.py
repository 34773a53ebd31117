"""What people say in words: noted in the register beside the facts, and put back into documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.knowledge_base.history import REASON
from kb_service.knowledge_base.objections import (
    GROUNDS,
    SETTLEMENT,
    Objection,
    objection_iri,
)
from kb_service.knowledge_base.words import WORDS
from kb_service.people_records.performance_facts import CORRECTION_REASON
from kb_service.register import Register, Words
from kb_service.store import KnowledgeStore
from kb_service.vocabulary import (
    PEOPLE_GRAPHS,
    PEOPLE_HISTORY,
    A,
    iri,
    people_graph,
    person_history_graph,
)

Note = Callable[..., None]
"""Takes any number of Words."""

_WITNESSES = {
    CORRECTION_REASON: A,
    GROUNDS: A,
    SETTLEMENT: iri("people", "outcome"),
    REASON: iri("prov", "endedAtTime"),
}
"""What is said of a thing besides, once that is stored of which somebody said something in words."""


@contextmanager
def noted(register: Register, store: KnowledgeStore) -> Iterator[Note]:
    """What notes words in the register, before that is stored which they are about.

    What turns out not to be stored when the `with` block ends, however it does, was not said. A
    machine that stops before is made up for by `settle`. The register comes first, as wherever
    people are written.
    """
    with register.writing:
        numbers: list[int] = []

        def note(*words: Words) -> None:
            numbers.extend(register.note_words(words))

        try:
            yield note
        finally:
            if numbers:
                settle(register, store, numbers)


def settle(register: Register, store: KnowledgeStore, among: Iterable[int] | None = None) -> None:
    """Keep the words of which what they are about is stored, now or in the history; the others go."""
    graphs: dict[NamedNode, list[Triple]] = {}

    def said_in(graph: NamedNode, about: NamedNode, witness: NamedNode) -> bool:
        if graph not in graphs:
            graphs[graph] = store.graph(graph)
        begin = f"{about} {witness} "
        return any(
            (triple.subject == about and triple.predicate == witness)
            or (isinstance(triple.object, Literal) and begin in triple.object.value)
            for triple in graphs[graph]
        )

    def is_stored(words: Words) -> bool:
        about, witness = NamedNode(words.about), _WITNESSES[NamedNode(words.property)]
        places = (people_graph(words.key), person_history_graph(words.key))
        return any(said_in(graph, about, witness) for graph in places)

    register.settle_words(is_stored, among)


def words_in(facts: Iterable[Triple], key: str) -> list[Words]:
    """What facts about somebody, who has this key, say in words."""
    return [
        Words(key, triple.subject.value, triple.predicate.value, triple.object.value)
        for triple in facts
        if triple.predicate in (*WORDS, REASON)
        and isinstance(triple.subject, NamedNode)
        and isinstance(triple.object, Literal)
    ]


def note_new(note: Note, known: Iterable[Words], said: Iterable[Words]) -> None:
    """Note what is said in words, unless it is what was said of the same thing last."""
    last = {(each.about, each.property): each.text for each in known}
    for each in said:
        if last.get((each.about, each.property)) != each.text:
            note(each)


def without_words(facts: Iterable[Triple]) -> list[Triple]:
    """The facts without what they say in words."""
    return [triple for triple in facts if triple.predicate not in (*WORDS, REASON)]


def told(words: Iterable[Words]) -> list[Triple]:
    """The same as facts, for documents of who may read them; the last that was said of a thing."""
    last = {(each.about, each.property): each.text for each in words}
    return [
        Triple(NamedNode(about), NamedNode(property), Literal(text))
        for (about, property), text in last.items()
    ]


def told_in(graph: NamedNode, words: Iterable[Words]) -> list[Triple]:
    """Those of them that documents tell in this graph of a person: reasons in that of the history."""
    if graph.value.startswith(PEOPLE_HISTORY):
        return [triple for triple in told(words) if triple.predicate == REASON]
    if graph.value.startswith(PEOPLE_GRAPHS):
        return [triple for triple in told(words) if triple.predicate in WORDS]
    return []


def in_words(objection: Objection, words: Sequence[Words]) -> Objection:
    """An objection with what was said of it in words."""
    node = objection_iri(objection.person, objection.id)
    texts = {
        triple.predicate: triple.object.value
        for triple in told(words)
        if triple.subject == node and isinstance(triple.object, Literal)
    }
    settled = objection.settlement
    if settled is not None:
        settled = replace(settled, words=texts.get(SETTLEMENT, settled.words))
    return replace(objection, grounds=texts.get(GROUNDS, objection.grounds), settlement=settled)
