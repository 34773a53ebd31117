"""Each field of a record read as what it takes, its fault told when it says something else."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kb_service.findings import Finding
from kb_service.people_records import RatedDimension, Unreadable
from kb_service.position_models.choosing import NOUNS, Chooser, read_level, read_weight
from kb_service.position_models.fields import Field, Takes
from kb_service.position_models.form import DOCUMENT_FIELDS, MODEL_FIELDS, POSITION_FIELDS
from kb_service.position_models.form_rows import DUTY_FIELDS, REQUIREMENT_FIELDS, STANDARD_FIELDS
from kb_service.position_models.model import LANGUAGES, Text
from kb_service.position_models.values import (
    read_address,
    read_flag,
    read_id,
    read_line,
    read_rank,
    read_version,
)
from kb_service.position_models.written import Unusable, Written, quoted


@dataclass(frozen=True)
class About:
    """What the other fields of a record say, as far as a field's meaning depends on it."""

    kind: str = ""
    dimension: RatedDimension | None = None


@dataclass(frozen=True)
class FieldReader:
    """Reads fields, adding what is wrong with them to the findings."""

    chooser: Chooser
    findings: list[Finding]

    def record(
        self, written: Written, fields: Iterable[Field], about: About | None = None
    ) -> dict[str, Any]:
        """What the fields of a record say, by attribute; those which say nothing are not there."""
        found = {}
        for field in fields:
            value = self.field(written.member(field.name), field, about or About())
            if value is not None:
                found[field.stored_as] = value
        return found

    def field(self, written: Written, field: Field, about: About | None = None) -> Any:
        """What a field says; None when it says nothing or something else than it should."""
        if field.takes is Takes.TEXT:
            return self._text(written, field) or None
        if written.is_empty:
            if field.required:
                self.findings.append(self._missing(written, field, (about or About()).kind))
            return None
        return self._attempt(written, lambda value: self._value(value, field, about or About()))

    def opened(self, written: Written, fields: Sequence[Field], names: Iterable[str]) -> Written:
        """A record with each member under its own name; nothing where this is no record.

        Members that a record of its kind has not are told; one of which it is clear what was meant
        is read as that.
        """
        if not written.members and written.value != {}:
            if written.value is not None:
                example = self._example(fields, "")
                self.findings.append(written.fault(*_record_wanted(example)))
            return Written(None, written.where)
        return self._named(written, list(names))

    def rows(self, written: Written, fields: Sequence[Field], kind: str = "") -> list[Written]:
        """The records in a row, each as `opened` gives it; what is no row and no record is told."""
        example = self._example(fields, kind)
        if written.value is not None and not isinstance(written.value, tuple):
            self.findings.append(
                written.fault(
                    f"这里应是一个列表，只有一项也一样：[{example}]。",
                    f"Give a list here, even for one: [{example}].",
                )
            )
        found = []
        for row in written.items:
            if row.members or row.value == {}:
                found.append(self._named(row, [each.name for each in fields]))
            else:
                self.findings.append(row.fault(*_record_wanted(example)))
        return found

    def _example(self, fields: Sequence[Field], kind: str) -> str:
        """A record with as little as it can have, as JSON has it."""
        said: dict[str, object] = {}
        for field in fields:
            if field.takes is Takes.DIMENSION and kind:
                said[field.name] = next(iter(self.chooser.choices.of_kind(kind)), field.example)
            elif field.takes is Takes.TIER and kind:
                said[field.name] = next(iter(self.chooser.choices.tiers_for(kind)), field.example)
            elif field.name == "label" and field.usual:
                said[field.name] = dict(zip(LANGUAGES, field.examples, strict=True))
            elif field.required or field.takes is Takes.CHOICE and field.choices == "grades":
                said[field.name] = field.example
        return json.dumps(said, ensure_ascii=False)

    def _named(self, written: Written, known: list[str]) -> Written:
        """The record with what was clearly meant under its name; unknown members are told."""
        members = {name: each for name, each in written.members.items() if name in known}
        for name, member in written.members.items():
            if name not in known:
                meant = _meant(name, known)
                near = [meant] if meant else difflib.get_close_matches(name, known, 1)
                self._tell_name(name, member, near, known)
                members.setdefault(meant, member)
        members.pop("", None)
        return replace(written, value=members)

    def _tell_name(self, name: str, member: Written, near: list[str], known: list[str]) -> None:
        guess = near[0] if near else ""
        fields = ", ".join(known)
        self.findings.append(
            Written(name, member.where).fault(
                f"没有“{quoted(name)}”这个字段；"
                + (f"是否想写 {guess}？" if guess else f"可用的字段有：{fields}。"),
                f"There is no field {quoted(name)!r}"
                + (f". Did you mean {guess}?" if guess else f"; the fields are: {fields}."),
            )
        )

    def _text(self, written: Written, field: Field) -> Text:
        if written.value is None:
            return {}
        zh, en = field.examples
        if not written.members and written.value != {}:
            self.findings.append(
                written.fault(
                    f'请分语言写，例如 {{"zh": "{zh}", "en": "{en}"}}。',
                    f'Write it by language, such as {{"zh": "{zh}", "en": "{en}"}}.',
                )
            )
            return {}
        written = self._named(written, list(LANGUAGES))
        pieces = {language: written.member(language) for language in LANGUAGES}
        read = {
            language: self._attempt(piece, read_line)
            for language, piece in pieces.items()
            if not piece.is_empty
        }
        return {language: text for language, text in read.items() if text is not None}

    def _value(self, value: object, field: Field, about: About) -> Any:
        example = str(field.example)
        readers: dict[Takes, Callable[[], Any]] = {
            Takes.VERSION: lambda: read_version(value),
            Takes.ID: lambda: read_id(value, example),
            Takes.IRI: lambda: read_address(value, example),
            Takes.RANK: lambda: read_rank(value),
            Takes.FLAG: lambda: read_flag(value),
            Takes.LEVEL: lambda: read_level(value, about.dimension),
            Takes.WEIGHT: lambda: read_weight(value),
            Takes.CHOICE: lambda: self.chooser.read(value, field.choices, field.zh, field.en),
            Takes.TIER: lambda: self.chooser.tier(value, about.kind),
            Takes.DIMENSION: lambda: self.chooser.dimension(value, about.kind),
        }
        return readers[field.takes]()

    def _attempt(self, written: Written, read: Callable[[object], Any]) -> Any:
        value = written.value
        try:
            if isinstance(value, Unusable):
                raise Unreadable(value.zh, value.en)
            return read(value)
        except Unreadable as fault:
            if fault.zh:
                self.findings.append(written.fault(fault.zh, fault.en))
            return None

    def _missing(self, written: Written, field: Field, kind: str) -> Finding:
        """That a field has to be filled in."""
        zh, en, example = field.zh, field.en, field.example
        if field.takes is Takes.DIMENSION:
            zh, noun = NOUNS[kind]
            en, example = noun.capitalize(), next(iter(self.chooser.choices.of_kind(kind)), "")
        return written.fault(
            f"缺少{zh}；请填写，例如 {example}。",
            f"{en} is missing; give one, such as {example}.",
        )


