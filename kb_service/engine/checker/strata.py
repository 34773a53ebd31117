"""Whether what a rule negates or adds up is complete before the rule runs."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import URIRef

from kb_service.engine.checker.parsing import ParsedRule
from kb_service.engine.checker.reading import ABSENT, Book, Feed, Thing
from kb_service.engine.checker.texts import BODY
from kb_service.findings import Finding


def stratum_faults(book: Book) -> Iterator[Finding]:
    """Every reading of what this stage or a later one writes, where it comes too early."""
    for rule in book.rules:
        for thing in book.read[rule.name]:
            writers = book.writers(thing)
            own = book.order(rule)
            if later := [writer for writer in writers if book.order(writer) > own]:
                yield _reads_later(rule, later, thing)
            same = [writer for writer in writers if book.order(writer) == own]
            if same and thing.must_be_settled:
                yield _not_settled(rule, same, thing)


def cycle_faults(book: Book) -> Iterator[Finding]:
    """A circle of rules in which one negates or adds up what, in the end, rests on itself."""
    by_name = {rule.name: rule for rule in book.rules}
    for group in _circles(book.feeds):
        inside = [feed for feed in book.feeds if feed.writer in group and feed.reader in group]
        settled = next((feed for feed in inside if feed.settled), None)
        if settled is not None and len(group) > 1:
            rule = by_name[settled.reader]
            circle = _circle(settled, inside)
            yield rule.source.violation(
                rule.source.line_of_word("WHERE"),
                f"规则形成了经过否定或汇总的循环：{' → '.join(circle)}；请去掉其中一步的否定，或把它改为读更早阶段的结论。",
                f"Rules go round in a circle through a negation or an aggregate: {' → '.join(circle)};"
                " remove the negation of one step, or let it read what an earlier stage writes.",
                " → ".join(circle),
            )


def _circles(feeds: tuple[Feed, ...]) -> Iterator[frozenset[str]]:
    """Groups of rules each of which can reach every other of its group."""
    after: dict[str, set[str]] = {}
    for feed in feeds:
        after.setdefault(feed.writer, set()).add(feed.reader)
    reach = {name: _reached(after, name) for name in after}
    done: set[str] = set()
    for name, names in reach.items():
        if name in names and name not in done:
            group = frozenset(n for n in names if name in reach.get(n, ()))
            done |= group
            yield group


def _reached(after: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for name in after.get(waiting.pop(), ()):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


def _circle(begin: Feed, inside: list[Feed]) -> list[str]:
    """The shortest way round that ends with this step."""
    ways = [[begin.reader]]
    seen = {begin.reader}
    while ways:
        way = ways.pop(0)
        if way[-1] == begin.writer:
            return [*way, begin.reader]
        for feed in inside:
            if feed.writer == way[-1] and feed.reader not in seen:
                seen.add(feed.reader)
                ways.append([*way, feed.reader])
    return [begin.writer, begin.reader]


def _reads_later(rule: ParsedRule, writers: list[ParsedRule], thing: Thing) -> Finding:
    names = ", ".join(writer.name for writer in writers)
    stage = max(writer.source.stage for writer in writers)
    return rule.source.violation(
        _line(rule, thing),
        f"这里读的是 {names} 的结论，它们要到阶段 {stage} 才得出；请把本规则移到那之后的阶段。",
        f"This reads what {names} concludes only in stage {stage}; move this rule to a stage after"
        " it.",
        names,
    )


def _not_settled(rule: ParsedRule, writers: list[ParsedRule], thing: Thing) -> Finding:
    how_zh, how_en = ("否定", "negated") if thing.kind == ABSENT else ("汇总", "aggregated")
    names = ", ".join(writer.name for writer in writers)
    return rule.source.violation(
        _line(rule, thing),
        f"这里{how_zh}的结论，同一阶段的 {names} 还在得出；请把本规则移到更晚的阶段，例如紧接 {rule.source.stage} 之后。",
        f"What is {how_en} here is still being concluded in the same stage, by {names}; move this"
        f" rule to a later stage, for example one right after {rule.source.stage}.",
        names,
    )


def _line(rule: ParsedRule, thing: Thing) -> int:
    term = URIRef(next(iter(sorted(thing.classes or thing.properties)), ""))
    return rule.source.line_of(term, BODY, subject=thing.subject, absent=thing.kind == ABSENT)
