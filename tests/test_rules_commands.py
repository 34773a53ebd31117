"""`rengang rules`: what each command prints, where, and with which exit code it ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb_service.cli.example_facts import read_example_facts
from kb_service.cli.rules import rules
from kb_service.engine.rule_coverage import rule_coverage
from tests.rule_reading import BROKEN, ROOT, all_rules
from tests.rule_reading import rules as rule_book_that_ships

NAMES = [rule.name for rule in all_rules()]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(
        rules, [str(each) for each in arguments], env={"LC_ALL": "en_US.UTF-8"}
    )


@pytest.fixture
def broken_folder(tmp_path: Path) -> Path:
    """A knowledge folder like ours in which one rule has a number of its own."""
    for name in ("ontology", "shapes", "examples"):
        (tmp_path / name).symlink_to(ROOT / name, target_is_directory=True)
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    broken = BROKEN / "number-of-its-own" / "80-plan" / "too-low-a-fit.rq"
    shutil.copy(broken, tmp_path / "rules" / "80-plan")
    return tmp_path


# check


def test_check_of_what_ships_ends_well() -> None:
    checked = run("check")

    assert checked.exit_code == 0
    assert checked.stderr == "should 2\n"


def test_check_names_file_line_and_cure_and_ends_with_1(broken_folder: Path) -> None:
    checked = run("check", "--knowledge", broken_folder)

    assert checked.exit_code == 1
    (line,) = [line for line in checked.stdout.splitlines() if line.startswith("must")]
    assert line.split("\t")[1] == "rules/80-plan/too-low-a-fit.rq:20"
    assert "policy:… judgement:value ?limit" in line


def test_check_speaks_chinese(broken_folder: Path) -> None:
    checked = run("check", "--knowledge", broken_folder, "--lang", "zh")

    assert "必须改\trules/80-plan/too-low-a-fit.rq:20\t60 是可以调整的数值" in checked.stdout


def test_check_as_json_has_both_languages(broken_folder: Path) -> None:
    checked = run("check", "--knowledge", broken_folder, "--format", "json")

    found = json.loads(checked.stdout)
    (violation,) = [each for each in found if each["severity"] == "violation"]
    assert violation["message"].keys() == {"zh", "en"}
    assert violation["where"] == "rules/80-plan/too-low-a-fit.rq:20"
    assert checked.exit_code == 1


def test_check_of_a_folder_without_knowledge_says_what_is_missing(tmp_path: Path) -> None:
    checked = run("check", "--knowledge", tmp_path)

    assert checked.exit_code == 1
    assert "The knowledge folder cannot be read" in checked.stderr
    assert "policy.ttl" in checked.stderr


# list and readme


def test_list_tables_every_rule_with_its_stage_and_version() -> None:
    listed = run("list")

    assert listed.exit_code == 0
    for rule in all_rules():
        assert rule.name in listed.stdout and rule.version in listed.stdout
    assert listed.stdout.index("50-gaps") < listed.stdout.index("60-parts")


def test_list_in_chinese_says_what_the_rules_say_in_chinese() -> None:
    listed = run("list", "--lang", "zh")

    assert "覆盖率低于政策规定的下限时，证据不足。" in listed.stdout
    assert "Insufficient coverage" not in listed.stdout


def test_list_as_json_has_everything_about_each_rule_stage_by_stage() -> None:
    rows = json.loads(run("list", "--format", "json").stdout)

    by_stage = sorted(all_rules(), key=lambda rule: (rule.stage, rule.name))
    assert [row["name"] for row in rows] == [rule.name for rule in by_stage]
    row = next(row for row in rows if row["name"] == "low-fit")
    rule = next(rule for rule in all_rules() if rule.name == "low-fit")
    assert row == {
        "stage": "80-plan",
        "name": "low-fit",
        "scope": "person",
        "title": "Fit below the minimum",
        "says_zh": rule.says_zh,
        "says_en": rule.says,
        "reads": ["judgement:Fit", "policy:fit-minimum"],
        "writes": ["judgement:Disqualification"],
        "version": rule.version,
    }


def test_readme_check_tells_a_stale_page_from_a_current_one(broken_folder: Path) -> None:
    stale = run("readme", "--check", "--knowledge", broken_folder)
    written = run("readme", "--knowledge", broken_folder)
    current = run("readme", "--check", "--knowledge", broken_folder)

    assert (stale.exit_code, written.exit_code, current.exit_code) == (1, 0, 0)
    assert "run rengang rules readme" in stale.stderr
    page = (broken_folder / "rules" / "README.md").read_text(encoding="utf-8")
    assert "A fit below sixty rules the person out." in page


# graph


def test_graph_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    printed = run("graph")
    written = run("graph", "-o", tmp_path / "rules.svg", "--lang", "zh")

    assert printed.stdout.startswith("<svg ")
    assert written.stderr == f"已写出 {tmp_path / 'rules.svg'}\n"
    assert "哪条规则为哪条提供依据" in (tmp_path / "rules.svg").read_text(encoding="utf-8")


def test_graph_of_rules_that_cannot_be_read_is_refused_with_the_reason(broken_folder: Path) -> None:
    (broken_folder / "rules" / "80-plan" / "too-low-a-fit.rq").write_text("nonsense")

    drawn = run("graph", "--knowledge", broken_folder)

    assert drawn.exit_code == 1
    assert "rules/80-plan/too-low-a-fit.rq:1" in drawn.stderr
    assert drawn.stdout == ""


# coverage


def test_coverage_counts_conclusions_people_and_cases_of_every_rule() -> None:
    example = read_example_facts(ROOT)
    some = dict(sorted(example.people.items(), key=lambda item: item[0].value)[:5])

    fired = rule_coverage(rule_book_that_ships(), example.shared, some, example.as_of, ROOT)

    by_name = {each.rule.name: each for each in fired}
    assert list(by_name) == NAMES
    assert [each.rule.name for each in fired if each.never or not each.cases] == []
    assert by_name["coverage"].conclusions == 5 * 8
    assert by_name["coverage"].people == 5
    assert by_name["effective-requirement"].people == 0
    assert (
        by_name["gap-below-required-level"].cases[
            "A rating a tenth below the required level is a gap of a tenth"
        ]
        == 1
    )


def test_coverage_of_an_organisation_without_people_and_studies_shows_which_rules_they_make_fire() -> (
    None
):
    example = read_example_facts(ROOT)

    fired = rule_coverage(
        rule_book_that_ships(), example.shared, {}, example.as_of, ROOT / "examples"
    )

    silent = {each.rule.name for each in fired if each.never}
    book = rule_book_that_ships()
    of_somebody = (*book.people, *book.studies)
    assert silent == {rule.name for stage in of_somebody for rule in stage.rules}


# export and import


def test_rules_that_are_exported_and_imported_are_the_same_files(tmp_path: Path) -> None:
    exported = run("export", "-o", tmp_path / "rules.ttl")
    imported = run("import", tmp_path / "rules.ttl", "--into", tmp_path / "rules")

    assert (exported.exit_code, imported.exit_code) == (0, 0)
    assert imported.stderr == f"Wrote {len(NAMES)} rules into {tmp_path / 'rules'}\n"
    ours = {p.relative_to(ROOT / "rules"): p.read_bytes() for p in (ROOT / "rules").rglob("*.rq")}
    back = {
        p.relative_to(tmp_path / "rules"): p.read_bytes()
        for p in (tmp_path / "rules").rglob("*.rq")
    }
    assert back == ours


def test_import_keeps_a_file_that_differs_unless_told_otherwise(tmp_path: Path) -> None:
    run("export", "-o", tmp_path / "rules.ttl")
    own = tmp_path / "rules" / "80-plan" / "low-fit.rq"
    own.parent.mkdir(parents=True)
    own.write_text("# mine\n")

    refused = run("import", tmp_path / "rules.ttl", "--into", tmp_path / "rules")

    assert refused.exit_code == 1
    assert "low-fit.rq" in refused.stderr and "--overwrite" in refused.stderr
    assert own.read_text() == "# mine\n"
    assert len(list((tmp_path / "rules").rglob("*.rq"))) == 1
    forced = run("import", tmp_path / "rules.ttl", "--into", tmp_path / "rules", "--overwrite")
    assert forced.exit_code == 0
    assert own.read_text().startswith("# Fit below the minimum")


def test_import_of_foreign_rules_writes_nothing_and_says_what_to_add(tmp_path: Path) -> None:
    (tmp_path / "foreign.ttl").write_text(
        """@prefix sh: <http://www.w3.org/ns/shacl#> .
        <https://example.org/s> a sh:NodeShape ; sh:rule <https://w3id.org/rengang/rule/x> .
        <https://w3id.org/rengang/rule/x> a sh:SPARQLRule ; sh:construct "CONSTRUCT {} WHERE {}" ."""
    )

    refused = run("import", tmp_path / "foreign.ttl", "--into", tmp_path / "rules")

    assert refused.exit_code == 1
    assert 'dcterms:identifier "50-gaps"' in refused.stderr
    assert not (tmp_path / "rules").exists()


def test_import_of_what_is_no_turtle_says_where_it_breaks(tmp_path: Path) -> None:
    (tmp_path / "broken.ttl").write_text("this is not Turtle")

    refused = run("import", tmp_path / "broken.ttl", "--into", tmp_path / "rules")

    assert refused.exit_code == 1
    assert "line 1" in refused.stderr
