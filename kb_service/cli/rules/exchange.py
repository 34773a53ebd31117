"""`rengang rules export` and `rengang rules import`: the rules as SHACL, for other tools and back."""

from __future__ import annotations

from pathlib import Path

import click
from pyoxigraph import RdfFormat, Triple, parse

from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.failures import Failure
from kb_service.cli.language import Words, say
from kb_service.cli.rules.folder import (
    faults_of_the_folder_told,
    runnable,
    sound_book,
    with_knowledge_folder,
    write,
)
from kb_service.cli.terminal import remark
from kb_service.engine.rules import Rule, RuleBook
from kb_service.engine.shacl_rules import rules_from_shacl, shacl_turtle

_EXPORT_WORDS = Words(
    zh="""
    把规则导出为 SHACL 规则（sh:SPARQLRule，Turtle），供 TopBraid、pySHACL 使用。

    各阶段的次序由 sh:order 表示；规则原文一字不差地放在 sh:construct 里，可用
    rengang rules import 原样导回。

    示例：
      rengang rules export -o rules.ttl
      pyshacl --rules --advanced --iterate-rules -s rules.ttl facts.ttl
    """,
    en="""
    Export the rules as SHACL (sh:SPARQLRule, Turtle), for TopBraid and pySHACL.

    sh:order keeps the order of the stages. Each rule stands in sh:construct to the
    last letter, so rengang rules import brings back the same files.

    Examples:
      rengang rules export -o rules.ttl
    """,
)
_IMPORT_WORDS = Words(
    zh="""
    把 SHACL 规则（Turtle）导入为规则文件，每条一个 .rq 文件，放进 --into 文件夹。

    外来的规则须有 IRI、阶段和文件头；缺什么会说明要补什么，那时什么都不写。已有
    而内容不同的文件不会被覆盖，除非加 --overwrite。之后请运行 rengang rules check。

    示例：
      rengang rules import rules.ttl --into my-knowledge/rules
    """,
    en="""
    Import SHACL rules (Turtle) as files, one .rq file each, into the folder --into.

    Foreign rules need an IRI, a stage and a header; what is missing is told, and
    nothing is written then. Files that differ are kept unless --overwrite is given.
    Run rengang rules check afterwards.

    Examples:
      rengang rules import rules.ttl --into my-knowledge/rules
    """,
)


@click.command("export", cls=Command, words=_EXPORT_WORDS)
@with_shared_options
@with_knowledge_folder
@option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    zh="写入文件；默认写到标准输出。",
    en="Write to a file; standard output by default.",
)
def export(root: Path, output: Path | None) -> None:
    """Write the rules as SHACL."""
    with faults_of_the_folder_told():
        rules = runnable(sound_book(root))
    write(shacl_turtle(rules), output)


@click.command("import", cls=Command, words=_IMPORT_WORDS)
@with_shared_options
@click.argument(
    "file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@option(
    "--into",
    "folder",
    metavar="DIR",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    zh="放规则文件的文件夹。",
    en="The folder for the rule files.",
)
@option("--overwrite", is_flag=True, zh="覆盖不同的文件。", en="Replace files that differ.")
def import_rules(file: Path, folder: Path, overwrite: bool) -> None:
    """Write each rule of a SHACL file as a rule file."""
    with faults_of_the_folder_told():
        rules = _rules_of(rules_from_shacl(_triples(file)))
    paths = {folder / rule.stage / f"{rule.name}.rq": rule.text.encode() for rule in rules}
    kept = [path for path, text in paths.items() if path.exists() and path.read_bytes() != text]
    if kept and not overwrite:
        names = ", ".join(str(path) for path in kept[:5])
        raise Failure(
            f"已有不同的文件：{names}；要替换它们，请加 --overwrite。",
            f"There are other files already: {names}; add --overwrite to replace them.",
        )
    for path, text in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    remark(say(f"已写出 {len(paths)} 条规则到 {folder}", f"Wrote {len(paths)} rules into {folder}"))


def _triples(file: Path) -> list[Triple]:
    quads = parse(file.read_bytes(), format=RdfFormat.TURTLE, without_named_graphs=True)
    return [quad.triple for quad in quads]


def _rules_of(book: RuleBook) -> list[Rule]:
    return list(book.by_iri.values())
