"""The part of the SARIF 2.1.0 schema that our reports use, as strict as the whole is there."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def _object(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(required),
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_TEXT: Schema = {"type": "string"}
_MESSAGE = _object(("text",), text=_TEXT, markdown=_TEXT)
_INDEX: Schema = {"type": "integer", "minimum": -1}
_ARTIFACT_LOCATION = _object(uri={"type": "string", "format": "uri-reference"}, index=_INDEX)
_REGION = _object(
    startLine={"type": "integer", "minimum": 1}, startColumn={"type": "integer", "minimum": 1}
)
_LOCATION = _object(
    physicalLocation=_object(artifactLocation=_ARTIFACT_LOCATION, region=_REGION),
    logicalLocations=_list(_object(fullyQualifiedName=_TEXT, name=_TEXT, kind=_TEXT)),
)
_RULE = _object(
    ("id", "shortDescription"),
    id=_TEXT,
    shortDescription=_MESSAGE,
    fullDescription=_MESSAGE,
    help=_MESSAGE,
)
_RESULT = _object(
    ("message",),
    ruleId=_TEXT,
    ruleIndex=_INDEX,
    level={"enum": ["none", "note", "warning", "error"]},
    message=_MESSAGE,
    locations=_list(_LOCATION),
    properties={"type": "object"},
)
_RUN = _object(
    ("tool",),
    tool=_object(
        ("driver",),
        driver=_object(
            ("name",),
            name=_TEXT,
            version=_TEXT,
            informationUri={"type": "string", "format": "uri"},
            rules=_list(_RULE),
        ),
    ),
    language={"type": "string", "pattern": "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$"},
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    artifacts=_list(_object(location=_ARTIFACT_LOCATION)),
    results=_list(_RESULT),
)
SARIF = _object(
    ("version", "runs"),
    version={"enum": ["2.1.0"]},
    runs=_list(_RUN),
)
SARIF["properties"]["$schema"] = {"type": "string", "format": "uri"}
