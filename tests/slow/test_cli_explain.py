"""`rengang explain` in the terminal: why, why not, and what would be enough."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rdflib import PROV, RDF, Graph, URIRef

from kb_service.access.view import View
from kb_service.cli import main
from kb_service.knowledge_base import KnowledgeBase

MODEL = "customer-service-specialist"
BY_ID = f"https://w3id.org/rengang/person/ana/verdict/{MODEL}"
"""The IRI that somebody would write who knows the person by the organisation's id."""


@pytest.fixture
def data(data_folder: Path, knowledge_base: KnowledgeBase) -> Path:
    """A data folder that a service writes meanwhile."""
    del knowledge_base
    return data_folder


def run(data: Path, *arguments: str, lang: str = "en") -> Result:
    """What the command does."""
    given = ["explain", *arguments, "--data", str(data), "--lang", lang]
    return CliRunner().invoke(main, given)


def test_a_conclusion_is_explained_by_its_iri_as_by_person_and_model(data: Path) -> None:
    by_iri = run(data, BY_ID)
    by_ids = run(data, "ana", MODEL)

    assert by_iri.exit_code == 0
    assert by_iri.stdout == by_ids.stdout
    assert by_ids.stdout.startswith("Verdict Unsuitable\n")


def test_a_tree_names_what_had_to_be_absent(data: Path) -> None:
    english = run(data, "ana", MODEL).stdout
    chinese = run(data, "ana", MODEL, lang="zh").stdout

    assert "Found none of: " in english and "Disqualification" in english
    assert "没有出现：" in chinese and "否决情形" in chinese


def test_provenance_is_turtle_and_nothing_else(data: Path, view: View) -> None:
    shown = run(data, "ana", MODEL, "--format", "prov")

    graph = Graph().parse(data=shown.stdout, format="turtle")
    assert (URIRef(view.verdict_iri("ana", MODEL).value), RDF.type, PROV.Entity) in graph


def test_why_not_tells_each_obstacle_and_what_would_be_enough(data: Path) -> None:
    shown = run(data, "ana", MODEL, "--why-not", "fit", "--depth", "0")

    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    assert lines[:2] == [
        "There is no “Verdict: Fit” (安娜, Customer service specialist model).",
        "Instead: Verdict Unsuitable",
    ]
    assert "✕ In the way: “Fit bar” (Patience and persistence)." in shown.stdout
    assert "Rule main-gap-bars-fit: A gap in a main requirement" in shown.stdout
    assert "What would be enough" in shown.stdout
    assert "Patience and persistence from 5.5 to 6: the fit would be 91.6" in shown.stdout


def test_why_not_in_chinese_speaks_chinese(data: Path) -> None:
    shown = run(data, "ana", MODEL, "--why-not", "fit", lang="zh").stdout

    assert shown.startswith(
        "没有「结论：匹配」（安娜、客服专员岗位模型）。\n得出的是：结论 不适合\n"
    )
    assert "存在「匹配的障碍」（耐心坚持）。" in shown
    assert "怎样的改动就够" in shown


def test_depth_keeps_a_long_answer_short(data: Path) -> None:
    arguments = ("mallory", MODEL, "--why-not", "fit", "--seconds", "0")
    short = run(data, *arguments, "--depth", "1").stdout
    whole = run(data, *arguments, "--depth", "0").stdout

    assert "(--depth 0 unfolds all)" in short
    assert len(whole.splitlines()) > 2 * len(short.splitlines())
    assert "There is no “Current rating”" in whole
    assert "What would be enough" not in whole


def test_why_a_training_is_not_recommended_is_asked_with_its_id(data: Path) -> None:
    shown = run(
        data, "ana", MODEL, "--why-not", "training", "--training", "calming-an-angry-call"
    ).stdout

    assert "There is no “Recommended training” (" in shown
    assert "Calming an angry call" in shown


def test_why_not_as_json_is_the_document_of_the_service(data: Path) -> None:
    shown = run(data, "ana", MODEL, "--why-not", "fit", "--format", "json")

    document = json.loads(shown.stdout)
    assert document["smallestChange"]["changes"][0]["verdict"] == "fit"


def test_what_was_concluded_is_said_to_be(data: Path) -> None:
    shown = run(data, "ana", MODEL, "--why-not", "unsuitable")

    assert shown.stdout == "It was concluded: Verdict Unsuitable\n"


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (("ana",), 1, "Write a position model after ana, or give the IRI"),
        (("http://no iri",), 1, "This is no IRI: http://no iri"),
        (("https://example.org/x",), 3, "This was not concluded"),
        (("ana", MODEL, "--training", "x"), 1, "Give --why-not as well"),
        (("ana", MODEL, "--why-not", "nice"), 3, "no verdict or kind of conclusion nice"),
        (("nobody", MODEL, "--why-not", "fit"), 3, "There is no person nobody."),
        (("ana", MODEL, "--why-not", "fit", "--format", "prov"), 1, "has no provenance"),
        (
            ("ana", MODEL, "--why-not", "training", "--training", "x"),
            3,
            "There is no training x. To list all: rengang ask trainings",
        ),
    ],
)
def test_a_question_that_cannot_be_asked_says_what_to_do(
    data: Path, arguments: tuple[str, ...], exit_code: int, words: str
) -> None:
    refused = run(data, *arguments)

    assert refused.exit_code == exit_code
    assert words in refused.stderr
    assert refused.stdout == ""
