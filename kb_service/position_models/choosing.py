"""Fields that name one of several things: what was meant, or what could have been."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from pyoxigraph import NamedNode

from kb_service.people_records import Choice, Choices, RatedDimension, Unreadable
from kb_service.position_models.choices import ModelChoices
from kb_service.position_models.form_rows import SECTIONS
from kb_service.position_models.naming import id_in
from kb_service.position_models.values import is_address, read_line, read_number
from kb_service.position_models.written import quoted

_MOST_LISTED = 12
_PER_CENT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*%\s*")
_ADDRESS = "https://example.org/handbook"
_SHARED_LETTERS = 5
"""So many letters two words have in common that mean something alike."""
NOUNS = {
    "type": ("职业方向", "direction"),
    "ability": ("能力", "ability"),
    "motivation": ("动机", "motivation"),
    "indicator": ("指标", "indicator"),
}
_COUNTED = {"type": "个", "ability": "项", "motivation": "种", "indicator": "项"}


class Chooser:
    """Finds what fields name among all that a model may name."""

    def __init__(self, choices: ModelChoices) -> None:
        self.choices = choices
        self._of: dict[str, Choices] = {
            name: Choices.of(getattr(choices, name))
            for name in ("frameworks", "tiers", "evidence", "statuses", "grades", "sources")
        }
        self._dimensions = {kind: Choices.of(choices.of_kind(kind)) for kind in SECTIONS}
        self._tiers = {kind: Choices.of(choices.tiers_for(kind)) for kind in SECTIONS}

    def read(self, value: object, name: str, zh: str, en: str) -> str:
        """The id of what a field names among the choices called `name`."""
        text = _named(value)
        if found := _find(self._of[name], text):
            return found
        if name == "sources" and is_address(text):
            return id_in("work", NamedNode(text))
        raise _unknown(text, self._of[name], f"个{zh}", en.lower(), name == "sources")

    def tier(self, value: object, kind: str) -> str:
        """The id of a tier that dimensions of this kind may have."""
        text = _named(value)
        tiers = self._tiers[kind]
        if found := _find(tiers, text):
            return found
        ranked = dict(enumerate(tiers.by_id.values(), start=1))
        meant = ranked.get(int(text)) if text.isdecimal() and len(text) < 3 else None
        raise _unknown(text, tiers, "个层级", "tier", of=NOUNS[kind], meant=meant)

    def dimension(self, value: object, kind: str) -> RatedDimension:
        """The dimension of a kind that a field names."""
        text = _named(value)
        if found := _find(self._dimensions[kind], text):
            return self.choices.of_kind(kind)[found]
        zh, en = NOUNS[kind]
        for other, dimensions in self._dimensions.items():
            if _find(dimensions, text):
                there_zh, there_en = NOUNS[other]
                raise Unreadable(
                    f"“{quoted(text)}”不是{zh}，而是{there_zh}；请移到{there_zh}那一组。",
                    f"{quoted(text)!r} is no {en} but {_a(there_en)}; move it to the "
                    f"{SECTIONS[other]}.",
                )
        raise _unknown(text, self._dimensions[kind], _COUNTED[kind] + zh, en)


def read_level(value: object, dimension: RatedDimension | None) -> Decimal:
    """A level on the scale of a dimension; any number where the dimension is not known."""
    number = read_number(value)
    if dimension and not dimension.minimum <= number <= dimension.maximum:
        low, high = (f"{each.normalize():f}" for each in (dimension.minimum, dimension.maximum))
        middle = f"{((dimension.minimum + dimension.maximum) // 2 + 1).normalize():f}"
        raise Unreadable(
            f"{quoted(value)} 超出量表；{dimension.zh}应在 {low} 至 {high} 之间，例如 {middle}。",
            f"{quoted(value)} is off the scale; for {dimension.en} give a number from {low} to "
            f"{high}, such as {middle}.",
        )
    return number


def read_weight(value: object) -> Decimal:
    """How heavily something counts."""
    if isinstance(value, str) and (
        share := _PER_CENT.fullmatch(unicodedata.normalize("NFKC", value))
    ):
        raise Unreadable(
            f"权重不写百分号，只看彼此大小：请写 {share[1]}，同一张表的各项都写，或者都留空。",
            f"Weights count beside each other, without per cent signs: write {share[1]}, and one for "
            "each of its kind, or leave all of them out.",
        )
    number = read_number(value)
    if number <= 0:
        raise Unreadable(
            f"权重应大于 0，而不是 {quoted(value)}；例如 2；不算数就删去这一项。",
            f"Give a weight above 0 instead of {quoted(value)}, such as 2; what does not count is "
            "better left out.",
        )
    return number


def _named(value: object) -> str:
    """What a field names; a number names nothing that there is, and is told as that."""
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return quoted(value) if is_number else read_line(value)


def _find(choices: Choices, text: str) -> str | None:
    """The id of what is written like this, or as drop-downs show it: `label (id)`."""
    id = text.rpartition(" (")[2].removesuffix(")")
    return choices.find(text) or (id if text.endswith(f" ({id})") and id in choices.by_id else None)


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _unknown(
    text: str,
    choices: Choices,
    zh: str,
    en: str,
    addresses: bool = False,
    of: tuple[str, str] | None = None,
    meant: Choice | None = None,
) -> Unreadable:
    """That nothing is called this, with what is nearest to it, or with all there is."""
    near = [meant] if meant else _near(text, choices)
    offered: list[Choice] = [] if near else list(choices.by_id.values())
    said_zh = f"{of[0] if of else ''}没有“{quoted(text)}”这{zh}"
    said_en = f"There is no {en} {quoted(text)!r}" + (f" for {_a(of[1])}" if of else "")
    if near:
        zh_rest = f"；是否想写{_list_zh(near)}？"
        en_rest = f". Did you mean {_list_en(near)}?"
    elif len(offered) <= _MOST_LISTED:
        zh_rest = f"；请从中选一个：{_list_zh(offered)}。"
        en_rest = f"; choose one of {_list_en(offered)}."
    else:
        zh_rest = (
            f"；一共有 {len(offered)} {zh[0]}，例如{_list_zh(offered[:3])}，模板的“说明”表列出全部。"
            "其中没有的请删去，需要说明的写进“模型备注”（note）。"
        )
        en_rest = (
            f". There are {len(offered)}, such as {_list_en(offered[:3])}; the sheet Guide of the "
            "template lists them all. Delete what is not among them, and say it in the note on the "
            "model (note)."
        )
    if addresses and not near:
        zh_rest += (
            f"别处的出处请写完整的网址，例如 {_ADDRESS}；没有网址的留空，写进“模型备注”（note）。"
        )
        en_rest += (
            f" Write a source elsewhere as its whole address, such as {_ADDRESS}; one without an "
            "address belongs in the note on the model (note)."
        )
    return Unreadable(said_zh + zh_rest, said_en + en_rest)


def _near(text: str, choices: Choices) -> list[Choice]:
    """What was meant: by its spelling, without a prefix or the address before it, or by a word."""
    last = re.split(r"[:/#]", text)[-1]
    if found := choices.near(text, 3) or choices.near(last, 3):
        return found
    if not text.isascii():
        labels = {choice.zh: choice for choice in choices.by_id.values()}
        alike = [label for label in labels if text[:2] in label]
        alike = alike or [label for label in labels if label.startswith(text[:1])]
        return [labels[label] for label in alike[:3]]
    words = {word for word in re.findall("[a-z]+", text.casefold()) if len(word) >= _SHARED_LETTERS}
    return [
        choice
        for choice in choices.by_id.values()
        if any(
            one[:_SHARED_LETTERS] == other[:_SHARED_LETTERS]
            for one in words
            for other in re.findall("[a-z]+", f"{choice.en} {choice.id}".casefold())
        )
    ][:3]


def _list_zh(choices: list[Choice]) -> str:
    return "、".join(f"“{_inner(each.zh)}”（{each.id}）" for each in choices)


def _list_en(choices: list[Choice]) -> str:
    return ", ".join(f"{each.en} ({each.id})" for each in choices)


def _inner(zh: str) -> str:
    """A Chinese label as it stands between quotation marks."""
    return zh.replace("“", "‘").replace("”", "’")
