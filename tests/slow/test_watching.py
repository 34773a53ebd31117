"""A folder of knowledge that is edited while it is served: what is loaded, and what never is."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kb_service.access.roles import Role
from kb_service.cli import main
from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.model_versions.life_cycle import Actor
from kb_service.knowledge_files import knowledge_root
from kb_service.watching import NothingToWatch, Round, Stage, State, Watch, WatchedFolder
from kb_service.watching.checks import check_folder
from kb_service.watching.folders import FolderGone
from tests.served import Served, serving, token_for, with_people

PARTS = ("ontology", "rules", "shapes", "examples")
CORE = "ontology/core.ttl"
T12 = "ontology/frameworks/t12.ttl"
LEADER = "ontology/models/team-leader.ttl"
DIGITAL_FLUENCY = """ability:digital-fluency
    a core:Ability, owl:NamedIndividual ;
    core:careerType type:operational ;
    core:definitionEvidence evidence:assumed ;
    core:evidence evidence:assumed ;
    core:framework framework:t12 ;
    core:part part:ability ;
    core:scale scale:sten ;
    dcterms:identifier "digital-fluency" ;
    skos:definition
        "熟练使用多种业务系统，遇到新工具上手快。"@zh,
        "Working with several systems at ease and picking up new tools quickly."@en ;
    skos:prefLabel "数字化应用"@zh, "Digital fluency"@en ;
.

