"""Why something was decided in a study, as the JSON tree that explanations of people are told in."""

from __future__ import annotations

from dataclasses import replace

from pyoxigraph import NamedNode

from kb_service.access.studies import Studies
from kb_service.access.view import View
from kb_service.engine.explanation_provenance import KnownOf, provenance, written
from kb_service.web.explanations import Tree, explanation_tree
from kb_service.web.labels import LabelReader, Labels

_RANK_AND_TIER = "/rank/tier"


def study_explanation(
    view: View, studies: Studies, study: str, item: str, round_: str = "", *, tier: bool = False
) -> Tree:
    """Why an item was decided on so, or with `tier` why it is suggested for its tier.

    Raises UnknownThingError and NothingConcludedError.
    """
    explained = studies.explain(conclusion_on(studies, study, item, round_, tier=tier))
    return explanation_tree(explained, _labels(view, studies, study))


def study_provenance(
    view: View,
    studies: Studies,
    study: str,
    item: str,
    round_: str,
    media_type: str,
    *,
    tier: bool = False,
) -> bytes:
    """The same as PROV-O in a media type of FORMATS. Raises as `study_explanation` does."""
    explained = studies.explain(conclusion_on(studies, study, item, round_, tier=tier))
    labels = _labels(view, studies, study)
    names = KnownOf(names=lambda thing: labels.of(thing.value) or {})
    return written(provenance(explained, names), media_type)


def conclusion_on(studies: Studies, study: str, item: str, round_: str, *, tier: bool) -> NamedNode:
    """The conclusion about an item; with `tier` the one that rests on it about its tier."""
    decision = studies.decision_on(study, item, round_)
    return NamedNode(decision.value + _RANK_AND_TIER) if tier else decision


def _labels(view: View, studies: Studies, study: str) -> Labels:
    shared = LabelReader(view.knowledge_base).shared()
    return replace(shared, names={**shared.names, **studies.conclusions(study).names()})
