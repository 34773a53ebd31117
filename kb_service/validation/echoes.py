"""Findings that only repeat another fault: whoever cures that one has cured them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from pyoxigraph import BlankNode, Literal, Triple

from kb_service.findings import Finding
from kb_service.vocabulary import A, iri

_CLASS_OF_PROPERTY = iri("shape", "Thing-class-of-property").value
_MODEL_OF_REQUIREMENT = iri("shape", "Requirement-model-one").value
_REQUIRES = iri("core", "requires").value
_INTEGER = iri("xsd", "integer")


def without_echoes(
    findings: Sequence[Finding], data: Sequence[Triple], of_values: Collection[str]
) -> list[Finding]:
    """The findings, each fault told once.

    A thing whose class is missing or misspelled is no proper value of others either, as the shapes
    `of_values` say, which ask for values of a class. What a model asks for by a property that does
    not exist is asked for by nobody. And a decimal comma is one fault, though it makes two values
    of one.
    """
    told = _without_those_of_no_class(findings, of_values)
    return _with_decimal_points(_without_those_of_no_property(told, data), data)


def distinct(findings: list[Finding]) -> list[Finding]:
    """One finding for each fault: a shape that trips over the same value twice says it once."""
    valued = {finding.focus for finding in findings if finding.value}
    once = {
        (finding.focus, finding.value): finding
        for finding in findings
        if finding.value or finding.focus not in valued
    }
    return list(once.values())


def _without_those_of_no_class(
    findings: Sequence[Finding], of_values: Collection[str]
) -> list[Finding]:
    misspelled = {f.focus for f in findings if f.path == A.value and not f.shape and f.focus}
    missing = {f.focus for f in findings if f.shape == _CLASS_OF_PROPERTY}
    return [
        finding
        for finding in findings
        if not (finding.value in misspelled | missing and finding.shape in of_values)
        and not (finding.shape == _CLASS_OF_PROPERTY and finding.focus in misspelled)
    ]


def _without_those_of_no_property(
    findings: Sequence[Finding], data: Sequence[Triple]
) -> list[Finding]:
    """The findings without those about requirements that a property which does not exist lists."""
    unknown = {f.path for f in findings if not f.shape and f.path != A.value}
    unlisted = {f.focus for f in findings if f.shape == _MODEL_OF_REQUIREMENT}
    listed = {
        _name(triple.object): _name(triple.subject)
        for triple in data
        if triple.predicate.value in unknown and _name(triple.object) in unlisted
    }
    models = set(listed.values())
    return [
        finding
        for finding in findings
        if not (finding.shape == _MODEL_OF_REQUIREMENT and finding.focus in listed)
        and not (finding.shape and finding.path == _REQUIRES and finding.focus in models)
    ]


def _name(term: object) -> str:
    """A thing as findings name it."""
    value = str(getattr(term, "value", ""))
    return f"_:{value}" if isinstance(term, BlankNode) else value


def _with_decimal_points(findings: Sequence[Finding], data: Sequence[Triple]) -> list[Finding]:
    told: dict[tuple[str, str], str] = {}
    found: list[Finding] = []
    for finding in findings:
        key = finding.focus, finding.path
        pair = told.get(key) or (_two_integers(data, *key) if finding.value.isdecimal() else "")
        if pair and key in told:
            continue
        if pair:
            told[key] = pair
            finding = _comma(finding, pair)
        found.append(finding)
    return found


def _two_integers(data: Sequence[Triple], focus: str, path: str) -> str:
    """`3,0` where a property has the two values 3 and 0, in this order."""
    values = [
        triple.object
        for triple in data
        if triple.predicate.value == path and getattr(triple.subject, "value", "") == focus
    ]
    whole = [v.value for v in values if isinstance(v, Literal) and v.datatype == _INTEGER]
    return ",".join(whole) if len(values) == len(whole) == 2 else ""


def _comma(finding: Finding, pair: str) -> Finding:
    right = pair.replace(",", ".")
    message = {
        "zh": f"{finding.message['zh']}小数点用“.”：请写 {right}，不写 {pair}。",
        "en": f"{finding.message['en']} A decimal has a point: write {right}, not {pair}.",
    }
    return replace(finding, message=message, value=pair)
