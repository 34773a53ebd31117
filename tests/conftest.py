"""What several test modules share: a small knowledge base of invented people, and its service."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from werkzeug.wrappers import Response

from kb_service.access.opening import register_of
from kb_service.access.roles import LOCAL
from kb_service.access.view import View
from kb_service.configuration import Configuration, QueryLimits
from kb_service.knowledge_base import KnowledgeBase
from kb_service.people_records import AssessmentRecord, Introduction
from kb_service.web import create_app
from kb_service.web.service import EXTENSION
from tests.shipped_store import shipped

# A busy machine is no fault of the code: examples may take as long as they need.
settings.register_profile(
    "suite", settings.get_profile("ci" if "CI" in os.environ else "default"), deadline=None
)

settings.load_profile("suite")

# Stores and modules stay for the whole run: a tenth of it went into looking for garbage there.
gc.set_threshold(50_000, 20, 100)

RECENTLY = date.today() - timedelta(days=30)


def body(answer: Response) -> Any:
    """The JSON of an answer, whatever its media type."""
    return json.loads(answer.get_data())


@pytest.fixture(scope="session", autouse=True)
def what_reasoners_inferred(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One folder for all data folders of this run, so that a reasoner is asked once."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    os.environ["RENGANG_CACHE"] = str(folder / "cache")


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of this test run."""
    return tmp_path_factory.mktemp("service") / "data"


@contextmanager
def two_people(folder: Path) -> Iterator[KnowledgeBase]:
    """The shipped knowledge and two invented people: one rated 7 in all of T12, one not at all."""
    base = KnowledgeBase.open(shipped(folder))
    register = register_of(base)
    rated = dict.fromkeys(base.catalogue.dimensions["t12"], Decimal(7))
    View(base, register, LOCAL).import_records(
        [
            Introduction("ana", "安娜", None, "customer-service-specialist", ("team-leader",)),
            Introduction("mallory", "<script>alert(1)</script>", "hotline-9"),
        ],
        [
            AssessmentRecord(
                "A1", "ana", RECENTLY, "test", "t12", {**rated, "patience": Decimal("5.5")}
            )
        ],
    )
    register.close()
    try:
        yield base
    finally:
        base.close()


@contextmanager
def service_over(base: KnowledgeBase) -> Iterator[Flask]:
    """The service over a knowledge base."""
    made = create_app(base, configuration=Configuration(queries=QueryLimits(seconds=5.0)))
    try:
        yield made
    finally:
        made.extensions[EXTENSION].close()


@pytest.fixture(scope="session")
def knowledge_base(data_folder: Path) -> Iterator[KnowledgeBase]:
    """Two people, beside whom other tests store more."""
    with two_people(data_folder) as base:
        yield base


@pytest.fixture(scope="session")
def view(app: Flask, knowledge_base: KnowledgeBase) -> View:
    """That knowledge base as HR and administrators see it, by the ids that they use."""
    return View(knowledge_base, app.extensions[EXTENSION].register, LOCAL)


@pytest.fixture(scope="session")
def app(knowledge_base: KnowledgeBase) -> Iterator[Flask]:
    """The service over that knowledge base."""
    with service_over(knowledge_base) as made:
        yield made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who asks the service, without cookies from earlier tests."""
    return app.test_client()
