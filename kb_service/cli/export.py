"""`rengang export`: facts and conclusions as RDF."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import click
from pyoxigraph import NamedNode, Quad, RdfFormat, serialize

from kb_service.access.exporting import exported, exported_names
from kb_service.access.roles import Caller, Role
from kb_service.access.view import View
from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.failures import NotFound
from kb_service.cli.language import Words, say
from kb_service.cli.model_export import export_model, written_whole
from kb_service.cli.opening import reading
from kb_service.cli.terminal import Step, progress, remark
from kb_service.vocabulary import (
    BASE,
    NAMESPACES,
    people_graph,
    person_conclusions_graph,
    rater_conclusions_graph,
    rater_graph,
)

_WORDS = Words(
    zh="""
    导出事实和结论，默认为全部图的 TriG；或导出一个岗位模型的文件。

    --person 导出一个人的全部资料。--graph 取一个图及其下级，可写全称，
    也可省去前缀：people、conclusions/people/p001、ontology、policy。
    Turtle 不含图名，所有图合在一起。人员按工号和姓名写出，连同异议理由等原话；
    要交给只做分析的人，加 --pseudonyms，只写假名，不写原话。

    export model 编号 [文件]：导出岗位模型，改后可再导入。文件名以 .ttl、.xlsx 或
    .json 结尾，三者内容相同；不写文件名则以 Turtle 写到标准输出。
    取已发布的版本，没有则取最新的；--version 另选一个。

    示例：
      rengang export -o 全部.trig
      rengang export --pseudonyms -o 分析.trig
      rengang export --person p001 --format turtle
      rengang export --graph ontology --format nquads | gzip > knowledge.nq.gz
      rengang export model trainer 培训师.xlsx
    """,
    en="""
    Export facts and conclusions, all graphs as TriG by default; or a model's document.

    --person exports all there is about one person. --graph takes a graph and those
    beneath it, by its whole IRI or without our prefix: people,
    conclusions/people/p001, ontology, policy. Turtle has no graph names: everything
    is merged. People are written by their ids and names, with what was said in words
    of objections and corrections; for whoever only analyses, --pseudonyms writes none
    of these.

    export model ID [FILE] exports a position model to change and import again. The
    name of the file ends in .ttl, .xlsx or .json, all of which say the same; without
    one, Turtle goes to standard output. It is the published version, or the newest
    where none is; --version chooses another.

    Examples:
      rengang export -o everything.trig
      rengang export --pseudonyms -o analysis.trig
      rengang export --person p001 --format turtle
      rengang export --graph ontology --format nquads | gzip > knowledge.nq.gz
      rengang export model trainer trainer.xlsx
    """,
)
_FORMATS = {
    "trig": RdfFormat.TRIG,
    "nquads": RdfFormat.N_QUADS,
    "turtle": RdfFormat.TURTLE,
    "jsonld": RdfFormat.JSON_LD,
}
_BOOKKEEPING = NamedNode(BASE + "store")

_ANALYST = Caller("local", Role.ANALYST)

Names = dict[NamedNode, NamedNode]
"""From the graphs in the store to the names that they are exported under."""


@click.command("export", cls=Command, words=_WORDS)
@with_shared_options
@option(
    "--graph",
    "graphs",
    metavar="GRAPH",
    multiple=True,
    zh="只导出此图；可重复。",
    en="Only this graph; may be repeated.",
)
@option("--person", metavar="ID", zh="只导出此人。", en="Only this person.")
@option(
    "--format",
    "form",
    type=click.Choice(tuple(_FORMATS)),
    default="trig",
    show_default=True,
    zh="输出格式。",
    en="The form of the output.",
)
@option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    zh="写入文件；默认写到标准输出。",
    en="Write to a file; standard output by default.",
)
@option(
    "--pseudonyms",
    is_flag=True,
    zh="不写姓名，人员只用假名。",
    en="No names; people by their pseudonyms only.",
)
@option(
    "--version",
    "number",
    metavar="NUMBER",
    default="",
    zh="岗位模型：要哪个版本。",
    en="Of a model: which version.",
)
@click.argument("words", metavar="[model ID [FILE]]", nargs=-1)
def export(
    graphs: tuple[str, ...],
    person: str | None,
    form: str,
    output: Path | None,
    pseudonyms: bool,
    number: str,
    words: tuple[str, ...],
) -> None:
    """Write the graphs asked for, or the document of a model."""
    if words or number:
        if graphs or person or pseudonyms:
            raise click.UsageError(
                say(
                    "导出岗位模型时不能用 --graph、--person、--pseudonyms。",
                    "--graph, --person and --pseudonyms do not go with a model.",
                )
            )
        export_model(words, number, output)
        return
    with reading() as view:
        base = view
        if pseudonyms:
            base = View(view.knowledge_base, view.register, _ANALYST)
        names = _names(base, graphs, view.key_of(person) if person and pseudonyms else person)
        if output is None:
            _write(base, names, form, sys.stdout.buffer)
            return
        with written_whole(output) as file:
            _write(base, names, form, file)
    remark(say(f"已写出 {len(names)} 个图到 {output}", f"Wrote {len(names)} graphs to {output}"))


def _names(base: View, graphs: tuple[str, ...], person: str | None) -> Names:
    """The graphs asked for, each once, with the names that they are written under."""
    if person is not None:
        key = base.key_of(person)
        of_raters = (rater_graph(key), rater_conclusions_graph(key))
        there = [name for name in of_raters if base.knowledge_base.store.graph(name)]
        return exported_names(base, [people_graph(key), person_conclusions_graph(key), *there])
    stored = base.knowledge_base.store.graph_names()
    everything = exported_names(base, [name for name in stored if name != _BOOKKEEPING])
    if not graphs:
        return everything
    found: Names = {}
    for given in graphs:
        whole = given if given.startswith(("http:", "https:", "urn:")) else BASE + given.strip("/")
        below = {
            name: shown
            for name, shown in everything.items()
            if whole in (name.value, shown.value) or shown.value.startswith(whole.rstrip("/") + "/")
        }
        if not below:
            raise NotFound(f"没有图 {given}。", f"There is no graph {given}.")
        found |= below
    return found


def _write(base: View, names: Names, form: str, target: IO[bytes]) -> None:
    prefixes: dict[str, Any] = {} if form == "nquads" else dict(NAMESPACES)
    with progress(say("导出", "Exporting")) as step:
        serialize(
            _statements(base, names, form, step),
            output=target,
            format=_FORMATS[form],
            prefixes=prefixes,
        )


def _statements(base: View, names: Names, form: str, step: Step) -> Iterator[Any]:
    """The quads of the graphs in a settled order; triples for a format without graphs."""
    ordered = sorted(names.items(), key=lambda pair: pair[1].value)
    for done, (name, shown) in enumerate(ordered, start=1):
        for triple in sorted(exported(base, name), key=str):
            yield (
                triple
                if form == "turtle"
                else Quad(triple.subject, triple.predicate, triple.object, shown)
            )
        step(done, len(names))
