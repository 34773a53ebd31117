"""What versions of position models, and what differs between two, look like as JSON Schema."""

from __future__ import annotations

from kb_service.web.openapi.schema_parts import (
    FINDINGS,
    MAYBE_STRING,
    MAYBE_TEXT,
    STRING,
    TEXT,
    TRUTH,
    WHOLE,
    Schema,
    given,
    listed,
    maybe,
    record,
    ref,
)

_STATUSES = ("draft", "in-review", "approved", "published", "retired")


def version_schemas() -> dict[str, Schema]:
    """The schemas by name."""
    step = record({"step": STRING, "label": TEXT, "by": STRING, "at": STRING, "reason": STRING})
    version: dict[str, Schema] = {
        "model": STRING,
        "version": STRING,
        "status": {"enum": list(_STATUSES)},
        "statusLabel": TEXT,
        "digest": STRING,
        "steps": listed(step),
    }
    return {
        "ModelVersion": record(version),
        "ModelVersions": record({"rows": listed(ref("ModelVersion"))}, model=STRING),
        "SubmittedVersion": record({**version, "findings": FINDINGS}),
        "StepReason": given(reason=STRING),
        "VersionDifference": _difference(),
    }


def _difference() -> Schema:
    value: Schema = {"type": ["number", "string", "null"]}
    field = record({"field": STRING, "before": value, "after": value})
    requirement = record(
        {
            "change": {"enum": ["added", "removed", "changed"]},
            "dimension": STRING,
            "label": TEXT,
            "fields": listed(field),
            "sentences": listed(TEXT),
        }
    )
    verdicts: dict[str, Schema] = {
        "from": MAYBE_STRING,
        "fromLabel": MAYBE_TEXT,
        "to": MAYBE_STRING,
        "toLabel": MAYBE_TEXT,
    }
    return record(
        {
            "before": STRING,
            "after": STRING,
            "model": STRING,
            "requirements": listed(requirement),
            "others": listed(TEXT),
            "people": maybe(WHOLE),
            "changed": maybe(WHOLE),
            "verdicts": listed(record({**verdicts, "people": maybe(WHOLE)})),
            "rows": listed(record({"person": STRING, "name": MAYBE_STRING, **verdicts})),
            "withheld": TRUTH,
        }
    )
