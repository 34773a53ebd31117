"""What the axioms about each term say, as sentences in both languages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pyoxigraph import NamedNode, Triple

from kb_service.knowledge_base.terms.book import Texts
from kb_service.reasoning.axioms import Axiom, axioms_of
from kb_service.reasoning.sentences import labels_in, sentence
from kb_service.vocabulary import A, iri

_STRUCTURE = (iri("owl").value, iri("rdfs").value)
_UNSPOKEN = {
    iri("owl", name)
    for name in ("Ontology", "Axiom", "AnnotationProperty", "NamedIndividual", "AllDifferent")
}
_ANNOTATIONS = {
    iri("rdfs", name) for name in ("label", "comment", "seeAlso", "isDefinedBy")
} | {
    iri("owl", name) for name in ("imports", "versionInfo", "versionIRI", "deprecated", "hasKey")
}  # fmt: skip


def sentences_about(triples: Iterable[Triple]) -> Mapping[str, tuple[Texts, ...]]:
    """The sentences of each term by its IRI.

    An axiom belongs to the terms it is about: the named one that it begins with, else all that it
    names, as when it keeps classes apart. Assertions about individuals are told as they are.
    """
    facts = list(triples)
    labels = labels_in(facts)
    found: dict[str, dict[str, Texts]] = defaultdict(dict)
    for axiom in axioms_of(facts):
        if not _is_spoken(axiom):
            continue
        subject = axiom.head.subject
        for term in (subject,) if isinstance(subject, NamedNode) else axiom.terms:
            said = sentence(axiom, labels)
            found[term.value][said["en"]] = said
    return {term: tuple(each for _, each in sorted(said.items())) for term, said in found.items()}


def _is_spoken(axiom: Axiom) -> bool:
    """Whether the axiom says something of classes or properties beyond declaring them."""
    head = axiom.head
    if axiom.is_declaration or head.predicate in _ANNOTATIONS:
        return False
    if head.predicate == A:
        of_owl = isinstance(head.object, NamedNode) and head.object.value.startswith(_STRUCTURE)
        return of_owl and head.object not in _UNSPOKEN
    return head.predicate.value.startswith(_STRUCTURE)
