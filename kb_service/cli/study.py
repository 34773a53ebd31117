"""`rengang study`: model-building studies imported, listed, computed, explained, drafted from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from kb_service.access.studies import Studies
from kb_service.cli import study_report, study_words
from kb_service.cli.commands import Command, Group, option, with_shared_options
from kb_service.cli.documents import read_bytes
from kb_service.cli.explanation_tree import Drawing
from kb_service.cli.findings import print_findings
from kb_service.cli.language import say
from kb_service.cli.looks import names_in
from kb_service.cli.opening import reading, writing
from kb_service.cli.terminal import remark, show

_ALL = 1000
_json = option("--json", "as_json", is_flag=True, zh="以 JSON 输出。", en="Print JSON.")
_round = option("--round", "round_", metavar="N", default="", zh="哪一轮。", en="Which round.")


@click.group("study", cls=Group, words=study_words.STUDY, closing=study_words.CLOSING)
@with_shared_options
def study() -> None:
    """Run one of the commands."""


@study.command("import", cls=Command, words=study_words.IMPORT)
@with_shared_options
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
def import_studies(files: tuple[Path, ...]) -> None:
    """Store the studies of these workbooks."""
    with writing(by_service=study_words.BY_SERVICE) as view:
        for path in files:
            stored = Studies(view).import_workbook(read_bytes(path), path.name)
            print_findings(stored.notes, on_stderr=True)
            click.echo(say(f"已存入研究 {stored.id}。", f"Stored the study {stored.id}."))


@study.command("list", cls=Command, words=study_words.LIST)
@with_shared_options
@_json
def list_studies(as_json: bool) -> None:
    """Show every study."""
    with reading() as view:
        rows = Studies(view).listed()
    if as_json:
        _print_json({"rows": rows})
    elif rows:
        show(study_report.studies(rows))
    else:
        remark(say("还没有研究。", "There is no study yet."))


@study.command("show", cls=Command, words=study_words.SHOW)
@with_shared_options
@_json
@click.argument("id", metavar="STUDY")
def show_study(id: str, as_json: bool) -> None:
    """Show a study and its decisions."""
    with reading() as view:
        row = Studies(view).told(id)
    if as_json:
        _print_json(row)
    else:
        show(*study_report.study(row))


@study.command("statistics", cls=Command, words=study_words.STATISTICS)
@with_shared_options
@_round
@option("--item", metavar="CODE", default="", zh="哪个项目。", en="Which item.")
@option("--kind", metavar="ID", default="", zh="哪种统计量。", en="Which kind of statistic.")
@_json
@click.argument("id", metavar="STUDY")
def show_statistics(id: str, round_: str, item: str, kind: str, as_json: bool) -> None:
    """Show the statistics of a study."""
    with reading() as view:
        rows = [
            row
            for row in Studies(view).conclusions(id).statistics()
            if round_ in ("", row["round"])
            and item in ("", row["item"])
            and kind in ("", row["kind"])
        ]
    if as_json:
        _print_json({"rows": rows})
    elif rows:
        show(*study_report.statistics(rows))
    else:
        remark(say("没有这样的统计量。", "There is no such statistic."))


@study.command("explain", cls=Command, words=study_words.EXPLAIN)
@with_shared_options
@_round
@option("--tier", is_flag=True, zh="说明建议的层级。", en="Explain the suggested tier.")
@option("--level", is_flag=True, zh="说明建议的要求等级。", en="Explain the suggested level.")
@option(
    "--grade",
    metavar="E-A",
    default="",
    zh="说明会议关于这一等级的标准。",
    en="Explain what a meeting did with the standard for this grade.",
)
@option(
    "--depth",
    type=click.IntRange(0),
    default=0,
    zh="展开几层；0 表示全部。",
    en="How many levels to unfold; 0 for all.",
)
@_json
@click.argument("id", metavar="STUDY")
@click.argument("item")
def explain_item(
    id: str, item: str, round_: str, tier: bool, level: bool, grade: str, depth: int, as_json: bool
) -> None:
    """Say why something was decided on an item."""
    from kb_service.web.labels import LabelReader
    from kb_service.web.study_explanations import study_explanation

    about = "tier" if tier else "level" if level else "decision"
    with reading() as view:
        seen = Studies(view)
        concluded = seen.conclusion_on(id, item, about=about, round_=round_, grade=grade)
        shared = LabelReader(view.knowledge_base).shared()
        tree = study_explanation(shared, seen, id, concluded)
        names = names_in(view)
    if as_json:
        _print_json(tree)
    else:
        show(Drawing(names).explanation(tree, depth or _ALL))


@study.command("draft", cls=Command, words=study_words.DRAFT)
@with_shared_options
@option(
    "--weights",
    metavar="STUDY",
    default="",
    zh="给出权重的层次分析研究。",
    en="The AHP study that gives the weights.",
)
@option(
    "--interviews",
    metavar="STUDY",
    default="",
    zh="行为事件访谈：候选特征，以及优秀者达到的等级。",
    en="The event interviews: candidates, and the level that the excellent reach.",
)
@option(
    "--questionnaire",
    metavar="STUDY",
    default="",
    zh="问卷：存疑的项目不写进草稿。",
    en="The questionnaire: items that it doubts stay out.",
)
@option(
    "--meeting",
    metavar="STUDY",
    default="",
    zh="专家会议：要求等级、等级标准、绩效目标。",
    en="The expert meeting: levels, standards and targets.",
)
@option("--plan", is_flag=True, zh="写绩效方案。", en="Write a performance plan.")
@click.argument("id", metavar="STUDY")
def draft(id: str, plan: bool, weights: str, **others: str) -> None:
    """Print a draft."""
    with reading() as view:
        made = Studies(view).draft(id, {"weighing": weights, **others}, plan=plan)
    print_findings(made.notes, on_stderr=True)
    click.echo(made.turtle.decode(), nl=False)


@study.command("export", cls=Command, words=study_words.EXPORT)
@with_shared_options
@click.argument("id", metavar="STUDY")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def export_study(id: str, out: Path) -> None:
    """Write a study as a workbook."""
    with reading() as view:
        data = Studies(view).workbook(id)
    try:
        out.write_bytes(data)
    except OSError as error:
        raise click.FileError(str(out), error.strerror or str(error)) from error
    click.echo(say(f"已写出 {out}", f"Wrote {out}"))


@study.command("remove", cls=Command, words=study_words.REMOVE)
@with_shared_options
@click.argument("id", metavar="STUDY")
def remove_study(id: str) -> None:
    """Take a study back."""
    with writing(by_service=study_words.BY_SERVICE) as view:
        Studies(view).remove(id)
    click.echo(say(f"已删除研究 {id}。", f"Removed the study {id}."))


@study.command("log", cls=Command, words=study_words.LOG)
@with_shared_options
@_json
@click.argument("id", metavar="STUDY")
def show_history(id: str, as_json: bool) -> None:
    """Show what was changed in a study."""
    with reading() as view:
        seen = Studies(view)
        kind, rows = seen.conclusions(id).record.kind, seen.history(id)
    if as_json:
        _print_json({"study": id, "rows": rows})
    else:
        show(study_report.changes(kind, rows))


def _print_json(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
