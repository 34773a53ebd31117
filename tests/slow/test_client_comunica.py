"""The program for Comunica in docs/clients.md, with the package from the registry."""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb_service.access.roles import Role
from tests.served import Served, serving, token_for, with_people
from tests.slow.test_client_recipes import recipes

PACKAGE = "@comunica/query-sparql@4"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Comunica in it."""
    npm = shutil.which("npm")
    if npm is None:
        warnings.warn("NOT TESTED: Comunica, as there is no npm", stacklevel=1)
        pytest.skip("there is no npm to install Comunica with")
    found = tmp_path_factory.mktemp("comunica")
    subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE],
        cwd=found,
        check=True,
        timeout=400,
    )
    return found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service."""
    with serving(tmp_path_factory.mktemp("served") / "data") as service:
        with_people(service)
        yield service


def printed(folder: Path, served: Served, token: str) -> str:
    """What the program of the page prints."""
    (recipe,) = recipes("js")
    program = folder / "models.mjs"
    program.write_text(recipe.text.replace("http://127.0.0.1:8000", served.url))
    done = subprocess.run(
        ["node", str(program)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "RENGANG_TOKEN": token},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_comunica_asks_without_and_with_a_token(folder: Path, served: Served) -> None:
    (recipe,) = recipes("js")

    without = printed(folder, served, "")
    with_one = printed(folder, served, token_for(served, Role.ADMIN))

    assert without == recipe.prints
    assert with_one == recipe.prints
