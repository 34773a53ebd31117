"""`rengang check`: what there is to say of what is loaded, or of files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click

from kb_service.access.performance_writes import PerformanceWrites
from kb_service.access.view import View
from kb_service.cli.check_formats import FORMATS, Checked, write
from kb_service.cli.commands import Command, data_folder, option, with_shared_options
from kb_service.cli.configured import configured
from kb_service.cli.documents import is_sheet, read_bytes, sheet_reader
from kb_service.cli.findings import summary
from kb_service.cli.language import Words, say
from kb_service.cli.model_files import is_model_file, read_model_file
from kb_service.cli.opening import reading, reading_anything
from kb_service.cli.terminal import progress, remark
from kb_service.findings import Finding, RefusedInput
from kb_service.knowledge_base.checking import CheckedDocument
from kb_service.validation.checked_files import CheckedFile

_WORDS = Words(
    zh="""
    检查已存的数据，或检查文件而不存入。

    不给文件就检查数据文件夹里的全部知识和人员。文件可以是岗位模型（.xlsx、.json、
    .ttl）、测评表（.xlsx、.csv）或其他 RDF（JSON-LD、RDF/XML、N-Triples）。
    每个问题都指明位置和改法。

    --consistency 用推理机检查文件与本体是否自相矛盾，约需几秒钟；
    不给文件则检查随产品发布的本体。
    --dry-run 试算：发布文件中的岗位模型后，现有人员各得什么结论。什么都不存入。

    退出码：0 没有「必须改」的问题；1 有；2 命令写错了。

    示例：
      rengang check
      rengang check my-model.ttl
      rengang check my-model.ttl --consistency --dry-run
      rengang check models/*.ttl --format junit > check.xml
      rengang check 测评.xlsx
    """,
    en="""
    Check what is loaded, or files without storing them.

    Without files everything in the data folder is checked, knowledge and people.
    A file may be a position model (.xlsx, .json, .ttl), assessments (.xlsx, .csv)
    or other RDF (JSON-LD, RDF/XML, N-Triples). Every finding says where it is and
    what to do.

    With --consistency a reasoner checks that a file does not contradict the
    ontology, which takes some seconds; without files, that the shipped ontology
    does not contradict itself.
    With --dry-run the position models of a file are tried: which verdicts the
    people in here would get if they were published. Nothing is stored.

    Exit code: 0 when nothing must be corrected, 1 when something must, 2 for a
    command that is mistyped.

    Examples:
      rengang check
      rengang check my-model.ttl
      rengang check my-model.ttl --consistency --dry-run
      rengang check models/*.ttl --format junit > check.xml
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
@option(
    "--consistency",
    is_flag=True,
    zh="再用推理机检查是否自相矛盾。",
    en="Ask a reasoner for contradictions too.",
)
@option(
    "--dry-run",
    is_flag=True,
    zh="试算发布后各人的结论。",
    en="Try the models on the people in here.",
)
@option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="text",
    zh="输出格式：文字、JSON、SHACL 报告、JUnit XML 或 SARIF 2.1.0。",
    en="As text, JSON, a SHACL report, JUnit XML or SARIF 2.1.0.",
)
def check(files: tuple[Path, ...], consistency: bool, dry_run: bool, form: str) -> None:
    """Print every finding, and end with 1 when one of them is a violation."""
    if dry_run and not files:
        zh, en = "请给出要试算的文件，例如：", "Name the file to try, for example:"
        raise click.UsageError(say(zh, en) + " rengang check my-model.ttl --dry-run")
    if files:
        with reading_anything(configured(None).configuration.models) as base:
            checked = [_file(base, path, consistency, dry_run) for path in files]
            root = base.root
    elif consistency:
        with reading_anything() as base:
            checked, root = [_loaded(base.knowledge_base.check_consistency())], base.root
    else:
        with reading() as base, progress(say("检查", "Checking")) as step:
            checked, root = [_loaded(base.check_loaded(step))], base.root
    write(checked, form, root)
    findings = [finding for each in checked for finding in each.file.findings]
    remark(summary(findings))
    if any(finding.severity == "violation" for finding in findings):
        click.get_current_context().exit(1)


def _loaded(findings: list[Finding]) -> Checked:
    return Checked(CheckedFile(str(data_folder()), findings), is_loaded=True)


def _file(base: View, path: Path, consistency: bool, dry_run: bool) -> Checked:
    name = path.as_posix()
    try:
        if is_model_file(base, path):
            found = base.check_model(read_model_file(base, path), consistency=consistency)
            return _tried(base, name, found, dry_run)
        if is_sheet(path):
            return Checked(CheckedFile(name, _in_sheet(base, path)))
        found = base.check_document(read_bytes(path), "", path.name, consistency=consistency)
        return _tried(base, name, found, dry_run)
    except RefusedInput as refused:
        return Checked(CheckedFile(name, _without_name(refused.findings, path)))


def _tried(base: View, name: str, found: CheckedDocument, dry_run: bool) -> Checked:
    """What was found, and a dry run of models unless rules would be wrong about them."""
    file = CheckedFile(name, found.findings, {"triples": len(found.triples)})
    if not (dry_run and found.conforms):
        return Checked(file)
    with progress(say("试算", "Trying the model")) as step:
        return Checked(file, base.dry_run(found.triples, step))


def _in_sheet(base: View, path: Path) -> list[Finding]:
    with sheet_reader(base) as reader:
        batch = reader.read_all([path])
    if batch.performance:
        performance = batch.performance.values()
        found = [*batch.notes, *PerformanceWrites(base).check(performance, batch.place)]
    else:
        records = (batch.people.values(), batch.assessments.values())
        found = [*batch.notes, *base.check_records(*records, batch.place)]
    return _without_name(found, path)


def _without_name(findings: Iterable[Finding], path: Path) -> list[Finding]:
    """The findings without the name of the file in front of their places."""
    prefix = f"{path.name}: "
    return [
        replace(one, where="" if one.where == path.name else one.where.removeprefix(prefix))
        for one in findings
    ]
