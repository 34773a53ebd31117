"""What statistics say of a study, as it is stored: a number or a reason, and what it is of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.studies.results import Reason, Statistic
from kb_service.study_records.rdf import OF_STUDY
from kb_service.study_records.records import part_iri, study_iri
from kb_service.vocabulary import BASE, A, iri

STATISTICS = NamedNode(BASE + "statistics")
"""The software that computes statistics."""
_DIGITS = 12
"""Beyond which a number is what is left of rounding, which must not decide on which side of a cut
it lies."""
_ROLES = {
    "round": iri("studies", "ofRound"),
    "item": iri("studies", "ofItem"),
    "expert": iri("studies", "ofParticipant"),
    "coder": iri("studies", "ofParticipant"),
    "with": iri("studies", "comparedWith"),
    "grade": iri("studies", "ofGrade"),
    "kpi": iri("studies", "ofKPI"),
}
_SHARED = frozenset({"grade", "kpi"})
"""Roles of what is no part of the study: the namespace of each is called like it."""
_DERIVED = iri("prov", "wasDerivedFrom")


@dataclass(frozen=True)
class Figure:
    """A statistic: of which kind, of what in the study, over how many data.

    `about` are roles with codes, such as `(("round", "2"), ("item", "empathy"))`.
    """

    kind: str
    about: tuple[tuple[str, str], ...]
    statistic: Statistic
    count: int | None = None
    remarks: tuple[Reason, ...] = ()

    def iri(self, study: str) -> NamedNode:
        """The IRI of the figure: the same whenever it is computed again."""
        pieces = [piece for pair in self.about for piece in pair]
        return part_iri(study, "statistic", self.kind, *pieces)


def figure_triples(
    study: str, figures: Iterable[Figure], used: Iterable[NamedNode]
) -> list[Triple]:
    """Figures as facts, with the computation that they come from and what it used."""
    run = part_iri(study, "computation")
    listed = list(figures)
    facts = [
        Triple(run, A, iri("studies", "Computation")),
        Triple(run, iri("prov", "wasAssociatedWith"), STATISTICS),
        Triple(run, iri("prov", "used"), study_iri(study)),
        *(Triple(run, iri("prov", "used"), node) for node in used),
    ]
    for figure in listed:
        facts += _figure(study, figure, run)
    facts += _items_in_rounds(study, listed)
    return list(dict.fromkeys(facts))


def _figure(study: str, figure: Figure, run: NamedNode) -> Iterator[Triple]:
    node = figure.iri(study)
    yield Triple(node, A, iri("studies", "Statistic"))
    yield Triple(node, OF_STUDY, study_iri(study))
    yield Triple(node, iri("studies", "statisticKind"), iri("statistic", figure.kind))
    yield Triple(node, iri("prov", "wasGeneratedBy"), run)
    yield Triple(node, _DERIVED, study_iri(study))
    for role, code in figure.about:
        if role == "factor":
            yield Triple(node, iri("studies", "factor"), Literal(int(code)))
            continue
        part = _part(study, role, code)
        yield Triple(node, _ROLES[role], part)
        if role == "round":
            yield Triple(node, _DERIVED, part)
    yield from _said(node, figure)


def _part(study: str, role: str, code: str) -> NamedNode:
    if role in _SHARED:
        return iri(role, code)
    return part_iri(study, "item" if role == "with" else role, code)


def _said(node: NamedNode, figure: Figure) -> Iterator[Triple]:
    value, why = figure.statistic.value, figure.statistic.why
    if value is not None:
        number = Literal(f"{round(value, _DIGITS):.{_DIGITS}f}", datatype=iri("xsd", "decimal"))
        yield Triple(node, iri("studies", "value"), number)
    if why is not None:
        yield Triple(node, iri("studies", "reasonName"), Literal(why.name))
        yield from _words(node, iri("studies", "reason"), why)
    if figure.count is not None:
        yield Triple(node, iri("studies", "count"), Literal(figure.count))
    for remark in figure.remarks:
        yield from _words(node, iri("studies", "remark"), remark)


def _words(node: NamedNode, predicate: NamedNode, reason: Reason) -> Iterator[Triple]:
    yield Triple(node, predicate, Literal(reason.zh, language="zh"))
    yield Triple(node, predicate, Literal(reason.en, language="en"))


_IN_ROUND = {
    "mean": iri("studies", "meanImportance"),
    "coefficient-of-variation": iri("studies", "importanceVariation"),
}


def _items_in_rounds(study: str, figures: Iterable[Figure]) -> Iterator[Triple]:
    """Each item of a round with the figures that rules decide on it by."""
    for figure in figures:
        about = dict(figure.about)
        if figure.kind in _IN_ROUND and about.keys() == {"round", "item"}:
            round_, item = about["round"], about["item"]
            node = part_iri(study, "round", round_, "item", item)
            yield Triple(node, A, iri("studies", "ItemInRound"))
            yield Triple(node, OF_STUDY, study_iri(study))
            yield Triple(node, iri("studies", "ofItem"), part_iri(study, "item", item))
            yield Triple(node, iri("studies", "ofRound"), part_iri(study, "round", round_))
            yield Triple(node, _IN_ROUND[figure.kind], figure.iri(study))
