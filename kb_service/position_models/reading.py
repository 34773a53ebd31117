"""From what somebody wrote to a position model, or to every fault in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pyoxigraph import BlankNode

from kb_service.findings import Finding, violation
from kb_service.people_records import RatedDimension
from kb_service.position_models.choices import ModelChoices
from kb_service.position_models.choosing import Chooser
from kb_service.position_models.field_reading import About, FieldReader
from kb_service.position_models.form import (
    DOCUMENT_FIELDS,
    MODEL_FIELDS,
    MODEL_MEMBERS,
    POSITION_FIELDS,
    POSITION_MEMBERS,
)
from kb_service.position_models.form_rows import (
    DUTY_FIELDS,
    REQUIREMENT_FIELDS,
    SECTIONS,
    STANDARD_FIELDS,
)
from kb_service.position_models.form_words import FormWords
from kb_service.position_models.model import (
    USUAL_EVIDENCE,
    Duty,
    GradeStandard,
    Header,
    ModelRequirement,
    Position,
    PositionModel,
    by_grade,
    by_rank,
    in_order,
)
from kb_service.position_models.naming import node, usual_requirement_id
from kb_service.position_models.noting import Read, notes_of
from kb_service.position_models.places import RecordedPlaces
from kb_service.position_models.statements import read_statements
from kb_service.position_models.written import Written
from kb_service.vocabulary import local_id

MOST_FINDINGS = 200
_STANDING_FOR_ID = "model-without-id"
"""The id under which the rest of a model is checked whose own cannot be used."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class ReadModel:
    """What could be read: a model, None where this is no form at all; the places, the faults.

    `words` tell the author what shapes find in it.
    """

    model: PositionModel | None
    places: RecordedPlaces
    findings: tuple[Finding, ...]
    words: FormWords = field(default_factory=FormWords)


def read_form(written: Written, choices: ModelChoices) -> ReadModel:
    """The model that somebody wrote; what is faulty is told, and left out of it."""
    reader = _Reader(choices)
    written = reader.opened(written)
    model = reader.model(written) if written.value is not None else None
    found = reader.findings
    if len(found) > MOST_FINDINGS:
        found = [*found[: MOST_FINDINGS - 1], _too_many()]
    if model is None:
        return ReadModel(None, RecordedPlaces(), tuple(found))
    places, words = notes_of(model, written, reader.read, choices)
    return ReadModel(model, places, tuple(found), words)


