"""`rengang template`: what HR and the authors of position models fill in."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import click

from kb_service.access.performance_writes import PerformanceWrites
from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.failures import Failure
from kb_service.cli.language import Words, say
from kb_service.cli.opening import reading_anything
from kb_service.cli.study_template import study_template
from kb_service.cli.terminal import remark
from kb_service.knowledge_base.model_documents import MODEL_TYPES
from kb_service.knowledge_base.model_worker import EXCEL

_WORDS = Words(
    zh="""
    写出供填写的 .xlsx 模板：人员和测评的，绩效的，或岗位模型的。

    人员和测评：一人一行，一个维度一列。岗位模型（template model）：岗位、职责、
    方向、能力、动机、指标各一张表；不写文件名就写到 position-model.xlsx。
    表头中英对照，有下拉选项，另有说明表和示例。

    绩效（template performance）：绩效数据一人一行，行为评价一名评价人一行；
    按一套方案和一个周期写出，不写文件名就写到 performance.xlsx。

    建模研究（template study --kind …）：德尔菲专家咨询、层次分析、行为事件访谈、
    问卷或模糊综合评价的数据。

    岗位模型也可以写成 JSON 或 Turtle：文件名以 .json 或 .ttl 结尾，就写出一个填好的例子，
    改成自己的编号和内容即可。

    示例：
      rengang template 测评.xlsx
      rengang template 测评.xlsx --framework t12
      rengang template model 岗位模型.xlsx
      rengang template model 岗位模型.xlsx --framework grid
      rengang template model 示例.xlsx --example
      rengang template model 岗位模型.json
      rengang template performance 三季度.xlsx --plan customer-service-representative --period 2026-q3
      rengang template study 专家咨询.xlsx --kind delphi
    """,
    en="""
    Write an .xlsx template to fill in: of people and assessments, performance, or a model.

    People and assessments: a row a person, a column a dimension. A position model
    (template model): sheets for position, duties, directions, abilities, motivations
    and indicators; without a file name it is position-model.xlsx. Headers are in
    Chinese and English, there are drop-downs, an explanation and an example.

    Performance (template performance): figures, a row a person, and ratings, a row
    a rater, for one plan and one period; without a file name it is
    performance.xlsx.

    A model-building study (template study --kind …): the data of a Delphi panel, of
    pairwise comparisons, event interviews, a questionnaire or a fuzzy appraisal.

    A model can be JSON or Turtle too: a file name that ends in .json or .ttl gives
    a filled example, to be changed into a model with an id of its own.

    Examples:
      rengang template assessments.xlsx
      rengang template assessments.xlsx --framework t12
      rengang template model my-model.xlsx
      rengang template model my-model.xlsx --framework grid
      rengang template model example.xlsx --example
      rengang template model my-model.json
      rengang template performance third-quarter.xlsx \\
        --plan customer-service-representative --period 2026-q3
      rengang template study panel.xlsx --kind delphi
    """,
)
_MODEL, _PERFORMANCE, _STUDY = "model", "performance", "study"
_USUAL_NAMES = {_MODEL: Path("position-model.xlsx"), _PERFORMANCE: Path("performance.xlsx")}


@click.command("template", cls=Command, words=_WORDS)
@with_shared_options
@option(
    "--framework",
    metavar="ID",
    zh="只要一个框架的表：t12 或 grid；默认全部。",
    en="Only the sheets of one framework, t12 or grid; all by default.",
)
@option(
    "--example",
    is_flag=True,
    zh="岗位模型或绩效：写出一个填好的例子，而不是空表。",
    en="Of a model or performance: a filled example instead of an empty workbook.",
)
@option("--plan", metavar="ID", zh="绩效：按哪套方案。", en="Of performance: by which plan.")
@option("--period", metavar="ID", zh="绩效：哪个周期。", en="Of performance: of which period.")
@option(
    "--kind",
    "study_kind",
    metavar="ID",
    zh="研究：delphi、ahp、bei、questionnaire 或 fuzzy。",
    en="Of a study: delphi, ahp, bei, questionnaire or fuzzy.",
)
@click.argument("words", metavar="[model|performance|study] OUT", nargs=-1, required=True)
def template(
    words: tuple[str, ...],
    framework: str | None,
    example: bool,
    plan: str | None,
    period: str | None,
    study_kind: str | None,
) -> None:
    """Write the template."""
    if words[0] == _STUDY:
        study_template(words[1:], study_kind)
        return
    kind = words[0] if words[0] in _USUAL_NAMES else ""
    names = words[1:] if kind else words
    if len(names) > 1 or not (names or kind):
        raise click.UsageError(
            say(
                "请给一个文件名，例如：rengang template model 岗位模型.xlsx",
                "Give one file name, as in: rengang template model my-model.xlsx",
            )
        )
    _refuse_odd_options(kind, framework, example, plan, period)
    out = Path(names[0]) if names else _unused(_USUAL_NAMES[kind], kind)
    media_type = _media_type(out, kind == _MODEL)
    if kind == _PERFORMANCE:
        data = _of_performance(plan or "", period or "", example)
    else:
        data = _written(media_type, kind == _MODEL, framework, example)
    try:
        out.write_bytes(data)
    except OSError as error:
        raise click.FileError(str(out), error.strerror or str(error)) from error
    click.echo(say(f"已写出 {out}", f"Wrote {out}"))
    if media_type != EXCEL:
        remark(
            say(
                "请把例子的编号全部换成自己的，再改内容。",
                "Put an id of your own for that of the example everywhere, then change what it says.",
            )
        )


def _refuse_odd_options(
    kind: str, framework: str | None, example: bool, plan: str | None, period: str | None
) -> None:
    """Raise UsageError for options that mean nothing of this kind of template, or are missing."""
    if example and not kind:
        raise click.UsageError(
            say(
                "--example 只用于岗位模型和绩效：rengang template model 示例.xlsx --example",
                "--example is for models and performance: rengang template model example.xlsx"
                " --example",
            )
        )
    of_performance = kind == _PERFORMANCE
    if of_performance != bool(plan and period) or (framework and of_performance):
        raise click.UsageError(
            say(
                "绩效模板要写明方案和周期，其他模板不写："
                "rengang template performance 三季度.xlsx --plan ID --period ID",
                "A template of performance takes a plan and a period, and no other template does:"
                " rengang template performance third-quarter.xlsx --plan ID --period ID",
            )
        )


def _of_performance(plan: str, period: str, example: bool) -> bytes:
    """The workbook for a plan and a period. Raises UnknownThingError for one that is not there."""
    with reading_anything() as base:
        return PerformanceWrites(base).template(plan, period, filled=example)


def _media_type(out: Path, is_model: bool) -> str:
    """What the name of the file asks for. Raises UsageError for what there is no template of."""
    types = {end: media_type for media_type, end in MODEL_TYPES.items()} if is_model else {}
    types.setdefault(".xlsx", EXCEL)
    if (media_type := types.get(out.suffix.lower())) is None:
        ends = sorted(types, reverse=True)
        raise click.UsageError(
            say(
                f"文件名应以 {' 或 '.join(ends)} 结尾。",
                f"Give the file a name that ends in {' or '.join(ends)}.",
            )
        )
    return media_type


def _unused(path: Path, kind: str) -> Path:
    """The path; nobody has named it, so a file that is there already stays. Raises Failure."""
    if path.exists():
        raise Failure(
            f"{path} 已经存在；请另写一个文件名：rengang template {kind} 另一个文件.xlsx",
            f"There is a file {path} already; name another: rengang template {kind} another.xlsx",
        )
    return path


def _written(media_type: str, is_model: bool, framework: str | None, example: bool) -> bytes:
    """The document. Raises UsageError for a framework that is not known."""
    from kb_service.sheets import write_template

    with reading_anything() as base:
        known = list(base.catalogue.dimensions)
        if framework is not None and framework not in known:
            raise click.UsageError(
                say(
                    f"没有框架 {framework}；可选：{'、'.join(known)}。",
                    f"There is no framework {framework}; choose one of: {', '.join(known)}.",
                )
            )
        if is_model:
            return base.model_template(framework, filled=example, media_type=media_type)
        book = BytesIO()
        write_template(book, base.catalogue, framework, base.teams.values())
        return book.getvalue()
