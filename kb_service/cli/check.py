"""`rengang check`: what the shapes say of what is loaded, or of files."""

from __future__ import annotations

from pathlib import Path

import click

from kb_service.access.view import View
from kb_service.cli.commands import Command, with_shared_options
from kb_service.cli.documents import in_file, is_sheet, read_bytes, sheet_reader
from kb_service.cli.findings import print_findings, summary
from kb_service.cli.language import Words, say
from kb_service.cli.opening import reading, reading_anything
from kb_service.cli.terminal import progress, remark
from kb_service.findings import Finding, RefusedInput

_WORDS = Words(
    zh="""
    检查已存的数据，或检查文件而不存入。

    不给文件就检查数据文件夹里的全部知识和人员。文件可以是 .xlsx、.csv，
    或 RDF（Turtle、JSON-LD、RDF/XML、N-Triples）。有「必须改」的问题时退出码为 1。

    --consistency 用推理机检查随产品发布的本体本身是否自相矛盾，约需几秒钟。

    示例：
      rengang check
      rengang check --consistency
      rengang check my-model.ttl
      rengang check 测评.xlsx
    """,
    en="""
    Check what is loaded, or files without storing them.

    Without files everything in the data folder is checked, knowledge and people.
    A file may be .xlsx, .csv, or RDF (Turtle, JSON-LD, RDF/XML, N-Triples).
    The exit code is 1 when something must be corrected.

    With --consistency a reasoner checks that the shipped ontology does not
    contradict itself, which takes some seconds.

    Examples:
      rengang check
      rengang check --consistency
      rengang check my-model.ttl
      rengang check assessments.xlsx
    """,
)


@click.command("check", cls=Command, words=_WORDS)
@with_shared_options
@click.argument(
    "files",
    nargs=-1,
    metavar="[FILE]...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--consistency", is_flag=True)
def check(files: tuple[Path, ...], consistency: bool) -> None:
    """Print every finding, and end with 1 when one of them is a violation."""
    if consistency:
        with reading_anything() as base:
            findings = base.knowledge_base.check_consistency()
    else:
        findings = _in_files(files) if files else _in_what_is_loaded()
    print_findings(findings)
    remark(summary(findings))
    if any(finding.severity == "violation" for finding in findings):
        click.get_current_context().exit(1)


def _in_what_is_loaded() -> list[Finding]:
    with reading() as base, progress(say("检查", "Checking")) as step:
        return base.check_loaded(step)


def _in_files(files: tuple[Path, ...]) -> list[Finding]:
    findings: list[Finding] = []
    with reading_anything() as base:
        for path in files:
            try:
                found = _in_sheet(base, path) if is_sheet(path) else _in_rdf(base, path)
            except RefusedInput as refused:
                found = list(refused.findings)
            findings += found
    return findings


def _in_rdf(base: View, path: Path) -> list[Finding]:
    return in_file(base.check_document(read_bytes(path), "", path.name).findings, path)


def _in_sheet(base: View, path: Path) -> list[Finding]:
    with sheet_reader(base) as reader:
        batch = reader.read_all([path])
    records = (batch.people.values(), batch.assessments.values())
    return [*batch.notes, *base.check_records(*records, batch.place)]
