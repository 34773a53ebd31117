"""Commands leave entries in the audit trail, and show and verify it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from kb_service.audit import Access, AuditTrail, entries_about, reference, verify
from kb_service.cli import main
from kb_service.knowledge_base import KnowledgeBase
from kb_service.store import KnowledgeStore
from kb_service.store.data_folder import DataFolder
from kb_service.web.service import EXTENSION


@pytest.fixture
def key(app: Flask) -> str:
    """The pseudonym of Ana."""
    found: str | None = app.extensions[EXTENSION].register.key_of("ana")
    return found or "ana"


def run(folder: Path, *command: str) -> Result:
    return CliRunner().invoke(main, [*command, "--data", str(folder), "--lang", "en"])


def told(folder: Path) -> list[dict[str, Any]]:
    return list(entries_about(folder / "audit"))


@pytest.mark.parametrize(
    ("command", "action"),
    [
        (["fit", "ana"], "command fit"),
        (["explain", "ana", "customer-service-specialist"], "command explain"),
        (["ask", "assessments-of-person", "person=ana"], "command ask"),
        (["export", "--person", "ana"], "command export"),
    ],
)
def test_a_command_that_shows_somebody_tells_whom(
    knowledge_base: KnowledgeBase, data_folder: Path, key: str, command: list[str], action: str
) -> None:
    before = len(told(data_folder))

    result = run(data_folder, *command)

    new = told(data_folder)[before:]
    assert (result.exit_code, result.stderr) == (0, "")
    assert [(entry["action"], entry["outcome"], entry["persons"]) for entry in new] == [
        (action, "touched", [reference(key)])
    ]
    assert new[0]["who"].startswith("local")


@pytest.mark.parametrize("command", [["ask", "people"], ["export"]])
def test_a_command_that_shows_everybody_tells_so(
    knowledge_base: KnowledgeBase, data_folder: Path, command: list[str]
) -> None:
    before = len(told(data_folder))

    run(data_folder, *command)

    touched = sum(entry["people"] for entry in told(data_folder)[before:])
    assert touched == len(knowledge_base.people_ids())


def test_a_command_about_shared_knowledge_leaves_no_entry(
    knowledge_base: KnowledgeBase, data_folder: Path
) -> None:
    before = len(told(data_folder))

    result = run(data_folder, "ask", "position-models")

    assert result.exit_code == 0
    assert len(told(data_folder)) == before


def test_a_command_that_changes_something_tells_before_and_after(tmp_path: Path) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text("工号,日期,来源,耐心坚持\np1,2026-01-05,test,7\n", encoding="utf-8")

    stored = run(tmp_path / "data", "import", str(sheet))
    sheet.write_text("工号,日期,来源,耐心坚持\np2,2026-01-05,test,eleven\n", encoding="utf-8")
    refused = run(tmp_path / "data", "import", str(sheet))

    entries = told(tmp_path / "data")
    assert (stored.exit_code, refused.exit_code) == (0, 1)
    assert [(entry["outcome"], entry["people"]) for entry in entries] == [
        ("begun", 0),
        ("touched", 1),
        ("done", 0),
        ("begun", 0),
        ("failed", 0),
    ]
    assert verify(tmp_path / "data" / "audit").fault is None


def test_a_token_given_out_or_revoked_is_told_before_and_after_with_whom_it_opens(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data"

    run(folder, "token", "add", "payroll", "--role", "hr")
    run(folder, "token", "add", "browser", "--role", "self", "--person", "p1")
    run(folder, "token", "add", "payroll", "--role", "hr")
    run(folder, "token", "revoke", "payroll")
    run(folder, "token", "list")

    entries = [(e["action"], e.get("object"), e["outcome"]) for e in told(folder)]
    assert entries == [
        ("command token add", "payroll hr", "begun"),
        ("command token add", "payroll hr", "done"),
        ("command token add", None, "touched"),
        ("command token add", "browser self", "begun"),
        ("command token add", "browser self", "done"),
        ("command token add", "payroll hr", "begun"),
        ("command token add", "payroll hr", "failed"),
        ("command token revoke", "payroll", "begun"),
        ("command token revoke", "payroll", "done"),
    ]
    assert told(folder)[2]["persons"] == [reference("p1")]


def test_a_copy_of_everybody_and_what_comes_of_it_are_told(tmp_path: Path) -> None:
    folder, backups, new = tmp_path / "data", tmp_path / "backups", tmp_path / "new"
    DataFolder.create_or_open(folder)
    with KnowledgeStore(folder):
        pass

    made = run(folder, "backup", str(backups))
    restored = run(new, "restore", str(backups))
    verified = run(new, "verify")

    assert [result.exit_code for result in (made, restored, verified)] == [0, 0, 0]
    entries = [(e["action"], e["outcome"], e["everybody"]) for e in told(new)]
    assert entries == [("command backup", "begun", True), ("command restore", "done", True)]
    assert [e["outcome"] for e in told(folder)] == ["begun", "done"]


def test_what_is_done_for_a_person_is_told_by_the_name_of_the_command(tmp_path: Path) -> None:
    folder, sheet = tmp_path / "data", tmp_path / "people.csv"
    sheet.write_text("工号,日期,来源,耐心坚持\np1,2026-01-05,test,7\n", encoding="utf-8")
    run(folder, "import", str(sheet))
    before = len(told(folder))

    run(folder, "person", "export", "p1", "--output", str(tmp_path / "p1.zip"))
    run(folder, "person", "object", "p1", "unfair")
    run(folder, "person", "erase", "p1", "--yes")

    new = told(folder)[before:]
    actions = dict.fromkeys(entry["action"] for entry in new)
    assert list(actions) == [f"command person {name}" for name in ("export", "object", "erase")]
    for action in actions:
        assert sum(entry["people"] for entry in new if entry["action"] == action) == 1


def test_nobody_is_shown_where_the_trail_cannot_be_written(
    knowledge_base: KnowledgeBase, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kb_service.audit.held_files.HeldFile.append", full)

    result = run(data_folder, "fit", "ana")

    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr == (
        "Error: The audit trail cannot be written, so nothing was done: "
        "[Errno 28] No space left on device\n"
    )


@pytest.fixture
def audited(tmp_path: Path) -> Path:
    """A data folder with a trail of three entries."""
    folder = DataFolder.create_or_open(tmp_path / "data")
    trail = AuditTrail(folder.audit)
    seen = Access("portal", "hr", "GET /p", "200", people=1, persons=(reference("p1"),))
    for access in (
        seen,
        Access("payroll", "hr", "GET /p", "200", people=1, persons=(reference("p2"),)),
        Access("analyst", "analyst", "POST /sparql", "200", people=2, everybody=True),
    ):
        trail.append(access, durable=True)
    trail.close()
    return folder.path


def test_verify_prints_the_last_entry_which_may_be_expected_later(audited: Path) -> None:
    printed = run(audited, "audit", "verify")

    anchor = printed.stdout.split()[-1]
    again = run(audited, "audit", "verify", "--expect", anchor)
    other = run(audited, "audit", "verify", "--expect", f"3:{'0' * 64}")
    assert printed.stdout == f"3 entries, whole. The last one: {anchor}\n"
    assert again.exit_code == 0
    assert other.exit_code == 1
    assert "The entry that --expect names is not in the trail" in other.stderr


def test_verify_names_the_first_bad_entry(audited: Path) -> None:
    [segment] = (audited / "audit").glob("*.jsonl")
    segment.write_text(segment.read_text().replace("payroll", "nobody!"))

    result = run(audited, "audit", "verify")

    assert (result.exit_code, result.stderr) == (
        1,
        f"Error: Entry 2 ({segment.name}:2): This entry was changed.\n",
    )


def test_show_lists_the_entries_of_a_person_or_a_caller(audited: Path) -> None:
    of_person = run(audited, "audit", "show", "--person", "p1", "--json").stdout.splitlines()
    by_caller = run(audited, "audit", "show", "--who", "payroll", "--json").stdout.splitlines()

    assert [json.loads(line)["who"] for line in of_person] == ["portal", "analyst"]
    assert [json.loads(line)["number"] for line in by_caller] == [2]


def test_show_prints_a_table_for_people(audited: Path) -> None:
    shown = run(audited, "audit", "show").stdout.splitlines()

    assert shown[0].split() == [
        "No.",
        "Time",
        "Who",
        "Role",
        "Action",
        "Object",
        "People",
        "Outcome",
    ]
    assert shown[3].split()[-6:] == ["analyst", "POST", "/sparql", "2", "(everybody)", "200"]


def test_show_finds_somebody_by_the_id_of_the_organisation(
    knowledge_base: KnowledgeBase, data_folder: Path, key: str
) -> None:
    run(data_folder, "fit", "ana")

    shown = run(data_folder, "audit", "show", "--person", "ana", "--json").stdout.splitlines()

    assert reference(key) in json.loads(shown[-1])["persons"]
