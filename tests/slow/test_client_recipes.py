"""The programs of docs/clients.md, run as they stand there, without tokens and with one."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from kb_service.access.roles import Role
from tests.served import Served, serving, token_for, with_people

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Recipe:
    """A program of the page, and what it prints."""

    heading: str
    language: str
    text: str
    prints: str


def recipes(language: str) -> list[Recipe]:
    """The programs of the page in a language, each with the block of text below it."""
    found: list[Recipe] = []
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        heading, _, rest = section.partition("\n")
        blocks = _BLOCK.findall(rest)
        for (kind, text), (after, prints) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
            if kind == language:
                found.append(Recipe(heading, kind, text, prints if after == "text" else ""))
    return found


@dataclass(frozen=True)
class Asked:
    """A service, and the token that it asks for, if any."""

    served: Served
    token: str

    def text_of(self, recipe: Recipe) -> str:
        """The program with the address of this service."""
        assert "http://127.0.0.1:8000" in recipe.text
        return recipe.text.replace("http://127.0.0.1:8000", self.served.url)

    def printed_by(self, command: list[str]) -> str:
        """What a command prints, given the token."""
        environment = {**os.environ, "RENGANG_TOKEN": self.token}
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module", params=["without tokens", "with a token"])
def asked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Asked]:
    """A service that lets everybody on this machine in, and one that asks for a token."""
    with serving(tmp_path_factory.mktemp("recipes") / "data") as served:
        with_people(served)
        token = token_for(served, Role.ADMIN) if request.param == "with a token" else ""
        yield Asked(served, token)


def test_the_page_has_a_recipe_for_every_client() -> None:
    headings = {
        recipe.heading
        for language in ("python", "sh", "js", "powerquery")
        for recipe in recipes(language)
    }

    assert headings == {
        *("Python", "SPARQLWrapper", "rdflib", "pandas", "Comunica", "curl", "Excel"),
    }


@pytest.mark.parametrize(
    "recipe",
    [
        pytest.param(recipe, id=f"{recipe.heading} {number}")
        for number, recipe in enumerate(recipes("python"))
    ],
)
def test_a_python_recipe_prints_what_the_page_shows(asked: Asked, recipe: Recipe) -> None:
    printed = asked.printed_by([sys.executable, "-c", asked.text_of(recipe)])

    assert printed == recipe.prints


def test_the_curl_recipe_prints_what_the_page_shows(asked: Asked) -> None:
    (recipe,) = recipes("sh")

    assert asked.printed_by(["sh", "-c", asked.text_of(recipe)]) == recipe.prints


def power_query(asked: Asked, recipe: Recipe) -> tuple[int, dict[str, str], bytes]:
    """The answer to the request that `Web.Contents` of a script makes."""
    text = asked.text_of(recipe)
    (address,) = re.findall(r'Web\.Contents\("([^"]+)"', text)
    (name, value), *others = re.findall(r'Query = \[(\w+) = "([^"]*)"\]', text)
    (accept,) = re.findall(r'\[Accept = "([^"]+)"\]', text)
    assert others == []
    headers = {"Accept": accept}
    if asked.token:
        headers["Authorization"] = f"Bearer {asked.token}"
    path = address.removeprefix(asked.served.url)
    return asked.served.got(f"{path}?{urlencode({name: value})}", headers)


def test_excel_gets_the_table_that_its_script_for_csv_expects(asked: Asked) -> None:
    recipe = recipes("powerquery")[0]

    status, headers, body = power_query(asked, recipe)

    assert status == 200
    assert headers["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8"), newline="")))
    assert rows[0] == ["model", "position"]
    assert len(rows) == 9
    assert {len(row) for row in rows} == {2}


def test_excel_gets_the_records_that_its_script_for_json_expects(asked: Asked) -> None:
    recipe = recipes("powerquery")[1]
    (wanted,) = re.findall(r"Table\.FromRecords\(Rows, \{([^}]+)\}", recipe.text)

    status, headers, body = power_query(asked, recipe)

    assert (status, headers["Content-Type"]) == (200, "application/json")
    rows = json.loads(body)["rows"]
    assert {row["person"] for row in rows} == {"p001", "p002", "p003"}
    for column in re.findall(r'"([^"]+)"', wanted):
        assert all(column in row for row in rows), column
