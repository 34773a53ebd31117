"""What the JSON document of a position model looks like, as JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kb_service.position_models.fields import Field, Takes
from kb_service.position_models.form import DOCUMENT_FIELDS, MODEL_FIELDS, POSITION_FIELDS
from kb_service.position_models.form_rows import (
    DUTY_FIELDS,
    REQUIREMENT_FIELDS,
    SECTIONS,
    STANDARD_FIELDS,
)
from kb_service.position_models.plain_text import LONGEST

_Schema = dict[str, Any]
_TEXT: _Schema = {"type": "string", "maxLength": LONGEST}
_NUMBER: _Schema = {
    "anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"}]
}
_STATEMENTS: _Schema = {"type": "array", "items": {"type": "string"}}


def model_schema() -> _Schema:
    """The schema of a whole document. What it says nothing of has a meaning of its own."""
    properties = _properties((*MODEL_FIELDS, *DOCUMENT_FIELDS))
    position = _properties(POSITION_FIELDS)
    position["duties"] = _rows(DUTY_FIELDS, "The duties of the position, in their order.")
    properties["position"] = _object(position, ())
    for section in SECTIONS.values():
        about = f"The {section} that the model asks for."
        properties[section] = _rows(REQUIREMENT_FIELDS, about)
    properties["standards"] = _rows(STANDARD_FIELDS, "Behaviour by indicator and grade.")
    properties["further"] = _STATEMENTS | {
        "description": "Statements in N-Triples that no other member can say."
    }
    properties["unsaid"] = _STATEMENTS | {
        "description": "Statements that the other members imply and the document does not make."
    }
    return _object(properties, MODEL_FIELDS)


def _object(properties: _Schema, fields: Iterable[Field]) -> _Schema:
    required = [field.name for field in fields if field.required]
    whole: _Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return whole | ({"required": required} if required else {})


def _rows(fields: tuple[Field, ...], about: str) -> _Schema:
    items = _object(_properties(fields), fields)
    return {"type": "array", "items": items, "description": about}


def _properties(fields: Iterable[Field]) -> _Schema:
    return {field.name: _property(field) for field in fields}


def _property(field: Field) -> _Schema:
    described = {"description": f"{field.en}: {field.about_en}", "title": field.zh}
    zh, en = field.examples
    if field.takes is Takes.TEXT:
        languages = {"zh": _TEXT, "en": _TEXT}
        return {
            "type": "object",
            "properties": languages,
            "additionalProperties": False,
            "examples": [{"zh": zh, "en": en}],
            **described,
        }
    if field.takes in (Takes.LEVEL, Takes.WEIGHT):
        return _NUMBER | described
    if field.takes is Takes.RANK:
        return {"type": "integer", "minimum": 1, "maximum": 999_999, **described}
    if field.takes is Takes.FLAG:
        return {"type": "boolean", **described}
    return _TEXT | {"examples": [en], **described}
