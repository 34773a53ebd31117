"""Position models checked: by the shapes, as documents, and beside the people stored."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from pyoxigraph import Triple

from kb_service.findings import WORST_FIRST, Finding
from kb_service.knowledge_base.checking import CheckedDocument, Checker
from kb_service.knowledge_base.importing import FactsKnownAs, Importing
from kb_service.knowledge_base.judging import Knowledge
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.model_document_faults import ONTOLOGY, document_faults, subjects_of
from kb_service.knowledge_base.model_documents import SubmittedModel
from kb_service.knowledge_base.what_if.described import POSITION_MODEL
from kb_service.reasoning import ReasonerFailed, check_consistency
from kb_service.reasoning.house_style import HOUSE_STYLE, HouseStyle
from kb_service.validation.people_checks import people_checks
from kb_service.vocabulary import (
    ORGANISATION_GRAPH,
    POLICY_GRAPH,
)
from kb_service.workers import WorkerBusy

_NO_ONTOLOGIES = frozenset({ORGANISATION_GRAPH, POLICY_GRAPH})
_LONGEST_WAIT = 20.0
"""Seconds to wait for the reasoner, whose Java takes a processor and much memory each time."""


class ModelChecking:
    """Says everything that is wrong with what somebody submits; nothing is stored."""

    def __init__(self, keeper: Keeper, checker: Checker, importing: Importing, root: Path) -> None:
        self._keeper = keeper
        self._checker = checker
        self._importing = importing
        self._root = root
        self._reasoning = threading.Lock()
        self._style: tuple[Knowledge, HouseStyle] | None = None

    def document(
        self,
        data: bytes,
        media_type: str,
        filename: str,
        known_as: FactsKnownAs,
        *,
        consistency: bool = False,
        beside_people: bool = True,
    ) -> CheckedDocument:
        """What there is to say of a stranger's RDF, whatever it is about.

        Asked for its `consistency`, a reasoner says whether it contradicts the ontologies, which
        takes seconds, or that it did not finish. Raises WorkerBusy while it does the same for
        others. Without `beside_people` nothing is said that depends on the people stored.
        """

        def further(triples: Sequence[Triple]) -> list[Finding]:
            return self._beyond_shapes(
                triples, consistency=consistency, beside_people=beside_people
            )

        found = self._importing.check_document(data, media_type, filename, known_as, further)
        return replace(found, findings=tuple(_style_last(found.findings)))

    def model(
        self,
        submitted: SubmittedModel,
        *,
        consistency: bool = False,
        beside_people: bool = True,
    ) -> CheckedDocument:
        """What there is to say of a position model that was read; see `document`."""
        triples = list(submitted.triples)
        found = list(submitted.findings)
        if triples:
            beside = self._keeper.uploaded_facts()
            told = self._checker.triples(triples, beside, self._keeper.latest_day)["findings"]
            further = self._beyond_shapes(triples, True, consistency, beside_people)
            placed = submitted.placed(_style_last([*told, *further]))
            if not submitted.is_whole:
                placed = _without_warnings_of_models(placed, triples)
            found += submitted.without_echoes(placed)
        found = _style_last(found)
        found.sort(key=lambda one: WORST_FIRST.index(one.severity))
        status = submitted.status if not submitted.is_whole else _status(found)
        return CheckedDocument(tuple(found), status, triples)

    def _beyond_shapes(
        self,
        triples: Sequence[Triple],
        must_be_model: bool = False,
        consistency: bool = False,
        beside_people: bool = True,
    ) -> list[Finding]:
        """What no shape can say: of the document as a whole, and beside the people stored."""
        found: list[Finding] = []
        if must_be_model or subjects_of(triples, POSITION_MODEL):
            found += document_faults(triples)
        for check in people_checks(self._root) if beside_people else ():
            if query := check.asked(triples):
                found += [check.finding(row) for row in self._keeper.select(query)]
        if consistency:
            found += self._contradictions(triples)
        if must_be_model or subjects_of(triples, ONTOLOGY):
            found += self._house_style.faults(triples)
        return found

    @property
    def _house_style(self) -> HouseStyle:
        """The house style beside what is known at the moment."""
        knowledge = self._keeper.knowledge
        if self._style is None or self._style[0] is not knowledge:
            known = chain.from_iterable(knowledge.graphs.values())
            self._style = (knowledge, HouseStyle(known))
        return self._style[1]

    def _contradictions(self, triples: Sequence[Triple]) -> list[Finding]:
        """What keeps the ontologies with this document in its place from being sound OWL 2 DL."""
        if not self._reasoning.acquire(timeout=_LONGEST_WAIT):
            raise WorkerBusy("a reasoner is at work on another document")
        try:
            headers = subjects_of(triples, ONTOLOGY)
            graphs = self._keeper.knowledge.graphs
            left = (name for name in graphs if name not in {*_NO_ONTOLOGIES, *headers})
            known = (triple for name in left for triple in graphs[name])
            return check_consistency([*known, *triples])
        except ReasonerFailed:
            return [_undecided()]
        finally:
            self._reasoning.release()


def _style_last(findings: Sequence[Finding]) -> list[Finding]:
    """The findings without house style where something has to be corrected, or says the same."""
    others = [one for one in findings if one.shape != HOUSE_STYLE.value]
    if any(one.severity == "violation" for one in others):
        return others
    told = {(one.focus, one.path) for one in others}
    return [
        one
        for one in findings
        if one.shape != HOUSE_STYLE.value or (one.focus, one.path) not in told
    ]


def _without_warnings_of_models(
    findings: Iterable[Finding], triples: Sequence[Triple]
) -> list[Finding]:
    """The findings without what is remarked of a model as a whole, of which a part is not known."""
    models = {node.value for node in subjects_of(triples, POSITION_MODEL)}
    return [one for one in findings if one.severity == "violation" or one.focus not in models]


def _undecided() -> Finding:
    return Finding(
        "warning",
        {
            "zh": "推理机没有在限定时间内算完，是否自相矛盾尚不清楚；请稍后再试，或把公理写简单些。",
            "en": "The reasoner did not finish in time, so whether this contradicts itself is unknown;"
            " try again later, or write simpler axioms.",
        },
    )


def _status(findings: Iterable[Finding]) -> int:
    return 422 if any(finding.severity == "violation" for finding in findings) else 200
