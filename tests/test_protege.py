"""What the OWL API, and so Protégé, makes of the ontology, and what is left of it once formatted."""

from __future__ import annotations

import difflib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kb_service.knowledge_files import knowledge_root, ontology_files
from kb_service.turtle_layout import format_turtle
from tests.owl_api import catalogued

FOLDER = knowledge_root() / "ontology"
MODULES = [path.relative_to(FOLDER).as_posix() for path in ontology_files()]
KNACK = "https://w3id.org/rengang/ontology/core#Knack"


def opened_and_saved(
    folder: Path, saved: Path, *new_class: str
) -> subprocess.CompletedProcess[str]:
    """What the OWL API prints when it opens every file of a folder and saves it in another."""
    command = [sys.executable, "-m", "tests.owl_api", str(folder), str(saved), *new_class]
    root = Path(__file__).parent.parent
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """A folder as the OWL API saved ours, and how many ontologies each file brought with it."""
    folder = tmp_path_factory.mktemp("protege") / "ontology"
    done = opened_and_saved(FOLDER, folder)
    assert done.returncode == 0, done.stderr
    lines = (line.split("\t") for line in done.stdout.splitlines())
    return folder, {place: int(count) for place, _, count in lines}


def test_every_module_opens_with_its_imports_from_the_folder_alone(
    saved: tuple[Path, dict[str, int]],
) -> None:
    _, loaded = saved

    assert set(loaded) == set(MODULES)
    assert loaded["core.ttl"] == 1
    assert loaded["rengang.ttl"] == len(set(dict(catalogued(FOLDER / "catalog-v001.xml"))))


def test_without_a_catalog_there_is_no_way_to_an_import(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "learning.ttl", tmp_path)

    done = opened_and_saved(tmp_path, tmp_path / "saved")

    assert done.returncode != 0
    assert "UnloadableImportException" in done.stderr


@pytest.mark.parametrize("module", MODULES)
def test_saved_by_the_owl_api_and_formatted_a_module_is_the_same_text(
    saved: tuple[Path, dict[str, int]], module: str
) -> None:
    folder, _ = saved
    ours = (FOLDER / module).read_text(encoding="utf-8")
    theirs = (folder / module).read_text(encoding="utf-8")

    assert theirs != ours, "the OWL API has a layout of its own, or else nothing is tested"
    assert format_turtle(theirs) == ours


def test_a_class_added_in_the_owl_api_changes_only_its_own_lines(tmp_path: Path) -> None:
    done = opened_and_saved(FOLDER, tmp_path, KNACK, "core.ttl")

    assert done.returncode == 0, done.stderr
    before = (FOLDER / "core.ttl").read_text(encoding="utf-8").splitlines()
    after = format_turtle((tmp_path / "core.ttl").read_text(encoding="utf-8")).splitlines()
    changes = [
        line
        for line in difflib.unified_diff(before, after, n=0, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    ]
    assert sorted(changes) == sorted(
        [
            "+core:Knack",
            "+    a owl:Class ;",
            '+    skos:prefLabel "诀窍"@zh, "knack"@en ;',
            "+.",
            "+",
        ]
    )


def test_a_shapes_file_comes_back_with_empty_lists_which_is_why_it_is_edited_as_text(
    tmp_path: Path,
) -> None:
    shapes = tmp_path / "shapes"
    shapes.mkdir()
    shutil.copy(knowledge_root() / "shapes" / "core.shapes.ttl", shapes)

    done = opened_and_saved(shapes, tmp_path / "saved")

    assert done.returncode == 0, done.stderr
    ours = (shapes / "core.shapes.ttl").read_text(encoding="utf-8")
    theirs = format_turtle((tmp_path / "saved/core.shapes.ttl").read_text(encoding="utf-8"))
    assert "sh:in ( part:ability )" in ours
    assert "sh:in (" not in theirs
    assert "sh:in [] ;" in theirs
