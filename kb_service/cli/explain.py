"""`rengang explain`: why a verdict was concluded, as a tree."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich.text import Text
from rich.tree import Tree

from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.language import Words, say, told
from kb_service.cli.looks import Names, names_in
from kb_service.cli.opening import reading
from kb_service.cli.terminal import show

Node = Mapping[str, Any]

_WORDS = Words(
    zh="""
    说明对某人与某岗位的结论是怎样得出的。

    以树的形式给出：每一步的规则原文、它读到的事实（来源、日期、证据等级），
    以及它依据的其他结论。

    示例：
      rengang explain p001 customer-service-specialist
      rengang explain p001 customer-service-specialist --depth 0
    """,
    en="""
    Say how the verdict on a person for a position was concluded.

    A tree: at each step the rule in its own words, the facts it read with source,
    date and evidence, and the other conclusions it rests on.

    Examples:
      rengang explain p001 customer-service-specialist
      rengang explain p001 customer-service-specialist --depth 0
    """,
)


@click.command("explain", cls=Command, words=_WORDS)
@with_shared_options
@option(
    "--depth",
    type=click.IntRange(0),
    default=3,
    show_default=True,
    zh="展开几层；0 表示全部。",
    en="How many levels to unfold; 0 for all.",
)
@option(
    "--format",
    "form",
    type=click.Choice(("tree", "json")),
    default="tree",
    show_default=True,
    zh="输出格式。",
    en="The form of the answer.",
)
@click.argument("person")
@click.argument("model")
def explain(person: str, model: str, depth: int, form: str) -> None:
    """Print the tree of reasons of a verdict."""
    from kb_service.web.explanations import explanation
    from kb_service.web.labels import LabelReader

    with reading() as base:
        base.ask("fit-of-person", person=person, model=model)
        verdict = base.verdict_iri(person, model)
        tree = explanation(base, LabelReader(base), verdict.value)
        names = names_in(base)
    if form == "json":
        click.echo(json.dumps(tree, ensure_ascii=False, indent=2))
    else:
        show(_Drawing(names).tree(tree, depth or 1000))


class _Drawing:
    """A tree in the making; it remembers which rules it has quoted."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._quoted: set[str] = set()

    def tree(self, node: Node, depth: int) -> Tree:
        """A conclusion with its rule, its facts and what it rests on."""
        drawn = Tree(_heading(node), guide_style="dim")
        if node["seenBefore"]:
            drawn.add(Text(say("见上文", "explained above"), style="dim"))
            return drawn
        drawn.add(self._rule(node["rule"]))
        for fact in self._facts(node["facts"]):
            drawn.add(fact)
        below = node["conclusions"]
        if depth > 1:
            for child in below:
                drawn.add(self.tree(child, depth - 1))
        elif below:
            more = say(
                f"依据 {len(below)} 个结论（--depth 0 全部展开）",
                f"rests on {len(below)} conclusions (--depth 0 unfolds all)",
            )
            drawn.add(Text(more, style="dim"))
        return drawn

    def _rule(self, rule: Node) -> Text:
        """The rule in its own words, said once in a tree."""
        line = Text(say("规则 ", "Rule ") + rule["name"], style="cyan")
        if rule["name"] in self._quoted:
            return line
        self._quoted.add(rule["name"])
        return line.append(say("：", ": ") + told(rule["says"]))

    def _facts(self, facts: Sequence[Node]) -> list[Text]:
        """The facts, those about one thing in one line with its evidence, source and date."""
        by_subject: dict[str, list[Node]] = {}
        for fact in facts:
            by_subject.setdefault(fact["subject"], []).append(fact)
        return [self._fact_line(subject, said) for subject, said in by_subject.items()]

    def _fact_line(self, subject: str, said: Sequence[Node]) -> Text:
        first = said[0]
        line = Text(told(first["subjectLabel"]) or _last(subject))
        line.append(say("：", ": ") + say("，", ", ").join(map(_statement, said)))
        origin = [
            first["date"],
            told(first["sourceLabel"]) or _last(first["source"] or ""),
            self._names("evidence", first["evidence"]),
        ]
        shown = [text for text in origin if text]
        return line.append(f"  [{' · '.join(shown)}]", style="dim") if shown else line


def _heading(node: Node) -> Text:
    kind = told(node["kind"]) or _last(node["conclusion"])
    heading = Text(kind, style="bold")
    about = told(node["about"])
    if about and about != kind:
        heading.append(f" {about}", style="bold")
    values = [_statement(each) for each in node["statements"] if not isinstance(each["value"], str)]
    return heading.append(f"  {', '.join(values)}") if values else heading


def _statement(said: Node) -> str:
    name = told(said["predicateLabel"]) or _last(said["predicate"])
    return f"{name} {_value(said)}"


def _value(said: Node) -> str:
    if said["valueLabel"]:
        return told(said["valueLabel"])
    value = said["value"]
    if isinstance(value, float):
        return f"{value:g}"
    return _last(value) if isinstance(value, str) else str(value)


def _last(iri: str) -> str:
    """The last segment of an IRI; of other text, all of it."""
    return iri.replace("#", "/").rstrip("/").rsplit("/", 1)[-1]
