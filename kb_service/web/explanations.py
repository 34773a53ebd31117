"""An explanation as a JSON tree, with the names, evidence and sources of what it rests on."""

from __future__ import annotations

from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from kb_service.engine.explain import Explanation
from kb_service.engine.rules import Rule
from kb_service.knowledge_base import KnowledgeBase
from kb_service.vocabulary import NAMESPACES, A, iri, local_id
from kb_service.web.labels import Label, LabelReader, Labels, person_of
from kb_service.web.problems import Problem

Tree = dict[str, Any]
Term = NamedNode | BlankNode | Literal | Triple

_CONCLUDED_BY = iri("judgement", "concludedBy")
_UNSAID = {A, _CONCLUDED_BY, iri("judgement", "ofPerson"), iri("judgement", "forModel")}
_ABOUT = [
    iri(prefix, local)
    for prefix, local in (
        ("judgement", "forRequirement"),
        ("judgement", "asksFor"),
        ("judgement", "forDimension"),
        ("judgement", "training"),
        ("judgement", "motivation"),
        ("judgement", "incentive"),
        ("judgement", "verdict"),
        ("judgement", "onAssessment"),
        ("core", "part"),
    )
]
_NUMBERS = {"decimal", "integer", "double", "float"}


def explanation(kb: KnowledgeBase, labels: LabelReader, conclusion: str) -> Tree:
    """Why something was concluded: the rule, the facts, and the same for each conclusion read.

    Raises Problem 400 for text that is no IRI, and what KnowledgeBase.explain raises.
    """
    try:
        node = NamedNode(conclusion)
    except ValueError as error:
        raise Problem(
            400,
            "请在参数 conclusion 中给出一个结论的 IRI。",
            "Give the IRI of a conclusion as the parameter conclusion.",
        ) from error
    explained = kb.explain(node)
    person = person_of(conclusion)
    return _tree(explained, labels.about(person) if person else labels.shared())


def _tree(explained: Explanation, labels: Labels) -> Tree:
    kind, about = _heading(explained, labels)
    return {
        "conclusion": explained.conclusion.value,
        "kind": kind,
        "about": about,
        "statements": [
            _statement(triple, labels)
            for triple in sorted(explained.statements, key=str)
            if triple.predicate not in _UNSAID
        ],
        "rule": rule_words(explained.rule),
        "seenBefore": explained.seen_before,
        "facts": [_fact(triple, labels) for triple in explained.facts],
        "conclusions": [_tree(child, labels) for child in explained.conclusions],
    }


def concluded_by(kb: KnowledgeBase, person: str, conclusion: str) -> str:
    """The name of the rule that made a conclusion about a person."""
    quads = kb.workspace(person).quads_for_pattern(
        NamedNode(conclusion), _CONCLUDED_BY, None, DefaultGraph()
    )
    return next(local_id(quad.object) for quad in quads if isinstance(quad.object, NamedNode))


def rule_words(rule: Rule) -> Tree:
    """A rule in its own words."""
    return {
        "name": rule.name,
        "title": rule.title,
        "says": {"zh": rule.says_zh, "en": rule.says},
        "because": rule.because,
    }


def _heading(explained: Explanation, labels: Labels) -> tuple[Label | None, Label | None]:
    """What kind of conclusion it is, and what it is about."""
    said = {triple.predicate: triple.object for triple in explained.statements}
    kind = said.get(A)
    about = next((said[predicate] for predicate in _ABOUT if predicate in said), None)
    return _label(kind, labels), _label(about, labels) or _inherited(explained, labels)


def _inherited(explained: Explanation, labels: Labels) -> Label | None:
    """The requirement or dimension that the IRI names, for conclusions made on another one."""
    whole = explained.conclusion.value
    while "/" in whole.removeprefix(NAMESPACES["person"]):
        whole = whole.rsplit("/", 1)[0]
        if "/requirement/" in whole:
            label = labels.of(NAMESPACES["requirement"] + whole.rsplit("/", 1)[-1])
            if label:
                return label
    return None


def _label(term: Term | None, labels: Labels) -> Label | None:
    return labels.of(term.value) if isinstance(term, NamedNode) else None


def _statement(triple: Triple, labels: Labels) -> Tree:
    return {
        "predicate": triple.predicate.value,
        "predicateLabel": _label(triple.predicate, labels),
        "value": _value(triple.object),
        "valueLabel": _label(triple.object, labels),
    }


def _fact(triple: Triple, labels: Labels) -> Tree:
    subject = triple.subject.value if isinstance(triple.subject, NamedNode) else ""
    source = labels.sources.get(subject)
    return {
        "subject": subject,
        "subjectLabel": labels.of(subject),
        **_statement(triple, labels),
        "evidence": labels.evidence.get(subject),
        "source": source,
        "sourceLabel": labels.of(source) if source else None,
        "date": labels.dates.get(subject),
    }


def _value(term: Term) -> str | int | float | bool:
    if isinstance(term, NamedNode):
        return term.value
    if isinstance(term, Literal):
        kind = local_id(term.datatype)
        if kind in _NUMBERS:
            return int(term.value) if kind == "integer" else float(term.value)
        return term.value == "true" if kind == "boolean" else term.value
    return str(term)
