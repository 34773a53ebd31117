"""Which version of rules, policy, models and ontologies conclusions were drawn by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.engine.rules import Rule, RuleBook
from kb_service.knowledge_base.history import moment_literal
from kb_service.store.canonical_form import content_digest, digest_of
from kb_service.vocabulary import ORGANISATION_GRAPH, POLICY_GRAPH, A, iri

_PART = iri("dcterms", "hasPart")
_IS_VERSION_OF = iri("dcterms", "isVersionOf")
_DIGEST = iri("history", "contentDigest")
_VERSION_INFO = iri("owl", "versionInfo")
_JUDGES_BY = (iri("core", "forPosition"), iri("performance", "appraises"))
"""What position models and performance plans say, and nothing else does."""
_STAMP = (iri("history", "judgedFor"), iri("history", "underKnowledge"))


@dataclass(frozen=True)
class KnowledgeVersion:
    """The digests of everything that people are judged by; the same content has the same node."""

    rules: RuleBook
    graphs: Mapping[NamedNode, list[Triple]]
    known: dict[NamedNode, str] = field(default_factory=dict, compare=False)
    """Digests of graphs as far as they were found."""

    def digest(self, graph: NamedNode) -> str:
        """The digest of one of the graphs."""
        if graph not in self.known:
            self.known[graph] = content_digest(self.graphs[graph])
        return self.known[graph]

    def still_known(
        self, changes: Collection[NamedNode], digests: Mapping[NamedNode, str]
    ) -> dict[NamedNode, str]:
        """The digests that are known when some graphs change, of those what `digests` says."""
        kept = {name: known for name, known in self.known.items() if name not in changes}
        return {**kept, **digests}

    @cached_property
    def _digests(self) -> dict[NamedNode, str]:
        return {name: self.digest(name) for name in self.graphs if name != ORGANISATION_GRAPH}

    @cached_property
    def _rules_by_name(self) -> list[Rule]:
        return sorted(self.rules.by_iri.values(), key=lambda rule: rule.name)

    @cached_property
    def _rules_digest(self) -> str:
        return digest_of(f"{rule.stage}/{rule.name} {rule.version}" for rule in self._rules_by_name)

    @cached_property
    def node(self) -> NamedNode:
        """The IRI of this version."""
        parts = sorted(f"{name.value} {digest}" for name, digest in self._digests.items())
        return iri("version", digest_of([self._rules_digest, *parts]))

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
            judges = (t.subject for t in triples if t.predicate in _JUDGES_BY)
            for thing in (name, *judges):
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
