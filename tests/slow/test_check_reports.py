"""What was found is reported to people, to CI jobs and to code hosts, each in their own form."""

from __future__ import annotations

import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from pyoxigraph import RdfFormat, parse

from kb_service.cli import main
from kb_service.findings import Finding
from kb_service.knowledge_files import knowledge_root
from kb_service.validation.checked_files import CheckedFile
from kb_service.validation.junit_report import junit_report
from kb_service.validation.sarif_report import sarif_report
from kb_service.vocabulary import iri
from tests.conftest import body
from tests.sarif_schema import SARIF
from tests.shipped_store import shipped

BROKEN = Path(__file__).parents[1] / "models_broken"
SOUND = BROKEN / "sound" / "hotline-nurse.ttl"
FLOOR = {
    "zh": "最低水平 9.0 高于要求水平 8.0；请改低，例如：core:minimumLevel 8.0。",
    "en": "The floor 9.0 is above the required level 8.0; lower it, for example: core:minimumLevel"
    " 8.0.",
}
FOUND = (
    Finding(
        "violation", {"zh": "请改 <此处> & “那里”", "en": "Mend <this> & that"}, "line 3, column 7"
    ),
    Finding("warning", FLOOR, "能力 Abilities!C5", "https://example.org/a", value="\x1b[31m9.0"),
    Finding("info", {"zh": "提示", "en": "A note"}, "/abilities/0"),
)

TAKEN = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "file", "time", "timestamp"},
    "testcase": {"name", "classname", "time", "group"},
    "failure": {"type", "message"},
    "skipped": {"type", "message"},
}
"""The attributes that the schema of Jenkins' xUnit plug-in, junit-10, takes from us."""


def run(*arguments: str | Path, lang: str = "en") -> Result:
    told = [str(argument) for argument in arguments]
    return CliRunner().invoke(main, [*told, "--lang", lang], catch_exceptions=False)


# JUnit


def test_junit_has_a_suite_for_each_file_and_a_failure_for_each_violation() -> None:
    files = [CheckedFile("a model.ttl", FOUND), CheckedFile("sound.ttl", ())]

    suites = ElementTree.fromstring(junit_report(files, "en"))

    broken, sound = suites
    assert (suites.get("tests"), suites.get("failures")) == ("4", "1")
    assert (broken.get("tests"), broken.get("failures"), broken.get("skipped")) == ("3", "1", "2")
    assert [case[0].tag if len(case) else "passed" for case in broken] == [
        "failure",
        "skipped",
        "skipped",
    ]
    assert broken[0].get("name") == "reading line 3, column 7"
    assert {case.get("classname") for case in broken} == {"a model.ttl"}
    assert broken[0][0].get("message") == "Mend <this> & that"
    assert "a model.ttl: line 3, column 7\n请改 <此处> & “那里”" in (broken[0][0].text or "")
    assert [len(case) for case in sound] == [0]


def test_junit_has_nothing_that_the_schema_of_jenkins_refuses() -> None:
    suites = ElementTree.fromstring(junit_report([CheckedFile("a.ttl", FOUND)], "en"))

    refused = {
        (each.tag, name) for each in suites.iter() for name in set(each.keys()) - TAKEN[each.tag]
    }
    assert refused == set()


def test_findings_at_one_place_are_cases_of_different_names() -> None:
    suites = ElementTree.fromstring(junit_report([CheckedFile("a.ttl", FOUND[:1] * 3)], "en"))

    assert [case.get("name") for case in suites[0]] == [
        "reading line 3, column 7",
        "reading line 3, column 7 (2)",
        "reading line 3, column 7 (3)",
    ]


def test_junit_speaks_the_language_asked_for() -> None:
    suites = ElementTree.fromstring(junit_report([CheckedFile("x.ttl", FOUND)], "zh"))

    assert suites[0][1][0].get("message") == FLOOR["zh"]


