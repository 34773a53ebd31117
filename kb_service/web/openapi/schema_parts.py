"""The pieces that schemas of the API are put together from."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

STRING: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
TRUTH: Schema = {"type": "boolean"}
OBJECT: Schema = {"type": "object"}
DATE: Schema = {"type": "string", "format": "date"}
VALUE: Schema = {"type": ["string", "number", "boolean", "null"]}


def ref(name: str) -> Schema:
    """A reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(items: Schema) -> Schema:
    """An array of something."""
    return {"type": "array", "items": items}


def maybe(schema: Schema) -> Schema:
    """Something, or null where it is unknown."""
    return {"anyOf": [schema, {"type": "null"}]}


def by_id(schema: Schema) -> Schema:
    """An object whose fields are ids."""
    return {"type": "object", "additionalProperties": schema}


def record(required: dict[str, Schema], **optional: Schema) -> Schema:
    """An object with the fields that are always there, and those that may be."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
    }


def given(**optional: Schema) -> Schema:
    """A body that may have these fields and no others."""
    return {"type": "object", "properties": optional, "additionalProperties": False}


TEXT = ref("Text")
MAYBE_TEXT = maybe(TEXT)
MAYBE_STRING = maybe(STRING)
MAYBE_NUMBER = maybe(NUMBER)
FINDINGS = listed(ref("Finding"))

PAGE: dict[str, Schema] = {"limit": WHOLE, "offset": WHOLE, "nextOffset": maybe(WHOLE)}
COVERAGE: dict[str, Schema] = {"coverage": NUMBER, "coveragePercent": NUMBER}


def rows(schema: Schema) -> Schema:
    """A list that comes whole."""
    return record({"rows": listed(schema)})


def page(schema: Schema, **more: Schema) -> Schema:
    """A list that comes page by page."""
    return record({"rows": listed(schema), **PAGE, **more})
