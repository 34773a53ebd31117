"""The command line: what each command prints, where, and with which exit code it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from pyoxigraph import RdfFormat, parse

from kb_service.cli import main
from kb_service.cli.commands import default_data_folder
from kb_service.cli.language import default_language
from kb_service.store import KnowledgeStore

LAST_MONTH = (date.today() - timedelta(days=30)).isoformat()
MODEL = "customer-service-specialist"
ANA = {
    "person": "ana",
    "name": "Ana",
    "team": "hotline-1",
    "post": MODEL,
    "candidate-for": "team-leader",
    "date": LAST_MONTH,
    "source": "test",
    **dict.fromkeys(["operational", "service", "technical"], "8"),
    **dict.fromkeys(["administrative", "influencing"], "6"),
    **dict.fromkeys(["dependability", "patience", "standard-setting"], "8"),
    "time-management": "6",
    **dict.fromkeys(["adaptability", "continuous-improvement"], "7"),
    **dict.fromkeys(["information-gathering", "problem-solving"], "7"),
    **dict.fromkeys(["affinity", "conflict-resolution"], "6"),
    **dict.fromkeys(["service-orientation", "verbal-expression"], "6"),
    "work": "8",
    "affection": "7",
    "honour": "6",
}
PERSON = "https://w3id.org/rengang/person/"
EVE_IN_TURTLE = """
@prefix core: <https://w3id.org/rengang/ontology/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix people: <https://w3id.org/rengang/ontology/people#> .
@prefix schema: <https://schema.org/> .

<https://w3id.org/rengang/person/eve> a people:Person ;
    dcterms:identifier "eve" ; schema:name "Eve" .
