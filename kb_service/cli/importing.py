"""`rengang import`: people, assessments and shared knowledge from files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from kb_service.access.performance_writes import PerformanceWrites
from kb_service.access.view import View
from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.documents import Batch, in_file, is_sheet, read_bytes, sheet_reader
from kb_service.cli.failures import Failure
from kb_service.cli.findings import print_findings
from kb_service.cli.language import Words, say
from kb_service.cli.model_files import is_model_file, read_model_file, store_model
from kb_service.cli.opening import writing
from kb_service.cli.terminal import progress
from kb_service.findings import Finding, RefusedInput
from kb_service.knowledge_base import ExampleRefusedError, ImportReport
from kb_service.knowledge_base.performance.recording import PerformanceReport

_WORDS = Words(
    zh="""
    导入人员、测评、绩效数据和行为评价，或自己的岗位模型。

    .xlsx 和 .csv 按模板读取（见 rengang template），其余文件按 RDF 读取：
    Turtle（.ttl）、JSON-LD、RDF/XML、N-Triples。岗位模型还可以是它自己的
    工作簿（见 rengang template model）或 JSON。绩效数据和行为评价的表
    （见 rengang template performance）按列名认出。全部检查无误后才存入，
    有一处错误就什么都不存，并逐条说明位置和改法。

    示例：
      rengang import 测评.xlsx
      rengang import 人员.xlsx 质检.csv
      rengang import my-model.ttl
      rengang import 岗位模型.xlsx
      rengang import 三季度绩效.xlsx
      rengang import --example
    """,
    en="""
    Import people, assessments and performance, or a position model of your own.

    .xlsx and .csv are read as the template lays them out (see rengang template),
    anything else as RDF: Turtle (.ttl), JSON-LD, RDF/XML, N-Triples. A position
    model may also be a workbook of its own (see rengang template model) or JSON.
    Sheets of figures and ratings (see rengang template performance) are told by
    their columns. Everything is checked first; a single fault and nothing is
    stored, each told with its place.

    Examples:
      rengang import assessments.xlsx
      rengang import people.xlsx quality.csv
      rengang import my-model.ttl
      rengang import my-model.xlsx
      rengang import third-quarter.xlsx
      rengang import --example
    """,
)


@click.command("import", cls=Command, words=_WORDS)
@with_shared_options
@option("--example", is_flag=True, zh="载入示例机构。", en="Load the example organisation.")
@click.argument(
    "files",
    nargs=-1,
    metavar="[FILE]...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
def import_files(files: tuple[Path, ...], example: bool) -> None:
    """Store what files say, all of it or nothing."""
    if not files and not example:
        raise click.UsageError(
            say("请给出至少一个文件，或 --example。", "Name at least one file, or --example.")
        )
    with writing() as base:
        if example:
            load_example(base)
        if files:
            report, performance = _import(base, files)
            print_findings((*report.notes, *performance.notes), on_stderr=True)
            if report.people or report.triples:
                click.echo(_told(report))
            if performance.people:
                click.echo(_told_of_performance(performance))


def load_example(base: View) -> None:
    """Load the example organisation into a knowledge base without people, and say so."""
    try:
        with progress(say("载入示例机构", "Loading the example organisation")) as step:
            report = base.load_example(step)
    except ExampleRefusedError as error:
        raise Failure(
            "数据文件夹里已有人员，示例机构不会混入其中；请另选一个 --data 文件夹。",
            "There are people in this data folder already, and the example is not mixed with"
            " them; name another folder with --data.",
        ) from error
    click.echo(_told(report))


@dataclass(frozen=True)
class _Handed:
    """What files say, read and checked as far as that goes without storing anything."""

    batch: Batch
    documents: Mapping[Path, bytes]
    models: Sequence[Path]


def _import(base: View, files: Sequence[Path]) -> tuple[ImportReport, PerformanceReport]:
    """Check every file before the first is stored."""
    handed = _read(base, files)
    batch, figures = handed.batch, handed.batch.performance.values()
    writes = PerformanceWrites(base)
    if figures and len(files) > 1:
        writes.check(figures, batch.place)
    total, performance = ImportReport(notes=batch.notes), PerformanceReport()
    with progress(say("检查并存入", "Checking and storing")) as step:
        if batch.people or batch.assessments:
            stored = base.import_records(
                batch.people.values(),
                batch.assessments.values(),
                teams=batch.teams.values(),
                places=batch.place,
                progress=step,
            )
            total = _sum(total, stored)
        for path, data in handed.documents.items():
            total = _sum(total, base.import_rdf(data, "", path.name, step))
        for path in handed.models:
            total = _sum(total, store_model(base, path, step))
        if figures:
            performance = writes.record(figures, places=batch.place, progress=step)
    return total, performance


def _read(base: View, files: Sequence[Path]) -> _Handed:
    """What the files say. Raises RefusedInput with the faults of all of them."""
    models = [path for path in files if is_model_file(base, path)]
    others = [path for path in files if path not in models]
    documents = {path: read_bytes(path) for path in others if not is_sheet(path)}
    faults: list[Finding] = []
    if len(files) > 1:
        for path in models:
            faults += in_file(base.check_model(read_model_file(base, path)).findings, path)
        for path, data in documents.items():
            found = base.check_document(data, "", path.name).findings
            faults += in_file(found, path)
    with sheet_reader(base) as reader:
        try:
            batch = reader.read_all([path for path in others if is_sheet(path)])
        except RefusedInput as refused:
            raise RefusedInput((*faults, *refused.findings)) from refused
    if any(fault.severity == "violation" for fault in faults):
        raise RefusedInput(tuple(faults))
    return _Handed(batch, documents, models)


def _told_of_performance(report: PerformanceReport) -> str:
    kept_zh = f"更正 {report.corrections} 处，原值已留存。" if report.corrections else ""
    kept_en = f" Corrections: {report.corrections}, earlier values kept." if kept_zh else ""
    return say(
        f"已存入 {report.people} 人的 {report.measurements} 个绩效数据和 {report.forms} 张评价表，"
        f"并已得出结论。{kept_zh}",
        f"Stored {report.measurements} figures and {report.forms} rating forms of"
        f" {report.people} people, and concluded.{kept_en}",
    )


def _sum(one: ImportReport, other: ImportReport) -> ImportReport:
    return ImportReport(
        one.people + other.people,
        one.assessments + other.assessments,
        one.triples + other.triples,
        (*one.notes, *other.notes),
    )


def _told(report: ImportReport) -> str:
    if not report.people:
        return say(f"已存入 {report.triples} 条三元组。", f"Stored {report.triples} triples.")
    return say(
        f"已存入 {report.people} 人、{report.assessments} 次测评，并已得出结论。",
        f"Stored {report.people} people and {report.assessments} assessments, and concluded.",
    )
