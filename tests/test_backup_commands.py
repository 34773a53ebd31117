"""`rengang backup`, `restore` and `verify` at the terminal: what they say and their exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import Literal, NamedNode, Triple

from kb_service.cli.main import main
from kb_service.store import JournalPolicy, KnowledgeStore
from kb_service.store.data_folder import DataFolder
from kb_service.store.readers import Readers
from kb_service.store.writer import Writer
from kb_service.vocabulary import people_graph

ANA = people_graph("p-ana")


def rengang(*arguments: object, data: Path, language: str = "en") -> Result:
    return CliRunner().invoke(main, [*map(str, arguments), "--data", str(data), "--lang", language])


def with_a_fact(data: Path) -> None:
    with KnowledgeStore(data) as store:
        says = NamedNode("https://example.org/says")
        store.replace_graphs({ANA: [Triple(ANA, says, Literal("x"))]})


def test_backed_up_verified_and_restored_in_both_languages(tmp_path: Path) -> None:
    data, folder, new = tmp_path / "data", tmp_path / "backups", tmp_path / "new"
    with_a_fact(data)

    told = [
        rengang("backup", folder, data=data),
        rengang("backup", folder, "--keep", 1, data=data, language="zh"),
        rengang("verify", data=data),
        rengang("verify", folder, data=data, language="zh"),
        rengang("restore", folder, data=new),
        rengang("verify", data=new),
    ]

    assert [result.exit_code for result in told] == [0] * 6
    assert "of which" in told[0].output
    assert "新增" in told[1].output
    assert told[2].output.strip() == f"{data} is whole."
    assert told[3].output.strip() == f"{folder} 完好。"
    assert str(new) in told[4].output
    with KnowledgeStore(new, read_only=True) as store:
        assert store.graph_names() == [ANA]


def test_damage_is_exit_code_1_and_what_cannot_be_opened_is_4(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    with_a_fact(data)
    rengang("backup", folder, data=data)
    for file in (folder / "files").glob("*/*"):
        file.write_bytes(b"x")

    damaged = rengang("verify", folder, data=data)
    refused = rengang("restore", folder, data=tmp_path / "new")
    missing = rengang("verify", data=tmp_path / "none")
    other = rengang("restore", tmp_path / "data", data=tmp_path / "new")

    assert (damaged.exit_code, refused.exit_code) == (1, 1)
    assert "does not hold what was written" in damaged.output + refused.output
    assert (missing.exit_code, other.exit_code) == (4, 4)
    assert not (tmp_path / "new").exists()


def test_a_folder_with_data_is_replaced_only_when_that_is_asked_for(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    with_a_fact(data)
    rengang("backup", folder, data=data)

    refused = rengang("restore", folder, data=data)
    in_chinese = rengang("restore", folder, data=data, language="zh")
    too_early = rengang("restore", folder, "--at", "2020-01-01", "--force", data=data)
    done = rengang("restore", folder, "--force", data=data)

    assert (refused.exit_code, too_early.exit_code, done.exit_code) == (1, 1, 0)
    assert "--force" in refused.output and "--force" in in_chinese.output
    assert "oldest backup" in too_early.output
    with KnowledgeStore(data, read_only=True) as store:
        assert store.graph_names() == [ANA]


def test_a_command_that_writes_bounds_the_journal_as_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = list[JournalPolicy]()

    class Noted(Writer):
        def __init__(self, data: DataFolder, policy: JournalPolicy, readers: Readers) -> None:
            policies.append(policy)
            super().__init__(data, policy, readers)

    monkeypatch.setattr("kb_service.store.knowledge_store.Writer", Noted)
    monkeypatch.setenv("RENGANG_JOURNAL_DAYS", "30")
    file = tmp_path / "rengang.toml"
    file.write_text("[journal]\nmegabytes = 256\n")
    monkeypatch.setenv("RENGANG_CONFIG", str(file))

    result = rengang("conclude", data=tmp_path / "new")

    assert (result.exit_code, policies) == (0, [JournalPolicy(30, 256)])
