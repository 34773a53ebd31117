"""A personal export as one file to hand over: a page, a workbook, JSON, and RDF."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from kb_service.access.personal_export import PersonalExport
from kb_service.access.personal_page import page_of
from kb_service.access.personal_workbook import workbook_of


def archive_of(export: PersonalExport) -> bytes:
    """A zip with the same in four forms, two to be read by people and two by programs."""
    document = export.document
    files = {
        "person.html": page_of(document),
        "person.xlsx": workbook_of(document),
        "person.json": json.dumps(document, ensure_ascii=False, indent=2, default=str).encode(),
        "person.trig": export.trig,
    }
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()
