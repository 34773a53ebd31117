"""`rengang template study`: the workbook that a study is written in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from kb_service.access.studies import Studies
from kb_service.cli.language import say
from kb_service.cli.opening import reading_anything
from kb_service.study_records.kinds import KINDS


def study_template(names: Sequence[str], kind: str | None) -> None:
    """Write the workbook for a kind of study. Raises UsageError for another command line."""
    if kind is None or kind not in KINDS:
        listed_zh = "、".join(f"{each.id}（{each.zh}）" for each in KINDS.values())
        raise click.UsageError(
            say(
                f"请用 --kind 给出研究的种类：{listed_zh}。",
                f"Give the kind of study by --kind: {', '.join(KINDS)}.",
            )
        )
    if len(names) > 1 or not all(name.lower().endswith(".xlsx") for name in names):
        raise click.UsageError(
            say(
                f"请给一个以 .xlsx 结尾的文件名，例如：rengang template study 研究.xlsx --kind {kind}",
                "Give one file name that ends in .xlsx, as in: "
                f"rengang template study my-study.xlsx --kind {kind}",
            )
        )
    out = Path(names[0] if names else f"{kind}-study.xlsx")
    with reading_anything() as view:
        data = Studies(view).template(kind)
    try:
        out.write_bytes(data)
    except OSError as error:
        raise click.FileError(str(out), error.strerror or str(error)) from error
    click.echo(say(f"已写出 {out}", f"Wrote {out}"))