@dataclass
class _Reader:
    """Goes through all that was written and gathers records and faults."""

    choices: ModelChoices
    findings: list[Finding] = field(default_factory=list)
    read: Read = field(default_factory=Read)
    evidence: str = USUAL_EVIDENCE

    def __post_init__(self) -> None:
        self.fields = FieldReader(Chooser(self.choices), self.findings)

    def opened(self, written: Written) -> Written:
        """What could be a model, nothing where this is no object; unknown members are told."""
        if isinstance(written.value, Mapping):
            return self.fields.opened(written, MODEL_FIELDS, MODEL_MEMBERS)
        self.findings.append(
            written.fault(
                "岗位模型应是一个 JSON 对象 {…}；rengang template model 例子.json 写出一个填好的例子。",
                "Write a position model as one JSON object {…}; rengang template model "
                "example.json writes one that is filled in.",
            )
        )
        return Written(None, written.where)

    def model(self, written: Written) -> PositionModel:
        """The model; where its id is not clear, which has been told, under one that stands for it."""
        said = self.fields.record(written, MODEL_FIELDS)
        header = Header(**self.fields.record(written, DOCUMENT_FIELDS))
        self.evidence = said.get("evidence", USUAL_EVIDENCE)
        id = said.pop("id", "") or _STANDING_FOR_ID
        position = self._position(written.member("position"), id)
        for kind, section in SECTIONS.items():
            self._requirements(written.member(section), kind, id)
        self._standards(written.member("standards"))
        nodes: dict[str, BlankNode] = {}
        further, unsaid = (
            read_statements(written.member(name), self.findings, nodes)
            for name in ("further", "unsaid")
        )
        return PositionModel(
            id,
            said.pop("framework", ""),
            position,
            requirements=in_order(each for _, each in self.read.requirements),
            standards=tuple(sorted((each for _, each in self.read.standards), key=by_grade)),
            header=header,
            further=further,
            unsaid=unsaid,
            **said,
        )

    def _position(self, written: Written, model_id: str) -> Position:
        written = self.fields.opened(written, POSITION_FIELDS, POSITION_MEMBERS)
        said = self.fields.record(written, POSITION_FIELDS)
        id = said.pop("id", model_id)
        self._duties(written.member("duties"), id)
        duties = tuple(sorted((duty for _, duty in self.read.duties), key=by_rank))
        return Position(id, duties=duties, **{"evidence": self.evidence, **said})

    def _duties(self, written: Written, position_id: str) -> None:
        for number, row, said in self._records(written, DUTY_FIELDS):
            rank = said.pop("rank", number)
            usual = f"{_last_part(position_id)}.{_words(said, rank)}"
            duty = Duty(said.pop("id", usual), rank, **{"evidence": self.evidence, **said})
            if self._is_first(row, "label", self.read.duties, duty, lambda each: each.id):
                self.read.duties.append((row, duty))

    def _requirements(self, written: Written, kind: str, model_id: str) -> None:
        dimension_field, *others = REQUIREMENT_FIELDS
        for row in self.fields.rows(written, REQUIREMENT_FIELDS, kind):
            about = row.member(dimension_field.name)
            dimension: RatedDimension | None = self.fields.field(
                about, dimension_field, About(kind)
            )
            said = self.fields.record(row, others, About(kind, dimension))
            if dimension is None:
                continue
            asked = ModelRequirement(kind, dimension.id, **{"evidence": self.evidence, **said})
            if asked.id == usual_requirement_id(model_id, asked.dimension):
                asked = ModelRequirement(**{**vars(asked), "id": ""})
            if self._is_first(
                row,
                dimension_field.name,
                self.read.requirements,
                asked,
                lambda each: (each.kind, each.dimension),
            ) and self._is_first(
                row,
                "id",
                self.read.requirements,
                asked,
                lambda each: each.id or usual_requirement_id(model_id, each.dimension),
            ):
                self.read.requirements.append((row, asked))

    def _standards(self, written: Written) -> None:
        for _, row, said in self._records(written, STANDARD_FIELDS, About("indicator")):
            indicator, grade = said.pop("indicator", None), said.pop("grade", "")
            if indicator is None or not grade:
                continue
            standard = GradeStandard(indicator.id, grade, **{"evidence": self.evidence, **said})
            if self._is_first(row, "grade", self.read.standards, standard, by_grade):
                self.read.standards.append((row, standard))

    def _records(
        self, written: Written, fields: Sequence[Any], about: About | None = None
    ) -> Iterable[tuple[int, Written, dict[str, Any]]]:
        """The records in a row, counted from 1, with what their fields say."""
        kind = about.kind if about else ""
        for number, row in enumerate(self.fields.rows(written, fields, kind), start=1):
            yield number, row, self.fields.record(row, fields, about)

    def _is_first(
        self,
        row: Written,
        name: str,
        before: list[tuple[Written, _T]],
        new: _T,
        key: Callable[[_T], object],
    ) -> bool:
        """Whether nothing before it means the same; what repeats something is told."""
        for earlier, other in before:
            if key(other) == key(new):
                here, there = row.member(name), earlier.member(name).where
                self.findings.append(
                    here.fault(
                        f"这与 {there} 重复；请删去其中一处，或改成另外的内容。",
                        f"This repeats {there}; delete one of the two, or let it say something else.",
                    )
                )
                return False
        return True


def _last_part(id: str) -> str:
    return local_id(node("position", id))


def _words(said: dict[str, Any], rank: int) -> str:
    """The words of an English name as an id has them; by rank when there are none."""
    english = str(said.get("label", {}).get("en", ""))
    words = re.sub(r"[^a-z0-9]+", "-", english.casefold()).strip("-")[:60].strip("-")
    return words or f"duty-{rank}"


def _too_many() -> Finding:
    return violation(
        "问题太多，后面的没有再列；请先改正以上各处，再提交一次。",
        "There are too many faults to list; correct these, then hand it in again.",
    )
