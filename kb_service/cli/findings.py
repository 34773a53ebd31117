"""Findings as a person reads them: a table at a terminal, one line each in a pipe."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Sequence

import click
from pyoxigraph import NamedNode
from rich.table import Table
from rich.text import Text

from kb_service.cli.language import Words, say, told
from kb_service.cli.terminal import show
from kb_service.findings import Finding
from kb_service.vocabulary import shorten

_LINE = re.compile(r"\bline (\d+)$")
_SEVERITIES = {
    "violation": (Words("必须改", "must"), "red"),
    "warning": (Words("建议改", "should"), "yellow"),
    "info": (Words("提示", "note"), "cyan"),
}


def print_findings(findings: Sequence[Finding], *, on_stderr: bool = False) -> None:
    """Print every finding: how severe, where, and what to do."""
    stream = sys.stderr if on_stderr else sys.stdout
    if not findings:
        return
    if not stream.isatty():
        for finding in findings:
            word, _ = _SEVERITIES[finding.severity]
            click.echo("\t".join((str(word), place(finding), told(finding.message))), file=stream)
        return
    table = Table(box=None, padding=(0, 2, 1, 0))
    table.add_column("", no_wrap=True)
    table.add_column(say("位置", "Where"), max_width=44, overflow="fold")
    table.add_column(say("怎么办", "What to do"), overflow="fold")
    for finding in findings:
        word, colour = _SEVERITIES[finding.severity]
        table.add_row(Text(str(word), colour), Text(place(finding)), Text(told(finding.message)))
    show(table, on_stderr=on_stderr)


def place(finding: Finding) -> str:
    """Where a finding stands: the cell, line or pointer, or else the thing it is about."""
    if finding.where:
        return _LINE.sub(say(r"第 \1 行", r"line \1"), finding.where)
    try:
        return shorten(NamedNode(finding.focus)) if finding.focus else ""
    except ValueError:
        return finding.focus


def summary(findings: Sequence[Finding]) -> str:
    """How many findings there are of each severity, in words."""
    counts = Counter(finding.severity for finding in findings)
    parts = [f"{word} {counts[name]}" for name, (word, _) in _SEVERITIES.items() if counts[name]]
    return say("、", ", ").join(parts) or say("没有发现问题。", "Nothing to object to.")
