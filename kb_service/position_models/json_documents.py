"""Position models as JSON documents, in and out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kb_service.findings import RefusedInput, violation
from kb_service.people_records import Choice
from kb_service.position_models.choices import ModelChoices
from kb_service.position_models.fields import Field
from kb_service.position_models.form import DOCUMENT_FIELDS, MODEL_FIELDS, POSITION_FIELDS
from kb_service.position_models.form_rows import (
    DUTY_FIELDS,
    REQUIREMENT_FIELDS,
    SECTIONS,
    STANDARD_FIELDS,
)
from kb_service.position_models.json_advice import syntax_advice
from kb_service.position_models.model import PositionModel
from kb_service.position_models.naming import node
from kb_service.position_models.reading import ReadModel, read_form
from kb_service.position_models.statements import write_statements
from kb_service.position_models.values import as_number
from kb_service.position_models.written import Written, quoted

MOST_BYTES = 20_000_000
_DEEPEST = 20


def to_json(model: PositionModel, choices: ModelChoices) -> dict[str, Any]:
    """The model as a JSON object, from which `read_json` reads the same model again.

    It has no members for what is empty.
    """
    document = _record(model, MODEL_FIELDS, choices.sources)
    document |= _record(model.header, DOCUMENT_FIELDS, choices.sources)
    position = _record(model.position, POSITION_FIELDS, choices.sources)
    if model.position.duties:
        position["duties"] = [
            _record(duty, DUTY_FIELDS, choices.sources) for duty in model.position.duties
        ]
    document["position"] = position
    for kind, section in SECTIONS.items():
        if asked := model.of_kind(kind):
            document[section] = [
                _record(each, REQUIREMENT_FIELDS, choices.sources) for each in asked
            ]
    if model.standards:
        document["standards"] = [
            _record(each, STANDARD_FIELDS, choices.sources) for each in model.standards
        ]
    for name, statements in (("further", model.further), ("unsaid", model.unsaid)):
        if statements:
            document[name] = write_statements(statements)
    return document


def written_source(id: str, known: Mapping[str, Choice]) -> str:
    """A source as fields name it: its id when it is one that is known, else its whole IRI."""
    return id if not id or id in known else node("work", id).value


def _record(
    record: object, fields: Iterable[Field], sources: Mapping[str, Choice]
) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for field in fields:
        value = getattr(record, field.stored_as)
        if isinstance(value, Decimal):
            said[field.name] = as_number(value)
        elif field.choices == "sources":
            said[field.name] = written_source(value, sources)
        else:
            said[field.name] = dict(value) if isinstance(value, Mapping) else value
    return {name: value for name, value in said.items() if not _is_usual(value)}


def _is_usual(value: object) -> bool:
    """Whether leaving this out says the same."""
    return value is True or value in (None, "", {})


def read_json(data: bytes, choices: ModelChoices) -> ReadModel:
    """What a JSON document says; the place of each fault is a JSON pointer.

    Raises RefusedInput for what is no JSON at all.
    """
    return read_form(_written(parsed(data), "", 0), choices)


def is_linked_data(data: bytes) -> bool:
    """Whether a JSON text is JSON-LD rather than a model as we write it: its words begin with `@`.

    A text that is no JSON is none; reading it says what is wrong.
    """
    try:
        value = parsed(data)
    except RefusedInput:
        return False
    rows = value if isinstance(value, list) else [value]
    return any(
        name.startswith("@") for row in rows if isinstance(row, _Object) for name, _ in row.members
    )


@dataclass(frozen=True)
class _Object:
    """A JSON object with all its members, those of the same name too."""

    members: tuple[tuple[str, Any], ...]


def parsed(data: bytes) -> Any:
    """The value in a JSON text. Raises RefusedInput: 400 for what is none, 413 for too much."""
    if len(data) > MOST_BYTES:
        raise _refuse(
            f"文件超过 {MOST_BYTES // 1_000_000} MB；一个模型远没有这么大。",
            f"This is larger than {MOST_BYTES // 1_000_000} MB, far more than a model needs.",
            status=413,
        )
    try:
        return json.loads(
            data.decode("utf-8-sig"),
            parse_int=_number,
            parse_float=_number,
            parse_constant=str,
            object_pairs_hook=lambda pairs: _Object(tuple(pairs)),
        )
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refuse(
            f"第 {line} 行不是 UTF-8 编码；请另存为 UTF-8。",
            f"Line {line} is not UTF-8; save the document as UTF-8.",
            f"line {line}",
        ) from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        advice_zh, advice_en = syntax_advice(error.doc, error.pos)
        raise _refuse(
            f"第 {error.lineno} 行第 {error.colno} 列起不是 JSON；{advice_zh}",
            f"From line {error.lineno}, column {error.colno} this is no JSON; {advice_en}",
            where,
        ) from error
    except RecursionError as error:
        raise _too_deep("") from error


def _number(text: str) -> Decimal | str:
    """A number exactly as it is written; one of absurd length stays text, which no field takes."""
    return Decimal(text) if len(text) <= 1_000 else text


def _refuse(zh: str, en: str, where: str = "", status: int = 400) -> RefusedInput:
    return RefusedInput((violation(zh, en, where),), status)


def _too_deep(where: str) -> RefusedInput:
    return _refuse(
        f"嵌套超过 {_DEEPEST} 层；rengang template model 例子.json 写出一个填好的例子，请照它书写。",
        f"This is nested more than {_DEEPEST} levels deep; write it as the example that rengang "
        "template model example.json gives.",
        where,
    )


def _written(value: Any, where: str, depth: int) -> Written:
    if depth > _DEEPEST:
        raise _too_deep(where)
    absent = where.replace("{", "{{").replace("}", "}}") + "/{}"
    if isinstance(value, _Object):
        members = {}
        for name, each in value.members:
            place = f"{where}/{_escaped(name)}"
            if name in members:
                raise _refuse(
                    f"字段“{quoted(name)}”写了两次；请只留一个。",
                    f"The field {quoted(name)!r} is there twice; keep one of the two.",
                    place,
                )
            members[name] = _written(each, place, depth + 1)
        return Written(members, where, absent)
    if isinstance(value, list):
        rows = (_written(each, f"{where}/{n}", depth + 1) for n, each in enumerate(value))
        return Written(tuple(rows), where)
    return Written(value, where, absent)


def _escaped(name: str) -> str:
    return name[:80].replace("~", "~0").replace("/", "~1")
