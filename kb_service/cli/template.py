"""`rengang template`: the workbook that HR fills in."""

from __future__ import annotations

from pathlib import Path

import click

from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.language import Words, say
from kb_service.cli.opening import reading_anything

_WORDS = Words(
    zh="""
    写出供人事填写的 .xlsx 模板：一人一行，一个维度一列。

    表头中英对照，岗位、来源等有下拉选项，另有一张说明表。

    示例：
      rengang template 测评.xlsx
      rengang template 测评.xlsx --framework t12
    """,
    en="""
    Write the .xlsx template that HR fills in: a row a person, a column a dimension.

    Headers are Chinese and English, posts and sources are drop-downs, and a sheet
    explains every column.

    Examples:
      rengang template assessments.xlsx
      rengang template assessments.xlsx --framework t12
    """,
)


@click.command("template", cls=Command, words=_WORDS)
@with_shared_options
@option(
    "--framework",
    metavar="ID",
    zh="只要一个框架的表：t12 或 grid；默认全部。",
    en="Only the sheet of one framework, t12 or grid; all by default.",
)
@click.argument("out", metavar="OUT.xlsx", type=click.Path(dir_okay=False, path_type=Path))
def template(out: Path, framework: str | None) -> None:
    """Write the template."""
    from kb_service.sheets import write_template

    if out.suffix.lower() != ".xlsx":
        raise click.UsageError(
            say("文件名应以 .xlsx 结尾。", "Give the file a name that ends in .xlsx.")
        )
    with reading_anything() as base:
        known = list(base.catalogue.dimensions)
        if framework is not None and framework not in known:
            raise click.UsageError(
                say(
                    f"没有框架 {framework}；可选：{'、'.join(known)}。",
                    f"There is no framework {framework}; choose one of: {', '.join(known)}.",
                )
            )
        try:
            write_template(out, base.catalogue, framework, base.teams.values())
        except OSError as error:
            raise click.FileError(str(out), error.strerror or str(error)) from error
    click.echo(say(f"已写出 {out}", f"Wrote {out}"))
