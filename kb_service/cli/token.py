"""`rengang token`: who may use the service, given out, listed and taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, time, timedelta

import click
from rich.table import Table

from kb_service.access.database import AccessDatabase
from kb_service.access.roles import Role
from kb_service.access.tokens import BadName, NameTaken, Token, Tokens, now
from kb_service.cli.auditing import audited
from kb_service.cli.commands import Command, Group, data_folder, option, with_shared_options
from kb_service.cli.failures import Failure, NotFound, told_apart
from kb_service.cli.language import Words, say
from kb_service.cli.terminal import remark, show
from kb_service.register import Register
from kb_service.store.data_folder import DataFolder

_WORDS = Words(
    zh="""
    令牌：发放、列出、吊销。服务运行时也能用，立即生效。

    发放第一个令牌之后，没有令牌就不能再使用服务。

    示例：
      rengang token add 薪酬系统 --role hr --expires 2027-06-30
      rengang token list
      rengang token revoke 薪酬系统
    """,
    en="""
    Tokens: give them out, list them, revoke them; a running service knows at once.

    Once the first token is given out, nobody can use the service without one.

    Examples:
      rengang token add payroll --role hr --expires 2027-06-30
      rengang token list
      rengang token revoke payroll
    """,
)
_CLOSING = Words(
    zh="""
角色：
  model-reader  只读共享知识
  self          只读本人（--person）
  team-lead     只读本班组（--team）
  analyst       读所有人员，只见假名
  hr            读写所有人员，可见姓名
  editor        读写岗位模型
  admin         一切
""",
    en="""
Roles:
  model-reader  reads shared knowledge only
  self          reads about one person (--person)
  team-lead     reads about one team (--team)
  analyst       reads about everybody, under pseudonyms
  hr            reads and writes about everybody, by name
  editor        reads and writes position models
  admin         everything
