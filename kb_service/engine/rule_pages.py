"""The rules as pages to read: a table of their stages, and the README made from their headers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from kb_service.engine.checker import Book
from kb_service.engine.checker.parsing import ParsedRule

_INTRODUCTION = """\
# Rules 规则

What follows from facts: {rules} rules in {stages} stages. One file holds one rule, and its header says in Chinese and in English what
it says here. Numbers that an organisation may change are not in rules but in [`policy.ttl`](policy.ttl).

从事实得出什么：{rules} 条规则，{stages} 个阶段，一个文件一条规则，以下文字都取自各文件的开头。可由组织调整的数值不写在规则里，而在
[`policy.ttl`](policy.ttl) 中。

Made by `rengang rules readme` from the headers; change those, then run it again. How to write a rule: [docs/rules.md](../docs/rules.md).

| stage 阶段 | about 关于 | rules 规则 |
|---|---|---|
"""
_ABOUT = {True: "one person 一个人", False: "shared knowledge 共有知识"}


def rules_in_order(book: Book) -> list[ParsedRule]:
    """The rules of a book, stage by stage as they run, and by name within a stage."""
    return sorted(book.rules, key=lambda rule: (*book.order(rule), rule.name))


def readme(book: Book) -> str:
    """The text of `rules/README.md`."""
    return "".join(_parts(book))


def _parts(book: Book) -> Iterator[str]:
    stages = [
        (stage, about_people, list(members))
        for (about_people, stage), members in groupby(rules_in_order(book), book.order)
    ]
    yield _INTRODUCTION.format(rules=len(book.rules), stages=len(stages))
    for stage, about_people, members in stages:
        names = ", ".join(f"[{rule.name}](#{rule.name})" for rule in members)
        yield f"| {stage} | {_ABOUT[about_people]} | {names} |\n"
    for stage, _, members in stages:
        yield f"\n## {stage}\n"
        for rule in members:
            yield from _section(book, rule)


def _section(book: Book, parsed: ParsedRule) -> Iterator[str]:
    rule = parsed.rule
    path = parsed.source.path.removeprefix("rules/")
    yield f'\n### <a id="{rule.name}"></a>{rule.title}\n\n'
    yield f"[`{rule.name}`]({path})\n\n{rule.says_zh}\n\n{rule.says}\n\n"
    yield f"*Because* {rule.because}\n\n"
    yield f"- reads 读取: {_terms(parsed, 'Reads')}\n- writes 得出: {_terms(parsed, 'Writes')}\n"
    fed = [feed.writer for feed in book.feeds if feed.reader == rule.name != feed.writer]
    if fed:
        yield f"- fed by 依据: {', '.join(f'[{name}](#{name})' for name in fed)}\n"


def _terms(parsed: ParsedRule, field: str) -> str:
    return ", ".join(f"`{name}`" for name in parsed.header.names(field))
