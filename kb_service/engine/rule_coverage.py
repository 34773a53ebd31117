"""How often each rule fires: on an organisation's people, and in which cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from kb_service.engine.conclude import conclude_people, conclude_shared, relevant
from kb_service.engine.rule_cases import case_files, concluded_by, read_rule_case, run_case
from kb_service.engine.rules import Rule, RuleBook
from kb_service.vocabulary import iri

_CONCLUDED_BY = iri("judgement", "concludedBy")


@dataclass(frozen=True)
class Fired:
    """How many conclusions a rule drew, about how many people, and in which cases it drew some.

    `cases` maps titles to how many it drew there.
    """

    rule: Rule
    conclusions: int
    people: int
    cases: Mapping[str, int]

    @property
    def never(self) -> bool:
        """Whether it fired nowhere at all."""
        return not self.conclusions and not self.cases


def rule_coverage(
    rules: RuleBook,
    shared: Iterable[Triple],
    people: Mapping[NamedNode, Iterable[Triple]],
    as_of: date,
    root: Path,
) -> list[Fired]:
    """Each rule, in the order in which they run, with how often it fires.

    `root` is the folder whose cases are run, if it has any. Raises RulesDoNotSettleError naming a
    rule without end, and BrokenCase for a case that cannot be read.
    """
    drawn: Counter[str] = Counter()
    about: Counter[str] = Counter()
    for triples in _conclusions(rules, list(shared), people, as_of):
        found = Counter(
            triple.object.value
            for triple in triples
            if triple.predicate == _CONCLUDED_BY and isinstance(triple.object, NamedNode)
        )
        drawn.update(found)
        about.update(found.keys())
    in_cases = _in_cases(rules, root)
    shared_rules = {rule.iri.value for stage in rules.shared for rule in stage.rules}
    return [
        Fired(
            rule,
            drawn[name],
            0 if name in shared_rules else about[name],
            in_cases.get(name, {}),
        )
        for name, rule in rules.by_iri.items()
    ]


def _conclusions(
    rules: RuleBook,
    shared: list[Triple],
    people: Mapping[NamedNode, Iterable[Triple]],
    as_of: date,
) -> Iterator[list[Triple]]:
    """What is concluded from shared knowledge, then about each person."""
    concluded = conclude_shared(rules, shared)
    yield concluded
    base = relevant(rules.people, shared + concluded)
    for _, triples in conclude_people(rules, base, people.items(), as_of):
        yield triples


def _in_cases(rules: RuleBook, root: Path) -> dict[str, dict[str, int]]:
    everything = list(rules.by_iri.values())
    found: dict[str, dict[str, int]] = {}
    for path in case_files(root):
        case = read_rule_case(path, root)
        store = run_case(case, everything)
        for name in rules.by_iri:
            if count := concluded_by(store, name):
                found.setdefault(name, {})[case.title] = count
    return found
