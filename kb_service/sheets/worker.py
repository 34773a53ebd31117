"""The worker process that reads strangers' spreadsheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from kb_service.catalogue import read_catalogue
from kb_service.findings import RefusedInput
from kb_service.knowledge_files import read_shared_knowledge
from kb_service.sheets.excerpts import excerpts
from kb_service.sheets.group_columns import read_groups
from kb_service.sheets.performance_contents import PerformanceContents
from kb_service.sheets.performance_reading import is_performance, read_performance
from kb_service.sheets.reading import read_workbook
from kb_service.sheets.study_reading import is_study_workbook
from kb_service.sheets.tables import open_tables

Request = Mapping[str, Any]
Response = dict[str, Any]


def start(root: str | None = None) -> Callable[[Request], Response]:
    """What answers requests, knowing the dimensions, posts and sources of a knowledge folder.

    A request is `{"data", "filename", "today", "teams"?, "catalogue"?, "performance"?}`: the bytes
    of a file, its name, the last day an assessment may have as an ISO date, known teams by id, and
    what records may name if that is more than the folder has. The answer has `people`,
    `assessments`, `places`, `teams` and `notes`; or `performance`, the contents of sheets of
    figures and ratings, where the request says what those may name; or `findings` and the HTTP
    `status` they deserve.

    A request with `grouping` asks for the `groups` that the file puts people in. A request with
    `places` asks for the `excerpts` of the sheets at these places, and one with
    `recognise` whether the file `is_study`, a study's workbook.
    """
    graphs = read_shared_knowledge(Path(root) if root else None)
    shipped = read_catalogue(triple for triples in graphs.values() for triple in triples)

    def answer(request: Request) -> Response:
        try:
            if "recognise" in request:
                return {"is_study": is_study_workbook(request["data"], request["filename"])}
            if "places" in request:
                found = excerpts(request["data"], request["filename"], request["places"])
                return {"excerpts": found}
            if "grouping" in request:
                return {"groups": read_groups(request["data"], request["filename"])}
            today = date.fromisoformat(request["today"])
            if (performance := _performance(request, today)) is not None:
                return {"performance": performance}
            contents = read_workbook(
                request["data"],
                request["filename"],
                request.get("catalogue", shipped),
                today,
                request.get("teams"),
            )
        except RefusedInput as refused:
            return {"findings": list(refused.findings), "status": refused.status}
        return {
            "people": list(contents.people),
            "assessments": list(contents.assessments),
            "places": contents.places,
            "teams": list(contents.teams),
            "notes": list(contents.notes),
        }

    return answer


def _performance(request: Request, today: date) -> PerformanceContents | None:
    """What sheets of figures and ratings say; None for a file of assessments."""
    if (choices := request.get("performance")) is None:
        return None
    with open_tables(request["data"], request["filename"]) as tables:
        if not is_performance(tables, choices):
            return None
        return read_performance(tables, choices, today)
