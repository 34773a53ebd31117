"""Fields that name one of several things: what was meant, or what could have been."""

from __future__ import annotations

from decimal import Decimal

from pyoxigraph import NamedNode

from kb_service.people_records import Choice, Choices, RatedDimension, Unreadable
from kb_service.position_models.choices import ModelChoices
from kb_service.position_models.form_rows import SECTIONS
from kb_service.position_models.naming import id_in
from kb_service.position_models.values import is_address, read_line, read_number
from kb_service.position_models.written import quoted

_MOST_LISTED = 12
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
        text = read_line(value)
        if found := _find(self._of[name], text):
            return found
        if name == "sources" and is_address(text):
            return id_in("work", NamedNode(text))
        raise _unknown(text, self._of[name], f"个{zh}", en.lower(), name == "sources")

    def tier(self, value: object, kind: str) -> str:
        """The id of a tier that dimensions of this kind may have."""
        text = read_line(value)
        if found := _find(self._tiers[kind], text):
            return found
        raise _unknown(text, self._tiers[kind], "个层级", "tier", of=NOUNS[kind])

    def dimension(self, value: object, kind: str) -> RatedDimension:
        """The dimension of a kind that a field names."""
        text = read_line(value)
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
    number = read_number(value)
    if number <= 0:
        raise Unreadable(
            f"权重应大于 0，而不是 {quoted(value)}；例如 2；不算数就删去这一项。",
            f"Give a weight above 0 instead of {quoted(value)}, such as 2; what does not count is "
            "better left out.",
        )
    return number


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
) -> Unreadable:
    """That nothing is called this, with what is nearest to it, or with all there is."""
    near = choices.near(text, 3)
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
        zh_rest = f"；请从下拉列表中选，例如{_list_zh(offered[:3])}。"
        en_rest = f"; choose one from the list, such as {_list_en(offered[:3])}."
    if addresses:
        zh_rest += "别处的出处请写完整的地址。"
        en_rest += " A source elsewhere is written as a whole address."
    return Unreadable(said_zh + zh_rest, said_en + en_rest)


def _list_zh(choices: list[Choice]) -> str:
    return "、".join(f"“{each.zh}”（{each.id}）" for each in choices)


def _list_en(choices: list[Choice]) -> str:
    return ", ".join(f"{each.en} ({each.id})" for each in choices)