# SARIF


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sarif_is_valid_and_keeps_lines_and_cells_apart(language: str) -> None:
    log = json.loads(sarif_report([CheckedFile("模型 a.ttl", FOUND)], language))

    Draft202012Validator(SARIF).validate(log)
    results = log["runs"][0]["results"]
    places = [result["locations"][0] for result in results]
    assert [result["level"] for result in results] == ["error", "warning", "note"]
    assert [result["message"]["text"] for result in results] == [
        finding.message[language] for finding in FOUND
    ]
    assert places[0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 7}
    assert places[1]["logicalLocations"] == [{"fullyQualifiedName": "能力 Abilities!C5"}]
    assert places[2]["logicalLocations"] == [{"fullyQualifiedName": "/abilities/0"}]
    assert {place["physicalLocation"]["artifactLocation"]["uri"] for place in places} == {
        "%E6%A8%A1%E5%9E%8B%20a.ttl"
    }


def test_sarif_says_of_each_rule_why_it_is_there() -> None:
    shape = iri("shape", "Requirement-minimumLevel-below-required").value
    finding = Finding("warning", FLOOR, "line 51", shape=shape)

    log = json.loads(sarif_report([CheckedFile("x.ttl", (finding,))], "en"))

    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert rule["id"] == "Requirement-minimumLevel-below-required"
    assert rule["fullDescription"]["text"].startswith("With a floor above the required level")
    assert log["runs"][0]["results"][0]["ruleIndex"] == 0


def test_sarif_names_a_file_by_a_relative_reference_or_a_whole_uri() -> None:
    files = [CheckedFile(name, FOUND) for name in ("/srv/模型 a.ttl", "models/a.ttl")]

    (run,) = json.loads(sarif_report(files, "zh"))["runs"]

    addresses = [each["location"]["uri"] for each in run["artifacts"]]
    assert addresses == ["file:///srv/%E6%A8%A1%E5%9E%8B%20a.ttl", "models/a.ttl"]


def test_a_report_without_findings_is_valid_sarif() -> None:
    log = json.loads(sarif_report([CheckedFile("x.ttl", ())], "zh"))

    Draft202012Validator(SARIF).validate(log)
    assert log["runs"][0]["results"] == []


# The command line


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the shipped knowledge."""
    return shipped(tmp_path_factory.mktemp("reports") / "data")


@pytest.mark.parametrize("form", ["text", "json", "turtle", "junit", "sarif"])
def test_the_command_ends_with_1_for_a_violation_in_every_form(form: str, data: Path) -> None:
    broken = run("check", BROKEN / "two-tiers.ttl", SOUND, "--format", form, "--data", data)
    warned = run("check", BROKEN / "floor-above-the-level.ttl", "--format", form, "--data", data)

    assert (broken.exit_code, broken.stderr) == (1, "must 1\n")
    assert (warned.exit_code, warned.stderr) == (0, "should 1\n")


def test_the_command_prints_the_line_in_the_language_of_the_run(data: Path) -> None:
    file = BROKEN / "floor-above-the-level.ttl"

    chinese = run("check", file, "--data", data, lang="zh")
    english = run("check", file, "--data", data)

    assert chinese.stdout == f"建议改\t{file.name}: 第 51 行\t{FLOOR['zh']}\n"
    assert english.stdout == f"should\t{file.name}: line 51\t{FLOOR['en']}\n"


def test_the_forms_for_programs_can_be_read_by_programs(data: Path) -> None:
    def told(form: str) -> str:
        file = BROKEN / "two-tiers.ttl"
        return run("check", file, "--format", form, "--data", data).stdout

    (checked,) = json.loads(told("json"))["files"]
    shapes = {q.object for q in parse(told("turtle").encode(), format=RdfFormat.TURTLE)}

    assert [one["where"] for one in checked["findings"]] == ["line 51"]
    assert iri("shape", "Requirement-tier-one") in shapes
    assert ElementTree.fromstring(told("junit").encode()).get("failures") == "1"
    Draft202012Validator(SARIF).validate(json.loads(told("sarif")))


KNACKS = """
core:Knacks
    a owl:Class ;
    skos:definition "把事做好的办法。"@zh, "A way of doing something well."@en ;
    skos:prefLabel "诀窍"@zh, "Knack"@en ;
