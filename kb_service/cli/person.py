"""`rengang person`: what people may ask of what is held about them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click
from pyoxigraph import NamedNode

from kb_service.access.erasure import erase as erase_people
from kb_service.access.erasure import replace_rater_codes
from kb_service.access.personal_archive import archive_of
from kb_service.access.personal_export import Telling, export_of
from kb_service.access.personal_requests import (
    parse_objection,
    parse_rectification,
    parse_settlement,
)
from kb_service.access.rights_of_the_person import AlreadySettled, RightsOfThePerson
from kb_service.access.view import View
from kb_service.cli.commands import Command, Group, option, with_shared_options
from kb_service.cli.failures import Failure
from kb_service.cli.language import say
from kb_service.cli.opening import reading, writing
from kb_service.cli.person_words import CLOSING, ERASE, EXPORT, OBJECT, PERSON, RECTIFY, SETTLE
from kb_service.cli.terminal import remark
from kb_service.knowledge_base.objections import outcomes_in


@click.group("person", cls=Group, words=PERSON, closing=CLOSING)
@with_shared_options
def person() -> None:
    """Run one of the commands."""


@person.command("export", cls=Command, words=EXPORT)
@with_shared_options
@option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    zh="写入的文件；默认为 编号.zip。",
    en="The file to write; ID.zip by default.",
)
@click.argument("who", metavar="ID")
def export(who: str, output: Path | None) -> None:
    """Write everything about somebody into a zip."""
    target = output or Path(f"{who}.zip")
    with reading() as view:
        packed = archive_of(export_of(view, who, _telling(view, who)))
    try:
        target.write_bytes(packed)
    except OSError as error:
        raise click.FileError(str(target), error.strerror or str(error)) from error
    remark(say(f"已写出 {target}", f"Wrote {target}"))


def _telling(view: View, who: str) -> Telling:
    # What things are called is read by the pages too, and they alone need what they import.
    from kb_service.web.explanations import explanation
    from kb_service.web.labels import LabelReader

    labels = LabelReader(view.knowledge_base)

    def told(node: NamedNode) -> dict[str, Any]:
        return explanation(view, labels, node)

    return Telling(labels.about(view, who).of, told)


@person.command("object", cls=Command, words=OBJECT)
@with_shared_options
@option(
    "--model",
    "models",
    metavar="MODEL",
    multiple=True,
    zh="只针对这个岗位模型的判断和考核；可重复。默认针对全部判断。",
    en="To the judgement and appraisals for this model; may be repeated. To all by default.",
)
@option(
    "--period",
    "periods",
    metavar="PERIOD",
    multiple=True,
    zh="考核中只针对这个周期的；可重复。",
    en="Of appraisals, to the one of this period only; may be repeated.",
)
@option(
    "--date", "day", metavar="DATE", zh="提出的日期；默认今天。", en="The day; today by default."
)
@click.argument("who", metavar="ID")
@click.argument("grounds", metavar="WORDS")
def raise_objection(
    who: str, grounds: str, models: Sequence[str], periods: Sequence[str], day: str | None
) -> None:
    """Enter an objection, and say under which id."""
    named = {"models": list(models) or None, "periods": list(periods) or None}
    body = _given({"grounds": grounds, **named, "date": day})
    with writing() as view:
        rights = RightsOfThePerson(view)
        known = [str(row["id"]) for row in view.ask("position-models").rows]
        appraised = rights.appraised_in(who)
        made = rights.object_to(who, parse_objection(body, known, appraised, date.today()))
    click.echo(
        say(
            f"已登记异议 {made.id}；相应的判断已标明有异议。",
            f"Entered the objection {made.id}; the judgements are marked as contested.",
        )
    )


@person.command("settle", cls=Command, words=SETTLE)
@with_shared_options
@option("--words", "answer", metavar="WORDS", zh="处理说明。", en="How it was settled, in words.")
@option(
    "--date", "day", metavar="DATE", zh="了结的日期；默认今天。", en="The day; today by default."
)
@click.argument("who", metavar="ID")
@click.argument("objection")
@click.argument("outcome")
def settle(who: str, objection: str, outcome: str, answer: str | None, day: str | None) -> None:
    """Bring an objection to an end."""
    body = _given({"outcome": outcome, "words": answer, "date": day})
    with writing() as view:
        outcomes = outcomes_in(view.knowledge_base.ontology_facts())
        try:
            RightsOfThePerson(view).settle(
                who, objection, parse_settlement(body, outcomes, date.today())
            )
        except AlreadySettled as error:
            raise Failure(
                f"异议 {objection} 已经了结；仍有异议请另提一项。",
                f"The objection {objection} was settled before; raise another one.",
            ) from error
    click.echo(say(f"异议 {objection} 已了结。", f"Settled the objection {objection}."))


@person.command("rectify", cls=Command, words=RECTIFY)
@with_shared_options
@option("--reason", required=True, metavar="WORDS", zh="为什么更正。", en="Why it is put right.")
@option("--name", zh="姓名。", en="The name.")
@option(
    "--email", zh="电子邮箱；给出空文本则删去。", en="The e-mail address; an empty text removes it."
)
@option(
    "--phone", zh="电话；给出空文本则删去。", en="The telephone number; an empty text removes it."
)
@option("--team", zh="班组编号。", en="The id of the team.")
@option("--post", zh="岗位编号。", en="The id of the position held.")
@option("--assessment", metavar="ID", zh="要更正的测评。", en="The assessment to put right.")
@option("--date", "day", metavar="DATE", zh="测评日期。", en="The day of the assessment.")
@option("--source", zh="测评来源。", en="The source of the assessment.")
@option("--expires", metavar="DATE", zh="测评有效期。", en="The day until which it counts.")
@option(
    "--rating",
    "ratings",
    metavar="DIMENSION=VALUE",
    multiple=True,
    zh="评分，例如 patience=7；patience= 撤去。可重复。",
    en="A rating, such as patience=7; patience= takes it back. May be repeated.",
)
@option("--remove", is_flag=True, zh="撤去这次测评。", en="Remove the assessment.")
@click.argument("who", metavar="ID")
def rectify(who: str, reason: str, **given: Any) -> None:
    """Put right what the options say."""
    body = {"reason": reason, **_correction(given)}
    with writing() as view:
        asked = parse_rectification(body, view.catalogue)
        RightsOfThePerson(view).rectify(who, asked)
    click.echo(say(f"已更正 {who}，并重新得出结论。", f"Put {who} right, and concluded anew."))


def _correction(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the options say, as the API has it."""
    body = _given({name: given[name] for name in ("name", "team", "post")})
    contact = {name: given[name] or None for name in ("email", "phone") if given[name] is not None}
    if contact:
        body["contact"] = contact
    said = _given({"date": given["day"], "source": given["source"], "expires": given["expires"]})
    if given["ratings"]:
        said["ratings"] = dict(map(_rating, given["ratings"]))
    if given["assessment"]:
        body["assessments"] = {given["assessment"]: None if given["remove"] else said}
    elif said or given["remove"]:
        raise click.UsageError(
            say("请用 --assessment 给出测评编号。", "Name the assessment with --assessment.")
        )
    return body


