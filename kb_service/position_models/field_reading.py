"""Each field of a record read as what it takes, its fault told when it says something else."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from kb_service.findings import Finding
from kb_service.people_records import RatedDimension, Unreadable
from kb_service.position_models.choosing import NOUNS, Chooser, read_level, read_weight
from kb_service.position_models.fields import Field, Takes
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

_RECORD = ("这里应是一个对象 {…}。", "Give an object {…} here.")


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

    def check_names(self, written: Written, known: Iterable[str]) -> bool:
        """Whether this is a record; members that a record of its kind has not are told."""
        if written.value is None:
            return False
        if written.members or written.value == {}:
            for name, member in written.members.items():
                self._check_name(name, member, list(known))
            return True
        self.findings.append(written.fault(*_RECORD))
        return False

    def rows(self, written: Written) -> list[Written]:
        """The records in a row; what is no row is told."""
        if written.value is not None and not isinstance(written.value, tuple):
            self.findings.append(
                written.fault("这里应是一个列表 […]。", "Give a list […] here, even for one.")
            )
        return list(written.items)

    def _check_name(self, name: str, member: Written, known: list[str]) -> None:
        if name in known:
            return
        near = difflib.get_close_matches(name, known, 1)
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
        for name, member in written.members.items():
            self._check_name(name, member, list(LANGUAGES))
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
