"""`rengang study` and its template: what each prints, and how it refuses what it cannot do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from kb_service.cli import main
from kb_service.knowledge_base import KnowledgeBase
from kb_service.study_records.kinds import KINDS
from tests.example_studies import comparisons, panel


@pytest.fixture(scope="module")
def folder(knowledge_base: KnowledgeBase, data_folder: Path) -> Iterator[Path]:
    """The data folder of this run, with a small panel and small comparisons in it."""
    record = panel({"patience": [5, 5, 4], "speed": [1, 5, 1]})
    weighed = comparisons({("a", "b"): "3"}, ("a", "b"))
    about = {**weighed.about, "code": "weighed", "priority_method": "geometric-mean"}
    knowledge_base.studying.put(record)
    knowledge_base.studying.put(replace(weighed, tables={**weighed.tables, "study": (about,)}))
    yield data_folder
    for study in (record.id, "weighed"):
        knowledge_base.studying.remove(study)


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(folder), "--lang", "en", *words])


def test_a_study_is_shown_with_what_became_of_each_item(folder: Path) -> None:
    shown = run(folder, "study", "show", "small")

    assert shown.exit_code == 0, shown.output
    assert "Small study (fictional)" in shown.output
    lines = {line.split()[1]: line.split()[-1] for line in shown.output.splitlines()[-2:]}
    assert lines == {"patience": "Keep", "speed": "Drop"}


def test_statistics_come_as_json_for_one_item(folder: Path) -> None:
    told = run(
        folder, "study", "statistics", "small", "--item", "speed", "--kind", "mean", "--json"
    )

    (row,) = json.loads(told.stdout)["rows"]
    assert row["value"] == pytest.approx(7 / 3)
    assert row["cuts"][0]["met"] is False


def test_what_to_bear_in_mind_is_told_once_below_the_statistics(folder: Path) -> None:
    told = run(folder, "study", "statistics", "weighed", "--kind", "weight")

    assert told.output.count("Weights are by the geometric mean.") == 1
    assert len(told.output.splitlines()) == 1 + 2 + 1


def test_an_explanation_names_rule_statistic_and_cut(folder: Path) -> None:
    told = run(folder, "study", "explain", "small", "speed")

    assert "Rule item-dropped" in told.output
    assert "Mean importance below which an item is not kept" in told.output
    assert "2.33333" in told.output


def test_a_study_that_there_is_not_ends_with_3_and_says_how_to_list_them(folder: Path) -> None:
    told = run(folder, "study", "show", "nothing")

    assert told.exit_code == 3
    assert "rengang study list" in told.output


def test_a_draft_that_cannot_be_made_says_why_and_ends_with_1(folder: Path) -> None:
    told = run(folder, "study", "draft", "small")

    assert told.exit_code == 1
    assert "fill in the column" in told.output


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_template_of_each_kind_has_its_sheets(folder: Path, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "study.xlsx"

    written = run(folder, "template", "study", str(out), "--kind", kind)

    assert written.exit_code == 0, written.output
    sheets = load_workbook(out).sheetnames
    assert sheets[: len(KINDS[kind].tables)] == [plan.title for plan in KINDS[kind].tables]


def test_a_template_without_its_kind_lists_the_kinds(folder: Path, tmp_path: Path) -> None:
    told = run(folder, "template", "study", str(tmp_path / "study.xlsx"))

    assert told.exit_code == 2
    assert ", ".join(KINDS) in told.output
