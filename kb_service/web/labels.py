"""What things are called, and on what authority: labels, evidence and sources by IRI."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.access.reading_view import ReadingView
from kb_service.knowledge_base import KnowledgeBase
from kb_service.people_records import person_iri
from kb_service.store import Term
from kb_service.store.term_order import place_of
from kb_service.vocabulary import NAMESPACES, iri, local_id
from kb_service.web.performance_labels import performance_labels

Label = Mapping[str, str]

_LABELS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?thing ?label WHERE { ?thing skos:prefLabel|rdfs:label ?label }"""
_REQUIRED = """
PREFIX core: <https://w3id.org/rengang/ontology/core#>
SELECT ?thing ?about WHERE {
  ?model core:requires ?thing . ?thing core:dimension ?about . }"""
_CONCLUDED_OF = """
PREFIX judgement: <https://w3id.org/rengang/ontology/judgements#>
SELECT ?thing ?kind ?about WHERE {
  ?thing judgement:editionOf|judgement:specifies ?about ; a ?kind . }"""
_PLANNED = """
PREFIX core: <https://w3id.org/rengang/ontology/core#>
PREFIX performance: <https://w3id.org/rengang/ontology/performance#>
SELECT ?thing ?about WHERE {
  ?group performance:hasItem ?thing . ?thing performance:forKPI|core:dimension ?about . }"""
_EVIDENCE = """
PREFIX core: <https://w3id.org/rengang/ontology/core#>
SELECT ?thing ?evidence WHERE { ?thing core:evidence ?evidence }"""
_SOURCES = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX judgement: <https://w3id.org/rengang/ontology/judgements#>
SELECT ?thing ?source WHERE {
  { ?thing dcterms:source ?source }
  UNION { ?thing judgement:specifies ?about . ?about dcterms:source ?source } }"""
OUR_OWN: Mapping[str, Label] = {
    iri("rdf", "type").value: {"zh": "类型", "en": "is a"},
    iri("dcterms", "identifier").value: {"zh": "编号", "en": "identifier"},
}
"""Names for words of other vocabularies that readers meet."""


@dataclass(frozen=True)
class Labels:
    """Names, evidence and sources of everything shared; `about` adds one person's things."""

    names: Mapping[str, Label]
    evidence: Mapping[str, str] = field(default_factory=dict)
    """From an IRI to the id of its evidence."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """From an IRI to the IRI of the source it cites, or of who rated."""
    dates: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    """From pseudonyms to the ids by which the reader knows people."""

    def of(self, node: str) -> Label | None:
        """The label of an IRI in both languages, None when it has none."""
        return self.names.get(node)

    def named(self, prefix: str, local: str | None) -> Label | None:
        """The label of `prefix:local`; the id itself where there is none."""
        if not local:
            return None
        return self.of(iri(prefix, local).value) or {"zh": local, "en": local}


class LabelReader:
    """Keeps the labels of a knowledge base until its store changes."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb
        self._lock = threading.Lock()
        self._read: tuple[int, Labels] | None = None

    def shared(self) -> Labels:
        """The labels of everything that is not about a person."""
        with self._lock:
            generation = self._kb.store.generation
            if self._read is None or self._read[0] != generation:
                self._read = (generation, _read(self._kb))
            return self._read[1]

    def about(self, view: ReadingView, person: str, as_of: date | None = None) -> Labels:
        """The shared labels, and those of one person and their ratings, now or then, to one reader.

        Raises UnknownThingError for somebody whom the reader may not see.
        """
        key = view.key_of(person)
        shown = view.names.shown([key])[key]
        name = shown.name or shown.id
        labels = with_person(self.shared(), view.facts_about(person, as_of))
        names = {**labels.names, person_iri(key).value: {"zh": name, "en": name}}
        return replace(labels, names=names, people={key: shown.id})


