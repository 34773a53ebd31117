"""Models as new authors wrote them: each says the same as a workbook, as JSON and as Turtle."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb_service.access.view import View
from kb_service.knowledge_base.model_documents import MODEL_TYPES
from tests.model_forms import same_graph

FILES = sorted((Path(__file__).parent / "authors_models").iterdir())
TYPE_OF = {end: media_type for media_type, end in MODEL_TYPES.items()}


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_a_finished_model_has_no_violation_in_any_form(file: Path, view: View) -> None:
    written = view.read_model(file.read_bytes(), TYPE_OF[file.suffix])

    in_forms = {
        media_type: view.read_model(
            view.knowledge_base.model_documents.write(written.triples, media_type), media_type
        )
        for media_type in MODEL_TYPES
    }

    for media_type, read in in_forms.items():
        checked = view.check_model(read)
        violations = [one for one in checked.findings if one.severity == "violation"]
        assert violations == [], media_type
        assert same_graph(read.triples, written.triples), media_type


def test_every_form_was_written_by_some_author() -> None:
    assert {file.suffix for file in FILES} == set(MODEL_TYPES.values())
