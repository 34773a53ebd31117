"""A study's rows as facts, and the rows that facts are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.study_records.kinds import KINDS
from kb_service.study_records.layout import Column, StudyChoices, StudyKind, TablePlan, Takes
from kb_service.study_records.records import Row, StudyRecord, Value, part_iri, row_iri
from kb_service.study_records.table_names import STUDY
from kb_service.vocabulary import A, iri, local_id

OF_STUDY = iri("studies", "ofStudy")
_METHOD = iri("studies", "method")
_PLACE = iri("studies", "place")
_BOOLEAN, _DATE, _DECIMAL = (iri("xsd", name) for name in ("boolean", "date", "decimal"))
_NAMED = (Takes.CHOICE, Takes.DIMENSION, Takes.POSITION)


class NotAStudy(ValueError):
    """Facts that describe no study of a known kind."""


def to_triples(record: StudyRecord, choices: StudyChoices) -> list[Triple]:
    """The facts of a study. Raises KeyError for what the choices do not have."""
    return [
        triple
        for plan in record.kind.tables
        for place, row in enumerate(record.rows(plan.name), start=1)
        for triple in _row_triples(record, plan, row, place, choices)
    ]


def _row_triples(
    record: StudyRecord, plan: TablePlan, row: Row, place: int, choices: StudyChoices
) -> Iterator[Triple]:
    node = row_iri(record.id, plan, row)
    yield Triple(node, A, plan.kind)
    if plan.role:
        yield Triple(node, OF_STUDY, record.iri)
    else:
        yield Triple(node, _METHOD, record.kind.node)
    if plan.is_listing:
        yield Triple(node, _PLACE, Literal(place))
    for column in plan.columns:
        if column.name in row:
            yield Triple(node, column.property, _object(record, column, row[column.name], choices))


def _object(
    record: StudyRecord, column: Column, value: Value, choices: StudyChoices
) -> NamedNode | Literal:
    if column.takes in _NAMED:
        return choices.offered(column)[str(value)].iri
    if column.takes is Takes.REFERENCE:
        return part_iri(record.id, record.kind.table(column.table).role, str(value))
    if isinstance(value, bool):
        return Literal("true" if value else "false", datatype=_BOOLEAN)
    if isinstance(value, Decimal):
        return Literal(f"{value:f}", datatype=_DECIMAL)
    if isinstance(value, date):
        return Literal(value.isoformat(), datatype=_DATE)
    return Literal(value, language=column.language) if column.language else Literal(value)


def from_triples(facts: Iterable[Triple]) -> StudyRecord:
    """The study that facts describe. Raises NotAStudy where they describe none of a known kind."""
    said = _by_subject(facts)
    kind = _kind(said)
    tables = {plan.name: tuple(_rows(plan, said)) for plan in kind.tables}
    if len(tables[STUDY]) != 1:
        raise NotAStudy("the facts describe no study, or several")
    return StudyRecord(kind, tables)


_Term = NamedNode | BlankNode | Literal | Triple
_Said = Mapping[NamedNode, Mapping[NamedNode, list[_Term]]]


def _by_subject(facts: Iterable[Triple]) -> _Said:
    said: dict[NamedNode, dict[NamedNode, list[_Term]]] = {}
    for fact in facts:
        if isinstance(fact.subject, NamedNode):
            said.setdefault(fact.subject, {}).setdefault(fact.predicate, []).append(fact.object)
    return said


def _kind(said: _Said) -> StudyKind:
    methods = {
        local_id(method)
        for about in said.values()
        for method in about.get(_METHOD, ())
        if isinstance(method, NamedNode)
    }
    if len(methods) != 1 or not methods <= KINDS.keys():
        raise NotAStudy("the facts name no method of a study, or several")
    return KINDS[methods.pop()]


def _rows(plan: TablePlan, said: _Said) -> Iterator[Row]:
    """The rows of a table: in the places that they had, or else in the order of their IRIs."""
    nodes = [node for node, about in said.items() if plan.kind in about.get(A, ())]
    for node in sorted(nodes, key=lambda node: (_place(said[node]), _natural(node))):
        row = {column.name: _value(column, said[node]) for column in plan.columns}
        yield {name: value for name, value in row.items() if value is not None}


def _place(about: Mapping[NamedNode, list[_Term]]) -> int:
    return next((int(t.value) for t in about.get(_PLACE, ()) if isinstance(t, Literal)), 0)


def _natural(node: NamedNode) -> list[tuple[int, str]]:
    """How IRIs are ordered: as people order codes, I2 before I10."""
    pieces = node.value.replace("/", " ").replace("-", " ").split()
    return [
        (int("0" + "".join(filter(str.isdigit, piece))), piece)
        if piece[-1:].isdigit()
        else (0, piece)
        for piece in pieces
    ]


def _value(column: Column, about: Mapping[NamedNode, list[_Term]]) -> Value | None:
    for term in about.get(column.property, ()):
        if isinstance(term, NamedNode):
            return local_id(term)
        if isinstance(term, Literal) and (term.language or "") == column.language:
            return _typed(column, term.value)
    return None


def _typed(column: Column, text: str) -> Value:
    if column.takes is Takes.NUMBER:
        return Decimal(text)
    if column.takes is Takes.YES_NO:
        return text in ("true", "1")
    return date.fromisoformat(text) if column.takes is Takes.DAY else text
