"""Whether every rule has a case in which it fires and one in which it must not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from kb_service.engine.checker.observed import doubled_values
from kb_service.engine.checker.parsing import ParsedRule
from kb_service.engine.checker.reading import Book
from kb_service.engine.conclude import RulesDoNotSettleError
from kb_service.engine.rule_cases import (
    BrokenCase,
    RuleCase,
    case_files,
    concluded_by,
    read_rule_case,
    run_case,
)
from kb_service.findings import Finding


def case_faults(book: Book, root: Path, *, run: bool) -> Iterator[Finding]:
    """Rules without cases, cases that do not fire, and conclusions that say two things at once.

    Only a note where no cases are at hand. Cases are run only if asked: not by rules with faults.
    """
    files = case_files(root)
    if not files:
        yield Finding(
            "info",
            {
                "zh": "这里没有用例文件夹 tests/rules，没有检查每条规则是否有用例；请在源码目录中检查。",
                "en": "There is no folder tests/rules here, so cases were not checked; do so in a"
                " checkout of the sources.",
            },
        )
        return
    cases: list[RuleCase] = []
    for path in files:
        try:
            cases.append(read_rule_case(path, root))
        except BrokenCase as error:
            yield _broken(path.relative_to(root).as_posix(), str(error))
    for rule in book.rules:
        own = [case for case in cases if case.rule == rule.rule.iri.value]
        yield from _missing(rule, own)
        if run:
            yield from _run(book, rule, own)


def _missing(rule: ParsedRule, own: Sequence[RuleCase]) -> Iterator[Finding]:
    folder = f"tests/rules/{rule.name}/"
    if not any(case.then for case in own):
        yield rule.source.violation(
            1,
            f"没有用例说明这条规则何时得出结论；请在 {folder} 加一个 .trig 文件，写明 case:given 和 case:then。",
            f"No case shows this rule concluding something; add a .trig file to {folder} with"
            " case:given and case:then.",
        )
    if not any(case.never for case in own):
        yield rule.source.violation(
            1,
            f"没有用例说明这条规则何时不该得出结论；请在 {folder} 加一个刚好不满足条件的 .trig 文件，写明 case:given 和 case:never。",
            f"No case shows where this rule must stay silent; add a .trig file to {folder} that"
            " just misses its conditions, with case:given and case:never.",
        )


def _run(book: Book, rule: ParsedRule, own: Sequence[RuleCase]) -> Iterator[Finding]:
    rules = [each.rule for each in book.rules]
    fired = False
    for case in own:
        try:
            store = run_case(case, rules)
        except RulesDoNotSettleError as error:
            yield _without_end(rule, case, str(error))
            return
        fired = fired or (bool(case.then) and concluded_by(store, case.rule) > 0)
        yield from doubled_values(book, store, case.path)
    if any(case.then for case in own) and not fired:
        yield rule.source.violation(
            1,
            "用例都没有让这条规则得出结论；请检查 case:given 是否满足它的条件。",
            "None of its cases makes this rule conclude anything; let case:given of one meet its"
            " conditions.",
        )


def _broken(path: str, reason: str) -> Finding:
    return Finding(
        "violation",
        {
            "zh": f"用例无法读取（{reason}）；请写明 dcterms:title 和 case:exercises rule:…。",
            "en": f"This case cannot be read ({reason}); it needs dcterms:title and"
            " case:exercises rule:….",
        },
        where=path,
    )


def _without_end(rule: ParsedRule, case: RuleCase, reason: str) -> Finding:
    return rule.source.violation(
        rule.source.line_of_word("WHERE"),
        f"在用例 {case.path} 上，规则不断得出新结论而停不下来（{reason}）；结论的 IRI 请只由它所依据的事物造出。",
        f"On the case {case.path} the rules go on concluding without end ({reason}); make the IRI"
        " of a conclusion only from the things it rests on.",
    )
