"""`rengang model`: versions of position models handed in, reviewed, published, retired, compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from pyoxigraph import Triple

from kb_service.access.model_lives import ModelLives
from kb_service.access.view import View
from kb_service.cli import model_report, model_words
from kb_service.cli.commands import Command, Group, option, with_shared_options
from kb_service.cli.configured import configured
from kb_service.cli.documents import read_bytes
from kb_service.cli.findings import print_findings
from kb_service.cli.language import Words, say, told
from kb_service.cli.opening import reading_anything, writing
from kb_service.cli.terminal import progress, remark, show
from kb_service.knowledge_base.model_versions.documents import turtle
from kb_service.knowledge_base.model_versions.records import PUBLISHED, ModelVersion

_reason = option(
    "--reason", metavar="WORDS", default="", zh="缘由，记入日志。", en="Why; kept in the log."
)
_json = option("--json", "as_json", is_flag=True, zh="以 JSON 输出。", en="Print JSON.")


@click.group("model", cls=Group, words=model_words.MODEL, closing=model_words.CLOSING)
@with_shared_options
def model() -> None:
    """Run one of the commands."""


@model.command("list", cls=Command, words=model_words.LIST)
@with_shared_options
@option("--status", metavar="STATUS", zh="只列这一状态的。", en="Only those of this status.")
@_json
def list_versions(status: str | None, as_json: bool) -> None:
    """Show every version of every model."""
    with reading_anything() as view:
        lives = ModelLives(view)
        if status is not None and status not in (known := lives.cycle.statuses):
            listed = ", ".join(sorted(known))
            raise click.UsageError(say(f"状态有：{listed}", f"The statuses are: {listed}"))
        found = [each for each in lives.versions() if status in (None, each.status)]
        rows = [lives.told(each) for each in found]
    if as_json:
        _print_json({"rows": rows})
    elif rows:
        show(model_report.versions(rows))
    else:
        remark(say("没有这样的版本。", "There is no such version."))


@model.command("show", cls=Command, words=model_words.SHOW)
@with_shared_options
@click.argument("reference", metavar="MODEL")
def show_version(reference: str) -> None:
    """Print a version as Turtle."""
    with reading_anything() as view:
        lives = ModelLives(view)
        click.echo(turtle(lives.document(_version(lives, reference))), nl=False)


@model.command("log", cls=Command, words=model_words.LOG)
@with_shared_options
@_json
@click.argument("reference", metavar="MODEL")
def show_log(reference: str, as_json: bool) -> None:
    """Show every step that was taken with a model, or with one version of it."""
    id, _, number = reference.partition("@")
    with reading_anything() as view:
        lives = ModelLives(view)
        found = [lives.version(id, number)] if number else lives.versions(id)
        rows = [lives.told(each) for each in found]
    if as_json:
        _print_json({"rows": rows})
    else:
        show(model_report.log(rows))


@model.command("submit", cls=Command, words=model_words.SUBMIT)
@with_shared_options
@_reason
@_json
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def submit(file: Path, reason: str, as_json: bool) -> None:
    """Hand in a version as a draft."""
    with writing(by_service=model_words.BY_SERVICE) as view:
        lives = ModelLives(view)
        made = lives.submit(view.read_model(read_bytes(file), "", file.name), reason)
        row = lives.told(made.version)
    print_findings(made.notes, on_stderr=True)
    _tell(row, as_json)


@model.command("diff", cls=Command, words=model_words.DIFF)
@with_shared_options
@_json
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
def diff(before: str, after: str, as_json: bool) -> None:
    """Compare two versions."""
    with reading_anything(configured(None).configuration.models) as view:
        lives = ModelLives(view)
        old, new = _said(view, lives, before), _said(view, lives, after)
        with progress(say("比较结论", "Comparing verdicts")) as step:
            found = lives.compare(old, new, step).as_json()
    if as_json:
        _print_json(found)
    else:
        show(*model_report.difference(found))


def _step_command(step: str, words: Words) -> None:
    """Give the group a command that takes a step."""

    @model.command(step, cls=Command, words=words)
    @with_shared_options
    @_reason
    @_json
    @click.argument("reference", metavar="MODEL")
    def take(reference: str, reason: str, as_json: bool) -> None:
        """Take the step."""
        with writing(by_service=model_words.BY_SERVICE) as view:
            lives = ModelLives(view)
            id, _, number = reference.partition("@")
            chosen = number or _takes(lives, step)(lives.versions(id)).number
            row = lives.told(lives.take(step, id, chosen, reason))
        _tell(row, as_json)


for _step, _words in (
    ("review", model_words.REVIEW),
    ("approve", model_words.APPROVE),
    ("send-back", model_words.SEND_BACK),
    ("publish", model_words.PUBLISH),
    ("retire", model_words.RETIRE),
):
    _step_command(_step, _words)


def _takes(lives: ModelLives, step: str) -> Callable[[Sequence[ModelVersion]], ModelVersion]:
    """From the versions of a model, the greatest that a step can be taken with, or the greatest."""
    sources = lives.cycle.steps[step].sources

    def choose(found: Sequence[ModelVersion]) -> ModelVersion:
        return next((each for each in found if each.status in sources), found[0])

    return choose


def _version(lives: ModelLives, reference: str) -> ModelVersion:
    """The version that `id@version` names; of an id alone the published one, or the greatest."""
    id, _, number = reference.partition("@")
    if number:
        return lives.version(id, number)
    found = lives.versions(id)
    return next((each for each in found if each.status == PUBLISHED), found[0])


def _said(view: View, lives: ModelLives, reference: str) -> Sequence[Triple]:
    """What a file or a version says."""
    path = Path(reference)
    if path.is_file():
        return lives.checked(view.read_model(read_bytes(path), "", path.name))
    return lives.document(_version(lives, reference))


def _tell(row: dict[str, Any], as_json: bool) -> None:
    if as_json:
        _print_json(row)
        return
    status = told(row["statusLabel"])
    click.echo(
        say(
            f"{row['model']} {row['version']} 版：{status}。",
            f"{row['model']} version {row['version']}: {status}.",
        )
    )


def _print_json(body: dict[str, Any]) -> None:
    click.echo(json.dumps(body, ensure_ascii=False, indent=2))
