"""`rengang pull` and `rengang push` against the service as it is run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb_service.access.roles import Role
from kb_service.cli.main import main
from kb_service.client.sync_state import FILE
from kb_service.knowledge_files import knowledge_root, ontology_files
from tests.served import Served, serving, token_for

OURS = "https://example.org/our-incentives"
UPLOADED = f"""\
@prefix core: <https://w3id.org/rengang/ontology/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .

<{OURS}>
    a owl:Ontology ;
    dcterms:title "我们的激励"@zh, "Our incentives"@en ;
.
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that asks everybody for a token."""
    with serving(tmp_path_factory.mktemp("folders") / "data") as service:
        yield service


@pytest.fixture(scope="module")
def editor(served: Served) -> str:
    """The token of an editor."""
    return token_for(served, Role.EDITOR)


@pytest.fixture
def folder(served: Served, editor: str, tmp_path: Path) -> Path:
    """What an editor pulled."""
    pulled = rengang("pull", tmp_path / "folder", served=served, token=editor)
    assert pulled.exit_code == 0, pulled.output
    return tmp_path / "folder"


def rengang(
    command: str, *arguments: object, served: Served, token: str, language: str = "en"
) -> Result:
    return CliRunner().invoke(
        main,
        [command, *map(str, arguments), "--url", served.url, "--lang", language],
        env={"RENGANG_TOKEN": token},
    )


def test_a_pulled_folder_is_the_ontology_folder_to_the_byte(folder: Path) -> None:
    ontology = knowledge_root() / "ontology"

    differing = [
        path.relative_to(ontology).as_posix()
        for path in [*ontology_files(), *ontology.rglob("catalog-v001.xml")]
        if (folder / path.relative_to(ontology)).read_bytes() != path.read_bytes()
    ]

    assert differing == []


def test_what_an_editor_writes_reaches_another_editor_and_comes_back(
    served: Served, editor: str, folder: Path, tmp_path: Path
) -> None:
    (folder / "incentives.ttl").write_text(UPLOADED, encoding="utf-8")

    foreseen = rengang("push", folder, "--dry-run", served=served, token=editor, language="zh")
    sent = rengang("push", folder, served=served, token=editor)
    other = tmp_path / "other"
    rengang("pull", other, served=served, token=editor)
    (theirs,) = other.glob("our-incentives-*.ttl")
    theirs.write_text(theirs.read_text("utf-8").replace("Our incentives", "Their incentives"))
    rengang("push", other, served=served, token=editor)
    back = rengang("pull", folder, served=served, token=editor)

    assert (foreseen.exit_code, sent.exit_code, back.exit_code) == (0, 0, 0), sent.output
    assert foreseen.stdout == "incentives.ttl\t送出\n"
    assert sent.stdout == "incentives.ttl\tsent\n"
    assert back.stdout == "incentives.ttl\tupdated\n"
    assert "Their incentives" in (folder / "incentives.ttl").read_text(encoding="utf-8")
    theirs.unlink()
    assert rengang("push", other, "--delete", served=served, token=editor).exit_code == 0


def test_a_change_on_both_sides_is_told_with_what_to_do(
    served: Served, editor: str, folder: Path, tmp_path: Path
) -> None:
    (folder / "incentives.ttl").write_text(UPLOADED, encoding="utf-8")
    rengang("push", folder, served=served, token=editor)
    other = tmp_path / "other"
    rengang("pull", other, served=served, token=editor)
    for place, title in ((other, "Theirs"), (folder, "Mine")):
        (path,) = (each for each in place.glob("*.ttl") if OURS in each.read_text("utf-8"))
        path.write_text(path.read_text("utf-8").replace("Our incentives", title), "utf-8")
    rengang("push", other, served=served, token=editor)

    pushed = rengang("push", folder, served=served, token=editor)
    pulled = rengang("pull", folder, served=served, token=editor, language="zh")

    assert (pushed.exit_code, pulled.exit_code) == (1, 1)
    assert pushed.stdout == "incentives.ttl\tchanged on both sides\n"
    assert "rengang pull NEW-FOLDER" in pushed.stderr
    assert pulled.stdout == "incentives.ttl\t两边都改过\n"
    assert "rengang pull 新文件夹" in pulled.stderr


def test_what_ships_and_what_shapes_refuse_is_told_file_by_file(
    served: Served, editor: str, folder: Path
) -> None:
    core = folder / "core.ttl"
    core.write_text(core.read_text("utf-8").replace("Rengang core", "My core"), "utf-8")
    faulty = UPLOADED.replace("our-incentives", "faulty") + (
        "<https://w3id.org/rengang/ability/patients> a core:Ability ."
    )
    (folder / "faulty.ttl").write_text(faulty, encoding="utf-8")

    told = rengang("push", folder, served=served, token=editor)

    assert told.exit_code == 1
    assert [line.split("\t")[:2] for line in told.stdout.splitlines()] == [
        [
            "core.ttl",
            "ships with the product and cannot be changed on a service; "
            "write what is yours into a file with a header of its own",
        ],
        ["faulty.ttl", "refused, not sent"],
    ]
    assert "must\tfaulty.ttl: line 9" in told.stderr


def test_who_may_only_read_pulls_and_is_told_that_a_push_is_not_allowed(
    served: Served, folder: Path
) -> None:
    reader = token_for(served, Role.MODEL_READER)
    (folder / "incentives.ttl").write_text(
        UPLOADED.replace("our-incentives", "reader"), encoding="utf-8"
    )

    pulled = rengang("pull", folder, served=served, token=reader)
    pushed = rengang("push", folder, served=served, token=reader)

    assert pulled.exit_code == 0, pulled.output
    assert pushed.exit_code == 1
    assert pushed.stdout.startswith("incentives.ttl\tyour token may not write it\t")


def test_a_token_comes_from_a_file_as_well_and_without_one_nothing_is_written(
    served: Served, editor: str, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(editor + "\n", encoding="utf-8")

    allowed = rengang(
        "pull", tmp_path / "a", "--token-file", file, served=served, token="rengang_wrong"
    )
    refused = rengang("pull", tmp_path / "b", served=served, token="", language="zh")

    assert allowed.exit_code == 0, allowed.output
    assert refused.exit_code == 1
    assert "RENGANG_TOKEN" in refused.output
    assert not (tmp_path / "b").exists()
    assert editor not in (tmp_path / "a" / FILE).read_text(encoding="utf-8")


def test_a_service_that_does_not_answer_is_exit_code_4(tmp_path: Path) -> None:
    arguments = ["pull", str(tmp_path / "f"), "--url", "http://127.0.0.1:9", "--lang", "en"]

    told = CliRunner().invoke(main, arguments)

    assert told.exit_code == 4
    assert "rengang serve" in told.output
    assert not (tmp_path / "f").exists()


def test_an_address_that_is_none_is_exit_code_2(tmp_path: Path) -> None:
    told = CliRunner().invoke(
        main, ["pull", str(tmp_path / "f"), "--url", "example", "--lang", "zh"]
    )

    assert told.exit_code == 2
    assert "http://127.0.0.1:8000" in told.output


def test_a_changed_position_model_becomes_a_draft_and_comes_back_once_published(
    served: Served, editor: str, folder: Path, tmp_path: Path
) -> None:
    path = folder / "models" / "trainer.ttl"
    published = path.read_text(encoding="utf-8")
    path.write_text(
        published.replace('"0.1.0"', '"0.2.0"').replace("内训师", "内部培训师"), "utf-8"
    )

    submitted = rengang("push", folder, served=served, token=editor)
    waiting = rengang("push", folder, served=served, token=editor)
    other = rengang("pull", tmp_path / "other", served=served, token=editor)
    take_through(served, "trainer", "0.2.0", ("review", "approve", "publish"))
    back = rengang("pull", folder, served=served, token=editor)

    assert submitted.exit_code == 0, submitted.output
    file, told, address = submitted.stdout.strip().split("\t")
    assert (file, told) == ("models/trainer.ttl", "submitted as a new version")
    assert address.endswith("/api/v1/position-models/trainer/versions/0.2.0")
    assert waiting.stdout == "models/trainer.ttl\tsubmitted before, waits to be published\n"
    assert other.exit_code == 0, other.output
    shared = tmp_path / "other" / "models" / "trainer.ttl"
    assert shared.read_text(encoding="utf-8") == published
    assert back.exit_code == 0, back.output
    assert "内部培训师" in path.read_text(encoding="utf-8")


def test_a_position_model_changed_under_its_old_version_is_refused_in_words(
    served: Served, editor: str, folder: Path
) -> None:
    path = folder / "models" / "sales-agent.ttl"
    path.write_text(path.read_text("utf-8").replace("销售", "营销"), "utf-8")

    told = rengang("push", folder, served=served, token=editor)

    assert told.exit_code == 1
    assert told.stdout.startswith("models/sales-agent.ttl\trefused, not sent\t")
    assert "0.1.0" in told.output


def take_through(served: Served, model: str, version: str, steps: tuple[str, ...]) -> None:
    """Take a version through its life cycle, as an administrator may."""
    admin = token_for(served, Role.ADMIN)
    for step in steps:
        status, answer = served.send(
            "POST",
            f"/api/v1/position-models/{model}/versions/{version}/{step}",
            '{"reason": "tested"}',
            {"Authorization": f"Bearer {admin}", "Content-Type": "application/json"},
        )
        assert status in (200, 201), answer
