"""What the shapes say of a form in the form's own words: what to write in a field, not Turtle."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kb_service.findings import Finding
from kb_service.people_records import Choice
from kb_service.position_models.choices import ModelChoices
from kb_service.position_models.choosing import NOUNS
from kb_service.position_models.fields import Field, Takes
from kb_service.position_models.form import DOCUMENT_FIELDS, MODEL_FIELDS, POSITION_FIELDS
from kb_service.position_models.form_rows import DUTY_FIELDS, REQUIREMENT_FIELDS, STANDARD_FIELDS
from kb_service.position_models.model import LANGUAGES, Text
from kb_service.position_models.written import Written
from kb_service.vocabulary import NAMESPACES

_NAMED = re.compile(
    r"(?<![A-Za-z0-9_:/])([a-z]+):([A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*)"
    r"(?: (?:(?=[0-9\"])|(?=([a-z]+:[A-Za-z0-9]))))?"
)
"""A name in Turtle; with the blank after it where a number, a text or another name follows."""
_NEEDLESS = re.compile("(?<=[\u3000-\u9fff“”（）]) (?=[\u3000-\u9fff“”（）])")
"""A blank between Chinese characters, where Turtle stood in the message."""
_COLON = {"zh": "：", "en": ": "}
_ALL_FIELDS = (
    *REQUIREMENT_FIELDS,
    *MODEL_FIELDS,
    *DOCUMENT_FIELDS,
    *POSITION_FIELDS,
    *DUTY_FIELDS,
    *STANDARD_FIELDS,
)
_FIELDS: Mapping[str, Text] = {
    "core:forPosition": {"zh": "岗位编号", "en": "Position id"},
    "core:version": {"zh": "版本", "en": "Version"},
    **{each.path: {"zh": each.zh, "en": each.en} for each in reversed(_ALL_FIELDS) if each.path},
}
"""By property, the name of the field that becomes it."""


@dataclass(frozen=True)
class FormWords:
    """How to tell the author of a form what a shape found, for whom Turtle says nothing."""

    lacking: Mapping[tuple[str, str], Text] = field(default_factory=dict)
    """By the IRIs of a thing and of a property, what to write where it says nothing yet."""
    names: Mapping[str, Text] = field(default_factory=dict)
    """What things are called that messages name as Turtle does: `tier:main`."""

    def told(self, finding: Finding) -> Finding:
        """The finding as the author of the form is to read it."""
        words = self.lacking.get((finding.focus, finding.path)) or {
            language: self._without_turtle(said, language)
            for language, said in finding.message.items()
        }
        return replace(finding, message=words)

    def _without_turtle(self, said: str, language: str) -> str:
        """A message whose properties are fields by name, and whose things are what fields take."""

        def in_words(found: re.Match[str]) -> str:
            prefix, id, before_name = found.groups()
            name, blank = f"{prefix}:{id}", " " if found[0].endswith(" ") else ""
            if name in _FIELDS:
                if blank and not before_name:
                    return ""
                return _quoted(_FIELDS[name], language) + (_COLON[language] if before_name else "")
            if name in self.names:
                return self.names[name][language] + blank
            return (id if prefix in NAMESPACES else name) + blank

        return _NEEDLESS.sub("", _NAMED.sub(in_words, said))


def names_in(choices: ModelChoices) -> dict[str, Text]:
    """What the things are called that a form chooses from, by their names in Turtle."""
    kinds = {
        dimension.part: NOUNS[kind]
        for kind in reversed(NOUNS)
        for dimension in choices.of_kind(kind).values()
    }
    chosen = {
        "tier": choices.tiers,
        "evidence": choices.evidence,
        "status": choices.statuses,
        "framework": choices.frameworks,
    }
    return {
        **{f"part:{part}": {"zh": zh, "en": en} for part, (zh, en) in kinds.items()},
        **{
            f"{prefix}:{id}": _called(choice)
            for prefix, known in chosen.items()
            for id, choice in known.items()
        },
    }


def words_for(member: Written, of: Field, tiers: Sequence[Choice]) -> Text | None:
    """What to write in a field that says nothing, or in one language only; None where all is said."""
    if of.takes is Takes.TEXT:
        return words_for_text(member, of)
    if of.takes is not Takes.TIER or not member.is_empty or not tiers:
        return None
    names = [_called(tier) for tier in tiers]
    zh = "、".join(name["zh"] for name in names)
    en = ", ".join(name["en"] for name in names)
    return {
        "zh": f"请在这里选一个“{of.zh}”：{zh}。",
        "en": f"Choose one for {of.en!r} here: {en}.",
    }


def words_for_text(member: Written, of: Field) -> Text | None:
    """The same for a text."""
    zh, en = (member.member(language) for language in LANGUAGES)
    in_zh, in_en = of.examples
    if zh.is_empty and en.is_empty and zh.where == en.where:
        return {
            "zh": f"请在这里用中文和英文写“{of.zh}”，例如“{in_zh}”和“{in_en}”。",
            "en": f'Write {of.en!r} in Chinese and in English here, such as "{in_zh}" and "{in_en}".',
        }
    if zh.is_empty and en.is_empty:
        return {
            "zh": f"请在这里用中文写“{of.zh}”，在 {en.where} 用英文写，例如“{in_zh}”和“{in_en}”。",
            "en": f"Write {of.en!r} in Chinese here and in English in {en.where}, such as "
            f'"{in_zh}" and "{in_en}".',
        }
    if zh.is_empty:
        return {
            "zh": f"请在这里用中文写“{of.zh}”，例如“{in_zh}”。",
            "en": f'Write {of.en!r} in Chinese here, such as "{in_zh}".',
        }
    if en.is_empty:
        return {
            "zh": f"请在这里用英文写“{of.zh}”，例如“{in_en}”。",
            "en": f'Write {of.en!r} in English here, such as "{in_en}".',
        }
    return None


def words_for_unknown_position(name: Written) -> Text:
    """What to write where an id was given of a position that is described nowhere."""
    places = list(dict.fromkeys(name.member(language).where for language in LANGUAGES))
    return {
        "zh": "没有这个岗位；请写已有岗位的编号，例如 team-leader；新岗位请在 "
        f"{' 和 '.join(places)} 写名称。",
        "en": "There is no such position; write the id of one that exists, such as team-leader, or "
        f"name a new one in {' and '.join(places)}.",
    }


def words_for_asking(choices: ModelChoices) -> Text | None:
    """What to write in a model that asks for nothing."""
    abilities = choices.of_kind("ability") or choices.of_kind("indicator")
    first = next(iter(abilities.values()), None)
    if first is None:
        return None
    return {
        "zh": f"这里还没有要求；请至少写一项，例如“{first.zh}”（{first.id}）。",
        "en": f"Nothing is asked for yet; ask for something, such as {first.en} ({first.id}).",
    }


def _called(choice: Choice) -> Text:
    return {"zh": f"“{choice.zh}”（{choice.id}）", "en": f"{choice.en} ({choice.id})"}


def _quoted(words: Text, language: str) -> str:
    return f"“{words['zh']}”" if language == "zh" else repr(words["en"])
