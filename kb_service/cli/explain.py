"""`rengang explain`: why something was concluded, or why it was not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

import click
from pyoxigraph import NamedNode
from rich.text import Text

from kb_service.access.view import View
from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.days import as_of_option, past_day
from kb_service.cli.explanation_tree import Drawing, heading
from kb_service.cli.failures import Failure
from kb_service.cli.language import Words, say
from kb_service.cli.looks import names_in
from kb_service.cli.opening import reading
from kb_service.cli.terminal import show

_WORDS = Words(
    zh="""
    说明一项结论是怎样得出的，或者为什么没有得出。

    给出人员与岗位模型，说明对此人的结论；给出一项结论的 IRI，说明这一项。
    以树的形式给出：每一步的规则原文、它读到的事实（来源、日期、证据等级），
    以及它依据的其他结论。--format prov 给出 PROV-O 的 Turtle。

    --why-not 说明为什么没有得出某个结论：哪条规则缺什么、被什么挡住，
    以及改动哪一项或哪两项评分就够。可以给出结论的编号（如 fit）、
    training（为什么不建议某项培训）或结论的类（如 RetentionRisk）。

    示例：
      rengang explain p001 customer-service-specialist
      rengang explain p001 customer-service-specialist --depth 0
      rengang explain p001 customer-service-specialist --why-not fit
      rengang explain p001 customer-service-specialist --why-not training \\
        --training calming-an-angry-call
      rengang explain https://w3id.org/rengang/person/p001/fit/team-leader
    """,
    en="""
    Say how something was concluded, or why it was not.

    With a person and a position model, the verdict on the person; with the IRI of
    a conclusion, that one. A tree: at each step the rule in its own words, the facts
    it read with source, date and evidence, and the other conclusions it rests on.
    --format prov gives PROV-O as Turtle.

    --why-not says why something was not concluded: what each rule lacked or what
    stood in its way, and which change of one or two ratings would be enough. Name a
    verdict (such as fit), training (why a training is not recommended), or a class
    of conclusions (such as RetentionRisk).

    Examples:
      rengang explain p001 customer-service-specialist
      rengang explain p001 customer-service-specialist --depth 0
      rengang explain p001 customer-service-specialist --why-not fit
      rengang explain p001 customer-service-specialist --why-not training \\
        --training calming-an-angry-call
      rengang explain https://w3id.org/rengang/person/p001/fit/team-leader
    """,
)

_ALL = 1000


@click.command("explain", cls=Command, words=_WORDS)
@with_shared_options
@option(
    "--why-not",
    metavar="WHAT",
    zh="为什么没有得出这一结论。",
    en="Why this was not concluded.",
)
@option(
    "--training",
    metavar="ID",
    zh="与 --why-not 合用：哪项培训。",
    en="With --why-not: which training.",
)
@option(
    "--dimension",
    metavar="ID",
    zh="与 --why-not 合用：哪个维度。",
    en="With --why-not: which dimension.",
)
@option(
    "--requirement",
    metavar="ID",
    zh="与 --why-not 合用：哪项要求。",
    en="With --why-not: which requirement.",
)
@option(
    "--period",
    metavar="ID",
    zh="与 --why-not 合用：哪个考核周期。",
    en="With --why-not: which period of appraisal.",
)
@option(
    "--plan-item",
    "planItem",
    metavar="ID",
    zh="与 --why-not 合用：绩效方案的哪项指标。",
    en="With --why-not: which item of a performance plan.",
)
@option(
    "--seconds",
    type=click.FloatRange(0, 10),
    default=10.0,
    show_default=True,
    zh="最多用几秒寻找最小的改动；0 表示不找。",
    en="How long to look for the smallest change; 0 for not at all.",
)
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
    type=click.Choice(("tree", "json", "prov")),
    default="tree",
    show_default=True,
    zh="输出格式。",
    en="The form of the answer.",
)
@as_of_option
@click.argument("thing", metavar="PERSON|IRI")
@click.argument("model", required=False)
def explain(
    thing: str,
    model: str | None,
    why_not: str | None,
    seconds: float,
    depth: int,
    form: str,
    as_of: datetime | None,
    **about: str | None,
) -> None:
    """Print why something was concluded, or why not."""
    things = {name: id for name, id in about.items() if id}
    if why_not and as_of:
        raise Failure(
            "--as-of 只用于说明已得出的结论，不能与 --why-not 合用。",
            "--as-of goes with what was concluded, not with --why-not; leave one of them out.",
        )
    if why_not:
        things |= {"person": thing} | ({"model": model} if model else {})
        _print_why_not(why_not, things, seconds, depth or _ALL, form)
    elif things:
        raise Failure(
            f"请同时给出 --why-not：{_option_of(things)} 说明问的是什么。",
            f"Give --why-not as well: {_option_of(things)} tells what it is about.",
        )
    else:
        _print_explanation(thing, model, depth or _ALL, form, as_of)


def _option_of(things: Mapping[str, str]) -> str:
    """The first of the options that name things."""
    return "--" + {"planItem": "plan-item"}.get(min(things), min(things))


def _print_explanation(
    thing: str, model: str | None, depth: int, form: str, as_of: datetime | None
) -> None:
    from kb_service.web.explanations import explanation, explanation_in_prov
    from kb_service.web.labels import LabelReader

    with reading() as base:
        conclusion = _conclusion(base, thing, model)
        labels = LabelReader(base.knowledge_base)
        day = past_day(base, as_of)
        if form == "prov":
            text = explanation_in_prov(base, labels, conclusion, "text/turtle", day).decode()
            click.echo(text, nl=False)
            return
        tree = explanation(base, labels, conclusion, day)
        names = names_in(base)
    if form == "json":
        _print_json(tree)
    else:
        if contested := tree["contested"]:
            show(_contested(contested["since"]))
        show(Drawing(names).explanation(tree, depth))


def _contested(since: str) -> Text:
    line = say(
        f"有异议：本人自 {since} 起对此提出异议，尚未了结。",
        f"Contested: the person objects to this since {since}, and that is not settled.",
    )
    return Text(line, style="bold yellow")


def _conclusion(base: View, thing: str, model: str | None) -> NamedNode:
    """The verdict on a person for a model, or the conclusion that has this IRI."""
    if model:
        base.ask("fit-of-person", person=thing, model=model)
        return base.verdict_iri(thing, model)
    if "://" not in thing:
        raise Failure(
            f"请在 {thing} 之后写上岗位模型，或者改为给出一项结论的 IRI。"
            "岗位模型一览：rengang ask position-models",
            f"Write a position model after {thing}, or give the IRI of a conclusion instead. "
            "To list the models: rengang ask position-models",
        )
    try:
        return NamedNode(thing)
    except ValueError as error:
        raise Failure(f"这不是 IRI：{thing}", f"This is no IRI: {thing}") from error


def _print_why_not(
    what: str, things: Mapping[str, str], seconds: float, depth: int, form: str
) -> None:
    from kb_service.web.explain_request import WhyNotAsked, why_not_document
    from kb_service.web.labels import LabelReader

    if form == "prov":
        raise Failure(
            "没有得出的结论没有来源可写；请用 --format tree 或 json。",
            "What was not concluded has no provenance; use --format tree or json.",
        )
    with reading() as base:
        question = WhyNotAsked(what, things, seconds)
        answer = why_not_document(base, LabelReader(base.knowledge_base), question)
        names = names_in(base)
    if form == "json":
        _print_json(answer)
    elif answer["concluded"]:
        say_what = say("已经得出，没有可问的：", "It was concluded: ")
        show(*(Text(say_what) + heading(one) for one in answer["concluded"]))
    else:
        show(*Drawing(names).why_not(answer, depth))


def _print_json(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