def _read(kb: KnowledgeBase) -> Labels:
    names: dict[str, dict[str, str]] = {}
    for row in _in_order(kb, _LABELS):
        thing, label = row["thing"], row["label"]
        if isinstance(thing, NamedNode) and isinstance(label, Literal):
            names.setdefault(thing.value, {})[label.language or "en"] = label.value
    for query in (_REQUIRED, _PLANNED):
        for row in _in_order(kb, query):
            thing, about = row["thing"], row["about"]
            if isinstance(thing, NamedNode) and isinstance(about, NamedNode):
                names.setdefault(thing.value, names.get(about.value, {}))
    for row in _in_order(kb, _CONCLUDED_OF):
        thing, kind, about = row["thing"], row["kind"], row["about"]
        if (
            isinstance(thing, NamedNode)
            and isinstance(kind, NamedNode)
            and isinstance(about, NamedNode)
        ):
            names.setdefault(thing.value, _joined(names, kind.value, about.value))
    evidence = {
        row["thing"].value: local_id(row["evidence"])
        for row in _in_order(kb, _EVIDENCE)
        if isinstance(row["thing"], NamedNode) and isinstance(row["evidence"], NamedNode)
    }
    sources = {
        row["thing"].value: row["source"].value
        for row in _in_order(kb, _SOURCES)
        if isinstance(row["thing"], NamedNode) and isinstance(row["source"], NamedNode)
    }
    return Labels({**OUR_OWN, **names}, evidence, sources)


def _joined(names: Mapping[str, Label], kind: str, about: str) -> dict[str, str]:
    """What a conclusion without a label is called: its kind, and what it is about."""
    first, second = names.get(kind, {}), names.get(about, {})
    return {
        language: f"{first[language]} · {second[language]}"
        for language in ("zh", "en")
        if language in first and language in second
    }


def _in_order(kb: KnowledgeBase, query: str) -> list[dict[str, Term]]:
    """The rows of a query by their terms: of several values the last counts, whatever the store."""
    return sorted(kb.store.select_of_nobody(query), key=lambda row: [*map(place_of, row.values())])


def with_person(shared: Labels, facts: list[Triple]) -> Labels:
    """The labels with those that one person's assessments and ratings have."""
    names: dict[str, Label] = dict(shared.names)
    sources, dates = dict(shared.sources), {}
    by_subject: dict[str, dict[str, NamedNode | Literal]] = {}
    for fact in facts:
        if isinstance(fact.subject, NamedNode) and isinstance(fact.object, NamedNode | Literal):
            by_subject.setdefault(fact.subject.value, {})[fact.predicate.value] = fact.object
    given_by, day, inside, dimension = (
        iri(prefix, local).value
        for prefix, local in (
            ("people", "source"),
            ("people", "assessedOn"),
            ("people", "inAssessment"),
            ("core", "dimension"),
        )
    )
    for subject, said in by_subject.items():
        assessment = said[inside].value if inside in said else subject
        told = by_subject.get(assessment, {})
        if day not in told:
            continue
        id = assessment.rsplit("/", 1)[-1]
        rated = shared.of(said[dimension].value) if dimension in said else None
        names[subject] = _assessment_label(id, rated)
        dates[subject] = told[day].value
        if given_by in told:
            sources[subject] = told[given_by].value
    of_appraisals = performance_labels(by_subject, shared.names)
    return Labels(
        {**names, **of_appraisals.names},
        shared.evidence,
        {**sources, **of_appraisals.sources},
        {**dates, **of_appraisals.dates},
    )


def _assessment_label(id: str, rated: Label | None) -> Label:
    if rated is None:
        return {"zh": f"测评 {id}", "en": f"Assessment {id}"}
    return {
        "zh": f"测评 {id} 的「{rated.get('zh')}」评分",
        "en": f"{rated.get('en')} in assessment {id}",
    }


def person_of(conclusion: str) -> str | None:
    """The id of the person that a conclusion's IRI names, None when it is about no person."""
    start = NAMESPACES["person"]
    return conclusion[len(start) :].split("/", 1)[0] if conclusion.startswith(start) else None
