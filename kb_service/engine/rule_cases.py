"""Cases of rules as files: what is given, what must follow, what must not, and what does follow.

A case is one file in `tests/rules/<rule>/`. Only the stage of the rule it exercises is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse

from kb_service.engine.conclude import run_stages
from kb_service.engine.rules import Rule, rule_book
from kb_service.vocabulary import iri

_CASE = "https://w3id.org/rengang/test/case#"
_GIVEN, _THEN, _NEVER = (NamedNode(_CASE + name) for name in ("given", "then", "never"))
_EXERCISES = NamedNode(_CASE + "exercises")


class BrokenCase(ValueError):
    """A case file that cannot be read; says why."""


@dataclass(frozen=True)
class RuleCase:
    """One claim about one rule; `path` is as findings show it."""

    path: str
    title: str
    rule: str
    given: tuple[Triple, ...]
    then: tuple[Triple, ...]
    never: tuple[Triple, ...]


def case_files(root: Path) -> list[Path]:
    """The case files beside a knowledge folder: none where only the package is installed."""
    return sorted((root / "tests" / "rules").rglob("*.trig"))


def read_rule_case(path: Path, root: Path) -> RuleCase:
    """The case in a file. Raises BrokenCase for TriG that is broken or exercises no rule."""
    shown = path.relative_to(root).as_posix()
    address = path.resolve().as_uri()
    try:
        quads = list(parse(path.read_bytes(), format=RdfFormat.TRIG, base_iri=address))
    except (SyntaxError, OSError) as error:
        raise BrokenCase(str(error)) from error
    claim = {quad.predicate: quad.object for quad in quads if quad.subject == NamedNode(address)}
    rule, title = claim.get(_EXERCISES), claim.get(iri("dcterms", "title"))
    if not isinstance(rule, NamedNode) or title is None or isinstance(title, Triple):
        raise BrokenCase("no dcterms:title or case:exercises")
    parts = [
        tuple(quad.triple for quad in quads if quad.graph_name == graph)
        for graph in (_GIVEN, _THEN, _NEVER)
    ]
    return RuleCase(shown, title.value, rule.value, *parts)


def run_case(case: RuleCase, rules: Sequence[Rule]) -> Store:
    """What is given, and what the stage of the case's rule concludes from it.

    Raises RulesDoNotSettleError naming a rule without end.
    """
    stage = next((rule.stage for rule in rules if rule.iri.value == case.rule), None)
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in case.given)
    book = rule_book([rule for rule in rules if rule.stage == stage])
    run_stages(store, book.shared + book.people)
    return store


def concluded_by(store: Store, rule: str) -> int:
    """How many conclusions of a rule a store holds."""
    by = iri("judgement", "concludedBy")
    return sum(1 for _ in store.quads_for_pattern(None, by, NamedNode(rule), None))
