"""Position models in and out: documents of every kind read into triples, and written from them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import chain
from types import MappingProxyType

from pyoxigraph import Literal, Triple

from kb_service.catalogue import read_model_choices
from kb_service.configuration import ModelLimits
from kb_service.findings import Finding
from kb_service.knowledge_base.judging import Knowledge
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.model_worker import EXCEL, JSON, ModelAnswer, ModelRequest
from kb_service.knowledge_base.outcomes import UnknownThingError
from kb_service.position_models import (
    FormWords,
    ModelChoices,
    NotOneModel,
    Places,
    PositionModel,
    RecordedPlaces,
    from_triples,
    to_json,
    to_triples,
)
from kb_service.position_models.model import USUAL_STATUS
from kb_service.sheets import write_model_template, write_model_workbook
from kb_service.turtle_layout import turtle_of
from kb_service.vocabulary import A, iri
from kb_service.workers import WorkerPool

TURTLE = "text/turtle"
MODEL_TYPES: Mapping[str, str] = MappingProxyType({TURTLE: ".ttl", EXCEL: ".xlsx", JSON: ".json"})
"""The media types in which a model can be written, with the ends of their files' names."""
_DECIMAL = iri("xsd", "decimal")
_PUBLISHED = "published"


@dataclass(frozen=True)
class SubmittedModel:
    """What a stranger's position model says, where it says it, and what of it could not be read.

    With a violation among the findings the triples are only part of the model: they may be checked
    to tell the author more, never stored. `status` is the HTTP status the findings deserve.
    """

    triples: tuple[Triple, ...] = ()
    places: Places = field(default_factory=RecordedPlaces)
    findings: tuple[Finding, ...] = ()
    status: int = 200
    words: FormWords | None = None
    """Of a form, how to tell its author what shapes find in it."""

    @property
    def is_whole(self) -> bool:
        """Whether all of it could be read."""
        return all(finding.severity != "violation" for finding in self.findings)

    def placed(self, findings: Iterable[Finding]) -> list[Finding]:
        """Findings of the shapes with their places, in the words of the form where it is one.

        What would be said twice of one place, as of a model named after its position, is said once.
        """
        found = []
        for one in findings:
            where = self.places.place(one.focus, one.path, one.value)
            found.append(replace(self.words.told(one) if self.words else one, where=where))
        said: dict[object, Finding] = {}
        for n, one in enumerate(found):
            key = (one.where, one.message["en"]) if self.words and one.where else n
            said.setdefault(key, one)
        return list(said.values())

    def without_echoes(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Findings of the shapes without those of places where reading has found a fault already.

        A cell that cannot be read gives no triple, and a shape would miss it at the same place.
        """
        told = {finding.where for finding in self.findings if finding.where}
        return tuple(
            each
            for each in findings
            if (each.where or self.places.place(each.focus, each.path, each.value)) not in told
        )


class ModelDocuments:
    """Reads strangers' models in a process that may be killed, and writes models for them."""

    def __init__(self, keeper: Keeper, limits: ModelLimits) -> None:
        self._keeper = keeper
        self._known: tuple[Knowledge, ModelChoices] | None = None
        self._pool = WorkerPool(
            "kb_service.knowledge_base.model_worker:start",
            size=limits.workers,
            memory_mb=limits.memory_mb,
            deadline=limits.seconds,
            wait=limits.wait_seconds,
            most_waiting=limits.waiting,
        )

    def close(self) -> None:
        """End the worker."""
        self._pool.close()

    @property
    def choices(self) -> ModelChoices:
        """What a model may name at the moment."""
        knowledge = self._keeper.knowledge
        if self._known is None or self._known[0] is not knowledge:
            triples = chain.from_iterable(knowledge.graphs.values())
            self._known = (knowledge, read_model_choices(triples))
        return self._known[1]

    def read(
        self, data: bytes, media_type: str, filename: str = "", caller: str = ""
    ) -> SubmittedModel:
        """What a document says: Turtle, RDF/XML, JSON-LD, N-Triples, a workbook or JSON.

        The media type decides how to read it, name and content where that says nothing. Raises what
        WorkerPool.call raises.
        """
        request = ModelRequest(data, media_type, filename, self.choices)
        read: ModelAnswer = self._pool.call(request, caller=caller)
        return SubmittedModel(read.triples, read.places, read.findings, read.status, read.words)

    def is_model(self, data: bytes, filename: str) -> bool:
        """Whether a workbook or JSON document is that of a position model, not of people or RDF."""
        request = ModelRequest(data, "", filename, ModelChoices(), only_recognise=True)
        recognised: ModelAnswer = self._pool.call(request)
        return recognised.is_model

    def write(self, triples: Sequence[Triple], media_type: str) -> bytes:
        """A model's document as one of MODEL_TYPES; numbers have a decimal point in all of them.

        Raises NotOneModel where the triples describe none or several, KeyError for another type.
        """
        told = [_with_point(triple) for triple in triples]
        if media_type == TURTLE:
            return turtle_of(told).encode()
        model = from_triples(told)
        if media_type == JSON:
            document = to_json(model, self.choices)
            return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
        if media_type != EXCEL:
            raise KeyError(media_type)
        book = BytesIO()
        write_model_workbook(book, self.choices, model)
        return book.getvalue()

    def loaded(self, model: str) -> Sequence[Triple]:
        """What the graph says that describes the model with this id; nothing when none does."""
        described = (iri("model", model), A, iri("core", "PositionModel"))
        for triples in self._keeper.knowledge.graphs.values():
            if any((t.subject, t.predicate, t.object) == described for t in triples):
                return triples
        return ()

    def template(
        self, framework: str | None = None, *, filled: bool = False, media_type: str = EXCEL
    ) -> bytes:
        """The document for a new model: a workbook, empty with an excerpt of an example or `filled`
        with it; as JSON or Turtle the example, as a draft.

        The example is the published model that says the most. Raises UnknownThingError for a
        framework that is not known or has no published model to show.
        """
        choices = self.choices
        if framework is not None and framework not in choices.frameworks:
            raise UnknownThingError("framework", framework)
        example = self._example(framework)
        if media_type != EXCEL:
            if example is None:
                raise UnknownThingError("position-model", framework or "")
            return self.write(to_triples(_to_begin_with(example)), media_type)
        book = BytesIO()
        if filled and example:
            write_model_workbook(book, choices, example)
        else:
            write_model_template(book, choices, framework, example)
        return book.getvalue()

    def _example(self, framework: str | None) -> PositionModel | None:
        """The published model, of a framework or of any, that shows the most of what can be said."""
        read = []
        for triples in self._keeper.knowledge.graphs.values():
            with suppress(NotOneModel):
                read.append(from_triples(map(_with_point, triples)))
        fitting = [
            model
            for model in read
            if model.status == _PUBLISHED and framework in (None, model.framework)
        ]
        return max(fitting, key=_told_in, default=None)


def _to_begin_with(model: PositionModel) -> PositionModel:
    """The model as a draft that becomes another by putting another id for its own everywhere."""
    position = model.position
    duties = tuple(
        replace(duty, id=f"{model.id}.{duty.id.removeprefix(f'{model.id}.')}")
        for duty in position.duties
    )
    return replace(
        model, status=USUAL_STATUS, position=replace(position, id=model.id, duties=duties)
    )


def _told_in(model: PositionModel) -> tuple[int, str]:
    """How much more than tiers the requirements say, and the id, so that there is one answer."""
    said = sum(
        number is not None
        for asked in model.requirements
        for number in (asked.level, asked.weight, asked.floor)
    )
    return said, model.id


def _with_point(triple: Triple) -> Triple:
    """The statement with its number as people write it: the store makes `8` of `8.0`."""
    said = triple.object
    if not isinstance(said, Literal) or said.datatype != _DECIMAL or not said.value.isdecimal():
        return triple
    written = Literal(f"{said.value}.0", datatype=_DECIMAL)
    return Triple(triple.subject, triple.predicate, written)
