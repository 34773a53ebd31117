"""Why something was decided in a study, as the JSON tree that explanations of people are told in."""

from __future__ import annotations

from dataclasses import replace

from pyoxigraph import NamedNode

from kb_service.access.studies import Studies
from kb_service.engine.explanation_provenance import KnownOf, provenance, written
from kb_service.web.explanations import Tree, explanation_tree
from kb_service.web.labels import Labels


def study_explanation(shared: Labels, studies: Studies, study: str, conclusion: NamedNode) -> Tree:
    """Why something was concluded of a study, with the labels of everything shared.

    Raises UnknownThingError and NothingConcludedError.
    """
    return explanation_tree(studies.explain(conclusion), _labels(shared, studies, study))


def study_provenance(
    shared: Labels, studies: Studies, study: str, conclusion: NamedNode, media_type: str
) -> bytes:
    """The same as PROV-O in a media type of FORMATS. Raises as `study_explanation` does."""
    labels = _labels(shared, studies, study)
    names = KnownOf(names=lambda thing: labels.of(thing.value) or {})
    return written(provenance(studies.explain(conclusion), names), media_type)


def _labels(shared: Labels, studies: Studies, study: str) -> Labels:
    return replace(shared, names={**shared.names, **studies.conclusions(study).names()})
