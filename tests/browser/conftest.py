"""One Chromium and one service over a small organisation, for every test in this folder."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from kb_service.knowledge_base.model_worker import EXCEL
from kb_service.knowledge_files import knowledge_root
from kb_service.vocabulary import ORGANISATION_GRAPH
from tests.served import Served, serving, with_people
from tests.shipped_store import shipped

_NAMES = ("chromium", "chromium-browser", "google-chrome")
HOSTILE = '<script>document.title = "ran"</script>'
"""The name of somebody in the organisation."""


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is; every test that needs it is skipped where none is installed."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        lack = "there is no Chromium; install it: apt-get install chromium"
        warnings.warn(f"NOT TESTED: the pages in a browser, as {lack}", stacklevel=1)
        pytest.skip(lack)
    return path


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium without a window.

    For one module only: an event loop runs as long, and tests elsewhere start their own.
    """
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium)
        yield found
        found.close()


@pytest.fixture(scope="session")
def served(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service over four people in two teams, one appraised, studies, an objection, a draft."""
    folder = shipped(tmp_path_factory.mktemp("browser") / "data")
    with serving(folder) as made:
        _fill(made)
        yield made


def _fill(served: Served) -> None:
    organisation = (knowledge_root() / "examples" / "organisation.ttl").read_bytes()
    _sent(served, "PUT", f"/data?graph={ORGANISATION_GRAPH.value}", organisation, "text/turtle")
    with_people(served)
    served.put("people/mallory", {"name": HOSTILE})
    appraised = {
        "name": "林悦",
        "post": "customer-service-representative",
        "team": "power-service-1",
    }
    served.put("people/p085", appraised)
    served.put(
        "people/p085/measurements/2026-q3/complaint-rate", {"value": 0.9, "date": "2026-10-04"}
    )
    for study in sorted((knowledge_root() / "examples" / "studies").glob("*.xlsx")):
        _sent(served, "POST", "/api/v1/studies", study.read_bytes(), EXCEL)


def _sent(served: Served, method: str, path: str, body: bytes, media_type: str) -> None:
    status, answer = served.send(method, path, body, {"Content-Type": media_type})
    assert status in (200, 201, 204), answer
