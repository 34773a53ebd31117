"""Where rule files lie and how they are named: that is what decides when they run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from kb_service.engine.checker.header import rule_header
from kb_service.engine.checker.parsing import MOST_CHARACTERS
from kb_service.engine.checker.reading import Book
from kb_service.engine.checker.texts import RuleText
from kb_service.findings import Finding

_STAGE = re.compile(r"[0-9]{2}-[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def read_rule_texts(root: Path) -> tuple[list[RuleText], list[Finding]]:
    """Every rule file of a knowledge folder as text, and those that cannot be read as such.

    Raises OSError for a file that may not be read.
    """
    texts: list[RuleText] = []
    faults: list[Finding] = []
    for path in sorted((root / "rules").rglob("*.rq")):
        shown = path.relative_to(root).as_posix()
        stage = path.parent.relative_to(root / "rules").as_posix()
        source = RuleText(stage, path.stem, shown, "")
        if not path.is_file():
            faults.append(
                source.violation(
                    1,
                    "这不是普通文件；一条规则是一个 .rq 文本文件。",
                    "This is no plain file; a rule is one .rq text file.",
                )
            )
            continue
        with path.open("rb") as file:
            data = file.read(4 * MOST_CHARACTERS + 1)
        try:
            texts.append(RuleText(stage, path.stem, shown, data.decode("utf-8")))
        except UnicodeDecodeError:
            faults.append(
                source.violation(
                    1,
                    "文件不是 UTF-8 编码；请另存为 UTF-8。",
                    "This is no UTF-8; save it as UTF-8.",
                )
            )
    return texts, faults


def placing_faults(source: RuleText) -> Iterator[Finding]:
    """A folder that is no stage, or a name that cannot stand in an IRI."""
    if not _STAGE.fullmatch(source.stage):
        yield source.violation(
            1,
            f"文件夹“{source.stage}”不是阶段；请把文件放进以两位数字开头的文件夹，例如：rules/50-gaps/。",
            f"The folder {source.stage} is no stage; put the file in one that begins with two"
            " digits, for example rules/50-gaps/.",
            source.stage,
        )
    if not _NAME.fullmatch(source.name):
        yield source.violation(
            1,
            f"文件名“{source.name}”要用作规则的 IRI；请用小写字母和连字符，例如：requirement-met.rq。",
            f"The file name {source.name} becomes the rule's IRI; use lower-case words joined by"
            " hyphens, as in requirement-met.rq.",
            source.name,
        )


def naming_faults(texts: Sequence[RuleText]) -> Iterator[Finding]:
    """Rules that share a name or a title with one before them."""
    by_name: dict[str, RuleText] = {}
    by_title: dict[str, RuleText] = {}
    for source in texts:
        if (other := by_name.setdefault(source.name, source)) is not source:
            yield source.violation(
                1,
                f"{other.path} 已经叫 {source.name}；每条规则要有自己的名称，请改文件名。",
                f"{other.path} is called {source.name} already; give every rule a name of its own"
                " by renaming the file.",
                source.name,
            )
        title = rule_header(source.text).title
        if title and (other := by_title.setdefault(title.casefold(), source)) is not source:
            yield source.violation(
                1,
                f"{other.path} 已经用了标题“{title}”；请换一个标题。",
                f"{other.path} has the title “{title}” already; give this rule another.",
                title,
            )


def stage_faults(book: Book) -> Iterator[Finding]:
    """Stages that mix rules about people with rules about shared knowledge."""
    first: dict[str, bool] = {}
    for rule in book.rules:
        about_people = book.judges_people(rule)
        if first.setdefault(rule.source.stage, about_people) != about_people:
            yield rule.source.violation(
                rule.source.line_of_word("CONSTRUCT"),
                f"阶段 {rule.source.stage} 里既有关于人的规则，又有只关于共有知识的规则；请把它们分到不同阶段。",
                f"Stage {rule.source.stage} has rules about people and rules about shared knowledge"
                " only; move them into stages of their own.",
                rule.source.stage,
            )
