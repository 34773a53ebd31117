"""`rengang audit`: whether the audit trail is whole, and what it says."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from kb_service.audit import Anchor, Fault, FaultKind, entries_about, verify
from kb_service.cli.commands import Command, Group, data_folder, option, with_shared_options
from kb_service.cli.failures import Failure, told_apart
from kb_service.cli.language import Words, say
from kb_service.cli.terminal import show as show_table
from kb_service.register import Register
from kb_service.store.data_folder import DataFolder

_WORDS = Words(
    zh="""
    谁查看了谁、谁改了什么：核对和查看审计记录。

    示例：
      rengang audit verify
      rengang audit show --person p001
      rengang audit show --who hr-portal --since 2026-06-01
    """,
    en="""
    Who saw whom and who changed what: verify and show the audit trail.

    Examples:
      rengang audit verify
      rengang audit show --person p001
      rengang audit show --who hr-portal --since 2026-06-01
    """,
)
_VERIFY = Words(
    zh="""
    核对审计记录是否完整：有没有条目被改动、删除、插入、调换或截去。

    完整时打印最后一条的编号和摘要，可另存他处；以后用 --expect 核对它仍在其中，
    连同锚点一起被改写也能发现。发现问题时指出第一条，退出码为 1。

    示例：
      rengang audit verify
      rengang audit verify --expect 1047:9f86d0…
    """,
    en="""
    Whether the trail is whole: no entry changed, removed, inserted, moved or cut off.

    If so it prints the number and digest of the last entry. Note them elsewhere:
    --expect checks later that this entry is still there, and so finds out a trail that
    was rewritten together with its anchor. Otherwise it names the first bad entry, and
    the exit code is 1.

    Examples:
      rengang audit verify
      rengang audit verify --expect 1047:9f86d0…
    """,
)
_SHOW = Words(
    zh="""
    按时间列出审计条目。

    --person 列出涉及某人的条目，包括涉及所有人的；人员在记录中只以摘要出现。

    示例：
      rengang audit show --person p001
      rengang audit show --who hr-portal --since 2026-06-01 --json
    """,
    en="""
    The entries in the order in which they were written.

    --person gives those that touched somebody, those that touched everybody among
    them; people are in the trail by digest only.

    Examples:
      rengang audit show --person p001
      rengang audit show --who hr-portal --since 2026-06-01 --json
    """,
)
_FAULTS = {
    FaultKind.UNREADABLE: Words("这一行不是审计条目。", "This line is no entry."),
    FaultKind.CHANGED: Words("这一条的内容被改动过。", "This entry was changed."),
    FaultKind.OUT_OF_CHAIN: Words(
        "这一条接不上前一条：此处有条目被改动、删除、插入或调换。",
        "This entry does not follow the one before it: one was changed, removed, inserted or moved "
        "here.",
    ),
    FaultKind.TRUNCATED: Words(
        "从这一条起的记录被截去或改写：锚点表明记录曾延续到更后。",
        "From this entry on the trail was cut off or rewritten: its anchor says that it went on.",
    ),
    FaultKind.NO_ANCHOR: Words(
        "锚点文件 head 不见了或无法读取，末尾是否被截去无从知道。",
        "The anchor, the file head, is missing or cannot be read, so nobody knows whether the end "
        "was cut off.",
    ),
    FaultKind.FOUND_BROKEN: Words(
        "写这一条时，服务发现记录已经残缺。",
        "When this entry was written the service found that entries before it were missing.",
    ),
    FaultKind.TEXT_CHANGED: Words(
        "这一条的查询文本被改动过。", "The text of this entry's query was changed."
    ),
    FaultKind.TEXT_MISSING: Words(
        "这一条的查询文本不见了，也没有记录表明它因删除个人数据而删去。",
        "The text of this entry's query is gone, and no erasure says that it was deleted.",
    ),
    FaultKind.NOT_AS_EXPECTED: Words(
        "--expect 给出的条目不在记录中：记录被改写过。",
        "The entry that --expect names is not in the trail: it was rewritten.",
    ),
}


@click.group("audit", cls=Group, words=_WORDS, closing=Words("", ""))
@with_shared_options
def audit() -> None:
    """Run one of the commands."""


@audit.command("verify", cls=Command, words=_VERIFY)
@with_shared_options
@option(
    "--expect",
    metavar="NUMBER:DIGEST",
    zh="先前记下的条目，应仍在其中。",
    en="An entry noted earlier, which must still be there.",
)
def verify_trail(expect: str | None) -> None:
    """Print the last entry's anchor, or fail with the first fault."""
    expected = _anchor(expect) if expect else None
    found = verify(_folder(), expected)
    if found.fault is not None:
        raise Failure(*_told(found.fault))
    click.echo(
        say(
            f"{found.entries} 条，完整。最后一条：{found.last}",
            f"{found.entries} entries, whole. The last one: {found.last}",
        )
    )


