"""The header of a rule: what a rule says of itself before it begins."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb_service.engine.checker.texts import RuleText
from kb_service.engine.header import Header, read_header
from kb_service.engine.rules import FIELDS
from kb_service.findings import Finding

_EXAMPLES = {
    "Says": "A person whose … has ….",
    "说明": "……的，为……。",
    "Because": "….",
    "Reads": "judgement:…, policy:…",
    "Writes": "judgement:…",
}
"""What could stand behind each field."""

_CHINESE = re.compile("[\u4e00-\u9fff]")
_NAME = re.compile(r"[a-z]+:[A-Za-z]+(-[a-z]+)*")


def rule_header(text: str) -> Header:
    """The header of a rule's text; what is missing in it is missing in the answer."""
    return read_header(text, FIELDS)


def header_faults(source: RuleText, header: Header) -> Iterator[Finding]:
    """What is missing in a header or cannot be read as it is meant."""
    if not header.title or header.title.startswith(tuple(f"{name}:" for name in FIELDS)):
        yield source.violation(
            1,
            "规则没有标题；请在第一行写上，例如：# Gap below the required level",
            "The rule has no title; write one on the first line, for example:"
            " # Gap below the required level",
        )
    for name, example in _EXAMPLES.items():
        if not header.fields.get(name):
            yield source.violation(
                header.lines.get(name, 1),
                f"文件头缺少“{name}”；请加上一行，例如：# {name}: {example}",
                f"The header does not say “{name}”; add a line such as: # {name}: {example}",
            )
    yield from _sentences(source, header)
    for name in ("Reads", "Writes"):
        for term in header.names(name):
            if not _NAME.fullmatch(term):
                yield source.violation(
                    header.lines[name],
                    f"“{term}”不是带前缀的名称；请用逗号隔开各个名称，例如：judgement:Gap。",
                    f"{term} is no prefixed name; separate names by commas, as in judgement:Gap.",
                    term,
                )


def _sentences(source: RuleText, header: Header) -> Iterator[Finding]:
    for name, end in (("Says", "."), ("Because", "."), ("说明", "。")):
        said = header.fields.get(name, "")
        if said and not said.endswith(end):
            yield source.violation(
                header.lines[name],
                f"“{name}”应当是完整的句子；请以“{end}”结尾。",
                f"“{name}” is to be whole sentences; end it with “{end}”.",
            )
    said = header.fields.get("说明", "")
    if said and not _CHINESE.search(said):
        yield source.violation(
            header.lines["说明"],
            "“说明”应当用中文写明这条规则的内容。",
            "“说明” is to say in Chinese what the rule says.",
        )
