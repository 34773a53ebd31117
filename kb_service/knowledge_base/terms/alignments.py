"""What terms come closest to in other vocabularies, each claim with its own evidence and note."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from pyoxigraph import NamedNode

from kb_service.knowledge_base.terms.book import Alignment
from kb_service.knowledge_base.terms.facts import Facts, Node
from kb_service.vocabulary import LABEL, A, iri, local_id

MAPPING_PROPERTIES = tuple(
    iri("skos", f"{name}Match") for name in ("exact", "close", "broad", "narrow", "related")
)
"""The closest first."""

_Claim = tuple[NamedNode, NamedNode, NamedNode]


def alignments_in(facts: Facts) -> Mapping[str, tuple[Alignment, ...]]:
    """The alignments of each term by its IRI, the closest first."""
    told = _told(facts)
    found: dict[str, list[Alignment]] = defaultdict(list)
    for relation in MAPPING_PROPERTIES:
        for triple in facts.triples:
            source, target = triple.subject, triple.object
            if triple.predicate != relation:
                continue
            if isinstance(source, NamedNode) and isinstance(target, NamedNode):
                claim = source, relation, target
                found[source.value].append(_alignment(claim, told.get(claim), facts))
    return {term: tuple(listed) for term, listed in found.items()}


def _alignment(claim: _Claim, told: Node | None, facts: Facts) -> Alignment:
    _, relation, target = claim
    scheme = facts.values(target, iri("skos", "inScheme"))
    label = facts.texts(target, LABEL)
    evidence = facts.values(told, iri("alignment", "evidence")) if told else []
    return Alignment(
        relation=relation.value,
        target=target.value,
        label=label.get("en") or label.get("zh") or "",
        notation=facts.text(target, iri("skos", "notation")),
        scheme=next(
            (facts.texts(s, iri("dcterms", "title")) for s in scheme if isinstance(s, NamedNode)),
            {},
        ),
        evidence=next((local_id(each) for each in evidence if isinstance(each, NamedNode)), ""),
        note=facts.texts(told, iri("skos", "note")) if told else {},
    )


def _told(facts: Facts) -> Mapping[_Claim, Node]:
    """From a claim to the node that says more of it: an `owl:Axiom` about that very triple."""
    found: dict[_Claim, Node] = {}
    for node, predicate in facts.to(iri("owl", "Axiom")):
        if predicate != A:
            continue
        parts = [
            value
            for name in ("annotatedSource", "annotatedProperty", "annotatedTarget")
            for value in facts.values(node, iri("owl", name))
            if isinstance(value, NamedNode)
        ]
        if len(parts) == 3:
            found[parts[0], parts[1], parts[2]] = node
    return found
