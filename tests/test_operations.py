"""What docs/operations shows works: settings, unit and proxies go with what the service does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from kb_service.cli import main
from kb_service.configuration import Configuration, load
from kb_service.web.app import MOST_BYTES
from tools.configuration_reference import PAGE, with_reference

OPERATIONS = PAGE.parent / "operations"


def test_the_page_lists_every_setting_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert with_reference(page) == page, "run: python -m tools.configuration_reference"


def test_the_example_configuration_can_be_used_and_trusts_its_proxy() -> None:
    server = load(OPERATIONS / "rengang.toml").configuration.server

    assert server.trusted_proxy == "127.0.0.1"
    assert "rengang.example.com" in server.names


def unit() -> dict[str, list[str]]:
    """The values of each key of the unit, in order."""
    found: dict[str, list[str]] = {}
    for line in (OPERATIONS / "rengang.service").read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize("key", ["ExecStartPre", "ExecStart"])
def test_the_unit_runs_commands_that_there_are(key: str) -> None:
    [line] = unit()[key]
    program, *arguments = shlex.split(line)

    command: click.Command = main
    while isinstance(command, click.Group):
        command = command.commands[arguments.pop(0)]

    assert program == "/opt/rengang/bin/rengang"
    assert command.make_context(command.name, arguments)


def test_the_unit_waits_longer_than_the_service_for_requests_that_have_begun() -> None:
    [seconds] = unit()["TimeoutStopSec"]

    assert int(seconds) > Configuration().server.stop_seconds


def test_the_unit_lets_workers_leave_the_network_and_java_compile() -> None:
    found = unit()

    assert found["RestrictNamespaces"] == ["user net"]
    assert found["MemoryDenyWriteExecute"] == ["no"]
    assert found["CapabilityBoundingSet"] == [""]
    assert found["NoNewPrivileges"] == ["yes"]
    assert found["ProtectSystem"] == ["strict"]


def test_nginx_takes_bodies_as_large_as_the_service_does() -> None:
    text = (OPERATIONS / "nginx.conf").read_text(encoding="utf-8")

    [megabytes] = re.findall(r"client_max_body_size (\d+)m;", text)

    assert int(megabytes) * 1024**2 == MOST_BYTES


def test_caddy_leaves_the_limit_to_the_service() -> None:
    assert "max_size" not in (OPERATIONS / "Caddyfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", ["nginx.conf", "Caddyfile"])
def test_the_proxies_keep_metrics_inside(file: str) -> None:
    text = (OPERATIONS / file).read_text(encoding="utf-8")

    assert re.search(r"/metrics[ {\n]+(return )?404", text)


def test_the_page_names_files_that_there_are() -> None:
    page = PAGE.read_text(encoding="utf-8")

    linked = [target for target in re.findall(r"\]\(([^)#]+)\)", page) if "://" not in target]

    assert [target for target in linked if not (PAGE.parent / Path(target)).exists()] == []
    assert len(linked) >= 4
