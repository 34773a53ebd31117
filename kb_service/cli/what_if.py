"""`rengang what-if`: who would be judged otherwise if some facts were others."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NoReturn

import click

from kb_service.access.view import View
from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.documents import read_bytes
from kb_service.cli.language import Words, say
from kb_service.cli.opening import reading
from kb_service.cli.terminal import progress, show
from kb_service.cli.what_if_report import report
from kb_service.findings import RefusedInput
from kb_service.knowledge_base import UnknownThingError
from kb_service.validation.submissions import EXTENSIONS

_WORDS = Words(
    zh="""
    假如评分、要求、权重或政策数值变了，谁的结论会变、怎样变。

    什么都不会存入。看一个人、一个班组，或（默认）所有人。数值写 none 表示去掉：
    没有评分、没有最低水平、由政策决定权重或水平。

    示例：
      rengang what-if --person p001 --rating conflict-resolution=8
      rengang what-if --model customer-service-specialist --weight conflict-resolution=3
      rengang what-if --team hotline-1 --policy fit-for-fit=75
      rengang what-if --policy default-ability-main.weight=4
      rengang what-if --draft my-model.ttl
    """,
    en="""
    Who would be judged otherwise, and how, if ratings, requirements, weights or
    policy numbers were others.

    Nothing is stored. It looks at one person, a team, or everyone by default. The
    value none takes something away: no rating, no floor, the weight or level that
    policy gives.

    Examples:
      rengang what-if --person p001 --rating conflict-resolution=8
      rengang what-if --model customer-service-specialist --weight conflict-resolution=3
      rengang what-if --team hotline-1 --policy fit-for-fit=75
      rengang what-if --policy default-ability-main.weight=4
      rengang what-if --draft my-model.ttl
    """,
)
_NONE = "none"
_CHANGES = ("rating", "weight", "required", "minimum", "tier", "without", "policy", "draft")
_OF_A_MODEL = ("weight", "required", "minimum", "tier", "without")


def _pairs(name: str, value: str, zh: str, en: str) -> Callable[[Any], Any]:
    """An option that may be given several times, each time as ID=VALUE."""
    return option(f"--{name}", multiple=True, metavar=f"ID={value}", zh=zh, en=en)


@click.command("what-if", cls=Command, words=_WORDS)
@with_shared_options
@option("--person", metavar="ID", zh="只看这个人。", en="Look at this person.")
@option("--team", metavar="ID", zh="只看这个班组。", en="Look at this team.")
@option("--everyone", is_flag=True, zh="看所有人（默认）。", en="Look at everyone, the default.")
@option(
    "--model",
    "models",
    metavar="ID",
    multiple=True,
    zh="只看这个岗位模型；要求、权重等选项说的就是它。",
    en="Look at this position model only; the options for requirements are about it.",
)
@_pairs("rating", "NUMBER", "假如这个维度的评分是这么多。", "Suppose this rating in a dimension.")
@_pairs("weight", "NUMBER", "假如这项要求的权重是这么多。", "Suppose this weight of a requirement.")
@_pairs("required", "NUMBER", "假如要求达到这个水平。", "Suppose this required level.")
@_pairs("minimum", "NUMBER", "假如最低水平是这么多。", "Suppose this floor of a must-have.")
@_pairs(
    "tier",
    "TIER",
    "假如要求在这个层级；还没有的要求就加上。",
    "Suppose this tier; adds a requirement.",
)
@option(
    "--without",
    metavar="ID",
    multiple=True,
    zh="假如不再要求这个维度。",
    en="Suppose that this dimension is not asked for.",
)
@_pairs("policy", "NUMBER", "假如政策数值是这么多。", "Suppose this policy number.")
@option(
    "--draft",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    zh="假如这个文件里的岗位模型已经发布。",
    en="Suppose that the position model in this file were published.",
)
@option("--as-of", metavar="DATE", zh="按这一天判断。", en="Judge as of this day.")
@option(
    "--conclusions",
    is_flag=True,
    zh="列出每一个不同的推断及其规则（用 --format json 查看）。",
    en="Tell every conclusion that differs, with its rule (see --format json).",
)
@option(
    "--all",
    "everybody",
    is_flag=True,
    zh="结论不变、只是匹配度等有变化的人也列出。",
    en="List those too whose verdict stays while fit or other things change.",
)
@option(
    "--limit",
    type=click.IntRange(1),
    default=500,
    zh="最多列出几人。",
    en="At most so many people.",
)
@option("--offset", type=click.IntRange(0), default=0, zh="跳过前几人。", en="Skip so many people.")
@option(
    "--format",
    "form",
    type=click.Choice(("table", "json")),
    default="table",
    show_default=True,
    zh="输出格式。",
    en="The form of the answer.",
)
def what_if(form: str, everybody: bool, limit: int, offset: int, **given: Any) -> None:
    """Print who would be judged otherwise, and how."""
    body = _body(given)
    with reading() as base, progress(say("判断", "Judging")) as step:
        _require_known(base, given)
        try:
            answer = base.what_if(body, limit=limit, offset=offset, progress=step)
        except RefusedInput as refused:
            placed = [
                replace(found, where=_option(found.where, given)) for found in refused.findings
            ]
            raise RefusedInput(tuple(placed), refused.status) from refused
    if form == "json":
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        show(*report(answer, everybody=everybody))


def _require_known(base: View, given: Mapping[str, Any]) -> None:
    """Raise UnknownThingError for a person or model that is not there, as other commands do."""
    person = given["person"]
    if person and not base.has_person(person):
        raise UnknownThingError("person", person)
    if not given["draft"]:
        known = {row["id"] for row in base.ask("position-models").rows}
        for model in given["models"]:
            if model not in known:
                raise UnknownThingError("model", model)


def _body(given: Mapping[str, Any]) -> dict[str, Any]:
    """The request that the options make; what they mean is for the knowledge base to judge."""
    if not any(given[name] for name in _CHANGES):
        listed = ", ".join(f"--{name}" for name in _CHANGES)
        _misused(f"请至少假设一项：{listed}。", f"Suppose something: {listed}.")
    body: dict[str, Any] = {"for": _whom(given)}
    if given["models"]:
        body["models"] = list(given["models"])
    if given["as_of"]:
        body["asOf"] = given["as_of"]
    if given["rating"]:
        body["ratings"] = {id: _number(value) for id, value in _parsed("rating", given["rating"])}
    if any(given[name] for name in _OF_A_MODEL):
        body["requirements"] = _requirements(given)
    if given["policy"]:
        body["policy"] = _policy(given["policy"])
    if given["draft"]:
        body |= _draft(given["draft"])
    if given["conclusions"]:
        body["detail"] = "conclusions"
    return body


def _whom(given: Mapping[str, Any]) -> object:
    chosen = [name for name in ("person", "team", "everyone") if given[name]]
    if len(chosen) > 1:
        _misused(
            "--person、--team、--everyone 只能用一个。",
            "Give only one of --person, --team and --everyone.",
        )
    if given["rating"] and not chosen:
        _misused(
            "请说明是谁的评分：--person、--team 或 --everyone。",
            "Say whose rating it is: --person, --team or --everyone.",
        )
    if chosen in ([], ["everyone"]):
        return "everyone"
    return {chosen[0]: given[chosen[0]]}


def _requirements(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the one model that was named would ask otherwise."""
    if len(given["models"]) != 1:
        _misused(
            "请用 --model 说明是哪一个岗位模型的要求。",
            "Say with --model which position model's requirements they are.",
        )
    changes: dict[str, Any] = {}
    for name in ("weight", "required", "minimum"):
        for id, value in _parsed(name, given[name]):
            changes.setdefault(id, {})[name] = _number(value)
    for id, value in _parsed("tier", given["tier"]):
        changes.setdefault(id, {})["tier"] = value
    for id in given["without"]:
        if id in changes:
            _misused(f"--without {id} 与其他选项矛盾。", f"--without {id} contradicts the rest.")
        changes[id] = None
    return {given["models"][0]: changes}


