"""The configuration of a command: its file, the environment, its options; its faults told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from kb_service.cli.commands import data_folder, option
from kb_service.cli.failures import Failure
from kb_service.cli.language import say
from kb_service.configuration import Configuration, ConfigurationRefused, Fault, Loaded, load
from kb_service.store import JournalPolicy

FILE = "rengang.toml"

config_option: Callable[[Callable[..., Any]], Callable[..., Any]] = option(
    "--config",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    zh=f"配置文件；默认取 RENGANG_CONFIG，否则为数据文件夹里的 {FILE}（如果有）。",
    en=f"The configuration; RENGANG_CONFIG or {FILE} in the data folder by default.",
)
"""The option `--config`."""


def configuration_file(given: Path | None) -> Path | None:
    """The file of this run; None when nobody names one and there is none in the data folder."""
    if given is not None:
        return given
    if named := os.environ.get("RENGANG_CONFIG"):
        return Path(named)
    usual = data_folder() / FILE
    return usual if usual.exists() else None


def configured(given: Path | None, options: Mapping[str, tuple[str, Any]] | None = None) -> Loaded:
    """The configuration of this run. Raises Failure, with every fault told, when it is refused."""
    try:
        return load(configuration_file(given), os.environ, options)
    except ConfigurationRefused as refused:
        tell(refused.faults)
        raise Failure(
            f"配置有 {len(refused.faults)} 处须改正。",
            f"The configuration has {len(refused.faults)} faults to correct."
            if len(refused.faults) > 1
            else "The configuration has a fault to correct.",
        ) from refused


def journal_policy(configuration: Configuration) -> JournalPolicy:
    """How long the journal of the data folder goes back."""
    return JournalPolicy(configuration.journal.days, configuration.journal.megabytes)


def tell(faults: Iterable[Fault]) -> None:
    """Say on stderr what is wrong, where, and what to write."""
    for fault in faults:
        what = say(fault.zh, fault.en)
        parts = (fault.where, fault.setting, what)
        click.echo(say("：", ": ").join(part for part in parts if part), err=True)
