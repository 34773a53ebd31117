"""Model files that do not count, since the organisation has published or retired one itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from kb_service.findings import Finding
from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.model_versions.following import HeldBack
from kb_service.knowledge_base.model_versions.records import PUBLISHED, RETIRED
from kb_service.knowledge_files import ontology_files, read_turtle
from kb_service.validation.document_places import document_places
from kb_service.vocabulary import A, iri, local_id
from kb_service.watching.checks import in_file

_ONTOLOGY = iri("owl", "Ontology")
_TURTLE = "text/turtle"


def models_held_back(
    knowledge_base: KnowledgeBase, root: Path, changed: Collection[str] | None
) -> tuple[Finding, ...]:
    """What to do about each model in a knowledge folder in whose place another version counts.

    Of its files those that `changed`; None for all.
    """
    found = []
    for path in ontology_files(root):
        place = path.relative_to(root).as_posix()
        if changed is not None and place not in changed:
            continue
        triples = read_turtle(path)
        files = dict.fromkeys(_headers(triples), triples)
        for each in knowledge_base.model_life_cycle.held_back(files):
            lines = document_places(path.read_bytes(), _TURTLE, place, triples)
            told = _finding(each)
            found.append(in_file(replace(told, where=lines.place(told.focus, "", "")), place))
    return tuple(found)


def _headers(triples: Collection[Triple]) -> list[NamedNode]:
    found = (t.subject for t in triples if t.predicate == A and t.object == _ONTOLOGY)
    return [header for header in found if isinstance(header, NamedNode)]


def _finding(held: HeldBack) -> Finding:
    id, standing = local_id(held.document.model), held.standing
    if standing.status == RETIRED:
        stands_zh = f"本机构已停用岗位模型 {id}（{standing.number} 版）"
        stands_en = f"The organisation has retired the position model {id} ({standing.number})"
    else:
        stands_zh = f"岗位模型 {id} 以本机构自己发布的 {standing.number} 版为准"
        stands_en = f"Of the position model {id} version {standing.number} counts, which the"
        stands_en += " organisation has published itself"
    severity, do_zh, do_en = _advice(held, id)
    return Finding(
        severity,
        {
            "zh": f"{stands_zh}，这个文件没有替换它。{do_zh}",
            "en": f"{stands_en}; this file does not replace it. {do_en}",
        },
        focus=held.document.model.value,
    )


def _advice(held: HeldBack, id: str) -> tuple[str, str, str]:
    """How much it matters, and what to do, in Chinese and in English."""
    standing, recorded = held.standing, held.recorded
    address = f"/api/v1/position-models/{id}/versions"
    if recorded is None:
        return (
            "warning",
            f"要采用文件的内容，请把 owl:versionInfo 改为大于 {standing.number} 的版本号，把文件提交为新版本"
            "（POST /api/v1/position-models），再经审阅、批准后发布。",
            f"To have it count, give it an owl:versionInfo greater than {standing.number}, hand the"
            " file in as a new version (POST /api/v1/position-models), and have it reviewed,"
            " approved and published.",
        )
    if recorded.status not in (PUBLISHED, RETIRED):
        return (
            "warning",
            f"文件里的 {recorded.number} 版已记为待发布的版本，见 /position-models/{id}/versions/"
            f"{recorded.number}；经审阅、批准后发布，才以它为准。",
            f"Its version {recorded.number} is on record and waits, see /position-models/{id}/versions"
            f"/{recorded.number}; it counts once it is reviewed, approved and published.",
        )
    return (
        "info",
        f"要从现行的内容改起，请用 GET {address}/{standing.number}（Accept: text/turtle）取回，存入这个文件。",
        f"To go on from what counts, save GET {address}/{standing.number} (Accept: text/turtle) as"
        " this file.",
    )
