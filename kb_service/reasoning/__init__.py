"""OWL: is it OWL 2 DL, is it sound, what follows from it, and from what does that follow."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Triple

from kb_service.findings import Finding
from kb_service.reasoning.consistency import contradictions
from kb_service.reasoning.inferences import InconsistentOntology, Inferences, infer
from kb_service.reasoning.java import find_java, no_java
from kb_service.reasoning.profile import key_clashes, profile_faults
from kb_service.reasoning.reasoner import REASONERS, ReasonerFailed
from kb_service.reasoning.support import support
from kb_service.reasoning.telling import KINDS, kind_of

__all__ = [
    "KINDS",
    "REASONERS",
    "InconsistentOntology",
    "Inferences",
    "ReasonerFailed",
    "check_consistency",
    "find_java",
    "contradictions",
    "infer",
    "key_clashes",
    "kind_of",
    "no_java",
    "profile_faults",
    "support",
]


def check_consistency(triples: Iterable[Triple]) -> list[Finding]:
    """Everything that keeps the ontologies from being sound OWL 2 DL; empty when nothing does.

    The reasoner, which takes seconds, is asked only when the text is OWL 2 DL: it would refuse
    anything else, or misread it. Raises ReasonerFailed when it gives no answer.
    """
    facts = list(dict.fromkeys(triples))
    faults = profile_faults(facts) + key_clashes(facts)
    return faults or contradictions(facts)