"""


def edited(path: Path, change: Callable[[str], str]) -> None:
    """Save a file as many editors do: write another one, and give it the name."""
    new = path.with_suffix(".tmp")
    new.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    new.replace(path)


def with_digital_fluency(text: str) -> str:
    return text.replace("ability:patience\n", DIGITAL_FLUENCY + "ability:patience\n", 1)


def copied(target: Path, *parts: str) -> Path:
    for part in parts or PARTS:
        shutil.copytree(knowledge_root() / part, target / part)
    return target


# The folder


def test_a_folder_of_ontologies_and_a_whole_knowledge_folder_can_be_watched(tmp_path: Path) -> None:
    copied(tmp_path, "ontology", "rules")

    assert list(WatchedFolder.of(tmp_path / "ontology").parts) == ["ontology"]
    assert list(WatchedFolder.of(tmp_path).parts) == ["ontology", "rules"]
    with pytest.raises(NothingToWatch):
        WatchedFolder.of(tmp_path / "rules" / "10-requirements")


def test_what_editors_leave_beside_the_files_does_not_count(tmp_path: Path) -> None:
    for name in ("a.ttl", "a.ttl~", ".a.ttl.swp", ".hidden.ttl", "a.ttl.tmp", "models/b.ttl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")

    assert list(WatchedFolder.of(tmp_path).snapshot()) == [
        "ontology/a.ttl",
        "ontology/models/b.ttl",
    ]


def test_a_folder_that_vanished_is_no_empty_folder(tmp_path: Path) -> None:
    folder = WatchedFolder.of(copied(tmp_path / "knowledge", "ontology"))
    shutil.rmtree(tmp_path / "knowledge")

    with pytest.raises(FolderGone):
        folder.snapshot()


def test_a_stage_keeps_what_it_leads_to_and_takes_only_migrations_of_a_new_release(
    tmp_path: Path,
) -> None:
    product = copied(tmp_path / "product")
    stage = Stage(tmp_path / "stage")
    stage.prepare(product)
    first = stage.root.resolve()
    other = stage.new_copy()
    (other / "ontology").mkdir()
    (other / "mark").touch()
    release = product / "ontology" / "migrations" / "9.0.0"
    release.mkdir(parents=True)

    before = stage.lead_to(other)
    stage.clear()
    Stage(tmp_path / "stage").prepare(product)

    assert before == first
    assert not first.exists()
    assert (stage.root / "mark").exists()
    assert (stage.root / "ontology" / "migrations" / "9.0.0").is_dir()


# What is checked


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def told(root: Path, cache: Path, *changed: str) -> list[tuple[str, str, str]]:
    found = check_folder(root, changed, date(2026, 11, 1), cache)
    return [(one.severity, one.where, one.message["en"]) for one in found]


def test_what_ships_is_in_order(tmp_path: Path, cache: Path) -> None:
    assert told(copied(tmp_path / "k"), cache, CORE, T12) == []


def test_a_half_written_file_is_named_with_its_line(tmp_path: Path, cache: Path) -> None:
    root = copied(tmp_path / "k")
    path = root / CORE
    path.write_bytes(path.read_bytes()[:5000])

    [(severity, where, message)] = told(root, cache, CORE)

    lines = path.read_bytes().count(b"\n") + 1
    assert severity == "violation"
    assert re.fullmatch(rf"ontology/core\.ttl:{lines}:\d+", where)
    assert "ends in the middle" in message


def test_a_file_without_a_header_and_two_with_the_same_one_are_named(
    tmp_path: Path, cache: Path
) -> None:
    root = copied(tmp_path / "k")
    shutil.copy(root / CORE, root / "ontology" / "copy.ttl")
    (root / "ontology" / "new.ttl").write_text("<x:s> <x:p> 1 .")

    found = told(root, cache)

    assert [(severity, where) for severity, where, _ in found] == [
        ("violation", CORE),
        ("violation", "ontology/new.ttl"),
    ]
    assert "ontology/copy.ttl has the header" in found[0][2]
    assert "exactly one header" in found[1][2]


def test_shapes_speak_of_the_line(tmp_path: Path, cache: Path) -> None:
    root = copied(tmp_path / "k")
    edited(root / T12, lambda text: text + "\nability:knack a core:Ability .\n")
    line = (root / T12).read_text(encoding="utf-8").count("\n")

    found = told(root, cache, T12)

    assert ("violation", f"{T12}:{line}") in {(severity, where) for severity, where, _ in found}
    assert {where.partition(":")[0] for _, where, _ in found} == {T12}


def test_a_sound_file_in_another_layout_is_told_the_command(tmp_path: Path, cache: Path) -> None:
    root = copied(tmp_path / "k")
    edited(root / T12, lambda text: text.replace("\n.\n", " .\n"))
    edited(root / CORE, lambda text: text + "# to be done\n")

    found = told(root, cache, T12, CORE)

    assert [(severity, where.partition(":")[0]) for severity, where, _ in found] == [
        ("info", CORE),
        ("info", T12),
    ]
    assert "a comment does not survive: # to be done" in found[0][2]
    assert "rengang format t12.ttl" in found[1][2]


def test_a_rule_that_cannot_be_run_is_named(tmp_path: Path, cache: Path) -> None:
    root = copied(tmp_path / "k")
    rule = next((root / "rules").rglob("*.rq"))
    rule.write_text("CONSTRUCT {", encoding="utf-8")

    found = told(root, cache)

    assert any(severity == "violation" and rule.name in where for severity, where, _ in found)


def test_a_contradiction_is_named_though_every_file_is_in_order_by_itself(
    tmp_path: Path, cache: Path
) -> None:
    root = copied(tmp_path / "k")
    knack = (
        "core:Knack a owl:Class ; rdfs:subClassOf core:Ability, core:Motivation ;\n"
        '  skos:prefLabel "诀窍"@zh, "Knack"@en ; skos:definition "两者都是。"@zh, "Both."@en .\n'
    )
    edited(root / CORE, lambda text: f"{text}\n{knack}")

    violations = [each for each in told(root, cache, CORE) if each[0] == "violation"]

    [(_, where, message)] = violations
    assert where.startswith(f"{CORE}:")
    assert "Knack" in message


# What is taken over


@pytest.fixture(scope="module")
def followed(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[KnowledgeBase, Watch, Path, list[Round]]]:
    """A knowledge base with its watch, the folder that is edited, and the rounds that were told."""
    folder = tmp_path_factory.mktemp("followed")
    knowledge = copied(folder / "knowledge")
    stage = Stage(folder / "stage")
    stage.prepare(knowledge_root())
    heard: list[Round] = []
    watch = Watch(WatchedFolder.of(knowledge), stage, knowledge_root(), heard.append)
    base = KnowledgeBase.open(folder / "data", root=watch.root)
    try:
        watch.look(base)
        yield base, watch, knowledge, heard
    finally:
        base.close()


def test_only_what_is_in_order_is_taken_over_and_from_the_last_state_that_was(
    followed: tuple[KnowledgeBase, Watch, Path, list[Round]],
) -> None:
    base, watch, knowledge, heard = followed
    abilities = set(base.catalogue.dimensions["t12"])
    version = base.knowledge_version
    good = (knowledge / T12).read_text(encoding="utf-8")

    (knowledge / T12).write_text(good[:3000], encoding="utf-8")
    watch.look(base)
    broken = (watch.status.state, base.knowledge_version)
    (knowledge / T12).write_text(with_digital_fluency(good), encoding="utf-8")
    watch.look(base)

    assert broken == (State.REFUSED, version)
    assert watch.status.state is State.SERVED
    assert heard[-1].changed == (T12,)
    assert set(base.catalogue.dimensions["t12"]) - abilities == {"digital-fluency"}
    assert base.knowledge_version != version


def test_a_file_that_is_deleted_takes_its_graph_along_unless_something_needs_it(
    followed: tuple[KnowledgeBase, Watch, Path, list[Round]],
) -> None:
    base, watch, knowledge, _ = followed
    trainer = "https://w3id.org/rengang/ontology/models/trainer"
    assert trainer in {name.value for name in base.store.graph_names()}

    (knowledge / "ontology/plans/trainer.ttl").unlink()  # it appraises by the model
    (knowledge / "ontology/models/trainer.ttl").unlink()
    watch.look(base)
    without = {name.value for name in base.store.graph_names()}
    (knowledge / T12).rename(knowledge / "t12.away")
    watch.look(base)

    assert trainer not in without
    assert watch.status.state is State.REFUSED
    assert base.catalogue.dimensions["t12"]


def test_a_folder_that_vanishes_is_told_once_and_followed_again_when_it_is_back(
    followed: tuple[KnowledgeBase, Watch, Path, list[Round]],
) -> None:
    base, watch, knowledge, heard = followed
    version = base.knowledge_version
    before = len(heard)

    knowledge.rename(knowledge.with_name("away"))
    watch.look(base)
    watch.look(base)
    gone = [each.state for each in heard[before:]]
    knowledge.with_name("away").rename(knowledge)
    watch.look(base)

    assert gone == [State.GONE]
    assert base.knowledge_version == version
    assert watch.status.state is not State.GONE


def test_a_write_that_is_not_finished_is_waited_for(
    followed: tuple[KnowledgeBase, Watch, Path, list[Round]], monkeypatch: pytest.MonkeyPatch
) -> None:
    base, watch, knowledge, heard = followed
    (knowledge / "t12.away").rename(knowledge / T12)
    watch.look(base)
    text = (knowledge / CORE).read_bytes()
    pieces = iter([text[start : start + 10_000] for start in range(0, len(text), 10_000)])
    (knowledge / CORE).write_bytes(next(pieces))
    before = len(heard)

    def write_on(_: float) -> None:
        with (knowledge / CORE).open("ab") as file:
            file.write(next(pieces, b""))

    monkeypatch.setattr("kb_service.watching.watch.sleep", write_on)
    watch.look(base)

    assert (knowledge / CORE).read_bytes() == text
    assert watch.status.state is State.SERVED
    assert heard[before:] == []


def test_a_model_that_the_organisation_has_published_itself_is_not_replaced_and_that_is_told(
    followed: tuple[KnowledgeBase, Watch, Path, list[Round]], monkeypatch: pytest.MonkeyPatch
) -> None:
    base, watch, knowledge, heard = followed
    monkeypatch.setattr("kb_service.watching.watch.check_folder", lambda *_: ())
    text = (knowledge / LEADER).read_text(encoding="utf-8")
    read = base.model_documents.read(text.replace("0.1.0", "0.2.0").encode(), "text/turtle")
    base.model_life_cycle.submit(read, Actor("ann"))
    for step in ("review", "approve", "publish"):
        base.model_life_cycle.take(step, "team-leader", "0.2.0", Actor("ann", bound=False))

    edited(knowledge / LEADER, lambda text: text.replace("tier:main", "tier:auxiliary", 1))
    watch.look(base)

    line = text.splitlines().index("model:team-leader") + 1
    (told,) = heard[-1].findings
    assert (told.severity, told.where) == ("warning", f"{LEADER}:{line}")
    assert told.message["en"].startswith(
        "Of the position model team-leader version 0.2.0 counts, which the organisation has"
        " published itself; this file does not replace it. To have it count, give it an"
        " owl:versionInfo greater than 0.2.0"
    )
    published = base.model_life_cycle.version("team-leader", "0.2.0")
    assert set(base.model_documents.loaded("team-leader")) == set(
        base.model_life_cycle.document(published)
    )


# The service


def status_of(served: Served) -> dict[str, Any]:
    code, answer = served.send("GET", "/api/v1/status")
    assert code == 200, answer
    told: dict[str, Any] = json.loads(answer)
    return told


def rounds_of(served: Served, count: int) -> list[dict[str, Any]]:
    """The rounds, latest first, once there are so many."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        rounds: list[dict[str, Any]] = status_of(served)["watch"]["rounds"]
        if len(rounds) >= count:
            return rounds
        time.sleep(0.5)
    raise AssertionError(status_of(served))


