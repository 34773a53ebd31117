"""An explanation as a JSON tree, with the names, evidence and sources of what it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from kb_service.access.view import View
from kb_service.engine.derivations import Absence
from kb_service.engine.explain import Explanation
from kb_service.engine.explanation_provenance import KnownOf, Origin, provenance, written
from kb_service.engine.rules import Rule
from kb_service.engine.sought import Sought
from kb_service.knowledge_base.explaining import PARAMETERS
from kb_service.knowledge_base.fit_document import Row, contested
from kb_service.vocabulary import NAMESPACES, A, iri, local_id
from kb_service.web.labels import Label, LabelReader, Labels, person_of
from kb_service.web.problems import Problem

Tree = dict[str, Any]
Term = NamedNode | BlankNode | Literal | Triple

_CONCLUDED_BY = iri("judgement", "concludedBy")
_FOR_MODEL = iri("judgement", "forModel")
_ON_PERIOD = iri("judgement", "onPeriod")
_ON_APPRAISAL = iri("judgement", "onAppraisal")
_IN_PERIOD = iri("performance", "inPeriod")
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
        ("judgement", "forItem"),
        ("judgement", "onGroup"),
        ("judgement", "box"),
        ("judgement", "onPeriod"),
        ("core", "part"),
    )
]
_SPACES = {"planItem": "plan-item", "planGroup": "plan-group"}
_NUMBERS = {"decimal", "integer", "double", "float"}


def conclusion_named(text: str) -> NamedNode:
    """The conclusion that a request names. Raises Problem 400 for text that is no IRI."""
    try:
        return NamedNode(text)
    except ValueError as error:
        raise Problem(
            400,
            "请在参数 conclusion 中给出一个结论的 IRI。",
            "Give the IRI of a conclusion as the parameter conclusion.",
        ) from error


def explanation(
    kb: View, labels: LabelReader, conclusion: NamedNode, as_of: date | None = None
) -> Tree:
    """Why something was concluded: the rule, the facts, and the same for each conclusion read.

    With `as_of`, as of a past day. Raises what KnowledgeBase.explain raises.
    """
    explained = kb.explain(conclusion, as_of)
    tree = explanation_tree(explained, labels_for(kb, labels, conclusion, as_of))
    model = _model_of(explained)
    return tree | {"model": model, "contested": _contested(kb, explained, model, as_of)}


def _model_of(explained: Explanation) -> str | None:
    """The id of the position model for which it was concluded, None when it is for none."""
    return _id_among(explained.statements, _FOR_MODEL)


def _period_of(explained: Explanation) -> str | None:
    """The id of the period of the appraisal that it belongs to, None when it belongs to none."""
    if period := _id_among(explained.statements, _ON_PERIOD):
        return period
    appraisals = {t.object for t in explained.statements if t.predicate == _ON_APPRAISAL}
    read = (fact.triple for node in explained.nodes() for fact in node.facts)
    return _id_among((triple for triple in read if triple.subject in appraisals), _IN_PERIOD)


def _id_among(triples: Iterable[Triple], predicate: NamedNode) -> str | None:
    """The id of the first thing that a triple with this predicate names, None when none does."""
    named = (t.object for t in triples if t.predicate == predicate)
    return next((local_id(each) for each in named if isinstance(each, NamedNode)), None)


def _contested(
    kb: View, explained: Explanation, model: str | None, as_of: date | None
) -> Tree | None:
    """Since when the person objects to the judgement or the appraisal that it belongs to, if so."""
    person = person_of(explained.conclusion.value)
    if person is None:
        return None
    found: list[Row] = []
    if model is not None:
        found += kb.ask_as_of(as_of, "contestations-of-fit", person=person, model=model).rows
    if period := _period_of(explained):
        asked = {"person": person, "period": period}
        found += kb.ask_as_of(as_of, "contestations-of-performance", **asked).rows
    return contested(sorted(found, key=lambda row: str(row["since"])))


def explanation_in_prov(
    kb: View,
    labels: LabelReader,
    conclusion: NamedNode,
    media_type: str,
    as_of: date | None = None,
) -> bytes:
    """The same as a PROV-O document of a media type of FORMATS."""
    known = labels_for(kb, labels, conclusion, as_of)

    def origin(thing: NamedNode) -> Origin:
        source, evidence = known.sources.get(thing.value), known.evidence.get(thing.value)
        return Origin(
            NamedNode(source) if source else None,
            iri("evidence", evidence) if evidence else None,
            known.dates.get(thing.value),
        )

    names = KnownOf(origin, lambda thing: known.of(thing.value) or {})
    return written(provenance(kb.explain(conclusion, as_of), names), media_type)


def labels_for(
    kb: View, labels: LabelReader, conclusion: NamedNode, as_of: date | None = None
) -> Labels:
    """The labels of all that a conclusion can rest on."""
    person = person_of(conclusion.value)
    return labels.about(kb, person, as_of) if person else labels.shared()


def explanation_tree(explained: Explanation, labels: Labels) -> Tree:
    """An explanation with the names of what it rests on."""
    return {
        **conclusion_words(explained.conclusion, explained.statements, labels),
        "rule": rule_words(explained.rule),
        "seenBefore": explained.seen_before,
        "facts": [
            fact_words(fact.triple, labels)
            | {"inferredFrom": [fact_words(triple, labels) for triple in fact.inferred_from]}
            for fact in explained.facts
        ],
        "conclusions": [explanation_tree(child, labels) for child in explained.conclusions],
        "notFound": [_absence(absence, labels) for absence in explained.absences],
    }


def conclusion_words(node: NamedNode, statements: Iterable[Triple], labels: Labels) -> Tree:
    """A conclusion: what kind it is, what it is about, and what it says."""
    said = list(statements)
    kind, about = _heading(node, said, labels)
    return {
        "conclusion": node.value,
        "kind": kind,
        "about": about,
        "statements": [
            _statement(triple.predicate, triple.object, labels)
            for triple in sorted(said, key=str)
            if triple.predicate not in _UNSAID
        ],
    }


def thing_words(thing: Sought, labels: Labels) -> Tree:
    """Something that a rule looks for, as far as it is known; a value of None may be anything."""
    kind = thing.kind
    return {
        "subject": thing.subject.value if thing.subject else None,
        "subjectLabel": _label(thing.subject, labels),
        "class": kind.value if kind else None,
        "kind": _label(kind, labels),
        "statements": [
            _statement(predicate, value, labels)
            for predicate, value in thing.statements
            if predicate != A
        ],
    }


def _absence(absence: Absence, labels: Labels) -> Tree:
    """What a rule looked for and, as it had to, did not find."""
    return {
        "things": [thing_words(thing, labels) for thing in absence.things if not thing.subject],
        "conditions": list(absence.conditions),
        "rules": [rule_words(rule) for rule in absence.rules],
        "ask": _why_not(absence, labels),
    }


def _why_not(absence: Absence, labels: Labels) -> dict[str, str] | None:
    """The parameters of a request that asks why it was not concluded, where a rule could have."""
    names = {predicate: name for name, predicate in PARAMETERS.items()}
    for thing in absence.things:
        if thing.subject or not thing.kind or not absence.rules:
            continue
        about = {
            names[predicate]: _id(names[predicate], value, labels)
            for predicate, value in thing.known
            if predicate in names and isinstance(value, NamedNode)
        }
        if "person" in about:
            return {"whyNot": local_id(thing.kind), **about}
    return None


def _id(name: str, node: NamedNode, labels: Labels) -> str:
    """The id by which a parameter of this name gives a thing."""
    if name == "period":
        return local_id(node)
    space = NAMESPACES.get(_SPACES.get(name, name))
    id = node.value.removeprefix(space) if space else local_id(node)
    return labels.people.get(id, id) if name == "person" else id


def concluded_by(kb: View, person: str, conclusion: str) -> str:
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


def _heading(
    node: NamedNode, statements: Iterable[Triple], labels: Labels
) -> tuple[Label | None, Label | None]:
    """What kind of conclusion it is, and what it is about."""
    said = {triple.predicate: triple.object for triple in statements}
    kind = said.get(A)
    about = next((said[predicate] for predicate in _ABOUT if predicate in said), None)
    return _label(kind, labels), _label(about, labels) or _inherited(node, labels)


def _inherited(node: NamedNode, labels: Labels) -> Label | None:
    """The requirement or dimension that the IRI names, for conclusions made on another one."""
    whole = node.value
    while "/" in whole.removeprefix(NAMESPACES["person"]):
        whole = whole.rsplit("/", 1)[0]
        if "/requirement/" in whole:
            label = labels.of(NAMESPACES["requirement"] + whole.rsplit("/", 1)[-1])
            if label:
                return label
    return None


def _label(term: Term | None, labels: Labels) -> Label | None:
    return labels.of(term.value) if isinstance(term, NamedNode) else None


def _statement(predicate: NamedNode, value: Term | None, labels: Labels) -> Tree:
    return {
        "predicate": predicate.value,
        "predicateLabel": _label(predicate, labels),
        "value": None if value is None else plain(value),
        "valueLabel": _label(value, labels),
    }


def fact_words(triple: Triple, labels: Labels) -> Tree:
    """A fact with the names in it, its evidence, its source and its day."""
    subject = triple.subject.value if isinstance(triple.subject, NamedNode) else ""
    source = labels.sources.get(subject)
    return {
        "subject": subject,
        "subjectLabel": labels.of(subject),
        **_statement(triple.predicate, triple.object, labels),
        "evidence": labels.evidence.get(subject),
        "source": source,
        "sourceLabel": labels.of(source) if source else None,
        "date": labels.dates.get(subject),
    }


def plain(term: Term) -> str | int | float | bool:
    """A term as JSON has it."""
    if isinstance(term, NamedNode):
        return term.value
    if isinstance(term, Literal):
        kind = local_id(term.datatype)
        if kind in _NUMBERS:
            return int(term.value) if kind == "integer" else float(term.value)
        return term.value == "true" if kind == "boolean" else term.value
    return str(term)
