"""Every shape accepts what it should and refuses the rest, in the words its case quotes.

A case is one file in `tests/shapes/`: its title is the test's name, `case:given` the data,
`case:refused` the results expected of the shape it exercises, `case:accepted` whom that shape
looks at without a complaint. The ontology modules stand beside the data; `case:today` is the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse
from rdflib import SH

from kb_service.findings import Finding
from kb_service.knowledge_files import knowledge_root, read_turtle
from kb_service.validation.checker import Checker
from kb_service.validation.shapes import Shapes, own_shapes
from kb_service.vocabulary import iri, local_id

CASES = Path(__file__).parent / "shapes"
CASE = "https://w3id.org/rengang/test/case#"
GIVEN, ACCEPTED, REFUSED = (NamedNode(CASE + name) for name in ("given", "accepted", "refused"))
USUAL_DAY = date(2026, 6, 30)


@dataclass(frozen=True)
class Case:
    """One claim about one shape."""

    title: str
    shape: str
    today: date
    given: tuple[Triple, ...]
    accepted: tuple[str, ...]
    refused: tuple[Finding, ...]


@cache
def cases() -> tuple[Case, ...]:
    return tuple(read_case(path) for path in sorted(CASES.glob("*.trig")))


def read_case(path: Path) -> Case:
    quads = list(parse(path.read_bytes(), format=RdfFormat.TRIG, base_iri=path.as_uri()))
    claim = {quad.predicate: quad.object for quad in quads if quad.subject == _itself(path)}
    day = claim.get(NamedNode(CASE + "today"))
    shape = claim[NamedNode(CASE + "exercises")]
    accepted = [quad.subject for quad in quads if quad.graph_name == ACCEPTED]
    return Case(
        title=_text(claim[iri("dcterms", "title")]),
        shape=_text(shape),
        today=date.fromisoformat(_text(day)) if day else USUAL_DAY,
        given=tuple(quad.triple for quad in quads if quad.graph_name == GIVEN),
        accepted=tuple(_text(subject) for subject in accepted),
        refused=tuple(_expected([quad for quad in quads if quad.graph_name == REFUSED])),
    )


def _itself(path: Path) -> NamedNode:
    return NamedNode(path.as_uri())


def _expected(quads: Sequence[Quad]) -> list[Finding]:
    results = []
    for result in dict.fromkeys(quad.subject for quad in quads):
        told = [(local_id(q.predicate), q.object) for q in quads if q.subject == result]
        one = dict(told)
        results.append(
            Finding(
                severity=local_id(_named(one["resultSeverity"])).lower(),
                message={
                    value.language or "": value.value
                    for name, value in told
                    if name == "resultMessage" and isinstance(value, Literal)
                },
                focus=_text(one["focusNode"]),
                value=_text(one["value"]) if "value" in one else "",
                shape=_text(one["sourceShape"]),
            )
        )
    return results


def _named(term: object) -> NamedNode:
    assert isinstance(term, NamedNode)
    return term


def _text(term: object) -> str:
    """A node as a finding tells it; a blank node stands for whatever blank node there is."""
    if isinstance(term, BlankNode):
        return "[]"
    assert isinstance(term, NamedNode | Literal)
    return term.value


@cache
def shapes() -> Shapes:
    return own_shapes()


@cache
def checker(first_pass: bool = True) -> Checker:
    """Our shapes beside the ontology modules: the words, and none of the frameworks."""
    modules = sorted((knowledge_root() / "ontology").glob("*.ttl"))
    context = {
        NamedNode(path.as_uri()): read_turtle(path)
        for path in modules
        if path.name != "trainings.ttl"
    }
    return Checker(shapes(), context, first_pass=first_pass)


def complaints(case: Case, findings: Sequence[Finding]) -> list[Finding]:
    """What the shape of the case says of its data, as far as a case can quote it."""
    return [
        Finding(
            severity=finding.severity,
            message=finding.message,
            focus="[]" if finding.focus.startswith("_:") else finding.focus,
            value=finding.value,
            shape=finding.shape,
        )
        for finding in findings
        if finding.shape == case.shape
    ]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.title)
def test_case(case: Case) -> None:
    everything = checker().check(case.given, case.today)

    assert complaints(case, everything) == list(case.refused)
    assert everything == checker(first_pass=False).check(case.given, case.today)
    looked_at = checker().focus_nodes(case.shape, case.given)
    assert set(case.accepted) <= looked_at, "the shape does not look at what it should accept"
    assert bool(case.accepted) != bool(case.refused), "a case accepts or refuses"


def test_every_shape_has_an_accepted_and_a_refused_case() -> None:
    named = {shape.iri for shape in shapes().targeted}

    assert named - {case.shape for case in cases() if case.accepted} == set()
    assert named - {case.shape for case in cases() if case.refused} == set()


def test_every_case_has_a_title_of_its_own() -> None:
    titles = [case.title for case in cases()]

    assert sorted(titles) == sorted(set(titles))


@pytest.mark.parametrize("what", ["name", "description", "message"])
def test_every_shape_says_everything_in_chinese_and_english(what: str) -> None:
    graph = shapes().graph
    said = {
        str(shape.pyshacl.node): sorted(
            str(getattr(words, "language", None))
            for holder in (shape.pyshacl.node, *graph.objects(shape.pyshacl.node, SH.sparql))
            for words in graph.objects(holder, SH[what])
        )
        for shape in shapes().targeted
    }

    assert {shape for shape, languages in said.items() if languages != ["en", "zh"]} == set()


def test_every_shape_chooses_its_severity() -> None:
    chosen = set(shapes().graph.subjects(SH.severity))

    assert {shape.iri for shape in shapes().targeted if shape.pyshacl.node not in chosen} == set()


def test_the_first_pass_finds_what_pyshacl_finds_without_it() -> None:
    everything = [triple for case in cases() for triple in case.given]

    with_first_pass = checker().check(everything, USUAL_DAY)

    assert with_first_pass == checker(False).check(everything, USUAL_DAY)
    assert len(with_first_pass) > len(shapes().targeted) / 2
