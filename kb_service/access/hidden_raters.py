"""Who rated whom, kept out of what people are told: forms are there, without a rater to know.

The code of a rater may stand in the IRI of a form and of everything said in it, and the day on which
somebody rated may give them away, so that both are replaced or left out.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from kb_service.access.people_graphs import WRITTEN_TRIPLES
from kb_service.engine.explain import Fact
from kb_service.engine.rules import Rule
from kb_service.knowledge_base.history import Revision
from kb_service.people_records import person_iri
from kb_service.vocabulary import A, iri

_FORM = iri("performance", "RatingForm")
_IN_FORM = iri("performance", "inForm")
_CORRECTS = iri("performance", "corrects")
_TELLING = {iri("performance", "rater"), iri("performance", "ratedOn")}
_SECRET = secrets.token_bytes(16)
"""Of this process: names that are made with it tell nothing to whoever has a list of codes."""
_Told = TypeVar("_Told")


@dataclass(frozen=True)
class HiddenRaters:
    """Other IRIs for the forms about a person, and for all that is said in them."""

    nodes: Mapping[str, str]

    @classmethod
    def about(
        cls, person: str, facts: Iterable[Triple], revisions: Iterable[Revision] = ()
    ) -> HiddenRaters:
        """The forms that facts about a person describe, or did before some of these changes."""
        known = list(facts)
        for each in revisions:
            known += [*each.undone, *each.done]
        forms = {t.subject for t in known if t.predicate == A and t.object == _FORM}
        ratings = {t.subject for t in known if t.predicate == _IN_FORM}
        corrections = {t.subject for t in known if t.predicate == _CORRECTS and t.object in ratings}
        return cls(
            {
                node.value: _other(person, node.value)
                for node in forms | ratings | corrections
                if isinstance(node, NamedNode)
            }
        )

    def hides(self, node: NamedNode) -> bool:
        """Whether a node would give away who rated: a form, or something below it."""
        return self.node(node) != node

    def node(self, node: NamedNode) -> NamedNode:
        """The node by the IRI that people are told."""
        whole = start = node.value
        while start:
            if start in self.nodes:
                return NamedNode(self.nodes[start] + whole[len(start) :])
            start = start.rpartition("/")[0]
        return node

    def triples(self, triples: Iterable[Triple]) -> list[Triple]:
        """The statements without those that give raters away, and by other IRIs."""
        return [self._triple(each) for each in triples if each.predicate not in _TELLING]

    def history(self, triples: Iterable[Triple]) -> list[Triple]:
        """What was remembered of changes, which tells of statements in texts, in the same way."""
        return [
            Triple(each.subject, each.predicate, Literal(self.text(each.object.value)))
            if each.predicate in WRITTEN_TRIPLES and isinstance(each.object, Literal)
            else each
            for each in triples
        ]

    def text(self, written: str) -> str:
        """Statements in N-Triples in the same way, in a settled order."""
        told = self.triples(_read(written)) if self.nodes else None
        if told is None:
            return written
        return (serialize(sorted(told, key=str), format=RdfFormat.N_TRIPLES) or b"").decode()

    def revision(self, revision: Revision) -> Revision:
        """A change of somebody's facts in the same way."""
        return replace(
            revision,
            removed=self.text(revision.removed),
            added=self.text(revision.added),
            before=None if revision.before is None else self.text(revision.before),
        )

    def within(self, told: _Told) -> _Told:
        """What is told, be it an explanation or the reasons why not, without a rater to know in it."""
        return cast(_Told, self._within(told)) if self.nodes else told

    def _within(self, told: Any) -> Any:
        if isinstance(told, NamedNode):
            return self.node(told)
        if isinstance(told, Triple):
            return self._triple(told)
        if isinstance(told, tuple):
            left = tuple(self._within(each) for each in told if not _gives_away(each))
            # Facts stand in the order of their IRIs, which was that of the codes.
            return tuple(sorted(left, key=str)) if left and isinstance(left[0], Fact) else left
        if isinstance(told, Rule) or not is_dataclass(told) or isinstance(told, type):
            return told
        parts = {each.name: getattr(told, each.name) for each in fields(told)}
        return replace(told, **{name: self._within(part) for name, part in parts.items()})

    def _triple(self, triple: Triple) -> Triple:
        subject, value = triple.subject, triple.object
        return Triple(
            self.node(subject) if isinstance(subject, NamedNode) else subject,
            triple.predicate,
            self.node(value) if isinstance(value, NamedNode) else value,
        )


def _gives_away(told: object) -> bool:
    triple = told.triple if isinstance(told, Fact) else told
    return isinstance(triple, Triple) and triple.predicate in _TELLING


def _read(written: str) -> list[Triple]:
    return [quad.triple for quad in parse(written, format=RdfFormat.N_TRIPLES)]


def _other(person: str, node: str) -> str:
    name = hmac.new(_SECRET, node.encode(), hashlib.sha256).hexdigest()[:12]
    return f"{person_iri(person).value}/form/{name}"
