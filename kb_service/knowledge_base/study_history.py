"""What was changed in a study, when and by whom: how many rows of which tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kb_service.knowledge_base.history import Revision, revisions
from kb_service.study_records.layout import StudyKind
from kb_service.study_records.records import study_iri
from kb_service.study_records.table_names import STUDY
from kb_service.vocabulary import study_graph


def study_changes(study: str, kind: StudyKind, history: Iterable[Triple]) -> list[dict[str, Any]]:
    """Every change of a study, the latest first."""
    found = revisions(history).get(study_graph(study), [])
    return [_row(study, kind, each) for each in reversed(found)]


def _row(study: str, kind: StudyKind, change: Revision) -> dict[str, Any]:
    return {
        "at": change.at.isoformat(timespec="seconds"),
        "by": change.by,
        "created": change.creates,
        "rows": _rows_touched(study, kind, change),
    }


def _rows_touched(study: str, kind: StudyKind, change: Revision) -> dict[str, int]:
    """By table, of how many rows the change said something else than before."""
    text = f"{change.removed}\n{change.added}".encode()
    touched = {quad.subject for quad in parse(text, format=RdfFormat.N_TRIPLES)}
    roles = {plan.role: plan.name for plan in kind.tables if plan.role}
    whole = study_iri(study).value
    tables = Counter(
        roles.get(node.value.removeprefix(f"{whole}/").split("/", 1)[0], STUDY)
        for node in touched
        if isinstance(node, NamedNode)
    )
    return {plan.name: tables[plan.name] for plan in kind.tables if tables[plan.name]}
