"""What to change where a text is no JSON, by what stands there."""

from __future__ import annotations

import re

Advice = tuple[str, str]
"""In Chinese and in English."""
_ADVICE: tuple[tuple[str, Advice], ...] = (
    (
        r"//|/\*|#",
        (
            "JSON 里不能写注释，请删去；要说明的写进 note 字段。",
            "JSON has no comments: delete this one, and say it in the field note.",
        ),
    ),
    (
        r"['‘’“”]",
        ('引号请用半角双引号 "。', 'write straight double quotes: ".'),
    ),
    (
        r"[，；]",
        ("这里请用半角逗号 ,。", "write a plain comma: ,"),
    ),
    (
        "：",
        ("这里请用半角冒号 :。", "write a plain colon: :"),
    ),
    (
        r"(True|False|None)\b",
        (
            "请写 true、false 或 null，或者删去这个字段。",
            "write true, false or null, or leave the field out.",
        ),
    ),
    (
        r"[A-Za-z_][A-Za-z0-9_.-]*\s*:",
        ("字段名请加双引号。", "put the name of the field into double quotes."),
    ),
)
_ELSEWHERE: Advice = (
    "请检查这里和之前的逗号、引号和括号。",
    "look for a missing comma, quote or bracket there and before.",
)
_TRAILING_COMMA: Advice = (
    "最后一项后面不写逗号，请删去。",
    "delete the comma after the last of its items.",
)
_EARLIER = 200


def syntax_advice(text: str, position: int) -> Advice:
    """What to do about the first place at which a text is no JSON."""
    before = text[max(0, position - _EARLIER) : position].rstrip()
    after = text[position : position + _EARLIER].lstrip()
    if re.match(r",?\s*[}\]]", after) and (before.endswith(",") or after.startswith(",")):
        return _TRAILING_COMMA
    for pattern, advice in _ADVICE:
        if re.match(pattern, after):
            return advice
    return _ELSEWHERE
