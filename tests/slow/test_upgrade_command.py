"""`rengang upgrade` at the terminal: a folder from before models had versions, and authors' files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import Literal, NamedNode

from kb_service.audit.verification import verify
from kb_service.cli.main import main
from kb_service.knowledge_base.migrations import CARRIED_OUT
from kb_service.knowledge_base.model_versions.records import read_versions
from kb_service.knowledge_files import knowledge_root
from kb_service.store import KnowledgeStore
from kb_service.store.data_folder import DataFolder
from kb_service.vocabulary import BASE, MODEL_VERSIONS_GRAPH, STORE_GRAPH, iri

COACH = NamedNode(BASE + "ontology/models/coach")
VERSION = iri("core", "version")
MIGRATION = "0.1.0/01-version-of-position-models"
TRAINER = knowledge_root() / "ontology" / "models" / "trainer.ttl"


def rengang(*arguments: object, data: Path, language: str = "en") -> Result:
    return CliRunner().invoke(main, [*map(str, arguments), "--data", str(data), "--lang", language])


def coach() -> str:
    """A model of one's own in version 2.3.0, from before models said so themselves."""
    text = TRAINER.read_text(encoding="utf-8").replace('    core:version "0.1.0" ;\n', "")
    for name in ("models/trainer", "model:trainer", "position:trainer", '"trainer', ":trainer."):
        text = text.replace(name, name.replace("trainer", "coach"))
    return text.replace('owl:versionInfo "0.1.0"', 'owl:versionInfo "2.3.0"')


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with that model, as an earlier commit would have left it."""
    folder = tmp_path_factory.mktemp("upgrade")
    file, data = folder / "coach.ttl", folder / "data"
    file.write_text(coach(), encoding="utf-8")
    stored = rengang("import", file, data=data)
    assert stored.exit_code == 0, stored.output
    with KnowledgeStore(data) as store:  # nor were there records of versions
        facts = [fact for fact in store.graph(STORE_GRAPH) if fact.predicate != CARRIED_OUT]
        model = [fact for fact in store.graph(COACH) if fact.predicate != VERSION]
        store.replace_graphs({STORE_GRAPH: facts, COACH: model, MODEL_VERSIONS_GRAPH: []})
    return data


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """A copy of that folder."""
    shutil.copytree(made, tmp_path / "data")
    return tmp_path / "data"


def versions(data: Path) -> list[str]:
    """What the model says of its version."""
    with KnowledgeStore(data, read_only=True) as store:
        said = [fact.object for fact in store.graph(COACH) if fact.predicate == VERSION]
    return [value.value for value in said if isinstance(value, Literal)]


def recorded_versions(data: Path) -> set[str]:
    """The numbers under which the versions of the model are on record."""
    with KnowledgeStore(data, read_only=True) as store:
        known = read_versions(store.graph(MODEL_VERSIONS_GRAPH))
    return {version.number for version in known if version.model == iri("model", "coach")}


def test_commands_that_write_say_that_an_upgrade_is_due_and_readers_are_warned(data: Path) -> None:
    refused = rengang("conclude", data=data)
    in_chinese = rengang("conclude", data=data, language="zh")
    read = rengang("ask", "position-models", data=data)

    assert (refused.exit_code, in_chinese.exit_code, read.exit_code) == (4, 4, 0)
    assert MIGRATION in refused.output and "rengang upgrade" in refused.output
    assert "请运行 rengang upgrade" in in_chinese.output
    assert "run rengang upgrade" in read.stderr
    assert versions(data) == []


def test_a_dry_run_says_what_would_be_done_and_does_nothing(data: Path) -> None:
    told = rengang("upgrade", "--dry-run", data=data, language="zh")

    assert told.exit_code == 0, told.output
    assert told.stdout.splitlines()[0].startswith(f"{MIGRATION}\t没有写明版本的岗位模型")
    assert "上传的图 1，人员 0，研究 0，历史记录 0" in told.stdout
    assert versions(data) == []
    assert not (data.parent / "data-backups").exists()


def test_an_upgrade_backs_up_first_and_the_backup_takes_one_back(
    data: Path, tmp_path: Path
) -> None:
    upgraded = rengang("upgrade", data=data)
    restored = rengang("restore", tmp_path / "data-backups", data=tmp_path / "before")
    again = rengang("upgrade", data=data)

    assert (upgraded.exit_code, restored.exit_code, again.exit_code) == (0, 0, 0), upgraded.output
    assert versions(data) == ["2.3.0"]
    assert recorded_versions(data) == {"2.3.0"}
    assert versions(tmp_path / "before") == []
    assert "Nothing is due" in again.stdout
    assert rengang("conclude", data=data).exit_code == 0


def test_the_backup_goes_where_it_is_told_and_the_audit_knows(data: Path, tmp_path: Path) -> None:
    done = rengang("upgrade", "--backup", tmp_path / "elsewhere", data=data)

    assert done.exit_code == 0, done.output
    assert rengang("verify", tmp_path / "elsewhere", data=data).exit_code == 0
    audit = rengang("audit", "show", data=data)
    assert audit.output.count("command upgrade") == 4  # backing up and changing, begun and done
    assert verify(DataFolder.open(data).audit).fault is None


def test_a_file_is_rewritten_where_there_is_something_to_change(tmp_path: Path) -> None:
    due, fine = tmp_path / "coach.ttl", tmp_path / "trainer.ttl"
    due.write_text(coach(), encoding="utf-8")
    untidy = TRAINER.read_text(encoding="utf-8").replace("\n    core:", "\n core:")
    fine.write_text(untidy, encoding="utf-8")

    foreseen = rengang("upgrade", "--dry-run", due, fine, data=tmp_path / "none")
    unchanged = due.read_text(encoding="utf-8")
    done = rengang("upgrade", due, fine, data=tmp_path / "none")

    assert (foreseen.exit_code, done.exit_code) == (0, 0), done.output
    assert unchanged == coach()
    assert done.stdout == f"{due}\t{MIGRATION}\n{fine}\tnothing to change\n"
    assert due.read_text(encoding="utf-8") == _with_version(coach())
    assert fine.read_text(encoding="utf-8") == untidy
    assert not (tmp_path / "none").exists()


def _with_version(text: str) -> str:
    """The model as an author would have given it the version by hand."""
    return text.replace(
        "    core:status status:published ;\n",
        '    core:status status:published ;\n    core:version "2.3.0" ;\n',
    )


def test_files_that_cannot_be_rewritten_are_named_and_stay_and_the_others_are_done(
    tmp_path: Path,
) -> None:
    files = {
        "comment.ttl": "# for Mei\n" + coach(),
        "broken.ttl": "model:coach a",
        "book.xlsx": "",
        "good.ttl": coach(),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    told = rengang("upgrade", *(tmp_path / name for name in files), data=tmp_path / "none")

    assert told.exit_code == 1
    assert "comment.ttl" in told.stderr and "a comment does not survive" in told.stderr
    assert "broken.ttl" in told.stderr and "line 1" in told.stderr
    assert "book.xlsx" in told.stderr and "rengang template" in told.stderr
    assert "3 of the files" in told.stderr
    kept = {name: (tmp_path / name).read_text(encoding="utf-8") for name in files}
    assert {name for name in files if kept[name] == files[name]} == set(files) - {"good.ttl"}


def test_without_a_data_folder_there_is_nothing_to_upgrade(tmp_path: Path) -> None:
    told = rengang("upgrade", data=tmp_path / "none")

    assert told.exit_code == 4
    assert not (tmp_path / "none").exists()
