"""The graphs of studies: which there are, and what follows from each, kept in step with the knowledge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import unquote

from pyoxigraph import NamedNode, Triple

from kb_service.engine.conclude import relevant
from kb_service.engine.deriver import Deriver
from kb_service.engine.tasks import read_triples, triples_written
from kb_service.findings import Finding, RefusedInput, violation
from kb_service.knowledge_base.judging import Knowledge
from kb_service.knowledge_base.study_tasks import LONGEST, ConcludeStudy
from kb_service.knowledge_base.versions import stamp
from kb_service.store import KnowledgeStore
from kb_service.study_records.policy import read_policy
from kb_service.vocabulary import STUDY_GRAPHS, study_conclusions_graph, study_graph


def study_ids(store: KnowledgeStore) -> list[str]:
    """The id of every study that is stored."""
    return [unquote(name.value[len(STUDY_GRAPHS) :]) for name in store.graph_names(STUDY_GRAPHS)]


def study_conclusions(
    study: str, facts: Sequence[Triple], knowledge: Knowledge, deriver: Deriver, at: datetime
) -> tuple[NamedNode, list[Triple]]:
    """The graph of a study's statistics and of what follows from them, with what it says of itself.

    Raises RuleStoppedError, and RefusedInput when the policy lacks a number that it takes.
    """
    graph = study_conclusions_graph(study)
    drawn = deriver.run(ConcludeStudy(triples_written(facts)), knowledge.premises, LONGEST)
    if drawn.lacking:
        raise RefusedInput([_policy_lacks(drawn.lacking)])
    said = stamp(graph, knowledge.version.node, knowledge.as_of, at)
    return graph, [*read_triples(drawn.triples), *said]


def studies_concluded_again(
    store: KnowledgeStore,
    deriver: Deriver,
    old: Knowledge,
    new: Knowledge,
    at: datetime,
    retold: Mapping[NamedNode, list[Triple]] | None = None,
) -> Iterator[tuple[NamedNode, list[Triple]]]:
    """The conclusions about every study, where the knowledge that they are drawn by is another.

    `retold` has the studies that are about to say something else than is stored, by their graphs.
    """
    told = retold or {}
    studies = study_ids(store)
    if not studies:
        return
    alike = _read_by_studies(old) == _read_by_studies(new)
    for study in studies:
        graph = study_graph(study)
        if graph in told or not alike:
            facts = told.get(graph) or store.graph(graph)
            yield study_conclusions(study, facts, new, deriver, at)


def _read_by_studies(knowledge: Knowledge) -> tuple[object, ...]:
    """All of the knowledge that statistics and rules about studies can read."""
    stages = knowledge.rules.studies
    premises = knowledge.premises
    read = relevant(stages, (*premises.facts, *premises.conclusions))
    texts = [rule.text for stage in stages for rule in stage.rules]
    return texts, frozenset(read), read_policy(premises.facts)


def _policy_lacks(id: str) -> Finding:
    return violation(
        f"政策里没有 policy:{id}，研究算不出来；请在 rules/policy.ttl 里补上。",
        f"The policy has no policy:{id}, without which studies cannot be worked out; add it to "
        "rules/policy.ttl.",
        f"policy:{id}",
    )
