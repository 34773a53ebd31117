"""`rengang what-if`: what it prints, and with which exit code it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb_service.cli import main
from tests.team_of_agents import MODEL, NIGHT_SHIFT, TEAM, team_of_agents


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of a team, in use by a process that writes it, as by a running service."""
    folder = tmp_path_factory.mktemp("what-if-cli") / "data"
    with team_of_agents(folder):
        yield folder


def run(data: Path, *arguments: object, lang: str = "en") -> Result:
    given = [str(argument) for argument in arguments]
    return CliRunner().invoke(main, ["what-if", *given, "--data", str(data), "--lang", lang])


def test_who_changes_verdict_is_said_in_words_and_a_table(data: Path) -> None:
    shown = run(data, "--model", MODEL, "--weight", "conflict-resolution=5")

    assert shown.exit_code == 0, shown.output
    assert shown.stdout.splitlines() == [
        "Suppose: weight of Conflict resolution in Customer service specialist 1 → 5",
        "Looked at 5 people: 5 would be judged otherwise, 1 with another verdict.",
        "",
        "Position                     Verdict           People",
        "Customer service specialist  Strong fit → Fit  1",
        "",
        "Person       Position                     Verdict           Fit          Besides",
        "Chen (chen)  Customer service specialist  Strong fit → Fit  92.8 → 89.3  Coverage 1, Part fit 1",
        "4 more keep their verdict while fit or other things change; --all lists them.",
        "Nothing was stored.",
    ]


def test_all_lists_those_too_who_keep_their_verdict(data: Path) -> None:
    shown = run(data, "--model", MODEL, "--weight", "conflict-resolution=5", "--all")

    assert "Ding (ding)" in shown.stdout
    assert "keep their verdict" not in shown.stdout


def test_of_one_person_everything_that_differs_is_said(data: Path) -> None:
    shown = run(data, "--person", "bo", "--rating", "conflict-resolution=7")

    assert shown.exit_code == 0, shown.output
    assert "Suppose: Conflict resolution rated 7" in shown.stdout
    assert "  ~ Verdict verdict Unsuitable → Strong fit" in shown.stdout
    assert "  ~ Fit percent 98.6 → 100" in shown.stdout
    assert "  − Gap: Conflict resolution (gap 5, rating 1)" in shown.stdout


def test_it_speaks_chinese(data: Path) -> None:
    arguments = ("--person", "bo", "--rating", "conflict-resolution=7", "--rating", "patience=none")

    shown = run(data, *arguments, lang="zh")

    assert "假如 「冲突协调」的评分为 7" in shown.stdout
    assert "假如 「耐心坚持」没有评分" in shown.stdout
    assert "看了 1 人：1 人的判断会变，其中 1 人的结论会变。" in shown.stdout
    assert "  − 差距：冲突协调（差多少 5，所用评分 1）" in shown.stdout
    assert shown.stdout.endswith("什么都没有存入。\n")


def test_requirements_may_be_added_removed_and_given_numbers(data: Path) -> None:
    shown = run(
        data,
        *(
            "--person",
            "an",
            "--model",
            MODEL,
            "--tier",
            "teamwork=main",
            "--required",
            "teamwork=10",
        ),
        *("--without", "patience", "--minimum", "time-management=9.5", "--format", "json"),
    )

    assert [words["en"] for words in json.loads(shown.stdout)["change"]] == [
        "Customer service specialist also asks for Teamwork (Main, required level 10)",
        "minimum level of Time management in Customer service specialist none → 9.5",
        "Customer service specialist no longer asks for Patience and persistence",
    ]


def test_policy_numbers_are_named_alone_or_with_their_field(data: Path) -> None:
    shown = run(
        data,
        *("--team", TEAM, "--policy", "fit-for-strong-fit=95"),
        *("--policy", "default-ability-main.weight=4", "--format", "json", "--limit", 1),
    )

    answer = json.loads(shown.stdout)
    assert [words["zh"] for words in answer["change"]] == [
        "判为高度匹配所需的匹配度 90 → 95",
        "主要能力的默认要求：权重 3 → 4",
    ]
    assert (answer["people"], len(answer["rows"]), answer["nextOffset"]) == (4, 1, 1)


def test_a_draft_is_read_from_a_file(data: Path, tmp_path: Path) -> None:
    draft = tmp_path / "night-shift.ttl"
    draft.write_text(NIGHT_SHIFT, encoding="utf-8")

    shown = run(data, "--draft", draft, "--team", TEAM)

    assert shown.exit_code == 0, shown.output
    assert "Suppose: Night agent as handed in, beside the stored models" in shown.stdout
    assert "Note: Ask for three motivations" in " ".join(shown.stdout.split())
    assert "– → Strong fit" in shown.stdout


def test_nobody_who_would_be_judged_otherwise_is_said_too(data: Path) -> None:
    shown = run(data, "--person", "an", "--policy", "fit-minimum=66")

    assert "Looked at 1 person: nobody would be judged otherwise." in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "where", "message"),
    [
        (["--person", "an", "--rating", "patience=11"], "--rating patience", "outside the scale"),
        (["--person", "an", "--rating", "patienc=1"], "--rating patienc", "for example: patience"),
        (["--model", MODEL, "--weight", "patience=0"], "--weight patience", "above 0"),
        (["--model", MODEL, "--weight", "teamwork=1"], "teamwork", "say at which tier"),
        (["--policy", "fit-for-fit=95"], "--policy fit-for-fit", "now they are 65, 95, 90"),
        (
            ["--policy", "default-ability-main.weight=0"],
            "--policy default-ability-main.weight",
            "above 0",
        ),
        (["--team", "x", "--policy", "fit-for-fit=75"], "--team", "There is no team 'x'"),
        (["--policy", "fit-for-fit=75", "--as-of", "soon"], "--as-of", "Give a date"),
    ],
)
def test_a_fault_is_told_with_the_option_it_is_in(
    data: Path, arguments: list[str], where: str, message: str
) -> None:
    shown = run(data, *arguments)

    assert shown.exit_code == 1
    assert any(
        line.split("\t")[1] == where and message in line
        for line in shown.stderr.splitlines()
        if "\t" in line
    ), shown.stderr


def test_a_faulty_draft_is_told_with_its_file(data: Path, tmp_path: Path) -> None:
    draft = tmp_path / "night-shift.ttl"
    draft.write_text(NIGHT_SHIFT.replace("core:tier tier:main ;", ""), encoding="utf-8")

    shown = run(data, "--draft", draft)

    assert shown.exit_code == 1
    assert f"must\t{draft}\tGive this requirement exactly one tier" in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Suppose something"),
        (["--rating", "patience=3"], "Say whose rating it is"),
        (["--person", "an", "--team", TEAM, "--policy", "fit-for-fit=75"], "Give only one of"),
        (["--weight", "patience=3"], "Say with --model"),
        (["--model", MODEL, "--weight", "patience"], "Write --weight as id=value"),
        (["--model", MODEL, "--weight", "patience=much"], "'much' is neither"),
        (["--model", MODEL, "--weight", "patience=1", "--without", "patience"], "contradicts"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(
    data: Path, arguments: list[str], message: str
) -> None:
    shown = run(data, *arguments)

    assert shown.exit_code == 2
    assert message in shown.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--person", "nobody", "--rating", "patience=3"],
        ["--model", "nothing", "--policy", "fit-for-fit=75"],
    ],
)
def test_who_or_what_does_not_exist_ends_with_3(data: Path, arguments: list[str]) -> None:
    assert run(data, *arguments).exit_code == 3