"""
COMMANDS = [
    *("serve", "template", "import", "check", "conclude", "fit", "performance", "explain"),
    *("what-if", "ask", "export", "person", "period", "plan", "study", "model"),
    *("rules", "reason", "format", "pull", "push"),
    *("token", "config", "audit", "backup", "restore", "verify", "upgrade"),
]


def a_csv(path: Path, *rows: dict[str, str]) -> Path:
    """A spreadsheet of these rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def run(*arguments: object, data: Path | None = None, **environment: str | None) -> Result:
    """What a command does in an English terminal."""
    given = [str(argument) for argument in arguments]
    if data is not None:
        given += ["--data", str(data)]
    env = {"LC_ALL": "en_US.UTF-8", "RENGANG_DATA": None, **environment}
    return CliRunner().invoke(main, given, env=env)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with Ana, who has everything a specialist needs but two levels in one."""
    folder = tmp_path_factory.mktemp("cli")
    imported = run("import", a_csv(folder / "ana.csv", ANA), data=folder / "data")
    assert imported.exit_code == 0, imported.output
    assert imported.stdout == "Stored 1 people and 1 assessments, and concluded.\n"
    assert imported.stderr == f"Made the data folder {folder / 'data'}\n"
    return folder / "data"


def test_fit_shows_every_position_and_which_are_the_persons_own(data: Path) -> None:
    shown = run("fit", "ana", data=data)

    assert shown.exit_code == 0
    assert re.search(rf"{MODEL} +Fit +98\.3 +100% +own post", shown.stdout)
    assert re.search(r"team-leader .* candidate", shown.stdout)
    assert "customer-service-representative  Insufficient evidence" in shown.stdout


def test_fit_for_one_position_shows_verdict_gap_plan_and_assumptions(data: Path) -> None:
    shown = run("fit", "ana", MODEL, data=data)

    assert shown.exit_code == 0
    assert shown.stdout.startswith("Ana (ana) → Customer service specialist model   Fit\n")
    assert "Fit 98.3, coverage 100.0%" in shown.stdout
    assert "Time management 6.0 (required 8.0)" in shown.stdout
    assert re.search(r"Ability +96\.6 ", shown.stdout)
    assert re.search(r"Time management +Ability +Main +8\.0 +6\.0 +2\.0", shown.stdout)
    assert re.search(r"Training plan \(\d+\.0 hours in all\)", shown.stdout)
    assert "6.0 → 8.0" in shown.stdout
    assert "Assumptions it rests on" in shown.stdout


def test_fit_speaks_chinese_when_asked_or_when_the_locale_does(data: Path) -> None:
    asked = run("fit", "ana", MODEL, "--lang", "zh", data=data)
    by_locale = run("fit", "ana", MODEL, data=data, LC_ALL="zh_CN.UTF-8")

    assert "匹配度 98.3，覆盖率 100.0%" in asked.stdout
    assert by_locale.stdout == asked.stdout


def test_fit_as_json_is_the_document_of_the_api(data: Path) -> None:
    document = json.loads(run("fit", "ana", MODEL, "--format", "json", data=data).stdout)

    assert (document["verdict"], document["fit"], document["coverage"]) == ("fit", 98.3, 1.0)
    assert document["parts"] == {"direction": 100.0, "ability": 96.6, "motivation": 100.0}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fit", "nobody"), "There is no person nobody. To list all: rengang ask people"),
        (("fit", "ana", "pilot"), "There is no position model pilot."),
        (("explain", "ana", "pilot"), "There is no position model pilot."),
        (("ask", "peple"), "Did you mean people?"),
        (("ask", "person"), "Give a value for person, as in person=…"),
        (("ask", "people", "team=x"), "There is no parameter team."),
        (("export", "--graph", "nothing"), "There is no graph nothing."),
        (("export", "--person", "nobody"), "There is no person nobody."),
        (("conclude", "--person", "nobody"), "There is no person nobody."),
    ],
)
def test_what_is_not_in_here_ends_with_3(
    data: Path, arguments: tuple[str, ...], words: str
) -> None:
    refused = run(*arguments, data=data)

    assert refused.exit_code == 3
    assert words in refused.stderr
    assert refused.stdout == ""


def test_explain_quotes_rules_and_names_source_and_date_of_facts(data: Path) -> None:
    shown = run("explain", "ana", MODEL, "--depth", "0", data=data)

    assert shown.exit_code == 0
    assert shown.stdout.startswith("Verdict Fit\n")
    assert "Rule current-rating: " in shown.stdout
    assert re.search(rf"Time management in assessment [^[]*\[{LAST_MONTH} · Test", shown.stdout)


def test_explain_unfolds_three_levels_unless_asked_for_all(data: Path) -> None:
    short = run("explain", "ana", MODEL, data=data).stdout
    whole = run("explain", "ana", MODEL, "--depth", "0", data=data).stdout

    assert "(--depth 0 unfolds all)" in short
    assert "(--depth 0 unfolds all)" not in whole
    assert len(whole.splitlines()) > 5 * len(short.splitlines())


def test_explain_as_json_is_a_tree(data: Path) -> None:
    tree = json.loads(run("explain", "ana", MODEL, "--format", "json", data=data).stdout)

    pseudonym = re.fullmatch(rf"{PERSON}(p-\w+)/verdict/{MODEL}", tree["conclusion"])
    assert pseudonym
    assert tree["rule"]["says"]["zh"]
    again = run("explain", tree["conclusion"], "--format", "json", data=data).stdout
    assert json.loads(again) == tree


def test_ask_without_a_question_lists_all_of_them() -> None:
    listed = run("ask")
    as_json = json.loads(run("ask", "--format", "json").stdout)

    assert listed.exit_code == 0
    assert re.search(r"candidates-for-model +model=… +Who fits this position best", listed.stdout)
    assert "people" in [row["question"] for row in as_json]


def test_ask_answers_as_table_csv_and_json(data: Path) -> None:
    table = run("ask", "candidates-for-model", f"model={MODEL}", data=data)
    as_csv = run("ask", "person", "person=ana", "--format", "csv", data=data)
    as_json = run("ask", "person", "person=ana", "--format", "json", data=data)

    assert re.search(r"\bana\b.*\b98\.3\b", table.stdout)
    (row,) = csv.DictReader(io.StringIO(as_csv.stdout))
    assert (row["id"], row["post"], row["candidate_for"]) == ("ana", MODEL, "team-leader")
    assert json.loads(as_json.stdout)[0]["post_zh"] == "客服专员"


def test_ask_takes_a_limit_and_an_offset(data: Path) -> None:
    whole = run("ask", "trainings", "--format", "json", data=data)
    second = run("ask", "trainings", "--format", "json", "--limit=1", "--offset=1", data=data)

    assert json.loads(second.stdout) == json.loads(whole.stdout)[1:2]


def test_export_of_a_person_has_facts_and_conclusions_in_their_graphs(data: Path) -> None:
    exported = run("export", "--person", "ana", data=data)

    quads = list(parse(exported.stdout.encode(), format=RdfFormat.TRIG))
    assert {str(quad.graph_name) for quad in quads} == {
        "<https://w3id.org/rengang/people/ana>",
        "<https://w3id.org/rengang/conclusions/people/ana>",
    }


def test_an_export_has_ids_and_names_unless_pseudonyms_are_asked_for(data: Path) -> None:
    by_name = run("export", "--person", "ana", data=data).stdout
    by_pseudonym = run("export", "--person", "ana", "--pseudonyms", data=data).stdout
    everybody = run("export", "--pseudonyms", data=data).stdout

    assert 'schema:name "Ana"' in by_name and "person:ana" in by_name
    assert not re.search(r"person:p-\w{26}", by_name)
    assert re.search(r"person:p-\w{26}", by_pseudonym)
    for told in ('"Ana"', "person:ana", '"ana"', "people/ana"):
        assert told not in by_pseudonym + everybody


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("turtle", RdfFormat.TURTLE),
        ("nquads", RdfFormat.N_QUADS),
        ("jsonld", RdfFormat.JSON_LD),
    ],
)
def test_export_of_a_graph_in_every_format_says_the_same(
    data: Path, name: str, form: RdfFormat
) -> None:
    trig = run("export", "--graph", "policy", data=data).stdout
    other = run("export", "--graph", "policy", "--format", name, data=data).stdout

    expected = {quad.triple for quad in parse(trig.encode(), format=RdfFormat.TRIG)}
    assert {quad.triple for quad in parse(other.encode(), format=form)} == expected
    assert len(expected) > 50


def test_export_to_a_file_says_so_on_stderr_alone(data: Path, tmp_path: Path) -> None:
    exported = run("export", "--graph", "people", "-o", tmp_path / "people.trig", data=data)

    assert exported.stdout == ""
    assert "graphs to" in exported.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["people.trig"]


def test_check_of_what_is_loaded_ends_with_0_when_nothing_must_be_corrected(data: Path) -> None:
    checked = run("check", data=data)

    assert checked.exit_code == 0, checked.stdout


def test_check_of_consistency_asks_the_reasoner_about_the_shipped_ontology() -> None:
    answer = run("check", "--consistency")

    assert answer.exit_code == 0, answer.output


def test_check_of_consistency_says_so_when_the_reasoner_does_not_finish(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kb_service.reasoning.consistency.CHECKING_SECONDS", 0.0)

    answer = run("check", "--consistency")

    assert answer.exit_code == 4
    assert "The reasoner gave no answer: hermit did not finish within 0 s" in answer.stderr


def test_check_names_the_cell_that_must_be_corrected_and_ends_with_1(
    data: Path, tmp_path: Path
) -> None:
    file = a_csv(tmp_path / "bob.csv", ANA | {"person": "bob", "patience": "11"})

    checked = run("check", file, data=data)

    assert checked.exit_code == 1
    assert checked.stdout.startswith("must\tbob.csv: line 2, column N 耐心坚持\t")
    assert checked.stderr == "must 1\n"


def test_check_of_turtle_speaks_in_peoples_words(data: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("<a> <b> .")
    twice = tmp_path / "twice.ttl"
    twice.write_text(EVE_IN_TURTLE.replace('"Eve"', '"Eve", "Eva"'))

    checked = run("check", broken, twice, data=data)

    assert checked.exit_code == 1
    assert "must\tbroken.ttl: line 1" in checked.stdout
    assert "must\ttwice.ttl" in checked.stdout


def test_check_of_a_file_needs_no_data_folder(tmp_path: Path) -> None:
    file = a_csv(tmp_path / "ana.csv", {"person": "ana", "team": "x", "name": "Ana"})

    checked = run("check", file, data=tmp_path / "none")

    assert (checked.exit_code, checked.stderr) == (0, "Nothing to object to.\n")
    assert not (tmp_path / "none").exists()


def test_import_of_a_refused_file_stores_nothing_of_any_and_ends_with_1(
    data: Path, tmp_path: Path
) -> None:
    good = a_csv(tmp_path / "good.csv", ANA | {"person": "bob"})
    bad = a_csv(tmp_path / "bad.csv", ANA | {"person": "eve", "source": "gossip"})

    refused = run("import", good, bad, data=data)

    assert refused.exit_code == 1
    assert "bad.csv: line 2" in refused.stderr
    assert "Nothing was stored" in refused.stderr
    assert run("fit", "bob", data=data).exit_code == 3


def test_import_keeps_what_a_sheet_does_not_mention(data: Path, tmp_path: Path) -> None:
    later = {
        "person": "ana",
        "name": "Ana B",
        "date": date.today().isoformat(),
        "source": "peer",
        "power": "5",
    }

    imported = run("import", a_csv(tmp_path / "later.csv", later), data=data)

    assert imported.exit_code == 0, imported.output
    about = json.loads(run("ask", "person", "person=ana", "--format=json", data=data).stdout)
    assert (about[0]["name"], about[0]["post"]) == ("Ana B", MODEL)
    run("import", a_csv(tmp_path / "ana.csv", ANA), data=data)


def test_import_takes_anything_else_as_rdf(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "eve.ttl"
    file.write_text(EVE_IN_TURTLE)

    imported = run("import", file, data=data)

    assert imported.exit_code == 0, imported.output
    assert "Eve (eve)" in run("fit", "eve", data=data).stdout


def test_import_of_the_example_is_refused_where_people_are(data: Path) -> None:
    refused = run("import", "--example", data=data)

    assert refused.exit_code == 1
    assert "There are people in this data folder already" in refused.stderr


def test_template_is_a_workbook_that_can_be_filled_in(data: Path, tmp_path: Path) -> None:
    written = run("template", tmp_path / "t.xlsx", "--framework", "t12", data=data)

    book = load_workbook(tmp_path / "t.xlsx")
    assert written.exit_code == 0
    assert book.sheetnames == ["人员与测评", "说明", "选项"]
    assert "time-management" in [cell.value for cell in book["人员与测评"][1]]


@pytest.mark.parametrize("name", ["model.json", "model.ttl"])
def test_a_template_of_a_model_is_a_sound_example_that_becomes_another_by_another_id(
    tmp_path: Path, name: str
) -> None:
    file = tmp_path / name

    written = run("template", "model", file, "--framework", "t12", data=tmp_path / "none")
    example = file.read_text(encoding="utf-8")
    file.write_text(example.replace("sales-agent", "hotel-receptionist"), encoding="utf-8")
    checked = run("check", file, data=tmp_path / "none")
    submitted = run("model", "submit", file, data=tmp_path / "some")

    assert written.exit_code == 0, written.output
    assert "Put an id of your own for that of the example everywhere" in written.stderr
    assert "sales-agent" in example
    assert checked.stdout == ""
    assert (checked.exit_code, submitted.exit_code) == (0, 0), submitted.output
    assert submitted.stdout == "hotel-receptionist version 0.1.0: Draft.\n"


def test_a_template_of_people_is_a_workbook_alone(tmp_path: Path) -> None:
    people = run("template", tmp_path / "people.json", data=tmp_path / "none")
    model = run("template", "model", tmp_path / "model.csv", data=tmp_path / "none")

    assert (people.exit_code, model.exit_code) == (2, 2)
    assert "Give the file a name that ends in .xlsx.\n" in people.stderr
    assert "Give the file a name that ends in .xlsx or .ttl or .json.\n" in model.stderr


def test_all_dimensions_can_be_listed_before_there_is_any_data(tmp_path: Path) -> None:
    asked = run("ask", "dimensions", "--format", "csv", data=tmp_path / "none")

    assert asked.exit_code == 0, asked.output
    assert "\nt12,patience,耐心坚持," in asked.stdout
    assert not (tmp_path / "none").exists()


def test_conclude_says_of_how_many_people_in_how_many_seconds(data: Path) -> None:
    concluded = run("conclude", "--person", "ana", data=data)

    assert re.fullmatch(r"Concluded 1 people again in \d+\.\d s\.\n", concluded.stdout)


def test_while_another_holds_the_store_reading_works_and_writing_ends_with_4(
    data: Path, tmp_path: Path
) -> None:
    file = a_csv(tmp_path / "ana.csv", ANA)

    with KnowledgeStore(data):
        read = run("fit", "ana", data=data)
        refused = run("import", file, data=data)

    assert read.exit_code == 0
    assert refused.exit_code == 4
    assert "is in use" in refused.stderr
    assert "/import or PUT /api/v1/people/{id}" in refused.stderr


@pytest.mark.parametrize("arguments", [("ask", "people"), ("fit", "ana"), ("export",), ("check",)])
def test_reading_where_there_is_no_data_ends_with_4_and_says_how_to_begin(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    refused = run(*arguments, data=tmp_path / "none")

    assert refused.exit_code == 4
    assert "Begin with rengang serve --example" in refused.stderr
    assert not (tmp_path / "none").exists()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("42")

    refused = run("conclude", data=tmp_path)

    assert refused.exit_code == 4
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("import",),
        ("import", "missing.csv"),
        ("template", "out.txt"),
        ("template", "out.xlsx", "--framework", "x"),
        ("ask", "person", "ana"),
        ("ask", "people", "--format", "xml"),
        ("fit",),
        ("serve", "--port", "100000"),
        ("dance",),
    ],
)
def test_a_command_that_is_not_understood_ends_with_2(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    refused = run(*arguments, data=None if arguments == ("dance",) else tmp_path / "none")

    assert refused.exit_code == 2
    assert refused.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_examples_in_both_languages(command: str) -> None:
    english = run(command, "--help").stdout
    chinese = run("--lang", "zh", command, "--help").stdout

    assert f"Examples:\n    rengang {command}" in english
    assert f"示例：\n    rengang {command}" in chinese
    assert "Language of the output" in english and "输出语言" in chinese


def test_the_help_lists_commands_and_exit_codes() -> None:
    shown = run("--help").stdout

    listed = re.findall(r"^  ([\w-]+) +\S", shown[shown.index("Commands:") :], re.MULTILINE)
    assert listed == COMMANDS + ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_MESSAGES": "zh_TW"}, "zh"),
        ({}, "en"),
    ],
)
def test_the_language_is_that_of_the_locale(environment: dict[str, str], expected: str) -> None:
    assert default_language(environment) == expected


def test_the_data_folder_is_the_environments_or_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("RENGANG_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/home/ana/share")
    users = default_data_folder()
    monkeypatch.setenv("RENGANG_DATA", "/srv/rengang")
    environments = default_data_folder()

    assert (users, environments) == (Path("/home/ana/share/rengang"), Path("/srv/rengang"))


def test_serve_refuses_a_port_in_use_before_it_loads_anything(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run("serve", "--port", port, data=tmp_path / "none")

    assert refused.exit_code == 4
    assert f"Cannot listen on 127.0.0.1:{port}" in refused.stderr
    assert not (tmp_path / "none").exists()


def test_serve_says_where_it_serves_and_ends_with_0_at_sigterm(data: Path) -> None:
    command = [sys.executable, "-m", "kb_service.cli", "serve", "--port", "0", "--data", str(data)]
    service = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
        cwd=Path(__file__).parents[2],
    )
    try:
        assert service.stdout is not None
        lines = [service.stdout.readline() for _ in range(3)]
        url = lines[0].removeprefix("Serving at ").strip()
        document = _json_from(f"{url}api/v1/people/ana/fit/{MODEL}")
        service.send_signal(signal.SIGTERM)
        code = service.wait(30)
    finally:
        service.kill()
        service.wait()

    assert lines[1:] == [f"Data folder {data.resolve()}\n", "Stop with Ctrl-C.\n"]
    assert document["verdict"] == "fit"
    assert code == 0


def _json_from(url: str) -> dict[str, object]:
    """What a service answers that may just be starting."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                document: dict[str, object] = json.load(answer)
                return document
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")
