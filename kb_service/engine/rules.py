"""Rules as files say them: one conclusion each, in numbered stages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import groupby
from pathlib import Path

from pyoxigraph import NamedNode

from kb_service.engine.header import Header, whole_header
from kb_service.engine.text import QueryText, squeezed
from kb_service.knowledge_files import knowledge_root, rule_files
from kb_service.vocabulary import iri

FIELDS = ("Says", "说明", "Because", "Reads", "Writes")
"""The fields of a rule's header, in the order in which `Rule` has them."""


@dataclass(frozen=True)
class Rule:
    """One rule file: its header in people's words and its CONSTRUCT."""

    name: str
    stage: str
    title: str
    says: str
    says_zh: str
    because: str
    reads: str
    writes: str
    text: str

    def __getstate__(self) -> dict[str, str]:
        """What travels to another process: what the file says, and nothing made of it."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @property
    def iri(self) -> NamedNode:
        """The IRI by which conclusions name this rule."""
        return iri("rule", self.name)

    @cached_property
    def version(self) -> str:
        """The first 12 hexadecimal digits of the SHA-256 of its text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    @cached_property
    def query(self) -> QueryText:
        """The rule's CONSTRUCT, taken apart."""
        return QueryText(self.text)

    @cached_property
    def update(self) -> str:
        """The rule as a SPARQL update that adds its conclusions to the default graph."""
        query = self.query
        return squeezed(f"{query.prologue} INSERT {{ {query.head} }} WHERE {{ {query.body} }}")

    @property
    def judges_people(self) -> bool:
        """Whether its conclusions are about a person, rather than shared knowledge."""
        return iri("judgement", "ofPerson").value in self.query.mentioned_in(self.query.head)

    @property
    def judges_studies(self) -> bool:
        """Whether its conclusions are about a model-building study."""
        return iri("studies", "ofStudy").value in self.query.mentioned_in(self.query.head)

    @property
    def conclusion_variable(self) -> str:
        """The name of the variable that stands for the conclusion in the head."""
        match = re.match(r"\s*\?(\w+) a ", self.query.head)
        if match is None:
            raise ValueError(f"{self.name}: begin the head with the conclusion and its class")
        return match[1]


@dataclass(frozen=True)
class Stage:
    """Rules that run together: those that read nothing of their own stage, then the rest, which
    repeat until they add nothing."""

    name: str
    once: tuple[Rule, ...]
    repeated: tuple[Rule, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of the stage."""
        return self.once + self.repeated


@dataclass(frozen=True)
class RuleBook:
    """All rules, split into those about shared knowledge and those about one person."""

    shared: tuple[Stage, ...]
    people: tuple[Stage, ...]

    def __getstate__(self) -> dict[str, tuple[Stage, ...]]:
        """What travels to another process."""
        return {"shared": self.shared, "people": self.people}

    @cached_property
    def studies(self) -> tuple[Stage, ...]:
        """The stages about studies.

        They stand among those about shared knowledge, where they find nothing until the facts of a
        study lie beside it: a study is nobody's facts, and no rule about people reads one.
        """
        return tuple(s for s in self.shared if all(rule.judges_studies for rule in s.rules))

    @cached_property
    def by_iri(self) -> dict[str, Rule]:
        """Each rule by the IRI that its conclusions name."""
        stages = self.shared + self.people
        return {rule.iri.value: rule for stage in stages for rule in stage.rules}


def read_rule(path: Path) -> Rule:
    """The rule in a file, its stage being the folder.

    Raises ValueError naming the file and the header line that is missing.
    """
    text = path.read_text(encoding="utf-8")
    header = whole_header(path, text, FIELDS)
    return rule_of(path.stem, path.parent.name, header, text)


def rule_of(name: str, stage: str, header: Header, text: str) -> Rule:
    """The rule that a header and its text make; what the header does not say is empty."""
    says, says_zh, because, reads, writes = (header.fields.get(field, "") for field in FIELDS)
    return Rule(
        name=name,
        stage=stage,
        title=header.title,
        says=says,
        says_zh=says_zh,
        because=because,
        reads=reads,
        writes=writes,
        text=text,
    )


def read_rule_book(root: Path | None = None) -> RuleBook:
    """Every rule file of the knowledge, in stages.

    Raises ValueError when a stage mixes rules about people, studies and shared knowledge.
    """
    return rule_book([read_rule(path) for path in rule_files(root or knowledge_root())])


def rule_book(rules: Sequence[Rule]) -> RuleBook:
    """Rules sorted into stages by the names of their folders."""
    shared: list[Stage] = []
    people: list[Stage] = []
    for name, members in groupby(sorted(rules, key=lambda r: (r.stage, r.name)), lambda r: r.stage):
        stage = _stage(name, tuple(members))
        kinds = {(rule.judges_people, rule.judges_studies) for rule in stage.rules}
        if len(kinds) > 1:
            raise ValueError(
                f"stage {name}: keep rules about people, and those about studies, in stages of their own"
            )
        about_people, _ = kinds.pop()
        (people if about_people else shared).append(stage)
    return RuleBook(tuple(shared), tuple(people))


def _stage(name: str, rules: tuple[Rule, ...]) -> Stage:
    written = frozenset().union(*(rule.query.classes_of_head for rule in rules))
    repeated = tuple(rule for rule in rules if rule.query.mentioned_in(rule.query.body) & written)
    return Stage(name, tuple(rule for rule in rules if rule not in repeated), repeated)