def _rating(text: str) -> tuple[str, Decimal | str | None]:
    dimension, _, value = text.partition("=")
    try:
        return dimension, Decimal(value) if value else None
    except InvalidOperation:
        return dimension, value


@person.command("erase", cls=Command, words=ERASE)
@with_shared_options
@option("--yes", is_flag=True, zh="不再询问。", en="Do not ask.")
@option(
    "--rater",
    "raters",
    multiple=True,
    metavar="CODE",
    zh="评价人代号：换成随机代号，其评价保留。可重复。",
    en="The code of a rater: replaced by one made by chance; what they said stays. Repeatable.",
)
@click.argument("people", metavar="[ID]...", nargs=-1)
def erase(people: Sequence[str], raters: Sequence[str], yes: bool) -> None:
    """Erase people, and the codes of raters, once that is confirmed."""
    from kb_service.web.forgetting import elsewhere_in

    if not people and not raters:
        raise click.UsageError(
            say(
                "请写要删除的人的编号，或 --rater 评价人代号。",
                "Give the id of a person, or --rater CODE.",
            )
        )
    if not yes:
        _confirm([*people, *raters])
    with writing() as view:
        elsewhere = list(elsewhere_in(view.knowledge_base.store.data))
        if raters:
            rated = replace_rater_codes(view, raters, elsewhere)
            click.echo(
                say(
                    f"已更换 {len(raters)} 个评价人代号，涉及被评价的 {rated} 人。",
                    f"Replaced {len(raters)} codes of raters, who had rated {rated} people.",
                )
            )
        if people:
            erase_people(view, people, elsewhere)
            click.echo(say(f"已删除 {len(people)} 人。", f"Erased {len(people)} people."))


def _confirm(people: Sequence[str]) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError(
            say("不在终端上时请加 --yes 确认。", "Away from a terminal, confirm with --yes.")
        )
    listed = ", ".join(people)
    click.confirm(
        say(
            f"将删除关于 {listed} 的一切，无法撤销。继续吗？",
            f"This erases everything about {listed} and cannot be undone. Go on?",
        ),
        abort=True,
    )


def _given(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were given."""
    return {name: value for name, value in body.items() if value is not None}
