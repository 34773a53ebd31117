"""Terms, the modules that declare them, and how to find one: what pages about them are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from kb_service.vocabulary import NAMESPACES

Texts = Mapping[str, str]
"""A text by language, `zh` and `en`; a text without a language is under both."""


class Kind(StrEnum):
    """What a term is to OWL."""

    CLASS = "class"
    OBJECT_PROPERTY = "object-property"
    DATATYPE_PROPERTY = "datatype-property"
    ANNOTATION_PROPERTY = "annotation-property"
    INDIVIDUAL = "individual"


@dataclass(frozen=True)
class TermTexts:
    """What people read of a term; a text that it does not have is empty."""

    label: Texts
    alternatives: Texts
    definition: Texts
    scope_note: Texts
    example: Texts
    note: Texts


@dataclass(frozen=True)
class Support:
    """What a term rests on: ids of evidence, empty where nothing is said, and cited sources."""

    evidence: str
    definition: str
    placement: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Alignment:
    """What a term comes closest to in another vocabulary; `relation` is a mapping property of SKOS."""

    relation: str
    target: str
    label: str
    notation: str
    scheme: Texts
    evidence: str
    note: Texts


@dataclass(frozen=True)
class Statement:
    """A property of an individual and one value: the IRI of a thing, or a text."""

    property: str
    value: str
    is_thing: bool
    language: str = ""


@dataclass(frozen=True)
class Near:
    """The IRIs of what stands beside a term; which of them there are depends on its kind."""

    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    range: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    """Of an individual."""
    members: tuple[str, ...] = ()
    """Of a class."""
    in_domain_of: tuple[str, ...] = ()
    in_range_of: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
    named_by: tuple[tuple[str, str], ...] = ()
    """Of an individual: pairs of another one and the property by which that refers to it."""


@dataclass(frozen=True)
class Term:
    """One class, property or individual."""

    iri: str
    kind: Kind
    module: str
    """The IRI of the graph that declares it."""
    texts: TermTexts
    support: Support
    near: Near
    sentences: tuple[Texts, ...]
    """What the axioms about it say, a sentence each."""
    alignments: tuple[Alignment, ...]
    models: tuple[str, ...]
    """The IRIs of the position models' graphs that use it."""
    deprecated: bool
    replaced_by: tuple[str, ...]

    @property
    def prefix(self) -> str:
        """The prefix of its namespace; empty when we have none for it."""
        return prefixed(self.iri)[0]

    @property
    def local(self) -> str:
        """What follows its namespace; the whole IRI when we have no prefix for that."""
        return prefixed(self.iri)[1]

    @property
    def name(self) -> str:
        """`prefix:local`, or the IRI."""
        return f"{self.prefix}:{self.local}" if self.prefix else self.iri

    @property
    def anchor(self) -> str:
        """Where it stands on the page of its module: the fragment of its IRI, else its name."""
        return self.iri.partition("#")[2] or self.name


@dataclass(frozen=True)
class Module:
    """A graph that declares terms: a module, a framework, a position model, a catalogue, policy."""

    iri: str
    path: str
    """How its page is addressed: what follows `ontology/` in its IRI; empty for the ontology."""
    title: Texts
    description: Texts
    version: str
    license: str
    imports: tuple[str, ...]
    group: str
    """`root`, which imports all others, `modules`, `frameworks`, `models` or `data`."""
    terms: tuple[str, ...] = ()
    """The IRIs of the terms that it declares, in order."""


@dataclass(frozen=True)
class TermBook:
    """Every term by IRI and every module by path, of some graphs; what imports least is first."""

    terms: Mapping[str, Term]
    modules: Mapping[str, Module]

    @cached_property
    def path_of(self) -> Mapping[str, str]:
        """From the IRI of a module to its path."""
        return {module.iri: module.path for module in self.modules.values()}

    def module_of(self, term: Term) -> Module:
        """The module that declares a term."""
        return self.modules[self.path_of[term.module]]

    def of(self, module: Module, kind: Kind) -> list[Term]:
        """The terms of a kind that a module declares."""
        return [self.terms[iri] for iri in module.terms if self.terms[iri].kind == kind]

    def group(self, name: str) -> list[Module]:
        """The modules of a group."""
        return [module for module in self.modules.values() if module.group == name]

    def importers(self, module: Module) -> list[Module]:
        """The modules that import a module."""
        return [other for other in self.modules.values() if module.iri in other.imports]

    @cached_property
    def top_classes(self) -> list[Term]:
        """The classes that have a label and are below no other class that has one."""
        labelled = [t for t in self.terms.values() if t.kind is Kind.CLASS and t.texts.label]
        names = {term.iri for term in labelled}
        return [term for term in labelled if not names & set(term.near.above)]


def prefixed(iri: str) -> tuple[str, str]:
    """An IRI as a prefix of ours and what follows its namespace; no prefix where none fits."""
    fitting = [
        (prefix, space)
        for prefix, space in NAMESPACES.items()
        if iri.startswith(space) and len(iri) > len(space)
    ]
    if not fitting:
        return "", iri
    prefix, space = max(fitting, key=lambda each: len(each[1]))
    return prefix, iri[len(space) :]
