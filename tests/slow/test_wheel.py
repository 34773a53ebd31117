"""The built wheel, in an empty environment and an empty folder, serves what the checkout serves."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KNOWLEDGE = ["ontology", "rules", "shapes", "examples"]
LOCKS = ["requirements.lock", "requirements-dev.lock"]


def quietly(*command: str | Path, folder: Path = ROOT) -> str:
    """What a command prints; its complaint, should it fail."""
    done = subprocess.run(
        list(map(str, command)), cwd=folder, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def own_settings() -> dict[str, str]:
    """The environment without anything that leads Python to the checkout."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel and its locked dependencies, nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    python = folder / "venv" / "bin" / "python"
    pip = (python, "-m", "pip", "--disable-pip-version-check", "--quiet")
    quietly(sys.executable, "-m", "venv", folder / "venv")
    quietly(*pip, "wheel", "--no-deps", "--wheel-dir", folder, ROOT)
    (wheel,) = folder.glob("rengang-*.whl")
    quietly(*pip, "install", "--require-hashes", "--requirement", ROOT / "requirements.lock")
    quietly(*pip, "install", "--no-deps", wheel)
    quietly(*pip, "check")
    return folder / "venv"


@pytest.fixture
def service(installed: Path, tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of `rengang serve --example`, started in an empty folder, and its process."""
    process = subprocess.Popen(
        [installed / "bin" / "rengang", "serve", "--example", "--port", "0", "--data", "data"],
        cwd=tmp_path,
        env=own_settings() | {"LC_ALL": "C.UTF-8"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(4)]
        assert said[0] == "Stored 200 people and 478 assessments, and concluded.\n"
        yield said[1].removeprefix("Serving at ").strip(), process
    finally:
        process.kill()
        process.wait()


def json_from(url: str) -> dict[str, object]:
    """The JSON document at an address."""
    with urllib.request.urlopen(url, timeout=60) as answer:
        document: dict[str, object] = json.load(answer)
        return document


def test_the_wheel_serves_a_verdict_of_the_example_and_ends_with_0_when_told_to(
    service: tuple[str, subprocess.Popen[str]],
) -> None:
    url, process = service

    ready = json_from(f"{url}healthz")
    fit = json_from(f"{url}api/v1/people/p001/fit/customer-service-specialist")
    process.terminate()

    assert ready == {"status": "alive"}
    assert fit["verdict"] in ("strong-fit", "fit", "trainable", "unsuitable")
    assert fit["reasons"] or fit["trainings"] or fit["verdict"] == "strong-fit"
    assert process.wait(60) == 0


def test_every_knowledge_file_and_question_and_page_ships_in_the_wheel(installed: Path) -> None:
    (package,) = installed.glob("lib/python*/site-packages/kb_service")

    missing = [
        path.relative_to(ROOT)
        for folder in KNOWLEDGE
        for path in (ROOT / folder).rglob("*.*")
        if path.is_file() and not (package / "knowledge" / path.relative_to(ROOT)).is_file()
    ]
    missing += [
        path.relative_to(ROOT)
        for path in (ROOT / "kb_service").rglob("*")
        if path.is_file()
        and path.suffix != ".pyc"
        and not (package.parent / path.relative_to(ROOT)).is_file()
    ]
    assert missing == []


def test_the_wheel_brings_nothing_of_tests_and_tools(installed: Path) -> None:
    (site,) = installed.glob("lib/python*/site-packages")

    assert not (site / "tests").exists()
    assert not (site / "tools").exists()
    assert not (site / "pytest").exists()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_names_versions_and_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()

    packages = re.findall(r"^[a-z0-9-]+==[^ ;]+.*\\$", text, re.MULTILINE)
    others = [
        line
        for line in text.splitlines()
        if not re.fullmatch(
            r"[a-z0-9-]+==\S+( ; [^:]+)? \\|    --hash=sha256:\w{64}( \\)?| *#.*", line
        )
    ]
    assert len(packages) > 20
    assert others == []
    assert "://" not in text


def test_the_locks_agree_and_hold_everything_that_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    run, develop = (_locked(lock) for lock in LOCKS)

    assert run.items() <= develop.items()
    assert set(map(_name, project["dependencies"])) <= run.keys()
    assert set(map(_name, project["optional-dependencies"]["dev"])) <= develop.keys()


def _locked(lock: str) -> dict[str, str]:
    """The version of each package in a lock."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", (ROOT / lock).read_text(), re.MULTILINE))


def _name(requirement: str) -> str:
    """The name of the package that a requirement is about."""
    return re.split(r"[<>=~! \[]", requirement)[0].lower()
