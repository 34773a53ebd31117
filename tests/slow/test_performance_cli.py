"""`rengang` takes in performance: a template to fill in, files told by their columns, periods closed."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from kb_service.cli import main
from kb_service.knowledge_base import KnowledgeBase
from kb_service.web import create_app
from kb_service.web.service import EXTENSION
from tests.performance_facts import CLOSED, OPEN, PLAN, put_organisation


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the quarters of the example organisation and the people of its template."""
    folder = tmp_path_factory.mktemp("performance") / "data"
    base = KnowledgeBase.open(folder)
    app = create_app(base)
    client = app.test_client()
    put_organisation(client)
    for person in ("p001", "p002"):
        client.put(f"/api/v1/people/{person}", json={"post": PLAN})
    app.extensions[EXTENSION].close()
    base.close()
    return folder


def run(data: Path, *arguments: object) -> Result:
    given = ["--lang", "en", "--data", str(data), *map(str, arguments)]
    return CliRunner().invoke(main, given)


def template(data: Path, out: Path, *options: str, period: str = OPEN) -> Path:
    ended = run(data, "template", "performance", out, "--plan", PLAN, "--period", period, *options)
    assert ended.exit_code == 0, ended.output
    return out


def test_the_example_of_the_template_is_imported_and_corrected(data: Path, tmp_path: Path) -> None:
    sheet = template(data, tmp_path / "third-quarter.xlsx", "--example")
    book = openpyxl.load_workbook(sheet)
    page = book["绩效数据"]
    places = {page.cell(1, n).value: n for n in range(1, page.max_column + 1)}
    page.cell(5, places["complaint-rate"], 1.5)
    book.save(tmp_path / "changed.xlsx")
    page.cell(5, places["reason"], "two calls were not counted")
    book.save(tmp_path / "explained.xlsx")

    checked = run(data, "check", sheet)
    first = run(data, "import", sheet)
    changed = run(data, "import", tmp_path / "changed.xlsx")
    explained = run(data, "import", tmp_path / "explained.xlsx")

    assert checked.exit_code == 0, checked.output
    assert "Stored 18 figures and 10 rating forms of 2 people, and concluded.\n" in first.output
    assert changed.exit_code == 1
    assert "changed.xlsx: sheet 绩效数据, row 5, column" in changed.output
    assert "1 is stored here already" in " ".join(changed.output.split())
    assert "and concluded. Corrections: 1, earlier values kept." in explained.output


def test_a_period_is_listed_closed_and_then_takes_nothing(data: Path, tmp_path: Path) -> None:
    sheet = template(data, tmp_path / "first-quarter.xlsx", "--example", period=CLOSED)

    listed = run(data, "period", "list").output.splitlines()
    refused = run(data, "import", sheet)
    unknown = run(data, "period", "close", "2030-q1")
    without_days = run(data, "period", "open", "2030-q1")

    assert "2026-q1  2026-01-01 – 2026-03-31  closed by hr-1 on 2026-04-20" in listed
    assert "2026-q3  2026-07-01 – 2026-09-30  open" in listed
    assert listed == sorted(listed)
    assert (refused.exit_code, unknown.exit_code, without_days.exit_code) == (1, 3, 1)
    assert "rengang period open 2026-q1" in " ".join(refused.output.split())
    assert "There is no period 2030-q1." in unknown.output
    assert "--start 2026-07-01" in " ".join(without_days.output.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["performance", "out.xlsx"],
        ["performance", "out.xlsx", "--plan", PLAN],
        ["out.xlsx", "--plan", PLAN, "--period", OPEN],
        ["performance", "out.xlsx", "--plan", PLAN, "--period", OPEN, "--framework", "grid"],
    ],
)
def test_a_template_of_performance_takes_a_plan_and_a_period(
    data: Path, arguments: list[str]
) -> None:
    ended = run(data, "template", *arguments)

    assert ended.exit_code == 2
    assert "takes a plan and a period" in " ".join(ended.output.split())


def test_a_plan_that_is_not_there_is_named(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"

    ended = run(data, "template", "performance", out, "--plan", "pilot", "--period", OPEN)

    assert ended.exit_code == 3
    assert "There is no performance plan pilot" in ended.output
    assert not out.exists()
