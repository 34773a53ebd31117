"""What was found in files, in the format that a person or another program wants."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.text import Text

from kb_service.cli.documents import in_file
from kb_service.cli.findings import print_findings
from kb_service.cli.language import language, told
from kb_service.cli.terminal import show
from kb_service.findings import Finding
from kb_service.knowledge_base.dry_run_counts import DryRun
from kb_service.knowledge_base.dry_run_words import told as sentences
from kb_service.validation.checked_files import CheckedFile
from kb_service.validation.junit_report import junit_report
from kb_service.validation.reports import report
from kb_service.validation.sarif_report import sarif_report


@dataclass(frozen=True)
class Checked:
    """A file with what was found in it, and what its models would do if they were published.

    What is loaded counts as a file that `is_loaded`, named by the data folder.
    """

    file: CheckedFile
    dry_runs: tuple[DryRun, ...] = ()
    is_loaded: bool = False

    @property
    def findings(self) -> list[Finding]:
        """The findings as a person reads them beside those of other files."""
        found = list(self.file.findings)
        return found if self.is_loaded else in_file(found, Path(self.file.name))


def write(checked: Sequence[Checked], form: str, root: Path) -> None:
    """Print what was found in one of the FORMATS."""
    FORMATS[form](checked, root)


def _text(checked: Sequence[Checked], _root: Path) -> None:
    print_findings([finding for each in checked for finding in each.findings])
    for run in (run for each in checked for run in each.dry_runs):
        show(Text(told(run.label), style="bold"), *(told(words) for words in sentences(run)))


def _json(checked: Sequence[Checked], _root: Path) -> None:
    files = []
    for each in checked:
        shown = {"file": each.file.name} | each.file.as_json()
        if each.dry_runs:
            shown["dryRuns"] = [
                run.as_json() | {"summary": [dict(words) for words in sentences(run)]}
                for run in each.dry_runs
            ]
        files.append(shown)
    click.echo(json.dumps({"files": files}, ensure_ascii=False, indent=2))


def _turtle(checked: Sequence[Checked], root: Path) -> None:
    findings = [finding for each in checked for finding in each.file.findings]
    click.echo(report(findings, "text/turtle", root), nl=False)


def _junit(checked: Sequence[Checked], _root: Path) -> None:
    click.echo(junit_report([each.file for each in checked], language()), nl=False)


def _sarif(checked: Sequence[Checked], root: Path) -> None:
    click.echo(sarif_report([each.file for each in checked], language(), root), nl=False)


FORMATS: Mapping[str, Callable[[Sequence[Checked], Path], None]] = {
    "text": _text,
    "json": _json,
    "turtle": _turtle,
    "junit": _junit,
    "sarif": _sarif,
}
"""How to print, by the name that `--format` has for it."""
