"""Models as new authors wrote them, with a template and the messages alone: each comes to judge people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb_service.client import Rengang
from tests.served import Served, serving, with_people

FILES = sorted((Path(__file__).parents[1] / "authors_models").iterdir())
TYPES = {
    ".json": "application/json",
    ".ttl": "text/turtle",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service, with three people in it."""
    with serving(tmp_path_factory.mktemp("authors") / "data") as service:
        with_people(service)
        yield service


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_a_model_goes_from_a_file_to_judging_people(served: Served, file: Path) -> None:
    sent = {"Content-Type": TYPES[file.suffix]}

    checked = posted(served, "validate?dryRun=true", file.read_bytes(), sent)
    drafted = posted(served, "position-models", file.read_bytes(), sent)
    before = models(served)
    statuses = [
        posted(served, f"position-models/{file.stem}/versions/0.1.0/{step}")["status"]
        for step in ("review", "approve", "publish")
    ]

    assert checked["violations"] == 0, checked["findings"]
    assert [run["people"] for run in checked["dryRuns"]] == [3]
    assert drafted["status"] == "draft"
    assert file.stem not in before
    assert statuses == ["in-review", "approved", "published"]
    assert file.stem in models(served)
    with Rengang(served.url) as client:
        assert client.fit("p001", file.stem)["verdict"]


def posted(
    served: Served, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> dict[str, Any]:
    status, answer = served.send("POST", f"/api/v1/{path}", body, headers)
    assert status in (200, 201), answer
    found: dict[str, Any] = json.loads(answer)
    return found


def models(served: Served) -> set[str]:
    """The models by which people are judged."""
    with Rengang(served.url) as client:
        return {str(model["id"]) for model in client.position_models()}
