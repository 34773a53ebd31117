"""What is wrong with a text that is not SPARQL, where, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

SYNTAX_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
"""Line, column, and what the engine expected there."""

_MARKS = re.compile(r'"(\\?[^"\w\s]{1,2})"')
_TOKEN = re.compile(r"<[^<>\s]*>|\w[\w:.-]*\w|[?$:]?\w+|\S")
_SKIPPED = re.compile(
    r"\"\"\".*?\"\"\"|'''.*?'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
    r"|<[^<>\"{}|^`\\\s]*>|#[^\n]*",
    re.DOTALL,
)
_DECLARED = re.compile(r"\bPREFIX\s+([\w.-]*):", re.IGNORECASE)
_PREFIXED = re.compile(r"(?<![\w?$@:-])((?:[^\W\d][\w.-]*)?):(?=[\w%\\-]|[\s.;,)])")
_LONGEST = 40
_MOST_MARKS = 5
_MOST_READ = 8000
"""Characters: a hostile text may have patterns look at it again and again."""
_PAIRS = (("{", "}"), ("(", ")"), ("[", "]"))
_FULL_WIDTH = dict(zip("，。；：（）｛｝“”‘’＜＞？", ",.;:(){}\"\"''<>?", strict=True))
_QUERIES = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES = (
    *("INSERT", "DELETE", "WITH", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"),
)


@dataclass(frozen=True)
class Advice:
    """The same in both languages, and the line and column that it is about, if it is about one."""

    zh: str
    en: str
    place: tuple[int, int] | None = None


_SAID = {
    "contains a variable that is unbound": Advice(
        "SELECT 里有一个变量没有值；用了 GROUP BY 或 COUNT 等汇总时，其余变量都要写进 GROUP BY。",
        "A variable after SELECT has no value; beside an aggregate such as COUNT, every other"
        " variable has to stand in GROUP BY.",
    ),
    "Duplicated variable name": Advice(
        "同一个变量在 SELECT 里出现了两次；请给其中一个另起名字。",
        "The same variable is given twice after SELECT; give one of them another name.",
    ),
    "Variables are not allowed": Advice(
        "INSERT DATA 和 DELETE DATA 里不能有变量；请写 INSERT { … } WHERE { … }。",
        "INSERT DATA and DELETE DATA take no variables; write INSERT { … } WHERE { … }.",
    ),
    "IRI parsing failed": Advice(
        "尖括号里要写完整的地址，例如 <https://example.org/x>，其中不能有空格。",
        "Between < and > stands a whole address, such as <https://example.org/x>, without spaces.",
    ),
    "should be a non negative integer": Advice(
        "LIMIT 和 OFFSET 后面要写不太大的非负整数。",
        "LIMIT and OFFSET take a whole number from 0 up that is not too large.",
    ),
}

_A_QUERY = Advice(
    "这是查询；请作为查询发送（query=…，或 application/sparql-query）。",
    "This is a query; send it as one (query=…, or application/sparql-query).",
)
_AN_UPDATE = Advice(
    "这是更新；请作为更新发送（update=…，或 application/sparql-update）。",
    "This is an update; send it as one (update=…, or application/sparql-update).",
)
_IN_A_TEXT = r'"\\U"'
"""What the engine expects where a quotation mark has no other."""
_UNENDED = Advice(
    "一段文字只有开头的引号，没有结尾的引号；请补上。",
    "A text has a quotation mark where it begins and none where it ends; add it.",
)
_OFTEN = (
    (
        re.compile(r"\bSELECT\s[^{(]*?[?$]\w+\s*(,)", re.IGNORECASE),
        Advice(
            "SELECT 后面的变量之间用空格，不用逗号。",
            "Variables after SELECT are separated by spaces, not by commas.",
        ),
    ),
    (
        re.compile(r"\bSELECT\s[^{]*?((?<!\w)\([A-Za-z_]+\s*\([^()]*\)\s*\))", re.IGNORECASE),
        Advice(
            "SELECT 里算出来的值要起名字，例如 (COUNT(*) AS ?number)。",
            "What is worked out after SELECT has a name, as in (COUNT(*) AS ?number).",
        ),
    ),
    (
        re.compile(r"\bFILTER\s+([?$]\w+)", re.IGNORECASE),
        Advice(
            "FILTER 的条件要放在括号里，例如 FILTER (?x > 3)。",
            "The condition of a FILTER stands in parentheses, as in FILTER (?x > 3).",
        ),
    ),
    (
        re.compile(r"\b(?:ORDER|GROUP)\s+([?$]\w+)", re.IGNORECASE),
        Advice("要写 ORDER BY 或 GROUP BY。", "It is ORDER BY and GROUP BY, with BY."),
    ),
)


def query_advice(error: SyntaxError, text: str) -> Advice:
    """What is wrong with a query that the engine could not read, and where, in a sentence or two."""
    found = SYNTAX_PLACE.search(str(error.msg))
    if found is None:
        said = " ".join(str(error.msg).split())[:200]
        return Advice(f"引擎的说明（英文）：{said}", said)
    return advice_at(int(found[1]), int(found[2]), found[3], text)


def advice_at(
    line: int, column: int, expected: str, text: str, *, is_update: bool = False
) -> Advice:
    """The same for a place in a query or an update, and what the engine expected there."""
    place = _index(text, line, column)
    found = next(_advice(text, expected, is_update), None)
    told, own = found if found else (_listed(expected), None)
    at = place if own is None else own
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    what = _what_is(text, at)
    where_zh = f"第 {line} 行第 {column} 列" + (f"（“{what}”处）" if what else "（结尾处）")
    where_en = f"line {line}, column {column}, " + (f"at {what}" if what else "at the end")
    return Advice(f"{where_zh}：{told.zh}", f"{where_en}: {told.en}", (line, column))


def _index(text: str, line: int, column: int) -> int:
    """The place in the text of what is there, blanks and the end of a word's beginning skipped."""
    lines = text.split("\n")
    begins = sum(len(each) + 1 for each in lines[: line - 1])
    at = min(len(text), begins + column - 1)
    while at < len(text) and text[at].isspace():
        at += 1
    while 0 < at < len(text) and text[at].isalnum() and text[at - 1].isalnum():
        at -= 1
    return at


