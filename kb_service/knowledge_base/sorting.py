"""Which graph each fact of an import belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.people_records import (
    AssessmentRecord,
    Catalogue,
    Choice,
    PersonRecord,
    assessment_iri,
    assessment_triples,
    id_faults,
    person_iri,
    person_triples,
)
from kb_service.vocabulary import BASE, BELONGS_TO, HOLDS, IDENTIFIER, LABEL, A, iri

Term = NamedNode | BlankNode | Literal | Triple

_PERSON = iri("person").value
_ONTOLOGY = iri("owl", "Ontology")
_LONGEST_WAY = 2
"""From a rating over its assessment to the person."""


@dataclass(frozen=True)
class SortedFacts:
    """Facts by person id, and shared facts by the graph that they fill."""

    people: Mapping[str, list[Triple]] = field(default_factory=dict)
    shared: Mapping[NamedNode, list[Triple]] = field(default_factory=dict)


@dataclass(frozen=True)
class Submission:
    """Facts that the shapes found fit to be stored, how many there were, and what else was found."""

    facts: SortedFacts
    size: int
    notes: tuple[Finding, ...] = ()


def sort_facts(triples: Sequence[Triple]) -> SortedFacts:
    """Facts sorted by the person they are about; what is about nobody goes to the one ontology.

    Raises RefusedInput when shared facts name no ontology or several, when a person's id cannot
    be one, or when a fact about a person has no IRI of its own.
    """
    owners: dict[Term, Term] = {t.subject: t.object for t in triples if t.predicate in BELONGS_TO}
    owners |= {t.object: t.subject for t in triples if t.predicate == HOLDS}
    people: dict[str, list[Triple]] = {}
    rest: list[Triple] = []
    faults: list[Finding] = []
    for triple in triples:
        node: Term = triple.subject
        for _ in range(_LONGEST_WAY):
            node = owners.get(node, node)
        if isinstance(node, NamedNode) and node.value.startswith(_PERSON):
            people.setdefault(node.value[len(_PERSON) :].split("/", 1)[0], []).append(triple)
            if not isinstance(triple.subject, NamedNode):
                faults.append(_unnamed(node))
        else:
            rest.append(triple)
    faults += [fault for person in people for fault in id_faults(person, _PERSON + person)]
    shared = {_ontology_of(rest, faults): rest} if rest else {}
    if faults:
        raise RefusedInput(tuple(faults[:20]))
    return SortedFacts(people, shared)


def people_mentioned(triples: Iterable[Triple]) -> set[str]:
    """The ids of the people that facts are about or point at."""
    nodes = (node for triple in triples for node in (triple.subject, triple.object))
    return {
        node.value[len(_PERSON) :].split("/", 1)[0]
        for node in nodes
        if isinstance(node, NamedNode) and node.value.startswith(_PERSON)
    }


def _unnamed(person: NamedNode) -> Finding:
    return violation(
        f"请给 {person.value} 的每项测评和评分各起一个 IRI,例如 <{person.value}/assessment/a1>。",
        "Give every assessment and rating of this person an IRI of its own, such as"
        f" <{person.value}/assessment/a1>.",
        person.value,
    )


def _ontology_of(triples: Iterable[Triple], faults: list[Finding]) -> NamedNode:
    headers = [
        triple.subject
        for triple in triples
        if triple.predicate == A
        and triple.object == _ONTOLOGY
        and isinstance(triple.subject, NamedNode)
    ]
    if len(headers) == 1:
        return headers[0]
    example = f"<{BASE}ontology/models/my-model> a owl:Ontology ."
    faults.append(
        violation(
            f"人员以外的知识应归入一个本体：请写且只写一个本体声明，例如 {example}",
            "Knowledge that is not about a person belongs to an ontology: write exactly one"
            f" header, such as {example}",
        )
    )
    return NamedNode(BASE)


def replaced(stored: Iterable[Triple], gone: Callable[[str], bool]) -> list[Triple]:
    """The stored facts without those whose subject is gone."""
    return [
        triple
        for triple in stored
        if not (isinstance(triple.subject, NamedNode) and gone(triple.subject.value))
    ]


def merge_records(
    stored: Sequence[Triple],
    person: str,
    record: PersonRecord | None,
    additions: Sequence[AssessmentRecord],
    catalogue: Catalogue,
) -> tuple[list[Triple], list[Triple]]:
    """What stays of a person's facts, and what a record and assessments put in their place.

    A person of whom nothing is stored and no record says more is known by the id.
    """
    own = (person_iri(person).value, f"{person_iri(person).value}/post")
    old = tuple(assessment_iri(person, addition.id).value for addition in additions)

    def gone(subject: str) -> bool:
        about_person = record is not None and subject in own
        return about_person or subject in old or subject.startswith(tuple(f"{o}/" for o in old))

    new: list[Triple] = []
    if record or not stored:
        new += person_triples(record or PersonRecord(person))
    for addition in additions:
        new += assessment_triples(addition, catalogue)
    return replaced(stored, gone), new


def add_teams(
    organisation: Sequence[Triple], people: Iterable[PersonRecord], teams: Iterable[Choice]
) -> list[Triple]:
    """The organisation's facts with every team that people belong to, labelled as best known."""
    facts = list(organisation)
    known = {fact.subject for fact in facts}
    labels = {team.id: (team.zh, team.en) for team in teams}
    named = dict.fromkeys([*labels, *(person.team for person in people if person.team)])
    for team in named:
        node = iri("team", team)
        if node not in known:
            zh, en = labels.get(team, (team, team))
            facts += [
                Triple(node, A, iri("people", "Team")),
                Triple(node, IDENTIFIER, Literal(team)),
                Triple(node, LABEL, Literal(zh, language="zh")),
                Triple(node, LABEL, Literal(en, language="en")),
            ]
    return facts
