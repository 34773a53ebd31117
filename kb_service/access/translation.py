"""RDF about people under other ids, and the names taken out of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.knowledge_base.sorting import SortedFacts, Submission
from kb_service.people_records import person_iri
from kb_service.vocabulary import IDENTIFIER, NAMESPACES, iri

NAME = iri("schema", "name")
_PERSON = NAMESPACES["person"]


def renamed(triples: Iterable[Triple], ids: Mapping[str, str]) -> list[Triple]:
    """The facts about people, their assessments and posts under the ids that these stand for.

    People of whom `ids` says nothing keep theirs.
    """
    found = []
    for triple in triples:
        subject, value = triple.subject, triple.object
        if isinstance(subject, NamedNode):
            if triple.predicate == IDENTIFIER and isinstance(value, Literal):
                id = subject.value.removeprefix(_PERSON)
                if subject.value.startswith(_PERSON) and value.value == id and id in ids:
                    value = Literal(ids[id])
            subject = renamed_node(subject, ids)
        if isinstance(value, NamedNode):
            value = renamed_node(value, ids)
        found.append(Triple(subject, triple.predicate, value))
    return found


def renamed_node(node: NamedNode, ids: Mapping[str, str]) -> NamedNode:
    """The IRI of a person, or of something of theirs, under another id."""
    if not node.value.startswith(_PERSON):
        return node
    id, slash, rest = node.value.removeprefix(_PERSON).partition("/")
    return NamedNode(f"{_PERSON}{ids[id]}{slash}{rest}") if id in ids else node


def names_in(triples: Iterable[Triple], person: str) -> list[str]:
    """What facts call the person with this id."""
    node = person_iri(person)
    return [
        triple.object.value
        for triple in triples
        if triple.subject == node
        and triple.predicate == NAME
        and isinstance(triple.object, Literal)
    ]


def without_names(triples: Iterable[Triple]) -> list[Triple]:
    """The facts without what people are called."""
    return [
        triple
        for triple in triples
        if not (
            triple.predicate == NAME
            and isinstance(triple.subject, NamedNode)
            and triple.subject.value.startswith(_PERSON)
        )
    ]


def under_keys(submission: Submission, keys: Mapping[str, str]) -> Submission:
    """What was submitted, with people by their pseudonyms and without their names."""
    facts = submission.facts

    def translated(triples: Sequence[Triple]) -> list[Triple]:
        return renamed(without_names(triples), keys)

    people: dict[str, list[Triple]] = {}
    for person, triples in facts.people.items():  # who may be there by id and by pseudonym
        people.setdefault(keys[person], []).extend(translated(triples))
    shared = {name: translated(triples) for name, triples in facts.shared.items()}
    return replace(submission, facts=SortedFacts(people, shared))