def abilities(served: Served) -> bytes:
    return served.send("GET", "/api/v1/questions/dimensions?limit=1000")[1]


def test_a_running_service_follows_a_folder_and_keeps_the_last_good_state_over_a_restart(
    tmp_path: Path,
) -> None:
    ontology = copied(tmp_path / "k", "ontology") / "ontology"
    data = tmp_path / "data"
    arguments = ("--watch", str(ontology))

    with serving(data, *arguments) as served:
        with_people(served)
        rounds_of(served, 1)
        edited(ontology / "frameworks/t12.ttl", with_digital_fluency)
        taken = rounds_of(served, 2)[0]
        after_edit = abilities(served)
        edited(ontology / "frameworks/t12.ttl", lambda text: text[:4000])
        refused = rounds_of(served, 3)[0]
        after_fault = abilities(served)
        page = served.got("/status", {"Accept-Language": "en"})
    with serving(data, *arguments) as served:
        first = rounds_of(served, 1)[0]
        after_restart = abilities(served)
    log = (tmp_path / "serve.log").read_text(encoding="utf-8")

    assert (taken["state"], taken["changed"]) == ("served", [T12])
    assert b"digital-fluency" in after_edit
    assert refused["state"] == "refused"
    assert refused["findings"][0]["where"].startswith(f"{T12}:")
    assert after_fault == after_edit
    assert page[0] == 200
    assert "Not loaded; what was served before stays" in page[2].decode()
    assert 'http-equiv="refresh"' in page[2].decode()
    assert first["state"] == "refused"
    assert after_restart == after_edit
    assert f"{T12}: not loaded, the service keeps what it has." in log


def test_the_status_is_for_who_may_change_knowledge(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as served:
        unwatched = status_of(served)
        editor = token_for(served, Role.EDITOR)
        analyst = token_for(served, Role.ANALYST)
        codes = [
            served.got(path, {"Authorization": f"Bearer {token}", "Accept": "*/*"})[0]
            for token in (editor, analyst)
            for path in ("/api/v1/status", "/status")
        ]

    assert unwatched["watch"] is None
    assert codes == [200, 200, 403, 403]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--watch", "{empty}"], "There are no ontologies in"),
        (["--watch", "{empty}", "--plain"], "leave out --watch or --plain"),
        (["--watch", "{empty}/nowhere"], "does not exist"),
    ],
)
def test_a_folder_that_cannot_be_watched_is_refused_before_anything_is_made(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    given = [each.format(empty=empty) for each in arguments]

    done = CliRunner().invoke(
        main, ["serve", "--lang", "en", "--data", str(tmp_path / "data"), "--port", "0", *given]
    )

    assert done.exit_code != 0
    assert words in " ".join(done.output.split())
    assert not (tmp_path / "data").exists()
