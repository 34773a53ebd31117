"""From six workbooks to a published model, and what its readers and its studies are told from then on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from kb_service.access.exporting import exported_names
from kb_service.access.roles import LOCAL, Caller, Role
from kb_service.access.studies import Studies
from kb_service.access.view import View
from kb_service.cli import main
from kb_service.cli.restored_people import agree_on_people
from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.model_worker import EXCEL
from kb_service.sheets.study_template import write_study_workbook
from kb_service.store import KnowledgeStore
from kb_service.store.backup import take_backup
from kb_service.store.data_folder import DataFolder
from kb_service.store.restoring import restore
from kb_service.study_records.records import StudyRecord
from kb_service.vocabulary import study_conclusions_graph, study_graph, study_history_graph
from kb_service.web import create_app
from kb_service.web.service import EXTENSION
from tests.conftest import RECENTLY, body
from tests.example_studies import NAMES, choices, example
from tests.published_models import published
from tests.shipped_store import shipped

MODEL = "customer-service-representative"
PANEL = "csr-delphi"
OTHERS = {
    "weighing": "csr-ahp",
    "interviews": "csr-bei",
    "questionnaire": "csr-questionnaire",
    "meeting": "csr-meeting",
}
GRAPHS = {kind(PANEL) for kind in (study_graph, study_conclusions_graph, study_history_graph)}
READERS = {Role.ANALYST, Role.HR, Role.EDITOR, Role.ADMIN}


@dataclass(frozen=True)
class Modelled:
    """A service whose model of the position is the one that the six studies lead to."""

    data: Path
    base: KnowledgeBase
    app: Flask
    view: View


@pytest.fixture(scope="module")
def modelled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Modelled]:
    data = shipped(tmp_path_factory.mktemp("studies") / "data")
    base = KnowledgeBase.open(data)
    app = create_app(base)
    view = View(base, app.extensions[EXTENSION].register, LOCAL)
    studies = Studies(view)
    for name in NAMES:
        studies.import_workbook(example(name).read_bytes(), f"{name}.xlsx")
    draft = studies.draft(PANEL, OTHERS).turtle
    assert view.check_document(draft, "text/turtle", "draft.ttl").conforms
    published(view, draft.decode())
    yield Modelled(data, base, app, view)
    app.extensions[EXTENSION].close()
    base.close()


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(data), "--lang", "en", *words])


def facts_in(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from tree["facts"]
    for below in tree["conclusions"]:
        yield from facts_in(below)


def test_why_somebody_fits_cites_study_round_panel_and_statistic(modelled: Modelled) -> None:
    client = modelled.app.test_client()
    ratings = dict.fromkeys(modelled.base.catalogue.dimensions["grid"], 5)
    assessment = {
        "date": RECENTLY.isoformat(),
        "source": "test",
        "framework": "grid",
        "ratings": ratings,
    }
    client.put("/api/v1/people/ana", json={"post": MODEL})
    client.put("/api/v1/people/ana/assessments/A1", json=assessment)

    tree = body(client.get(f"/api/v1/explain?person=ana&model={MODEL}"))

    cited = {fact["sourceLabel"]["en"] for fact in facts_in(tree) if fact.get("sourceLabel")}
    panel = [each for each in cited if "(fictional), round 2, 18 experts: mean import" in each]
    assert panel, sorted(cited)
    assert any("9 experts: global weight" in each for each in panel)
    assert any("12 experts: median of required levels" in each for each in panel)


def test_a_study_that_a_published_model_rests_on_stays(modelled: Modelled) -> None:
    client = modelled.app.test_client()

    refused = client.delete(f"/api/v1/studies/{PANEL}")

    assert refused.status_code == 409
    assert MODEL in body(refused)["findings"][0]["message"]["en"]
    assert client.get(f"/api/v1/studies/{PANEL}").status_code == 200


def test_a_study_that_nothing_published_rests_on_is_removed(modelled: Modelled) -> None:
    assert modelled.app.test_client().delete("/api/v1/studies/csr-fuzzy").status_code == 204


def with_another_rating(record: StudyRecord) -> bytes:
    """The workbook of a panel in which one expert rated one item otherwise."""
    first, *others = record.rows("ratings")
    other = {**first, "rating": Decimal(4) if first["rating"] == 5 else Decimal(5)}
    book = BytesIO()
    changed = StudyRecord(record.kind, {**record.tables, "ratings": (other, *others)})
    write_study_workbook(book, record.kind, choices(), changed)
    return book.getvalue()


def test_a_changed_study_warns_of_the_model_and_its_history_counts_the_rows(
    modelled: Modelled,
) -> None:
    client = modelled.app.test_client()
    data = with_another_rating(modelled.base.studying.record(PANEL))

    answer = client.post("/api/v1/studies", data=data, content_type=EXCEL)

    (warning,) = body(answer)["findings"]
    assert answer.status_code == 200
    assert (warning["severity"], MODEL in warning["message"]["en"]) == ("warning", True)
    history = body(client.get(f"/api/v1/studies/{PANEL}/history"))
    assert [(row["created"], row["rows"]) for row in history["rows"]][0] == (False, {"ratings": 1})
    assert history["rows"][-1]["created"]
    logged = run(modelled.data, "study", "log", PANEL, "--json")
    assert json.loads(logged.stdout) == history
    shown = run(modelled.data, "study", "log", PANEL)
    assert "Ratings 1" in shown.stdout and "First stored" in shown.stdout


@pytest.mark.parametrize("role", Role)
def test_an_export_has_the_graphs_of_studies_for_those_who_may_read_them(
    modelled: Modelled, role: Role
) -> None:
    caller = Caller("somebody", role, person="ana", team="north")
    seen = View(modelled.base, modelled.view.register, caller)

    exported = exported_names(seen, modelled.base.store.graph_names())

    assert (exported.keys() >= GRAPHS) == (role in READERS)
    assert bool(exported.keys() & GRAPHS) == (role in READERS)


def test_the_command_exports_a_study_with_what_was_concluded_of_it(modelled: Modelled) -> None:
    written = run(modelled.data, "export", "--graph", f"studies/{PANEL}", "--format", "nquads")

    assert written.exit_code == 0, written.output
    assert study_graph(PANEL).value in written.stdout
    assert "ImportanceRating" in written.stdout


def test_a_restored_folder_has_the_studies_with_conclusions_and_history(
    modelled: Modelled, tmp_path: Path
) -> None:
    take_backup(DataFolder.open(modelled.data), tmp_path / "backups", None)

    restore(tmp_path / "backups", tmp_path / "new", at=None, force=False, finish=agree_on_people)

    with KnowledgeStore(tmp_path / "new", read_only=True) as store:
        for name in GRAPHS:
            assert set(store.graph(name)) == set(modelled.base.store.graph(name))
            assert store.graph(name)
