"""`rengang model`: what it prints, and with which exit code it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb_service.cli import main
from tests.published_models import Nights
from tests.team_of_agents import team_of_agents


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a team, with a published model for nights and a draft after it."""
    folder = tmp_path_factory.mktemp("model-cli") / "data"
    with team_of_agents(folder) as base:
        nights = Nights(base, "nights")
        nights.publish("0.1.0")
        nights.hand_in("0.2.0", floor="7.0", reason="nobody argues alone")
    return folder


def run(data: Path, *arguments: object, lang: str = "en") -> Result:
    given = [str(argument) for argument in arguments]
    return CliRunner().invoke(main, ["model", *given, "--data", str(data), "--lang", lang])


def test_versions_are_listed_with_their_last_step(data: Path) -> None:
    shown = run(data, "list", "--status", "draft")

    assert shown.exit_code == 0, shown.output
    header, line = shown.stdout.splitlines()
    assert header.split() == ["Model", "Version", "Status", "Last", "step", "By", "When"]
    assert line.split()[:5] == ["nights", "0.2.0", "Draft", "Submit", "local"]


def test_a_status_that_there_is_not_is_told(data: Path) -> None:
    shown = run(data, "list", "--status", "lost")

    assert shown.exit_code == 2
    assert "The statuses are: approved, draft, in-review, published, retired" in shown.stderr


def test_the_whole_of_a_version_is_written_as_turtle(data: Path, tmp_path: Path) -> None:
    shown = run(data, "show", "nights@0.2.0")
    file = tmp_path / "nights.ttl"
    file.write_text(shown.stdout, encoding="utf-8")

    same = run(data, "diff", "nights@0.2.0", file)

    assert 'owl:versionInfo "0.2.0"' in shown.stdout
    assert same.stdout.splitlines()[0] == "Both versions say the same."


def test_without_a_number_the_published_version_is_shown(data: Path) -> None:
    assert 'owl:versionInfo "0.1.0"' in run(data, "show", "nights").stdout


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "en",
            [
                "~ Conflict resolution: minimum level none → 7",
                "",
                "Looked at 5 people: 1 would get another verdict.",
                "",
                "Verdict           People",
                "Fit → Unsuitable  1",
            ],
        ),
        (
            "zh",
            [
                "~ 冲突协调：最低水平 无 → 7",
                "",
                "看了 5 人：1 人的结论会变。",
                "",
                "结论           人数",
                "匹配 → 不适合  1",
            ],
        ),
    ],
)
def test_two_versions_are_compared_in_words(data: Path, lang: str, lines: list[str]) -> None:
    shown = run(data, "diff", "nights", "nights@0.2.0", lang=lang)

    assert shown.exit_code == 0, shown.output
    assert shown.stdout.splitlines()[: len(lines)] == lines


def test_versions_of_two_models_are_not_compared(data: Path) -> None:
    shown = run(data, "diff", "nights", "team-leader")

    assert shown.exit_code == 1
    assert "these are about: nights, team-leader" in shown.stderr


def test_the_log_of_a_version_tells_why(data: Path) -> None:
    shown = run(data, "log", "nights@0.2.0", "--json")

    (row,) = json.loads(shown.stdout)["rows"]
    assert [(each["step"], each["by"], each["reason"]) for each in row["steps"]] == [
        ("submit", "local", "nobody argues alone")
    ]


def test_a_version_that_there_is_not_is_not_found(data: Path) -> None:
    shown = run(data, "show", "nights@7.0.0")

    assert shown.exit_code == 3
    assert "There is no version nights 7.0.0. To list all: rengang model list" in shown.stderr


def test_a_step_takes_the_version_that_is_ready_for_it(data: Path) -> None:
    handed_in = run(data, "review", "nights", "--reason", "please look")
    too_early = run(data, "publish", "nights@0.2.0")

    assert handed_in.exit_code == 0, handed_in.output
    assert handed_in.stdout == "nights version 0.2.0: In review.\n"
    assert too_early.exit_code == 1
    assert "what can be done now: approve, send-back." in too_early.stderr


def test_a_file_that_breaks_a_shape_is_refused_with_its_place(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "nights.ttl"
    text = run(data, "show", "nights").stdout
    file.write_text(text.replace("0.1.0", "0.3.0").replace("tier:main", "tier:mani"), "utf-8")

    shown = run(data, "submit", file)

    assert shown.exit_code == 1
    assert "line " in shown.stderr
    assert "Nothing was stored" in shown.stderr
    assert "0.3.0" not in run(data, "list").stdout


def test_while_a_service_has_the_folder_the_command_says_what_to_do_instead(
    tmp_path: Path,
) -> None:
    with team_of_agents(tmp_path / "data"):
        shown = run(tmp_path / "data", "retire", "team-leader")

    assert shown.exit_code == 4
    assert "POST /api/v1/position-models" in shown.stderr
