"""The worker process that reads strangers' position models, whatever they are written as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePath

from pyoxigraph import Triple

from kb_service.findings import Finding, RefusedInput
from kb_service.position_models.choices import ModelChoices
from kb_service.position_models.form_words import FormWords
from kb_service.position_models.json_documents import is_linked_data, read_json
from kb_service.position_models.places import Places, RecordedPlaces
from kb_service.position_models.reading import ReadModel
from kb_service.position_models.to_rdf import to_triples
from kb_service.sheets import is_model_workbook, read_model_workbook
from kb_service.validation.document_places import document_places
from kb_service.validation.submissions import parse_submission

JSON = "application/json"
JSON_LD = "application/ld+json"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_UNSAID = frozenset({"", "application/octet-stream", "binary/octet-stream", "text/plain"})
_ZIP = b"PK"


class Kind(Enum):
    """What a document is written as."""

    WORKBOOK = "workbook"
    JSON = "JSON"
    RDF = "RDF"


@dataclass(frozen=True)
class ModelRequest:
    """A document to read; with `only_recognise` to say no more than what it is."""

    data: bytes
    media_type: str
    filename: str
    choices: ModelChoices
    only_recognise: bool = False


@dataclass(frozen=True)
class ModelAnswer:
    """What a document says, where, and what is wrong with it; `is_model` when that was asked.

    A form has `words` for what shapes find in it.
    """

    triples: tuple[Triple, ...] = ()
    places: Places = RecordedPlaces()
    findings: tuple[Finding, ...] = ()
    status: int = 200
    is_model: bool = False
    words: FormWords | None = None


def start() -> Callable[[ModelRequest], ModelAnswer]:
    """What answers requests."""
    return answer


def answer(request: ModelRequest) -> ModelAnswer:
    """The answer to a request; what cannot be read at all has findings and their status."""
    try:
        kind = _kind(request)
        if request.only_recognise:
            return ModelAnswer(is_model=_is_model(kind, request))
        if kind is Kind.WORKBOOK:
            return _answer(read_model_workbook(request.data, request.filename, request.choices))
        if kind is Kind.JSON:
            return _answer(read_json(request.data, request.choices))
        return _read_rdf(request)
    except RefusedInput as refused:
        return ModelAnswer(findings=tuple(refused.findings), status=refused.status)


def _kind(request: ModelRequest) -> Kind:
    """What a document is, by its media type, or by name and content where that says nothing."""
    media_type = request.media_type.partition(";")[0].strip().lower()
    suffix = PurePath(request.filename).suffix.lower()
    if media_type == EXCEL or request.data.startswith(_ZIP) or suffix in (".xlsx", ".xlsm"):
        return Kind.WORKBOOK
    says_json = media_type == JSON or (media_type in _UNSAID and suffix == ".json")
    if says_json and not is_linked_data(request.data):
        return Kind.JSON
    return Kind.RDF


def _is_model(kind: Kind, request: ModelRequest) -> bool:
    """Whether a document is the workbook or JSON of a position model, by its form alone."""
    if kind is Kind.WORKBOOK:
        return is_model_workbook(request.data, request.filename)
    return kind is Kind.JSON


def _answer(read: ReadModel) -> ModelAnswer:
    triples = tuple(to_triples(read.model)) if read.model else ()
    faulty = any(finding.severity == "violation" for finding in read.findings)
    status = 422 if faulty else 200
    return ModelAnswer(triples, read.places, read.findings, status, words=read.words)


def _read_rdf(request: ModelRequest) -> ModelAnswer:
    """What RDF says; JSON-LD may come under the media type of all JSON."""
    is_json = request.media_type.partition(";")[0].strip().lower() == JSON
    media_type = JSON_LD if is_json else request.media_type
    triples = parse_submission(request.data, media_type, request.filename)
    places = document_places(request.data, media_type, request.filename, triples)
    return ModelAnswer(tuple(triples), places)