@audit.command("show", cls=Command, words=_SHOW)
@with_shared_options
@option("--person", metavar="ID", zh="涉及此人的条目。", en="Entries that touched this person.")
@option("--who", metavar="NAME", zh="此人或此程序造成的条目。", en="Entries that NAME caused.")
@option(
    "--since",
    metavar="YYYY-MM-DD",
    type=click.DateTime(["%Y-%m-%d"]),
    zh="从这一天（UTC）起。",
    en="From this day (UTC) on.",
)
@option("--json", "as_json", is_flag=True, zh="每行输出一个 JSON 对象。", en="Print JSON lines.")
def show(person: str | None, who: str | None, since: datetime | None, as_json: bool) -> None:
    """Print the entries as a table or as they are."""
    folder = _folder()
    key = _key(person) if person else None
    day = f"{since:%Y-%m-%d}" if since else ""
    entries = entries_about(folder, key=key, who=who, since=day)
    if as_json:
        for entry in entries:
            click.echo(json.dumps(entry, ensure_ascii=False))
        return
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for zh, en in (
        ("编号", "No."),
        ("时间", "Time"),
        ("谁", "Who"),
        ("角色", "Role"),
        ("操作", "Action"),
        ("对象", "Object"),
        ("人数", "People"),
        ("结果", "Outcome"),
    ):
        table.add_column(say(zh, en))
    for entry in entries:
        table.add_row(*_row(entry))
    show_table(table)


def _row(entry: dict[str, Any]) -> list[str]:
    people = say("所有人", "everybody") if entry.get("everybody") else ""
    number = str(entry.get("people") or "")
    return [
        str(entry["number"]),
        str(entry["time"]),
        str(entry.get("who", "")),
        str(entry.get("role", "")),
        str(entry.get("action", "")),
        str(entry.get("object", "")),
        f"{number} ({people})" if people else number,
        str(entry.get("outcome", "")),
    ]


def _folder() -> Path:
    with told_apart(data_folder()):
        return DataFolder.open(data_folder()).audit


def _key(person: str) -> str:
    """The pseudonym of a person; who is not in the register may be named by pseudonym."""
    data = DataFolder.open(data_folder())
    if not data.register.exists():
        return person
    register = Register.open(data.register, read_only=True)
    try:
        return register.key_of(person) or person
    finally:
        register.close()


def _anchor(text: str) -> Anchor:
    try:
        return Anchor.parse(text)
    except ValueError as error:
        raise Failure(
            "--expect 应为 verify 打印的「编号:摘要」。",
            "Give --expect as NUMBER:DIGEST, as verify printed it.",
        ) from error


def _told(fault: Fault) -> tuple[str, str]:
    words = _FAULTS[fault.kind]
    place = f"{fault.segment}:{fault.line}" if fault.segment else ""
    where_zh = f"第 {fault.number} 条" + (f"（{place}）" if place else "")
    where_en = f"Entry {fault.number}" + (f" ({place})" if place else "")
    return f"{where_zh}：{words.zh}", f"{where_en}: {words.en}"
