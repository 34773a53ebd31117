"""The service is set up by a file, the environment and options; what is wrong is told at once."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import assume, given
from hypothesis import strategies as st

from kb_service.cli import main
from kb_service.configuration import (
    Configuration,
    ConfigurationRefused,
    Fault,
    Loaded,
    Origin,
    load,
    settings,
)
from kb_service.configuration.constraints import Between, OneOf, Secret
from kb_service.configuration.schema import value_of
from kb_service.configuration.values import as_toml
from kb_service.knowledge_base import KnowledgeBase
from kb_service.store import KnowledgeStore
from kb_service.workers import WorkerTimedOut


def written(folder: Path, text: str) -> Path:
    file = folder / "rengang.toml"
    file.write_text(text, encoding="utf-8")
    return file


def faults_of(file: Path | None = None, **environment: str) -> tuple[Fault, ...]:
    with pytest.raises(ConfigurationRefused) as refused:
        load(file, environment)
    return refused.value.faults


def test_without_anything_said_the_defaults_hold() -> None:
    loaded = load()

    assert loaded == Loaded(Configuration(), {})


def test_an_option_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "[server]\nport = 1001\nthreads = 16\nconnections = 50\n")
    environment = {"RENGANG_SERVER_PORT": "1002", "RENGANG_SERVER_THREADS": "32"}

    loaded = load(file, environment, {"server.port": ("--port", 1003)})

    server = loaded.configuration.server
    assert (server.port, server.threads, server.connections) == (1003, 32, 50)
    assert {path: (source.kind, source.where) for path, source in loaded.sources.items()} == {
        "server.port": (Origin.OPTION, "--port"),
        "server.threads": (Origin.ENVIRONMENT, "RENGANG_SERVER_THREADS"),
        "server.connections": (Origin.FILE, f"{file}:4"),
    }


def test_everything_that_is_wrong_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        'cors_origins = ["https://hr.example/"]\n'
        "[queries]\n"
        'seconds = "10"\n'
        "rowz = 5\n"
        "memory_mb = 3\n"
        "[logs]\n"
        'format = "xml"\n'
        "[server]\n"
        "threads = true\n",
    )

    faults = faults_of(file, RENGANG_QUERIES_WORKERS="many", RENGANG_QUERY_ROWS="1")

    assert {(fault.where, fault.setting): fault.en for fault in faults} == {
        (f"{file}:1", "cors_origins"): "'https://hr.example/' is no origin; write "
        "https://hr.example.com, without a / at the end.",
        (f"{file}:3", "queries.seconds"): "Give a number, for example 10.0.",
        (f"{file}:4", "queries.rowz"): "There is no such setting. Did you mean queries.rows?",
        (f"{file}:5", "queries.memory_mb"): "Give a value from 64 to 1,048,576.",
        (f"{file}:7", "logs.format"): "Write one of these: json, text.",
        (f"{file}:9", "server.threads"): "Give a whole number, for example 8.",
        ("RENGANG_QUERIES_WORKERS", "queries.workers"): "Give a whole number, for example 2.",
        ("RENGANG_QUERY_ROWS", ""): "There is no such setting. Did you mean RENGANG_QUERIES_ROWS?",
    }


def test_a_section_written_as_a_value_is_told_apart_from_an_unknown_setting(tmp_path: Path) -> None:
    file = written(tmp_path, "queries = 3\n")

    [fault] = faults_of(file)

    assert (fault.where, fault.en) == (
        f"{file}:1",
        "queries is a section; write [queries] and its settings below.",
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[queries]\nrows = 0\n", 2),
        ("queries.rows = 0\n", 1),
        ("# rows = 1\n\n[queries] # limits\n  'rows' = 0\n", 4),
        ("queries = { rows = 0 }\n", 1),
    ],
)
def test_the_line_is_told_however_the_setting_is_written(
    tmp_path: Path, text: str, line: int
) -> None:
    file = written(tmp_path, text)

    [fault] = faults_of(file)

    assert (fault.setting, fault.where) == ("queries.rows", f"{file}:{line}")


def test_what_is_no_toml_and_what_is_not_there_is_told_with_the_file(tmp_path: Path) -> None:
    broken = written(tmp_path, "[queries\n")

    [unreadable] = faults_of(broken)
    [missing] = faults_of(tmp_path / "none.toml")

    assert unreadable.where == str(broken)
    assert unreadable.en.startswith("This is no TOML: Expected ']'")
    assert missing.en == "Cannot be read (No such file or directory)."


def test_a_path_in_a_file_begins_at_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, '[logs]\nfile = "logs/rengang.log"\n')

    loaded = load(file)

    assert loaded.configuration.logs.file == tmp_path / "logs" / "rengang.log"


def test_openid_connect_by_halves_is_a_contradiction(tmp_path: Path) -> None:
    file = written(tmp_path, '[access]\noidc_issuer = "https://login.example"\n')

    faults = faults_of(file)

    assert [fault.setting for fault in faults] == ["access.oidc_audience", "access.oidc_keys"]
    assert faults[0].zh == (
        "使用 OpenID Connect 须同时设置 oidc_issuer、oidc_audience 和 oidc_keys。"
    )


def test_every_origin_beside_one_is_a_contradiction() -> None:
    [fault] = faults_of(RENGANG_CORS_ORIGINS="*, https://hr.example.com")

    assert (fault.where, fault.setting) == ("RENGANG_CORS_ORIGINS", "cors_origins")


def test_every_setting_says_what_it_is_for() -> None:
    silent = [setting.path for setting in settings().values() if not setting.description]

    assert silent == []


def _texts() -> st.SearchStrategy[str]:
    return st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)


def _values(path: str) -> st.SearchStrategy[Any]:
    """Values that the setting takes, whatever the others are."""
    setting = settings()[path]
    for constraint in setting.constraints:
        if isinstance(constraint, Between) and setting.type is int:
            return st.integers(int(constraint.least), int(constraint.most))
        if isinstance(constraint, Between):
            return st.floats(constraint.least, constraint.most)
        if isinstance(constraint, OneOf):
            return st.sampled_from(constraint.words)
        if isinstance(constraint, Secret):
            return st.just("") | st.text("abc\"\\'#=", min_size=constraint.least)
    if setting.type is str:
        return _texts()
    return st.just(setting.default)


_FREE = [
    path
    for path in settings()
    if not path.startswith("access.oidc") and path not in ("cors_origins", "server.trusted_proxy")
]


@given(st.fixed_dictionaries({}, optional={path: _values(path) for path in _FREE}))
def test_what_is_written_as_toml_is_read_as_it_was(given: dict[str, Any]) -> None:
    lines = [f"{path} = {as_toml(value)}\n" for path, value in given.items()]

    loaded = _loaded("".join(lines))

    assert {path: value_of(loaded.configuration, path) for path in given} == given


_TAKEN: dict[Any, tuple[type, ...]] = {
    int: (int,),
    float: (int, float),
    str: (str,),
    Path | None: (str,),
    tuple[str, ...]: (),
}
"""Of which types of TOML, lists left out, a setting of a type takes values."""


@given(
    st.sampled_from(sorted(settings())),
    st.booleans() | st.integers() | st.floats(allow_nan=False) | _texts(),
)
def test_no_value_is_taken_for_another_type(path: str, value: Any) -> None:
    assume(type(value) not in _TAKEN[settings()[path].type])

    with pytest.raises(ConfigurationRefused) as refused:
        _loaded(f"{path} = {as_toml(value)}\n")

    assert [(fault.setting, fault.en[:5]) for fault in refused.value.faults] == [(path, "Give ")]


def _loaded(text: str) -> Loaded:
    @dataclass(frozen=True)
    class Written:
        """A file that lies in memory, since hypothesis would write many."""

        text: str
        parent: Path = Path()

        def read_bytes(self) -> bytes:
            return self.text.encode()

    return load(Written(text))  # type: ignore[arg-type]


def test_config_check_fails_with_every_fault_in_the_language_of_the_run(tmp_path: Path) -> None:
    file = written(tmp_path, "[queries]\nrows = 0\nworkers = 0\n")

    checked = CliRunner().invoke(
        main, ["config", "check", str(file), "--lang", "zh", "--data", str(tmp_path)]
    )

    assert checked.exit_code == 1
    assert checked.stderr.splitlines() == [
        f"{file}:2：queries.rows：应在 1 到 100,000,000 之间。",
        f"{file}:3：queries.workers：应在 1 到 256 之间。",
        "错误：配置有 2 处须改正。",
    ]


def test_config_check_takes_the_file_in_the_data_folder(tmp_path: Path) -> None:
    file = written(tmp_path, "[queries]\nrows = 5\n")

    checked = CliRunner().invoke(main, ["config", "check", "--lang", "en", "--data", str(tmp_path)])

    assert (checked.exit_code, checked.stdout) == (0, f"{file}: nothing is wrong.\n")


def test_config_show_says_where_values_come_from_and_keeps_secrets(tmp_path: Path) -> None:
    file = written(tmp_path, f'[metrics]\ntoken = "{"s3cret" * 5}"\n')

    shown = CliRunner().invoke(
        main,
        ["config", "show", "--lang", "en", "--data", str(tmp_path)],
        env={"RENGANG_QUERIES_ROWS": "7"},
    )

    lines = shown.stdout.splitlines()
    assert f'token = "***"  # {file}:2' in lines
    assert "rows = 7  # RENGANG_QUERIES_ROWS" in lines
    assert "port = 8000  # default" in lines
    assert "s3cret" not in shown.output


def test_what_config_show_prints_is_a_configuration_with_the_same_values(tmp_path: Path) -> None:
    shown = CliRunner().invoke(main, ["config", "show", "--data", str(tmp_path)])

    again = load(written(tmp_path, shown.stdout))

    assert again.configuration == Configuration()


def test_reading_a_model_is_stopped_after_the_seconds_of_the_configuration(tmp_path: Path) -> None:
    workbook = Path(__file__).parent / "authors_models" / "hotline-nurse.xlsx"
    limits = replace(Configuration().models, seconds=0.001)
    base = KnowledgeBase(KnowledgeStore(tmp_path / "data"), models=limits)

    with pytest.raises(WorkerTimedOut), closing(base):
        base.model_documents.is_model(workbook.read_bytes(), workbook.name)


@pytest.mark.parametrize(
    "command", [("check", __file__), ("model", "diff", "trainer", "trainer@0.1.0")]
)
def test_commands_that_read_models_heed_their_limits(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    environment = {"RENGANG_MODELS_SECONDS": "0"}
    given = [*command, "--lang", "en", "--data", str(tmp_path)]

    refused = CliRunner().invoke(main, given, env=environment)

    assert refused.exit_code == 1
    assert "RENGANG_MODELS_SECONDS: models.seconds: Give a value from 1 to" in refused.stderr