.
"""


def test_house_style_is_noted_with_its_line_in_a_model_and_in_an_ontology(
    tmp_path: Path, data: Path
) -> None:
    core = (knowledge_root() / "ontology" / "core.ttl").read_text(encoding="utf-8")
    (tmp_path / "core.ttl").write_text(core + KNACKS, encoding="utf-8")
    sound = SOUND.read_text(encoding="utf-8")
    position = "position:hotline-nurse a core:Position ;"
    model = sound.replace(position, f"{position} owl:inverseOf model:hotline-nurse ;")
    (tmp_path / "model.ttl").write_text(model, encoding="utf-8")
    files = (tmp_path / "core.ttl", tmp_path / "model.ttl")

    told = {
        form: run("check", *files, "--format", form, "--data", data)
        for form in ("text", "json", "turtle", "junit", "sarif")
    }

    lines = [core.count("\n") + 2, model[: model.index(position)].count("\n") + 1]
    assert {answer.exit_code for answer in told.values()} == {0}
    assert [line.split("\t")[:2] for line in told["text"].stdout.splitlines()] == [
        ["note", f"core.ttl: line {lines[0]}"],
        ["note", f"model.ttl: line {lines[1]}"],
    ]
    found = [one for file in json.loads(told["json"].stdout)["files"] for one in file["findings"]]
    assert [one["severity"] for one in found] == ["info", "info"]
    assert told["turtle"].stdout.count("sh:Info") == 2
    cases = ElementTree.fromstring(told["junit"].stdout.encode()).iter("testcase")
    assert [case.get("name") for case in cases] == [f"house-style line {line}" for line in lines]
    log = json.loads(told["sarif"].stdout)
    Draft202012Validator(SARIF).validate(log)
    assert [(one["ruleId"], one["level"]) for one in log["runs"][0]["results"]] == [
        ("house-style", "note")
    ] * 2


def test_house_style_waits_until_nothing_has_to_be_corrected(client: FlaskClient) -> None:
    broken = (BROKEN / "two-tiers.ttl").read_text(encoding="utf-8")
    untidy = broken.replace("a core:PositionModel ;", 'a core:PositionModel ; rdfs:label "x" ;')

    answer = client.post("/api/v1/validate", data=untidy.encode(), content_type="text/turtle")

    assert [one["severity"] for one in body(answer)["findings"]] == ["violation"]


def test_a_dry_run_needs_a_file() -> None:
    answer = run("check", "--dry-run")

    assert answer.exit_code == 2
    assert "rengang check my-model.ttl --dry-run" in answer.stderr


# The service


@pytest.mark.parametrize("media_type", ["application/sarif+json", "application/xml"])
def test_the_service_reports_in_the_form_that_is_accepted(
    client: FlaskClient, media_type: str
) -> None:
    data = {"file": (io.BytesIO((BROKEN / "two-tiers.ttl").read_bytes()), "two-tiers.ttl")}

    answer = client.post("/api/v1/validate", data=data, headers={"Accept": media_type})

    assert (answer.status_code, answer.mimetype) == (200, media_type)
    assert "Requirement-tier-one" in answer.text


def test_a_flag_that_is_neither_true_nor_false_is_refused(client: FlaskClient) -> None:
    answer = client.post(
        "/api/v1/validate?dryRun=yes", data=SOUND.read_bytes(), content_type="text/turtle"
    )

    assert answer.status_code == 400
    assert "dryRun" in answer.text


def test_a_model_is_checked_against_the_ontology_by_a_reasoner(client: FlaskClient) -> None:
    text = SOUND.read_text(encoding="utf-8")
    both = text.replace("a core:Position ;", "a core:Position , core:Duty ; core:rank 1 ;")

    def violations(document: str) -> list[str]:
        answer = client.post(
            "/api/v1/validate?consistency=true", data=document.encode(), content_type="text/turtle"
        )
        return [one["message"]["en"] for one in body(answer)["findings"]]

    assert violations(text) == []
    (told,) = violations(both)
    assert "nothing is both a “Duty” and a “Position”" in told