def _policy(pairs: Sequence[str]) -> dict[str, Any]:
    """Policy numbers by id, or by id and field where a statement has several."""
    changes: dict[str, Any] = {}
    for name, value in _parsed("policy", pairs):
        id, dot, field = name.rpartition(".")
        if dot:
            fields = changes.setdefault(id, {})
            if not isinstance(fields, dict):
                _misused(f"--policy {id} 写了两次。", f"--policy {id} is there twice.")
            fields[field] = _number(value)
        else:
            changes[name] = _number(value)
    return changes


def _draft(path: Path) -> dict[str, str]:
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        _misused(f"{path.name} 不是 UTF-8 文件。", f"{path.name} is not UTF-8; save it as such.")
    kind = EXTENSIONS.get(path.suffix.lower())
    return {"model": text, "modelType": kind.media_type if kind else "text/turtle"}


def _parsed(name: str, pairs: Sequence[str]) -> list[tuple[str, str]]:
    found = []
    for pair in pairs:
        id, equals, value = pair.partition("=")
        if not equals or not id or not value:
            _misused(
                f"--{name} 应写成 编号=数值，例如 patience=8；「{pair}」不是。",
                f"Write --{name} as id=value, such as patience=8; {pair!r} is not.",
            )
        found.append((id, value))
    return found


def _number(text: str) -> Decimal | None:
    """A number, or nothing for the word none."""
    if text.lower() == _NONE:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        _misused(
            f"应写数字或 {_NONE}；「{text}」不是。",
            f"Write a number or {_NONE}; {text!r} is neither.",
        )


def _option(where: str, given: Mapping[str, Any]) -> str:
    """The option that a place in the request came from."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in where.split("/")[1:]]
    match parts:
        case ["for", name]:
            return f"--{name}"
        case ["ratings", *rest]:
            return " ".join(["--rating", *rest])
        case ["requirements", _, id, name]:
            return f"--{name} {id}"
        case ["requirements", _, id]:
            return id
        case ["requirements", *_] | ["models", *_]:
            return "--model"
        case ["policy", *rest]:
            return f"--policy {'.'.join(rest)}".strip()
        case ["model" | "modelType"]:
            return str(given["draft"])
        case ["asOf"]:
            return "--as-of"
    return where


def _misused(zh: str, en: str) -> NoReturn:
    raise click.UsageError(say(zh, en))
