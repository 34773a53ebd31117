"""Data folders from before the register held words: they leave the graphs of people for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kb_service.access.people_graphs import WRITTEN_TRIPLES, person_of_graph
from kb_service.access.words import noted, without_words, words_in
from kb_service.knowledge_base.history import REASON
from kb_service.knowledge_base.words import WORDS
from kb_service.register import Register, Words
from kb_service.store import KnowledgeStore
from kb_service.vocabulary import (
    PEOPLE_HISTORY,
    iri,
    people_graph,
    person_history_graph,
)

_PROPERTIES = (*sorted(WORDS, key=str), REASON)
_SAID = " ".join(map(str, _PROPERTIES))
_GRAPHS_WITH_WORDS = f"""
SELECT DISTINCT ?graph WHERE {{
  VALUES ?property {{ {_SAID} }}
  GRAPH ?graph {{ ?thing ?property ?words }}
}}"""
_WRITTEN = " ".join(map(str, sorted(WRITTEN_TRIPLES, key=str)))
_FILTER = " || ".join(f'CONTAINS(?text, " {property} ")' for property in WORDS)
_HISTORIES_WITH_WORDS = f"""
SELECT DISTINCT ?graph WHERE {{
  VALUES ?property {{ {_WRITTEN} }}
  GRAPH ?graph {{ ?revision ?property ?text }}
  FILTER ({_FILTER})
}}"""
_ENDED = iri("prov", "endedAtTime")


def move_words(store: KnowledgeStore, register: Register) -> int:
    """Bring what objections and corrections say in words to the register; answers of how many people.

    No graph says it from then on, nor does any file of the store. The register is written first:
    should the machine stop before the store is, it is done again. The texts of the history, which
    take a while to look through, are looked through once, and again where graphs say words.
    """
    people = _people(store, _GRAPHS_WITH_WORDS)
    if not people and register.has_words_of_earlier_versions:
        return 0
    people |= _people(store, _HISTORIES_WITH_WORDS)
    if people:
        with noted(register, store) as note:
            for key in people:
                known = register.words_of(key)
                for words in _said_of(store, key):
                    if words not in known:
                        note(words)
            store.replace_many(graph for key in people for graph in _silent(store, key))
        store.rebuild()
    register.note_words_of_earlier_versions()
    return len(people)


def _people(store: KnowledgeStore, query: str) -> set[str]:
    """The people in whose graphs a query finds words."""
    found = (row["graph"] for row in store.select(query))
    people = (person_of_graph(graph) for graph in found if isinstance(graph, NamedNode))
    return {person for person in people if person is not None}


def _said_of(store: KnowledgeStore, key: str) -> list[Words]:
    """All that was ever said in words about somebody, each text once, what is said now last."""
    history = store.graph(person_history_graph(key))
    moments = {t.subject: str(t.object) for t in history if t.predicate == _ENDED}
    earlier = [triple for triple in history if triple.predicate in WRITTEN_TRIPLES]
    earlier.sort(key=lambda triple: moments.get(triple.subject, ""))
    said = [words for triple in earlier for words in words_in(_told(triple), key)]
    said += words_in(history, key)
    said += words_in(store.graph(people_graph(key)), key)
    return list(reversed(dict.fromkeys(reversed(said))))


def _silent(store: KnowledgeStore, key: str) -> Iterator[tuple[NamedNode, list[Triple]]]:
    """The graphs of somebody without words."""
    for name in (people_graph(key), person_history_graph(key)):
        left = without_words(store.graph(name))
        if name.value.startswith(PEOPLE_HISTORY):
            left = [_silenced(t) if t.predicate in WRITTEN_TRIPLES else t for t in left]
        yield name, left


def _told(written: Triple) -> Sequence[Triple]:
    """The triples that a remembered change tells of."""
    if not isinstance(written.object, Literal):
        return []
    return [quad.triple for quad in parse(written.object.value, format=RdfFormat.N_TRIPLES)]


def _silenced(written: Triple) -> Triple:
    """A remembered change without those of its triples that say something in words."""
    value = written.object
    if not isinstance(value, Literal):
        return written
    left = "\n".join(line for line in value.value.split("\n") if not _says_words(line))
    return Triple(written.subject, written.predicate, Literal(left, datatype=value.datatype))


def _says_words(line: str) -> bool:
    """Whether a line of N-Triples, which begins with a subject and a property, says something so."""
    return any(f" {property} " in line[: line.find('"')] for property in WORDS)
