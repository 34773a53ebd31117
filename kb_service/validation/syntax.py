"""Where a document cannot be read, and what to write there instead."""

from __future__ import annotations

import re
from difflib import get_close_matches

from kb_service.findings import Finding, violation
from kb_service.validation.text import shown
from kb_service.vocabulary import NAMESPACES

_POSITION = re.compile(r"^Parser error at line \d+ (?:column \d+|between columns \d+ and \d+): ")
_PREFIX = re.compile(r"[Tt]he prefix (\S+): has not been declared|Unknown prefix (\S+):")

_WORD = re.compile(r"\S{1,80}")
_PLAIN = {
    **dict(zip("，。；：、“”‘’（）＜＞＠＃", ",.;:,\"\"''()<>@#", strict=True)),
    **{chr(ord("０") + digit): str(digit) for digit in range(10)},
}
"""Characters of a Chinese keyboard, and those that stand for them in Turtle."""

_ADVICE: tuple[tuple[str, str, str], ...] = (
    (
        "LoadDocumentCallback",
        "不能引用网上的 @context，这里不访问网络；请把 @context 的内容直接写进文件。",
        "An @context from the network is not fetched; write its content into the document.",
    ),
    (
        "Named graphs are not allowed",
        "不收命名图；请去掉图名，把内容直接放在文件里。",
        "Named graphs are not taken; leave out the graph's name and write its content directly.",
    ),
    (
        "A dot is expected",
        "上一句没有结束；请在这里之前加一个英文句点“.”，若还是说同一个主语，则加“;”。",
        'The statement before this place has no end; put a full stop "." after it, or a semicolon'
        ' ";" where the same subject goes on.',
    ),
    (
        "Unexpected end",
        "文件在这里突然结束；请补全最后一句，并以英文句点“.”结尾。",
        'The document ends in the middle of something; complete it, with a full stop "." last.',
    ),
    (
        "Line jumps are not allowed",
        '这一行的文字没有以双引号结尾；请补上 "，多行文字请用三个双引号括起来，例如 """第一行…""" 。',
        'The text on this line has no quote at its end; add ", or put text of several lines between'
        ' three double quotes, such as """first line …""".',
    ),
    (
        "No scheme found",
        "请写完整的地址，例如 <https://w3id.org/rengang/position/team-leader>，或写前缀名。",
        "Write the whole address, such as <https://w3id.org/rengang/position/team-leader>, or a"
        " prefixed name.",
    ),
    (
        "Invalid IRI",
        "地址里不能有空格、引号或尖括号；请去掉它们，或用连字符代替空格。",
        "An address has no spaces, quotes or angle brackets; remove them, or write hyphens for"
        " spaces.",
    ),
    (
        "not allowed at the beginning of a prefix name",
        "请用英文标点：文字用直双引号括起来，句末用“.”，不用中文引号和句号。",
        'Use plain punctuation: straight double quotes around text and "." at the end, no “ ” or 。.',
    ),
    (
        "is not a valid predicate",
        "主语之后应写属性，例如 core:weight 3.0 。",
        "After the subject comes a property, such as core:weight 3.0 .",
    ),
    (
        "is not a valid",
        "这里的写法不成立；请检查此前是否缺少“;”“.”或引号。",
        'This cannot stand here; look for a missing ";", "." or quote before it.',
    ),
)


def syntax_fault(error: SyntaxError, text: bytes) -> Finding:
    """What to do about a syntax error, with line and column in the words and in `where`."""
    reason = _POSITION.sub("", str(error.msg))
    zh, en = _advice(reason)
    if error.lineno is None:
        return violation(zh, en)
    line, column = error.lineno, error.offset or 1
    if typed := _typed_in_chinese(_line(text, line, stripped=False), column):
        zh, en = typed
    return violation(
        f"第 {line} 行第 {column} 列：{zh}",
        f"Line {line}, column {column}: {en}",
        f"line {line}, column {column}",
        shown(_line(text, line)),
    )


def _typed_in_chinese(line: str, column: int) -> tuple[str, str] | None:
    """What to write for the Chinese punctuation or full-width digits at a place; None without any."""
    written = _WORD.match(line, column - 1)
    found = next((c for c in written.group() if c in _PLAIN), "") if written else ""
    if not found:
        return None
    plain = _PLAIN[found]
    return (
        f"这里有中文标点或全角字符 {found} ，请改为半角的 {plain} 。",
        f"There is a full-width {found} here; write a plain {plain} for it.",
    )


def _advice(reason: str) -> tuple[str, str]:
    if found := _PREFIX.search(reason):
        return _declare(shown(found[1] or found[2], 40))
    for sign, zh, en in _ADVICE:
        if sign in reason:
            return zh, en
    short = shown(reason)
    return (
        f"这里无法读取，请改正后再提交（{short}）。",
        f"This cannot be read; correct it ({short}).",
    )


def _declare(prefix: str) -> tuple[str, str]:
    close = get_close_matches(prefix, NAMESPACES, n=1) if prefix not in NAMESPACES else []
    if close:
        return (
            f"前缀 {prefix}: 没有声明；是否想写 {close[0]}:？",
            f"The prefix {prefix}: is not declared; did you mean {close[0]}:?",
        )
    namespace = NAMESPACES.get(prefix, "https://…")
    line = f"@prefix {prefix}: <{namespace}> ."
    return (
        f"前缀 {prefix}: 没有声明；请在文件开头加一行：{line}",
        f"The prefix {prefix}: is not declared; put this at the top of the document: {line}",
    )


def _line(text: bytes, number: int, *, stripped: bool = True) -> str:
    lines = text.split(b"\n", number)
    line = lines[number - 1].decode("utf-8", "replace") if len(lines) >= number else ""
    return line.strip() if stripped else line
