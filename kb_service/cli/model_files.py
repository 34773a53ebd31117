"""Position models that somebody hands in as a workbook or as JSON."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import RdfFormat, serialize

from kb_service.access.view import View
from kb_service.cli.documents import in_file, read_bytes
from kb_service.cli.terminal import Step
from kb_service.findings import RefusedInput
from kb_service.knowledge_base import ImportReport
from kb_service.knowledge_base.model_documents import SubmittedModel

_FORMS = (".xlsx", ".xlsm", ".json")


def is_model_file(base: View, path: Path) -> bool:
    """Whether a file is a position model that is no RDF: told by its sheets, or its JSON."""
    return path.suffix.lower() in _FORMS and base.is_model(read_bytes(path), path.name)


def read_model_file(base: View, path: Path) -> SubmittedModel:
    """What the file says. Raises RefusedInput for one that no reader would take."""
    return base.read_model(read_bytes(path), "", path.name)


def store_model(base: View, path: Path, step: Step | None = None) -> ImportReport:
    """Check a model and store it as RDF of the same content would be.

    Raises RefusedInput, each finding with its cell or JSON pointer; nothing is stored then.
    """
    submitted = read_model_file(base, path)
    checked = base.check_model(submitted)
    if not checked.conforms:
        raise RefusedInput(in_file(checked.findings, path), checked.status)
    data = serialize(submitted.triples, format=RdfFormat.N_TRIPLES) or b""
    report = base.import_rdf(data, "application/n-triples", path.name, step)
    return ImportReport(
        report.people, report.assessments, report.triples, tuple(in_file(checked.findings, path))
    )
