"""The knowledge as it would be after a change, and the people whom that may concern."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

from pyoxigraph import NamedNode, Triple

from kb_service.engine.affected import people_who_may_change
from kb_service.engine.comparison import whom_days_concern
from kb_service.engine.deriver import Deriver
from kb_service.engine.premises import Premises
from kb_service.engine.rules import RuleBook
from kb_service.engine.tasks import DrawShared, read_triples
from kb_service.findings import RefusedInput
from kb_service.knowledge_base.holdings import Holdings
from kb_service.knowledge_base.judging import Knowledge, read_knowledge, texts
from kb_service.knowledge_base.shared_graphs import AS_OF, STORE, joined
from kb_service.reasoning import InconsistentOntology, Inferences, infer
from kb_service.vocabulary import iri, local_id

# Whose conclusions are for a later day than the one that everybody else was judged for.
_JUDGED_AHEAD = """
PREFIX history: <https://w3id.org/rengang/ontology/history#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?graph WHERE {{
  ?graph a history:ConclusionSet ; history:judgedFor ?day .
  FILTER (?day > "{since}"^^xsd:date)
}}"""


class Consequences:
    """What follows from shared facts: by an OWL reasoner, then by the shared rules.

    `cache` is the folder for what took the reasoner long to find out.
    """

    def __init__(self, deriver: Deriver, cache: Path) -> None:
        self._deriver = deriver
        self._cache = cache

    def inferences(self, facts: Iterable[Triple]) -> Inferences:
        """What an OWL reasoner adds to shared facts; raises RefusedInput when they contradict.

        Asked again about the same facts, it answers from what it remembers.
        """
        try:
            return infer(facts, cache=self._cache / "reasoning")
        except InconsistentOntology as error:
            raise RefusedInput(error.findings) from error

    def of(
        self,
        old: Knowledge,
        changes: Mapping[NamedNode, list[Triple]],
        rules: RuleBook | None,
        digests: Mapping[NamedNode, str] = MappingProxyType({}),
    ) -> Knowledge:
        """The knowledge with these graphs and rules; `digests` are those of the graphs, if known.

        Raises RefusedInput as `inferences` does, and RuleStoppedError.
        """
        graphs = {name: triples for name, triples in {**old.graphs, **changes}.items() if triples}
        facts = dict.fromkeys(joined(graphs))
        found = self.inferences(list(facts))
        inferred = [triple for triple in found.triples if triple not in facts]
        facts.update(dict.fromkeys(inferred))
        before = set(old.premises.facts)
        gone = [triple for triple in old.premises.facts if triple not in facts]
        added = [triple for triple in facts if triple not in before]
        book = rules or old.rules
        conclusions = old.premises.conclusions
        if rules is not None or gone or added:
            drawn = self._deriver.run(DrawShared.of(gone, added, rules), old.premises)
            conclusions = tuple(read_triples(drawn))
        premises = Premises(book, tuple(facts), conclusions)
        if not (rules or gone or added):
            premises = old.premises
        return read_knowledge(premises, graphs, inferred, old.version.still_known(changes, digests))


def who_may_change(old: Knowledge, new: Knowledge, holdings: Holdings) -> list[str]:
    """The ids of the people whose conclusions can differ, by what rules read or by the day."""
    everybody = holdings.people_ids()
    if not everybody:
        return []
    affected = people_who_may_change(old.premises, new.premises, holdings)
    aged = _whom_the_day_concerns(new, holdings)
    if affected is None or aged is None:
        return everybody
    named = {local_id(person) for person in affected | aged}
    return [person for person in everybody if person in named]


def _whom_the_day_concerns(new: Knowledge, holdings: Holdings) -> set[NamedNode] | None:
    """The people who are judged otherwise on the new day than on the one last stored."""
    days = texts(holdings.store.graph(STORE), AS_OF)
    if not days:
        return None
    since = date.fromisoformat(days[0])
    if since == new.as_of:
        return set()
    concerned = whom_days_concern(new.premises, since, new.as_of, holdings)
    if concerned is None:
        return None
    ahead = holdings.select(_JUDGED_AHEAD.format(since=since))
    names = (row["graph"] for row in ahead)
    return concerned | {iri("person", local_id(n)) for n in names if isinstance(n, NamedNode)}
