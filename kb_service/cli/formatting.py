"""`rengang format`: Turtle files in the one layout, so that a diff shows what changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.language import Words, say
from kb_service.cli.terminal import remark
from kb_service.client.whole_files import write_whole
from kb_service.turtle_layout import CannotFormat, decoded, format_turtle

_WORDS = Words(
    zh="""
    把 Turtle 文件排成统一的版式，使差异只显示改了什么。

    先是文件头，再按 IRI 排列主语；集合（owl:unionOf、owl:oneOf 等）排序，有序的列表保持原样。
    给出文件夹就处理其中所有 .ttl 文件。会丢失内容的文件原样保留，并说明原因：例如 # 注释
    留不住，请改写成 skos:editorialNote。

    用 Protégé 保存之后运行它。退出码：0 正常；1 有文件不合版式（--check）或没有处理；
    2 命令写法不对。

    示例：
      rengang format ontology
      rengang format my-model.ttl
      rengang format --check ontology shapes
    """,
    en="""
    Bring Turtle files into the one layout, so that a diff shows what changed.

    The header first, then subjects by IRI; what is a set (owl:unionOf, owl:oneOf ...)
    is sorted, what is a list keeps its order. A folder stands for every .ttl file in
    it. A file that would lose something is left as it was, and you are told why: a
    # comment, for example, does not survive; say it with skos:editorialNote.

    Run it after saving in Protégé. Exit codes: 0 fine; 1 a file is not in the layout
    (--check) or was left as it was; 2 the command was not understood.

    Examples:
      rengang format ontology
      rengang format my-model.ttl
      rengang format --check ontology shapes
    """,
)


@click.command("format", cls=Command, words=_WORDS)
@with_shared_options
@option("--check", is_flag=True, zh="只说明，不改动。", en="Change nothing, say what would.")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(exists=True, path_type=Path),
)
def format_files(check: bool, paths: tuple[Path, ...]) -> None:
    """Lay out each file, or say which are not laid out; end with 1 when one is not well."""
    well = True
    for path in _turtle_files(paths):
        try:
            before = path.read_bytes()
            after = format_turtle(decoded(before)).encode()
            if after == before:
                continue
            if not check:
                write_whole(path.resolve(), after)
        except CannotFormat as refusal:
            well = False
            remark(_left(path, refusal))
            continue
        except OSError as error:
            well = False
            remark(say(f"{path}：读写失败：{error.strerror}", f"{path}: {error.strerror}"))
            continue
        well = well and not check
        wrong, done = say("不合版式", "not in the layout"), say("已排版", "formatted")
        click.echo(f"{path}\t{wrong if check else done}")
    if not well:
        click.get_current_context().exit(1)


def _turtle_files(paths: tuple[Path, ...]) -> Iterator[Path]:
    """The files themselves, and for a folder those in it."""
    for path in paths:
        yield from sorted(path.rglob("*.ttl")) if path.is_dir() else [path]


def _left(path: Path, refusal: CannotFormat) -> str:
    place = f"{path}:{refusal.line}" if refusal.line else str(path)
    return say(f"{place}：原样保留：{refusal.zh}", f"{place}: left as it was: {refusal.en}")
