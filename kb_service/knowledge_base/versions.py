"""Which version of rules, policy, models and ontologies conclusions were drawn by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    Triple,
)

from kb_service.engine.rules import Rule, RuleBook
from kb_service.knowledge_base.history import moment_literal
from kb_service.vocabulary import ORGANISATION_GRAPH, POLICY_GRAPH, A, iri

_PART = iri("dcterms", "hasPart")
_IS_VERSION_OF = iri("dcterms", "isVersionOf")
_DIGEST = iri("history", "contentDigest")
_VERSION_INFO = iri("owl", "versionInfo")
_FOR_POSITION = iri("core", "forPosition")
_STAMP = (iri("history", "judgedFor"), iri("history", "underKnowledge"))


def content_digest(triples: Iterable[Triple]) -> str:
    """Twelve hexadecimal digits that depend on the content alone, whatever blank nodes are called."""
    content = Dataset(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in triples)
    content.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return _digest(sorted(str(quad) for quad in content))


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class KnowledgeVersion:
    """The digests of everything that people are judged by; the same content has the same node."""

    rules: RuleBook
    graphs: Mapping[NamedNode, list[Triple]]

    @cached_property
    def _digests(self) -> dict[NamedNode, str]:
        return {
            name: content_digest(triples)
            for name, triples in self.graphs.items()
            if name != ORGANISATION_GRAPH
        }

    @cached_property
    def _rules_by_name(self) -> list[Rule]:
        return sorted(self.rules.by_iri.values(), key=lambda rule: rule.name)

    @cached_property
    def _rules_digest(self) -> str:
        return _digest(f"{rule.stage}/{rule.name} {rule.version}" for rule in self._rules_by_name)

    @cached_property
    def node(self) -> NamedNode:
        """The IRI of this version."""
        parts = sorted(f"{name.value} {digest}" for name, digest in self._digests.items())
        return iri("version", _digest([self._rules_digest, *parts]))

    def described(self, at: datetime) -> list[Triple]:
        """What a store says of this version, first met at that moment, and of its parts."""
        return [
            *self.description,
            Triple(self.node, iri("prov", "generatedAtTime"), moment_literal(at)),
        ]

    @cached_property
    def description(self) -> list[Triple]:
        """What there is to say of this version and of its parts, whenever it was met."""
        node = self.node
        said = [
            Triple(node, A, iri("history", "KnowledgeVersion")),
            Triple(node, iri("history", "rulesVersion"), Literal(self._rules_digest)),
        ]
        if POLICY_GRAPH in self._digests:
            policy = Literal(self._digests[POLICY_GRAPH])
            said.append(Triple(node, iri("history", "policyVersion"), policy))
        for rule in self._rules_by_name:
            said += _part(node, rule.iri, rule.version, "")
        for name, digest in self._digests.items():
            triples = self.graphs[name]
            info = _version_info(name, triples)
            models = (t.subject for t in triples if t.predicate == _FOR_POSITION)
            for thing in (name, *models):
                if isinstance(thing, NamedNode):
                    said += _part(node, thing, digest, info)
        return said


def _version_info(name: NamedNode, triples: Iterable[Triple]) -> str:
    """What an ontology's header says of its version."""
    for triple in triples:
        if (triple.subject, triple.predicate) == (name, _VERSION_INFO):
            return triple.object.value if isinstance(triple.object, Literal) else ""
    return ""


def _part(whole: NamedNode, thing: NamedNode, digest: str, info: str) -> list[Triple]:
    node = NamedNode(f"{thing.value}/version/{digest}")
    found = [
        Triple(whole, _PART, node),
        Triple(node, A, iri("history", "PartVersion")),
        Triple(node, _IS_VERSION_OF, thing),
        Triple(node, _DIGEST, Literal(digest)),
    ]
    return [*found, Triple(node, _VERSION_INFO, Literal(info))] if info else found


def stamp(graph: NamedNode, version: NamedNode, day: date, at: datetime) -> list[Triple]:
    """What a set of conclusions says of itself: by what version, for which day, drawn when."""
    judged_for, under = _STAMP
    return [
        Triple(graph, A, iri("history", "ConclusionSet")),
        Triple(graph, judged_for, Literal(day.isoformat(), datatype=iri("xsd", "date"))),
        Triple(graph, under, version),
        Triple(graph, iri("prov", "generatedAtTime"), moment_literal(at)),
    ]