def _record_wanted(example: str) -> tuple[str, str]:
    return (
        f"这里应是一个对象，例如 {example}。",
        f"Give an object here, such as {example}.",
    )


def _meant(name: str, known: Sequence[str]) -> str:
    """The field that a name means beyond doubt: in other letters, of its property, of a region."""
    folded = _folded(name)
    for each in known:
        if folded in (_folded(each), *_OTHER_NAMES.get(each, ())):
            return each
    language = re.split("[-_]", name.casefold())[0]
    return language if language in LANGUAGES and language in known else ""


def _folded(name: str) -> str:
    return re.sub("[-_ ]", "", name).casefold()


def _other_names() -> dict[str, set[str]]:
    """By field, its property, its English name and what else people call it."""
    names: dict[str, set[str]] = {
        "label": {"name"},
        "dimension": {english for _, english in NOUNS.values()},
    }
    for field in (
        *(*MODEL_FIELDS, *DOCUMENT_FIELDS, *POSITION_FIELDS),
        *(*DUTY_FIELDS, *STANDARD_FIELDS, *REQUIREMENT_FIELDS),
    ):
        of_property = field.path.partition(":")[2]
        names.setdefault(field.name, set()).update(map(_folded, (of_property, field.en)))
    return {name: others - {""} for name, others in names.items()}


_OTHER_NAMES = _other_names()
