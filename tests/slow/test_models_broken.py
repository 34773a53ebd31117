"""Every broken model is answered with the message and the place that stand beside it.

A case is one fault as somebody would make it: a file of Turtle or JSON, or `.cells`, which says what
to write into the cells of the sound workbook. The `.expected` beside it has its title, and for each
finding its severity and place and its words in both languages.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskClient

from kb_service.access.view import View
from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.checking import CheckedDocument
from kb_service.knowledge_files import read_shared_knowledge
from kb_service.validation.checker import Checker
from kb_service.validation.shapes import own_shapes
from tests.conftest import body

FOLDER = Path(__file__).parents[1] / "models_broken"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SOUND = FOLDER / "sound" / "hotline-nurse.ttl"
NO_PLACE = "-"
Told = tuple[str, str, str, str]
"""Severity, place, and the words in Chinese and English."""


@dataclass(frozen=True)
class Case:
    """One broken model: its claim, its file, and everything that is to be said of it."""

    title: str
    path: Path
    expected: tuple[Told, ...]


@cache
def cases() -> tuple[Case, ...]:
    paths = [
        path for path in sorted(FOLDER.iterdir()) if path.suffix in (".ttl", ".json", ".cells")
    ]
    return tuple(read_case(path) for path in paths)


def read_case(path: Path) -> Case:
    title, *findings = path.with_suffix(".expected").read_text(encoding="utf-8").split("\n\n")
    return Case(title.strip(), path, tuple(map(read_finding, findings)))


def read_finding(text: str) -> Told:
    first, zh, en = text.strip().split("\n")
    severity, _, where = first.partition(": ")
    return (
        severity,
        "" if where == NO_PLACE else where,
        zh.removeprefix("zh: "),
        en.removeprefix("en: "),
    )


@pytest.fixture(scope="module")
def workbook(view: View) -> bytes:
    """The sound model as a workbook."""
    sound = view.read_model(SOUND.read_bytes(), "text/turtle")
    return view.knowledge_base.model_documents.write(sound.triples, EXCEL)


def handed_in(case: Case, workbook: bytes) -> tuple[bytes, str]:
    """What somebody hands in, and the name of the file."""
    if case.path.suffix != ".cells":
        return case.path.read_bytes(), case.path.name
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    for line in case.path.read_text(encoding="utf-8").splitlines():
        place, _, value = line.partition(" =")
        sheet, _, cell = place.rpartition("!")
        book[sheet][cell] = typed(value.strip())
    changed = io.BytesIO()
    book.save(changed)
    return changed.getvalue(), f"{case.path.stem}.xlsx"


def typed(text: str) -> str | float | None:
    """What a spreadsheet makes of what is typed: a number where it is one."""
    return float(text) if text.replace(".", "", 1).isdigit() else text or None


def checked(view: View, data: bytes, name: str) -> CheckedDocument:
    return view.check_as_model(data, "", name) or view.check_document(data, "", name)


def told(document: CheckedDocument) -> list[Told]:
    return [
        (one.severity, one.where, one.message["zh"], one.message["en"]) for one in document.findings
    ]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.path.stem)
def test_broken_model(
    case: Case, view: View, knowledge_base: KnowledgeBase, workbook: bytes
) -> None:
    before = knowledge_base.store.generation
    data, name = handed_in(case, workbook)

    found = checked(view, data, name)

    assert told(found) == list(case.expected), case.title
    assert found.conforms == all(severity != "violation" for severity, *_ in case.expected)
    assert knowledge_base.store.generation == before


def test_there_are_at_least_sixty_of_them_and_each_is_told_something() -> None:
    assert len(cases()) >= 60
    assert [case.title for case in cases() if not case.expected] == []
    titles = [case.title for case in cases()]
    assert sorted(titles) == sorted(set(titles))


@pytest.mark.parametrize("path", sorted((FOLDER / "sound").iterdir()), ids=lambda path: path.name)
def test_the_model_that_they_break_is_sound(path: Path, view: View) -> None:
    assert told(checked(view, path.read_bytes(), path.name)) == []


def test_the_workbook_that_they_break_is_sound(view: View, workbook: bytes) -> None:
    assert told(checked(view, workbook, "sound.xlsx")) == []


@pytest.mark.parametrize(
    "name",
    [
        "chinese-full-stop.ttl",
        "two-tiers.ttl",
        "json-tier-misspelled.json",
        "workbook-formula.cells",
    ],
)
def test_the_service_answers_a_broken_model_as_the_command_line_does(
    name: str, client: FlaskClient, workbook: bytes
) -> None:
    case = read_case(FOLDER / name)
    data, name = handed_in(case, workbook)

    answer = client.post("/api/v1/validate", data={"file": (io.BytesIO(data), name)})

    assert answer.status_code in (200, 400, 422), answer.text
    found = body(answer)["findings"]
    assert [(one["severity"], one.get("where", "")) for one in found] == [
        (severity, where) for severity, where, *_ in case.expected
    ]


@cache
def checker(first_pass: bool) -> Checker:
    return Checker(own_shapes(), read_shared_knowledge(), first_pass=first_pass)


@pytest.mark.parametrize(
    "case",
    [case for case in cases() if case.path.suffix == ".ttl"],
    ids=lambda case: case.path.stem,
)
def test_the_first_pass_finds_the_same_in_a_broken_model(case: Case, view: View) -> None:
    triples = view.read_model(case.path.read_bytes(), "", case.path.name).triples
    day = view.latest_day

    assert checker(True).check(triples, day) == checker(False).check(triples, day)
