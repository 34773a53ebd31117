"""OWL over our own ontology files: is it OWL 2 DL, are keys unique, does a reasoner find it sound."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Triple

from kb_service.findings import Finding
from kb_service.reasoning.hermit import ReasonerFailed, contradictions
from kb_service.reasoning.profile import key_clashes, profile_faults

__all__ = ["ReasonerFailed", "check_consistency", "contradictions", "key_clashes", "profile_faults"]


def check_consistency(triples: Iterable[Triple]) -> list[Finding]:
    """Everything that keeps the ontologies from being sound OWL 2 DL; empty when nothing does.

    The reasoner, which takes seconds, is asked only when the text is OWL 2 DL: it would refuse
    anything else, or misread it. Only for our own files, never for a stranger's.
    """
    facts = list(dict.fromkeys(triples))
    faults = profile_faults(facts) + key_clashes(facts)
    return faults or contradictions(facts)
