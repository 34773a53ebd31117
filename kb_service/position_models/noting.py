"""Where each thing of a model and each of its fields was written, and what its author is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from kb_service.people_records import Choice
from kb_service.position_models.choices import ModelChoices
from kb_service.position_models.fields import Field, Takes
from kb_service.position_models.form import DOCUMENT_FIELDS, MODEL_FIELDS, POSITION_FIELDS
from kb_service.position_models.form_rows import (
    DUTY_FIELDS,
    REQUIREMENT_FIELDS,
    SECTIONS,
    STANDARD_FIELDS,
)
from kb_service.position_models.form_words import (
    FormWords,
    names_in,
    words_for,
    words_for_asking,
    words_for_text,
    words_for_unknown_position,
)
from kb_service.position_models.model import (
    LANGUAGES,
    Duty,
    GradeStandard,
    ModelRequirement,
    PositionModel,
    Text,
)
from kb_service.position_models.naming import header_node, node, requirement_node, standard_node
from kb_service.position_models.places import RecordedPlaces
from kb_service.position_models.written import Written
from kb_service.vocabulary import IDENTIFIER, LABEL, iri

_FOR_POSITION = iri("core", "forPosition")
_REQUIRES = iri("core", "requires")


@dataclass(frozen=True)
class Read:
    """The records that were read, each with what it was read from."""

    duties: list[tuple[Written, Duty]] = field(default_factory=list)
    requirements: list[tuple[Written, ModelRequirement]] = field(default_factory=list)
    standards: list[tuple[Written, GradeStandard]] = field(default_factory=list)


def notes_of(
    model: PositionModel, written: Written, read: Read, choices: ModelChoices
) -> tuple[RecordedPlaces, FormWords]:
    """Where the triples of a model were written, and how to tell its author what they lack."""
    notes = _Notes()
    about, header = node("model", model.id), header_node(model)
    _note_name(notes, model, written)
    id, version = written.member("id").where, written.member("version").where
    notes.thing(about, written, MODEL_FIELDS, id)
    notes.path(about, iri("core", "version"), version)
    notes.thing(header, written, DOCUMENT_FIELDS, id)
    notes.path(header, iri("owl", "versionInfo"), version)
    _note_position(notes, model, written.member("position"), read)
    for row, asked in read.requirements:
        named, where = requirement_node(model, asked), row.member("dimension").where
        tiers = list(choices.tiers_for(asked.kind).values())
        notes.thing(named, row, REQUIREMENT_FIELDS, where, tiers)
        notes.value(about, _REQUIRES, named, where)
        notes.value(about, _REQUIRES, node(asked.kind, asked.dimension), where)
    notes.path(about, _REQUIRES, _where_to_ask(model, written))
    if not model.requirements:
        notes.lack(about, _REQUIRES, words_for_asking(choices))
    for row, standard in read.standards:
        where = row.member("indicator").where
        notes.thing(standard_node(standard), row, STANDARD_FIELDS, where)
    words = FormWords(notes.lacking, names_in(choices))
    return RecordedPlaces(notes.things, notes.paths, notes.values), words


def _note_name(notes: _Notes, model: PositionModel, written: Written) -> None:
    """That a model without a name of its own lacks that of its position, where that is new."""
    position, own = written.member("position"), written.member("label")
    about, name = node("model", model.id), position.member("label")
    if not model.position.is_described and not position.member("id").is_empty:
        notes.lack(about, _FOR_POSITION, words_for_unknown_position(name))
        return
    label = next(each for each in POSITION_FIELDS if each.name == "label")
    lacking = [
        language
        for language in LANGUAGES
        if own.member(language).is_empty and name.member(language).is_empty
    ]
    if lacking:
        notes.path(about, LABEL, name.member(lacking[0]).where)
        notes.lack(about, LABEL, words_for_text(name, label))
    if not model.position.is_described:
        notes.path(about, _FOR_POSITION, place_in(name, True))
        notes.lack(about, _FOR_POSITION, words_for_text(name, label))


def _note_position(notes: _Notes, model: PositionModel, written: Written, read: Read) -> None:
    about, where = node("position", model.position.id), written.member("id").where
    notes.thing(about, written, POSITION_FIELDS, where)
    notes.path(node("model", model.id), _FOR_POSITION, where)
    for row, duty in read.duties:
        named, place = node("duty", duty.id), place_in(row.member("label"), True)
        notes.thing(named, row, DUTY_FIELDS, place)
        notes.value(about, iri("core", "hasDuty"), named, place)


def _where_to_ask(model: PositionModel, written: Written) -> str:
    """Where a model that asks for too little should ask for more: where it asks for nothing yet.

    One that asks for nothing at all begins with abilities or indicators; where nothing of what it
    asks could be read, that has been told there.
    """
    unread = [row for section in SECTIONS.values() for row in written.member(section).items]
    if unread and not model.requirements:
        return unread[0].member("dimension").where
    asked = {requirement.kind for requirement in model.requirements}
    offered = [kind for kind in SECTIONS if written.member(SECTIONS[kind]).value is not None]
    kinds = [kind for kind in offered if kind not in asked] or offered or list(SECTIONS)
    first = [kind for kind in ("ability", "indicator") if kind in kinds and not asked]
    return written.member(SECTIONS[first[0] if first else kinds[-1]]).where


@dataclass
class _Notes:
    """The places noted so far; the first place of a thing is kept."""

    things: dict[str, str] = field(default_factory=dict)
    paths: dict[tuple[str, str], str] = field(default_factory=dict)
    values: dict[tuple[str, str, str], str] = field(default_factory=dict)
    lacking: dict[tuple[str, str], Text] = field(default_factory=dict)

    def thing(
        self,
        about: NamedNode,
        record: Written,
        fields: Iterable[Field],
        at: str,
        tiers: Sequence[Choice] = (),
    ) -> None:
        self.things.setdefault(about.value, at)
        for each in fields:
            member = record.member(each.name)
            if each.path:
                prefix, _, name = each.path.partition(":")
                where = place_in(member, each.takes is Takes.TEXT)
                self.path(about, iri(prefix, name), where)
                self.lack(about, iri(prefix, name), words_for(member, each, tiers))
            elif each.name == "id":
                self.path(about, IDENTIFIER, member.where)

    def lack(self, about: NamedNode, path: NamedNode, words: Text | None) -> None:
        if words:
            self.lacking.setdefault((about.value, path.value), words)

    def path(self, about: NamedNode, path: NamedNode, where: str) -> None:
        self.paths.setdefault((about.value, path.value), where)

    def value(self, about: NamedNode, path: NamedNode, value: NamedNode, where: str) -> None:
        self.values.setdefault((about.value, path.value, value.value), where)


def place_in(member: Written, is_text: bool) -> str:
    """The place of a field; of a text, that of the language it is missing in, else of the first."""
    if not is_text:
        return member.where
    pieces = [member.member(language) for language in LANGUAGES]
    return next((piece for piece in pieces if piece.is_empty), pieces[0]).where