def _what_is(text: str, at: int) -> str:
    found = _TOKEN.match(text, at)
    what = found[0] if found else ""
    return what if len(what) <= _LONGEST else what[: _LONGEST - 1] + "…"


_Told = tuple[Advice, int | None]
"""What there is to say, and where it is if that is known better than the engine does."""


def _advice(text: str, expected: str, is_update: bool) -> Iterator[_Told]:
    """Whatever can be said, the likeliest reason first."""
    bare = _bare(text)
    yield from _of_the_kind(bare, is_update)
    yield from ((advice, None) for said, advice in _SAID.items() if said in expected)
    yield from _of_full_width(bare)
    if _IN_A_TEXT in expected:
        yield _UNENDED, None
    yield from _of_prefixes(bare, text)
    if len(text) <= _MOST_READ:
        yield from _of_pairs(bare)
    yield from _of_the_head(bare)


def _bare(text: str) -> str:
    """Its beginning with strings, IRIs and comments blanked out, every character in its place."""
    text = text[:_MOST_READ]
    return _SKIPPED.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def _of_the_kind(bare: str, is_update: bool) -> Iterator[_Told]:
    """Whether it begins as what it should be."""
    prologue = re.match(r"\s*((PREFIX\s+[\w.-]*:|BASE\b)\s*)*", bare, re.IGNORECASE)
    at = prologue.end() if prologue else 0
    first = re.match(r"\w*", bare[at:])
    word = first[0].upper() if first else ""
    if not bare[at:].strip():
        yield Advice("没有内容。", "There is nothing in it."), at
    elif word in _QUERIES and is_update:
        yield _A_QUERY, at
    elif word in _UPDATES and not is_update:
        yield _AN_UPDATE, at
    elif word not in (*_QUERIES, *_UPDATES, "PREFIX", "BASE"):
        known = (_UPDATES if is_update else _QUERIES)[:4]
        yield (
            Advice(
                f"{'更新' if is_update else '查询'}要以 {'、'.join(known)} 等词开头。",
                f"{'An update' if is_update else 'A query'} begins with a word such as"
                f" {', '.join(known)}.",
            ),
            at,
        )


def _of_full_width(bare: str) -> Iterator[_Told]:
    for at, sign in enumerate(bare):
        if sign in _FULL_WIDTH:
            yield (
                Advice(
                    f"这里有中文标点“{sign}”；请改为英文的 {_FULL_WIDTH[sign]} 。",
                    f"There is a full-width {sign}; write {_FULL_WIDTH[sign]} instead.",
                ),
                at,
            )


def _of_prefixes(bare: str, text: str) -> Iterator[_Told]:
    """The prefixes that nobody declared."""
    declared = set(_DECLARED.findall(text))
    for used in _PREFIXED.finditer(bare):
        is_declaration = bare[: used.start()].rstrip().upper().endswith("PREFIX")
        if used[1] not in (*declared, "_") and not is_declaration:
            yield (
                Advice(
                    f"前缀 {used[1]}: 没有声明；请在最前面加上 PREFIX {used[1]}: <…>。",
                    f"The prefix {used[1]}: is not declared; put PREFIX {used[1]}: <…> at the top.",
                ),
                used.start(),
            )


def _of_pairs(bare: str) -> Iterator[_Told]:
    for opening, closing in _PAIRS:
        missing = bare.count(opening) - bare.count(closing)
        if missing > 0:
            are = "is" if missing == 1 else "are"
            advice = Advice(
                f"少了 {missing} 个 {closing} 。", f"{missing} {closing} {are} missing."
            )
            yield advice, None
        elif missing < 0:
            are = "is" if missing == -1 else "are"
            too_many = f"There {are} {-missing} {closing} too many."
            yield Advice(f"多了 {-missing} 个 {closing} 。", too_many), None


def _of_the_head(bare: str) -> Iterator[_Told]:
    """What is often wrong before the pattern, and with conditions."""
    for pattern, advice in _OFTEN:
        if found := pattern.search(bare):
            yield advice, found.start(1)


def _listed(expected: str) -> Advice:
    """The signs that may stand there; the engine's words are its guesses and stay out."""
    marks = list(dict.fromkeys(_MARKS.findall(expected)))[:_MOST_MARKS]
    if not marks:
        return Advice(
            "这里不合 SPARQL 1.1 语法；请看它前面的一段。",
            "This is not as SPARQL 1.1 has it; look at what stands just before.",
        )
    signs = "  ".join(marks)
    return Advice(f"这里可以写的有： {signs} 。", f"What may stand here is one of  {signs} .")
