"""A request understood: what it changes, in facts and in words, found fit to be supposed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from pyoxigraph import NamedNode

from kb_service.engine.what_if import concerned_models
from kb_service.findings import Finding, RefusedInput
from kb_service.knowledge_base.checking import Checker
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.what_if.changes import Changes, policy_changes, rating_changes
from kb_service.knowledge_base.what_if.described import Described
from kb_service.knowledge_base.what_if.draft import draft_changes, draft_words, drafted_models
from kb_service.knowledge_base.what_if.json_reader import JsonReader, pointer
from kb_service.knowledge_base.what_if.performance_changes import performance_changes
from kb_service.knowledge_base.what_if.request import (
    MODEL,
    Draft,
    Known,
    WhatIfRequest,
    parse_what_if,
)
from kb_service.knowledge_base.what_if.requirement_changes import requirement_changes

_TOO_LONG = 413


@dataclass(frozen=True)
class Supposed:
    """What a request asks for, and what it supposes.

    `described` knows things as they are and as they would be. `models` are those to look at, None
    for all of them. `notes` is what the shapes remark though nothing is wrong.
    """

    request: WhatIfRequest
    changes: Changes
    described: Described
    models: frozenset[NamedNode] | None
    notes: tuple[Finding, ...]


@dataclass(frozen=True)
class _ReadDraft:
    """What a draft changes, the models in it, and what the shapes remark."""

    changes: Changes = field(default_factory=Changes)
    models: tuple[NamedNode, ...] = ()
    notes: tuple[Finding, ...] = ()


class Supposing:
    """Understands requests about what is stored, by the shapes of the knowledge folder."""

    def __init__(self, keeper: Keeper, checker: Checker) -> None:
        self._keeper = keeper
        self._checker = checker
        self._described: tuple[object, Described] | None = None

    def understood(self, body: object) -> Supposed:
        """What a JSON body supposes.

        Raises RefusedInput with the pointer of everything that is unknown, contradicts itself or
        breaks a shape.
        """
        knowledge = self._keeper.knowledge
        known = self._known()
        request = parse_what_if(
            body, Known(knowledge.catalogue, known, knowledge.teams, knowledge.performance)
        )
        draft = self._read(request.draft, known) if request.draft else _ReadDraft()
        _refuse_twice(request, draft.models, known)
        changes = Changes.joined(
            [
                rating_changes(request.ratings, knowledge.catalogue, self._today),
                performance_changes(request.performance),
                requirement_changes(request.requirements, known, knowledge.catalogue),
                policy_changes(request.policy, known),
                draft.changes,
            ]
        )
        notes = (*draft.notes, *self._checked(changes))
        described = self._with(known, changes)
        words = (*changes.words, *draft_words(draft.models, known, described))
        models = self._models(request, changes, described)
        return Supposed(request, replace(changes, words=words), described, models, notes)

    @property
    def _today(self) -> date:
        return max(self._keeper.knowledge.as_of, date.today())

    def _known(self) -> Described:
        """Things as they are; read again when knowledge has changed."""
        premises = self._keeper.knowledge.premises
        if self._described is None or self._described[0] is not premises:
            facts = self._keeper.shared_facts()  # what a reasoner inferred besides stays as it is
            self._described = premises, Described(facts, premises.conclusions)
        return self._described[1]

    def _with(self, known: Described, changes: Changes) -> Described:
        """Things as they are, with what would be there besides in front."""
        added = changes.supposition.added
        if all(isinstance(t.subject, NamedNode) and known.is_known(t.subject) for t in added):
            return known
        conclusions = self._keeper.knowledge.premises.conclusions
        return Described((*added, *self._keeper.shared_facts()), conclusions)

    def _read(self, draft: Draft, known: Described) -> _ReadDraft:
        """What a draft says, read and checked in a process that may be killed."""
        uploaded = self._keeper.uploaded_facts()
        read = self._checker.document(
            draft.text.encode(), draft.media_type, "", self._today, lambda said: uploaded
        )
        changes, said = Changes(), read.triples
        if said:  # what a draft must not speak of comes before what is wrong with it
            changes = draft_changes(said, known, self._keeper.knowledge.rules)
        findings = tuple(replace(finding, where="/model") for finding in read.findings)
        if not read.conforms:
            raise RefusedInput(findings, _TOO_LONG if read.status == _TOO_LONG else 422)
        return _ReadDraft(changes, tuple(drafted_models(said)), _warnings(findings))

    def _checked(self, changes: Changes) -> tuple[Finding, ...]:
        """What the shapes remark about everything that would be otherwise."""
        if not changes.checked:
            return ()
        beside = self._keeper.uploaded_facts()
        answer = self._checker.triples(changes.checked, beside, self._today)
        findings = tuple(changes.placed(finding) for finding in answer["findings"])
        if any(finding.severity == "violation" for finding in findings):
            raise RefusedInput(findings)
        return _warnings(finding for finding in findings if finding.where)

    def _models(
        self, request: WhatIfRequest, changes: Changes, described: Described
    ) -> frozenset[NamedNode] | None:
        """The models to look at: those named, as far as the change can concern them."""
        named = _named_models(request, described)
        if changes.supposition.is_about_people:
            return named
        shared = (*changes.supposition.gone, *changes.supposition.added)
        rules = self._keeper.knowledge.rules
        concerned = concerned_models(rules, shared, described.model_of)
        if named is None or concerned is None:
            return concerned if named is None else named
        return named & concerned


def _warnings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.severity == "warning")


def _named_models(request: WhatIfRequest, described: Described) -> frozenset[NamedNode] | None:
    if request.models is None:
        return None
    reader = JsonReader()
    for place, id in enumerate(request.models):
        reader.choice(id, described.models, f"/models/{place}", MODEL)
    reader.refuse()
    return frozenset(described.models[id].node for id in request.models)


def _refuse_twice(request: WhatIfRequest, drafted: Iterable[NamedNode], known: Described) -> None:
    """Refuse to change a requirement of a stored model that a draft takes the place of."""
    reader = JsonReader()
    ids = {known.id(node) for node in drafted}
    for id in request.requirements:
        if id in ids:
            reader.fault(
                "字段 model 里已有这个岗位模型；请直接在那里修改。",
                "The field model holds this position model already; change it there.",
                f"/requirements/{pointer(id)}",
            )
    reader.refuse()
