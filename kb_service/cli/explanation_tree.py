"""An explanation as a tree in the terminal: of a conclusion, and of what was not concluded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from kb_service.cli.language import say, told
from kb_service.cli.looks import Names

Node = Mapping[str, Any]


class Drawing:
    """Trees in the making; it remembers which rules it has quoted."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._quoted: set[str] = set()

    def explanation(self, node: Node, depth: int) -> Tree:
        """A conclusion with its rule, its facts, what it rests on and what had to be absent."""
        drawn = Tree(heading(node), guide_style="dim")
        if node["seenBefore"]:
            drawn.add(Text(say("见上文", "explained above"), style="dim"))
            return drawn
        drawn.add(self._rule(node["rule"]))
        for line in self._facts(node["facts"]):
            drawn.add(line)
        if absent := _absent(node["notFound"]):
            drawn.add(absent)
        below = node["conclusions"]
        if depth > 1:
            for child in below:
                drawn.add(self.explanation(child, depth - 1))
        elif below:
            drawn.add(_more(len(below)))
        return drawn

    def why_not(self, answer: Node, depth: int) -> Iterator[RenderableType]:
        """What stood in the way of something that was not concluded, and what would be enough."""
        yield Text(told(answer["sentence"]), style="bold")
        for one in answer["instead"]:
            yield Text(say("得出的是：", "Instead: ") + _line(one))
        for attempt in answer["attempts"]:
            yield self._attempt(attempt, depth)
        if changes := answer["smallestChange"]:
            yield _changes(changes)

    def _attempt(self, attempt: Node, depth: int) -> Tree:
        drawn = Tree(self._rule(attempt["rule"]), guide_style="dim")
        self._ways(drawn, attempt["ways"], attempt["more"], depth)
        return drawn

    def _ways(self, drawn: Tree, ways: Sequence[Node], more: int, depth: int) -> None:
        for way in ways:
            branch = drawn
            if way["found"]:
                found = say("；", "; ").join(map(_line, way["found"]))
                branch = drawn.add(Text(say("已找到 ", "Found ") + found, style="dim"))
            for obstacle in way["obstacles"]:
                self._obstacle(branch, obstacle, depth)
        if more:
            text = say(f"另有 {more} 种情形也不成立", f"{more} more ways that did not lead there")
            drawn.add(Text(text, style="dim"))

    def _obstacle(self, drawn: Tree, obstacle: Node, depth: int) -> None:
        branch = drawn.add(Text("✕ ", style="red") + Text(told(obstacle["sentence"])))
        if obstacle["obstacle"] == "noneOf":
            self._ways(branch, obstacle["ways"], obstacle["more"], depth)
        elif obstacle["obstacle"] == "found":
            for tree in obstacle["conclusions"]:
                branch.add(self.explanation(tree, depth - 1))
            for line in self._facts(obstacle["facts"]):
                branch.add(line)
        elif why := obstacle.get("whyNot"):
            self._why_missing(branch, why, depth)

    def _why_missing(self, drawn: Tree, why: Node, depth: int) -> None:
        if why["toldAbove"]:
            drawn.add(Text(say("原因见上文", "told above"), style="dim"))
        elif why["cutShort"]:
            drawn.add(Text(say("到此为止，不再细究", "not looked into further"), style="dim"))
        elif depth > 1:
            for attempt in why["attempts"]:
                drawn.add(self._attempt(attempt, depth - 1))
        else:
            drawn.add(_more(len(why["attempts"])))

    def _rule(self, rule: Node) -> Text:
        """The rule in its own words, said once in a tree."""
        line = Text(say("规则 ", "Rule ") + rule["name"], style="cyan")
        if rule["name"] in self._quoted:
            return line
        self._quoted.add(rule["name"])
        return line.append(say("：", ": ") + told(rule["says"]))

    def _facts(self, facts: Sequence[Node]) -> list[RenderableType]:
        """The facts, those about one thing in one line with its evidence, source and date."""
        by_subject: dict[str, list[Node]] = {}
        for fact in facts:
            by_subject.setdefault(fact["subject"], []).append(fact)
        return [self._fact_line(subject, said) for subject, said in by_subject.items()]

    def _fact_line(self, subject: str, said: Sequence[Node]) -> RenderableType:
        first = said[0]
        line = Text(told(first["subjectLabel"]) or _last(subject))
        line.append(say("：", ": ") + say("，", ", ").join(map(_statement, said)))
        origin = [
            first["date"],
            told(first["sourceLabel"]) or _last(first["source"] or ""),
            self._names("evidence", first["evidence"]),
        ]
        shown = [text for text in origin if text]
        if shown:
            line.append(f"  [{' · '.join(shown)}]", style="dim")
        inferred = [each for fact in said for each in fact.get("inferredFrom", ())]
        if not inferred:
            return line
        drawn = Tree(line, guide_style="dim")
        for each in inferred:
            name = told(each["subjectLabel"]) or _last(each["subject"])
            text = say("由本体推出，依据 ", "inferred from ") + f"{name} {_statement(each)}"
            drawn.add(Text(text, style="dim"))
        return drawn


def heading(node: Node) -> Text:
    """What a conclusion is, what it is about, and its numbers."""
    kind = told(node["kind"]) or _last(node["conclusion"])
    text = Text(kind, style="bold")
    about = told(node["about"])
    if about and about != kind:
        text.append(f" {about}", style="bold")
    values = [_statement(each) for each in node["statements"] if not isinstance(each["value"], str)]
    return text.append(f"  {', '.join(values)}") if values else text


def _line(node: Node) -> str:
    return " ".join(heading(node).plain.split())


def _absent(absences: Sequence[Node]) -> Text | None:
    """What the rule required not to be there."""
    names = [
        told(thing["kind"]) or _statement_name(thing["statements"][0])
        for absence in absences
        for thing in absence["things"]
    ]
    if not names:
        return None
    listed = say("、", ", ").join(dict.fromkeys(names))
    return Text(say("没有出现：", "Found none of: ") + listed, style="dim")


def _more(count: int) -> Text:
    text = say(
        f"依据 {count} 个结论（--depth 0 全部展开）",
        f"rests on {count} conclusions (--depth 0 unfolds all)",
    )
    return Text(text, style="dim")


def _changes(changes: Node) -> Tree:
    drawn = Tree(Text(say("怎样的改动就够", "What would be enough"), style="bold"))
    for change in changes["changes"]:
        drawn.add(Text(told(change["sentence"])))
    if changes["more"]:
        more = changes["more"]
        drawn.add(Text(say(f"同样大小的改动另有 {more} 种", f"{more} more of the same size")))
    tried = changes["tried"]
    text = told(changes["sentence"]) + say(f"（试过 {tried} 种改动）", f" ({tried} changes tried)")
    drawn.add(Text(text, style="dim"))
    return drawn


def _statement(said: Node) -> str:
    return f"{_statement_name(said)} {_value(said)}"


def _statement_name(said: Node) -> str:
    return told(said["predicateLabel"]) or _last(said["predicate"])


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
