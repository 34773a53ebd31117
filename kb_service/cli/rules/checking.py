"""`rengang rules check`: what is wrong with the rules, where, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
from pyoxigraph import Triple

from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.example_facts import read_example_facts
from kb_service.cli.findings import print_findings, summary
from kb_service.cli.language import Words, say
from kb_service.cli.rules.folder import (
    faults_of_the_folder_told,
    runnable,
    sound_book,
    with_knowledge_folder,
)
from kb_service.cli.terminal import progress, remark
from kb_service.engine.checker import check_conclusions, check_rules
from kb_service.engine.conclude import conclude_people, conclude_shared, relevant
from kb_service.findings import Finding

_WORDS = Words(
    zh="""
    检查规则：每处问题给出文件、行号和改法。

    查文件头、用例、阶段、未声明的词、写死的数值、可能没有值的变量、把两个人
    混在一起、对本阶段的否定、读不到的词、受保护的属性、互相冲突的结论等。

    --examples 还在示例机构上运行全部规则，看是否有结论自相矛盾，约需十秒。

    示例：
      rengang rules check
      rengang rules check --knowledge ~/my-knowledge --examples
      rengang rules check --format json
    """,
    en="""
    Check the rules: each fault with its file, its line and what to do.

    Headers, cases, stages, undeclared terms, numbers that belong in the policy,
    variables without a value, two people mixed up, negation of the own stage,
    terms that nothing gives, protected attributes, conclusions in conflict.

    With --examples all rules also run over the example organisation, to see
    whether conclusions contradict each other; that takes about ten seconds.

    Examples:
      rengang rules check
      rengang rules check --knowledge ~/my-knowledge --examples
      rengang rules check --format json
    """,
)


@click.command("check", cls=Command, words=_WORDS)
@with_shared_options
@with_knowledge_folder
@option(
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    zh="输出格式。",
    en="The form of the output.",
)
@option("--examples", is_flag=True, zh="再在示例机构上运行。", en="Run over the examples too.")
def check(root: Path, form: str, examples: bool) -> None:
    """Print every finding, and end with 1 when one of them is a violation."""
    with faults_of_the_folder_told():
        findings = check_rules(root)
        if examples and not _has_violation(findings):
            findings += _on_examples(root)
    if form == "json":
        shown = [finding.as_json() for finding in findings]
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        print_findings(findings)
        remark(summary(findings))
    if _has_violation(findings):
        click.get_current_context().exit(1)


def _has_violation(findings: list[Finding]) -> bool:
    return any(finding.severity == "violation" for finding in findings)


def _on_examples(root: Path) -> list[Finding]:
    book = sound_book(root)
    return check_conclusions(book, _conclusions(root), "examples/")


def _conclusions(root: Path) -> Iterator[Triple]:
    """Every conclusion about the example organisation."""
    rules, example = runnable(sound_book(root)), read_example_facts(root)
    shared = conclude_shared(rules, example.shared)
    yield from shared
    base = relevant(rules.people, example.shared + shared)
    with progress(say("在示例机构上运行规则", "Running the rules over the examples")) as step:
        concluded = conclude_people(rules, base, example.people.items(), example.as_of)
        for done, (_, triples) in enumerate(concluded, start=1):
            yield from triples
            step(done, len(example.people))
