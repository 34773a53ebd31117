"""What runs in a derivation process about studies: figures and conclusions, and why."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, Store, Triple

from kb_service.engine.conclude import relevant, run_stages, store_of
from kb_service.engine.explain import Explainer, Explanation, NothingConcludedError
from kb_service.engine.premises import Premises
from kb_service.engine.tasks import read_triples, triples_written
from kb_service.sparql import construct
from kb_service.study_records.figures import figure_triples
from kb_service.study_records.policy import PolicyLacks, read_policy
from kb_service.study_records.rdf import OF_STUDY, from_triples
from kb_service.vocabulary import POLICY_GRAPH, iri

LONGEST = 300.0
"""Seconds that a study may take: a process loads scipy first, and random answers are many."""

_CONCLUDED_BY = iri("judgement", "concludedBy")


@dataclass(frozen=True)
class WorkedOut:
    """What follows from a study as N-Triples, or the id of what the policy lacks to work it out."""

    triples: bytes = b""
    lacking: str = ""


@dataclass(frozen=True)
class ConcludeStudy:
    """The task of working out a study: its statistics, and what rules conclude from them.

    `facts` are N-Triples.
    """

    facts: bytes

    def run(self, premises: Premises) -> WorkedOut:
        """Every figure and every conclusion. Raises NotAStudy."""
        facts = read_triples(self.facts)
        try:
            figures = figures_about(facts, premises)
        except PolicyLacks as lacks:
            return WorkedOut(lacking=str(lacks))
        store = study_workspace(premises, [*facts, *figures])
        query = f"""CONSTRUCT {{ ?s ?p ?o }} WHERE {{
            ?s {OF_STUDY} ?study ; {_CONCLUDED_BY} ?rule ; ?p ?o }}"""
        return WorkedOut(triples_written([*figures, *construct(store, query)]))


@dataclass(frozen=True)
class ExplainOfStudy:
    """The task of explaining one conclusion about a study, from what is stored of it."""

    conclusion: NamedNode
    facts: bytes

    def run(self, premises: Premises) -> Explanation | None:
        """The whole tree of reasons, or None when there is no such conclusion."""
        facts = read_triples(self.facts)
        store = study_workspace(premises, [*facts, *figures_about(facts, premises)])
        try:
            return Explainer(store, premises.rules).explain(self.conclusion)
        except NothingConcludedError:
            return None


def figures_about(facts: list[Triple], premises: Premises) -> list[Triple]:
    """The statistics of a study as facts."""
    # The statistics need seconds to be imported, which only a process spends that computes some.
    from kb_service.study_records.computing import figures_of

    record = from_triples(facts)
    figures = figures_of(record, read_policy(premises.facts))
    return figure_triples(record.id, figures, [POLICY_GRAPH])


def study_workspace(premises: Premises, facts: list[Triple]) -> Store:
    """A store in memory with what rules read of shared knowledge, a study and all that follows."""
    stages = premises.rules.studies
    store = store_of(relevant(stages, (*premises.facts, *premises.conclusions)))
    store.extend(Quad(t.subject, t.predicate, t.object) for t in facts)
    run_stages(store, stages)
    return store