""",
)
_ADD = Words(
    zh="""
    发放一个令牌；令牌只显示这一次，之后只存其散列值。

    示例：
      rengang token add 张三的浏览器 --role self --person p001
    """,
    en="""
    Give out a token. It is shown this once; only a hash of it is kept.

    Examples:
      rengang token add browser-of-zhang --role self --person p001
    """,
)
_LIST = Words(zh="列出所有发放过的令牌。", en="List every token that was given out.")
_REVOKE = Words(
    zh="吊销令牌并结束用它登录的会话，立即生效。",
    en="Make a token worthless at once, and end the sessions opened with it.",
)
_DAYS = re.compile(r"(\d{1,4})d")


@click.group("token", cls=Group, words=_WORDS, closing=_CLOSING)
@with_shared_options
def token() -> None:
    """Run one of the commands."""


@token.command("add", cls=Command, words=_ADD)
@with_shared_options
@click.argument("name", metavar="NAME")
@option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    required=True,
    zh="令牌的角色。",
    en="What its bearer may do.",
)
@option(
    "--person", metavar="ID", zh="角色 self：人员编号。", en="For the role self: the person's id."
)
@option("--team", metavar="ID", zh="角色 team-lead：班组编号。", en="For team-lead: the team's id.")
@option(
    "--expires",
    metavar="90d|DATE",
    default="90d",
    show_default=True,
    zh="有效期：天数，或到哪一天（UTC）为止。",
    en="How many days it is good for, or the last day (UTC) it is.",
)
def add(name: str, role: str, person: str | None, team: str | None, expires: str) -> None:
    """Give out a token and print it."""
    wanted = Role(role)
    _require("--person", person, wanted is Role.SELF, Role.SELF)
    _require("--team", team, wanted is Role.TEAM_LEAD, Role.TEAM_LEAD)
    until = _end(expires)
    with _tokens(make=True) as (tokens, data), _audited(data, name, wanted, person, team):
        try:
            text, made = tokens.add(
                name, wanted, person=person or "", team=team or "", expires=until
            )
        except BadName as error:
            raise click.UsageError(
                say(
                    "名称请用汉字、字母、数字、点、下划线和连字符，不超过 64 个字符，例如 薪酬系统。",
                    "Use letters, digits, dots, underscores and hyphens for the name, at most 64, "
                    "such as payroll.",
                )
            ) from error
        except NameTaken as error:
            raise Failure(
                f"已有名为 {name} 的令牌；请另取名称，名称不能重复使用。",
                f"There is a token {name} already; choose another name, they are used once.",
            ) from error
    remark(
        say(
            f"令牌有效至 {_moment(made.expires)}。请立即妥善保存，它不会再次显示：",
            f"The token is good until {_moment(made.expires)}. Keep it safe now, it is not shown again:",
        )
    )
    click.echo(text)


@token.command("list", cls=Command, words=_LIST)
@with_shared_options
def list_tokens() -> None:
    """Show every token by name."""
    with _tokens() as (tokens, _):
        found = tokens.all()
    if not found:
        remark(say("还没有发放过令牌。", "No token has been given out yet."))
        return
    table = Table(box=None, pad_edge=False)
    for zh, en in (
        ("名称", "Name"),
        ("角色", "Role"),
        ("人员或班组", "Person or team"),
        ("有效至", "Good until"),
        ("最近使用", "Last used"),
        ("状态", "State"),
    ):
        table.add_column(say(zh, en))
    for one in found:
        table.add_row(
            one.name,
            one.role,
            one.person or one.team,
            _moment(one.expires),
            one.last_used.isoformat() if one.last_used else "–",
            _state(one),
        )
    show(table)


@token.command("revoke", cls=Command, words=_REVOKE)
@with_shared_options
@click.argument("name", metavar="NAME")
def revoke(name: str) -> None:
    """Take a token back."""
    with _tokens() as (tokens, data), _audited(data, name):
        if not tokens.revoke(name):
            raise NotFound(
                f"没有名为 {name} 的令牌。用 rengang token list 列出全部。",
                f"There is no token {name}. To list all: rengang token list",
            )
    remark(say(f"已吊销 {name}。", f"Revoked {name}."))


@contextmanager
def _tokens(*, make: bool = False) -> Iterator[tuple[Tokens, DataFolder]]:
    """The tokens of a data folder, which need not be free: a service may be running on it."""
    folder = data_folder()
    with told_apart(folder):
        data = DataFolder.create_or_open(folder) if make else DataFolder.open(folder)
        database = AccessDatabase(data.access)
        try:
            yield Tokens(database), data
        finally:
            database.close()


@contextmanager
def _audited(
    data: DataFolder,
    name: str,
    role: Role | None = None,
    person: str | None = None,
    team: str | None = None,
) -> Iterator[None]:
    """Tell the audit trail of a change of this token, before and after; of a person by reference."""
    about = " ".join(part for part in (name, role, team) if part)
    with audited(data.audit) as audit:
        if person:
            with closing(Register.open(data.register, read_only=True)) as register:
                audit.note_people([register.key_of(person) or person])
        with audit.change(about):
            yield


def _require(name: str, given: str | None, needed: bool, role: Role) -> None:
    if needed and not given:
        raise click.UsageError(
            say(f"角色 {role} 需要 {name}。", f"The role {role} takes {name} as well.")
        )
    if given and not needed:
        raise click.UsageError(
            say(f"{name} 只用于角色 {role}。", f"{name} goes with the role {role} only.")
        )


def _end(text: str) -> datetime:
    """The moment a token stops being good."""
    if match := _DAYS.fullmatch(text):
        end = now() + timedelta(days=int(match[1]))
    else:
        try:
            day = date.fromisoformat(text)
            end = datetime.combine(day, time(), UTC) + timedelta(days=1)
        except (ValueError, OverflowError) as error:
            raise click.BadParameter(
                say(
                    "请写天数或日期，例如 90d 或 2027-06-30。",
                    "Give days or a date, such as 90d or 2027-06-30.",
                ),
                param_hint="--expires",
            ) from error
    if end <= now():
        raise click.BadParameter(
            say("有效期已经过去。", "That has passed already."), param_hint="--expires"
        )
    return end


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _state(one: Token) -> str:
    if one.revoked:
        return say("已吊销", "revoked")
    return say("有效", "good") if one.is_good(now()) else say("已过期", "expired")
